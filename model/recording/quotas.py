"""What creating an object writes to the quotas of its namespace: in a recording that is an event of its own, before it.

The rule is controlplane/quota.py. A recording's API server (`Server(charges=False)`) leaves it to these steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.controlplane import quota
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.errors import BadInput
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Offer, Option


def counts(write: Write, by: str, moment: Moment, server: Server) -> Iterator[Offer]:
    """What a creation makes of the quota that the event is about."""
    step = f"create {write.key}: it is counted"
    try:
        made = server.admitted(write.body) if isinstance(write.body, LivePod) else write.body
        found = quota.charged(moment.store, write.key, made, moment.now)
    except (Refused, BadInput, quota.Exceeded) as error:
        yield Forbidden(by, step, str(error))
        return
    for key, counted in found:
        if key == moment.key:
            yield Option(by, step, counted)
