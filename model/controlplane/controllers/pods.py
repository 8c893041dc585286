"""In which order controllers let pods go: controller_utils.go (v1.36.2).

Times are seconds; an unset one is None. The order of a ReplicaSet, which weighs nodes and costs too, is in
replicaset.py. Whether a pod is active or ready: objects/pod_state.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active, is_ready

_PHASE_RANK = {"Pending": 0, "Unknown": 1, "Running": 2}


def ready_since(pod: LivePod) -> int | None:
    """Since when the pod is ready, None where it is not or where nobody says (podReadyTime)."""
    ready = pod.status.condition("Ready")
    return ready.changed_at if ready is not None and ready.status == "True" else None


def active(pods: Iterable[LivePod]) -> tuple[LivePod, ...]:
    """The pods that count as replicas (FilterActivePods)."""
    return tuple(pod for pod in pods if is_active(pod))


class Restarts(NamedTuple):
    """The most restarts of one container, and of one sidecar (maxContainerRestarts)."""

    regular: int
    sidecar: int


def most_restarts(pod: LivePod) -> Restarts:
    """How often the pod's containers were restarted; init containers that are no sidecars do not count."""
    sidecars = {container.name for container in pod.run.init_containers if container.restart_policy == "Always"}
    return Restarts(
        max((status.restarts for status in pod.status.containers), default=0),
        max((status.restarts for status in pod.status.init_containers if status.name in sidecars), default=0),
    )


def goes_by_progress(a: LivePod, b: LivePod) -> bool | None:
    """Whether `a` goes before `b` because it got less far: no node, an earlier phase, not ready. None: alike."""
    if a.node != b.node and not (a.node and b.node):
        return not a.node
    rank_a, rank_b = (_PHASE_RANK.get(pod.status.phase, 0) for pod in (a, b))
    if rank_a != rank_b:
        return rank_a < rank_b
    if is_ready(a) != is_ready(b):
        return not is_ready(a)
    return None


def goes_by_restarts(a: LivePod, b: LivePod) -> bool | None:
    """Whether `a` goes before `b` because a container of it was restarted more often. None: alike."""
    restarts_a, restarts_b = most_restarts(a), most_restarts(b)
    return None if restarts_a == restarts_b else restarts_a > restarts_b


def later_or_unset(a: int | None, b: int | None) -> bool:
    """Whether `a` is the later time; an unset one is later than all (afterOrZero)."""
    return a is None if a is None or b is None else a > b


def goes_first(a: LivePod, b: LivePod) -> bool:
    """Whether `a` is deleted before `b` where neither nodes nor costs count (ActivePods.Less: Jobs)."""
    decided = goes_by_progress(a, b)
    if decided is not None:
        return decided
    if is_ready(a) and is_ready(b) and ready_since(a) != ready_since(b):
        return later_or_unset(ready_since(a), ready_since(b))
    decided = goes_by_restarts(a, b)
    if decided is not None:
        return decided
    if a.meta.created_at != b.meta.created_at:
        return later_or_unset(a.meta.created_at, b.meta.created_at)
    return False
