"""A CronJob: which job is started when (batch/v1). Times are whole seconds since 1970."""

from __future__ import annotations

from typing import Literal

import msgspec
from immutables import Map

from kubeproof.model.objects.job import JobSpec
from kubeproof.model.objects.meta import Meta

SCHEDULED_TIMESTAMP = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class JobTemplate(msgspec.Struct, frozen=True):
    """What every job of a CronJob shares."""

    labels: Map[str, str] = Map()
    annotations: Map[str, str] = Map()
    spec: JobSpec = JobSpec()


class CronJobSpec(msgspec.Struct, frozen=True):
    """What is asked for. `time_zone` None: the controller's own, taken to be UTC. A history limit of None keeps all."""

    schedule: str
    time_zone: str | None = None
    starting_deadline_seconds: int | None = None
    concurrency_policy: Literal["Allow", "Forbid", "Replace"] = "Allow"
    suspend: bool = False
    successful_jobs_history_limit: int | None = 3
    failed_jobs_history_limit: int | None = 1
    job_template: JobTemplate = JobTemplate()


class JobReference(msgspec.Struct, frozen=True):
    """One entry of status.active."""

    namespace: str
    name: str
    uid: str


class CronJobStatus(msgspec.Struct, frozen=True):
    """The jobs that run, and when the last one was due and the last good one ended."""

    active: tuple[JobReference, ...] = ()
    last_schedule_time: int | None = None
    last_successful_time: int | None = None


class CronJob(msgspec.Struct, frozen=True):
    """One CronJob."""

    meta: Meta
    spec: CronJobSpec
    status: CronJobStatus = CronJobStatus()
