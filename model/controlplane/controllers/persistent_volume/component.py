"""The persistent volume controller as a component: one look at a claim or at a volume (pv_controller.go, v1.36).

A claim without a volume gets the smallest that satisfies it, waits for its first pod, or has its class's provisioner
asked for one; a volume whose claim is gone is released. Claims without a class get the default one when there is one.
Left out: recycling (NotModelled), volumes that in-tree plugins of the controller itself make or delete, and events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.persistent_volume.binding import (
    PROVISIONED_BY,
    PROVISIONER,
    annotated,
    bind,
    is_bound_to,
    unbound,
)
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.live_storage import (
    CLAIM,
    CLASS,
    VOLUME,
    ClaimPhase,
    ClaimStatus,
    LiveClaim,
    LiveClass,
    LiveVolume,
    VolumePhase,
    VolumeStatus,
)
from kubeproof.model.objects.storage import SELECTED_NODE, PersistentVolume, PersistentVolumeClaim
from kubeproof.model.scheduler.filters.volume_binding import NO_PROVISIONER
from kubeproof.model.scheduler.volume_matching import candidates_among, could_hold


def _objects(look: Look) -> Iterable[Key]:
    return (*look.keys(VOLUME), *look.keys(CLAIM))


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    if key.kind == CLAIM:
        claim = look.get(key, LiveClaim)
        if claim is not None:
            yield from _settled(look, key, claim) if claim.bound else _sought(look, key, claim)
        return
    volume = look.get(key, LiveVolume)
    if volume is not None:
        yield from _of_volume(look, key, volume)


def _sought(look: Look, key: Key, claim: LiveClaim) -> Iterator[Write]:
    """A claim whose binding is not completed (syncUnboundClaim)."""
    if claim.volume:
        volume = look.get(Key(VOLUME, "", claim.volume), LiveVolume)
        if volume is not None and (
            is_bound_to(volume, claim)
            if volume.claim is not None
            else _satisfies(volume.for_scheduler, claim.for_scheduler)
        ):
            yield from bind(volume, claim)
        else:
            yield _phase(key, claim, "Pending")
        return
    waits = _waits(look, claim)
    found = _best(look, claim, waits=waits)
    if found is not None:
        yield from bind(found, claim)
        return
    made_by = look.get(Key(CLASS, "", claim.asked.storage_class), LiveClass)
    if not waits and made_by is not None and made_by.given.provisioner not in ("", NO_PROVISIONER):
        meta = claim.meta
        for name in PROVISIONER:
            meta = annotated(meta, name, made_by.given.provisioner)
        claim = replace(claim, meta=meta)
        yield Write("update", key, claim, why=f"asks {made_by.given.provisioner} for a volume")
    yield _phase(key, claim, "Pending")


def _waits(look: Look, claim: LiveClaim) -> bool:
    """Whether the claim waits for its first pod to be given a node (IsDelayBindingMode, and no node was selected)."""
    if SELECTED_NODE in claim.meta.annotations:
        return False
    made_by = look.get(Key(CLASS, "", claim.asked.storage_class), LiveClass)
    return made_by is not None and made_by.given.waits


def _best(look: Look, claim: LiveClaim, *, waits: bool) -> LiveVolume | None:
    """The volume for a claim, wherever it can be reached from; of those that wait, only one kept for it by name
    (FindMatchingVolume without a node)."""
    seen = {one.meta.name: one for one in look.all(VOLUME, LiveVolume)}
    offer = candidates_among((one.for_scheduler for one in seen.values()), claim.for_scheduler)
    best = next(iter([*offer.kept, *(() if waits else offer.free)]), None)
    return None if best is None else seen[best.name]


def _satisfies(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """Whether a volume that the claim names by itself will do (checkVolumeSatisfyClaim)."""
    return could_hold(volume, claim) and claim.access_modes <= volume.access_modes


def _settled(look: Look, key: Key, claim: LiveClaim) -> Iterator[Write]:
    """A claim that was bound once (syncBoundClaim): without its volume it is lost."""
    volume = look.get(Key(VOLUME, "", claim.volume), LiveVolume) if claim.volume else None
    if volume is None or not (volume.claim is None or volume.claim.uid == claim.meta.uid):
        if claim.status.phase != "Lost":
            yield _phase(key, claim, "Lost")
        return
    yield from bind(volume, claim)


def _of_volume(look: Look, key: Key, volume: LiveVolume) -> Iterator[Write]:
    """A volume (syncVolume)."""
    ref = volume.claim
    if ref is None or not ref.uid:
        yield _volume_phase(key, volume, "Available")
        return
    claim = look.get(Key(CLAIM, ref.namespace, ref.name), LiveClaim)
    if claim is None or claim.meta.uid != ref.uid:
        yield from _released(key, volume)
    elif claim.volume == volume.meta.name:
        yield _volume_phase(key, volume, "Bound")
    elif claim.volume:
        if PROVISIONED_BY in volume.meta.annotations and volume.reclaim == "Delete":
            yield from _released(key, volume)
        else:
            yield from unbound(volume)


def _released(key: Key, volume: LiveVolume) -> Iterator[Write]:
    if volume.status.phase != "Failed":
        yield _volume_phase(key, volume, "Released")
    if volume.reclaim == "Recycle":
        raise NotModelled("spec.persistentVolumeReclaimPolicy", "volumes that are recycled")


def _phase(key: Key, claim: LiveClaim, phase: ClaimPhase) -> Write:
    return Write("status", key, replace(claim, status=ClaimStatus(phase)))


def _volume_phase(key: Key, volume: LiveVolume, phase: VolumePhase) -> Write:
    return Write("status", key, replace(volume, status=VolumeStatus(phase)))


PERSISTENT_VOLUMES = Component("persistentvolume-binder-controller", _objects, _decide, steady=True)
