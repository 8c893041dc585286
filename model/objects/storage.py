"""Storage objects as the volume filters look them up: volumes, claims, classes, and what CSI drivers say of nodes.

`normalise` is the only way from typed API objects (lightkube-models) to a `Storage`.
Left out: everything that only provisioning, attaching and mounting read (parameters, mount options, secrets, …).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1, storage_v1

from kubeproof.model.objects import affinity, quantity, selectors
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.selectors import Requirement, Selector
from kubeproof.model.objects.volumes import CsiVolume, migrated

BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
"""The annotation that named a claim's or volume's class before the field did; it still goes first."""

SELECTED_NODE = "volume.kubernetes.io/selected-node"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
MIGRATED_PLUGINS = "storage.alpha.kubernetes.io/migrated-plugins"
WAITS = "WaitForFirstConsumer"
ZONE, BETA_ZONE = "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"
REGION, BETA_REGION = "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"


class PersistentVolumeClaim(msgspec.Struct, frozen=True):
    """A claim. `storage_class` is "" where it names none. `selector` and `request` are None where it has none.

    `volume` names what it is bound to or wants. `owner` is its controller's uid, `selected_node` an annotation's value.
    """

    namespace: str
    name: str
    uid: str = ""
    volume: str = ""
    storage_class: str = ""
    access_modes: frozenset[str] = frozenset()
    volume_mode: str = "Filesystem"
    attributes_class: str = ""
    request: Quantity | None = None
    selector: Selector | None = None
    phase: str = ""
    deleting: bool = False
    bind_completed: bool = False
    selected_node: str | None = None
    owner: str | None = None


class ClaimRef(NamedTuple):
    """The claim that a volume is bound to, or kept for; `uid` is "" where any claim of that name will do."""

    namespace: str
    name: str
    uid: str


class PersistentVolume(msgspec.Struct, frozen=True):
    """A volume. `node_terms` says from which nodes it can be reached (None: all); `source`: the field that defines it.

    `csi` is the CSI volume that it is, or that takes its place where its in-tree plugin has been migrated.
    """

    name: str
    labels: Map[str, str] = Map()
    storage_class: str = ""
    access_modes: frozenset[str] = frozenset()
    volume_mode: str = "Filesystem"
    attributes_class: str = ""
    capacity: Quantity = quantity.ZERO
    claim: ClaimRef | None = None
    node_terms: tuple[NodeSelectorTerm, ...] | None = None
    phase: str = ""
    deleting: bool = False
    source: str = ""
    csi: CsiVolume | None = None


class StorageClass(msgspec.Struct, frozen=True):
    """A class. `waits`: for a pod to be scheduled (WaitForFirstConsumer). `topologies`: on which nodes' labels it makes
    volumes, each a list of requirements; none is everywhere.
    """

    name: str
    provisioner: str = ""
    waits: bool = False
    topologies: tuple[tuple[Requirement, ...], ...] = ()


class CSINode(msgspec.Struct, frozen=True):
    """What CSI drivers say of the node with this name. `limits`: how many volumes of a driver it takes, where told;
    `topology`: the labels of the node that say from where a driver's volumes are reached."""

    name: str
    limits: Map[str, int] = Map()
    migrated: frozenset[str] = frozenset()
    topology: Map[str, tuple[str, ...]] = Map()


class CSIStorageCapacity(msgspec.Struct, frozen=True):
    """How large a volume of a class can be made on the nodes that `topology` selects (`limit`, in bytes)."""

    storage_class: str
    topology: Selector
    limit: int | None


class VolumeAttachment(msgspec.Struct, frozen=True):
    """A persistent volume (None: another kind) that is attached to a node by a driver, or is about to be."""

    driver: str
    node: str
    volume: str | None


class Storage(msgspec.Struct, frozen=True):
    """The storage objects of a cluster, by name; claims by namespace and name.

    `tracked`: the drivers whose capacity is to be looked at.
    """

    volumes: Map[str, PersistentVolume] = Map()
    claims: Map[tuple[str, str], PersistentVolumeClaim] = Map()
    classes: Map[str, StorageClass] = Map()
    csi_nodes: Map[str, CSINode] = Map()
    tracked: frozenset[str] = frozenset()
    capacities: tuple[CSIStorageCapacity, ...] = ()
    attachments: tuple[VolumeAttachment, ...] = ()


def normalise(
    *,
    volumes: Iterable[core_v1.PersistentVolume] = (),
    claims: Iterable[core_v1.PersistentVolumeClaim] = (),
    classes: Iterable[storage_v1.StorageClass] = (),
    csi_nodes: Iterable[storage_v1.CSINode] = (),
    csi_drivers: Iterable[storage_v1.CSIDriver] = (),
    capacities: Iterable[storage_v1.CSIStorageCapacity] = (),
    attachments: Iterable[storage_v1.VolumeAttachment] = (),
) -> Storage:
    """The storage objects of a cluster, ours; raises BadQuantity or BadSelector where a value cannot be used."""
    own_claims = map(claim_of, claims)
    return Storage(
        volumes=Map({volume.name: volume for volume in map(volume_of, volumes)}),
        claims=Map({(claim.namespace, claim.name): claim for claim in own_claims}),
        classes=Map({cls.name: cls for cls in map(class_of, classes)}),
        csi_nodes=Map({node.name: node for node in map(csi_node_of, csi_nodes)}),
        tracked=frozenset(_meta(driver.metadata).name or "" for driver in csi_drivers if driver.spec.storageCapacity),
        capacities=tuple(map(capacity_of, capacities)),
        attachments=tuple(map(attachment_of, attachments)),
    )


