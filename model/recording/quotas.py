"""What creating an object writes to the quotas of its namespace: in a recording that is an event of its own, before it;
and what a quota answers to a controller that wants more than there is room for.

The rule is controlplane/quota.py. A recording's API server (`Server(charges=False)`) leaves it to these steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, first
from kubeproof.model.controlplane import quota
from kubeproof.model.controlplane.apiserver import Refused, Server, Write, forbidden
from kubeproof.model.controlplane.etcd import Key, in_namespace
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.resource_quota import ResourceQuota
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.plan import Plan


def counts(write: Write, by: str, moment: Moment, server: Server) -> Iterator[Offer]:
    """What a creation makes of the quota that the event is about."""
    step = f"create {write.key}: it is counted"
    try:
        found = _charged(write, moment, server)
    except (Refused, BadInput, quota.Exceeded) as error:
        yield Forbidden(by, step, str(error))
        return
    for key, counted in found:
        if key == moment.key:
            yield Option(by, step, counted)


def heard(component: Component, key: Key, plan: Plan, moment: Moment, server: Server) -> Plan | None:
    """A plan as it is where the component hears what the quotas refuse of it now; None where they refuse nothing."""
    if not moment.store.bucket(in_namespace(quota.KIND, key.namespace)):
        return None
    look = Look(plan.store, int(plan.at), plan.memory)
    writes: list[Write] = []
    try:
        for part in component.decide(look, key, first):
            if isinstance(part, Write):
                refused = _refusal(part, moment, server) if part.verb == "create" else None
                if refused is not None:
                    look.refused.append(refused)
                else:
                    writes.append(part)
    except NotModelled:
        return None
    return Plan(plan.store, plan.at, writes, plan.memory) if look.refused else None


def _refusal(write: Write, moment: Moment, server: Server) -> Refused | None:
    """What is answered to a creation now where it is refused, None where it is not.

    The name that was generated for it is the one of which the object that was seen tells.
    """
    key = write.key._replace(name=_told(write.key.name, moment.seen))
    try:
        _charged(write._replace(key=key), moment, server)
    except Refused as refused:
        return refused
    except quota.Exceeded as exceeded:
        return forbidden(key, str(exceeded))
    return None


def _charged(write: Write, moment: Moment, server: Server) -> list[tuple[Key, ResourceQuota]]:
    made = write.body
    if isinstance(made, LivePod):
        made = server.admitted(replace(made, meta=replace(made.meta, name=write.key.name)))
    return quota.charged(moment.store, write.key, made, moment.now)


def _told(name: str, seen: Any) -> str:
    """The name with the letters that a condition of the object tells; as it is where none does."""
    conditions = getattr(getattr(seen, "status", None), "conditions", ())
    shape = re.compile(re.escape(f'"{name}') + r'\w{5}"')
    found = (match[0] for one in conditions if (match := shape.search(one.message)))
    return next((one.strip('"') for one in found), name) if name.endswith("-") else name
