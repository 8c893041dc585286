"""One look of the Job controller at a Job, and everything that follows from it: syncJob (v1.36.2).

Adopting pods, metrics and the gang-scheduling API (off by default) are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.events import Event
from kubeproof.model.controlplane.controllers.job.backoff import BackoffRecord
from kubeproof.model.controlplane.controllers.job.look import Look, facts
from kubeproof.model.controlplane.controllers.job.parallelism import Change, NewPod, change
from kubeproof.model.controlplane.controllers.job.tracking import track, with_condition
from kubeproof.model.controlplane.controllers.job.verdict import succeeded, verdict
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.job import JOB_CONTROLLER, Job, JobStatus
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition

COMPLETION_MODES = ("NonIndexed", "Indexed")


class Plan(NamedTuple):
    """What the controller does, in this order: delete and create pods, write `flushed`, release pods, write `status`.

    `flushed` and `status` are written where they are not None and `written`; `backoff` is what it remembers;
    `again_in`: after how many seconds it looks again even if nothing changes.
    """

    status: JobStatus
    written: bool = False
    created: tuple[NewPod, ...] = ()
    deleted: tuple[LivePod, ...] = ()
    flushed: JobStatus | None = None
    released: tuple[LivePod, ...] = ()
    backoff: BackoffRecord = BackoffRecord()
    again_in: float | None = None
    events: tuple[Event, ...] = ()


def sync(look: Look) -> Plan:
    """What follows from a look. A Job that is over, or that another controller manages, is left alone."""
    job = look.job
    if job.spec.managed_by not in (None, JOB_CONTROLLER):
        return Plan(job.status, backoff=look.backoff)
    if job.finished:
        return Plan(job.status)
    if job.spec.completion_mode not in COMPLETION_MODES:
        why = "Skipped Job sync because completion mode is unknown"
        return Plan(job.status, backoff=look.backoff, events=(Event("Warning", "UnknownCompletionMode", why),))
    return _synced(_started(look))


def _started(look: Look) -> Look:
    """A Job that is not suspended starts when it is first looked at."""
    job = look.job
    if job.status.start_time is not None or job.spec.suspend:
        return look
    return look._replace(job=replace(job, status=replace(job.status, start_time=look.now)))


def _synced(look: Look) -> Plan:
    seen = facts(look)
    job, status = look.job, look.job.status
    finish = verdict(seen)
    events: tuple[Event, ...] = ()
    if finish is not None:
        done = Change(0, deleted=seen.active)
        # with pods that are not in view yet the Job cannot be over
        finish = finish if look.fresh else None
        again_in = None
    else:
        managed = look.fresh and job.meta.deleted_at is None
        done = change(seen) if managed else Change(len(seen.active))
        again_in = _soonest(done.again_in, _until_deadline(job, look.now))
        if _complete(job, seen.succeeded, done.active):
            finish = succeeded(look.now)
        elif managed:
            status, events = _suspended_or_resumed(job, look.now)
    suspension_changed = bool(events)
    counts = replace(
        status,
        active=done.active,
        ready=sum(map(pod_state.is_ready, seen.active)) - sum(map(pod_state.is_ready, done.deleted)),
        terminating=sum(map(pod_state.is_terminating, look.pods)) + len(done.deleted),
    )
    tracked = track(seen, counts, finish, suspension_changed or _counts(counts) != _counts(job.status))
    return Plan(
        tracked.status,
        tracked.written,
        done.created,
        done.deleted,
        tracked.flushed,
        tracked.released,
        # what was seen of failures is remembered once it is in the status
        seen.backoff if tracked.flushed is not None else look.backoff,
        again_in,
        events + _finished(job, tracked.status, tracked.finished),
    )


def _counts(status: JobStatus) -> tuple[int, int | None, int | None]:
    return status.active, status.ready, status.terminating


def _complete(job: Job, successes: int, active: int) -> bool:
    """Whether all its work is done; without a number of completions one success is all."""
    return active == 0 and (successes > 0 if job.spec.completions is None else successes >= job.spec.completions)


def _suspended_or_resumed(job: Job, now: int) -> tuple[JobStatus, tuple[Event, ...]]:
    """The status of a Job that goes on: suspending it stops its clock, resuming it starts the clock anew."""
    status = job.status
    if job.spec.suspend:
        new = Condition("Suspended", "True", "JobSuspended", "Job suspended", now)
        start_time, event = None, Event("Normal", "Suspended", "Job suspended")
    else:
        new = Condition("Suspended", "False", "JobResumed", "Job resumed", now)
        start_time, event = now, Event("Normal", "Resumed", "Job resumed")
    conditions = with_condition(status.conditions, new)
    if conditions == status.conditions:
        return status, ()
    return replace(status, conditions=conditions, start_time=start_time), (event,)


def _until_deadline(job: Job, now: int) -> float | None:
    deadline, start = job.spec.active_deadline_seconds, job.status.start_time
    return None if deadline is None or job.spec.suspend or start is None else deadline - (now - start)


def _soonest(*delays: float | None) -> float | None:
    return min((delay for delay in delays if delay is not None), default=None)


def _finished(job: Job, status: JobStatus, finish: Condition | None) -> tuple[Event, ...]:
    """What is told of a Job that is over for good (recordJobFinished)."""
    if finish is None:
        return ()
    if finish.type == "Failed":
        return (Event("Warning", finish.reason, finish.message),)
    done = Event("Normal", "Completed", "Job completed")
    if job.spec.completions is not None and status.succeeded > job.spec.completions:
        why = "Too many succeeded pods running after completion count reached"
        return (Event("Warning", "TooManySucceededPods", why), done)
    return (done,)
