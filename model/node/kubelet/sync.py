"""One step of a pod's worker: SyncPod, SyncTerminatingPod, SyncTerminatedPod as a function of a value and the time.

Follows pkg/kubelet/kubelet.go, kuberuntime_manager.go SyncPod and pod_workers.go (v1.36). What upstream waits for
(containers that are being killed) is a time at which the worker goes on. Left out: volumes, cgroups, secrets, resizing,
mirror pods, and a kubelet that restarts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.node.kubelet import processes, readiness, restarts, status_manager
from kubeproof.model.node.kubelet.actions import Actions, pod_actions
from kubeproof.model.node.kubelet.api_status import api_status
from kubeproof.model.node.kubelet.kills import KillReason
from kubeproof.model.node.kubelet.pod_runtime import PodRuntime, Sandbox
from kubeproof.model.node.kubelet.processes import Processes
from kubeproof.model.node.kubelet.starting import CRASH_LOOP, started
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import ProbeKind
from kubeproof.model.objects.pod_status import PodStatus, is_terminal

Step = Literal["sync", "terminating", "stopped", "terminated"]
STOPPED_FIRST: frozenset[ProbeKind] = frozenset({"liveness", "startup"})
"""The kinds of probe that end when a pod begins to end; readiness goes on until its containers are gone."""


RETRY = 10
"""Seconds after which a sync that failed is tried again (backOffPeriod, without its jitter)."""


class Report(NamedTuple):
    """A status that the kubelet made, and in which step."""

    step: Step
    status: PodStatus


class Stepped(NamedTuple):
    """A worker after a step, and what it reported: None where it only waited, or did what it had decided."""

    work: Work
    report: Report | None = None


def stepped(work: Work, now: int, does: Processes) -> Stepped:
    """What a pod's worker does when it is woken at `now`, in the world where the pod's containers do this."""
    if work.dying:
        return Stepped(work)
    if work.doing is not None:
        return Stepped(_carried_out(work, work.doing, now, does))
    match work.stage:
        case "sync" if not work.deleted and work.ends_as is None:
            return _synced(work, now, does)
        case "sync" | "terminating":
            return _terminating(work, now, does)
        case "killing":
            return _stopped(work, now)
        case "stopped":
            ended, _ = _reported(work._replace(stage="terminated"), now, "terminated")
            return Stepped(*_kept(ended, _last_status(ended, now), "terminated"))
        case "terminated":
            return Stepped(work)


def _reported(work: Work, now: int, step: Step) -> tuple[Work, Report]:
    made = api_status(work, now, terminal=step in ("stopped", "terminated"))
    if step == "terminating" and work.ends_as is not None:
        made = _ending_as(made, work.ends_as)
    return _given(work, made, now, step)


def _given(work: Work, made: PodStatus, now: int, step: Step) -> tuple[Work, Report]:
    """The work after a status was given to the status manager."""
    return _kept(work, status_manager.update(work.pod.run, work.known_status, made, now), step)


def _ending_as(made: PodStatus, end: PodStatus) -> PodStatus:
    """A status with the phase, reason, message and conditions of an end that the kubelet decided on (killPodNow)."""
    types = {condition.type for condition in end.conditions}
    kept = (condition for condition in made.conditions if condition.type not in types)
    return replace(made, phase=end.phase, reason=end.reason, message=end.message, conditions=(*kept, *end.conditions))


def _last_status(work: Work, now: int) -> PodStatus | None:
    return status_manager.terminate(work.pod.run, work.pod.status, now, cached=work.status)


def _kept(work: Work, status: PodStatus | None, step: Step) -> tuple[Work, Report]:
    """The work with what the status manager has now; a status that may not follow was thrown away."""
    kept = work.known_status if status is None or status == work.status else status
    return work._replace(status=kept), Report(step, kept)


def _synced(work: Work, now: int, does: Processes) -> Stepped:
    # What is done follows the status as it was made, even where the status manager throws that away.
    made = api_status(work, now, terminal=False)
    work, report = _given(work, made, now, "sync")
    if is_terminal(made.phase):
        return Stepped(work._replace(stage="terminating"), report)
    work = work._replace(workers=readiness.added(work.workers, work.pod.run))
    actions = pod_actions(
        work.pod.run,
        work.runtime,
        readiness.results(work.workers),
        restart_all=made.is_true(restarts.ALL_CONTAINERS_RESTARTING),
    )
    work = processes.killed(work._replace(doing=actions), _kills(work, actions), now, does)
    if work.dying:
        return Stepped(work, report)
    return Stepped(_carried_out(work, actions, now, does), report)


def _kills(work: Work, actions: Actions) -> dict[str, KillReason]:
    if actions.kill_pod:
        return processes.running(work)
    kills: dict[str, KillReason] = {kill.id: kill.reason for kill in actions.kill}
    kills.update((reset.id, "RestartAllContainers") for reset in actions.reset if reset.kill)
    return kills


def _terminating(work: Work, now: int, does: Processes) -> Stepped:
    work, report = _reported(work, now, "terminating")
    names = frozenset(container.name for container in work.pod.run.containers)
    workers = readiness.without_kinds(work.workers, STOPPED_FIRST, names)
    work = work._replace(workers=workers, stage="killing")
    return Stepped(processes.killed(work, processes.running(work), now, does, work.ends_within), report)


def _stopped(work: Work, now: int) -> Stepped:
    runtime = _without_ready_sandbox(work.runtime)
    return Stepped(*_reported(work._replace(runtime=runtime, workers=Map(), stage="stopped"), now, "stopped"))


def _carried_out(work: Work, actions: Actions, now: int, does: Processes) -> Work:
    """The rest of a SyncPod once what it kills has ended: remove, sandbox, start."""
    seen = work.runtime
    work = _cleared(work._replace(doing=None, retry_at=None), actions)
    if actions.create_sandbox and work.no_sandbox:
        return work._replace(retry_at=now + RETRY)
    if actions.create_sandbox:
        work = _in_sandbox(work, actions.attempt)
    work = _all_started(work, actions, seen, now, does)
    failed = any(reason.reason != CRASH_LOOP for reason in work.reasons.values())
    return work._replace(retry_at=now + RETRY) if failed else work


def _all_started(work: Work, actions: Actions, seen: PodRuntime, now: int, does: Processes) -> Work:
    """The work after every start was tried, given what was seen before: an init container that fails ends it."""
    run = work.pod.run
    for index in actions.start_ephemeral:
        work, _ = started(work, run.ephemeral_containers[index], seen, now, does)
    for index in actions.start_init:
        container = run.init_containers[index]
        work, ok = started(work, container, seen, now, does)
        if not ok and not container.is_sidecar:
            return work
    for index in actions.start:
        work, _ = started(work, run.containers[index], seen, now, does)
    return work


def _cleared(work: Work, actions: Actions) -> Work:
    """The work without the sandbox and the containers that have to go."""
    runtime, logs = work.runtime, work.logs
    inits = frozenset(container.name for container in work.pod.run.init_containers)
    gone = set(_outdated(runtime, inits))
    if actions.kill_pod:
        runtime = _without_ready_sandbox(runtime)
    else:
        # In a pod that is killed whole, nothing is removed until it has its sandbox again.
        gone |= {reset.id for reset in actions.reset}
    if actions.kill_pod and actions.create_sandbox:
        gone |= {made.state.id for made in runtime.containers if made.name in inits}
        logs = None if logs is None else Map({name: at for name, at in logs.items() if name not in inits})
    if gone:
        runtime = runtime._replace(containers=tuple(m for m in runtime.containers if m.state.id not in gone))
    return work._replace(runtime=runtime, logs=logs)


def _in_sandbox(work: Work, attempt: int) -> Work:
    sandbox = Sandbox(f"sandbox-{work.made}", attempt, ip=f"10.0.{work.made // 250}.{work.made % 250 + 1}")
    runtime = work.runtime._replace(sandboxes=(sandbox, *work.runtime.sandboxes))
    return work._replace(runtime=runtime, made=work.made + 1)


def _without_ready_sandbox(runtime: PodRuntime) -> PodRuntime:
    return runtime._replace(sandboxes=tuple(sandbox._replace(ready=False) for sandbox in runtime.sandboxes))


def _outdated(runtime: PodRuntime, inits: frozenset[str]) -> Iterator[str]:
    """The ids of init containers that ended and of which there is a newer one (pruneInitContainersBeforeStart)."""
    kept: set[str] = set()
    for made in runtime.containers:
        if made.name in inits and made.state.state in ("exited", "unknown"):
            if made.name in kept:
                yield made.state.id
            kept.add(made.name)
