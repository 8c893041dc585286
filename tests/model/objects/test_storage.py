"""Storage objects become values: what the volume filters look up, and nothing else."""

import msgspec
import pytest
from lightkube.models import core_v1, storage_v1

from kubeproof.model.objects import storage
from kubeproof.model.objects.selectors import NOTHING
from kubeproof.model.objects.volumes import CsiVolume, ebs_handle

ZONE = "topology.kubernetes.io/zone"


def volume(spec: dict[str, object], **labels: str) -> storage.PersistentVolume:
    raw = {"metadata": {"name": "pv", "labels": labels}, "spec": spec}
    return storage.normalise(volumes=[msgspec.convert(raw, core_v1.PersistentVolume)]).volumes["pv"]


SERVED = (
    ("a CSI volume is itself", {"csi": {"driver": "d", "volumeHandle": "h"}}, CsiVolume("d", "h")),
    (
        "a disk of AWS is the driver's",
        {"awsElasticBlockStore": {"volumeID": "vol-1"}},
        CsiVolume("ebs.csi.aws.com", "vol-1"),
    ),
    (
        "a disk of Google Cloud is known by its zone, too",
        {"gcePersistentDisk": {"pdName": "d"}},
        CsiVolume("pd.csi.storage.gke.io", "projects/UNSPECIFIED/zones/z1/disks/d"),
    ),
    (
        "a disk of Azure by its URI",
        {"azureDisk": {"diskName": "d", "diskURI": "u"}},
        CsiVolume("disk.csi.azure.com", "u"),
    ),
    ("a file share of Azure is nobody's", {"azureFile": {"secretName": "s", "shareName": "f"}}, None),
    ("a local disk is nobody's", {"local": {"path": "/x"}}, None),
)


@pytest.mark.parametrize(("sentence", "spec", "served"), SERVED, ids=[case[0] for case in SERVED])
def test_which_csi_volume_serves(sentence: str, spec: dict[str, object], served: CsiVolume | None) -> None:
    assert volume(spec, **{ZONE: "z1"}).csi == served, sentence


HANDLES = (("vol-1", "vol-1"), ("aws://us-east-1a/vol-1", "vol-1"), ("aws:///vol-1", "vol-1"), ("aws://vol-1", ""))


@pytest.mark.parametrize(("volume", "handle"), HANDLES)
def test_a_disk_of_aws_may_be_told_with_its_zone(volume: str, handle: str) -> None:
    assert ebs_handle(volume) == handle


def test_the_source_is_the_field_that_is_set() -> None:
    assert volume({"local": {"path": "/x"}, "accessModes": ["ReadWriteOnce"], "volumeMode": "Block"}).source == "local"


def test_a_capacity_with_a_broken_selector_is_reached_from_nowhere() -> None:
    raw = {"storageClassName": "c", "capacity": "1Gi", "nodeTopology": {"matchLabels": {"zone": "not a value"}}}
    (found,) = storage.normalise(capacities=[msgspec.convert(raw, storage_v1.CSIStorageCapacity)]).capacities
    assert found.topology == NOTHING
    assert found.limit == 2**30


def test_an_object_without_a_namespace_is_in_default() -> None:
    raw = {"metadata": {"name": "c"}, "spec": {}}
    claims = storage.normalise(claims=[msgspec.convert(raw, core_v1.PersistentVolumeClaim)]).claims
    assert claims["default", "c"] == storage.PersistentVolumeClaim("default", "c")
