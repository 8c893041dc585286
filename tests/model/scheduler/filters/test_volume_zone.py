"""What VolumeZone says (v1.34)."""

from collections.abc import Mapping

import pytest

from kubeproof.model.scheduler.cycle import Cycle, Verdict
from kubeproof.model.scheduler.filters import volume_zone as words
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.volume_zone import VOLUME_ZONE
from tests.model.scheduler.filters.volumes import ZONE, bound, claim, having, storage_class, using, volume
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, read, verdict

BETA, REGION = "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/region"
ELSEWHERE = final("VolumeZone", words.REASON)
A, B, BARE = node("a", labels={ZONE: "a"}), node("b", labels={ZONE: "b"}), node("bare")


def labelled(labels: Mapping[str, str], sentence: str, says: Mapping[str, Verdict | None], *more: Raw) -> Witness:
    nodes = [A, B, BARE, *more]
    objects = having([bound()], [volume(labels=labels)])
    return Witness(sentence, pod(volumes=using("data")), nodes, {"bare": FITS, **says}, more=objects)


CASES = (
    labelled(
        {ZONE: "a"}, "a volume with a zone is reached from there, and from nodes without", {"a": FITS, "b": ELSEWHERE}
    ),
    labelled({ZONE: "a__b"}, "a label may name two zones", {"a": FITS, "b": FITS}),
    labelled({ZONE: "a__"}, "a label with an empty part does not count", {"a": FITS, "b": FITS}),
    labelled({"zone": "a"}, "other labels do not count", {"a": FITS, "b": FITS}),
    labelled({BETA: "a"}, "the old name of the label means the new one", {"a": FITS, "b": ELSEWHERE}),
    labelled(
        {BETA: "a"},
        "but a node's own old name goes first",
        {"a": FITS, "b": ELSEWHERE, "both": ELSEWHERE},
        node("both", labels={BETA: "b", ZONE: "a"}),
    ),
    labelled(
        {ZONE: "a"},
        "the new name does not mean the old one",
        {"a": FITS, "b": ELSEWHERE, "old": ELSEWHERE},
        node("old", labels={BETA: "a"}),
    ),
    labelled(
        {ZONE: "a", REGION: "r"},
        "every label must fit: a node with a zone and no region lacks the region",
        {"a": ELSEWHERE, "b": ELSEWHERE, "both": FITS},
        node("both", labels={ZONE: "a", REGION: "r"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_volume_zone(case: Witness) -> None:
    assert verdict(case) == case.says


REJECTED = (
    ("a claim that does not exist", having(), 'persistentvolumeclaim "data" not found'),
    ("a volume that is gone", having([bound()]), 'persistentvolume "pv" not found'),
    (
        "neither volume nor class",
        having([claim(storageClassName="")]),
        "PersistentVolumeClaim had no pv name and storageClass name",
    ),
    (
        "a class that does not exist",
        having([claim(storageClassName="fast")]),
        'storageclass.storage.k8s.io "fast" not found',
    ),
    (
        "a class that does not wait",
        having([claim()], classes=[storage_class(volumeBindingMode="Immediate")]),
        "PersistentVolume had no name",
    ),
    ("a class that waits", having([claim()]), None),
)


@pytest.mark.parametrize(("sentence", "objects", "reason"), REJECTED, ids=[case[0] for case in REJECTED])
def test_what_rejects_the_pod(sentence: str, objects: Mapping[str, list[Raw]], reason: str | None) -> None:
    asking = Witness(sentence, pod(volumes=using("data")), [A], {}, more=objects)
    snapshot, waiting = read(asking)
    found = Cycle(snapshot, [VOLUME_ZONE, NODE_RESOURCES_FIT]).decide(waiting)
    assert found.whole == (final("VolumeZone", reason) if reason else None)


def test_ephemeral_claims_have_no_zone() -> None:
    volumes = [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]
    owner = [{"apiVersion": "v1", "kind": "Pod", "name": "asking", "uid": "asking", "controller": True}]
    objects = having([bound("asking-v", ownerReferences=owner)], [volume(labels={ZONE: "a"})])
    assert verdict(Witness("", pod(volumes=volumes), [B], {}, more=objects)) == {"b": FITS}
