"""Names that a recording gives: random letters, and hashes of templates, are as the event has them.

Left out: the hash itself (pod-template-hash is a hash of Go's own print-out of a template), which tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.typed_meta import template

HASHED = frozenset({"ReplicaSet", "ControllerRevision"})
"""The kinds whose names end in a hash that their owner gives."""


def stem(key: Key) -> Key:
    """What a name begins with, up to its last part."""
    return key._replace(name=key.name.rpartition("-")[0] + "-")


def named(body: Any, seen: Any, asked: Key, key: Key) -> Any:
    """The object that is to be created under the name and uid that were seen; its hash, where it has one, too."""
    if asked.kind in HASHED and asked.name != key.name:
        body = _merged(renamed(body, asked.name, key.name))
    return under_name(body, seen)


def under_name(made: Any, seen: Any) -> Any:
    """The object under the name that was seen, and the uid: but a pod that has one counts as admitted already."""
    uid = "" if isinstance(made, LivePod) else seen.meta.uid
    return replace(made, meta=replace(made.meta, name=seen.meta.name, uid=uid))


def _merged(body: Any) -> Any:
    """The object with its template read anew: a label of it may be one that matchLabelKeys name."""
    given = getattr(getattr(body, "spec", None), "template", None)
    if given is None or not given.manifest:
        return body
    meta = meta_v1.ObjectMeta(
        labels=dict(given.labels), annotations=dict(given.annotations), finalizers=list(given.finalizers)
    )
    spec = msgspec.json.decode(given.manifest, type=core_v1.PodSpec)
    made = template(core_v1.PodTemplateSpec(metadata=meta, spec=spec), body.meta.namespace)
    return replace(body, spec=replace(body.spec, template=made))


def renamed(value: Any, old: str, new: str) -> Any:
    """The value with a hashed name for another, wherever a text holds it or is its hash."""
    if isinstance(value, str):
        old_hash, new_hash = old.rpartition("-")[2], new.rpartition("-")[2]
        return new_hash if value == old_hash else value.replace(old, new)
    if isinstance(value, msgspec.Struct):
        return replace(value, **{name: renamed(getattr(value, name), old, new) for name in value.__struct_fields__})
    if isinstance(value, Mapping):
        return Map({key: renamed(one, old, new) for key, one in value.items()})
    if isinstance(value, tuple):
        made = [renamed(one, old, new) for one in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    return frozenset(renamed(one, old, new) for one in value) if isinstance(value, frozenset) else value
