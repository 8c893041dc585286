"""A pod's volumes, as far as they decide where it can run: claims, disks that nodes share, disks of CSI drivers.

Left out: volumes that follow the pod anywhere (configMap, secret, emptyDir, projected, hostPath, nfs, inline CSI, …).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec
from lightkube.models import core_v1

DiskKind = Literal["gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd"]


class CsiVolume(NamedTuple):
    """A volume of a CSI driver, by the driver's own name for it."""

    driver: str
    handle: str


class Migrated(NamedTuple):
    """An in-tree volume plugin whose volumes a CSI driver serves in its place."""

    plugin: str
    driver: str


MIGRATED: Mapping[str, Migrated] = {
    "awsElasticBlockStore": Migrated("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    "azureDisk": Migrated("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    "cinder": Migrated("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    "gcePersistentDisk": Migrated("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    "portworxVolume": Migrated("kubernetes.io/portworx-volume", "pxd.portworx.com"),
}
"""By the field of a volume: the migrations that kube-scheduler v1.34 heeds (not azureFile, vsphereVolume)."""


class Claim(msgspec.Struct, frozen=True, tag=True):
    """A PersistentVolumeClaim of the pod's namespace; an `ephemeral` one is made for the pod and named after it."""

    name: str
    ephemeral: bool = False


class Disk(msgspec.Struct, frozen=True, tag=True):
    """A disk that is named in the pod itself (in-tree volume types that VolumeRestrictions compares).

    `monitors` are Ceph's, of which two equal images share one at least.
    """

    kind: DiskKind
    identity: tuple[str, ...]
    read_only: bool = False
    monitors: frozenset[str] = frozenset()


class Attached(msgspec.Struct, frozen=True, tag=True):
    """A disk that is named in the pod itself, which only counts towards the limit of the CSI driver that serves it."""

    volume: CsiVolume


Volume = Claim | Disk | Attached


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
            raw.azureDisk,
            raw.cinder,
            raw.portworxVolume,
        )
    )


def of_volume(raw: core_v1.Volume, pod_name: str) -> Volume:
    """Ours for a typed volume that counts, of a pod with this name."""
    if raw.persistentVolumeClaim:
        return Claim(raw.persistentVolumeClaim.claimName)
    if raw.ephemeral:
        return Claim(f"{pod_name}-{raw.name}", ephemeral=True)
    if raw.gcePersistentDisk:
        return Disk("gcePersistentDisk", (raw.gcePersistentDisk.pdName,), bool(raw.gcePersistentDisk.readOnly))
    if raw.awsElasticBlockStore:
        ebs = raw.awsElasticBlockStore
        return Disk("awsElasticBlockStore", (ebs.volumeID,), bool(ebs.readOnly))
    if raw.iscsi:
        return Disk("iscsi", (raw.iscsi.iqn,), bool(raw.iscsi.readOnly))
    if raw.rbd:
        image = (raw.rbd.pool or "rbd", raw.rbd.image)
        return Disk("rbd", image, bool(raw.rbd.readOnly), frozenset(raw.rbd.monitors))
    served = migrated(raw)
    assert served is not None
    return Attached(served)


def csi_of(volume: Volume) -> CsiVolume | None:
    """The CSI volume that a disk named in a pod is; None for claims, and for disks that no CSI driver serves."""
    match volume:
        case Attached(served):
            return served
        case Disk("awsElasticBlockStore" | "gcePersistentDisk" as kind, identity):
            handle = ebs_handle(*identity) if kind == "awsElasticBlockStore" else gce_handle(*identity)
            return CsiVolume(MIGRATED[kind].driver, handle)
        case _:
            return None


def migrated(raw: core_v1.Volume | core_v1.PersistentVolumeSpec, zone: str = "") -> CsiVolume | None:
    """The CSI volume that takes the place of an in-tree one (csi-translation-lib, v1.34); None where none does."""
    if raw.awsElasticBlockStore:
        return _served("awsElasticBlockStore", ebs_handle(raw.awsElasticBlockStore.volumeID))
    if raw.gcePersistentDisk:
        return _served("gcePersistentDisk", gce_handle(raw.gcePersistentDisk.pdName, zone))
    if raw.azureDisk:
        return _served("azureDisk", raw.azureDisk.diskURI)
    if raw.cinder:
        return _served("cinder", raw.cinder.volumeID)
    if raw.portworxVolume:
        return _served("portworxVolume", raw.portworxVolume.volumeID)
    return None


def _served(field: str, handle: str) -> CsiVolume:
    return CsiVolume(MIGRATED[field].driver, handle)


def ebs_handle(volume: str) -> str:
    """The driver's name for a disk of AWS: what follows the zone in aws://ZONE/ID, else the ID as it is."""
    return volume.removeprefix("aws://").partition("/")[2].strip("/") if volume.startswith("aws://") else volume


def gce_handle(disk: str, zone: str = "") -> str:
    """The driver's name for a disk of Google Cloud; the zone is not known of a disk that is named in a pod."""
    return f"projects/UNSPECIFIED/zones/{zone or 'UNSPECIFIED'}/disks/{disk}"
