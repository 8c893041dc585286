"""When a pod's probes run, and what they change: one round of all its workers at a time.

Follows the loop of pkg/kubelet/prober/worker.go (v1.36): every period from a worker's beginning on, and at once where a
status was made of a container that has started but is not ready. Left out: the random delay after a kubelet's start.
"""

from __future__ import annotations

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.probes import Worker, looked, probe_of, probed
from kubeproof.model.node.kubelet.processes import PLAIN, Process, Processes, outcome
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Container, Probe, ProbeKind
from kubeproof.model.objects.pod_status import ContainerStatus, PodStatus, Running, is_terminal, named


def probed_round(work: Work, now: int, does: Processes) -> Work:
    """The work after every probe whose turn it is by `now`; a worker that ends is no longer there."""
    status = work.known_status
    workers = work.workers
    if not workers or is_terminal(status.phase):
        return work
    specs = {container.name: container for container in work.specs()}
    restarting = restarts.should_all_restart(work.pod.run, None, status)
    for (name, kind), worker in workers.items():
        container, process = specs[name], does.get(name, PLAIN)
        told = _told(status, name)
        if kind in process.passes:
            after = _passed(worker, kind, process, work, name, now)
        elif told is not None and (worker.due_at <= now or _is_asked_for(told, kind)):
            after = _turn(worker, kind, container, told, now, work, process, all_restarting=restarting)
        else:
            continue
        workers = workers.delete((name, kind)) if after is None else workers.set((name, kind), after)
    return work._replace(workers=workers)


def next_probe(work: Work, now: int, does: Processes) -> int | None:
    """When the next probe has its turn after `now`, None where none has until something else happens."""
    times = []
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


def _turn(
    worker: Worker,
    kind: ProbeKind,
    container: Container,
    status: ContainerStatus,
    now: int,
    work: Work,
    process: Process,
    *,
    all_restarting: bool,
) -> Worker | None:
    probe = probe_of(container, kind) or Probe()
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
    if then == "probe" and isinstance(status.state, Running):
        age = now - (status.state.started_at or 0)
        worker = probed(worker, kind, probe, outcome(process, kind, age))
    return worker._replace(due_at=now + probe.period)


def _passed(worker: Worker, kind: ProbeKind, process: Process, work: Work, name: str, now: int) -> Worker:
    state = work.runtime.latest.get(name)
    if state is None or state.state != "running" or state.started_at is None or state.id == worker.container_id:
        return worker
    return Worker(state.id, "success") if now >= state.started_at + process.passes[kind] else worker


def _told(status: PodStatus, name: str) -> ContainerStatus | None:
    return named((*status.containers, *status.init_containers), name)


def _is_asked_for(status: ContainerStatus, kind: ProbeKind) -> bool:
    """Whether making the status asked for a readiness probe at once."""
    return kind == "readiness" and bool(status.started) and not status.ready and isinstance(status.state, Running)
