"""When schedules come due, and what the CronJob controller makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.cronjob import missed, zones
from kubeproof.model.controlplane.controllers.cronjob.history import jobs_to_delete
from kubeproof.model.controlplane.controllers.cronjob.parse import BadSchedule, parse
from kubeproof.model.controlplane.controllers.cronjob.sync import Look, Plan, reconcile, started, sync
from kubeproof.model.controlplane.controllers.events import Event
from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.goduration import BadDuration, nanoseconds
from kubeproof.model.logic.golang import ZERO_TIME
from kubeproof.model.objects.cronjob import SCHEDULED_TIMESTAMP, CronJob, CronJobSpec, CronJobStatus, JobReference
from kubeproof.model.objects.job import Job, JobStatus
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_status import Condition


def at(text: str) -> int:
    """The instant of a text such as 2026-03-04T11:00, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class Next(NamedTuple):
    sentence: str
    schedule: str
    after: str
    expect: tuple[str, ...]


NEXTS = (
    Next("every minute", "* * * * *", "2026-03-04T11:00", ("2026-03-04T11:01", "2026-03-04T11:02")),
    Next("seconds are dropped", "* * * * *", "2026-03-04T11:00:59", ("2026-03-04T11:01",)),
    Next("n/step goes on to the end", "50/5 * * * *", "2026-03-04T11:00", ("2026-03-04T11:50", "2026-03-04T11:55")),
    Next("names are of any case", "0 0 * JAN Mon", "2026-03-04T11:00", ("2027-01-04T00:00",)),
    Next("a question mark is a star", "0 0 ? * ?", "2026-03-04T11:00", ("2026-03-05T00:00",)),
    Next("day and weekday: one is enough", "0 0 13 * 5", "2026-03-04T11:00", ("2026-03-06T00:00", "2026-03-13T00:00")),
    Next("a star does not restrict the day", "0 0 * * 5", "2026-03-04T11:00", ("2026-03-06T00:00",)),
    Next(
        "a star with a step does",
        "0 0 */10 * 5",
        "2026-03-04T11:00",
        ("2026-03-06T00:00", "2026-03-11T00:00", "2026-03-13T00:00"),
    ),
    Next("a step of one does not", "0 0 */1 * 5", "2026-03-04T11:00", ("2026-03-06T00:00", "2026-03-13T00:00")),
    Next("a gap in a list is nothing", "1,,2 * * * *", "2026-03-04T11:00", ("2026-03-04T11:01", "2026-03-04T11:02")),
    Next("29 February waits for its year", "0 0 29 2 *", "2026-03-04T11:00", ("2028-02-29T00:00",)),
    Next("31 February never comes", "59 23 31 2 *", "2026-03-04T11:00", ("never",)),
    Next("29 February 2104 is too far from 2097", "0 0 29 2 *", "2097-01-01T00:00", ("never",)),
    Next("a list of nothing never comes", ", * * * *", "2026-03-04T11:00", ("never",)),
    Next("@weekly is Sunday", "@weekly", "2026-03-04T11:00", ("2026-03-08T00:00",)),
    Next("@every counts on", "@every 90s", "2026-03-04T11:00:07", ("2026-03-04T11:01:37",)),
    Next("@every takes at least a second", "@every 100ms", "2026-03-04T11:00", ("2026-03-04T11:00:01",)),
    Next("@every drops parts of seconds", "@every 1.9s", "2026-03-04T11:00", ("2026-03-04T11:00:01",)),
    Next("a zone stands before", "TZ=Asia/Kolkata 0 0 * * *", "2026-03-04T11:00", ("2026-03-04T18:30",)),
    Next(
        "a local time that is skipped in spring does not come that day",
        "CRON_TZ=America/New_York 30 2 * * *",
        "2026-03-07T12:00",
        ("2026-03-09T06:30",),
    ),
    Next(
        "a local time that comes twice in autumn comes twice",
        "TZ=America/New_York 30 1 * * *",
        "2026-10-31T12:00",
        ("2026-11-01T05:30", "2026-11-01T06:30", "2026-11-02T06:30"),
    ),
    Next(
        "a day whose midnight is skipped begins an hour late, and has no midnight",
        "TZ=America/Sao_Paulo 0 0 * * *",
        "2018-11-03T12:00",
        ("2018-11-05T02:00",),
    ),
    Next(
        "the hour after a skipped midnight is taken without a look at the day",
        "TZ=America/Sao_Paulo 0 1 3 11 *",
        "2018-11-03T12:00",
        ("2018-11-04T03:00", "2019-11-03T04:00"),
    ),
)


