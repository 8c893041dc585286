"""The conditions of a pod that the kubelet generates, in upstream's words (pkg/kubelet/status/generate.go, v1.36).

Each is told from what the containers report and from the phase; when a condition last changed is the status manager's
(status_manager.py). Left out: conditions of in-place resizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kubeproof.model.node.kubelet.restarts import ALL_CONTAINERS_RESTARTING, should_all_restart
from kubeproof.model.node.kubelet.runtime_state import RuntimeStates
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerStatus,
    Phase,
    PodStatus,
    Running,
    Terminated,
    named,
)

UNKNOWN_CONTAINER_STATUSES = "UnknownContainerStatuses"
POD_COMPLETED = "PodCompleted"
POD_FAILED = "PodFailed"
TERMINAL_REASONS = {"Succeeded": POD_COMPLETED, "Failed": POD_FAILED}
"""Why a pod whose phase is terminal is not ready."""

Statuses = Sequence[ContainerStatus] | None
"""The statuses of init and regular containers; None where nothing is known of them."""


def initialized(run: RunSpec, old: PodStatus, statuses: Statuses, phase: Phase, *, generation: int = 0) -> Condition:
    """Initialized: all init containers are done (sidecars: have started), or a regular container has started.

    Once True it stays: restarting all containers runs init containers again.
    """

    def condition(*, holds: bool, reason: str = "", message: str = "") -> Condition:
        return _condition("Initialized", holds=holds, reason=reason, message=message, generation=generation)

    if statuses is None and run.init_containers:
        return condition(holds=False, reason=UNKNOWN_CONTAINER_STATUSES)
    unknown, incomplete = _sorted_out(run.init_containers, statuses or (), _is_initialized)
    if phase == "Succeeded" and not unknown:
        return condition(holds=True, reason=POD_COMPLETED)
    message = _message(unknown, "incomplete", incomplete)
    if has_any_regular_started(run, statuses or ()) or not message or old.is_true("Initialized"):
        return condition(holds=True)
    return condition(holds=False, reason="ContainersNotInitialized", message=message)


def containers_ready(run: RunSpec, statuses: Statuses, phase: Phase, *, generation: int = 0) -> Condition:
    """ContainersReady: all sidecars and regular containers are ready, in a pod that has not ended."""
    if statuses is None:
        return _condition("ContainersReady", holds=False, reason=UNKNOWN_CONTAINER_STATUSES, generation=generation)
    sidecars = [container for container in run.init_containers if container.is_sidecar]
    unknown, unready = _sorted_out((*sidecars, *run.containers), statuses, lambda _, status: status.ready)
    if phase == "Failed" or (phase == "Succeeded" and not unknown):
        return terminal("ContainersReady", phase, generation=generation)
    message = _message(unknown, "unready", unready)
    reason = "ContainersNotReady" if message else ""
    return _condition("ContainersReady", holds=not message, reason=reason, message=message, generation=generation)


def ready(
    run: RunSpec, conditions: Iterable[Condition], statuses: Statuses, phase: Phase, *, generation: int = 0
) -> Condition:
    """Ready: the containers are, and so are all readiness gates, which are `conditions` that others set."""
    containers = containers_ready(run, statuses, phase, generation=generation)
    if containers.status != "True":
        return _condition(
            "Ready", holds=False, reason=containers.reason, message=containers.message, generation=generation
        )
    there = PodStatus(conditions=tuple(conditions))
    message = ", ".join(filter(None, (_gate_message(gate, there.condition(gate)) for gate in run.readiness_gates)))
    reason = "ReadinessGatesNotReady" if message else ""
    return _condition("Ready", holds=not message, reason=reason, message=message, generation=generation)


def terminal(type_: str, phase: Phase, *, generation: int = 0) -> Condition:
    """The condition (Ready or ContainersReady) of a pod whose phase is terminal: False, and why."""
    return _condition(type_, holds=False, reason=TERMINAL_REASONS.get(phase, ""), generation=generation)


def ready_to_start_containers(*, sandbox: bool, generation: int = 0) -> Condition:
    """PodReadyToStartContainers: whether the pod has a `sandbox` that need not be made anew."""
    return _condition("PodReadyToStartContainers", holds=sandbox, generation=generation)


def scheduled(*, generation: int = 0) -> Condition:
    """PodScheduled: what a kubelet sees is on its node."""
    return _condition("PodScheduled", holds=True, generation=generation)


def all_containers_restarting(run: RunSpec, states: RuntimeStates, old: PodStatus, phase: Phase) -> Condition:
    """AllContainersRestarting: True from the exit that asks for it until the runtime has none of the old containers."""
    if phase in TERMINAL_REASONS:
        return terminal(ALL_CONTAINERS_RESTARTING, phase)
    left = any(container.name in states for container in (*run.init_containers, *run.containers))
    if not left or not should_all_restart(run, states, old):
        return _condition(ALL_CONTAINERS_RESTARTING, holds=False)
    message = "container exited with restart policy rule"
    return _condition(ALL_CONTAINERS_RESTARTING, holds=True, reason="RestartAllContainersStarted", message=message)


def has_any_regular_started(run: RunSpec, statuses: Iterable[ContainerStatus]) -> bool:
    """Whether a regular container runs or has ended (HasAnyRegularContainerStarted); one that waits does not count."""
    regular = {container.name for container in run.containers}
    return any(status.name in regular and isinstance(status.state, Running | Terminated) for status in statuses)


def _is_initialized(container: Container, status: ContainerStatus) -> bool:
    return bool(status.started) if container.is_sidecar else status.ready


def _sorted_out(
    containers: Iterable[Container],
    statuses: Sequence[ContainerStatus],
    is_fine: Callable[[Container, ContainerStatus], bool],
) -> tuple[list[str], list[str]]:
    """The names of containers without a status, and of those that are not fine."""
    unknown, bad = [], []
    for container in containers:
        status = named(statuses, container.name)
        if status is None:
            unknown.append(container.name)
        elif not is_fine(container, status):
            bad.append(container.name)
    return unknown, bad


def _message(unknown: Sequence[str], what: str, bad: Sequence[str]) -> str:
    parts = (("unknown", unknown), (what, bad))
    return ", ".join(f"containers with {word} status: [{' '.join(names)}]" for word, names in parts if names)


def _gate_message(gate: str, condition: Condition | None) -> str:
    if condition is None:
        return f'corresponding condition of pod readiness gate "{gate}" does not exist.'
    if condition.status != "True":
        return f'the status of pod readiness gate "{gate}" is not "True", but {condition.status}'
    return ""


def _condition(type_: str, *, holds: bool, reason: str = "", message: str = "", generation: int = 0) -> Condition:
    return Condition(type_, "True" if holds else "False", reason, message, observed_generation=generation)
