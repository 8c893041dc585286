"""How a probe comes to a result, and how that reaches a status."""

from __future__ import annotations

from immutables import Map

from kubeproof.model.node.kubelet import probes, readiness
from kubeproof.model.node.kubelet.probes import Outcome, Worker
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus, PodStatus, Running, Terminated, Waiting

PROBE = Probe(success_threshold=2, failure_threshold=3)
BOTH = Container("c", startup=PROBE, readiness=PROBE, liveness=PROBE)
RUNS = ContainerStatus("c", state=Running(0), started=True, container_id="1")


def results(kind: ProbeKind, *outcomes: Outcome) -> list[str | None]:
    """The results after each outcome of a probe."""
    worker, told = Worker("1", probes.INITIAL[kind]), list[str | None]()
    for outcome in outcomes:
        worker = probes.probed(worker, kind, PROBE, outcome)
        told.append(worker.result)
    return told


def look(kind: ProbeKind, status: ContainerStatus, **more: bool) -> str:
    """What follows when a worker looks at a status."""
    return probes.looked(Worker(), kind, BOTH, status, 0, pod_policy="Never", **more).then


def test_a_result_changes_at_its_threshold() -> None:
    assert results("readiness", "success", "success") == ["failure", "success"]
    assert results("liveness", "failure", "failure", "failure") == ["success", "success", "failure"]


def test_another_outcome_begins_a_new_streak() -> None:
    assert results("readiness", "success", "failure", "success", "success") == [
        "failure",
        "failure",
        "failure",
        "success",
    ]


def test_an_error_neither_counts_nor_breaks_a_streak() -> None:
    assert results("readiness", "success", "error", "success") == ["failure", "failure", "success"]


def test_a_warning_is_a_success_and_the_unknown_a_failure() -> None:
    assert results("readiness", "warning", "warning") == ["failure", "success"]
    assert results("liveness", "unknown", "unknown", "unknown")[-1] == "failure"


def test_startup_holds_after_its_first_decided_result() -> None:
    done = probes.probed(Worker("1", last="success", streak=1), "startup", PROBE, "success")
    assert (done.result, done.on_hold, done.streak) == ("success", True, 0)


def test_liveness_holds_after_a_failure_only() -> None:
    assert probes.probed(Worker("1", last="failure", streak=2), "liveness", PROBE, "failure").on_hold
    assert not probes.probed(Worker("1", last="success", streak=1), "liveness", PROBE, "success").on_hold


def test_a_new_container_starts_over_and_ends_a_hold() -> None:
    worker = Worker("0", "failure", on_hold=True)
    assert probes.looked(worker, "liveness", BOTH, RUNS, 0, pod_policy="Always").worker == Worker("1", "success")


def test_startup_blocks_the_other_probes() -> None:
    waits = ContainerStatus("c", state=Running(0), started=False, container_id="1")
    assert [look(kind, waits) for kind in probes.KINDS] == ["probe", "wait", "wait"]
    assert [look(kind, RUNS) for kind in probes.KINDS] == ["wait", "probe", "probe"]


def test_nothing_is_probed_during_the_initial_delay() -> None:
    late = Container("c", readiness=Probe(initial_delay=5))
    assert probes.looked(Worker(), "readiness", late, RUNS, 4, pod_policy="Always").then == "wait"
    assert probes.looked(Worker(), "readiness", late, RUNS, 5, pod_policy="Always").then == "probe"


def test_a_worker_ends_with_a_container_that_will_not_be_back() -> None:
    over = ContainerStatus("c", state=Terminated(1), container_id="1")
    assert look("readiness", over) == "end"
    assert look("readiness", over, all_restarting=True) == "wait"
    assert look("readiness", ContainerStatus("c", state=Waiting(), container_id="1")) == "wait"


def test_deletion_ends_liveness_and_startup_with_a_success() -> None:
    assert probes.looked(Worker(), "liveness", BOTH, RUNS, 0, pod_policy="Always", deleted=True) == (
        Worker("1", "success"),
        "end",
    )
    assert look("readiness", RUNS, deleted=True) == "probe"


def filled(status: ContainerStatus, workers: dict[ProbeKind, Worker]) -> ContainerStatus:
    """An app container's status with what these workers say of it."""
    told: readiness.Workers = Map({("c", kind): worker for kind, worker in workers.items()})
    made = readiness.probed_status(RunSpec((BOTH,)), PodStatus(containers=(status,)), told)
    return made.containers[0]


def test_without_probes_a_running_container_has_started_and_is_ready() -> None:
    done = filled(ContainerStatus("c", state=Running(0), container_id="1"), {})
    assert (done.started, done.ready) == (True, True)


def test_a_startup_probe_that_has_not_run_holds_back() -> None:
    done = filled(ContainerStatus("c", state=Running(0), container_id="1"), {"startup": Worker()})
    assert (done.started, done.ready) == (False, False)


def test_a_readiness_probe_decides_once_started() -> None:
    running = ContainerStatus("c", state=Running(0), container_id="1")
    assert not filled(running, {"readiness": Worker("1", "failure")}).ready
    assert filled(running, {"readiness": Worker("1", "success")}).ready


def test_a_result_of_an_earlier_container_does_not_count() -> None:
    newer = ContainerStatus("c", state=Running(0), container_id="2")
    assert not filled(newer, {"readiness": Worker("1", "success")}).ready


def test_an_init_container_is_ready_once_it_succeeded() -> None:
    run = RunSpec((), (Container("i"),))
    for code, ready in ((0, True), (1, False)):
        status = PodStatus(init_containers=(ContainerStatus("i", state=Terminated(code)),))
        assert readiness.probed_status(run, status, Map()).init_containers[0].ready is ready


def test_results_that_decide_nothing_more_change_nothing() -> None:
    probe = Probe(failure_threshold=3)
    worker = Worker("1")
    seen = [worker := probes.probed(worker, "readiness", probe, "failure") for _ in range(9)]
    assert seen[2].result == "failure"
    assert len(set(seen)) == 3
