"""What the kubelet keeps of a pod's status, and what of it it reports (pkg/kubelet/status/status_manager.go, v1.36).

`update` is what every new status goes through, `terminate` is the last one, `merge` puts it together with what the API
server has. Left out: when the status is sent (versions, retries), and mirror pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from kubeproof.model.node.kubelet import conditions
from kubeproof.model.node.kubelet.restarts import ALL_CONTAINERS_RESTARTING, could_all_restart, should_restart
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerState,
    ContainerStatus,
    PodStatus,
    Running,
    Terminated,
    Waiting,
    is_terminal,
)

OWNED = frozenset((
    "PodScheduled", "Ready", "Initialized", "ContainersReady", "PodResizeInProgress", "PodResizePending",
    "PodReadyToStartContainers", ALL_CONTAINERS_RESTARTING,
))  # fmt: skip
"""The conditions that are the kubelet's alone (PodConditionByKubelet)."""

DISRUPTION_TARGET = "DisruptionTarget"
"""The condition that the kubelet shares with others."""

TIMED = frozenset((
    "ContainersReady", "Ready", "Initialized", "PodReadyToStartContainers", "PodScheduled", DISRUPTION_TARGET,
    ALL_CONTAINERS_RESTARTING,
))  # fmt: skip
"""The conditions whose time of change the status manager keeps."""

LOST = Terminated(
    exit_code=137,
    reason="ContainerStatusUnknown",
    message="The container could not be located when the pod was terminated",
)
"""How a container ended of which nobody knows how it ended."""

LONGEST_MESSAGES = 12 * 1024
"""Bytes of termination messages that a pod may have, shared evenly by its containers."""


def transition_error(run: RunSpec, old: PodStatus, new: PodStatus) -> str | None:
    """Why a status may not follow another, None where it may (checkContainerStateTransition).

    A container that ended may only leave that state if its pod or its own policy and rules (a sidecar's do) let it run
    again.
    """
    if run.restart_policy == "Always" or could_all_restart(run):
        return None
    for status in old.containers:
        container = next((one for one in run.containers if one.name == status.name), None)
        if _leaves_its_end(run, container, status, new.containers):
            return f"terminated container {status.name} attempted illegal transition to non-terminated state"
    for index, status in enumerate(old.init_containers):
        container = _at(run.init_containers, status, index)
        if container is None:
            return f"found mismatch between pod spec and status, container: {status.name}"
        if _leaves_its_end(run, container, status, new.init_containers):
            return f"terminated init container {status.name} attempted illegal transition to non-terminated state"
    return None


def update(run: RunSpec, old: PodStatus, new: PodStatus, now: int) -> PodStatus | None:
    """The status to keep after `old` (updateStatusInternal); None where it may not follow and is thrown away.

    A condition that does not change keeps its time, and the start time never changes.
    """
    if transition_error(run, old, new) is not None:
        return None
    timed = tuple(_timed(one, old, now) if one.type in TIMED else one for one in new.conditions)
    start = next((time for time in (old.start_time, new.start_time) if time is not None), now)
    return normalized(run, replace(new, conditions=timed, start_time=start))


def terminate(run: RunSpec, status: PodStatus, now: int, *, cached: PodStatus | None = None) -> PodStatus | None:
    """The last status of a pod that is not run any more (TerminatePod); None where it is thrown away.

    A container that may have run and of which no end is known has failed, and so has a pod that never got to an end.
    `status` is the API server's, `cached` the kubelet's own if it has one.
    """
    old = status if cached is None else cached
    containers = tuple(map(_lost, old.containers)) if _has_initialized(run, status) else old.containers
    tried = _tried(old.init_containers)
    ended = run.static or is_terminal(old.phase)
    new = replace(
        old,
        phase=old.phase if ended else "Failed",
        containers=containers,
        init_containers=(*map(_lost, old.init_containers[:tried]), *old.init_containers[tried:]),
    )
    return update(run, old, new, now)


def merge(old: PodStatus, new: PodStatus, now: int, *, could_run: bool, generation: int = 0) -> PodStatus:
    """The status to report, where the API server has `old` and the kubelet `new` (mergePodStatus).

    While containers may still run (`could_run`) a terminal phase is not reported yet. Conditions of others stay; a pod
    that has ended is never ready. Whether a phase may follow the old one is not asked here.
    """
    ends = is_terminal(new.phase) and not is_terminal(old.phase)
    found = [one for one in old.conditions if one.type not in OWNED]
    for one in new.conditions:
        if one.type in OWNED:
            found.append(one)
        elif one.type == DISRUPTION_TARGET and ends and not could_run:
            found = _put(found, _timed(one, old, now))
    merged = replace(new, conditions=tuple(found))
    if ends and could_run:
        merged = replace(merged, phase=old.phase, reason=old.reason, message=old.message)
    if is_terminal(merged.phase) and (merged.is_true("Ready") or merged.is_true("ContainersReady")):
        for type_ in ("ContainersReady", "Ready"):
            no = _timed(conditions.terminal(type_, merged.phase, generation=generation), merged, now)
            merged = replace(merged, conditions=tuple(_put(merged.conditions, no)))
    return merged


