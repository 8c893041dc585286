"""One look of the CronJob controller at a CronJob and its jobs, and everything that follows (v1.36.2, syncCronJob).

Writes are taken to succeed; what comes of a refused one is the business of who carries them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.cronjob.history import jobs_to_delete
from kubeproof.model.controlplane.controllers.cronjob.missed import Unscheduled, recent, until_next
from kubeproof.model.controlplane.controllers.cronjob.parse import BadSchedule, parse
from kubeproof.model.controlplane.controllers.cronjob.zones import UnknownTimeZone, load
from kubeproof.model.controlplane.controllers.events import Event
from kubeproof.model.objects.cronjob import SCHEDULED_TIMESTAMP, CronJob, CronJobStatus, JobReference
from kubeproof.model.objects.job import Job
from kubeproof.model.objects.meta import Meta, Owner

_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Look(NamedTuple):
    """A CronJob, the jobs it owns and the time, in seconds since 1970.

    What the API server has where the controller asks it rather than its view: `stored` jobs, the `latest` CronJob;
    None where that is what is in view.
    """

    cron_job: CronJob
    jobs: tuple[Job, ...]
    now: int
    stored: tuple[Job, ...] | None = None
    latest: CronJob | None = None

    def find(self, namespace: str, name: str) -> Job | None:
        """The job of that name that the API server has."""
        jobs = self.jobs if self.stored is None else self.stored
        return next((job for job in jobs if (job.meta.namespace, job.meta.name) == (namespace, name)), None)


class Plan(NamedTuple):
    """What the controller does, in this order: delete jobs, create one, write the status if it is `changed`.

    The new job's entry in status.active has no uid yet: the API server gives it. `again_in`: after how many seconds
    it looks again; None where only a change can make it look.
    """

    status: CronJobStatus
    changed: bool = False
    deleted: tuple[Job, ...] = ()
    created: Job | None = None
    again_in: float | None = None
    events: tuple[Event, ...] = ()


def reconcile(look: Look) -> Plan:
    """What follows from a look: old jobs beyond the history limits go, then one may start (ControllerV2.sync)."""
    old = jobs_to_delete(look.cron_job, look.jobs)
    return _synced(look, _deleted(Plan(look.cron_job.status), old))


def sync(look: Look) -> Plan:
    """What follows from a look, history limits aside (syncCronJob)."""
    return _synced(look, Plan(look.cron_job.status))


def job_name(cron_job: CronJob, due: int) -> str:
    """The name of the job of a start: the CronJob's and the minute, so that no start has two jobs (getJobName)."""
    return f"{cron_job.meta.name}-{due // 60}"


def _synced(look: Look, plan: Plan) -> Plan:
    cron_job = look.cron_job
    for job in look.jobs:
        plan = _seen(look, plan, job)
    plan = _without_missing(look, plan)
    if cron_job.meta.deleted_at is not None:
        return plan
    spec = cron_job.spec
    if spec.time_zone is not None:
        try:
            load(spec.time_zone)
        except UnknownTimeZone as error:
            return _told(plan, "Warning", "UnknownTimeZone", f'invalid timeZone: "{spec.time_zone}": {error}')
    if spec.suspend:
        return plan
    if "TZ" in spec.schedule:
        plan = _told(plan, "Warning", "UnsupportedSchedule", _UNSUPPORTED.format(spec.schedule))
    try:
        schedule = parse(with_zone(cron_job))
    except BadSchedule as error:
        text = f'unparseable schedule: "{spec.schedule}" : {error}'
        return _told(plan, "Warning", "UnparseableSchedule", text)
    try:
        _, due, missed = recent(_with(cron_job, plan), look.now, schedule, within_deadline=True)
    except Unscheduled as error:
        return _told(plan, "Warning", "InvalidSchedule", f"invalid schedule: {spec.schedule} : {error}")
    if due is not None:
        if missed == "many":
            plan = _told(plan, "Warning", "TooManyMissedTimes", _TOO_MANY)
        plan, waits = started(look, plan, due)
        if not waits:
            return plan
    return plan._replace(again_in=until_next(_with(cron_job, plan), look.now, schedule))


_TOO_MANY = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
_UNSUPPORTED = (
    'CRON_TZ or TZ used in schedule "{}" is not officially supported, '
    "see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
)


def with_zone(cron_job: CronJob) -> str:
    """The schedule's text with the CronJob's time zone before it; a zone in the text comes first (formatSchedule)."""
    spec = cron_job.spec
    if spec.time_zone is None or "TZ" in spec.schedule:
        return spec.schedule
    return f"TZ={spec.time_zone} {spec.schedule}"


