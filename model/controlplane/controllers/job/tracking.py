"""How ended pods get into a Job's counters, each once: uncountedTerminatedPods and the tracking finalizer (v1.36.2).

A pod that ended is first named in the status, then loses its finalizer, and only then is counted: whatever happens
between two writes, it is counted once. Follows trackJobStatusAndRemoveFinalizers; removals are taken to succeed.
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.job.failures import is_failed, judged
from kubeproof.model.controlplane.controllers.job.indexes import Indexes, of, valid_index_of
from kubeproof.model.controlplane.controllers.job.look import Facts
from kubeproof.model.controlplane.controllers.job.removal import by_index
from kubeproof.model.controlplane.controllers.job.verdict import failed_for, stands
from kubeproof.model.objects.job import FINISHED, JobStatus, UncountedTerminatedPods
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition, Truth

MOST_UNCOUNTED = 500
"""How many pods are named in the status at a time (MaxUncountedPods)."""


class Tracked(NamedTuple):
    """`flushed`: the status to write first, None where nothing needs it. Then `released` pods lose their finalizer.

    Then `status` is written, if it is `written` at all. `finished`: the condition by which the Job is over for good.
    """

    flushed: JobStatus | None
    released: tuple[LivePod, ...]
    status: JobStatus
    written: bool
    finished: Condition | None


def track(seen: Facts, status: JobStatus, finish: Condition | None, changed: bool) -> Tracked:
    """What is written of a look that came to `finish`; `changed`: `status` differs from what the Job's says already."""
    look = seen.look
    holding = {pod.meta.uid for pod in look.pods if look.tracked(pod)}
    before = status
    status = counted(status, holding)
    pods = _Named(seen, status, finish)
    for pod in by_index(look.pods) if look.job.indexed else look.pods:
        if look.tracked(pod) and pods.may_go(pod):
            pods.take(pod)
            if pods.full:
                break
    status = _with_indexes(seen, replace(status, uncounted_terminated_pods=pods.uncounted), pods.indexes)
    status, finish = _announced(status, finish, look.now)
    flushed = status if changed or status != before or pods.indexes else None
    after = counted(status, holding - {pod.meta.uid for pod in pods.gone})
    over = finish is not None and not pods.full and not _waits(after)
    if over and finish is not None:
        after = finished(after, finish, look.now)
    return Tracked(flushed, tuple(pods.gone), after, after != status, finish if over else None)


def counted(status: JobStatus, holding: Set[str]) -> JobStatus:
    """The status with those pods counted that no longer hold the finalizer (cleanUncountedPodsWithoutFinalizers)."""
    named = status.uncounted_terminated_pods
    left = UncountedTerminatedPods(
        tuple(uid for uid in named.succeeded if uid in holding), tuple(uid for uid in named.failed if uid in holding)
    )
    return replace(
        status,
        succeeded=status.succeeded + len(named.succeeded) - len(left.succeeded),
        failed=status.failed + len(named.failed) - len(left.failed),
        uncounted_terminated_pods=left,
    )


def with_condition(conditions: tuple[Condition, ...], new: Condition) -> tuple[Condition, ...]:
    """The conditions with one set; a False one is not added where there was none (ensureJobConditionStatus)."""
    old = next((condition for condition in conditions if condition.type == new.type), None)
    if old is None:
        return conditions if new.status == "False" else (*conditions, new)
    said: tuple[Truth, str, str] = (old.status, old.reason, old.message)
    if said == (new.status, new.reason, new.message):
        return conditions
    return tuple(new if condition is old else condition for condition in conditions)


def finished(status: JobStatus, finish: Condition, now: int) -> JobStatus:
    """The status of a Job that is over for good (enactJobFinished)."""
    conditions = with_condition(status.conditions, replace(finish, changed_at=now))
    if finish.type == "Complete":
        status = replace(status, completion_time=finish.changed_at)
    return replace(status, conditions=conditions)


def _waits(status: JobStatus) -> bool:
    """Whether pods are still to be counted or to end."""
    named = status.uncounted_terminated_pods
    return bool(named.succeeded or named.failed or status.terminating)


def _announced(status: JobStatus, finish: Condition | None, now: int) -> tuple[JobStatus, Condition | None]:
    """The status that says what will become of the Job, and the condition that will."""
    if finish is None or finish.type in FINISHED:
        return status, finish
    if finish.type == "FailureTarget":
        return replace(status, conditions=(*status.conditions, finish)), failed_for(finish, now)
    if stands(status, "SuccessCriteriaMet") is None:
        status = replace(status, conditions=(*status.conditions, finish))
    return status, Condition("Complete", "True", finish.reason, finish.message, now)


def _with_indexes(seen: Facts, status: JobStatus, new: list[int]) -> JobStatus:
    if not seen.look.job.indexed:
        return status
    done: Indexes = seen.succeeded_indexes | of(new)
    failed = None if seen.failed_indexes is None else str(seen.failed_indexes)
    return replace(status, succeeded=done.total, completed_indexes=str(done), failed_indexes=failed)


class _Named:
    """The pods that lose their finalizer in this look, and what they are named as: what one loop gathers."""

    def __init__(self, seen: Facts, status: JobStatus, finish: Condition | None) -> None:
        self._seen, self._finish = seen, finish
        self._before = seen.look.job.status.uncounted_terminated_pods
        self._succeeded = list(status.uncounted_terminated_pods.succeeded)
        self._failed = list(status.uncounted_terminated_pods.failed)
        self.gone: list[LivePod] = []
        self.indexes: list[int] = []

    @property
    def uncounted(self) -> UncountedTerminatedPods:
        return UncountedTerminatedPods(tuple(self._succeeded), tuple(self._failed))

    @property
    def full(self) -> bool:
        return len(self.indexes) + len(self._succeeded) + len(self._failed) >= MOST_UNCOUNTED

    def may_go(self, pod: LivePod) -> bool:
        """Whether the pod need not be kept: it ended, or the Job did (canRemoveFinalizer)."""
        job = self._seen.look.job
        if job.meta.deleted_at is not None or self._finish is not None or pod.status.phase == "Succeeded":
            return True
        if not is_failed(job, pod):
            return False
        index = valid_index_of(job, pod)
        kept = None if index is None else self._seen.delayed.get(index)
        return kept is None or kept.meta.uid != pod.meta.uid

    def take(self, pod: LivePod) -> None:
        """Names a pod that goes: as succeeded, as failed, or as neither."""
        self.gone.append(pod)
        job, uid = self._seen.look.job, pod.meta.uid
        index = valid_index_of(job, pod)
        named_failed = uid in self._before.failed
        if pod.status.phase == "Succeeded" and not named_failed:
            if job.indexed:
                if index is not None and not self._seen.counted_indexes.has(index):
                    self.indexes.append(index)
            elif uid not in self._before.succeeded:
                self._succeeded.append(uid)
            return
        # once a Job fails, all its pods that have not ended failed too
        job_failed = self._finish is not None and self._finish.type != "SuccessCriteriaMet"
        if not (is_failed(job, pod) or job_failed) or named_failed or (job.indexed and index is None):
            return
        if judged(job.spec.pod_failure_policy, pod).counts:
            self._failed.append(uid)
