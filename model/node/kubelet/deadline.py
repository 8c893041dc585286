"""When a pod has been on its node for too long: the active deadline (pkg/kubelet/active_deadline.go, v1.36).

Times are whole seconds. Left out: a Job's own deadline, which the job controller keeps.
"""

from __future__ import annotations

from kubeproof.model.objects.container import RunSpec

REASON = "DeadlineExceeded"
MESSAGE = "Pod was active on the node longer than the specified deadline"


def due(run: RunSpec, start_time: int | None) -> int | None:
    """When a pod that started at `start_time` has had its time; None where nothing limits it."""
    if run.active_deadline is None or start_time is None:
        return None
    return start_time + run.active_deadline


def is_past(run: RunSpec, start_time: int | None, now: int) -> bool:
    """Whether a pod has had its time by `now`: the very second counts."""
    at = due(run, start_time)
    return at is not None and now >= at