def _meta(raw: meta_v1.ObjectMeta | None) -> meta_v1.ObjectMeta:
    return raw or meta_v1.ObjectMeta()


def _class_name(field: str | None, annotations: Mapping[str, str] | None) -> str:
    """The annotation if it is there, even empty, else the field (component-helpers' GetPersistentVolumeClass)."""
    return (annotations or {}).get(BETA_CLASS, field or "")


def _storage(amounts: Mapping[str, str] | None) -> Quantity | None:
    text = (amounts or {}).get("storage")
    return None if text is None else quantity.decode(text)


def claim_of(raw: core_v1.PersistentVolumeClaim) -> PersistentVolumeClaim:
    """Ours for a typed claim. Raises BadQuantity and BadSelector."""
    meta, spec = _meta(raw.metadata), raw.spec or core_v1.PersistentVolumeClaimSpec()
    annotations = meta.annotations or {}
    owner = next((ref for ref in meta.ownerReferences or () if ref.controller), None)
    return PersistentVolumeClaim(
        namespace=meta.namespace or "default",
        name=meta.name or "",
        uid=meta.uid or "",
        volume=spec.volumeName or "",
        storage_class=_class_name(spec.storageClassName, annotations),
        access_modes=frozenset(spec.accessModes or ()),
        volume_mode=spec.volumeMode or "Filesystem",
        attributes_class=spec.volumeAttributesClassName or "",
        request=_storage(spec.resources.requests if spec.resources else None),
        selector=None if spec.selector is None else selectors.of_label_selector(spec.selector),
        phase=(raw.status and raw.status.phase) or "",
        deleting=meta.deletionTimestamp is not None,
        bind_completed=BIND_COMPLETED in annotations,
        selected_node=annotations.get(SELECTED_NODE),
        owner=owner.uid if owner else None,
    )


SOURCES = tuple(
    name
    for name in core_v1.PersistentVolumeSpec.__struct_fields__
    if name
    not in {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)
"""The fields of a persistent volume of which one says what it is."""


def volume_of(raw: core_v1.PersistentVolume) -> PersistentVolume:
    """Ours for a typed volume. Raises BadQuantity."""
    meta, spec = _meta(raw.metadata), raw.spec or core_v1.PersistentVolumeSpec()
    ref, required = spec.claimRef, spec.nodeAffinity.required if spec.nodeAffinity else None
    labels = meta.labels or {}
    zone = labels.get(ZONE) or labels.get(BETA_ZONE) or ""
    return PersistentVolume(
        name=meta.name or "",
        labels=Map(labels),
        storage_class=_class_name(spec.storageClassName, meta.annotations),
        access_modes=frozenset(spec.accessModes or ()),
        volume_mode=spec.volumeMode or "Filesystem",
        attributes_class=spec.volumeAttributesClassName or "",
        capacity=_storage(spec.capacity) or quantity.ZERO,
        claim=ClaimRef(ref.namespace or "", ref.name or "", ref.uid or "") if ref else None,
        node_terms=None if required is None else affinity.node_terms(required),
        phase=(raw.status and raw.status.phase) or "",
        deleting=meta.deletionTimestamp is not None,
        source=next((name for name in SOURCES if getattr(spec, name) is not None), ""),
        csi=CsiVolume(spec.csi.driver, spec.csi.volumeHandle) if spec.csi else migrated(spec, zone),
    )


def class_of(raw: storage_v1.StorageClass) -> StorageClass:
    """Ours for a typed class."""
    return StorageClass(
        name=_meta(raw.metadata).name or "",
        provisioner=raw.provisioner,
        waits=raw.volumeBindingMode == WAITS,
        topologies=tuple(
            tuple(Requirement(r.key, "In", tuple(r.values)) for r in term.matchLabelExpressions or ())
            for term in raw.allowedTopologies or ()
        ),
    )


def csi_node_of(raw: storage_v1.CSINode) -> CSINode:
    """Ours for what CSI drivers say of a node."""
    meta = _meta(raw.metadata)
    migrated = (meta.annotations or {}).get(MIGRATED_PLUGINS, "")
    counts = ((driver.name, driver.allocatable) for driver in raw.spec.drivers)
    return CSINode(
        name=meta.name or "",
        limits=Map({name: room.count for name, room in counts if room is not None and room.count is not None}),
        migrated=frozenset(migrated.split(",")) if migrated else frozenset(),
        topology=Map({driver.name: tuple(driver.topologyKeys) for driver in raw.spec.drivers if driver.topologyKeys}),
    )


def capacity_of(raw: storage_v1.CSIStorageCapacity) -> CSIStorageCapacity:
    """Ours for how much room a driver has somewhere. Raises BadQuantity."""
    limit = raw.capacity if raw.maximumVolumeSize is None else raw.maximumVolumeSize
    try:
        topology = selectors.of_label_selector(raw.nodeTopology)
    except selectors.BadSelector:  # the API server lets some pass; kube-scheduler reaches no node by them
        topology = selectors.NOTHING
    return CSIStorageCapacity(
        storage_class=raw.storageClassName,
        topology=topology,
        limit=None if limit is None else quantity.decode(limit).value(),
    )


def attachment_of(raw: storage_v1.VolumeAttachment) -> VolumeAttachment:
    """Ours for a volume that is attached to a node, or is about to be."""
    return VolumeAttachment(raw.spec.attacher, raw.spec.nodeName, raw.spec.source.persistentVolumeName)
