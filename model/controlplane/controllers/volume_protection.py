"""Claims and volumes in use are not removed: the protection controllers take a finalizer off when nobody uses them.

Follows pkg/controller/volume/pvcprotection and pvprotection (v1.36). A claim is in use while a pod that has a node
names it, whether or not the pod has ended; a volume while it is bound.
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import (
    CLAIM,
    CLAIM_PROTECTION,
    VOLUME,
    VOLUME_PROTECTION,
    LiveClaim,
    LiveVolume,
)
from kubeproof.model.objects.meta import without_finalizer
from kubeproof.model.objects.volumes import Claim


def _claim(look: Look, key: Key, pick: Pick) -> Plan:
    claim = look.get(key, LiveClaim)
    if claim is None or claim.meta.deleted_at is None or CLAIM_PROTECTION not in claim.meta.finalizers:
        return
    if not any(pod.node and _uses(pod, claim) for pod in look.within("Pod", key.namespace, LivePod)):
        yield _freed(key, claim, CLAIM_PROTECTION)


def _uses(pod: LivePod, claim: LiveClaim) -> bool:
    return any(
        isinstance(one, Claim)
        and one.name == claim.meta.name
        and (not one.ephemeral or claim.for_scheduler.owner == pod.meta.uid)
        for one in pod.spec.volumes
    )


def _volume(look: Look, key: Key, pick: Pick) -> Plan:
    volume = look.get(key, LiveVolume)
    if volume is None or volume.meta.deleted_at is None or VOLUME_PROTECTION not in volume.meta.finalizers:
        return
    if volume.status.phase != "Bound":
        yield _freed(key, volume, VOLUME_PROTECTION)


def _freed(key: Key, held: LiveClaim | LiveVolume, finalizer: str) -> Write:
    freed = replace(held, meta=without_finalizer(held.meta, finalizer))
    return Write("update", key, freed, why="nobody uses it any more")


CLAIMS = Component("persistentvolumeclaim-protection-controller", each(CLAIM), _claim, steady=True)
VOLUMES = Component("persistentvolume-protection-controller", each(VOLUME), _volume, steady=True)
