"""What VolumeRestrictions says (v1.34)."""

import pytest

from kubeproof.model.scheduler.cycle import Verdict
from kubeproof.model.scheduler.filters import volume_restrictions as words
from tests.model.scheduler.filters.volumes import bound, having, using, volume
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, refusal, verdict

TAKEN = refusal("VolumeRestrictions", words.DISK_TAKEN)
IN_USE = refusal("VolumeRestrictions", words.CLAIM_TAKEN)
A, B = node("a"), node("b")


def disks(field: str, mine: Raw, other: Raw, sentence: str, *, conflict: bool) -> Witness:
    holder = pod("holder", node="a", volumes=[{"name": "v", field: other}])
    asking = pod(volumes=[{"name": "v", field: mine}])
    return Witness(sentence, asking, [A, B], {"a": TAKEN if conflict else FITS, "b": FITS}, [holder])


def gce(name: str = "d", *, ro: bool = False) -> Raw:
    return {"pdName": name, "readOnly": ro}


def ebs(name: str = "vol-1", *, ro: bool = False) -> Raw:
    return {"volumeID": name, "readOnly": ro}


def iscsi(iqn: str = "iqn.x", *, ro: bool = False, lun: int = 0) -> Raw:
    return {"iqn": iqn, "lun": lun, "targetPortal": "10.0.0.1", "readOnly": ro}


def rbd(*monitors: str, ro: bool = False, **more: str) -> Raw:
    return {"image": "i", "monitors": list(monitors), "readOnly": ro, **more}


def sharing(mode: str, *others: Raw, sentence: str, says: Verdict | None) -> Witness:
    more = having([bound("data", accessModes=[mode])], [volume(accessModes=[mode])])
    verdicts = {"a": says, "b": says}
    return Witness(sentence, pod(volumes=using("data")), [A, B], verdicts, others, more=more)


ONCE = "ReadWriteOncePod"
HOLDER = pod("holder", node="a", volumes=using("data"))

CASES = (
    disks("gcePersistentDisk", gce(), gce(), "a disk of Google Cloud is for one pod", conflict=True),
    disks("gcePersistentDisk", gce(ro=True), gce(ro=True), "unless all read only", conflict=False),
    disks("gcePersistentDisk", gce(ro=True), gce(), "all means both", conflict=True),
    disks("gcePersistentDisk", gce(), gce("e"), "another disk is another disk", conflict=False),
    disks("awsElasticBlockStore", ebs(ro=True), ebs(ro=True), "one of AWS is for one pod even so", conflict=True),
    disks("awsElasticBlockStore", ebs(), ebs("vol-2"), "but only that one", conflict=False),
    disks("iscsi", iscsi(lun=1), iscsi(lun=2), "an iscsi target is known by its iqn alone", conflict=True),
    disks("iscsi", iscsi(ro=True), iscsi(ro=True), "and shared by those who read only", conflict=False),
    disks("iscsi", iscsi(), iscsi("iqn.y"), "another target is free", conflict=False),
    disks("rbd", rbd("m1", "m2"), rbd("m2", "m3"), "one monitor in common makes an image the same", conflict=True),
    disks("rbd", rbd("m1"), rbd("m2"), "no monitor in common makes it another", conflict=False),
    disks("rbd", rbd("m1"), rbd("m1", pool="rbd"), "the pool is rbd unless it says otherwise", conflict=True),
    disks("rbd", rbd("m1"), rbd("m1", pool="p"), "another pool is another image", conflict=False),
    disks("rbd", rbd("m1", ro=True), rbd("m1", ro=True), "an image is shared by those who read only", conflict=False),
    sharing(ONCE, HOLDER, sentence="a claim for one pod keeps others out everywhere", says=IN_USE),
    sharing(ONCE, sentence="nobody uses it, so it is free", says=FITS),
    sharing("ReadWriteOnce", HOLDER, sentence="a claim for one node is for all pods there", says=FITS),
    sharing(
        ONCE,
        pod("holder", node="a", namespace="ops", volumes=using("data")),
        sentence="a claim of the same name in another namespace is another claim",
        says=FITS,
    ),
    sharing(ONCE, pod("waiting", volumes=using("data")), sentence="who waits does not hold it", says=FITS),
    sharing(
        ONCE,
        pod("done", node="a", volumes=using("data"), status={"phase": "Succeeded"}),
        sentence="who has ended does not hold it",
        says=FITS,
    ),
    Witness(
        "a claim that does not exist rejects the pod",
        pod(volumes=using("gone")),
        [A],
        final("VolumeRestrictions", 'persistentvolumeclaim "gone" not found'),
        more=having(),
    ),
    Witness(
        "a taken disk speaks before a taken claim",
        pod(volumes=[*using("data"), {"name": "d", "gcePersistentDisk": gce()}]),
        [A, B],
        {"a": TAKEN, "b": IN_USE},
        [pod("holder", node="a", volumes=[*using("data"), {"name": "d", "gcePersistentDisk": gce()}])],
        more=having([bound("data", accessModes=[ONCE])], [volume()]),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_volume_restrictions(case: Witness) -> None:
    assert verdict(case) == case.says
