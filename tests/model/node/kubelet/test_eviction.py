"""When a node is low, whom the kubelet ends, and what it says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from immutables import Map

from kubeproof.model.node.kubelet import eviction
from kubeproof.model.node.kubelet.eviction import (
    DEFAULT_THRESHOLDS,
    Observation,
    Pressure,
    Resource,
    Signal,
    Threshold,
    Usage,
    evicted,
    met,
    pressures,
    ranked,
    refused_under,
    taints_of,
)
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import Toleration
from tests.model.node.kubelet.nodes import GIB, asking

MIB = 2**20
LOW: Mapping[Signal, Observation] = {"memory.available": Observation(90 * MIB, 8 * GIB)}


def uses(memory: int = 0, processes: int = 0) -> Usage:
    return Usage(Map({"c": memory}), processes=processes)


def test_a_threshold_is_met_below_it() -> None:
    at: Mapping[Signal, Observation] = {
        "memory.available": Observation(100 * MIB, GIB),
        "nodefs.available": Observation(9, 100),
    }
    assert [each.signal for each in met(DEFAULT_THRESHOLDS, at)] == ["nodefs.available"]


def test_memory_is_the_most_urgent() -> None:
    low: Mapping[Signal, Observation] = {
        "nodefs.available": Observation(0, 100),
        "memory.available": Observation(0, 100),
    }
    assert [each.signal for each in met(DEFAULT_THRESHOLDS[::-1], low)] == ["memory.available", "nodefs.available"]


def test_a_condition_outlasts_its_threshold() -> None:
    low = met(DEFAULT_THRESHOLDS, LOW)
    seen = pressures(low, {}, 100)
    assert seen == Map({"MemoryPressure": 100})
    assert pressures((), seen, 399) == seen
    assert pressures((), seen, 400) == Map()
    assert [taint.text for taint in taints_of(seen)] == ["node.kubernetes.io/memory-pressure:NoSchedule"]


RANKS: tuple[tuple[str, Resource, tuple[LivePod, ...], dict[str, Usage], list[str]], ...] = (
    ("who uses more than it asked for goes first", "memory",
     (asking("in", memory=200), asking("over", memory=50, priority=9)),
     {"in": uses(100), "over": uses(100)}, ["over", "in"]),
    ("then the lower priority", "memory", (asking("high", priority=9), asking("low")),
     {"high": uses(100), "low": uses(1)}, ["low", "high"]),
    ("then who is further over its request", "memory", (asking("near", memory=90), asking("far", memory=10)),
     {"near": uses(100), "far": uses(100)}, ["far", "near"]),
    ("who is not measured goes before all", "memory", (asking("over"), asking("unseen", priority=9)),
     {"over": uses(100)}, ["unseen", "over"]),
    ("process ids ask for priority first", "pids", (asking("high", priority=9), asking("low")),
     {"high": uses(processes=99), "low": uses(processes=1)}, ["low", "high"]),
    ("then for how many", "pids", (asking("few"), asking("many")),
     {"few": uses(processes=1), "many": uses(processes=99)}, ["many", "few"]),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "resource", "pods", "usages", "order"), RANKS, ids=[case[0] for case in RANKS])
def test_who_goes_first(
    sentence: str, resource: Resource, pods: tuple[LivePod, ...], usages: dict[str, Usage], order: list[str]
) -> None:
    assert [pod.meta.name for pod in ranked(pods, resource, usages)] == order


def test_an_evicted_pod_says_what_was_short_and_who_used_it() -> None:
    told = evicted((asking("web", memory=MIB),), met(DEFAULT_THRESHOLDS, LOW), LOW, {"web": uses(200 * MIB)})
    message = (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. "
        "Container c was using 200Mi, request is 1Mi, has larger consumption of memory. "
    )
    assert told is not None
    assert (told.status.phase, told.status.reason, told.status.message) == ("Failed", "Evicted", message)
    disruption = told.status.condition("DisruptionTarget")
    assert disruption is not None
    assert (disruption.status, disruption.reason, disruption.message) == ("True", "TerminationByKubelet", message)
    assert told.grace == 1


def test_a_soft_threshold_leaves_some_grace() -> None:
    soft = (Threshold("memory.available", amount=GIB, grace=90),)
    told = evicted((asking(),), met(soft, LOW), LOW, {}, longest_grace=20)
    assert told is not None
    assert told.grace == 20


def test_a_share_is_a_float_of_go() -> None:
    disk: Mapping[Signal, Observation] = {"nodefs.available": Observation(8_988_188 * 1024, 101_203_873_792)}
    low = met(DEFAULT_THRESHOLDS, disk)
    told = evicted((asking(),), low, disk, {})
    assert told is not None
    assert told.status.message == (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10120387530, available: 8988188Ki. "
    )


def test_critical_pods_stay() -> None:
    critical = asking("critical", priority=2_000_000_000)
    told = evicted((critical, asking("web")), met(DEFAULT_THRESHOLDS, LOW), LOW, {})
    assert told is not None
    assert told.pod.meta.name == "web"
    assert evicted((critical,), met(DEFAULT_THRESHOLDS, LOW), LOW, {}) is None
    assert evicted((asking(),), (), LOW, {}) is None


MEMORY = (Toleration("node.kubernetes.io/memory-pressure", "Exists", "", "NoSchedule"),)
UNDER: tuple[tuple[str, LivePod, tuple[Pressure, ...], str], ...] = (
    ("memory pressure refuses who asked for nothing", asking(), ("MemoryPressure",), "[MemoryPressure]"),
    ("but not who asked for some", asking(memory=1), ("MemoryPressure",), ""),
    ("nor who tolerates it", asking(tolerations=MEMORY), ("MemoryPressure",), ""),
    ("disk pressure refuses all", asking(memory=1), ("DiskPressure",), "[DiskPressure]"),
    ("and so do both", asking(memory=1), ("MemoryPressure", "DiskPressure"), "[MemoryPressure DiskPressure]"),
    ("critical pods are taken", asking(static=True), ("DiskPressure",), ""),
    ("without pressure all are", asking(), (), ""),
)


@pytest.mark.parametrize(("sentence", "pod", "conditions", "named"), UNDER, ids=[case[0] for case in UNDER])
def test_who_is_taken_under_pressure(sentence: str, pod: LivePod, conditions: tuple[Pressure, ...], named: str) -> None:
    told = refused_under(pod, conditions)
    assert (None if told is None else told.message) == (f"The node had condition: {named}. " if named else None)
    assert told is None or told.reason == eviction.REASON
