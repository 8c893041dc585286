"""The lifecycle golden topics of CronJobs: what the model answers to each case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kubeproof.model.controlplane.controllers.cronjob.parse import parse
from kubeproof.model.controlplane.controllers.cronjob.sync import Look, sync
from kubeproof.model.controlplane.controllers.cronjob.zones import UTC_ZONE
from kubeproof.model.logic.golang import ZERO_TIME
from kubeproof.model.objects.cronjob import (
    SCHEDULED_TIMESTAMP,
    CronJob,
    CronJobSpec,
    CronJobStatus,
    JobReference,
)
from kubeproof.model.objects.job import Job, JobStatus
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_status import Condition

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

_NEXT = 4
_ENDED_AGO = 30
"""How many seconds before now the recorder's job ended."""


def _cron_next(case: Json) -> Json:
    schedule = parse(case["schedule"])
    told: list[str] = []
    at = _seconds(case["from"])
    while len(told) < _NEXT and (at := schedule.next(at)) != ZERO_TIME:
        told.append(_text(at))
    return {"next": told if at != ZERO_TIME else [*told, "never"]}


def _cronjob_sync(case: Json) -> Json:
    now, raw = _seconds(case["now"]), case.get("job")
    jobs = () if raw is None else (_job(raw["state"], now),)
    listed = raw is not None and raw["inActiveList"]
    active = tuple(JobReference("ns", job.meta.name, job.meta.uid) for job in jobs if listed)
    last = case.get("lastScheduleTime")
    cron_job = CronJob(
        Meta(
            "cj", "ns", uid="cj", created_at=_seconds(case["created"]), deleted_at=now if case.get("deleted") else None
        ),
        CronJobSpec(
            case["schedule"],
            case.get("timeZone"),
            case.get("startingDeadlineSeconds"),
            case["concurrencyPolicy"],
            case["suspend"],
        ),
        CronJobStatus(active, None if last is None else _seconds(last)),
    )
    plan = sync(Look(cron_job, jobs, now))
    times = {
        "lastScheduleTimeAfter": plan.status.last_schedule_time,
        "lastSuccessfulTimeAfter": plan.status.last_successful_time,
    }
    created = plan.created and {
        "name": plan.created.meta.name,
        "scheduledTimestamp": plan.created.meta.annotations[SCHEDULED_TIMESTAMP],
    }
    return {
        "activeAfter": len(plan.status.active),
        "createdJobs": [created] if created else [],
        "deletedJobs": [job.meta.name for job in plan.deleted] or None,
        "events": [event.reason for event in plan.events],
        "updateStatus": plan.changed,
        **({} if plan.again_in is None else {"requeueAfterSeconds": plan.again_in}),
        **{name: _text(at) for name, at in times.items() if at is not None},
    }


def _job(state: str, now: int) -> Job:
    ends = {"complete": "Complete", "failed": "Failed"}
    conditions = (Condition(ends[state], "True"),) if state in ends else ()
    ended = now - _ENDED_AGO if state == "complete" else None
    owner = Owner("batch/v1", "CronJob", "cj", "cj", controller=True)
    return Job(
        Meta("cj-1", "ns", uid="cj-1", owners=(owner,)),
        status=JobStatus(conditions, completion_time=ended),
    )


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() // 1)


def _text(instant: int) -> str:
    return UTC_ZONE.rfc3339(instant)


TOPICS: Mapping[str, Callable[[Json], Json]] = {"cron-next": _cron_next, "cronjob-sync": _cronjob_sync}
