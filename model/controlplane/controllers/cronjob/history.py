"""Which finished jobs of a CronJob go: the history limits (cleanupFinishedJobs, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable

from kubeproof.model.objects.cronjob import CronJob
from kubeproof.model.objects.job import Job


def jobs_to_delete(cron_job: CronJob, jobs: Iterable[Job]) -> tuple[Job, ...]:
    """The oldest jobs beyond the limits, successful ones first; a limit of None keeps all."""
    spec, finished = cron_job.spec, tuple(jobs)
    limits = (("Complete", spec.successful_jobs_history_limit), ("Failed", spec.failed_jobs_history_limit))
    return tuple(
        job
        for how, limit in limits
        if limit is not None
        for job in _all_but_newest([job for job in finished if job.finished == how], limit)
    )


def _all_but_newest(jobs: list[Job], kept: int) -> list[Job]:
    """By start, those not started last; of one start by name (byJobStartTime)."""
    ordered = sorted(jobs, key=lambda job: (job.status.start_time is None, job.status.start_time or 0, job.meta.name))
    return ordered[: max(0, len(ordered) - kept)]
