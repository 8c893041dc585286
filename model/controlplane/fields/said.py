"""What is said of an object, as JSON, beside the value that a world holds: from one to the other.

A world's objects are values that components read; who owns what needs the object as the API server keeps it. `stored`
fills in the defaults; `live` makes the value; `applied` and `after` tell what is said once somebody has applied
something, or changed the value. Left out: what the API server itself gives (a Service's address, a Job's selector):
nobody owns it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from lightkube.models import meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.fields.merging import fields_of, merge, without
from kubeproof.model.controlplane.fields.owners import LAST_APPLIED
from kubeproof.model.controlplane.fields.schema import of_kind
from kubeproof.model.controlplane.validation import decode, defaulting
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.managed_fields import Managed
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.storage import ClaimRef
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.objects.typed import LIVE

Json = Any

_GIVEN = frozenset({"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"})
"""What of metadata the API server gives."""


def cut(manifest: Json) -> Json:
    """A manifest as what is said: without its status, and what of its metadata the API server gives."""
    about = {name: value for name, value in (manifest.get("metadata") or {}).items() if name not in _GIVEN}
    return {**{name: value for name, value in manifest.items() if name != "status"}, "metadata": about}


def encoded(said: Json) -> bytes:
    """What is said, as text: the same for the same."""
    return msgspec.json.encode(said, order="sorted")


def stored(said: Json, kind: str) -> Json:
    """The object as the API server keeps it: decoded, and with its defaults."""
    cls = of_kind(said.get("apiVersion", ""), kind).cls
    assert cls is not None
    return defaulting.defaulted(kind, decode.decoded(said, cls)[0])


def applied(said: Json, given: Json, made: Json, kind: str) -> Json:
    """What is said of an object after somebody has applied something, of which the stored object `made` came: what
    others said stays as they said it, without what went."""
    type_ = of_kind(given.get("apiVersion", ""), kind)
    if not said:
        return given
    gone = fields_of(stored(said, kind), type_) - fields_of(made, type_)
    new: Json = merge(plain(without(said, gone, type_)), given, type_)
    annotation = ((made.get("metadata") or {}).get("annotations") or {}).get(LAST_APPLIED)
    if annotation is None:
        return plain(new)
    about = new["metadata"]
    return plain({**new, "metadata": {**about, "annotations": {**about["annotations"], LAST_APPLIED: annotation}}})


def live(said: Json, key: Key) -> Any:
    """The value that a world holds for what is said; kubectl's annotation is left out. Raises BadInput."""
    cls = schema.known(said.get("apiVersion", ""), key.kind)
    if cls is None or key.kind not in LIVE:
        raise NotModelled("kind", f"{key.kind} of {said.get('apiVersion')} that is applied")
    typed: Any = msgspec.convert(said, cls, strict=False)
    about = typed.metadata or meta_v1.ObjectMeta()
    told = {name: text for name, text in (about.annotations or {}).items() if name != LAST_APPLIED}
    about = replace(about, name=key.name, namespace=key.namespace or None, annotations=told)
    return LIVE[key.kind](replace(typed, metadata=about))


def of_node(node: LiveNode) -> Json:
    """What a kubelet says of a node that it registered."""
    taints = [_said(key=one.key, value=one.value, effect=one.effect) for one in node.taints]
    about = _said(name=node.meta.name, labels=dict(node.meta.labels), annotations=dict(node.meta.annotations))
    spec = _said(taints=taints, unschedulable=node.unschedulable)
    return {"apiVersion": "v1", "kind": "Node", "metadata": about, **_said(spec=spec)}


def after(managed: Managed, before: Any, new: Any) -> tuple[Json, str]:
    """What is said of an object that is another value now, and a field whose change nothing tells ("": none)."""
    said = msgspec.json.decode(managed.said)
    about, spec = {**(said.get("metadata") or {})}, {**(said.get("spec") or {})}
    _meta(before.meta, new.meta, about)
    untold = ""
    for name, value in _changed(before, new):
        match name, value:
            case "replicas" | "suspend" | "unschedulable", bool() | int():
                spec[name] = value
            case "template", PodTemplate():
                own = _said(labels=dict(value.labels), annotations=dict(value.annotations))
                spec[name] = {"metadata": own, "spec": msgspec.json.decode(value.manifest)}
            case "taints", tuple():
                spec[name] = [_said(key=one.key, value=one.value, effect=one.effect) for one in value]
            case "volume", str():
                spec["volumeName"] = value
            case "claim", ClaimRef():
                spec["claimRef"] = {"kind": "PersistentVolumeClaim", **value._asdict()}
            case "claim", None:
                spec.pop("claimRef", None)
            case _:
                untold = name
    return {**said, "metadata": about, **({"spec": spec} if spec or "spec" in said else {})}, untold


def _changed(before: Any, new: Any) -> Iterator[tuple[str, Any]]:
    """The fields of the specs that differ, with the new value."""
    old, own = (getattr(held, "spec", held) for held in (before, new))
    for name in old.__struct_fields__ if hasattr(old, "__struct_fields__") else ():
        if name not in ("meta", "status", "conditions", "allocatable", "images", "load_balancer"):
            value = getattr(own, name)
            if value != getattr(old, name):
                yield name, value


def _meta(before: Meta, new: Meta, about: dict[str, Json]) -> None:
    """Tells the changes of metadata."""
    for name in ("labels", "annotations"):
        old, own = getattr(before, name), getattr(new, name)
        if old != own:
            kept = {key: value for key, value in (about.get(name) or {}).items() if key in own or key not in old}
            about[name] = kept | {key: value for key, value in own.items() if old.get(key) != value}
    if before.finalizers != new.finalizers:
        about["finalizers"] = list(new.finalizers)
    if before.owners != new.owners:
        about["ownerReferences"] = [
            _said(apiVersion=one.api_version, kind=one.kind, name=one.name, uid=one.uid)
            | _said(controller=one.controller, blockOwnerDeletion=one.block_owner_deletion)
            for one in new.owners
        ]


def _said(**fields: Json) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value}


def plain(value: Json) -> Json:
    """The value without its nulls."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if one is not None}
    return [plain(one) for one in value] if isinstance(value, list) else value
