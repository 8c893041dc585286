"""The provisioners of CSI drivers: they make a volume for each claim that asks for one, and delete released ones.

Follows kubernetes-csi/external-provisioner (v5). It is no part of Kubernetes, and what a driver can do is its own: here
every class has a provisioner that makes any volume at once. Where the volume is reached from: from nodes with the same
labels as the selected one, of those that the driver names (CSINode topologyKeys); without a selected node the driver
takes any of them; without such keys, where the class says (allowedTopologies), else everywhere.
Left out: drivers that run out of room (which take back a node that was selected), snapshots and clones.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.persistent_volume.binding import PROVISIONED_BY, PROVISIONER
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects import quantity
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_storage import CLAIM, CLASS, VOLUME, CSIFact, LiveClaim, LiveClass, LiveVolume
from kubeproof.model.objects.meta import Meta, without_finalizer
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.storage import SELECTED_NODE, ClaimRef, CSINode, PersistentVolume, StorageClass
from kubeproof.model.objects.volumes import CsiVolume

FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"
"""What keeps a volume's object until the driver has deleted the volume."""

Place = tuple[Requirement, ...]
"""The labels of the nodes from which a volume is reached."""


def _objects(look: Look) -> tuple[Key, ...]:
    return (*look.keys(CLAIM), *look.keys(VOLUME))


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    if key.kind == VOLUME:
        volume = look.get(key, LiveVolume)
        if volume is not None:
            yield from _deleted(key, volume)
        return
    claim = look.get(key, LiveClaim)
    if claim is None or claim.volume or not any(name in claim.meta.annotations for name in PROVISIONER):
        return
    made_by = look.get(Key(CLASS, "", claim.asked.storage_class), LiveClass)
    node = claim.meta.annotations.get(SELECTED_NODE, "")
    name = f"pvc-{claim.meta.uid}"
    there = look.get(Key(VOLUME, "", name), LiveVolume)
    if made_by is None or (made_by.given.waits and not node) or there is not None:
        return
    places = list(dict.fromkeys(_places(look, made_by.given, node)))
    yield Write("create", Key(VOLUME, "", name), _made(name, claim, made_by, pick(places) if places else ()))


def _deleted(key: Key, volume: LiveVolume) -> Iterator[Write]:
    """A volume that somebody's claim no longer needs goes, if this is its policy; its object goes with it."""
    if PROVISIONED_BY not in volume.meta.annotations or volume.reclaim != "Delete" or volume.status.phase != "Released":
        return
    if volume.meta.deleted_at is None:
        yield Write("delete", key, why="its claim is gone")
    elif FINALIZER in volume.meta.finalizers:
        yield Write("update", key, replace(volume, meta=without_finalizer(volume.meta, FINALIZER)))


def _places(look: Look, made_by: StorageClass, node: str) -> Iterator[Place]:
    """Where a volume can be made: at the selected node, else at any node of the driver; as the class allows."""
    told = [one.given for one in look.all("CSINode", CSIFact) if isinstance(one.given, CSINode)]
    keys = {one.name: one.topology[made_by.provisioner] for one in told if made_by.provisioner in one.topology}
    for name in [node] if node else sorted(keys):
        held = look.get(Key("Node", "", name), LiveNode)
        labels: Map[str, str] = held.meta.labels if held is not None else Map()
        place = tuple(Requirement(key, "In", (labels[key],)) for key in keys.get(name, ()) if key in labels)
        if place and (not made_by.topologies or any(_within(place, allowed) for allowed in made_by.topologies)):
            yield place
    if not keys:
        yield from made_by.topologies


def _within(place: Place, allowed: Place) -> bool:
    here = {one.key: one.values[0] for one in place}
    return all(one.key not in here or here[one.key] in one.values for one in allowed)


def _made(name: str, claim: LiveClaim, made_by: LiveClass, place: Place) -> LiveVolume:
    given = made_by.given
    ref = ClaimRef(claim.meta.namespace, claim.meta.name, claim.meta.uid)
    capacity = claim.asked.request or quantity.ZERO
    terms = (NodeSelectorTerm(place),) if place else None
    told = PersistentVolume(
        name,
        storage_class=given.name,
        access_modes=claim.asked.access_modes,
        volume_mode=claim.asked.volume_mode,
        attributes_class=claim.asked.attributes_class,
        capacity=capacity,
        node_terms=terms,
        source="csi",
        csi=CsiVolume(given.provisioner, name),
    )
    meta = Meta(name, annotations=Map({PROVISIONED_BY: given.provisioner}), finalizers=(FINALIZER,))
    return LiveVolume(meta, told, ref, made_by.reclaim, _manifest(told, made_by))


def _manifest(made: PersistentVolume, made_by: LiveClass) -> bytes:
    """The spec of a volume that was made, as JSON; without its handle, which `made` tells."""
    told = {
        "accessModes": sorted(made.access_modes),
        "capacity": {"storage": str(made.capacity)},
        "persistentVolumeReclaimPolicy": made_by.reclaim,
        "storageClassName": made.storage_class,
        "volumeMode": made.volume_mode,
    }
    if made.node_terms:
        places = [
            {"key": one.key, "operator": one.operator, "values": list(one.values)}
            for one in made.node_terms[0].expressions
        ]
        told |= {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": places}]}}}
    return msgspec.json.encode(told)


CSI_PROVISIONER = Component("csi-provisioner", _objects, _decide, steady=True)
