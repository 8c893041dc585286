"""How long a Job waits before it replaces failed pods: 10 s, doubled by each failure, at most 10 min.

Follows job/backoff_utils.go (v1.36.2). What the controller remembers between looks is a `BackoffRecord`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kubeproof.model.controlplane.controllers.job.indexes import absolute_failure_count
from kubeproof.model.logic.golang import ZERO_TIME
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import ContainerStatus, Terminated

FIRST, MOST = 10, 600
"""Seconds (DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff)."""

_DOUBLINGS = 6
"""After so many the longest delay is reached."""


class BackoffRecord(NamedTuple):
    """The failures since the last success, and when the last of them ended."""

    failures: int = 0
    last_failure: int | None = None


def recorded(before: BackoffRecord, succeeded: Sequence[LivePod], failed: Sequence[LivePod]) -> BackoffRecord:
    """The record after new successes and failures: only failures after the last success count (newBackoffRecord)."""
    ends = sorted(map(finished_at, failed))
    if not succeeded:
        return BackoffRecord(before.failures + len(ends), ends[-1]) if ends else before
    last_success = max(map(finished_at, succeeded))
    after = [end for end in ends if end > last_success]
    return BackoffRecord(len(after), after[-1] if after else None)


def remaining(failures: int, last_failure: float | None, now: float) -> float:
    """For how many more seconds no pod is created after that many failures (getRemainingTimeForFailuresCount)."""
    if failures == 0 or last_failure is None:
        return 0
    delay = min(MOST, FIRST << min(failures - 1, _DOUBLINGS))
    return max(0, delay - (now - last_failure))


def remaining_of_index(last_failed: LivePod | None, now: float) -> float:
    """For how many more seconds no pod of an index is created after its last failed pod (getRemainingTimePerIndex)."""
    if last_failed is None:
        return 0
    return remaining(absolute_failure_count(last_failed) + 1, finished_at(last_failed), now)


def finished_at(pod: LivePod) -> int:
    """When the pod ended, as well as its status tells (getFinishedTime).

    The end of its last container, else when it stopped being ready, else when it was deleted, else its creation.
    """
    sidecars = {each.name for each in pod.run.init_containers if each.restart_policy == "Always"}
    ended = _last_end(None, pod.status.containers, lambda _: True)
    ended = _last_end(ended, pod.status.init_containers, sidecars.__contains__)
    if ended is not None:
        return ended
    ready = pod.status.condition("Ready")
    if ready is not None and ready.status == "False" and ready.changed_at is not None:
        return ready.changed_at
    if pod.meta.deleted_at is not None:
        return pod.meta.deleted_at - (pod.meta.grace_period or 0)
    return ZERO_TIME if pod.meta.created_at is None else pod.meta.created_at


def _last_end(before: int | None, statuses: Iterable[ContainerStatus], asked: Callable[[str], bool]) -> int | None:
    """The later of `before` and the last end; None as soon as one of the containers asked about has not ended."""
    for status in statuses:
        if not asked(status.name):
            continue
        if not isinstance(status.state, Terminated) or status.state.finished_at is None:
            return None
        before = status.state.finished_at if before is None else max(before, status.state.finished_at)
    return before
