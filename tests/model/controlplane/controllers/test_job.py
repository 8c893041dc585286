"""What the Job controller does with a Job and its pods: one table, a line for each surprise."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Pick, first
from kubeproof.model.controlplane.controllers.events import Event
from kubeproof.model.controlplane.controllers.job import (
    backoff,
    component,
    failures,
    indexes,
    success_policy,
    tracking,
    verdict,
)
from kubeproof.model.controlplane.controllers.job.backoff import BackoffRecord
from kubeproof.model.controlplane.controllers.job.look import Look, facts
from kubeproof.model.controlplane.controllers.job.parallelism import NewPod
from kubeproof.model.controlplane.controllers.job.sync import Plan, sync
from kubeproof.model.objects import job as j
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition
from tests.model.controlplane.controllers.build import NOW, job, job_pod

FAILED_1 = job_pod("bad", phase="Failed", code=1, ended=20)
DONE = job_pod("good", phase="Succeeded", code=0, ended=20)
DISRUPTED = (j.OnPodCondition("DisruptionTarget"),)


def policy(action: str, *codes: int) -> j.PodFailurePolicy:
    on_codes = j.OnExitCodes("In", codes) if codes else None
    return j.PodFailurePolicy((j.PodFailureRule(action, on_codes, None if codes else DISRUPTED),))


class Case(NamedTuple):
    """`expect`: some of what follows; see `told`."""

    sentence: str
    job: j.Job
    pods: tuple[LivePod, ...]
    expect: dict[str, Any]


def told(plan: Plan) -> dict[str, Any]:
    status = plan.status
    return {
        "active": status.active,
        "terminating": status.terminating,
        "succeeded": status.succeeded,
        "failed": status.failed,
        "conditions": [condition.type for condition in status.conditions],
        "reason": status.conditions[-1].reason if status.conditions else "",
        "created": len(plan.created),
        "indexes": [new.completion_index for new in plan.created],
        "deleted": [pod.meta.name for pod in plan.deleted],
        "released": [pod.meta.name for pod in plan.released],
        "started": status.start_time,
        "again": plan.again_in,
        "completed": status.completed_indexes,
        "failed_indexes": status.failed_indexes,
    }


def indexed(completions: int, **spec: Any) -> j.Job:
    return job(completion_mode="Indexed", completions=completions, parallelism=completions, **spec)


def with_uncounted(*uids: str) -> j.JobStatus:
    return j.JobStatus(start_time=NOW - 60, uncounted_terminated_pods=j.UncountedTerminatedPods(failed=uids))


CASES = (
    Case("a job starts as many pods as it may", job(parallelism=3, completions=5), (), {"created": 3, "active": 3}),
    Case("never more than completions are left", job(parallelism=3, completions=2), (DONE,), {"created": 1}),
    Case("without a number of completions all run", job(parallelism=3, completions=None), (), {"created": 3}),
    Case(
        "and none is replaced once one succeeded",
        job(parallelism=3, completions=None),
        (DONE, job_pod("a")),
        {"created": 0, "conditions": []},
    ),
    Case(
        "one success is enough where no number is asked for",
        job(parallelism=3, completions=None),
        (DONE,),
        {"conditions": ["SuccessCriteriaMet", "Complete"]},
    ),
    Case(
        "a job whose pods are gone completes in one look",
        job(),
        (DONE,),
        {"conditions": ["SuccessCriteriaMet", "Complete"], "succeeded": 1, "released": ["good"]},
    ),
    Case(
        "while one terminates, success is only announced",
        job(),
        (DONE, job_pod("a", deleted=True)),
        {"conditions": ["SuccessCriteriaMet"], "terminating": 1},
    ),
    Case(
        "failure is announced while pods are being deleted",
        job(backoff_limit=0),
        (FAILED_1, job_pod("a")),
        {"conditions": ["FailureTarget"], "deleted": ["a"], "failed": 2, "reason": "BackoffLimitExceeded"},
    ),
    Case(
        "a failed job with nothing left is failed",
        job(backoff_limit=0),
        (FAILED_1,),
        {"conditions": ["FailureTarget", "Failed"], "failed": 1},
    ),
    Case("the limit may be reached", job(backoff_limit=1), (FAILED_1,), {"conditions": [], "created": 1}),
    Case(
        "under OnFailure restarts of running pods count towards the limit",
        job(on_failure=True, backoff_limit=3),
        (job_pod("a", restarts=3),),
        {"conditions": ["FailureTarget"], "deleted": ["a"]},
    ),
    Case(
        "one restart is too many for a limit of none",
        job(on_failure=True, backoff_limit=0),
        (job_pod("a", restarts=1),),
        {"conditions": ["FailureTarget"]},
    ),
    Case(
        "under Never restarts do not count",
        job(backoff_limit=0),
        (job_pod("a", restarts=9),),
        {"conditions": [], "active": 1},
    ),
    Case(
        "the restarts of a pod that ended do not count",
        job(on_failure=True, backoff_limit=3),
        (job_pod("a", phase="Failed", code=1, ended=99, restarts=9),),
        {"conditions": []},
    ),
    Case(
        "a deadline is over to the second",
        job(active_deadline_seconds=60),
        (job_pod("a"),),
        {"reason": "DeadlineExceeded", "deleted": ["a"], "again": None},
    ),
    Case(
        "before its deadline the job is looked at again",
        job(active_deadline_seconds=61),
        (job_pod("a"),),
        {"conditions": [], "again": 1},
    ),
    Case(
        "a suspended job has no deadline, no pods and no start",
        job(active_deadline_seconds=1, suspend=True),
        (job_pod("a"),),
        {"conditions": ["Suspended"], "deleted": ["a"], "started": None, "active": 0, "terminating": 1},
    ),
    Case(
        "a resumed job starts anew",
        job(j.JobStatus((Condition("Suspended", "True", "JobSuspended", "Job suspended"),))),
        (),
        {"reason": "JobResumed", "started": NOW, "created": 1},
    ),
    Case(
        "a deleted pod has failed and is replaced at once",
        job(),
        (job_pod("a", deleted=True),),
        {"failed": 1, "terminating": 1, "created": 0, "active": 0, "again": 10.0},
    ),
    Case(
        "where only failed pods are replaced it has to end first",
        job(pod_replacement_policy="Failed"),
        (job_pod("a", deleted=True),),
        {"failed": 0, "terminating": 1, "created": 0, "again": None},
    ),
    Case(
        "a pod failure policy has it so too",
        job(pod_failure_policy=policy("Count", 1)),
        (job_pod("a", deleted=True),),
        {"failed": 0, "again": None},
    ),
    Case(
        "a failed pod is replaced after the back-off",
        job(),
        (job_pod("a", phase="Failed", code=1, ended=4),),
        {"created": 0, "again": 6},
    ),
    Case(
        "where creations wait, no pod counts as active",
        job(parallelism=2, completions=2),
        (job_pod("a"), job_pod("b", phase="Failed", code=1, ended=4)),
        {"active": 0, "again": 6},
    ),
    Case(
        "too many pods: the youngest of those that got least far goes",
        job(parallelism=1, completions=9),
        (job_pod("old", age=9), job_pod("young", age=1), job_pod("ready", ready=True, age=0)),
        {"deleted": ["young", "old"]},
    ),
    Case(
        "an ignored failure is not counted",
        job(backoff_limit=0, pod_failure_policy=policy("Ignore", 1)),
        (FAILED_1,),
        {"failed": 0, "conditions": [], "released": ["bad"]},
    ),
    Case(
        "FailJob fails the job whatever the limit",
        job(pod_failure_policy=policy("FailJob", 1)),
        (FAILED_1,),
        {"conditions": ["FailureTarget", "Failed"], "reason": "PodFailurePolicy"},
    ),
    Case(
        "what was announced stands, whatever the pods show now",
        job(j.JobStatus((Condition("FailureTarget", "True", "DeadlineExceeded", "late"),), start_time=NOW)),
        (DONE,),
        {"conditions": ["FailureTarget", "Failed"], "reason": "DeadlineExceeded"},
    ),
    Case(
        "announced success is not undone by a failure",
        job(
            j.JobStatus((Condition("SuccessCriteriaMet", "True", "CompletionsReached"),), start_time=NOW, succeeded=1),
            backoff_limit=0,
        ),
        (FAILED_1,),
        {"conditions": ["SuccessCriteriaMet", "Complete"], "failed": 1},
    ),
    Case(
        "a pod without the finalizer was counted before",
        job(parallelism=2, completions=3),
        (replace(DONE, meta=replace(DONE.meta, finalizers=())),),
        {"succeeded": 0, "created": 2, "released": []},
    ),
    Case(
        "a pod that is named as uncounted is counted once",
        job(with_uncounted("bad"), backoff_limit=9),
        (FAILED_1,),
        {"failed": 1, "released": ["bad"]},
    ),
    Case(
        "one that is named and gone is counted too",
        job(with_uncounted("gone"), backoff_limit=9),
        (),
        {"failed": 1},
    ),
    Case("an indexed job fills its gaps", indexed(3), (job_pod("b", index=1),), {"indexes": [0, 2]}),
    Case(
        "a repeated index, one beyond the last and none at all go before anything is created",
        indexed(3),
        (
            job_pod("a", index=1, age=9),
            job_pod("b", index=1, age=1),
            job_pod("c", index=3),
            job_pod("d"),
        ),
        {"deleted": ["d", "c", "b"], "created": 0},
    ),
    Case(
        "indexes succeed once, however many pods do",
        indexed(3),
        (
            job_pod("a", index=0, phase="Succeeded", code=0),
            job_pod("b", index=0, phase="Succeeded", code=0),
            job_pod("c", index=2, phase="Succeeded", code=0),
        ),
        {"succeeded": 2, "completed": "0,2", "indexes": [1]},
    ),
    Case(
        "an index beyond the last neither succeeds nor fails",
        indexed(1),
        (job_pod("a", index=1, phase="Failed", code=1), job_pod("b", index=2, phase="Succeeded", code=0)),
        {"failed": 0, "succeeded": 0},
    ),
    Case(
        "an index out of tries fails alone",
        indexed(2, backoff_limit=99, backoff_limit_per_index=1),
        (job_pod("a", index=0, failures=1, phase="Failed", code=1, ended=99),),
        {"failed_indexes": "0", "indexes": [1], "conditions": [], "released": ["a"]},
    ),
    Case(
        "a failed pod is kept until its successor is there",
        indexed(2, backoff_limit=99, backoff_limit_per_index=1),
        (job_pod("a", index=0, failures=0, phase="Failed", code=1, ended=99),),
        {"failed_indexes": "", "indexes": [0, 1], "released": []},
    ),
    Case(
        "each index has its own back-off",
        indexed(2, backoff_limit=99, backoff_limit_per_index=3),
        (
            job_pod("a", index=0, failures=1, phase="Failed", code=1, ended=19),
            job_pod("b", index=1, failures=1, phase="Failed", code=1, ended=20),
        ),
        {"indexes": [1], "again": None},
    ),
    Case(
        "where all wait, the first to end its wait is waited for",
        indexed(2, backoff_limit=99, backoff_limit_per_index=3),
        (
            job_pod("a", index=0, failures=1, phase="Failed", code=1, ended=1),
            job_pod("b", index=1, failures=0, phase="Failed", code=1, ended=3),
        ),
        {"indexes": [], "again": 7, "active": 0},
    ),
    Case(
        "FailIndex ends an index at once",
        indexed(2, backoff_limit=99, backoff_limit_per_index=9, pod_failure_policy=policy("FailIndex", 1)),
        (job_pod("a", index=0, failures=0, phase="Failed", code=1, ended=99),),
        {"failed_indexes": "0"},
    ),
    Case(
        "more failed indexes than it may have fail the job",
        indexed(3, backoff_limit=99, backoff_limit_per_index=0, max_failed_indexes=0),
        (job_pod("a", index=0, failures=0, phase="Failed", code=1, ended=99),),
        {"reason": "MaxFailedIndexesExceeded"},
    ),
    Case(
        "with every index settled, a failed one fails the job",
        indexed(2, backoff_limit=99, backoff_limit_per_index=0),
        (
            job_pod("a", index=0, failures=0, phase="Failed", code=1, ended=99),
            job_pod("b", index=1, phase="Succeeded", code=0),
        ),
        {"reason": "FailedIndexes", "conditions": ["FailureTarget", "Failed"]},
    ),
    Case(
        "a success policy ends the job early; pods that run are no failures",
        indexed(3, success_policy=j.SuccessPolicy((j.SuccessRule("0"),))),
        (job_pod("a", index=0, phase="Succeeded", code=0), job_pod("b", index=1)),
        {"reason": "SuccessPolicy", "conditions": ["SuccessCriteriaMet"], "deleted": ["b"], "failed": 0},
    ),
    Case(
        "a job that is being deleted creates nothing and lets its pods go",
        job(parallelism=3, deleted=True),
        (job_pod("a"),),
        {"created": 0, "released": ["a"], "conditions": []},
    ),
    Case("a finished job is left alone", job(j.JobStatus((Condition("Complete", "True"),))), (), {"created": 0}),
    Case("a job of another controller is left alone", job(managed_by="kueue"), (), {"created": 0}),
    Case("the controller's own name is no other", job(managed_by=j.JOB_CONTROLLER), (), {"created": 1}),
    Case("a mode that nobody knows is left alone", job(completion_mode="Sorted"), (), {"created": 0}),
)


def test_any_of_the_pods_that_fail_a_job_may_be_the_one_that_is_named() -> None:
    asked = job(pod_failure_policy=policy("FailJob", 1))
    pods = tuple(job_pod(name, phase="Failed", code=1, ended=20) for name in ("a", "b"))

    def named(pick: Pick) -> str:
        found = verdict.verdict(facts(Look(asked, component.as_listed(asked, pods, pick), NOW)))
        assert found is not None
        return found.message

    assert "pod ns/a failed" in named(first)
    assert "pod ns/b failed" in named(lambda options: options[-1])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_what_follows_from_a_look(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    got = told(sync(Look(case.job, case.pods, NOW)))
    assert {name: got[name] for name in case.expect} == case.expect


def case(sentence: str) -> Case:
    return next(case for case in CASES if case.sentence == sentence)


def test_a_job_that_started_at_no_time_starts_now() -> None:
    assert sync(Look(job(j.JobStatus()), (), NOW)).status.start_time == NOW


def test_while_creations_are_not_in_view_nothing_is_created_and_nothing_is_over() -> None:
    stale = sync(Look(job(parallelism=3, completions=3), (), NOW, fresh=False))
    assert stale.created == ()
    over = sync(Look(job(backoff_limit=0), (FAILED_1,), NOW, fresh=False))
    assert over.status.conditions == ()


def test_a_pod_whose_finalizer_was_removed_is_not_counted_again() -> None:
    assert sync(Look(job(), (FAILED_1,), NOW, released=frozenset({"bad"}))).status.failed == 0


def test_a_failure_is_named_before_the_pod_is_let_go_and_counted_after() -> None:
    plan = sync(Look(job(), (FAILED_1,), NOW))
    assert plan.flushed is not None
    assert (plan.flushed.failed, plan.flushed.uncounted_terminated_pods.failed) == (0, ("bad",))
    assert (plan.status.failed, plan.status.uncounted_terminated_pods.failed, plan.written) == (1, (), True)


def test_failures_are_remembered_only_once_they_are_written() -> None:
    assert sync(Look(job(), (FAILED_1,), NOW)).backoff == BackoffRecord(1, NOW - 20)
    quiet = job(j.JobStatus(start_time=NOW, ready=0, terminating=0, active=1))
    before = BackoffRecord(3, NOW)
    plan = sync(Look(quiet, (job_pod("a"),), NOW, backoff=before))
    assert (plan.flushed, plan.written, plan.backoff) == (None, False, before)


def test_the_successor_of_an_index_is_told_of_the_failures() -> None:
    failed = job_pod("a", index=0, failures=1, phase="Failed", code=1, ended=99)
    ignoring = indexed(1, backoff_limit_per_index=9, pod_failure_policy=policy("Ignore", 1))
    assert sync(Look(indexed(1, backoff_limit_per_index=9), (failed,), NOW)).created == (NewPod(0, 2, 0),)
    assert sync(Look(ignoring, (failed,), NOW)).created == (NewPod(0, 1, 1),)
    assert sync(Look(indexed(1, backoff_limit_per_index=9), (), NOW)).created == (NewPod(0, 0, 0),)
    assert sync(Look(indexed(1), (), NOW)).created == (NewPod(0),)


def test_no_more_than_five_hundred_pods_are_named_at_a_time() -> None:
    pods = tuple(job_pod(f"p{i}", phase="Failed", code=1, ended=99) for i in range(501))
    plan = sync(Look(job(backoff_limit=9999), pods, NOW))
    assert (len(plan.released), plan.status.failed) == (tracking.MOST_UNCOUNTED, 500)


def test_no_more_than_five_hundred_pods_are_created_at_a_time() -> None:
    assert len(sync(Look(job(parallelism=900, completions=900), (), NOW)).created) == 500


EVENTS = (
    ("a job that completes says so", job(), (DONE,), [Event("Normal", "Completed", "Job completed")]),
    (
        "one with too many successes says that too",
        job(j.JobStatus(start_time=NOW, succeeded=1)),
        (DONE,),
        [
            Event("Warning", "TooManySucceededPods", "Too many succeeded pods running after completion count reached"),
            Event("Normal", "Completed", "Job completed"),
        ],
    ),
    (
        "a failed one says why",
        job(backoff_limit=0),
        (FAILED_1,),
        [Event("Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit")],
    ),
    ("a suspended one is told of once", job(suspend=True), (), [Event("Normal", "Suspended", "Job suspended")]),
    (
        "a mode that nobody knows is told of",
        job(completion_mode="Sorted"),
        (),
        [Event("Warning", "UnknownCompletionMode", "Skipped Job sync because completion mode is unknown")],
    ),
)


@pytest.mark.parametrize(("sentence", "asked", "pods", "expect"), EVENTS, ids=[row[0] for row in EVENTS])
def test_events(sentence: str, asked: j.Job, pods: tuple[LivePod, ...], expect: list[Event]) -> None:
    assert list(sync(Look(asked, pods, NOW)).events) == expect, sentence


def test_the_first_rule_that_matches_decides_in_kubernetes_words() -> None:
    rules = (*policy("Ignore", 42).rules, *policy("FailJob", 1, 2).rules, *policy("Count").rules)
    judged = failures.judged(j.PodFailurePolicy(rules), FAILED_1)
    message = "Container c for pod ns/bad failed with exit code 1 matching FailJob rule at index 1"
    assert judged == failures.Judged("FailJob", True, message)
    disrupted = job_pod("a", phase="Failed", code=3, disrupted=True)
    assert failures.judged(j.PodFailurePolicy(rules), disrupted).action == "Count"
    told = failures.judged(policy("FailJob"), disrupted).message
    assert told == "Pod ns/a has condition DisruptionTarget matching FailJob rule at index 0"


def test_an_exit_code_of_none_matches_no_rule() -> None:
    rule = j.PodFailureRule("FailJob", j.OnExitCodes("NotIn", (1,)))
    zero = job_pod("a", phase="Failed", code=0)
    assert failures.judged(j.PodFailurePolicy((rule,)), zero) == failures.Judged()


def test_a_rule_may_name_its_container_and_an_unknown_action_is_passed_over() -> None:
    other = j.PodFailureRule("FailJob", j.OnExitCodes("In", (1,), "sidecar"))
    unknown = j.PodFailureRule("Retry", j.OnExitCodes("In", (1,)))
    assert failures.judged(j.PodFailurePolicy((other, unknown)), FAILED_1).action is None


DELAYS = ((1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (8, 600), (2**31 - 1, 600))


@pytest.mark.parametrize(("count", "seconds"), DELAYS)
def test_each_failure_doubles_the_wait_up_to_ten_minutes(count: int, seconds: int) -> None:
    assert backoff.remaining(count, NOW, NOW) == seconds
    assert backoff.remaining(count, NOW - seconds - 1, NOW) == 0


def test_only_failures_after_the_last_success_count() -> None:
    before = BackoffRecord(4, NOW - 500)
    early = job_pod("a", phase="Failed", code=1, ended=30)
    late = job_pod("b", phase="Failed", code=1, ended=10)
    assert backoff.recorded(before, (), (late, early)) == BackoffRecord(6, NOW - 10)
    assert backoff.recorded(before, (DONE,), (early, late)) == BackoffRecord(1, NOW - 10)
    assert backoff.recorded(before, (DONE,), (early,)) == BackoffRecord()
    assert backoff.recorded(before, (), ()) == before


def test_when_a_pod_ended_is_found_out_as_well_as_can_be() -> None:
    deleted = job_pod("a", deleted=True)
    unready = replace(deleted, status=replace(deleted.status, conditions=(Condition("Ready", "False", changed_at=7),)))
    assert backoff.finished_at(FAILED_1) == NOW - 20
    assert backoff.finished_at(unready) == 7
    assert backoff.finished_at(replace(deleted, meta=replace(deleted.meta, grace_period=30))) == NOW - 30
    assert backoff.finished_at(job_pod("a", age=9)) == NOW - 9


SETS = st.sets(st.integers(0, 30))


@given(SETS, SETS)
def test_indexes_are_a_set(a: set[int], b: set[int]) -> None:
    both = indexes.of(a) | indexes.of(b)
    assert both == indexes.of(a | b)
    assert both.total == len(a | b)
    assert {index for index in range(40) if both.has(index)} == a | b
    assert indexes.parse(str(both), 31) == both
    assert both.missing(5, 31) == tuple(sorted(set(range(31)) - a - b)[:5])


TEXTS = (
    ("", ""),
    ("0,1,2", "0-2"),
    ("0,2-4", "0,2-4"),
    ("3-9", "3,4"),
    ("7", ""),
    ("x,1", "1"),
    ("1-x,3", "3"),
    ("-1,2", "2"),
)


@pytest.mark.parametrize(("text", "expect"), TEXTS)
def test_lists_of_indexes_below_five(text: str, expect: str) -> None:
    assert str(indexes.parse(text, 5)) == expect


@pytest.mark.parametrize("text", ["", "-1", "x", "1.5"])
def test_an_annotation_that_is_no_index_is_none(text: str) -> None:
    pod = job_pod("a")
    odd = replace(pod, meta=replace(pod.meta, annotations=Map({j.COMPLETION_INDEX: text})))
    assert indexes.index_of(odd) is None


SUCCESSES = (
    ("all that are listed are needed", j.SuccessRule("0,2"), {0}, None),
    ("and enough", j.SuccessRule("0,2"), {0, 2, 3}, "Matched rules at index 0"),
    ("of those listed a number may do", j.SuccessRule("0-3", 2), {1, 3}, "Matched rules at index 0"),
    ("others do not help", j.SuccessRule("0-1", 1), {3}, None),
    ("a number alone counts all", j.SuccessRule(None, 2), {1, 3}, "Matched rules at index 0"),
    ("a list of nothing is never met", j.SuccessRule("x", 0), {1}, None),
    ("nothing is met before one succeeded", j.SuccessRule(None, 0), set[int](), None),
)


@pytest.mark.parametrize(("sentence", "rule", "done", "expect"), SUCCESSES, ids=[row[0] for row in SUCCESSES])
def test_success_policies(sentence: str, rule: j.SuccessRule, done: set[int], expect: str | None) -> None:
    assert success_policy.met(j.SuccessPolicy((rule,)), 5, indexes.of(done)) == expect, sentence


def test_restarts_below_the_limit_are_no_failure() -> None:
    assert sync(Look(job(on_failure=True, backoff_limit=3), (job_pod("a", restarts=2),), NOW)).status.conditions == ()


def test_a_named_failure_is_not_new() -> None:
    """It would take a second one to pass a limit of one."""
    assert sync(Look(job(with_uncounted("bad"), backoff_limit=1), (FAILED_1,), NOW)).status.conditions == ()


def test_as_many_failed_indexes_as_there_may_be_are_no_failure() -> None:
    asked = indexed(3, backoff_limit=99, backoff_limit_per_index=0, max_failed_indexes=1)
    failed = job_pod("a", index=0, failures=0, phase="Failed", code=1, ended=99)
    assert sync(Look(asked, (failed,), NOW)).status.conditions == ()


def test_the_first_of_two_rules_that_match_decides() -> None:
    rules = (*policy("Ignore", 1).rules, *policy("FailJob", 1).rules)
    assert failures.judged(j.PodFailurePolicy(rules), FAILED_1).action == "Ignore"


def test_a_named_failure_is_not_counted_while_its_pod_is_held() -> None:
    plan = sync(Look(job(with_uncounted("bad"), backoff_limit=9), (FAILED_1,), NOW))
    assert plan.flushed is not None
    assert (plan.flushed.failed, plan.status.failed) == (0, 1)
