"""What NodeVolumeLimits says (v1.34)."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Code, Cycle, Verdict
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters import node_volume_limits as words
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.node_volume_limits import NODE_VOLUME_LIMITS
from kubeproof.model.scheduler.findings import by_columns, by_values, rules
from kubeproof.model.scheduler.values import ClusterValues
from tests.model.scheduler.filters.volumes import (
    EBS,
    bound,
    claim,
    csi,
    csi_node,
    having,
    storage_class,
    using,
    volume,
)
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, read, refusal

FULL = refusal("NodeVolumeLimits", words.REASON)
A, B = node("a"), node("b")
PLUGINS = [NODE_VOLUME_LIMITS, NODE_RESOURCES_FIT]
PORTWORX = "pxd.portworx.com"


def says(asked: Witness) -> Mapping[str, Verdict | None] | Verdict | None:
    """What NodeVolumeLimits says by itself: other filters reject some of these pods before it does."""
    snapshot, waiting = read(asked)
    found = Cycle(snapshot, PLUGINS).decide(waiting)
    return found.whole or dict(found.nodes)


def limited(limit: int | None, *names: str, driver: str = EBS, **more: Sequence[Raw]) -> Mapping[str, Sequence[Raw]]:
    """Claims, each bound to a volume of its own, and a limit on node a."""
    volumes = [volume(f"pv-{name}", csi=csi(f"vol-{name}")) for name in names]
    objects = {"csi_nodes": [csi_node("a", {driver: limit})], **more}
    objects["claims"] = [*(bound(name, f"pv-{name}") for name in names), *objects.get("claims", ())]
    objects["volumes"] = [*volumes, *objects.get("volumes", ())]
    return having(**objects)


def holder(*claims: str, name: str = "holder", on: str = "a") -> Raw:
    return pod(name, node=on, volumes=using(*claims))


def asking(*claims: str, others: Sequence[Raw] = ()) -> Raw:
    return pod(volumes=[*using(*claims), *others])


def case(
    sentence: str,
    on_a: Verdict | None,
    asks: Raw,
    objects: Mapping[str, Sequence[Raw]],
    *pods: Raw,
) -> Witness:
    return Witness(sentence, asks, [A, B], {"a": on_a, "b": FITS}, pods, more=objects)


def attachment(volume: str | None, on: str = "a", driver: str = EBS) -> Raw:
    source = {"persistentVolumeName": volume} if volume else {"inlineVolumeSpec": {"csi": csi("vol-one")}}
    return {"metadata": {"name": "va"}, "spec": {"attacher": driver, "nodeName": on, "source": source}}


EBS_DISK = {"name": "disk", "awsElasticBlockStore": {"volumeID": "aws://us-east-1a/vol-one"}}
PLAIN_CLASS = storage_class("plain", provisioner="kubernetes.io/no-provisioner")

CASES = (
    case("a node takes as many volumes as its driver says", FITS, asking("one"), limited(1, "one")),
    case("and no more", FULL, asking("one"), limited(1, "one", "two"), holder("two")),
    case("all that the pod brings must fit", FULL, asking("one", "two"), limited(1, "one", "two")),
    case("no limit is told, no limit is held", FITS, asking("one"), limited(None, "one", "two"), holder("two")),
    case("zero is a limit", FULL, asking("one"), limited(0, "one")),
    case("the limit of another driver does not matter", FITS, asking("one"), limited(0, "one", driver="x")),
    case("a volume that is there already costs nothing", FITS, asking("one"), limited(1, "one"), holder("one")),
    case(
        "not even where there are too many",
        FITS,
        asking("one"),
        limited(1, "one", "two"),
        holder("one"),
        holder("two", name="other"),
    ),
    case(
        "two pods that share a volume use one",
        FITS,
        asking("one"),
        limited(2, "one", "two"),
        holder("two"),
        holder("two", name="other"),
    ),
    case("a claim that is mounted twice is one volume", FITS, asking("one", "one"), limited(1, "one")),
    case(
        "two claims of one volume are one",
        FITS,
        asking("one"),
        limited(
            1,
            "one",
            claims=[bound("again", "pv-again")],
            volumes=[volume("pv-again", csi=csi("vol-one"))],
        ),
        holder("again"),
    ),
    case(
        "a volume on another node does not count here",
        FITS,
        asking("one"),
        limited(1, "one", "two"),
        holder("two", on="b"),
    ),
    case(
        "one that is still attached does",
        FULL,
        asking("one"),
        limited(1, "one", "two", attachments=[attachment("pv-two")]),
    ),
    case(
        "but once",
        FITS,
        asking("one"),
        limited(2, "one", "two", attachments=[attachment("pv-two")]),
        holder("two"),
    ),
    case(
        "the pod's own counts again where it is attached and no pod there uses it",
        FULL,
        asking("one"),
        limited(1, "one", attachments=[attachment("pv-one")]),
    ),
    case(
        "what is attached elsewhere, by another driver, of no known volume or of none does not count",
        FITS,
        asking("one"),
        limited(
            1,
            "one",
            attachments=[
                attachment("pv-one", on="b"),
                attachment("pv-one", driver="x"),
                attachment("pv-gone"),
                attachment(None),
                attachment("pv-one", driver=""),
            ],
        ),
    ),
    case(
        "a volume that is yet to be made counts",
        FULL,
        asking("new"),
        limited(1, "one", claims=[claim("new")]),
        holder("one"),
    ),
    case(
        "once for each claim",
        FULL,
        asking("new"),
        limited(1, claims=[claim("new"), claim("newer")]),
        holder("newer"),
    ),
    case(
        "and so does one that is gone, by its class",
        FULL,
        asking("gone"),
        limited(1, "one", claims=[bound("gone", "pv-gone")]),
        holder("one"),
    ),
    case(
        "but not one whose class is gone, too",
        FITS,
        asking("gone"),
        limited(0, claims=[bound("gone", "pv-gone", storageClassName="gone")]),
    ),
    case(
        "nor one of no class",
        FITS,
        asking("none"),
        limited(0, claims=[bound("none", "pv-gone", storageClassName="")]),
    ),
    case(
        "nor one of another kind",
        FITS,
        asking("nfs"),
        limited(0, claims=[bound("nfs", "pv-nfs")], volumes=[volume("pv-nfs", nfs={"server": "s", "path": "/"})]),
    ),
    case(
        "a driver's old name means the driver",
        FULL,
        asking("new"),
        limited(0, claims=[claim("new")], classes=[storage_class(provisioner="kubernetes.io/aws-ebs")]),
    ),
    case(
        "an old name without a driver is nothing",
        FITS,
        asking("new"),
        limited(
            0,
            claims=[claim("new")],
            classes=[storage_class(provisioner="kubernetes.io/azure-file")],
            csi_nodes=[csi_node("a", {EBS: 0, "kubernetes.io/azure-file": 0, "file.csi.azure.com": 0})],
        ),
    ),
    case("a disk that the pod names is its driver's", FULL, asking(others=[EBS_DISK]), limited(0)),
    case(
        "and is the same as the claim's",
        FITS,
        asking("one", others=[EBS_DISK]),
        limited(1, "one"),
    ),
    case(
        "a volume of the old kind is the driver's, too",
        FULL,
        asking("old"),
        limited(
            0,
            claims=[bound("old", "pv-old")],
            volumes=[volume("pv-old", awsElasticBlockStore={"volumeID": "vol-old"})],
        ),
    ),
    case(
        "as an attachment it is not",
        FITS,
        asking("one"),
        limited(
            1,
            "one",
            volumes=[volume("pv-old", awsElasticBlockStore={"volumeID": "vol-old"})],
            attachments=[attachment("pv-old")],
        ),
    ),
    case(
        "disks of Azure, OpenStack, Google Cloud and Portworx count",
        FULL,
        asking(others=[{"name": "px", "portworxVolume": {"volumeID": "p"}}]),
        limited(
            0,
            csi_nodes=[
                csi_node(
                    "a",
                    {PORTWORX: 0},
                    annotations={"storage.alpha.kubernetes.io/migrated-plugins": "x,kubernetes.io/portworx-volume"},
                )
            ],
        ),
    ),
    case(
        "claims of other pods that do not exist do not count",
        FITS,
        asking("one"),
        limited(1, "one"),
        holder("gone"),
    ),
)

INLINE = (
    ({"azureDisk": {"diskName": "d", "diskURI": "u"}}, "disk.csi.azure.com"),
    ({"cinder": {"volumeID": "c"}}, "cinder.csi.openstack.org"),
    ({"gcePersistentDisk": {"pdName": "g"}}, "pd.csi.storage.gke.io"),
)


@pytest.mark.parametrize("asked", CASES, ids=lambda asked: asked.sentence)
def test_node_volume_limits(asked: Witness) -> None:
    assert says(asked) == asked.says


@pytest.mark.parametrize(("source", "driver"), INLINE, ids=[driver for _, driver in INLINE])
def test_disks_named_in_pods_count_for_their_driver(source: Raw, driver: str) -> None:
    asks = asking(others=[{"name": "d", **source}])
    assert says(case("", FULL, asks, limited(0, driver=driver))) == {"a": FULL, "b": FITS}
    assert says(case("", FITS, asks, limited(1, driver=driver))) == {"a": FITS, "b": FITS}


def test_a_claim_that_does_not_exist_is_told_on_every_node() -> None:
    reason = 'looking up PVC shop/gone: persistentvolumeclaim "gone" not found'
    told = final("NodeVolumeLimits", reason)
    assert says(case("", FITS, asking("gone"), limited(1))) == {"a": told, "b": told}


EPHEMERAL = [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]


def test_an_ephemeral_claim_of_another_pod_is_an_error() -> None:
    told = says(case("", FITS, asking(others=EPHEMERAL), limited(1, claims=[claim("asking-v")])))
    reason = "PVC shop/asking-v was not created for pod shop/asking (pod is not owner)"
    error = Verdict("NodeVolumeLimits", Code.ERROR, (reason,))
    assert told == {"a": error, "b": error}


def test_another_pod_with_such_a_claim_is_not_modelled() -> None:
    other = pod("holder", node="a", volumes=EPHEMERAL)
    objects = limited(1, "one", claims=[claim("holder-v")])
    with pytest.raises(NotModelled, match="shop/holder uses the claim holder-v of another owner"):
        says(case("", FITS, asking("one"), objects, other))


def test_portworx_that_is_not_migrated_is_not_modelled() -> None:
    asks = asking(others=[{"name": "px", "portworxVolume": {"volumeID": "p"}}])
    with pytest.raises(NotModelled, match="CSINode a"):
        says(case("", FITS, asks, limited(1, driver=PORTWORX)))


@pytest.mark.parametrize("asked", CASES, ids=lambda asked: asked.sentence)
def test_values_and_columns_agree_before_and_after_pods_go(asked: Witness) -> None:
    snapshot, waiting = read(asked)
    columns = ClusterColumns(snapshot)
    _agree(asked, snapshot, columns)
    for gone in snapshot.bound:
        columns.place(gone, gone.node, -1)
        snapshot = snapshot.without_pods([gone.key])
        _agree(asked, snapshot, columns)
    columns.place(waiting, "a")
    _agree(asked, snapshot.with_pods([msgspec.structs.replace(waiting, node="a")]), columns)


def _agree(asked: Witness, snapshot: Snapshot, columns: ClusterColumns) -> None:
    _, waiting = read(asked)
    plain = rules(waiting, Facts(snapshot), PLUGINS)
    assert by_values(plain, ClusterValues(snapshot).nodes) == by_columns(plain, columns)
