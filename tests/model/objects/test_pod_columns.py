"""What `kubectl get pods` shows of a pod: READY, STATUS, RESTARTS (v1.36)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_columns import Columns, columns, human_duration
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerState,
    ContainerStatus,
    Phase,
    PodStatus,
    Running,
    Terminated,
    Waiting,
)

NOW = 10_000
A, B = Container("a"), Container("b")
INIT, SECOND, SIDECAR = Container("i"), Container("j"), Container("s", restart_policy="Always")
READY, INITIALIZED = Condition("Ready", "True"), Condition("Initialized", "True")
COMPLETED, ERROR, CRASHES = Terminated(0, "Completed"), Terminated(1, "Error"), Waiting("CrashLoopBackOff")


def one(
    name: str, state: ContainerState | None = None, restarts: int = 0, *, ready: bool = False,
    started: bool | None = None, last: int | None = None,
) -> ContainerStatus:  # fmt: skip
    """A status; `last`: when it ended last, None where that is not known."""
    ended = None if last is None else Terminated(1, finished_at=last)
    return ContainerStatus(name, state, ended, ready=ready, started=started, restarts=restarts)


def pod(
    *statuses: ContainerStatus, phase: Phase = "Running", reason: str = "", run: RunSpec | None = None,
    init: tuple[ContainerStatus, ...] = (), conditions: tuple[Condition, ...] = (), deleted: bool = False,
) -> LivePod:  # fmt: skip
    told = PodStatus(phase, reason, conditions=conditions, containers=statuses, init_containers=init)
    meta = Meta("p", deleted_at=NOW if deleted else None)
    return LivePod(meta, run if run is not None else RunSpec((A,)), status=told)


RUNS = one("a", Running(), ready=True)
LATER = one("a", Waiting("PodInitializing"))
TWO, WITH_INIT = RunSpec((A, B)), RunSpec((A,), (INIT, SECOND))
WITH_SIDECAR = RunSpec((A,), (SIDECAR,))


class Case(NamedTuple):
    sentence: str
    pod: LivePod
    expect: Columns


CASES = (
    Case("nothing is reported yet", pod(phase="Pending"), Columns("0/1", "Pending", "0")),
    Case("it runs", pod(RUNS, conditions=(READY,)), Columns("1/1", "Running", "0")),
    Case("a container that is not ready is not counted", pod(one("a", Running())), Columns("0/1", "Running", "0")),
    Case("the reason of the status goes before the phase", pod(phase="Failed", reason="Evicted"),
         Columns("0/1", "Evicted", "0")),
    Case("scheduling gates go before that", pod(phase="Pending", reason="Test", conditions=(
        Condition("PodScheduled", "False", "SchedulingGated"),)), Columns("0/1", "SchedulingGated", "0")),
    Case("what a waiting container says", pod(one("a", CRASHES, 3)), Columns("0/1", "CrashLoopBackOff", "3")),
    Case("one that waits for no reason says nothing", pod(one("a", Waiting()), phase="Pending"),
         Columns("0/1", "Pending", "0")),
    Case("the first container that says something has the word",
         pod(one("a", Waiting("ImagePullBackOff")), one("b", CRASHES), run=TWO),
         Columns("0/2", "ImagePullBackOff", "0")),
    Case("an end without a reason is a code", pod(one("a", Terminated(3)), phase="Failed"),
         Columns("0/1", "ExitCode:3", "0")),
    Case("or a signal", pod(one("a", Terminated(137, signal=9)), phase="Failed"), Columns("0/1", "Signal:9", "0")),
    Case("all is completed", pod(one("a", COMPLETED), phase="Succeeded"), Columns("0/1", "Completed", "0")),
    Case("one is completed, the other runs, the pod is ready",
         pod(one("a", COMPLETED), one("b", Running(), ready=True), run=TWO, conditions=(READY,)),
         Columns("1/2", "Running", "0")),
    Case("and if the pod is not ready", pod(one("a", COMPLETED), one("b", Running(), ready=True), run=TWO),
         Columns("1/2", "NotReady", "0")),
    Case("a failure behind a completed container is shown",
         pod(one("a", COMPLETED), one("b", ERROR), run=TWO, phase="Failed"), Columns("0/2", "Error", "0")),
    Case("the first init container runs", pod(LATER, run=WITH_INIT, phase="Pending", init=(
        one("i", Running()), one("j", Waiting("PodInitializing")))), Columns("0/1", "Init:0/2", "0")),
    Case("the second waits", pod(LATER, run=WITH_INIT, phase="Pending", init=(
        one("i", COMPLETED), one("j", Waiting("PodInitializing")))), Columns("0/1", "Init:1/2", "0")),
    Case("an init container crashes", pod(LATER, run=WITH_INIT, phase="Pending", init=(
        one("i", CRASHES, 2, last=NOW - 30), one("j", Waiting("PodInitializing")))),
         Columns("0/1", "Init:CrashLoopBackOff", "2 (30s ago)")),
    Case("an init container failed", pod(LATER, run=WITH_INIT, phase="Failed", init=(one("i", ERROR),)),
         Columns("0/1", "Init:Error", "0")),
    Case("without a reason", pod(LATER, run=WITH_INIT, phase="Failed", init=(one("i", Terminated(2)),)),
         Columns("0/1", "Init:ExitCode:2", "0")),
    Case("by a signal", pod(LATER, run=WITH_INIT, phase="Failed", init=(one("i", Terminated(2, signal=11)),)),
         Columns("0/1", "Init:Signal:11", "0")),
    Case("init is done, the first container waits", pod(LATER, run=WITH_INIT, phase="Pending", init=(
        one("i", COMPLETED), one("j", COMPLETED))), Columns("0/1", "PodInitializing", "0")),
    Case("restarts of init containers are forgotten then", pod(RUNS, run=WITH_INIT, conditions=(READY,), init=(
        one("i", COMPLETED, 4, last=NOW - 30), one("j", COMPLETED))), Columns("1/1", "Running", "0")),
    Case("sidecars are counted, ready and restarts", pod(
        one("a", Running(), 1, ready=True, last=NOW - 90), run=WITH_SIDECAR, conditions=(READY,),
        init=(one("s", Running(), 2, ready=True, started=True, last=NOW - 600),)),
         Columns("2/2", "Running", "3 (90s ago)")),
    Case("a sidecar that has not started is init", pod(LATER, run=WITH_SIDECAR, phase="Pending", init=(
        one("s", Running(), started=False),)), Columns("0/2", "Init:0/1", "0")),
    Case("a sidecar that crashes in a pod that was initialized: the others have their say",
         pod(RUNS, run=WITH_SIDECAR, conditions=(INITIALIZED, READY), init=(one("s", CRASHES, 5),)),
         Columns("1/2", "Init:CrashLoopBackOff", "5")),
    Case("somebody deleted it", pod(RUNS, deleted=True), Columns("1/1", "Terminating", "0")),
    Case("one that has ended does not terminate", pod(one("a", COMPLETED), phase="Succeeded", deleted=True),
         Columns("0/1", "Completed", "0")),
    Case("its node is lost", pod(RUNS, reason="NodeLost"), Columns("1/1", "NodeLost", "0")),
    Case("and it is deleted", pod(RUNS, reason="NodeLost", deleted=True), Columns("1/1", "Unknown", "0")),
    Case("how long ago is the last of all", pod(
        one("a", Running(), 1, ready=True, last=NOW - 500), one("b", Running(), 2, ready=True, last=NOW - 200),
        run=TWO), Columns("2/2", "Running", "3 (3m20s ago)")),
    Case("no restart, no time", pod(one("a", Running(), 0, ready=True, last=NOW - 5)), Columns("1/1", "Running", "0")),
)  # fmt: skip


def check(case: Case) -> None:
    assert columns(case.pod, NOW) == case.expect


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_the_columns(case: Case) -> None:
    check(case)


MINUTE, HOUR, DAY = 60, 3600, 86400
DURATIONS = (
    (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (10 * MINUTE - 1, "9m59s"),
    (10 * MINUTE + 1, "10m"), (3 * HOUR - 1, "179m"), (3 * HOUR, "3h"), (3 * HOUR + MINUTE, "3h1m"),
    (8 * HOUR + MINUTE, "8h"), (2 * DAY - 1, "47h"), (2 * DAY, "2d"), (2 * DAY + HOUR, "2d1h"), (8 * DAY + HOUR, "8d"),
    (730 * DAY - 1, "729d"), (730 * DAY, "2y"), (731 * DAY, "2y1d"), (8 * 365 * DAY + DAY, "8y"),
)  # fmt: skip


@pytest.mark.parametrize(("seconds", "text"), DURATIONS, ids=[text for _, text in DURATIONS])
def test_a_length_of_time(seconds: int, text: str) -> None:
    assert human_duration(seconds) == text


def test_the_order_of_containers_in_the_specification_says_nothing() -> None:
    """Only the order of the statuses does."""
    shown = pod(one("b", CRASHES), one("a", ERROR), run=TWO)
    assert columns(shown, NOW) == columns(replace(shown, run=RunSpec((B, A))), NOW)
