"""The calls of the runtime in order, what they ask of the kernel, and what it does to who takes too much memory."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from immutables import Map

from kubeproof.model.node import oom
from kubeproof.model.node.kubelet.actions import Actions, Reset, pod_actions
from kubeproof.model.node.kubelet.life import settled
from kubeproof.model.node.kubelet.pod_qos import oom_score_adjustment, qos_of
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.node.runtime import (
    Call,
    NoSandbox,
    calls,
    cgroup_of,
    end_calls,
    handler_of,
    limits_of,
    oci_of,
    shares_of,
    weight_of,
)
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from tests.model.node.kubelet.nodes import GIB, asking
from tests.model.node.kubelet.test_actions import said

APP = Container("c", image="app:1")
SIDECAR = Container("s", image="side:1", restart_policy="Always")
POD = LivePod(Meta("web", "shop", uid="u"), RunSpec((APP,), (SIDECAR,)))
RUNS = PodRuntime(
    (Sandbox("x", ip="1"),),
    (Made("c", RuntimeState("running", id="c"), "x"), Made("s", RuntimeState("running", id="s"), "x")),
)


def lines(found: Iterable[Call]) -> list[str]:
    return [" ".join(filter(None, call)) for call in found]


def test_a_pod_starts_with_its_sandbox_and_its_image() -> None:
    told = calls(
        POD, pod_actions(POD.run, PodRuntime(), Map()), PodRuntime(), handler="gvisor", pulls=frozenset({"side:1"})
    )
    assert lines(told) == [
        "RunPodSandbox web attempt 0 as gvisor",
        "PodSandboxStatus web",
        "PullImage s side:1",
        "CreateContainer s side:1",
        "StartContainer s",
    ]


def test_a_container_that_exited_is_started_again_in_its_sandbox() -> None:
    there = RUNS._replace(containers=(Made("c", RuntimeState("exited", 1, id="c"), "x"), RUNS.containers[1]))
    assert lines(calls(POD, pod_actions(POD.run, there, Map()), there)) == [
        "CreateContainer c app:1",
        "StartContainer c",
    ]


def test_a_failed_probe_stops_before_it_starts() -> None:
    told = pod_actions(POD.run, RUNS, said("c", "liveness", "failure"))
    assert lines(calls(POD, told, RUNS)) == ["StopContainer c 30s", "CreateContainer c app:1", "StartContainer c"]


def test_resetting_stops_and_removes() -> None:
    told = Actions(False, False, 0, reset=(Reset("s", "s", True), Reset("c", "c", False)))
    assert lines(calls(POD, told, RUNS)) == ["StopContainer s 2s", "RemoveContainer s", "RemoveContainer c"]


def test_a_pod_ends_with_its_sidecars_then_its_sandbox() -> None:
    assert lines(end_calls(POD, RUNS)) == [
        "StopContainer c 30s",
        "StopContainer s 30s",
        "StopPodSandbox web attempt 0",
        "RemoveContainer c",
        "RemoveContainer s",
        "RemovePodSandbox web attempt 0",
    ]


def test_a_runtime_class_names_a_handler() -> None:
    classes = {"secure": "gvisor", "broken": "nope"}
    assert handler_of("", classes, frozenset()) == ""
    assert handler_of("secure", classes, frozenset({"gvisor"})) == "gvisor"
    assert handler_of("gone", classes, frozenset()) == NoSandbox(
        'Failed to create pod sandbox: runtimeclass.node.k8s.io "gone" not found'
    )
    assert handler_of("broken", classes, frozenset({"gvisor"})) == NoSandbox(
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: "
        'no runtime for "nope" is configured'
    )


def test_a_container_is_created_in_its_pod_s_namespaces_under_its_cgroup() -> None:
    made, start = oci_of(Call("StartContainer", "c"), POD, GIB)
    assert (made.cgroup, made.shared, made.own) == (
        "/kubepods/besteffort/podu/c", ("network", "uts", "ipc"), ("pid", "mount", "cgroup"),
    )  # fmt: skip
    assert (start.verb, start.name) == ("start", "c")
    assert oci_of(Call("PullImage", "c"), POD, GIB) == ()
    assert oci_of(Call("RunPodSandbox", "web"), POD, GIB)[0].own == ("network", "uts", "ipc", "mount", "cgroup")


CPU = ((0, 2, 1), (1, 2, 1), (100, 102, 4), (1000, 1024, 39), (256_000, 262_144, 10_000), (999_999, 262_144, 10_000))


@pytest.mark.parametrize(("millicores", "shares", "weight"), CPU)
def test_millicores_become_shares_and_weight(millicores: int, shares: int, weight: int) -> None:
    assert (shares_of(millicores), weight_of(shares)) == (shares, weight)


def test_limits_become_quota_and_memory() -> None:
    limited = Container("c", limits=Map({"cpu": 250, "memory": GIB}))
    told = limits_of(POD, limited, 4 * GIB)
    assert (told.shares, told.quota, told.period, told.memory) == (256, 25_000, 100_000, GIB)
    assert limits_of(POD, Container("c", limits=Map({"cpu": 1})), GIB).quota == 1000
    assert limits_of(POD, APP, GIB)[2:5] == (0, 100_000, 0)


def test_classes_have_their_cgroups_and_scores() -> None:
    best, burst, sure = asking(), asking(memory=GIB), asking(cpu=1, memory=GIB, guaranteed=True)
    assert [qos_of(pod.run) for pod in (best, burst, sure)] == ["BestEffort", "Burstable", "Guaranteed"]
    assert [cgroup_of(pod) for pod in (best, burst, sure)] == [
        "/kubepods/besteffort/podweb", "/kubepods/burstable/podweb", "/kubepods/podweb",
    ]  # fmt: skip
    scores = [oom_score_adjustment(pod, pod.run.containers[0], 4 * GIB) for pod in (best, burst, sure)]
    assert scores == [1000, 750, -997]


def test_scores_stay_between_the_classes() -> None:
    tiny, huge = asking(memory=1), asking(memory=5 * GIB)
    assert oom_score_adjustment(tiny, tiny.run.containers[0], 4 * GIB) == 999
    assert oom_score_adjustment(huge, huge.run.containers[0], 4 * GIB) == 3


def test_a_sidecar_is_no_readier_to_go_than_its_app() -> None:
    app = Container("c", requests=Map({"memory": GIB}))
    pod = LivePod(Meta("web"), RunSpec((app,), (SIDECAR,)))
    assert oom_score_adjustment(pod, SIDECAR, 4 * GIB) == 750


def test_who_takes_more_than_its_limit_is_killed_alone() -> None:
    run = RunSpec((Container("a", limits=Map({"memory": 100})), Container("b")), restart_policy="Never")
    work, _ = settled(Work(LivePod(Meta("web"), run)), 0, {})
    assert oom.over_limit(work, {"a": 100, "b": 9999}) == ()
    work, reports = settled(oom.oom_killed(work, {"a": 101, "b": 9999}, 5), 5, {})
    states = [
        (made.name, made.state.state, made.state.exit_code, made.state.reason) for made in work.runtime.containers
    ]
    assert sorted(states) == [("a", "exited", 137, "OOMKilled"), ("b", "running", 0, "")]
    assert reports[0].status.phase == "Running"
