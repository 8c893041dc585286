"""The phase of a pod, from the states of its containers: the kubelet's getPhase (pkg/kubelet/kubelet_pods.go, v1.36).

Three steps: init containers may hold the pod back or fail it; then everything that runs for long is counted, sidecars
and regular containers together; then the counts decide. Left out: that a terminal phase stays (generateAPIPodStatus).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kubeproof.model.node.kubelet.restarts import should_restart
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus, Phase, Running, Terminated, Waiting, named

RESTARTING_ALL_CONTAINERS = "RestartingAllContainers"
"""The reason of a container that was ended so that all containers of its pod start again."""


class _Counts(msgspec.Struct):
    """How many containers are in which state; `held_back`: sidecars that have not started."""

    held_back: int = 0
    unknown: int = 0
    waiting: int = 0
    running: int = 0
    stopped: int = 0
    stopped_for_good: int = 0
    succeeded: int = 0


def phase(run: RunSpec, statuses: Sequence[ContainerStatus], *, terminal: bool, initialized: bool) -> Phase:
    """The phase of a pod whose containers (init containers too) have these statuses.

    `terminal`: the pod will not be run any more. `initialized`: a regular container has run, by what the runtime says.
    """
    init = [(one, named(statuses, one.name)) for one in run.init_containers if not one.is_sidecar]
    if any(_failed_for_good(run, container, status) for container, status in init):
        return "Failed"
    counts = _counted(run, statuses)
    if (
        any(_is_pending(status) for _, status in init)
        or (counts.held_back and not initialized)
        or counts.waiting
        or counts.unknown
    ):
        return "Pending"
    if counts.running:
        return "Running"
    return _stopped_phase(counts, final=terminal and not run.static) if counts.stopped else "Pending"


def _stopped_phase(counts: _Counts, *, final: bool) -> Phase:
    """The phase when nothing runs. `final`: nothing will be started again, whatever the policies say."""
    if not final and counts.stopped != counts.stopped_for_good:
        return "Running"
    return "Succeeded" if counts.stopped == counts.succeeded else "Failed"


def _is_pending(status: ContainerStatus | None) -> bool:
    """Whether an init container has still to run (one that ended, well or badly, and is to run again has not)."""
    return status is None or _ended(status) is None


def _failed_for_good(run: RunSpec, container: Container, status: ContainerStatus | None) -> bool:
    end = status and _ended(status)
    return bool(end and end.exit_code != 0 and not _runs_again(run, container, end))


def _counted(run: RunSpec, statuses: Sequence[ContainerStatus]) -> _Counts:
    counts = _Counts()
    for sidecar in run.init_containers:
        if sidecar.is_sidecar:
            _count_sidecar(counts, named(statuses, sidecar.name))
    for container in run.containers:
        _count_regular(counts, run, container, named(statuses, container.name))
    return counts


def _count_sidecar(counts: _Counts, status: ContainerStatus | None) -> None:
    """A sidecar that ended counts for nothing."""
    if status is None:
        counts.unknown += 1
    elif isinstance(status.state, Running):
        counts.running += 1
        counts.held_back += not status.started
    elif _ended(status) is None:
        counts.held_back += 1
        counts.waiting += isinstance(status.state, Waiting)
        counts.unknown += status.state is None


def _count_regular(counts: _Counts, run: RunSpec, container: Container, status: ContainerStatus | None) -> None:
    """One that ended and waits to run again is stopped, but has never succeeded."""
    if status is None or status.state is None:
        counts.unknown += 1
    elif isinstance(status.state, Running):
        counts.running += 1
    elif end := _ended(status):
        counts.stopped += 1
        counts.stopped_for_good += not _runs_again(run, container, end)
        counts.succeeded += isinstance(status.state, Terminated) and end.exit_code == 0
    else:
        counts.waiting += 1


def _ended(status: ContainerStatus) -> Terminated | None:
    """How a container ended that does not run: now, or before it came to wait."""
    if isinstance(status.state, Terminated):
        return status.state
    return status.last if isinstance(status.state, Waiting) and isinstance(status.last, Terminated) else None


def _runs_again(run: RunSpec, container: Container, end: Terminated) -> bool:
    restarts = should_restart(container, run.restart_policy, end.exit_code)
    return restarts or end.reason == RESTARTING_ALL_CONTAINERS