def started(look: Look, plan: Plan, due: int) -> tuple[Plan, bool]:
    """The plan with the job of a start that is due, or why it does not start; and whether the next is awaited."""
    cron_job, active = look.cron_job, plan.status.active
    spec, name = cron_job.spec, job_name(cron_job, due)
    if spec.starting_deadline_seconds is not None and due + spec.starting_deadline_seconds < look.now:
        return _told(plan, "Warning", "MissSchedule", f"Missed scheduled time to start a job: {_rfc1123(due)}"), True
    if plan.status.last_schedule_time == due or any(
        (job.namespace, job.name) == (cron_job.meta.namespace, name) for job in active
    ):
        return plan, True
    if spec.concurrency_policy == "Forbid" and active:
        why = "Not starting job because prior execution is running and concurrency policy is Forbid"
        return _told(plan, "Normal", "JobAlreadyActive", why), True
    for reference in active if spec.concurrency_policy == "Replace" else ():
        job = look.find(reference.namespace, reference.name)
        if job is None:
            return _told(plan, "Warning", "FailedGet", f'Get job: jobs.batch "{reference.name}" not found'), False
        plan = _deleted(plan, (job,))
    there = look.find(cron_job.meta.namespace, name)
    if there is None or there in plan.deleted:
        plan = _told(plan, "Normal", "SuccessfulCreate", f"Created job {name}")
        return _listed(plan._replace(created=_job(cron_job, name, due)), cron_job, name, "", due), True
    # created in an earlier look whose status was not written, or by somebody else
    owner = there.meta.controller
    if owner is None or owner.uid != cron_job.meta.uid or there.meta.uid in {job.uid for job in plan.status.active}:
        return plan, False
    return _listed(plan, cron_job, name, there.meta.uid, due), True


def _job(cron_job: CronJob, name: str, due: int) -> Job:
    """The job of a start (getJobFromTemplate2)."""
    template, meta = cron_job.spec.job_template, cron_job.meta
    told = load(cron_job.spec.time_zone or "").rfc3339(due)
    return Job(
        Meta(
            name,
            meta.namespace,
            labels=template.labels,
            annotations=template.annotations.set(SCHEDULED_TIMESTAMP, told),
            owners=(Owner("batch/v1", "CronJob", meta.name, meta.uid, controller=True, block_owner_deletion=True),),
            created_at=due,
        ),
        template.spec,
    )


def _listed(plan: Plan, cron_job: CronJob, name: str, uid: str, due: int) -> Plan:
    active = (*plan.status.active, JobReference(cron_job.meta.namespace, name, uid))
    return plan._replace(status=replace(plan.status, active=active, last_schedule_time=due), changed=True)


def _seen(look: Look, plan: Plan, job: Job) -> Plan:
    """The plan after a look at one job: whether it is known, has ended, and ended well."""
    status = plan.status
    listed = _lists(status, job)
    if not listed and not job.finished:
        if look.latest is not None and _lists(look.latest.status, job):
            return plan._replace(status=look.latest.status)
        why = f"Saw a job that the controller did not create or forgot: {job.meta.name}"
        return _told(plan, "Warning", "UnexpectedJob", why)
    if listed and job.finished:
        text = f"Saw completed job: {job.meta.name}, status: {job.finished}"
        plan = _told(_unlisted(plan, job.meta.uid), "Normal", "SawCompletedJob", text)
    if job.finished == "Complete":
        last, ended = status.last_successful_time, job.status.completion_time
        if last is None or (ended is not None and ended > last):
            plan = plan._replace(status=replace(plan.status, last_successful_time=ended), changed=True)
    return plan


def _lists(status: CronJobStatus, job: Job) -> bool:
    return any(each.uid == job.meta.uid for each in status.active)


def _without_missing(look: Look, plan: Plan) -> Plan:
    """The plan without active jobs that neither the view nor the API server has."""
    in_view = {job.meta.uid for job in look.jobs}
    for each in plan.status.active:
        if each.uid not in in_view and look.find(each.namespace, each.name) is None:
            text = f"Active job went missing: {each.name}"
            plan = _told(_unlisted(plan, each.uid), "Normal", "MissingJob", text)
    return plan


def _deleted(plan: Plan, jobs: Sequence[Job]) -> Plan:
    for job in jobs:
        plan = _told(_unlisted(plan, job.meta.uid), "Normal", "SuccessfulDelete", f"Deleted job {job.meta.name}")
        plan = plan._replace(deleted=(*plan.deleted, job))
    return plan


def _unlisted(plan: Plan, uid: str) -> Plan:
    active = tuple(each for each in plan.status.active if each.uid != uid)
    return plan._replace(status=replace(plan.status, active=active), changed=True)


def _told(plan: Plan, type_: Literal["Normal", "Warning"], reason: str, message: str) -> Plan:
    return plan._replace(events=(*plan.events, Event(type_, reason, message)))


def _with(cron_job: CronJob, plan: Plan) -> CronJob:
    return replace(cron_job, status=plan.status)


def _rfc1123(instant: int) -> str:
    """Mon, 02 Jan 2006 15:04:05 +0000."""
    at = load("UTC").civil(instant)
    clock = f"{at.hour:02}:{at.minute:02}:{at.second:02}"
    return f"{_WEEKDAYS[at.weekday]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year} {clock} +0000"
