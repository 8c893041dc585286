"""What a node refuses, in the kubelet's words, and whom it ends to make room."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.node.kubelet.admission import Refusal, refusal, rejected
from kubeproof.model.node.kubelet.critical import preempted_status, victims
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.node import Node, normalise
from kubeproof.model.objects.pod import HostPort
from kubeproof.model.objects.pod import normalise as normal_pod
from kubeproof.model.objects.taints import Taint, Toleration
from tests.model.node.kubelet.nodes import GIB, asking

N1 = Node("n1", labels=Map({"zone": "a"}), allocatable=Map({"cpu": 1000, "memory": GIB, "pods": 3, "x.io/gpu": 1}))
SYSTEM = 2_000_000_000
AFFINITY = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
PORTS = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
TAINT = "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"
PORT = frozenset({HostPort("0.0.0.0", "TCP", 80)})
LABEL = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"
GPU = {"x.io/gpu": 1}
HARD = Taint("down", "", "NoExecute")


def lacks(name: str, want: int, used: int, capacity: int) -> str:
    return f"Node didn't have enough resource: {name}, requested: {want}, used: {used}, capacity: {capacity}"


CASES: tuple[tuple[str, LivePod, tuple[LivePod, ...], str, str], ...] = (
    ("a pod that fits is taken", asking(cpu=600), (asking("a", cpu=400),), "", ""),
    ("a pod that lacks cpu is out of cpu", asking(cpu=600), (asking("a", cpu=600),),
     "OutOfcpu", lacks("cpu", 600, 600, 1000)),
    ("memory is in bytes", asking(memory=2 * GIB), (), "OutOfmemory", lacks("memory", 2 * GIB, 0, GIB)),
    ("pods are counted first", asking(cpu=2000), tuple(asking(x) for x in "abc"), "OutOfpods", lacks("pods", 1, 3, 3)),
    ("cpu is named before memory", asking(cpu=2000, memory=2 * GIB), (), "OutOfcpu", lacks("cpu", 2000, 0, 1000)),
    ("a device that the node has must be free", asking(requests=GPU), (asking("a", requests=GPU),),
     "OutOfx.io/gpu", lacks("x.io/gpu", 1, 1, 1)),
    ("a device that it does not know is somebody else's", asking(requests={"y.io/gpu": 1}), (), "", ""),
    ("a selector must match", asking(node_selector=Map({"zone": "b"})), (), "NodeAffinity", AFFINITY),
    ("resources come before affinity", asking(cpu=2000, node_selector=Map({"zone": "b"})), (),
     "OutOfcpu", lacks("cpu", 2000, 0, 1000)),
    ("a host port must be free", asking(host_ports=PORT), (asking("a", host_ports=PORT),), "NodePorts", PORTS),
    ("another operating system is refused", asking(os="windows"), (),
     "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"),
    ("and so is a label for one", asking(labels={"kubernetes.io/os": "windows"}), (),
     "PodOSSelectorNodeLabelDoesNotMatch", LABEL),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "pod", "others", "reason", "message"), CASES, ids=[case[0] for case in CASES])
def test_what_is_refused(sentence: str, pod: LivePod, others: tuple[LivePod, ...], reason: str, message: str) -> None:
    told = refusal(pod, N1, others)
    assert ("", "") if told is None else (told.reason, told.message) == (reason, message)
    assert (told is None) == (reason == "")


def refused_by(taint: Taint, pod: LivePod) -> str:
    told = refusal(pod, msgspec.structs.replace(N1, taints=(taint,)), ())
    return "" if told is None else told.message


def test_only_no_execute_taints_refuse_and_not_static_pods() -> None:
    assert refused_by(HARD, asking()) == TAINT
    assert refused_by(Taint("down", "", "NoSchedule"), asking()) == ""
    assert refused_by(HARD, asking(static=True)) == ""
    assert refused_by(HARD, asking(tolerations=(Toleration("down", "Exists"),))) == ""


def test_another_node_s_name_is_refused() -> None:
    told = refusal(msgspec.structs.replace(asking(), node="n2"), N1, ())
    assert told == Refusal("NodeName", "Predicate NodeName failed: node(s) didn't match the requested node name")


def test_a_refused_pod_has_failed() -> None:
    status = rejected(Refusal("OutOfcpu", "too much"))
    assert (status.phase, status.reason, status.message) == ("Failed", "OutOfcpu", "Pod was rejected: too much")


def names(pods: tuple[LivePod, ...] | None) -> list[str] | None:
    return None if pods is None else [pod.meta.name for pod in pods]


def test_room_is_made_for_a_critical_pod_alone() -> None:
    there = (asking("a", cpu=600),)
    assert names(victims(asking(cpu=600, priority=9), N1, there)) is None
    assert names(victims(asking(cpu=600, priority=SYSTEM), N1, there)) == ["a"]
    assert names(victims(asking(cpu=600, static=True), N1, there)) == ["a"]
    assert names(victims(asking(cpu=100, priority=SYSTEM), N1, there)) == []


def test_room_is_not_made_where_affinity_is_the_trouble() -> None:
    assert victims(asking(priority=SYSTEM, node_selector=Map({"zone": "b"})), N1, (asking("a"),)) is None


def test_guaranteed_pods_go_last() -> None:
    there = (asking("g", cpu=500, memory=2**20, guaranteed=True), asking("b", cpu=500))
    assert names(victims(asking(cpu=500, priority=SYSTEM), N1, there)) == ["b"]
    assert names(victims(asking(cpu=900, priority=SYSTEM), N1, there)) == ["b", "g"]


def test_the_pod_that_comes_nearest_goes() -> None:
    there = (asking("big", cpu=600), asking("fits", cpu=300), asking("small", cpu=100))
    node = msgspec.structs.replace(N1, allocatable=N1.allocatable.set("pods", 9))
    assert names(victims(asking(cpu=300, priority=SYSTEM), node, there)) == ["fits"]


def test_no_room_can_be_made_of_equals() -> None:
    assert victims(asking(cpu=600, priority=SYSTEM), N1, (asking("a", cpu=600, priority=SYSTEM),)) is None
    assert preempted_status().message == "Preempted in order to admit critical pod"


DATA = Path(__file__).parents[3] / "conformance" / "data" / "controlplane"


def recorded() -> Iterator[tuple[str, Any]]:
    with gzip.open(DATA / "l-kubelet-admission-direct.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            yield event.get("type", ""), event.get("object") or {}


def test_a_recorded_kubelet_refuses_the_same_pods_in_the_same_words() -> None:
    nodes: dict[str, Node] = {}
    asked: dict[str, LivePod] = {}
    failed: dict[str, tuple[str, str]] = {}
    for _, raw in recorded():
        if raw.get("kind") == "Node":
            node = normalise(msgspec.convert(raw, core_v1.Node))
            nodes[node.name] = node
        elif raw.get("kind") == "Pod":
            name, status = raw["metadata"]["name"], raw.get("status") or {}
            plain = normal_pod(msgspec.convert(raw, core_v1.Pod))
            asked.setdefault(name, LivePod(Meta(name), RunSpec((Container("c"),)), plain.spec, plain.node))
            if status.get("phase") == "Failed":
                failed[name] = status["reason"], status["message"]
    here = [pod for pod in asked.values() if pod.node in nodes]
    taken: list[LivePod] = []
    for pod in here:
        told = refusal(pod, nodes[pod.node], [other for other in taken if other.node == pod.node])
        said = None if told is None else (rejected(told).reason, rejected(told).message)
        assert said == failed.get(pod.meta.name), pod.meta.name
        if told is None:
            taken.append(pod)
    assert len(failed) == 4
