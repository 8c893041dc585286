"""When a pod's probes run, and what they change: one round of all its workers at a time.

Follows the loop of pkg/kubelet/prober/worker.go (v1.36): every period from a worker's beginning on, and at once where a
status was made of a container that has started but is not ready. Left out: the random delay after a kubelet's start.
"""

from __future__ import annotations

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.probes import Worker, looked, probe_of, probed
from kubeproof.model.node.kubelet.processes import PLAIN, Processes, outcome
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
            if name == made.name and kind not in process.passes and not worker.on_hold:
                times.append(worker.due_at)
    return min((at for at in times if at > now), default=None)


def _after(work: Work, key: tuple[str, ProbeKind], now: int, does: Processes, *, all_restarting: bool) -> Worker | None:
    """A worker after its turn, or as it was where it has none; None where it ended."""
    name, kind = key
    worker, process = work.workers[key], does.get(name, PLAIN)
    if kind in process.passes:
        return _passed(work, key, process.passes[kind], now)
    status = _told(work.known_status, name)
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
    probe = probe_of(container, kind) or Probe()
    if then == "probe" and isinstance(status.state, Running):
        age = now - (status.state.started_at or 0)
        worker = probed(worker, kind, probe, outcome(process, kind, age))
    return worker._replace(due_at=now + probe.period)


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
