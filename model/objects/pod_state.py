"""What controllers ask of a pod that they own: is it active, terminating, ready, available, terminal (v1.36).

Follows pkg/controller/controller_utils.go and pkg/api/v1/pod/util.go.
"""

from __future__ import annotations

from kubeproof.model.objects import pod_status
from kubeproof.model.objects.live_pod import LivePod


def is_terminal(pod: LivePod) -> bool:
    """Whether all its containers have stopped for good (IsPodTerminal)."""
    return pod_status.is_terminal(pod.status.phase)


def is_active(pod: LivePod) -> bool:
    """Whether it counts as one that is there: it has not ended, and nobody has deleted it (IsPodActive)."""
    return not is_terminal(pod) and pod.meta.deleted_at is None


def is_terminating(pod: LivePod) -> bool:
    """Whether somebody has deleted it and it has not ended yet (IsPodTerminating)."""
    return not is_terminal(pod) and pod.meta.deleted_at is not None


def is_ready(pod: LivePod) -> bool:
    """Whether its Ready condition is True; neither the phase nor a deletion is asked (IsPodReady)."""
    return pod.status.is_true("Ready")


def is_available(pod: LivePod, min_ready: int, now: int) -> bool:
    """Whether it has been ready for `min_ready` seconds (IsPodAvailable). 0 asks for no time, not even a known one."""
    if not is_ready(pod):
        return False
    condition = pod.status.condition("Ready")
    since = condition.changed_at if condition is not None else None
    return min_ready == 0 or (since is not None and since + min_ready <= now)
