"""Storage objects as the API server holds them: claims, volumes, and what nobody changes (classes, CSI drivers).

What the scheduler reads of them is objects/storage.py; here is what changes over time. Left out: resizing, attributes
classes that change, and conditions of claims.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from lightkube.models import core_v1, meta_v1, storage_v1
from msgspec.structs import replace

from kubeproof.model.objects import storage
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.storage import (
    BIND_COMPLETED,
    SELECTED_NODE,
    ClaimRef,
    CSINode,
    CSIStorageCapacity,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    VolumeAttachment,
)
from kubeproof.model.objects.typed_meta import meta

CLAIM, VOLUME, CLASS = "PersistentVolumeClaim", "PersistentVolume", "StorageClass"

CLAIM_PROTECTION = "kubernetes.io/pvc-protection"
VOLUME_PROTECTION = "kubernetes.io/pv-protection"
"""The finalizers that the API server gives to each claim and volume (StorageObjectInUseProtection)."""

ClaimPhase = Literal["Pending", "Bound", "Lost"]
VolumePhase = Literal["Pending", "Available", "Bound", "Released", "Failed"]
Reclaim = Literal["Retain", "Delete", "Recycle"]


class ClaimStatus(msgspec.Struct, frozen=True):
    """What the binder says of a claim; `capacity` and `access_modes` are those of the volume that it is bound to."""

    phase: ClaimPhase = "Pending"
    access_modes: frozenset[str] = frozenset()
    capacity: Quantity | None = None


class LiveClaim(msgspec.Struct, frozen=True):
    """One claim. `asked` is what it asks for, `volume` its spec.volumeName ("": none yet); `manifest` its spec as it
    was given (JSON of core/v1 PersistentVolumeClaimSpec)."""

    meta: Meta
    asked: PersistentVolumeClaim
    volume: str = ""
    manifest: bytes = b""
    status: ClaimStatus = ClaimStatus()

    @property
    def bound(self) -> bool:
        """Whether its binding was completed once."""
        return BIND_COMPLETED in self.meta.annotations

    @property
    def for_scheduler(self) -> PersistentVolumeClaim:
        """The claim as the volume filters look at it."""
        owner = self.meta.controller
        return replace(
            self.asked,
            uid=self.meta.uid,
            volume=self.volume,
            phase=self.status.phase,
            deleting=self.meta.deleted_at is not None,
            bind_completed=self.bound,
            selected_node=self.meta.annotations.get(SELECTED_NODE),
            owner=owner.uid if owner else None,
        )


class VolumeStatus(msgspec.Struct, frozen=True):
    """What the binder says of a volume."""

    phase: VolumePhase = "Pending"


class LiveVolume(msgspec.Struct, frozen=True):
    """One volume. `given` is what it is, `claim` the claim that it is bound to or kept for; `manifest` its spec as it
    was given (JSON of core/v1 PersistentVolumeSpec)."""

    meta: Meta
    given: PersistentVolume
    claim: ClaimRef | None = None
    reclaim: Reclaim = "Retain"
    manifest: bytes = b""
    status: VolumeStatus = VolumeStatus()

    @property
    def for_scheduler(self) -> PersistentVolume:
        """The volume as the volume filters look at it."""
        deleting = self.meta.deleted_at is not None
        return replace(
            self.given, labels=self.meta.labels, claim=self.claim, phase=self.status.phase, deleting=deleting
        )


class LiveClass(msgspec.Struct, frozen=True):
    """One StorageClass. `reclaim` is the policy of the volumes that are made for it."""

    meta: Meta
    given: StorageClass
    reclaim: Reclaim = "Delete"
    manifest: bytes = b""


class CSIFact(msgspec.Struct, frozen=True):
    """What CSI says, and nobody here changes: of a node, of a driver (whether its capacity is tracked), of room, or of
    an attachment. `manifest` is the object as it was given."""

    meta: Meta
    given: CSINode | CSIStorageCapacity | VolumeAttachment | bool
    manifest: bytes = b""


def claim(raw: core_v1.PersistentVolumeClaim) -> LiveClaim:
    """Ours for a typed claim. Raises BadQuantity and BadSelector."""
    spec = raw.spec or core_v1.PersistentVolumeClaimSpec()
    own = meta(raw.metadata)
    return LiveClaim(own, asked(spec, own), spec.volumeName or "", _json(spec))


def asked(spec: core_v1.PersistentVolumeClaimSpec, own: Meta) -> PersistentVolumeClaim:
    """What a claim of these names asks for. Raises BadQuantity and BadSelector."""
    named = core_v1.PersistentVolumeClaim(metadata=_named(own), spec=spec)
    return replace(storage.claim_of(named), volume="")


def volume(raw: core_v1.PersistentVolume) -> LiveVolume:
    """Ours for a typed volume. Raises BadQuantity."""
    spec, given = raw.spec or core_v1.PersistentVolumeSpec(), storage.volume_of(raw)
    policy: Reclaim = _policy(spec.persistentVolumeReclaimPolicy, "Retain")
    return LiveVolume(meta(raw.metadata, namespaced=False), given, given.claim, policy, _json(spec))


def storage_class(raw: storage_v1.StorageClass) -> LiveClass:
    """Ours for a typed class."""
    policy = _policy(raw.reclaimPolicy, "Delete")
    return LiveClass(meta(raw.metadata, namespaced=False), storage.class_of(raw), policy, _json(raw))


def csi_node(raw: storage_v1.CSINode) -> CSIFact:
    """Ours for what CSI drivers say of a node."""
    return CSIFact(meta(raw.metadata, namespaced=False), storage.csi_node_of(raw), _json(raw))


def csi_driver(raw: storage_v1.CSIDriver) -> CSIFact:
    """Ours for a CSI driver: whether it publishes how much room it has."""
    return CSIFact(meta(raw.metadata, namespaced=False), bool(raw.spec.storageCapacity), _json(raw))


def csi_capacity(raw: storage_v1.CSIStorageCapacity) -> CSIFact:
    """Ours for the room that a driver has somewhere. Raises BadQuantity."""
    return CSIFact(meta(raw.metadata), storage.capacity_of(raw), _json(raw))


def attachment(raw: storage_v1.VolumeAttachment) -> CSIFact:
    """Ours for a volume that is attached to a node."""
    return CSIFact(meta(raw.metadata, namespaced=False), storage.attachment_of(raw), _json(raw))


def _policy(given: str | None, unsaid: Reclaim) -> Reclaim:
    known: dict[str, Reclaim] = {"Retain": "Retain", "Delete": "Delete", "Recycle": "Recycle"}
    return known.get(given or "", unsaid)


def _named(own: Meta) -> meta_v1.ObjectMeta:
    return meta_v1.ObjectMeta(name=own.name, namespace=own.namespace, annotations=dict(own.annotations))


def _json(raw: msgspec.Struct) -> bytes:
    return msgspec.json.encode(raw, order="sorted")
