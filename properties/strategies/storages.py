"""Random storage: a few claims that share a few volumes of one CSI driver, with little room for them.

Left out: volumes that a CSI driver has taken over from an in-tree plugin, and claims that are made for a pod.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from immutables import Map

from kubeproof.model.objects import quantity
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.selectors import Requirement, of_requirements
from kubeproof.model.objects.storage import (
    ZONE,
    ClaimRef,
    CSINode,
    CSIStorageCapacity,
    PersistentVolume,
    PersistentVolumeClaim,
    Storage,
    StorageClass,
    VolumeAttachment,
)
from kubeproof.model.objects.volumes import Claim, CsiVolume, Disk
from kubeproof.properties.strategies.nodes import MOSTLY, NAMES, VALUES

DRIVER = "csi.example.com"
CLAIMS, VOLUMES, SIZES = ("c1", "c2", "c3"), ("pv1", "pv2", "pv3"), ("1Gi", "2Gi")
WAITING, AT_ONCE = "waiting", "at-once"


@cache
def volumes() -> SearchStrategy[Claim | Disk]:
    """A volume of a pod: a claim, or a disk that is named in the pod itself."""
    disk = st.builds(Disk, st.sampled_from(("gcePersistentDisk", "iscsi")), st.just(("d1",)), st.booleans())
    image = st.builds(
        Disk, st.just("rbd"), st.just(("rbd", "i1")), st.booleans(), st.frozensets(st.sampled_from("mn"), min_size=1)
    )
    claim = st.sampled_from(CLAIMS).map(Claim)
    return claim | claim | disk | image


@st.composite
def storages(draw: st.DrawFn, namespaces: tuple[str, ...] = ("shop", "ops")) -> Storage:
    """Claims, bound or not, in these namespaces, and all that decides about them; some that are used do not exist."""
    claims = [draw(_claims(namespace, name)) for namespace in namespaces for name in CLAIMS if draw(MOSTLY)]
    bound = {claim.volume: ClaimRef(claim.namespace, claim.name, claim.uid) for claim in claims if claim.volume}
    found = [draw(_volumes(name, bound.get(name))) for name in VOLUMES if draw(MOSTLY)]
    limits = {name: draw(st.integers(0, 2)) for name in NAMES if draw(st.booleans())}
    places = st.tuples(st.sampled_from(NAMES), st.sampled_from(VOLUMES))
    return Storage(
        volumes=Map({volume.name: volume for volume in found}),
        claims=Map({(claim.namespace, claim.name): claim for claim in claims}),
        classes=Map({WAITING: draw(_classes()), AT_ONCE: StorageClass(AT_ONCE, DRIVER)}),
        csi_nodes=Map({name: CSINode(name, Map({DRIVER: limit})) for name, limit in limits.items()}),
        tracked=frozenset({DRIVER}) if draw(st.booleans()) else frozenset(),
        capacities=tuple(draw(st.lists(_capacities(), max_size=2))),
        attachments=tuple(VolumeAttachment(DRIVER, *place) for place in draw(st.lists(places, max_size=2))),
    )


@cache
@st.composite
def _claims(draw: st.DrawFn, namespace: str, name: str) -> PersistentVolumeClaim:
    volume = draw(st.sampled_from((*VOLUMES, "", "", "")))
    return PersistentVolumeClaim(
        namespace=namespace,
        name=name,
        uid=f"{namespace}-{name}",
        volume=volume,
        storage_class=draw(st.sampled_from((WAITING,) * 7 + (AT_ONCE,))),
        access_modes=frozenset({draw(st.sampled_from(("ReadWriteOnce", "ReadWriteOnce", "ReadWriteOncePod")))}),
        request=quantity.parse(draw(st.sampled_from(SIZES))),
        bind_completed=bool(volume),
        selected_node=None if volume else draw(st.sampled_from((None,) * 7 + ("n1",))),
    )


@cache
@st.composite
def _volumes(draw: st.DrawFn, name: str, claim: ClaimRef | None) -> PersistentVolume:
    zone = Requirement(ZONE, "In", (draw(st.sampled_from(VALUES[ZONE])),))
    return PersistentVolume(
        name=name,
        labels=Map({ZONE: zone.values[0]}) if draw(MOSTLY) else Map(),
        storage_class=WAITING,
        access_modes=frozenset({"ReadWriteOnce", "ReadWriteOncePod"}),
        capacity=quantity.parse(draw(st.sampled_from(SIZES))),
        claim=claim,
        node_terms=(NodeSelectorTerm((zone,)),) if draw(MOSTLY) else None,
        phase="Bound" if claim else "Available",
        source="csi",
        csi=CsiVolume(DRIVER, draw(st.sampled_from((name, "shared")))),
    )


@cache
@st.composite
def _classes(draw: st.DrawFn) -> StorageClass:
    """A class that waits for a pod; it makes volumes everywhere, in one zone, or not at all."""
    zone = Requirement(ZONE, "In", (draw(st.sampled_from(VALUES[ZONE])),))
    provisioner = draw(st.sampled_from((DRIVER, DRIVER, "kubernetes.io/no-provisioner")))
    return StorageClass(WAITING, provisioner, True, draw(st.sampled_from(((), ((zone,),), ((zone,),)))))


@cache
@st.composite
def _capacities(draw: st.DrawFn) -> CSIStorageCapacity:
    zone = of_requirements([Requirement(ZONE, "In", (draw(st.sampled_from(VALUES[ZONE])),))])
    return CSIStorageCapacity(WAITING, zone, quantity.parse(draw(st.sampled_from(SIZES))).value())
