"""Which start of a CronJob is due, and how long until the next one: cronjob/utils.go (v1.36.2). Times in seconds."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kubeproof.model.controlplane.controllers.cronjob.schedule import Schedule
from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.golang import ZERO_TIME
from kubeproof.model.objects.cronjob import CronJob

MOST_MISSED = 100
"""More missed starts than these are told of (TooManyMissedTimes)."""

LATER = 0.1
"""How long after a start is due the controller looks (nextScheduleDelta)."""

_LONGEST = 2**63 // 1_000_000_000
"""Go's longest duration: differences of times stop there."""


class Unscheduled(ValueError):
    """A schedule that comes due at most once, such as 31 February's."""


class Recent(NamedTuple):
    """`since`: from when starts were looked for. `due`: the last one up to now, None where there is none."""

    since: int
    due: int | None
    missed: Literal["none", "few", "many"] = "none"


def recent(cron_job: CronJob, now: int, schedule: Schedule, within_deadline: bool) -> Recent:
    """The last start that is due (mostRecentScheduleTime); `within_deadline`: none before startingDeadlineSeconds.

    How many were missed is estimated from the distance of the first two. Raises Unscheduled, and NotModelled where the
    controller would not come back: a start after a gap of more than five years.
    """
    spec, last = cron_job.spec, cron_job.status.last_schedule_time
    since = last if last is not None else cron_job.meta.created_at or 0
    if within_deadline and spec.starting_deadline_seconds is not None:
        since = max(since, now - spec.starting_deadline_seconds)
    first = schedule.next(since)
    second = schedule.next(first)
    if now < first:
        return Recent(since, None)
    if now < second:
        return Recent(since, first)
    distance = _span(second - first)
    if distance < 1:
        raise Unscheduled("time difference between two schedules is less than 1 second")
    starts = _span(now - first) // distance + 1
    # one distance early, as starts need not be evenly spaced; @every must count on from its own times
    at, due = schedule.next(first + (starts - 2) * distance), None
    while at <= now:
        if at == ZERO_TIME:
            raise NotModelled("spec.schedule", "it comes so rarely that the controller would look for a start for ever")
        due, at = at, schedule.next(at)
    return Recent(since, due, "many" if starts > MOST_MISSED else "few")


def until_next(cron_job: CronJob, now: int, schedule: Schedule) -> float:
    """For how many seconds nothing needs to be looked at (nextScheduleTimeDuration)."""
    try:
        since, due, missed = recent(cron_job, now, schedule, within_deadline=False)
    except Unscheduled:
        due = now
    else:
        if due is None:
            due = since if missed == "none" else now
    return _span(schedule.next(due) - now) + LATER


def _span(seconds: int) -> int:
    return min(max(seconds, -_LONGEST), _LONGEST)
