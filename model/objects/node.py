"""A node as the scheduler sees it: labels, taints, whether it is cordoned, and what it has to give."""

from __future__ import annotations

import msgspec
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.objects import resources, taints
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.taints import Taint

PODS = "pods"
"""The resource that counts pods: every pod takes one."""


class Node(msgspec.Struct, frozen=True):
    """One node. `allocatable`: cpu in millicores, everything else in units.

    `images`: name -> size in bytes; of two by one name the first.
    """

    name: str
    labels: Map[str, str] = Map()
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    allocatable: Map[str, int] = Map()
    images: Map[str, int] = Map()
    origin: Origin | None = None


def defaulted(raw: core_v1.Node) -> core_v1.Node:
    """The node; without allocatable it has all of its capacity to give (SetDefaults_NodeStatus)."""
    if raw.status is None or raw.status.allocatable is not None:
        return raw
    return msgspec.structs.replace(raw, status=msgspec.structs.replace(raw.status, allocatable=raw.status.capacity))


def normalise(raw: core_v1.Node, origin: Origin | None = None) -> Node:
    """Ours for a typed node; raises BadInput where a value in it cannot be used."""
    meta, spec, status = raw.metadata, raw.spec or core_v1.NodeSpec(), raw.status or core_v1.NodeStatus()
    assert meta is not None
    amounts = resources.amounts(status.allocatable, "status.allocatable")
    return Node(
        name=meta.name or "",
        labels=Map(meta.labels or {}),
        taints=tuple(taints.of_taint(taint) for taint in spec.taints or ()),
        unschedulable=bool(spec.unschedulable),
        allocatable=Map(resources.as_units(amounts)),
        images=Map(
            {name: image.sizeBytes or 0 for image in reversed(status.images or ()) for name in image.names or ()}
        ),
        origin=origin,
    )
