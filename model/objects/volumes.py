"""A pod's volumes, as far as they decide where it can run: claims, and disks that nodes share.

Left out: volumes that follow the pod anywhere (configMap, secret, emptyDir, projected, hostPath, inline CSI, …).
"""

from __future__ import annotations

from typing import Literal

import msgspec
from lightkube.models import core_v1


class Claim(msgspec.Struct, frozen=True, tag=True):
    """A PersistentVolumeClaim of the pod's namespace; an `ephemeral` one is made for the pod and named after it."""

    name: str
    ephemeral: bool = False
    read_only: bool = False


class Disk(msgspec.Struct, frozen=True, tag=True):
    """A disk that is named in the pod itself (in-tree volume types that VolumeRestrictions compares)."""

    kind: Literal["gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd"]
    identity: tuple[str, ...]
    read_only: bool


Volume = Claim | Disk


def counts(raw: core_v1.Volume) -> bool:
    """Whether a volume can decide where its pod runs."""
    return any(
        source is not None
        for source in (
            raw.persistentVolumeClaim,
            raw.ephemeral,
            raw.gcePersistentDisk,
            raw.awsElasticBlockStore,
            raw.iscsi,
            raw.rbd,
        )
    )


def of_volume(raw: core_v1.Volume, pod_name: str) -> Volume:
    """Ours for a typed volume that counts, of a pod with this name."""
    if raw.persistentVolumeClaim:
        return Claim(raw.persistentVolumeClaim.claimName, read_only=bool(raw.persistentVolumeClaim.readOnly))
    if raw.ephemeral:
        return Claim(f"{pod_name}-{raw.name}", ephemeral=True)
    if raw.gcePersistentDisk:
        return Disk("gcePersistentDisk", (raw.gcePersistentDisk.pdName,), bool(raw.gcePersistentDisk.readOnly))
    if raw.awsElasticBlockStore:
        return Disk(
            "awsElasticBlockStore", (raw.awsElasticBlockStore.volumeID,), bool(raw.awsElasticBlockStore.readOnly)
        )
    if raw.iscsi:
        return Disk("iscsi", (raw.iscsi.iqn,), bool(raw.iscsi.readOnly))
    assert raw.rbd is not None
    return Disk("rbd", (raw.rbd.pool or "rbd", raw.rbd.image, *sorted(raw.rbd.monitors)), bool(raw.rbd.readOnly))
