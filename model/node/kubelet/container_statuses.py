"""What the kubelet reports of each container: convertToAPIContainerStatuses (kubelet_pods.go, v1.36).

From what the runtime has now, what was reported before, and why a container could not be started. Whether a container
has started and is ready is filled in by readiness.py. Left out: images, resources, users and mounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.pod_runtime import PodRuntime
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import ContainerState, ContainerStatus, Running, Terminated, Waiting

Part = Literal["containers", "init_containers", "ephemeral_containers"]

CREATING = "ContainerCreating"
INITIALIZING = "PodInitializing"
STATUS_UNKNOWN = "ContainerStatusUnknown"
RESTARTING_ALL = "RestartingAllContainers"
KILLED = 137
REMOVED = "The container is removed because RestartAllContainers in place"
NOT_LOCATED = "The container could not be located when the pod was terminated"
WAS_RUNNING = "The container could not be located when the pod was deleted.  The container used to be Running"


def container_statuses(
    run: RunSpec,
    part: Part,
    runtime: PodRuntime,
    before: tuple[ContainerStatus, ...],
    reasons: Mapping[str, Waiting],
    *,
    deleted: bool,
    all_restarting: bool = False,
) -> tuple[ContainerStatus, ...]:
    """One status for each container of a part of the pod: init containers in the pod's order, others by name.

    `before`: what was last reported of that part. `reasons`: why containers could not be started, as far as known.
    `all_restarting`: all containers of the pod are being restarted, so one that is gone was removed for that.
    """
    default = Waiting(INITIALIZING if run.init_containers else CREATING)
    old = {status.name: status for status in before}
    told = []
    listed: tuple[Container, ...] = getattr(run, part)
    for container in listed:
        made = [each.state for each in runtime.containers if each.name == container.name]
        earlier = old.get(container.name)
        if made:
            status = _seen(container.name, made, earlier, all_restarting)
        else:
            status = _unseen(container.name, earlier, default, deleted=deleted, all_restarting=all_restarting)
        latest = made[0] if made else None
        if _waits(run, part, container, latest, deleted=deleted) and container.name in reasons:
            last = status.state if isinstance(status.state, Terminated) else status.last
            status = replace(status, state=reasons[container.name], last=last)
        told.append(status)
    return tuple(told if part == "init_containers" else sorted(told, key=lambda status: status.name))


def _waits(run: RunSpec, part: Part, container: Container, latest: RuntimeState | None, *, deleted: bool) -> bool:
    if part == "init_containers" and latest is not None and latest.state == "exited" and latest.exit_code == 0:
        return False
    return restarts.should_be_restarted(container, run.restart_policy, latest, deleted=deleted)


def _unseen(
    name: str, old: ContainerStatus | None, default: Waiting, *, deleted: bool, all_restarting: bool
) -> ContainerStatus:
    """What is said of a container that the runtime does not have (any more)."""
    if old is None:
        return ContainerStatus(name, state=default)
    if all_restarting and not isinstance(old.state, Waiting):
        gone = Terminated(KILLED, RESTARTING_ALL, REMOVED)
        carried = old if isinstance(old.state, Terminated) else ContainerStatus(name)
        return replace(carried, state=Waiting(RESTARTING_ALL, REMOVED), last=gone, restarts=old.restarts + 1)
    if isinstance(old.state, Terminated):
        return old
    status = ContainerStatus(name, state=default, last=old.last, restarts=old.restarts)
    if not isinstance(old.state, Running) or isinstance(old.last, Terminated):
        return status
    # It ran when it was last seen: it must have ended, and without this the pod would be Pending again.
    lost = Terminated(KILLED, STATUS_UNKNOWN, WAS_RUNNING)
    return replace(status, last=lost, restarts=old.restarts + (not deleted))


def _seen(name: str, made: list[RuntimeState], old: ContainerStatus | None, all_restarting: bool) -> ContainerStatus:
    status = _converted(name, made[0], old, all_restarting)
    if len(made) > 1:
        status = replace(status, last=_converted(name, made[1], old, all_restarting).state)
    return status


def _converted(name: str, made: RuntimeState, old: ContainerStatus | None, all_restarting: bool) -> ContainerStatus:
    restarts_seen, last = made.restarts, None
    if old is not None:
        restarts_seen = max(old.restarts, made.restarts)
        if old.container_id != made.id and isinstance(old.state, Terminated):
            last = old.state
        elif isinstance(old.last, Terminated):
            last = old.last
    state: ContainerState = Waiting()
    started = None
    match made.state:
        case "running":
            state = Running(made.started_at)
            if old is not None:
                started = old.started
                if isinstance(old.state, Terminated) and old.restarts >= made.restarts:
                    restarts_seen = old.restarts + 1
        case "exited":
            state = Terminated(
                made.exit_code,
                made.reason,
                made.message,
                started_at=made.started_at,
                finished_at=made.finished_at,
                container_id=made.id,
            )
        case "unknown" if old is not None and isinstance(old.state, Running):
            reason = RESTARTING_ALL if all_restarting else STATUS_UNKNOWN
            state, restarts_seen = Terminated(KILLED, reason, NOT_LOCATED), old.restarts + 1
        case "created" | "unknown":
            pass
    return ContainerStatus(name, state=state, last=last, started=started, restarts=restarts_seen, container_id=made.id)
