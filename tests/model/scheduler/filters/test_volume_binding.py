"""What VolumeBinding says (v1.34)."""

from collections.abc import Mapping, Sequence

import pytest

from kubeproof.model.errors import NotModelled
from kubeproof.model.scheduler.cycle import Verdict
from kubeproof.model.scheduler.filters import volume_binding as words
from tests.model.scheduler.filters.volumes import (
    EBS,
    IN_A,
    IN_B,
    ZONE,
    A,
    binding,
    bound,
    claim,
    csi_node,
    having,
    on_both,
    static,
    storage_class,
    using,
    volume,
)
from tests.model.scheduler.witness import FITS, Raw, Witness, final, pod

UNREACHED = final("VolumeBinding", words.NODE_CONFLICT)
NONE_FOUND = final("VolumeBinding", words.BIND_CONFLICT)
FULL = final("VolumeBinding", words.NO_SPACE)
GONE = final("VolumeBinding", words.VOLUME_GONE)


def both(*reasons: str) -> Verdict:
    return final("VolumeBinding", *reasons)


BOUND = (
    on_both(
        "a bound volume is reached where its node affinity says", FITS, UNREACHED, having([bound()], [volume(on=IN_A)])
    ),
    on_both("without node affinity it is reached from everywhere", FITS, FITS, having([bound()], [volume()])),
    on_both(
        "any of its terms will do",
        FITS,
        FITS,
        having([bound()], [volume(nodeAffinity={"required": {"nodeSelectorTerms": [IN_A, IN_B]}})]),
    ),
    on_both(
        "a volume that names its node as a field is reached from nowhere: only labels are looked at",
        UNREACHED,
        UNREACHED,
        having(
            [bound()],
            [volume(on={"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]})],
        ),
    ),
    on_both(
        "and one that excludes a node so, from that one too",
        FITS,
        FITS,
        having(
            [bound()],
            [volume(on={"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["a"]}]})],
        ),
    ),
    on_both(
        "a field beside labels leaves the labels to decide",
        FITS,
        UNREACHED,
        having(
            [bound()],
            [volume(on={**IN_A, "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["a"]}]})],
        ),
    ),
    on_both("a term that asks for nothing matches nothing", UNREACHED, UNREACHED, having([bound()], [volume(on={})])),
    on_both("a volume that is gone is reached from nowhere", GONE, GONE, having([bound()])),
    on_both(
        "of bound claims the first that fails speaks",
        GONE,
        UNREACHED,
        having([bound("one"), bound("two", "gone")], [volume(on=IN_A)]),
        "one",
        "two",
    ),
    on_both(
        "also if that is a volume that is gone",
        GONE,
        GONE,
        having([bound("one"), bound("two", "gone")], [volume(on=IN_A)]),
        "two",
        "one",
    ),
    on_both(
        "bound and waiting claims speak together",
        NONE_FOUND,
        both(words.NODE_CONFLICT, words.BIND_CONFLICT),
        static([bound("one"), claim("two")], [volume(on=IN_A, storageClassName="other")]),
        "one",
        "two",
    ),
)

EVERYWHERE = {"nodeTopology": {}, "capacity": "10Gi"}


def capacity(**more: object) -> Raw:
    return {"metadata": {"name": "c"}, "storageClassName": "standard", **EVERYWHERE, **more}


def tracked(*capacities: Raw, claims: Sequence[Raw] = (), **more: Sequence[Raw]) -> Mapping[str, Sequence[Raw]]:
    driver = {"metadata": {"name": EBS}, "spec": {"storageCapacity": True}}
    return having(claims or [claim()], csi_drivers=[driver], capacities=list(capacities), **more)


def allowed(key: str, *values: str) -> Raw:
    return {"matchLabelExpressions": [{"key": key, "values": list(values)}]}


def topologies(*places: Raw) -> Mapping[str, Sequence[Raw]]:
    return having([claim()], classes=[storage_class(allowedTopologies=list(places))])


MADE = (
    on_both("a class with a driver makes one anywhere", FITS, FITS, having([claim()])),
    on_both("but only where its topology allows", FITS, NONE_FOUND, topologies(allowed(ZONE, "a", "c"))),
    on_both("any of its places will do", FITS, FITS, topologies(allowed(ZONE, "a"), allowed("rack", "2"))),
    on_both(
        "all labels of a place must fit",
        NONE_FOUND,
        NONE_FOUND,
        topologies({"matchLabelExpressions": [{"key": ZONE, "values": ["a"]}, {"key": "rack", "values": ["2"]}]}),
    ),
    on_both("a place without labels is nowhere", NONE_FOUND, NONE_FOUND, topologies({})),
    on_both(
        "a volume that is found need not be made",
        NONE_FOUND,
        FITS,
        having([claim()], [volume(on=IN_B)], [storage_class(allowedTopologies=[allowed(ZONE, "c")])]),
    ),
    on_both(
        "a claim that is being provisioned for a node waits for it there",
        FITS,
        NONE_FOUND,
        having([claim(annotations={"volume.kubernetes.io/selected-node": "a"})]),
    ),
    on_both(
        "and looks for no other volume",
        NONE_FOUND,
        NONE_FOUND,
        static([claim(annotations={"volume.kubernetes.io/selected-node": "a"})], [volume()]),
    ),
    on_both(
        "the other claims of its pod are not looked at elsewhere",
        FULL,
        NONE_FOUND,
        tracked(
            claims=[claim("one", annotations={"volume.kubernetes.io/selected-node": "a"}), claim("two")],
        ),
        "one",
        "two",
    ),
    on_both("what a driver tracks must be there", FULL, FULL, tracked()),
    on_both("enough is enough", FITS, FITS, tracked(capacity())),
    on_both("less is not", FULL, FULL, tracked(capacity(capacity="9Gi"))),
    on_both("the largest volume goes before the capacity", FULL, FULL, tracked(capacity(maximumVolumeSize="1Gi"))),
    on_both("capacity of another class does not count", FULL, FULL, tracked(capacity(storageClassName="x"))),
    on_both("capacity of unknown size does not count", FULL, FULL, tracked(capacity(capacity=None))),
    on_both("nor does capacity that is reached from nowhere", FULL, FULL, tracked(capacity(nodeTopology=None))),
    on_both("only where it is reached", FITS, FULL, tracked(capacity(nodeTopology={"matchLabels": {ZONE: "a"}}))),
    on_both(
        "a claim that asks for no size fits anywhere",
        FITS,
        FITS,
        tracked(claims=[claim(resources={})]),
    ),
    on_both(
        "a driver that does not track is not asked",
        FITS,
        FITS,
        having([claim()], csi_drivers=[{"metadata": {"name": EBS}, "spec": {"storageCapacity": False}}]),
    ),
    on_both(
        "capacity and node affinity speak together",
        FULL,
        both(words.NODE_CONFLICT, words.NO_SPACE),
        tracked(claims=[bound("one"), claim("two")], volumes=[volume(on=IN_A, phase="Bound")]),
        "one",
        "two",
    ),
    on_both(
        "of claims to be made the first that fails speaks: no place",
        NONE_FOUND,
        FULL,
        tracked(
            claims=[claim("one", storageClassName="in-b"), claim("two", size="20Gi")],
            classes=[storage_class(), storage_class("in-b", allowedTopologies=[allowed(ZONE, "b")], provisioner="x")],
        ),
        "one",
        "two",
    ),
    on_both(
        "or no room",
        FULL,
        FULL,
        tracked(
            claims=[claim("one"), claim("two", storageClassName="in-b", size="20Gi")],
            classes=[storage_class(), storage_class("in-b", allowedTopologies=[allowed(ZONE, "b")], provisioner="x")],
        ),
        "two",
        "one",
    ),
)


@pytest.mark.parametrize("asked", [*BOUND, *MADE], ids=lambda asked: asked.sentence)
def test_volume_binding(asked: Witness) -> None:
    assert binding(asked) == asked.says


EPHEMERAL = [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]


def owned(uid: str, *, controller: bool = True) -> Sequence[Raw]:
    return [{"apiVersion": "v1", "kind": "Pod", "name": "asking", "uid": uid, "controller": controller}]


IMMEDIATE = [storage_class(volumeBindingMode="Immediate")]
NOT_OWNER = "PVC shop/asking-v was not created for pod shop/asking (pod is not owner)"

REJECTED = (
    ("a claim that does not exist", using("data"), having(), 'persistentvolumeclaim "data" not found'),
    (
        "an ephemeral one that is not made yet",
        EPHEMERAL,
        having(),
        'waiting for ephemeral volume controller to create the persistentvolumeclaim "asking-v"',
    ),
    (
        "a claim that lost its volume",
        using("data"),
        having([bound(phase="Lost")]),
        'persistentvolumeclaim "data" bound to non-existent persistentvolume "pv"',
    ),
    (
        "a claim that is being deleted",
        using("data"),
        having([claim(deletionTimestamp="2026-03-01T00:00:00Z")]),
        'persistentvolumeclaim "data" is being deleted',
    ),
    ("an ephemeral one of another pod", EPHEMERAL, having([claim("asking-v", ownerReferences=owned("x"))]), NOT_OWNER),
    (
        "an ephemeral one that the pod does not control",
        EPHEMERAL,
        having([claim("asking-v", ownerReferences=owned("asking", controller=False))]),
        NOT_OWNER,
    ),
    ("an ephemeral one that nobody owns", EPHEMERAL, having([claim("asking-v")]), NOT_OWNER),
    ("its own ephemeral one", EPHEMERAL, having([claim("asking-v", ownerReferences=owned("asking"))]), None),
    (
        "an unbound claim of a class that does not wait",
        using("data"),
        having([claim()], classes=IMMEDIATE),
        words.UNBOUND,
    ),
    ("an unbound claim of no class", using("data"), having([claim(storageClassName="")]), words.UNBOUND),
    ("an unbound claim of a class that is gone", using("data"), having([claim()], classes=[]), words.UNBOUND),
    (
        "a claim that wants a volume and is not bound to it yet",
        using("data"),
        having([claim(volumeName="pv")], [volume()]),
        words.UNBOUND,
    ),
    (
        "the first of two that are wrong",
        using("one", "two"),
        having([claim("one", storageClassName=""), bound("two", phase="Lost")]),
        'persistentvolumeclaim "two" bound to non-existent persistentvolume "pv"',
    ),
)


@pytest.mark.parametrize(("sentence", "volumes", "objects", "reason"), REJECTED, ids=[one[0] for one in REJECTED])
def test_what_rejects_the_pod(
    sentence: str, volumes: Sequence[Raw], objects: Mapping[str, Sequence[Raw]], reason: str | None
) -> None:
    asked = Witness(sentence, pod(volumes=volumes), [A], {}, more=objects)
    assert binding(asked) == (final("VolumeBinding", reason) if reason else {"a": FITS})


IN_TREE: Raw = {"gcePersistentDisk": {"pdName": "d"}}
MIGRATED = {"annotations": {"storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/gce-pd,kubernetes.io/x"}}


def test_a_place_that_migration_renames_is_not_modelled() -> None:
    objects = having([bound()], [volume(on=IN_A, **IN_TREE)], csi_nodes=[csi_node("a", {}, **MIGRATED)])
    with pytest.raises(NotModelled, match=r"PersistentVolume pv: spec.gcePersistentDisk"):
        binding(on_both("", FITS, FITS, objects))


def test_migration_does_not_matter_to_a_volume_without_a_place() -> None:
    objects = having([bound()], [volume(**IN_TREE)], csi_nodes=[csi_node("a", {}, **MIGRATED)])
    assert binding(on_both("", FITS, FITS, objects)) == {"a": FITS, "b": FITS}


def test_migration_does_not_matter_where_nobody_migrated() -> None:
    objects = having([bound()], [volume(on=IN_A, **IN_TREE)], csi_nodes=[csi_node("a", {})])
    assert binding(on_both("", FITS, FITS, objects)) == {"a": FITS, "b": UNREACHED}
