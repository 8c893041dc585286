"""Nodes from a line of text."""

from collections.abc import Mapping

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.sketch import UNSCHEDULABLE_TAINT, nodes
from kubeproof.model.objects.taints import Taint

NAMES: tuple[tuple[str, list[str]], ...] = (
    ("a", ["a"]),
    ("web{1..3}", ["web1", "web2", "web3"]),
    ("n{08..10}", ["n08", "n09", "n10"]),
    ("{a,b}-{1..2}", ["a-1", "a-2", "b-1", "b-2"]),
    ("n{1,x,}", ["n1", "nx", "n"]),
    ("a; b\nc;;\n", ["a", "b", "c"]),
    ("", []),
)


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_a_name_makes(text: str, names: list[str]) -> None:
    assert [node.name for node in nodes(text)] == names


def test_a_node_has_what_it_is_given_and_what_a_kubelet_adds() -> None:
    (node,) = nodes(
        "gpu1 cpu=32 memory=1.5Gi nvidia.com/gpu=8 hugepages-2Mi=4Mi zone=a region=eu type=big label=pool=gpu"
    )
    assert dict(node.allocatable) == {
        "cpu": 32000,
        "memory": 1610612736,
        "nvidia.com/gpu": 8,
        "hugepages-2Mi": 4194304,
        "pods": 110,
    }
    assert dict(node.labels) == {
        "kubernetes.io/hostname": "gpu1",
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": "a",
        "topology.kubernetes.io/region": "eu",
        "node.kubernetes.io/instance-type": "big",
        "pool": "gpu",
    }
    assert node.origin is not None
    assert (node.origin.file, node.origin.kind, node.origin.name) == ("--nodes", "Node", "gpu1")


LABELS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("n os=windows arch=arm64", {"kubernetes.io/os": "windows", "kubernetes.io/arch": "arm64"}),
    ("n hostname=other", {"kubernetes.io/hostname": "other"}),
    ("n labels.example.com/tier=gold", {"example.com/tier": "gold"}),
)


@pytest.mark.parametrize(("text", "labels"), LABELS)
def test_labels_can_be_told(text: str, labels: Mapping[str, str]) -> None:
    (node,) = nodes(text)
    assert labels.items() <= dict(node.labels).items()


def test_taints_and_cordoned_nodes() -> None:
    (node,) = nodes("n pods=5 taint=gpu=yes:NoSchedule taint=spot:NoExecute cordoned")
    assert node.taints == (Taint("gpu", "yes", "NoSchedule"), Taint("spot", "", "NoExecute"), UNSCHEDULABLE_TAINT)
    assert node.unschedulable
    assert node.allocatable["pods"] == 5


KNOWN = (
    "cpu, memory, pods, ephemeral-storage, zone, region, hostname, os, arch, type, label, taint,"
    " and resources such as nvidia.com/gpu"
)
WRONG = (
    ("web{1..3 cpu=4", "--nodes: at 4: a brace without its partner"),
    ("a cpu=4 }", "--nodes: at 9: a brace without its partner"),
    ("a; b cpu=4 foo=1", f"--nodes: at 12: 'foo' is not known here; known: {KNOWN}"),
    ("a taint=x", "--nodes: at 9: 'x' is not a taint: it ends in one of :NoSchedule, :PreferNoSchedule, :NoExecute"),
    ("a cpu", "--nodes: at 3: 'cpu' is not KEY=VALUE (or cordoned)"),
    ("Web", "--nodes: at 1: 'Web' is not a node's name: small letters, digits, '-' and '.'"),
    ("a\x1b[31m", "--nodes: at 1: 'a\\x1b[31m' is not a node's name: small letters, digits, '-' and '.'"),
    ("a{3..1}", "--nodes: at 1: the range {3..1} runs backwards"),
    ("a{x}", "--nodes: at 1: {x} is neither a range like {1..3} nor a list like {a,b}"),
    ("a; a", "--nodes: at 4: the node a stands twice"),
    ("n{1..999999999}", "--nodes: at 1: {1..999999999} makes more than 100000 nodes"),
    ("n{1..1000}-{1..1000}", "--nodes: at 1: n{1..1000}-{1..1000} makes more than 100000 nodes"),
    ("a zone=b/c", "--nodes: at 3: 'b/c' is not a label value: at most 63 letters, digits, '-', '_' or '.'"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_what_is_wrong_is_told_with_its_position(text: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        nodes(text)
    assert str(refused.value) == says


def test_a_bad_amount_is_told_with_its_position() -> None:
    with pytest.raises(BadInput, match=r"^--nodes: at 7: 'lots' is not a quantity"):
        nodes("a cpu=lots")
