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
    uncounted = status.uncounted_terminated_pods
    named = Named(uncounted.succeeded, uncounted.failed)
    for pod in by_index(look.pods) if look.job.indexed else look.pods:
        if look.tracked(pod) and may_go(seen, pod, finish):
            named = with_named(seen, named, pod, finish)
            if named.full:
                break
    uncounted = UncountedTerminatedPods(named.succeeded, named.failed)
    status = _with_indexes(seen, replace(status, uncounted_terminated_pods=uncounted), named.indexes)
    status, finish = _announced(status, finish, look.now)
    flushed = status if changed or status != before or named.indexes else None
    after = counted(status, holding - {pod.meta.uid for pod in named.gone})
    over = finish is not None and not named.full and not _waits(after)
    if over and finish is not None:
        after = finished(after, finish, look.now)
    return Tracked(flushed, named.gone, after, after != status, finish if over else None)


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


def _with_indexes(seen: Facts, status: JobStatus, new: tuple[int, ...]) -> JobStatus:
    if not seen.look.job.indexed:
        return status
    done: Indexes = seen.succeeded_indexes | of(new)
    failed = None if seen.failed_indexes is None else str(seen.failed_indexes)
    return replace(status, succeeded=done.total, completed_indexes=str(done), failed_indexes=failed)


class Named(NamedTuple):
    """The pods let go so far in a look, and what they are named as; of an Indexed Job the indexes that succeeded."""

    succeeded: tuple[str, ...]
    failed: tuple[str, ...]
    indexes: tuple[int, ...] = ()
    gone: tuple[LivePod, ...] = ()

    @property
    def full(self) -> bool:
        """Whether no more are named in this look."""
        return len(self.indexes) + len(self.succeeded) + len(self.failed) >= MOST_UNCOUNTED


def may_go(seen: Facts, pod: LivePod, finish: Condition | None) -> bool:
    """Whether the pod need not be kept: it ended, or the Job did (canRemoveFinalizer)."""
    job = seen.look.job
    if job.meta.deleted_at is not None or finish is not None or pod.status.phase == "Succeeded":
        return True
    if not is_failed(job, pod):
        return False
    index = valid_index_of(job, pod)
    kept = None if index is None else seen.delayed.get(index)
    return kept is None or kept.meta.uid != pod.meta.uid


def with_named(seen: Facts, named: Named, pod: LivePod, finish: Condition | None) -> Named:
    """With one more pod that goes: named as succeeded, as failed, or as neither."""
    named = named._replace(gone=(*named.gone, pod))
    job, uid, index = seen.look.job, pod.meta.uid, valid_index_of(seen.look.job, pod)
    before = job.status.uncounted_terminated_pods
    if pod.status.phase == "Succeeded" and uid not in before.failed:
        if job.indexed:
            if index is None or seen.counted_indexes.has(index):
                return named
            return named._replace(indexes=(*named.indexes, index))
        return named if uid in before.succeeded else named._replace(succeeded=(*named.succeeded, uid))
    # once a Job fails, all its pods that have not ended failed too
    job_failed = finish is not None and finish.type != "SuccessCriteriaMet"
    if not (is_failed(job, pod) or job_failed) or uid in before.failed or (job.indexed and index is None):
        return named
    counts = judged(job.spec.pod_failure_policy, pod).counts
    return named._replace(failed=(*named.failed, uid)) if counts else named
