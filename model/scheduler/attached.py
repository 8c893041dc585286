"""Which CSI volumes are on which node: what kube-scheduler's NodeVolumeLimits counts (v1.34, nodevolumelimits/csi.go).

All readings of the leaf `AttachedVolumes` rest on this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.storage import PersistentVolumeClaim, Storage
from kubeproof.model.objects.volumes import MIGRATED, Claim, CsiVolume, csi_of

_DRIVER_OF_PLUGIN = {served.plugin: served.driver for served in MIGRATED.values()}
_NOT_COUNTED = frozenset({"kubernetes.io/azure-file", "kubernetes.io/vsphere-volume"})
_PORTWORX = MIGRATED["portworxVolume"]


def of_claim(claim: PersistentVolumeClaim, storage: Storage) -> CsiVolume | None:
    """The CSI volume of a claim, or what its class will make for it (getCSIDriverInfo); None where none counts."""
    volume = storage.volumes.get(claim.volume) if claim.volume else None
    if volume is not None:
        return volume.csi if volume.csi and volume.csi.driver and volume.csi.handle else None
    made_by = storage.classes.get(claim.storage_class)
    if made_by is None or not made_by.provisioner or made_by.provisioner in _NOT_COUNTED:
        return None
    driver = _DRIVER_OF_PLUGIN.get(made_by.provisioner, made_by.provisioner)
    return CsiVolume(driver, f"to be made for {claim.namespace}/{claim.name}")


def of_claims(storage: Storage) -> Mapping[CsiVolume, frozenset[tuple[str, str]]]:
    """For each CSI volume the claims that mean it."""
    found: dict[CsiVolume, set[tuple[str, str]]] = {}
    for key, claim in storage.claims.items():
        volume = of_claim(claim, storage)
        if volume is not None:
            found.setdefault(volume, set()).add(key)
    return {volume: frozenset(keys) for volume, keys in found.items()}


def of_pod(pod: Pod, storage: Storage) -> frozenset[CsiVolume]:
    """The CSI volumes that a pod on a node uses; claims that do not exist do not count."""
    found: set[CsiVolume | None] = set()
    for held in pod.spec.volumes:
        if isinstance(held, Claim):
            claim = storage.claims.get((pod.namespace, held.name))
            if claim is None:
                continue
            if held.ephemeral and claim.owner != pod.uid:
                raise NotModelled("spec.volumes[].ephemeral", f"{pod.key} uses the claim {held.name} of another owner")
            found.add(of_claim(claim, storage))
        else:
            found.add(csi_of(held))
    return frozenset(volume for volume in found if volume is not None)


def of_driver(volumes: Iterable[CsiVolume], driver: str) -> frozenset[CsiVolume]:
    """Those of the volumes that are the driver's."""
    return frozenset(volume for volume in volumes if volume.driver == driver)


def by_attachment(storage: Storage) -> Mapping[str, frozenset[CsiVolume]]:
    """For each node the volumes that VolumeAttachments say are attached to it (getNodeVolumeAttachmentInfo)."""
    found: dict[str, set[CsiVolume]] = {}
    for attachment in storage.attachments:
        volume = storage.volumes.get(attachment.volume or "")
        if attachment.driver and volume is not None and volume.source == "csi" and volume.csi:
            found.setdefault(attachment.node, set()).add(CsiVolume(attachment.driver, volume.csi.handle))
    return {node: frozenset(volumes) for node, volumes in found.items()}


class VolumesOn:
    """The volumes of one driver on some nodes, each in its place: those attached and those that pods use."""

    def __init__(self, attached: Sequence[frozenset[CsiVolume]]) -> None:
        self._attached = attached
        self._used: list[Counter[CsiVolume]] = [Counter() for _ in attached]

    def move(self, place: int, volumes: Iterable[CsiVolume], times: int) -> None:
        """Puts a pod that uses these volumes on a node, or with `times=-1` takes it away."""
        for volume in volumes:
            self._used[place][volume] += times

    def count(self, place: int) -> int:
        """How many different volumes there are on a node."""
        attached = self._attached[place]
        return len(attached) + sum(uses > 0 and volume not in attached for volume, uses in self._used[place].items())

    def used(self, place: int) -> Counter[CsiVolume]:
        """How many pods on a node use each volume, to be kept."""
        return self._used[place].copy()

    def put_back(self, place: int, used: Counter[CsiVolume]) -> None:
        """Makes the pods on a node use what was kept."""
        self._used[place] = used

    def copy(self, places: Sequence[int]) -> VolumesOn:
        """The same for some of the nodes, to be changed on its own."""
        found = VolumesOn([self._attached[place] for place in places])
        found._used = [self._used[place].copy() for place in places]
        return found


def check_portworx(storage: Storage) -> None:
    """Raises NotModelled where a node limits Portworx volumes, but has not migrated them: the only such plugin."""
    for node in storage.csi_nodes.values():
        if _PORTWORX.driver in node.limits and _PORTWORX.plugin not in node.migrated:
            raise NotModelled(f"CSINode {node.name}", f"a limit of {_PORTWORX.driver} without its migration")
