"""When a pod's probes run, and what they change: one round of all its workers at a time.

Follows the loop of pkg/kubelet/prober/worker.go (v1.36): every period from a worker's beginning on, and at once where a
status was made of a container that has started but is not ready. Turns that change nothing are left out: a worker whose
result is settled is at rest until its probe comes to something else. Left out: the random delay of a first turn.
"""

from __future__ import annotations

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.probes import Worker, counts_as, looked, probe_of, probed
from kubeproof.model.node.kubelet.processes import PLAIN, Process, Processes, next_outcome, outcome
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Probe, ProbeKind
from kubeproof.model.objects.pod_status import ContainerStatus, PodStatus, Running, is_terminal, named


def probed_round(work: Work, now: int, does: Processes) -> Work:
    """The work after every probe whose turn it is by `now`; a worker that ends is no longer there."""
    status = work.known_status
    workers = work.workers
    if not workers or is_terminal(status.phase):
        return work
    restarting = restarts.should_all_restart(work.pod.run, None, status)
    for key in work.workers:
        after = _after(work, key, now, does, all_restarting=restarting)
        workers = workers.delete(key) if after is None else workers.set(key, after)
    return work._replace(workers=workers)


def next_probe(work: Work, now: int, does: Processes) -> int | None:
    """When the next probe has its turn after `now`, None where none has until something else happens."""
    times: list[int] = []
    for made in work.runtime.containers:
        started = made.state.started_at
        if made.state.state != "running" or started is None:
            continue
        process = does.get(made.name, PLAIN)
        times.extend(started + after for after in process.passes.values())
        for (name, kind), worker in work.workers.items():
            if name != made.name or kind in process.passes:
                continue
            known = worker.container_id == made.state.id
            if known and worker.on_hold:
                continue
            change = _rests_for(worker, process, kind, now - started) if known else 0
            if change is not None:
                times.append(_turn(worker, _period(work, name, kind), max(now + 1, started + change)))
    return min((at for at in times if at > now), default=None)


def _after(work: Work, key: tuple[str, ProbeKind], now: int, does: Processes, *, all_restarting: bool) -> Worker | None:
    """A worker after its turn, or as it was where it has none; None where it ended."""
    name, kind = key
    worker, process = work.workers[key], does.get(name, PLAIN)
    if kind in process.passes:
        return _passed(work, key, process.passes[kind], now)
    status = _told(work.known_status, name)
    if status is not None and not work.deleted and _goes_on_resting(worker, status, process, kind, now):
        return worker  # its next turn is found from its last one at any time
    worker = worker._replace(due_at=_turn(worker, _period(work, name, kind), now))
    if status is None or (worker.due_at > now and not _is_asked_for(status, kind)):
        return worker
    container = next(each for each in work.specs() if each.name == name)
    worker, then = looked(
        worker,
        kind,
        container,
        status,
        now,
        pod_policy=work.pod.run.restart_policy,
        deleted=work.deleted,
        all_restarting=all_restarting,
    )
    if then == "end":
        return None
    probe, at_rest = probe_of(container, kind) or Probe(), False
    if then == "probe" and isinstance(status.state, Running):
        found = outcome(process, kind, now - (status.state.started_at or 0))
        worker = probed(worker, kind, probe, found)
        at_rest = counts_as(found) is not None and worker.result == worker.last and not worker.on_hold
    return worker._replace(due_at=now + probe.period, at_rest=at_rest)


def _turn(worker: Worker, period: int, at: int) -> int:
    """When a worker has its first turn from a time on, in its rhythm; a new one (due at 0) has it at once."""
    return worker.due_at if worker.due_at >= at or not worker.due_at else at + (worker.due_at - at) % period


def _goes_on_resting(worker: Worker, status: ContainerStatus, process: Process, kind: ProbeKind, now: int) -> bool:
    """Whether turns until now change nothing of a worker."""
    if status.container_id != worker.container_id or not isinstance(status.state, Running):
        return False
    age = now - (status.state.started_at or 0)
    until = _rests_for(worker, process, kind, age)
    return until is None or until > age


def _rests_for(worker: Worker, process: Process, kind: ProbeKind, age: int) -> int | None:
    """Up to which age of its container a worker's turns change nothing; None: for good."""
    if not worker.at_rest or counts_as(outcome(process, kind, age)) != worker.last:
        return 0
    return next_outcome(process, kind, age)


def _period(work: Work, name: str, kind: ProbeKind) -> int:
    container = next(each for each in work.specs() if each.name == name)
    return (probe_of(container, kind) or Probe()).period


def _passed(work: Work, key: tuple[str, ProbeKind], after: int, now: int) -> Worker:
    """The worker of a probe that is known to pass so many seconds after its container's start."""
    worker, state = work.workers[key], work.runtime.latest.get(key[0])
    if state is None or state.state != "running" or state.started_at is None or state.id == worker.container_id:
        return worker
    return Worker(state.id, "success") if now >= state.started_at + after else worker


def _told(status: PodStatus, name: str) -> ContainerStatus | None:
    return named((*status.containers, *status.init_containers), name)


def _is_asked_for(status: ContainerStatus, kind: ProbeKind) -> bool:
    """Whether making the status asked for a readiness probe at once."""
    return kind == "readiness" and bool(status.started) and not status.ready and isinstance(status.state, Running)
