"""What services and controllers among typed objects select, for topology spread that names no selector of its own.

A Deployment stands for the one replica set that it would make (model/controlplane/templates.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lightkube.models import apps_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.templates import hashed
from kubeproof.model.manifests.placed import placed
from kubeproof.model.objects import selecting, selectors
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.selecting import Selecting

Objects = Mapping[str, Sequence[Any]]


def selecting_of(objects: Objects, origins: Mapping[tuple[str, str, str], Origin]) -> Selecting:
    """The selectors of these objects. Raises BadInput for one that cannot be used."""
    for kind in ("ReplicaSet", "StatefulSet", "Deployment"):
        for raw in objects.get(kind, ()):
            with placed(origins[kind, raw.metadata.namespace or "", raw.metadata.name or ""]):
                selectors.of_label_selector(raw.spec and raw.spec.selector)
    return selecting.normalise(
        services=_selectors(objects, "Service"),
        replication_controllers=_selectors(objects, "ReplicationController"),
        replica_sets=[
            *_selectors(objects, "ReplicaSet"),
            *(_to_be(raw) for raw in objects.get("Deployment", ()) if raw.spec),
        ],
        stateful_sets=_selectors(objects, "StatefulSet"),
    )


def _selectors(objects: Objects, kind: str) -> Iterator[tuple[meta_v1.ObjectMeta | None, Any]]:
    return ((raw.metadata, raw.spec and raw.spec.selector) for raw in objects.get(kind, ()))


def _to_be(raw: apps_v1.Deployment) -> tuple[meta_v1.ObjectMeta, meta_v1.LabelSelector]:
    """The replica set of a Deployment as it stands."""
    meta = raw.metadata or meta_v1.ObjectMeta()
    tag, own = hashed(raw.spec.template), raw.spec.selector
    chosen = replace(own, matchLabels={**(own.matchLabels or {}), "pod-template-hash": tag})
    return replace(meta, name=f"{meta.name}-{tag}"), chosen
