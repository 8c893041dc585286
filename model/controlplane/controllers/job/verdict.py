"""Whether a Job is over, and why: the condition that a look comes to (the middle of syncJob, v1.36.2).

A Job that is over gets FailureTarget or SuccessCriteriaMet first, and Failed or Complete once its pods are gone.
"""

from __future__ import annotations

from kubeproof.model.controlplane.controllers.job import success_policy
from kubeproof.model.controlplane.controllers.job.failures import fail_job_message, past_backoff_limit_on_failure
from kubeproof.model.controlplane.controllers.job.look import Facts
from kubeproof.model.objects.job import Job, JobStatus
from kubeproof.model.objects.pod_status import Condition


def verdict(seen: Facts) -> Condition | None:
    """The condition by which the Job is over, None while it goes on. What was said in an earlier look stands."""
    look = seen.look
    job, now = look.job, look.now
    met = stands(job.status, "SuccessCriteriaMet")
    if met is not None:
        return met
    target = stands(job.status, "FailureTarget")
    if target is not None:
        return failed_for(target, now)
    message = fail_job_message(job, look.pods)
    if message is not None:
        return Condition("FailureTarget", "True", "PodFailurePolicy", message, now)
    why = _limit_passed(seen) or _indexes_failed(seen)
    if why is not None:
        return Condition("FailureTarget", "True", *why, now)
    message = None
    if job.indexed:
        message = success_policy.met(job.spec.success_policy, job.spec.completions or 0, seen.succeeded_indexes)
    return None if message is None else Condition("SuccessCriteriaMet", "True", "SuccessPolicy", message, now)


def succeeded(now: int) -> Condition:
    """The condition of a Job whose pods all did their work (newSuccessCondition)."""
    message = "Reached expected number of succeeded pods"
    return Condition("SuccessCriteriaMet", "True", "CompletionsReached", message, now)


def failed_for(target: Condition, now: int) -> Condition:
    """The final condition of a Job that was to fail (newFailedConditionForFailureTarget)."""
    return Condition("Failed", "True", target.reason, target.message, now)


def stands(status: JobStatus, type_: str) -> Condition | None:
    """The condition of a type if it is True."""
    condition = status.condition(type_)
    return condition if condition is not None and condition.status == "True" else None


def past_active_deadline(job: Job, start_time: int | None, now: int) -> bool:
    """Whether the Job has been active for as long as it may be; never while it is suspended (pastActiveDeadline)."""
    deadline = job.spec.active_deadline_seconds
    if deadline is None or start_time is None or job.spec.suspend:
        return False
    return now - start_time >= deadline


def _limit_passed(seen: Facts) -> tuple[str, str] | None:
    look = seen.look
    if seen.failed > look.job.spec.backoff_limit or past_backoff_limit_on_failure(look.job, look.pods):
        return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    if past_active_deadline(look.job, look.job.status.start_time, look.now):
        return "DeadlineExceeded", "Job was active longer than specified deadline"
    return None


def _indexes_failed(seen: Facts) -> tuple[str, str] | None:
    spec = seen.look.job.spec
    failed = 0 if seen.failed_indexes is None else seen.failed_indexes.total
    if failed == 0:
        return None
    if spec.max_failed_indexes is not None and failed > spec.max_failed_indexes:
        return "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"
    if failed + seen.succeeded_indexes.total >= (spec.completions or 0):
        return "FailedIndexes", "Job has failed indexes"
    return None