def normalized(run: RunSpec, status: PodStatus) -> PodStatus:
    """The status as the API server will give it back: containers in order, messages not too long (normalizeStatus)."""
    all_of_them = len(run.containers) + len(run.init_containers) + len(run.ephemeral_containers)
    longest = LONGEST_MESSAGES // max(all_of_them, 1)
    names = [container.name for container in run.init_containers]
    return replace(
        status,
        containers=_by_name(status.containers, longest),
        ephemeral_containers=_by_name(status.ephemeral_containers, longest),
        init_containers=_in_order(tuple(_cut(one, longest) for one in status.init_containers), names),
    )


def _leaves_its_end(
    run: RunSpec, container: Container | None, old: ContainerStatus, new: Iterable[ContainerStatus]
) -> bool:
    """Whether a container that ended and may not run again is reported as not ended."""
    if not isinstance(old.state, Terminated):
        return False
    if old.state.exit_code != 0 and run.restart_policy == "OnFailure":
        return False
    if container is not None and should_restart(container, run.restart_policy, old.state.exit_code):
        return False
    return any(one.name == old.name and not isinstance(one.state, Terminated) for one in new)


def _at(containers: Sequence[Container], status: ContainerStatus, index: int) -> Container | None:
    """The container at a place of the status's list, None if it is another one (GetContainerByIndex)."""
    there = containers[index] if index < len(containers) else None
    return there if there is not None and there.name == status.name else None


def _lost(status: ContainerStatus) -> ContainerStatus:
    return status if isinstance(status.state, Terminated) else replace(status, state=LOST)


def _has_initialized(run: RunSpec, status: PodStatus) -> bool:
    """Whether there is evidence that regular containers may have been started (hasPodInitialized)."""
    if not run.init_containers or any(_has_left_waiting(one) for one in status.containers):
        return True
    if not status.init_containers:
        return False
    last = status.init_containers[-1]
    container = _at(run.init_containers, last, len(status.init_containers) - 1)
    if container is None:
        return False
    if container.is_sidecar:
        return isinstance(last.state, Running) and bool(last.started)
    return any(isinstance(state, Terminated) and state.exit_code == 0 for state in (last.last, last.state))


def _has_left_waiting(status: ContainerStatus) -> bool:
    return not isinstance(status.state, Waiting) or isinstance(status.last, Terminated)


def _tried(statuses: Sequence[ContainerStatus]) -> int:
    """How many init containers have been tried: up to the last that has left waiting, at least one."""
    return max((i for i, one in enumerate(statuses, start=1) if _has_left_waiting(one)), default=1)


def _timed(condition: Condition, old: PodStatus, now: int) -> Condition:
    """The condition with the time at which it became what it is."""
    before = old.condition(condition.type)
    kept = before is not None and before.status == condition.status
    return replace(condition, changed_at=before.changed_at if kept and before is not None else now)


def _put(found: Iterable[Condition], condition: Condition) -> list[Condition]:
    """The conditions with this one in place of the first of its type, or behind them."""
    listed = list(found)
    index = next((i for i, one in enumerate(listed) if one.type == condition.type), len(listed))
    return [*listed[:index], condition, *listed[index + 1 :]]


def _by_name(statuses: Iterable[ContainerStatus], longest: int) -> tuple[ContainerStatus, ...]:
    return tuple(_cut(one, longest) for one in sorted(statuses, key=lambda one: one.name))


def _in_order(statuses: tuple[ContainerStatus, ...], names: Sequence[str]) -> tuple[ContainerStatus, ...]:
    """Init containers in the pod's own order, those it does not name behind (SortInitContainerStatuses)."""
    listed, place = list(statuses), 0
    for name in names:
        at = next((i for i in range(place, len(listed)) if listed[i].name == name), None)
        if at is not None:
            listed[place], listed[at] = listed[at], listed[place]
            place += 1
    return tuple(listed)


def _cut(status: ContainerStatus, longest: int) -> ContainerStatus:
    return replace(status, state=_cut_state(status.state, longest), last=_cut_state(status.last, longest))


def _cut_state(state: ContainerState | None, longest: int) -> ContainerState | None:
    if not isinstance(state, Terminated) or len(state.message.encode()) <= longest:
        return state
    return replace(state, message=state.message.encode()[:longest].decode(errors="replace"))
