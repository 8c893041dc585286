"""Whole lives of pods, as they are reported: each line is a time, a step, a phase and the containers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from immutables import Map

from kubeproof.model.errors import NotModelled
from kubeproof.model.node.kubelet.container_statuses import container_statuses
from kubeproof.model.node.kubelet.life import due, ended, life, settled
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime
from kubeproof.model.node.kubelet.probes import Outcome
from kubeproof.model.node.kubelet.processes import Process, Run
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RestartRule, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerStatus,
    PodStatus,
    Running,
    Terminated,
    Waiting,
)

Outcomes = dict[ProbeKind, tuple[tuple[int, Outcome], ...]]

APP = Container("c")
CRASHES = Process(runs=(Run(5, 1),))


def pod(run: RunSpec) -> Work:
    return Work(LivePod(Meta("web", "shop", uid="u"), run))


def word(status: ContainerStatus) -> str:
    match status.state:
        case Waiting(reason=reason):
            return f"{status.name} {reason}"
        case Running():
            return f"{status.name} runs{' ready' if status.ready else ''}"
        case Terminated(exit_code=code, reason=reason):
            return f"{status.name} {reason} {code}"
        case None:
            return status.name


def told(
    run: RunSpec, does: Mapping[str, Process] = Map(), until: int = 100, delete_at: int | None = None
) -> list[str]:
    """The life of a pod in words."""
    return [
        f"{at} {report.step} {report.status.phase}: "
        + ", ".join(word(each) for each in (*report.status.init_containers, *report.status.containers))
        for at, report in life(pod(run), does, until=until, delete_at=delete_at)
    ]


def test_a_container_that_succeeds_ends_its_pod() -> None:
    assert told(RunSpec((APP,), restart_policy="Never"), {"c": Process(runs=(Run(5, 0),))}) == [
        "0 sync Pending: c ContainerCreating",
        "0 sync Running: c runs ready",
        "5 sync Succeeded: c Completed 0",
        "5 stopped Succeeded: c Completed 0",
    ]


def test_a_crash_restarts_at_once_and_then_waits() -> None:
    assert told(RunSpec((APP,)), {"c": CRASHES}, until=20) == [
        "0 sync Pending: c ContainerCreating",
        "0 sync Running: c runs ready",
        "5 sync Running: c Error 1",
        "5 sync Running: c runs ready",
        "10 sync Running: c Error 1",
        "10 sync Running: c CrashLoopBackOff",
        "20 sync Running: c runs ready",
    ]


def test_the_message_of_a_crash_loop_names_delay_container_and_pod() -> None:
    work, _ = settled(pod(RunSpec((APP,))), 0, {"c": CRASHES})
    for now in (5, 10):
        work, _ = settled(work, now, {"c": CRASHES})
    assert work.known_status.containers[0].state == Waiting(
        "CrashLoopBackOff", "back-off 10s restarting failed container=c pod=web_shop(u)"
    )
    assert work.known_status.containers[0].restarts == 1
    assert work.runtime.latest["c"].restarts == 1


def test_one_dead_container_is_kept() -> None:
    work, _ = settled(pod(RunSpec((APP,))), 0, {"c": CRASHES})
    for now in (5, 10, 20, 25, 45):
        work, _ = settled(work, now, {"c": CRASHES})
    assert [made.state.state for made in work.runtime.containers] == ["running", "exited"]
    assert work.runtime.latest["c"].restarts == 3


def test_a_liveness_probe_that_fails_restarts_its_container() -> None:
    probed = Container("c", liveness=Probe(period=10, failure_threshold=2))
    steps: Outcomes = {"liveness": ((0, "success"), (20, "failure"))}
    does = {"c": Process(outcomes=Map(steps), term_takes=3)}
    assert told(RunSpec((probed,)), does, until=40)[2:] == [
        "33 sync Running: c runs ready",
    ]


def test_a_readiness_probe_holds_back_until_it_passes() -> None:
    probed = Container("c", readiness=Probe(period=5))
    steps: Outcomes = {"readiness": ((0, "failure"), (7, "success"))}
    does = {"c": Process(outcomes=Map(steps))}
    assert told(RunSpec((probed,)), does, until=20) == [
        "0 sync Pending: c ContainerCreating",
        "0 sync Running: c runs",
        "10 sync Running: c runs ready",
    ]


def test_deletion_stops_apps_before_sidecars() -> None:
    run = RunSpec((APP,), (Container("s", restart_policy="Always"),))
    does = {"c": Process(code_on_term=0, term_takes=4), "s": Process(code_on_term=0)}
    work, _ = settled(pod(run), 0, does)
    ends = [line for line in told(run, does, delete_at=10) if not line.startswith("0")]
    assert work.known_status.phase == "Running"
    assert ends == ["14 stopped Succeeded: s Completed 0, c Completed 0"]


def test_a_container_that_does_not_stop_is_killed_after_its_grace() -> None:
    stubborn = {"c": Process(term_takes=600)}
    assert told(RunSpec((APP,)), stubborn, delete_at=10)[-1] == "40 stopped Failed: c Error 137"


def test_the_deadline_fails_a_pod() -> None:
    work, _ = settled(pod(RunSpec((APP,), active_deadline=60)), 0, {})
    assert due(work, 0, {}) == 60
    work, reports = settled(work, 60, {})
    assert work.stage == "terminated"
    assert reports[0].status.reason == "DeadlineExceeded"
    assert reports[0].status.message == "Pod was active on the node longer than the specified deadline"


def test_an_eviction_keeps_its_words_to_the_end() -> None:
    work, _ = settled(pod(RunSpec((APP,))), 0, {})
    why = Condition("DisruptionTarget", "True", "TerminationByKubelet", "low")
    status = PodStatus(phase="Failed", reason="Evicted", message="low", conditions=(why,))
    slow = {"c": Process(term_takes=9)}
    work, _ = settled(ended(work, status, grace=1), 50, slow)
    assert due(work, 50, slow) == 52
    work, _ = settled(work, 52, slow)
    last = work.known_status
    assert (last.phase, last.reason, last.message, last.is_true("DisruptionTarget")) == (
        "Failed",
        "Evicted",
        "low",
        True,
    )


def test_a_container_that_cannot_be_started_waits_and_says_why() -> None:
    does = {"c": Process(fails=Waiting("CreateContainerConfigError", 'secret "x" not found'))}
    assert told(RunSpec((APP,)), does) == [
        "0 sync Pending: c ContainerCreating",
        "0 sync Pending: c CreateContainerConfigError",
    ]
    work, _ = settled(pod(RunSpec((APP,))), 0, does)
    assert due(work, 0, does) == 10
    work, _ = settled(work, 10, {})
    assert word(work.known_status.containers[0]) == "c runs ready"


def test_without_a_sandbox_nothing_starts() -> None:
    work, _ = settled(pod(RunSpec((APP,)))._replace(no_sandbox="no runtime"), 0, {})
    assert work.runtime == PodRuntime()
    assert due(work, 0, {}) == 10
    assert work.known_status.phase == "Pending"


def test_restarting_all_counts_on_from_the_logs() -> None:
    asks = Container("c", restart_policy="Never", restart_rules=(RestartRule("RestartAllContainers", "In", (1,)),))
    work, _ = settled(pod(RunSpec((asks, Container("d")))), 0, {"c": CRASHES})
    work, reports = settled(work, 5, {"c": CRASHES})
    steps = [[word(each) for each in report.status.containers] for report in reports]
    assert steps == [
        ["c Error 1", "d runs ready"],
        ["c RestartingAllContainers", "d RestartingAllContainers"],
        ["c runs ready", "d runs ready"],
    ]
    assert [made.state.restarts for made in work.runtime.containers] == [1, 1]
    gone = Terminated(137, "RestartingAllContainers", "The container is removed because RestartAllContainers in place")
    assert work.known_status.containers[1].last == gone


def test_containers_that_restart_in_no_time_are_not_run_for_ever() -> None:
    asks = Container("c", restart_policy="Never", restart_rules=(RestartRule("RestartAllContainers", "In", (1,)),))
    with pytest.raises(NotModelled, match="without end in no time"):
        settled(pod(RunSpec((asks,))), 0, {"c": Process(runs=(Run(0, 1),))})


def test_a_failed_init_container_is_held_back_too() -> None:
    run = RunSpec((APP,), (Container("i"),))
    assert told(run, {"i": Process(runs=(Run(1, 1),))}, until=3)[-1] == (
        "2 sync Pending: i CrashLoopBackOff, c PodInitializing"
    )


def test_a_container_that_vanished_is_reported_lost() -> None:
    work, _ = settled(pod(RunSpec((APP,), restart_policy="Never")), 0, {})
    gone = work._replace(runtime=work.runtime._replace(containers=()))
    work, reports = settled(gone, 1, {})
    assert reports[0].status.containers[0].last == Terminated(
        137,
        "ContainerStatusUnknown",
        "The container could not be located when the pod was deleted.  The container used to be Running",
    )
    assert reports[0].status.containers[0].restarts == 1


def test_what_ran_before_is_the_last_state() -> None:
    newer = Made("c", RuntimeState("running", id="2", restarts=1, started_at=9))
    older = Made("c", RuntimeState("exited", 3, id="1", reason="Error", finished_at=9))
    work, _ = settled(pod(RunSpec((APP,))), 0, {})
    there = PodRuntime(work.runtime.sandboxes, (newer, older))
    work, _ = settled(work._replace(runtime=there), 9, {})
    last = work.known_status.containers[0].last
    assert isinstance(last, Terminated)
    assert last.exit_code == 3


def test_app_containers_are_reported_by_name_and_init_containers_in_order() -> None:
    listed = (Container("b"), Container("a"))
    run = RunSpec(listed, listed)
    apps = container_statuses(run, "containers", PodRuntime(), (), Map(), deleted=False)
    inits = container_statuses(run, "init_containers", PodRuntime(), (), Map(), deleted=False)
    assert [status.name for status in (*apps, *inits)] == ["a", "b", "b", "a"]


def test_two_steps_at_one_time_leave_nothing_to_do() -> None:
    work, _ = settled(pod(RunSpec((APP,))), 0, {})
    assert settled(work, 0, {}) == (work, ())
    assert due(work, 0, {}) is None
