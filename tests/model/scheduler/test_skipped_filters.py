"""A filter whose PreFilter saw nothing to do does not see pods that are nominated to a node, either (v1.34)."""

from collections.abc import Sequence

import pytest

from kubeproof.model.scheduler.cycle import Verdict
from kubeproof.model.scheduler.filters import inter_pod_affinity, volume_restrictions
from tests.model.scheduler.filters.volumes import bound, having, using, volume
from tests.model.scheduler.witness import FITS, Raw, Witness, node, pod, refusal, verdict

NOMINATED: Raw = {"nominatedNodeName": "a"}
SHY: Raw = {
    "podAntiAffinity": {
        inter_pod_affinity.REQUIRED: [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "db"}}}
        ]
    }
}
DB = {"app": "db"}
DISK: Sequence[Raw] = [{"name": "disk", "gcePersistentDisk": {"pdName": "d"}}]
ONCE = having([bound("data", accessModes=["ReadWriteOncePod"])], [volume()])
NEAR_NOBODY: Raw = {
    "podAntiAffinity": {
        inter_pod_affinity.REQUIRED: [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "none"}}}
        ]
    }
}


def case(sentence: str, says: Verdict | None, asking: Raw, *pods: Raw) -> Witness:
    nodes = [node(name, labels={"kubernetes.io/hostname": name}) for name in ("a", "b")]
    return Witness(sentence, asking, nodes, {"a": says, "b": FITS}, pods, more=ONCE)


UNWELCOME = refusal("InterPodAffinity", inter_pod_affinity.OTHERS)
IN_USE = refusal("VolumeRestrictions", volume_restrictions.CLAIM_TAKEN)
NO_DISK = refusal("VolumeRestrictions", volume_restrictions.DISK_TAKEN)

CASES = (
    case(
        "a nominated pod's anti-affinity is not seen by a pod that has no terms",
        FITS,
        pod(labels=DB),
        pod("first", affinity=SHY, status=NOMINATED),
    ),
    case(
        "it is seen by one that has",
        UNWELCOME,
        pod(labels=DB, affinity=NEAR_NOBODY),
        pod("first", affinity=SHY, status=NOMINATED),
    ),
    case(
        "a nominated pod's claim is not seen by a pod without disks",
        FITS,
        pod(volumes=using("data")),
        pod("first", volumes=using("data"), status=NOMINATED),
    ),
    case(
        "a nominated pod's disk is seen",
        NO_DISK,
        pod(volumes=DISK),
        pod("first", volumes=DISK, status=NOMINATED),
    ),
    case(
        "and beside a disk of its own, the claim is",
        IN_USE,
        pod(volumes=[*using("data"), *DISK]),
        pod("first", volumes=using("data"), status=NOMINATED),
    ),
)


@pytest.mark.parametrize("asked", CASES, ids=lambda asked: asked.sentence)
def test_skipped_filters(asked: Witness) -> None:
    assert verdict(asked) == asked.says
