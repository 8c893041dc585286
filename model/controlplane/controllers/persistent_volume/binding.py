"""How a claim and a volume are bound: each names the other, and says whether a controller chose it (v1.36).

Told from component-helpers/storage/volume (GetBindVolumeToClaim, IsVolumeBoundToClaim) and pv_controller.go; the
scheduler, which binds volumes that are there for a pod's node, does its half by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import key_of
from kubeproof.model.objects.live_storage import CLAIM, VOLUME, ClaimStatus, LiveClaim, LiveVolume, VolumeStatus
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.storage import BIND_COMPLETED, ClaimRef

BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
"""The annotation of what a controller bound, so that it may also unbind it."""


PROVISIONER = ("volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner")
"""The annotations of a claim that ask a provisioner for its volume."""

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
"""The annotation of a volume that says who made it."""


def annotated(meta: Meta, name: str, text: str = "yes") -> Meta:
    """The metadata with an annotation, which keeps its text where it is there."""
    if name in meta.annotations:
        return meta
    return replace(meta, annotations=meta.annotations.set(name, text))


def is_bound_to(volume: LiveVolume, claim: LiveClaim) -> bool:
    """Whether a volume names the claim, by its uid or for whichever has that name (IsVolumeBoundToClaim)."""
    ref = volume.claim
    own = claim.meta
    return ref is not None and (ref.namespace, ref.name) == (own.namespace, own.name) and ref.uid in ("", own.uid)


def bound_volume(volume: LiveVolume, claim: LiveClaim) -> LiveVolume:
    """The volume as it names the claim (GetBindVolumeToClaim)."""
    own = claim.meta
    meta = volume.meta if is_bound_to(volume, claim) else annotated(volume.meta, BOUND_BY_CONTROLLER)
    return replace(volume, meta=meta, claim=ClaimRef(own.namespace, own.name, own.uid))


def bind(volume: LiveVolume, claim: LiveClaim) -> Iterator[Write]:
    """The requests that bind the two: first the volume, so that nobody else takes it, then the claim."""
    named = bound_volume(volume, claim)
    own, other = key_of(VOLUME, volume.meta), key_of(CLAIM, claim.meta)
    yield Write("update", own, named, volume.meta.resource_version, why=f"is the volume of {claim.meta.name}")
    yield Write("status", own, replace(named, status=VolumeStatus("Bound")))
    meta = claim.meta if claim.volume == volume.meta.name else annotated(claim.meta, BOUND_BY_CONTROLLER)
    held = replace(claim, meta=annotated(meta, BIND_COMPLETED), volume=volume.meta.name)
    yield Write("update", other, held, claim.meta.resource_version, why=f"its volume is {volume.meta.name}")
    capacity = volume.given.capacity if claim.status.phase != "Bound" else claim.status.capacity
    yield Write("status", other, replace(held, status=ClaimStatus("Bound", volume.given.access_modes, capacity)))


def unbound(volume: LiveVolume) -> Iterator[Write]:
    """The requests that take a volume from its claim; one that a user bound stays kept for the name (unbindVolume)."""
    key = key_of(VOLUME, volume.meta)
    if BOUND_BY_CONTROLLER in volume.meta.annotations:
        meta = replace(volume.meta, annotations=volume.meta.annotations.delete(BOUND_BY_CONTROLLER))
        free = replace(volume, meta=meta, claim=None)
    else:
        free = replace(volume, claim=volume.claim and volume.claim._replace(uid=""))
    yield Write("update", key, free, volume.meta.resource_version, why="its claim has another volume")
    yield Write("status", key, replace(free, status=VolumeStatus("Available")))