@pytest.mark.parametrize("case", NEXTS, ids=lambda case: case.sentence)
def test_when_a_schedule_comes_due(case: Next) -> None:
    check_next(case)


def check_next(case: Next) -> None:
    schedule, instant = parse(case.schedule), at(case.after)
    for expect in case.expect:
        instant = schedule.next(instant)
        assert instant == (ZERO_TIME if expect == "never" else at(expect))


def upcoming(sentence: str) -> Next:
    return next(case for case in NEXTS if case.sentence == sentence)


REFUSED = (
    ("", "empty spec string"),
    ("* * * * 7", "end of range (7) above maximum (6): 7"),
    ("60 * * * *", "end of range (60) above maximum (59): 60"),
    ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
    ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
    ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
    ("*/2/3 * * * *", "too many slashes: */2/3"),
    ("*/0 * * * *", "step of range should be a positive number: */0"),
    ("*/-5 * * * *", "negative number (-5) not allowed: -5"),
    ("a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'),
    ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
    ("0 * * * * *", "expected exactly 5 fields, found 6: [0 * * * * *]"),
    ("@Daily", "unrecognized descriptor: @Daily"),
    ("@every", "unrecognized descriptor: @every"),
    ("@every day", 'failed to parse duration @every day: time: invalid duration "day"'),
    ("TZ=Nowhere/City 0 0 * * *", "provided bad location Nowhere/City: unknown time zone Nowhere/City"),
    ("TZ=../etc 0 0 * * *", "provided bad location ../etc: unknown time zone ../etc"),
    ("TZ=UTC", "no schedule behind the time zone: TZ=UTC"),
)


@pytest.mark.parametrize(("text", "expect"), REFUSED)
def test_what_is_no_schedule(text: str, expect: str) -> None:
    with pytest.raises(BadSchedule) as refused:
        parse(text)
    assert str(refused.value) == expect


DURATIONS = (("1h30m", 5400), ("1.5h", 5400), (".5s", 0.5), ("-2m", -120), ("0", 0), ("+3s", 3), ("1m1ms", 60.001))


@pytest.mark.parametrize(("text", "seconds"), DURATIONS)
def test_durations(text: str, seconds: float) -> None:
    assert nanoseconds(text) == round(seconds * 1_000_000_000)


NO_DURATIONS = (
    ("", 'time: invalid duration ""'),
    ("1", 'time: missing unit in duration "1"'),
    ("1d", 'time: unknown unit "d" in duration "1d"'),
    (".h", 'time: invalid duration ".h"'),
    ("9999999h", 'time: invalid duration "9999999h"'),
)


@pytest.mark.parametrize(("text", "expect"), NO_DURATIONS)
def test_what_is_no_duration(text: str, expect: str) -> None:
    with pytest.raises(BadDuration) as refused:
        nanoseconds(text)
    assert str(refused.value) == expect


ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")


@given(st.sampled_from(ZONES), st.integers(at("1990-01-01"), at("2040-01-01")))
def test_calendar_time_is_the_standard_library_s(name: str, instant: int) -> None:
    zone = zones.load(name)
    shown = datetime.fromtimestamp(instant, zone.info)
    civil = zone.civil(instant)
    assert civil == (shown.year, shown.month, shown.day, shown.hour, shown.minute, shown.second)
    assert civil.weekday == shown.isoweekday() % 7
    assert zone.rfc3339(instant).replace("Z", "+00:00") == shown.isoformat()
    again = zone.instant(civil.year, civil.month, civil.day, civil[3:])
    assert again == instant or zone.civil(again) == civil


FIELDS = st.sampled_from(("*", "*/7", "3", "1-5", "2,4", "10/3"))


@given(FIELDS, FIELDS, st.sampled_from(("*", "1-5", "*/2", "13")), st.integers(at("2020-01-01"), at("2030-01-01")))
def test_what_comes_next_is_the_first_minute_that_fits(minute: str, hour: str, weekday: str, after: int) -> None:
    if weekday == "13":
        text = f"{minute} {hour} 13 * 5"
    else:
        text = f"{minute} {hour} * * {weekday}"
    schedule = parse(text)
    found = schedule.next(after)
    assert found > after
    assert found % 60 == 0
    assert schedule.next(found - 1) == found
    assert schedule.next(after + (found - after) // 2) == found


NOW = at("2026-03-04T11:05:30")


def cron_job(
    schedule: str = "0 * * * *", *, last: str | None = None, active: tuple[str, ...] = (), **spec: Any
) -> CronJob:
    """A CronJob made at ten, whose active jobs have their names for uids."""
    return CronJob(
        Meta("cj", "ns", uid="cj", created_at=at("2026-03-04T10:30")),
        CronJobSpec(schedule, **spec),
        CronJobStatus(tuple(JobReference("ns", name, name) for name in active), None if last is None else at(last)),
    )


def its_job(
    name: str, *, ended: str = "", at_: int | None = None, started: int | None = None, mine: bool = True
) -> Job:
    owner = Owner("batch/v1", "CronJob", "cj", "cj" if mine else "other", controller=True)
    conditions = (Condition(ended, "True"),) if ended else ()
    return Job(
        Meta(name, "ns", uid=name, owners=(owner,)),
        status=JobStatus(conditions, start_time=started, completion_time=at_),
    )


class Case(NamedTuple):
    sentence: str
    look: Look
    expect: dict[str, Any]


def told(plan: Plan) -> dict[str, Any]:
    return {
        "created": plan.created and plan.created.meta.name,
        "deleted": [job.meta.name for job in plan.deleted],
        "active": [job.name for job in plan.status.active],
        "events": [event.reason for event in plan.events],
        "last": plan.status.last_schedule_time,
        "good": plan.status.last_successful_time,
        "again": plan.again_in,
        "changed": plan.changed,
    }


ELEVEN = "cj-29543700"
RUNS = its_job("old")


def look(of: CronJob, *jobs: Job, **more: Any) -> Look:
    return Look(of, jobs, NOW, **more)


CASES = (
    Case(
        "a start that is due has its job",
        look(cron_job()),
        {"created": ELEVEN, "active": [ELEVEN], "last": at("2026-03-04T11:00"), "again": 3270.1, "changed": True},
    ),
    Case("a start has no second job", look(cron_job(last="2026-03-04T11:00")), {"created": None, "events": []}),
    Case("before its first start nothing is", look(cron_job("0 0 * * *")), {"created": None, "again": 46470.1}),
    Case("a suspended one starts nothing", look(cron_job(suspend=True)), {"created": None, "again": None}),
    Case(
        "too late is too late",
        look(cron_job(starting_deadline_seconds=329)),
        {"created": None, "events": [], "again": 3270.1},
    ),
    Case("to the second is in time", look(cron_job(starting_deadline_seconds=331)), {"created": ELEVEN}),
    Case(
        "Forbid waits for the one that runs",
        look(cron_job(concurrency_policy="Forbid", active=("old",)), RUNS),
        {"created": None, "active": ["old"], "events": ["JobAlreadyActive"]},
    ),
    Case(
        "Replace ends it",
        look(cron_job(concurrency_policy="Replace", active=("old",)), RUNS),
        {"created": ELEVEN, "deleted": ["old"], "active": [ELEVEN], "events": ["SuccessfulDelete", "SuccessfulCreate"]},
    ),
    Case(
        "Allow starts one beside it",
        look(cron_job(active=("old",)), RUNS),
        {"created": ELEVEN, "active": ["old", ELEVEN], "deleted": []},
    ),
    Case(
        "a job that ended runs no more, so Forbid lets the next start",
        look(cron_job(concurrency_policy="Forbid", active=("old",)), its_job("old", ended="Complete", at_=NOW - 9)),
        {"created": ELEVEN, "events": ["SawCompletedJob", "SuccessfulCreate"], "good": NOW - 9},
    ),
    Case(
        "a failed job is no success",
        look(cron_job(active=("old",)), its_job("old", ended="Failed")),
        {"good": None, "active": [ELEVEN]},
    ),
    Case(
        "a job that it does not know of is told of and left alone",
        look(cron_job(), RUNS),
        {"events": ["UnexpectedJob", "SuccessfulCreate"], "active": [ELEVEN]},
    ),
    Case(
        "unless only the view is late",
        look(cron_job("0 0 * * *"), RUNS, latest=cron_job("0 0 * * *", active=("old",))),
        {"events": [], "active": ["old"]},
    ),
    Case(
        "an active job that is nowhere is struck out",
        look(cron_job("0 0 * * *", active=("old",))),
        {"events": ["MissingJob"], "active": [], "changed": True},
    ),
    Case(
        "one that the API server has is not",
        look(cron_job("0 0 * * *", active=("old",)), stored=(RUNS,)),
        {"events": [], "active": ["old"], "changed": False},
    ),
    Case(
        "a job made before the status could be written is listed, not made again",
        look(cron_job(), stored=(its_job(ELEVEN),)),
        {"created": None, "active": [ELEVEN], "events": [], "last": at("2026-03-04T11:00")},
    ),
    Case(
        "a job of that name that is another's stops it",
        look(cron_job(), stored=(its_job(ELEVEN, mine=False),)),
        {"created": None, "active": [], "again": None},
    ),
    Case(
        "a hundred missed starts are told of, and the last one starts",
        look(cron_job("* * * * *", last="2026-03-04T09:00")),
        {"created": "cj-29543705", "events": ["TooManyMissedTimes", "SuccessfulCreate"]},
    ),
    Case(
        "fewer are not",
        look(cron_job("* * * * *", last="2026-03-04T10:00")),
        {"created": "cj-29543705", "events": ["SuccessfulCreate"]},
    ),
    Case(
        "@every starts at its own times",
        look(cron_job("@every 7m", last="2026-03-04T10:40:10")),
        {"last": at("2026-03-04T11:01:10"), "again": 160.1},
    ),
    Case(
        "a schedule that never comes is told of",
        look(cron_job("59 23 31 2 *")),
        {"created": None, "events": ["InvalidSchedule"], "again": None},
    ),
    Case("one that cannot be read is too", look(cron_job("soon")), {"events": ["UnparseableSchedule"], "again": None}),
    Case(
        "a zone in the schedule is not supported, and obeyed",
        look(cron_job("TZ=Asia/Kolkata 30 16 * * *", time_zone="America/New_York")),
        {"created": ELEVEN, "events": ["UnsupportedSchedule", "SuccessfulCreate"]},
    ),
    Case(
        "a zone of its own is obeyed",
        look(cron_job("30 16 * * *", time_zone="Asia/Kolkata")),
        {"created": ELEVEN, "events": ["SuccessfulCreate"]},
    ),
    Case("a zone that nobody knows is told of", look(cron_job(time_zone="Mars")), {"events": ["UnknownTimeZone"]}),
    Case(
        "one that is being deleted only writes down what ended",
        look(
            replace(cron_job(active=("old",)), meta=Meta("cj", "ns", created_at=0, deleted_at=NOW)),
            its_job("old", ended="Failed"),
        ),
        {"created": None, "events": ["SawCompletedJob"], "again": None, "changed": True},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_what_follows_from_a_look(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    got = told(sync(case.look))
    assert {name: got[name] for name in case.expect} == case.expect


def case(sentence: str) -> Case:
    return next(case for case in CASES if case.sentence == sentence)


def test_a_start_beyond_the_deadline_is_missed() -> None:
    """The controller looks for starts within the deadline alone, so this is a last check."""
    asked = cron_job(starting_deadline_seconds=9)
    plan, waits = started(look(asked), Plan(asked.status), at("2026-03-04T11:00"))
    missed_start = "Missed scheduled time to start a job: Wed, 04 Mar 2026 11:00:00 +0000"
    assert plan == Plan(asked.status, events=(Event("Warning", "MissSchedule", missed_start),))
    assert waits


def test_why_nothing_starts_is_told_in_words() -> None:
    (event,) = sync(look(cron_job(concurrency_policy="Forbid", active=("old",)), RUNS)).events
    assert event.message == "Not starting job because prior execution is running and concurrency policy is Forbid"


def test_a_job_is_told_when_it_was_due_in_the_zone_of_its_cron_job() -> None:
    made = sync(look(cron_job("30 16 * * *", time_zone="Asia/Kolkata"))).created
    assert made is not None
    assert made.meta.annotations[SCHEDULED_TIMESTAMP] == "2026-03-04T16:30:00+05:30"
    assert made.meta.controller == Owner("batch/v1", "CronJob", "cj", "cj", controller=True, block_owner_deletion=True)


def test_the_oldest_finished_jobs_go_before_anything_starts() -> None:
    good = [its_job(f"good{i}", ended="Complete", started=i, at_=i) for i in range(5)]
    bad = [its_job("b", ended="Failed"), its_job("a", ended="Failed", started=7), its_job("c", ended="Failed")]
    asked = cron_job("0 0 * * *")
    assert [job.meta.name for job in jobs_to_delete(asked, [*reversed(good), *bad, RUNS])] == [
        "good0",
        "good1",
        "a",
        "b",
    ]
    plan = reconcile(Look(asked, (*good, *bad), NOW))
    assert [event.reason for event in plan.events] == ["SuccessfulDelete"] * 4
    assert plan.changed


def test_without_limits_history_is_kept() -> None:
    asked = cron_job(successful_jobs_history_limit=None, failed_jobs_history_limit=None)
    assert jobs_to_delete(asked, [its_job("a", ended="Complete"), its_job("b", ended="Complete")]) == ()


def test_a_start_after_a_gap_of_eight_years_is_looked_for_without_end() -> None:
    """Kubernetes' own loop starts again in year 1, again and again."""
    rare = CronJob(Meta("cj", created_at=at("2097-01-01")), CronJobSpec("0 0 29 2 *"))
    with pytest.raises(NotModelled, match=r"spec\.schedule: not modelled: it comes so rarely"):
        missed.recent(rare, at("2098-01-01"), parse("0 0 29 2 *"), within_deadline=True)


def test_a_start_of_the_last_four_years_is_found() -> None:
    rare = CronJob(Meta("cj", created_at=at("2020-01-01")), CronJobSpec("0 0 29 2 *"))
    due = missed.recent(rare, at("2026-01-01"), parse("0 0 29 2 *"), within_deadline=True)
    assert due == (at("2020-01-01"), at("2024-02-29"), "few")


def test_a_failure_is_no_success() -> None:
    failed = its_job("old", ended="Failed", at_=NOW - 9)
    assert sync(look(cron_job(active=("old",)), failed)).status.last_successful_time is None


def test_local_times_are_read_in_their_zone() -> None:
    kolkata = zones.load("Asia/Kolkata")
    assert kolkata.instant(2026, 3, 4, (16, 30)) == at("2026-03-04T11:00")
    assert kolkata.instant(2026, 14, 32) == kolkata.instant(2027, 3, 4)


def test_a_start_that_the_status_names_is_not_made_again() -> None:
    """Starts are looked for after the last one, so this is a last check; so is the name of the job."""
    eleven = at("2026-03-04T11:00")
    for asked in (cron_job(last="2026-03-04T11:00"), cron_job(active=(ELEVEN,))):
        plan = Plan(asked.status)
        assert started(look(asked), plan, eleven) == (plan, True)
