"""How one probe of a container comes to a result: the probe worker (pkg/kubelet/prober/worker.go, v1.36).

A worker is a value. `looked` is what it does before it probes (is there a running container, may this kind of probe run
yet), `probed` what it makes of an outcome. A result belongs to one container: a new one starts over. How results reach
a status is told in readiness.py. Left out: how a probe is carried out, events, the random delay when a kubelet starts.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RestartPolicy
from kubeproof.model.objects.pod_status import ContainerStatus, Running, Terminated

Result = Literal["success", "failure", "unknown"]
Outcome = Literal["success", "warning", "failure", "unknown", "error"]
"""What one probe came to. An error is a probe that could not be carried out, three times in a row."""

KINDS: tuple[ProbeKind, ...] = ("startup", "readiness", "liveness")
INITIAL: dict[ProbeKind, Result] = {"readiness": "failure", "liveness": "success", "startup": "unknown"}
"""What counts until a container was probed often enough."""


class Worker(NamedTuple):
    """One probe's memory. `result` is what counts for the container `container_id`, None where there is none.

    `last` and `streak`: the latest outcome, how often in a row. `on_hold`: not probed until there is another container.
    `due_at`: when its next turn is. `at_rest`: its turns change nothing while the outcomes stay as they are.
    """

    container_id: str = ""
    result: Result | None = None
    last: Result | None = None
    streak: int = 0
    on_hold: bool = False
    due_at: int = 0
    at_rest: bool = False


class Looked(NamedTuple):
    """A worker after it looked at its container, and what follows: it ends, waits for the next round, or probes."""

    worker: Worker
    then: Literal["end", "wait", "probe"]


def probe_of(container: Container, kind: ProbeKind) -> Probe | None:
    """A container's probe of a kind, None where it has none."""
    return {"startup": container.startup, "readiness": container.readiness, "liveness": container.liveness}[kind]


def looked(
    worker: Worker,
    kind: ProbeKind,
    container: Container,
    status: ContainerStatus,
    now: int,
    *,
    pod_policy: RestartPolicy,
    deleted: bool = False,
    all_restarting: bool = False,
) -> Looked:
    """What a worker does before it probes, given its container's reported status.

    `all_restarting`: all containers of the pod are being restarted, so one that ended will be back. A pod in a terminal
    phase ends its workers; that is the caller's to see.
    """
    if not status.container_id:
        return Looked(worker, "wait")
    if worker.container_id != status.container_id:
        worker = worker._replace(container_id=status.container_id, result=INITIAL[kind], on_hold=False)
    if worker.on_hold:
        return Looked(worker, "wait")
    if not isinstance(status.state, Running):
        comes_back = (
            not isinstance(status.state, Terminated)
            or all_restarting
            or restarts.should_restart(container, pod_policy, status.state.exit_code)
        )
        return Looked(worker._replace(result="failure"), "wait" if comes_back else "end")
    if deleted and kind != "readiness":
        return Looked(worker._replace(result="success"), "end")
    probe = probe_of(container, kind) or Probe()
    is_early = status.state.started_at is not None and now - status.state.started_at < probe.initial_delay
    # The startup probe runs until the container has started, the two others from then on.
    if is_early or bool(status.started) == (kind == "startup"):
        return Looked(worker, "wait")
    return Looked(worker, "probe")


def counts_as(outcome: Outcome) -> Result | None:
    """The result that an outcome stands for, None for one that changes nothing."""
    if outcome == "error":
        return None
    return "success" if outcome in ("success", "warning") else "failure"


def probed(worker: Worker, kind: ProbeKind, probe: Probe, outcome: Outcome) -> Worker:
    """The worker after a probe. An error changes nothing; a warning is a success, and what is unknown a failure."""
    result = counts_as(outcome)
    if result is None:
        return worker
    needed = probe.failure_threshold if result == "failure" else probe.success_threshold
    streak = min(worker.streak + 1, needed) if worker.last == result else 1  # a longer one decides nothing more
    worker = worker._replace(last=result, streak=streak)
    if streak < needed:
        return worker
    if kind == "startup" or (kind == "liveness" and result == "failure"):
        return worker._replace(result=result, on_hold=True, streak=0)
    return worker._replace(result=result)
