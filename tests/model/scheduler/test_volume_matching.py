"""Which volumes waiting claims find, as VolumeBinding tells it (v1.34)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.logic.value import value
from kubeproof.model.objects.storage import PersistentVolumeClaim
from kubeproof.model.scheduler.filters import volume_binding as words
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.model.scheduler.volume_matching import matched, reach
from tests.model.scheduler.filters.volumes import (
    IN_A,
    IN_B,
    ZONE,
    binding,
    claim,
    label_in,
    on_both,
    static,
    volume,
)
from tests.model.scheduler.witness import FITS, Raw, Witness, final, read

NONE_FOUND = final("VolumeBinding", words.BIND_CONFLICT)
OLD, NEW = claim("old"), claim("new")


def kept(name: str = "data", uid: str = "", namespace: str = "shop") -> Raw:
    return {"claimRef": {"namespace": namespace, "name": name, **({"uid": uid} if uid else {})}}


FOUND = (
    on_both(
        "a waiting claim finds a volume that the node reaches", FITS, NONE_FOUND, static([claim()], [volume(on=IN_A)])
    ),
    on_both("no volume, none found", NONE_FOUND, NONE_FOUND, static([claim()], [])),
    on_both("a smaller one will not do", NONE_FOUND, NONE_FOUND, static([claim()], [volume(size="9Gi")])),
    on_both("a larger one will", FITS, FITS, static([claim()], [volume(size="1Ti")])),
    on_both("a part of a byte counts", NONE_FOUND, NONE_FOUND, static([claim(size="1500m")], [volume(size="1400m")])),
    on_both("another class will not do", NONE_FOUND, NONE_FOUND, static([claim()], [volume(storageClassName="x")])),
    on_both(
        "the old annotation names the class first",
        FITS,
        FITS,
        static(
            [claim(storageClassName="x", annotations={"volume.beta.kubernetes.io/storage-class": "standard"})],
            [volume(storageClassName="y", annotations={"volume.beta.kubernetes.io/storage-class": "standard"})],
        ),
    ),
    on_both("another volume mode will not do", NONE_FOUND, NONE_FOUND, static([claim()], [volume(volumeMode="Block")])),
    on_both("the mode is Filesystem unless told", FITS, FITS, static([claim(volumeMode="Filesystem")], [volume()])),
    on_both(
        "it must have every access mode that is asked for",
        NONE_FOUND,
        NONE_FOUND,
        static([claim(accessModes=["ReadWriteOnce", "ReadOnlyMany"])], [volume()]),
    ),
    on_both(
        "and may have more", FITS, FITS, static([claim()], [volume(accessModes=["ReadOnlyMany", "ReadWriteOnce"])])
    ),
    on_both(
        "one that is not available will not do", NONE_FOUND, NONE_FOUND, static([claim()], [volume(phase="Released")])
    ),
    on_both(
        "one that is being deleted will not do",
        NONE_FOUND,
        NONE_FOUND,
        static([claim()], [volume(deletionTimestamp="2026-03-01T00:00:00Z")]),
    ),
    on_both(
        "the claim's selector must match its labels",
        NONE_FOUND,
        FITS,
        static(
            [claim(selector={"matchLabels": {"tier": "gold"}})],
            [volume("one", on=IN_A), volume("two", on=IN_B, labels={"tier": "gold"})],
        ),
    ),
    on_both(
        "a volume of other attributes will not do",
        NONE_FOUND,
        FITS,
        static(
            [claim(volumeAttributesClassName="fast")],
            [volume("one", on=IN_A), volume("two", on=IN_B, volumeAttributesClassName="fast")],
        ),
    ),
    on_both(
        "not even one that is kept for the claim",
        NONE_FOUND,
        FITS,
        static([claim()], [volume("kept", volumeAttributesClassName="fast", **kept()), volume("free", on=IN_B)]),
    ),
    on_both("one kept for another claim will not do", NONE_FOUND, NONE_FOUND, static([claim()], [volume(**kept("x"))])),
    on_both(
        "nor one kept for a claim of that name elsewhere",
        NONE_FOUND,
        NONE_FOUND,
        static([claim()], [volume(**kept(namespace="ops"))]),
    ),
    on_both(
        "nor one kept for a claim of that name that was deleted",
        NONE_FOUND,
        NONE_FOUND,
        static([claim()], [volume(**kept(uid="before"))]),
    ),
    on_both(
        "one kept for this claim will do, whatever its phase and access modes",
        FITS,
        NONE_FOUND,
        static([claim()], [volume(on=IN_A, phase="Pending", accessModes=["ReadOnlyMany"], **kept(uid="data"))]),
    ),
    on_both(
        "and then no other will, though it could be reached",
        FITS,
        NONE_FOUND,
        static([claim()], [volume("kept", on=IN_A, **kept()), volume("free", on=IN_B)]),
    ),
    on_both(
        "unless the one that is kept is too small",
        NONE_FOUND,
        FITS,
        static([claim()], [volume("kept", on=IN_A, size="1Gi", **kept()), volume("free", on=IN_B)]),
    ),
)

SHARED = (
    on_both("two claims need two volumes", NONE_FOUND, NONE_FOUND, static([OLD, NEW], [volume(on=IN_A)]), "old", "new"),
    on_both(
        "which are there on one node only",
        FITS,
        NONE_FOUND,
        static([OLD, NEW], [volume("one", on=IN_A), volume("two", on=IN_A), volume("three", on=IN_B)]),
        "old",
        "new",
    ),
    on_both(
        "the smaller claim chooses first and takes the smallest volume, which leaves the larger for the larger",
        FITS,
        FITS,
        static([claim("large", size="20Gi"), claim("small")], [volume("big", size="20Gi"), volume("little")]),
        "large",
        "small",
    ),
    on_both(
        "the smallest is taken where a larger would leave room for the other claim",
        NONE_FOUND,
        NONE_FOUND,
        static(
            [claim("any"), claim("gold", selector={"matchLabels": {"tier": "gold"}})],
            [volume("small", labels={"tier": "gold"}), volume("large", size="20Gi")],
        ),
        "any",
        "gold",
    ),
    on_both(
        "what is smallest differs from node to node",
        NONE_FOUND,
        FITS,
        static(
            [claim("any"), claim("gold", selector={"matchLabels": {"tier": "gold"}})],
            [
                volume("small", on=label_in("rack", "1"), labels={"tier": "gold"}),
                volume("middle", on=IN_B, size="15Gi"),
                volume("large", size="20Gi", labels={"tier": "gold"}, on=IN_B),
                volume("larger", size="25Gi"),
            ],
        ),
        "any",
        "gold",
    ),
    on_both(
        "a claim that is mounted twice needs two volumes, too",
        NONE_FOUND,
        FITS,
        static([claim()], [volume("one"), volume("two", on=IN_B)]),
        "data",
        "data",
    ),
    on_both(
        "of which the first is the one that is kept for it",
        FITS,
        NONE_FOUND,
        static([claim()], [volume("kept", **kept()), volume("free", on=IN_A)]),
        "data",
        "data",
    ),
)


@pytest.mark.parametrize("asked", [*FOUND, *SHARED], ids=lambda asked: asked.sentence)
def test_volume_matching(asked: Witness) -> None:
    assert binding(asked) == asked.says


def test_thousands_of_local_volumes_do_not_stand_in_each_others_way() -> None:
    """Two claims and a volume pinned to each of many nodes: terms stay small, and no node has room for both."""
    volumes = [volume(f"pv{at}", on=label_in(ZONE, f"z{at}")) for at in range(2000)]
    objects = static([claim("one"), claim("two")], [*volumes, volume("more", on=IN_A), volume("most", on=IN_A)])
    assert binding(on_both("", FITS, FITS, objects, "one", "two")) == {"a": FITS, "b": NONE_FOUND}


SIZES = st.sampled_from(["1Gi", "2Gi", "3Gi"])
NAMES = ("one", "two", "three")
CLAIMS = st.lists(
    st.builds(lambda name, size: claim(name, size=size), st.sampled_from(NAMES), SIZES), min_size=1, max_size=4
)
PLACES = st.sampled_from([None, IN_A, IN_B, label_in(ZONE, "a", "b"), label_in("rack", "1")])
KEPT = st.sampled_from([{}, {}, {}, *({"claimRef": {"namespace": "shop", "name": name}} for name in NAMES)])


@st.composite
def volumes(draw: st.DrawFn) -> list[Raw]:
    many = range(draw(st.integers(0, 6)))
    return [volume(f"pv{at}", on=draw(PLACES), size=draw(SIZES), **draw(KEPT)) for at in many]


@given(CLAIMS, volumes())
def test_claims_choose_as_if_one_after_another(claims: list[Raw], choices: list[Raw]) -> None:
    """The terms against the choice made step by step, at each of two nodes."""
    snapshot, _ = read(on_both("", FITS, FITS, static(claims, choices)))
    wanted = [snapshot.storage.claims["shop", raw["metadata"]["name"]] for raw in claims]
    told = list(matched(wanted, snapshot.storage))
    for node in ClusterValues(snapshot).nodes:
        left = sorted(snapshot.storage.volumes.values(), key=lambda one: (one.capacity.value(), one.name))
        for asking, found in told:
            kept = sorted(
                (one for one in left if one.claim and one.claim.name == asking.name), key=lambda one: one.name
            )
            first = [one for one in kept if one.capacity.value() >= _size(asking)][:1]
            free = [one for one in left if not one.claim and one.capacity.value() >= _size(asking)]
            fit = [one for one in first or free if value(reach(one), node)]
            assert value(found, node) == bool(fit)
            left = [one for one in left if one not in fit[:1]]


def _size(asking: PersistentVolumeClaim) -> int:
    assert asking.request is not None
    return asking.request.value()
