"""What users asked for in a recording, as requests to the API server, and what becomes of the object by each.

Patches are applied to the object's JSON as it was last seen: merge patches (RFC 7386), strategic merge patches by the
merge keys of the lists that have one, `scale` as the replicas that it sets; what is applied on the server's side is
merged by who owns which field (owning.py). Left out: JSON patches, strategic directives (`$patch`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast, get_args

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.fields.kubectl import merge_key
from kubeproof.model.controlplane.propagation import Propagation
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.objects import defaults
from kubeproof.model.objects.service import Service
from kubeproof.model.objects.taints import Taint
from kubeproof.model.objects.typed import LIVE
from kubeproof.model.recording.kinds import typed_class
from kubeproof.model.recording.lines import Action
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.naming import under_name
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.owning import Owning

Json = Any

USER, OUTSIDE = "user", "somebody outside, as not recorded"
NODE_LABELS = {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}
"""What a kubelet adds to the labels of the node that it registers, beside its hostname."""

NOT_READY = Taint("node.kubernetes.io/not-ready", "", "NoSchedule")
"""The taint that every node gets when it is created (admission plugin TaintNodesByCondition)."""


def offers(action: Action, last: Json, moment: Moment, server: Server, owning: Owning) -> Iterator[Offer]:
    """What an action makes of an object. `last`: its JSON as it was last seen, None where there was none."""
    key = moment.key
    step = f"{action.verb} {key}" + (f" ({action.subresource})" if action.subresource else "")
    try:
        if action.verb == "apply" and key.kind in LIVE:
            asked = owning.applied(action, key, last, moment.now)
            action = action._replace(verb="create" if last is None else "update", body=asked)
        write = _write(action, key, last, moment.seen)
        yield Option(USER, step, server.do(moment.store, write, moment.now).after)
    except (Refused, NotModelled, BadInput) as error:
        yield Forbidden(USER, step, str(error))


def unrecorded(moment: Moment, server: Server) -> Iterator[Offer]:
    """What somebody outside may have asked for where nobody recorded what was asked for: to create an object that
    nobody controls, to change anything but a status, to delete."""
    key, before, seen = moment.key, moment.before, moment.seen
    if before is None:
        if seen.meta.controller is None:
            yield Option(OUTSIDE, f"create {key}", moment.after)
        return
    for write in (Write("update", key, seen), Write("delete", key, DeleteOptions(seen.meta.grace_period))):
        try:
            after = server.do(moment.store, write, moment.now).after
        except Refused as refused:
            yield Forbidden(OUTSIDE, f"{write.verb} {key}", str(refused))
            continue
        if after is not before:
            yield Option(OUTSIDE, f"{write.verb} {key}", after)


def merge_patched(target: Json, patch: Json) -> Json:
    """The JSON with a merge patch applied (RFC 7386): null takes away."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patched(merged.get(key), value)
    return merged


def strategic_patched(target: Json, patch: Json) -> Json:
    """The JSON with a strategic merge patch applied. Raises NotModelled for a directive."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            raise NotModelled(key, "a directive of a strategic merge patch")
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, list) and (name := merge_key(key, value)) and isinstance(merged.get(key), list):
            merged[key] = _merged_list(merged[key], value, name)
        else:
            merged[key] = strategic_patched(merged.get(key), value)
    return merged


def _merged_list(target: list[Json], patch: list[Json], name: str) -> list[Json]:
    merged = list(target)
    for one in patch:
        at = next((i for i, old in enumerate(merged) if old.get(name) == one.get(name)), None)
        if at is None:
            merged.append(one)
        else:
            merged[at] = strategic_patched(merged[at], one)
    return merged


def _write(action: Action, key: Key, last: Json, seen: Any) -> Write:
    if action.verb == "delete":
        return Write("delete", key, delete_options(action.body))
    if key.kind not in LIVE or action.subresource not in ("", "scale"):
        raise NotModelled(key.kind, f"what {action.verb} {action.subresource} does to it")
    if action.verb == "kubelet-register-node":
        return Write("create", key, _registered(live(action.body, key), seen))
    if action.verb == "create":
        return Write("create", key, _named(live(action.body, key), seen))
    return Write("update", key, live(_changed(action, last), key))


def _changed(action: Action, last: Json) -> Json:
    body = action.body
    if action.verb == "update":
        return body
    if "strategic" in action.content_type:
        return strategic_patched(last, body)
    if "json-patch" in action.content_type:
        raise NotModelled(action.content_type, "JSON patches")
    return merge_patched(last, body)


def delete_options(body: Json) -> DeleteOptions:
    """The options of a deletion. Raises BadInput for an unknown propagation."""
    found = body or {}
    asked = found.get("propagationPolicy") or ""
    if asked not in get_args(Propagation):
        raise BadInput(f"{asked!r} is no propagationPolicy")
    propagation = cast("Propagation", asked)
    wanted = found.get("preconditions") or {}
    return DeleteOptions(found.get("gracePeriodSeconds"), wanted.get("uid") or "", None, propagation)


def live(raw: Json, key: Key) -> Any:
    """Ours for JSON that a user gave: its pod template with the API server's defaults. Raises BadInput."""
    cls = typed_class(str(raw.get("apiVersion", "")), key.kind) if isinstance(raw, dict) else None
    if cls is None:
        raise NotModelled(key.kind, "this version of it")
    try:
        typed: Any = msgspec.convert(raw, cls, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(str(error)) from None
    spec: Any = getattr(typed, "spec", None)
    template = getattr(spec, "template", None)
    if template is not None and template.spec is not None:
        template = replace(template, spec=defaults.default_pod(template.spec))
        typed = replace(typed, spec=replace(spec, template=template))
    if typed.metadata is not None:
        typed = replace(typed, metadata=replace(typed.metadata, namespace=key.namespace or None))
    made = LIVE[key.kind](typed)
    return replace(made, meta=replace(made.meta, namespace=key.namespace))


def _named(made: Any, seen: Any) -> Any:
    """The object under the name and uid, and with the addresses, that the API server gave it."""
    if seen is None:
        return made
    made = under_name(made, seen)
    if isinstance(made, Service):
        ports = tuple(
            one if one.node_port else replace(one, node_port=given.node_port)
            for one, given in zip(made.ports, seen.ports, strict=False)
        )
        made = replace(made, cluster_ip=made.cluster_ip or seen.cluster_ip, ports=ports)
    return made


def _registered(made: Any, seen: Any) -> Any:
    """A node as its kubelet registers it; what it says of its condition is its own."""
    labels = made.meta.labels.update({"kubernetes.io/hostname": made.meta.name, **NODE_LABELS})
    taints = made.taints if NOT_READY in made.taints else (*made.taints, NOT_READY)
    made = replace(made, meta=replace(made.meta, labels=labels), taints=taints)
    return replace(_named(made, seen), conditions=seen.conditions if seen is not None else made.conditions)
