"""Small cases with kube-scheduler's own verdict: a pod, a cluster, and what v1.34 says of each node.

Objects are written as manifests, so that a case goes the whole way: read, normalised, filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
from immutables import Map
from lightkube.models import core_v1, storage_v1

from kubeproof.model.objects import node as nodes
from kubeproof.model.objects import storage
from kubeproof.model.objects.pod import Normaliser, Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Code, Cycle, Verdict

Raw = Mapping[str, Any]
FITS = None


class Witness(NamedTuple):
    """`says`: for each node a verdict (None: it fits), or one verdict on the pod as such. `more`: storage objects."""

    sentence: str
    pod: Raw
    nodes: Sequence[Raw]
    says: Mapping[str, Verdict | None] | Verdict
    pods: Sequence[Raw] = ()
    namespaces: Mapping[str, Mapping[str, str]] = {}
    more: Mapping[str, Sequence[Raw]] = {}


def refusal(plugin: str, *reasons: str) -> Verdict:
    """A refusal that taking pods away might change (Unschedulable)."""
    return Verdict(plugin, Code.UNSCHEDULABLE, reasons)


def final(plugin: str, *reasons: str) -> Verdict:
    """A refusal that taking pods away cannot change (UnschedulableAndUnresolvable)."""
    return Verdict(plugin, Code.UNRESOLVABLE, reasons)


def read(witness: Witness) -> tuple[Snapshot, Pod]:
    """The cluster and the pod of a case."""
    normaliser = Normaliser()
    snapshot = Snapshot(
        nodes=tuple(nodes.normalise(msgspec.convert(raw, core_v1.Node)) for raw in witness.nodes),
        namespaces=Map({name: Map(labels) for name, labels in witness.namespaces.items()}),
        storage=storage.normalise(
            **{kind: [_STORAGE[kind](raw) for raw in some] for kind, some in witness.more.items()}
        ),
    ).with_pods(normaliser.pod(msgspec.convert(raw, core_v1.Pod)) for raw in witness.pods)
    return snapshot, normaliser.pod(msgspec.convert(witness.pod, core_v1.Pod))


def verdict(witness: Witness) -> Mapping[str, Verdict | None] | Verdict | None:
    """What the model says: of the pod as such, else of each node."""
    snapshot, asking = read(witness)
    decision = Cycle(snapshot).decide(asking)
    return decision.whole or dict(decision.nodes)


_STORAGE: Mapping[str, Callable[[Raw], Any]] = {
    "volumes": partial(msgspec.convert, type=core_v1.PersistentVolume),
    "claims": partial(msgspec.convert, type=core_v1.PersistentVolumeClaim),
    "classes": partial(msgspec.convert, type=storage_v1.StorageClass),
    "csi_nodes": partial(msgspec.convert, type=storage_v1.CSINode),
    "csi_drivers": partial(msgspec.convert, type=storage_v1.CSIDriver),
    "capacities": partial(msgspec.convert, type=storage_v1.CSIStorageCapacity),
    "attachments": partial(msgspec.convert, type=storage_v1.VolumeAttachment),
}


def pod(
    name: str = "asking",
    *,
    node: str = "",
    namespace: str = "shop",
    labels: Mapping[str, str] | None = None,
    requests: Mapping[str, str] | None = None,
    status: Raw | None = None,
    deleting: bool = False,
    **spec: Any,
) -> Raw:
    """A pod of one container, unless the spec says otherwise."""
    meta = {"name": name, "namespace": namespace, "labels": labels or {}, "uid": name}
    if deleting:
        meta["deletionTimestamp"] = "2026-03-01T00:00:00Z"
    main = container(requests=requests)
    return {
        "metadata": meta,
        "spec": {"containers": [main], **({"nodeName": node} if node else {}), **spec},
        "status": status or {},
    }


def container(name: str = "main", requests: Mapping[str, str] | None = None, **more: Any) -> Raw:
    """A container that asks for so much."""
    return {"name": name, "resources": {"requests": requests or {}}, **more}


def node(
    name: str = "n1",
    *,
    labels: Mapping[str, str] | None = None,
    taints: Sequence[str] = (),
    cordoned: bool = False,
    **amounts: Any,
) -> Raw:
    """A node with 4 cpu, 8Gi memory and room for 10 pods, unless it says otherwise; a taint is KEY[=VALUE]:EFFECT."""
    allocatable = {"cpu": "4", "memory": "8Gi", "pods": "10", **amounts}
    return {
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"unschedulable": cordoned, "taints": [_taint(text) for text in taints]},
        "status": {"allocatable": allocatable},
    }


def _taint(text: str) -> Raw:
    what, _, effect = text.partition(":")
    key, _, value = what.partition("=")
    return {"key": key, "value": value, "effect": effect}
