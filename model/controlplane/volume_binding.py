"""What kube-scheduler's VolumeBinding does after a node is chosen: it has the pod's claims bound, and waits (v1.36).

Before the pod is bound (PreBind), volumes that are there are given to its claims, and claims that want new ones are
told the node (annotation selected-node); the pod is bound when all claims are. Meanwhile it counts as on its node.
Follows pkg/scheduler/framework/plugins/volumebinding (AssumePodVolumes, BindPodVolumes).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.persistent_volume.binding import bound_volume
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.logic.value import value
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import CLAIM, CLASS, VOLUME, CSIFact, LiveClaim, LiveClass, LiveVolume
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import SELECTED_NODE, CSINode, CSIStorageCapacity, Storage, VolumeAttachment
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.model.scheduler.volume_matching import chosen

PATIENCE = 600
"""Seconds that a pod waits for its claims before its node is given up (bindTimeoutSeconds)."""


class Assumed(NamedTuple):
    """A pod that waits for its claims: on which node, since when."""

    node: str
    since: int


def storage(look: Look) -> Storage:
    """The storage objects as the scheduler sees them."""
    csi = {kind: look.all(kind, CSIFact) for kind in ("CSINode", "CSIDriver", "CSIStorageCapacity", "VolumeAttachment")}
    claims = look.all(CLAIM, LiveClaim)
    return Storage(
        Map({one.meta.name: one.for_scheduler for one in look.all(VOLUME, LiveVolume)}),
        Map({(one.meta.namespace, one.meta.name): one.for_scheduler for one in claims}),
        Map({one.meta.name: one.given for one in look.all(CLASS, LiveClass)}),
        Map({one.meta.name: one.given for one in csi["CSINode"] if isinstance(one.given, CSINode)}),
        frozenset(one.meta.name for one in csi["CSIDriver"] if one.given is True),
        tuple(one.given for one in csi["CSIStorageCapacity"] if isinstance(one.given, CSIStorageCapacity)),
        tuple(one.given for one in csi["VolumeAttachment"] if isinstance(one.given, VolumeAttachment)),
    )


def claims_of(look: Look, pod: LivePod) -> list[LiveClaim | None]:
    """The claims of a pod's volumes, None for one that is not there."""
    names = dict.fromkeys(one.name for one in pod.spec.volumes if isinstance(one, Claim))
    return [look.get(Key(CLAIM, pod.meta.namespace, name), LiveClaim) for name in names]


def all_bound(look: Look, pod: LivePod) -> bool:
    """Whether all claims of a pod are there, and bound."""
    return all(one is not None and one.bound and one.status.phase == "Bound" for one in claims_of(look, pod))


def prebound(look: Look, pod: LivePod, node: str, snapshot: Snapshot) -> Iterator[Write]:
    """The requests that have the open claims of a pod bound for its node."""
    open_ = {one.meta.name: one for one in claims_of(look, pod) if one is not None and not one.bound}
    at = next(one for one in ClusterValues(snapshot).nodes if one.node.name == node)
    wanted = [one.for_scheduler for one in open_.values() if SELECTED_NODE not in one.meta.annotations]
    for claim, volume in chosen(wanted, snapshot.storage, lambda term: value(term, at) is True):
        held = open_[claim.name]
        if volume is not None:
            key = Key(VOLUME, "", volume.name)
            there = look.get(key, LiveVolume)
            assert there is not None
            why = f"is to be the volume of {claim.name}, for {pod.meta.name}"
            yield Write("update", key, bound_volume(there, held), there.meta.resource_version, why)
        else:
            meta = replace(held.meta, annotations=held.meta.annotations.set(SELECTED_NODE, node))
            at_key = Key(CLAIM, claim.namespace, claim.name)
            why = f"a volume is wanted on {node}, for {pod.meta.name}"
            yield Write("update", at_key, replace(held, meta=meta), held.meta.resource_version, why)


def still_assumed(look: Look, pod: LivePod, assumed: Assumed) -> bool:
    """Whether a pod goes on waiting: for so long, while its claims are there and its node is selected."""
    if look.now >= assumed.since + PATIENCE:
        return False
    for claim in claims_of(look, pod):
        if claim is None:
            return False
        chosen_for = claim.meta.annotations.get(SELECTED_NODE, assumed.node)
        if not claim.bound and chosen_for != assumed.node:
            return False
    return True
