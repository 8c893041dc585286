"""Broken copies of what controllers decide: one edit each, and the case that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from kubeproof.model.controlplane.controllers import pods, replicaset
from kubeproof.model.controlplane.controllers.cronjob import history, missed, parse, schedule, zones
from kubeproof.model.controlplane.controllers.cronjob import sync as cron
from kubeproof.model.controlplane.controllers.deployment import fenceposts, replicasets, rolling, scaling
from kubeproof.model.controlplane.controllers.job import (
    backoff,
    failures,
    indexes,
    look,
    parallelism,
    removal,
    success_policy,
    sync,
    tracking,
    verdict,
)
from kubeproof.model.objects import pod_state
from tests.model.controlplane.controllers import test_cronjob as cronjobs
from tests.model.controlplane.controllers import test_deployment as deployments
from tests.model.controlplane.controllers import test_job as jobs
from tests.model.controlplane.controllers import test_job_counts as counts
from tests.model.controlplane.controllers import test_replicaset as replica_sets


class Mutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there, and `test` fails with it."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    test: Callable[[], None]


def goes(sentence: str) -> Callable[[], None]:
    return partial(replica_sets.check_order, replica_sets.order(sentence))


def reports(sentence: str) -> Callable[[], None]:
    return partial(replica_sets.check_status, *next(row for row in replica_sets.STATUS if row[0] == sentence))


def steps(sentence: str) -> Callable[[], None]:
    return partial(deployments.check_step, deployments.step(sentence))


def spreads(sentence: str) -> Callable[[], None]:
    return partial(deployments.check_scale, deployments.scale(sentence))


def follows(sentence: str) -> Callable[[], None]:
    return partial(jobs.check, jobs.case(sentence))


def comes(sentence: str) -> Callable[[], None]:
    return partial(cronjobs.check_next, cronjobs.upcoming(sentence))


def starts(sentence: str) -> Callable[[], None]:
    return partial(cronjobs.check, cronjobs.case(sentence))


def posts(sentence: str) -> Callable[[], None]:
    return partial(deployments.test_fenceposts, *next(row for row in deployments.POSTS if row[0] == sentence))


REPLICA_SETS = (
    Mutant(
        "a ReplicaSet that keeps the pods that got least far",
        pods.goes_by_progress,
        "return rank_a < rank_b",
        "return rank_a > rank_b",
        goes("a pending pod goes before one that is lost"),
    ),
    Mutant(
        "readiness that protects nobody",
        pods.goes_by_progress,
        "return not is_ready(a)",
        "return is_ready(a)",
        goes("a pod that is not ready goes before a ready one"),
    ),
    Mutant(
        "a ReplicaSet that deletes the oldest first",
        replicaset._younger,
        "size_a < size_b",
        "size_a > size_b",
        goes("the younger pod goes first"),
    ),
    Mutant(
        "ages compared to the second",
        replicaset._younger,
        "age_size(now - since_a), age_size(now - since_b)",
        "now - since_a, now - since_b",
        goes("times of one size are told apart by uid"),
    ),
    Mutant(
        "a deletion cost that buys an early end",
        replicaset.goes_first,
        "return cost_a < cost_b",
        "return cost_a > cost_b",
        goes("the cheaper pod goes first"),
    ),
    Mutant(
        "a deletion cost read generously",
        replicaset.deletion_cost,
        'if text != "0" and text[:1] not in tuple("-123456789"):',
        'if text == "":',
        goes("a cost with a plus sign is no cost"),
    ),
    Mutant(
        "a node that empties first",
        replicaset.goes_first,
        "return a.rank > b.rank",
        "return a.rank < b.rank",
        goes("the pod with more siblings on its node goes first"),
    ),
    Mutant(
        "siblings that ended still crowd a node",
        replicaset.ranked,
        " if pod_state.is_active(pod)",
        "",
        replica_sets.test_a_pod_shares_its_node_with_active_pods_alone,
    ),
    Mutant(
        "init containers taken for sidecars",
        pods.most_restarts,
        " if status.name in sidecars",
        "",
        replica_sets.test_init_containers_that_end_do_not_count_as_sidecars,
    ),
    Mutant(
        "a pod that is available a second late",
        pod_state.is_available,
        "<= now",
        "< now",
        reports("a pod that was ready for long enough to the second is available"),
    ),
    Mutant(
        "pods on their way out counted as replicas",
        pod_state.is_active,
        " and pod.meta.deleted_at is None",
        "",
        reports("a pod that is being deleted is no replica"),
    ),
)

DEPLOYMENTS = (
    Mutant(
        "a rollout that cannot move",
        fenceposts.resolve_fenceposts,
        "1 if surge == 0 and unavailable == 0 else unavailable",
        "unavailable",
        posts("both at none become one unavailable"),
    ),
    Mutant(
        "unavailable rounded up",
        fenceposts.resolve_fenceposts,
        "round_up=False",
        "round_up=True",
        posts("surge is rounded up, unavailable down"),
    ),
    Mutant(
        "a rollout that forgets maxUnavailable",
        rolling.scaled_down,
        "(spec.replicas - max_unavailable(spec))",
        "spec.replicas",
        steps("as many as may be unavailable go before that"),
    ),
    Mutant(
        "a rollout that does not hold back for new pods that crash",
        rolling.scaled_down,
        "held_back = new.spec.replicas - new.status.available_replicas",
        "held_back = 0",
        steps("what is unavailable of the new one is held back"),
    ),
    Mutant(
        "a new ReplicaSet that grows past the surge",
        rolling.new_replica_set_size,
        "room = max(0, most - asked_for((*old, new)))",
        "room = most",
        steps("the new one grows by the surge"),
    ),
    Mutant(
        "unhealthy pods cleaned up without a limit",
        rolling.without_unhealthy,
        "min(most - gone, unhealthy)",
        "unhealthy",
        steps("unhealthy ones go only as far as the minimum lets them"),
    ),
    Mutant(
        "a refused clean-up that goes on",
        rolling.scaled_down,
        "if refused:",
        "if False:",
        steps("one that has more available than it asks for ends the step"),
    ),
    Mutant(
        "old ReplicaSets in any order",
        replicasets.oldest_first,
        "sorted(replica_sets, key=_age)",
        "replica_sets",
        steps("unhealthy old pods go first, of the oldest first"),
    ),
    Mutant(
        "the rest after rounding lost",
        scaling.proportional,
        "sizes[largest] + to_add - added",
        "sizes[largest]",
        spreads("without either the largest takes all that is new"),
    ),
    Mutant(
        "growth that goes to the older",
        scaling.proportional,
        "newer=to_add > 0",
        "newer=to_add < 0",
        spreads("of one size the newer gets the rest when it grows"),
    ),
    Mutant(
        "a new ReplicaSet taken for complete while it was asked for another size",
        scaling.is_saturated,
        "want == desired",
        "want",
        spreads("one that was asked for another size is not complete"),
    ),
)

JOBS = (
    Mutant(
        "a limit that may not be reached",
        verdict._limit_passed,
        "seen.failed > look.job.spec.backoff_limit",
        "seen.failed >= look.job.spec.backoff_limit",
        follows("the limit may be reached"),
    ),
    Mutant(
        "a restart counted twice",
        failures.past_backoff_limit_on_failure,
        "        status.restarts\n",
        "        2 * status.restarts\n",
        jobs.test_restarts_below_the_limit_are_no_failure,
    ),
    Mutant(
        "restarts that count whatever the policy",
        failures.past_backoff_limit_on_failure,
        'restart_policy != "OnFailure"',
        'restart_policy == "Always"',
        follows("under Never restarts do not count"),
    ),
    Mutant(
        "restarts of pods that ended count",
        failures.past_backoff_limit_on_failure,
        '("Running", "Pending")',
        '("Running", "Pending", "Failed")',
        follows("the restarts of a pod that ended do not count"),
    ),
    Mutant(
        "a limit of none that no restart passes",
        failures.past_backoff_limit_on_failure,
        "max(1, job.spec.backoff_limit)",
        "job.spec.backoff_limit + 2",
        follows("one restart is too many for a limit of none"),
    ),
    Mutant(
        "a job that fails before its pods are gone",
        tracking._waits,
        " or status.terminating",
        "",
        follows("while one terminates, success is only announced"),
    ),
    Mutant(
        "failure that is not announced first",
        tracking._announced,
        "replace(status, conditions=(*status.conditions, finish)), failed_for",
        "status, failed_for",
        follows("a failed job with nothing left is failed"),
    ),
    Mutant(
        "a deadline that passes a second late",
        verdict.past_active_deadline,
        ">= deadline",
        "> deadline",
        follows("a deadline is over to the second"),
    ),
    Mutant(
        "a deadline that runs while the job is suspended",
        verdict.past_active_deadline,
        " or job.spec.suspend",
        "",
        follows("a suspended job has no deadline, no pods and no start"),
    ),
    Mutant(
        "a suspended job that keeps its start",
        sync._suspended_or_resumed,
        "start_time, event = None,",
        "start_time, event = status.start_time,",
        follows("a suspended job has no deadline, no pods and no start"),
    ),
    Mutant(
        "a terminating pod that counts as failed although only failed ones are replaced",
        failures.is_failed,
        "    if only_replaces_failed(job):\n        return False\n",
        "",
        follows("where only failed pods are replaced it has to end first"),
    ),
    Mutant(
        "an ignored failure that is counted",
        failures.judged,
        'rule.action != "Ignore"',
        "True",
        follows("an ignored failure is not counted"),
    ),
    Mutant(
        "the last rule that matches decides",
        failures.judged,
        "enumerate(policy.rules if policy else ())",
        "reversed([*enumerate(policy.rules if policy else ())])",
        jobs.test_the_first_of_two_rules_that_match_decides,
    ),
    Mutant(
        "a pod that is counted twice",
        look._valid,
        " and pod.meta.uid not in uncounted",
        "",
        jobs.test_a_named_failure_is_not_new,
    ),
    Mutant(
        "a pod counted before it is let go",
        tracking.counted,
        "if uid in holding), tuple(uid for uid in named.failed if uid in holding)",
        "if uid in holding), ()",
        jobs.test_a_named_failure_is_not_counted_while_its_pod_is_held,
    ),
    Mutant(
        "pods of a job that succeeded early counted as failed",
        tracking.with_named,
        'finish.type != "SuccessCriteriaMet"',
        "True",
        follows("a success policy ends the job early; pods that run are no failures"),
    ),
    Mutant(
        "back-off that is linear",
        backoff.remaining,
        "FIRST << min(failures - 1, _DOUBLINGS)",
        "FIRST * min(failures, 60)",
        partial(jobs.test_each_failure_doubles_the_wait_up_to_ten_minutes, 3, 40),
    ),
    Mutant(
        "back-off without an end",
        backoff.remaining,
        "min(MOST, FIRST << min(failures - 1, _DOUBLINGS))",
        "FIRST << min(failures - 1, 20)",
        partial(jobs.test_each_failure_doubles_the_wait_up_to_ten_minutes, 7, 600),
    ),
    Mutant(
        "a success that does not forgive",
        backoff.recorded,
        "if end > last_success",
        "if end",
        jobs.test_only_failures_after_the_last_success_count,
    ),
    Mutant(
        "one back-off for all indexes",
        parallelism._created,
        "wait = 0 if by_index else remaining(*seen.backoff, now)",
        "wait = remaining(*seen.backoff, now)",
        follows("each index has its own back-off"),
    ),
    Mutant(
        "more pods than completions are left",
        parallelism.wanted,
        "min(spec.parallelism, spec.completions - seen.succeeded)",
        "spec.parallelism",
        follows("never more than completions are left"),
    ),
    Mutant(
        "an index filled while its pod runs",
        parallelism._settled,
        "seen.succeeded_indexes | indexes_of(seen.active)",
        "seen.succeeded_indexes",
        follows("an indexed job fills its gaps"),
    ),
    Mutant(
        "the pod of an index that is furthest goes",
        removal._repeated,
        "*others, last = go_sort(same, p.goes_first)",
        "last, *others = go_sort(same, p.goes_first)",
        follows("a repeated index, one beyond the last and none at all go before anything is created"),
    ),
    Mutant(
        "a failed pod let go before its successor knows",
        tracking.may_go,
        "kept is None or kept.meta.uid != pod.meta.uid",
        "True",
        follows("a failed pod is kept until its successor is there"),
    ),
    Mutant(
        "an index that gets one try too few",
        failures.is_index_failed,
        "failure_count(pod) >=",
        "failure_count(pod) + 1 >=",
        follows("a failed pod is kept until its successor is there"),
    ),
    Mutant(
        "as many failed indexes as there may be are too many",
        verdict._indexes_failed,
        "failed > spec.max_failed_indexes",
        "failed >= spec.max_failed_indexes",
        jobs.test_as_many_failed_indexes_as_there_may_be_are_no_failure,
    ),
    Mutant(
        "neighbours listed as a span",
        indexes.parse,
        "made[-1].last == first - 1",
        "made[-1].last == first",
        partial(jobs.test_lists_of_indexes_below_five, "0,1,2", "0-2"),
    ),
    Mutant(
        "any index that succeeded helps a success policy",
        success_policy._reached,
        "common == wanted.total",
        "True",
        partial(jobs.test_success_policies, *jobs.SUCCESSES[0]),
    ),
    Mutant(
        "a job that is done in spite of pods that it cannot see yet",
        sync._synced,
        "finish = finish if look.fresh else None",
        "pass",
        jobs.test_while_creations_are_not_in_view_nothing_is_created_and_nothing_is_over,
    ),
)

COUNTS = (
    Mutant(
        "pods let go before they are named",
        tracking.track,
        "flushed = status if",
        "flushed = None if",
        partial(counts.check_counted_once, False, "before the counts are written"),
    ),
    Mutant(
        "a failure named again after the controller stopped",
        tracking.with_named,
        " or uid in before.failed or",
        " or",
        partial(counts.check_counted_once, False, "before pods are let go"),
    ),
    Mutant(
        "a success named again after the controller stopped",
        tracking.with_named,
        "return named if uid in before.succeeded else named._replace",
        "return named._replace",
        partial(counts.check_counted_once, True, "before pods are let go"),
    ),
)

CRON_JOBS = (
    Mutant(
        "day and weekday must both fit",
        schedule.Calendar._on_day,
        "else on_day or on_weekday",
        "else on_day and on_weekday",
        comes("day and weekday: one is enough"),
    ),
    Mutant(
        "a star with a step that does not restrict the day",
        parse._range,
        "star and step == 1",
        "star",
        comes("a star with a step does"),
    ),
    Mutant(
        "Sunday as 7",
        parse._range,
        "if last > bounds.last:",
        "if last > bounds.last + 1:",
        partial(cronjobs.test_what_is_no_schedule, *cronjobs.REFUSED[1]),
    ),
    Mutant(
        "n/step that stands for n alone",
        parse._range,
        "if steps and not high:",
        "if False:",
        comes("n/step goes on to the end"),
    ),
    Mutant(
        "a skipped local time that is made up for",
        schedule.Calendar._to_hour,
        "not in self.hour.values",
        "not in self.hour.values and at.hour - 1 not in self.hour.values",
        comes("a local time that is skipped in spring does not come that day"),
    ),
    Mutant(
        "local times read as UTC",
        zones.Zone.instant,
        "shown - self.offset(shown - self.offset(shown))",
        "shown",
        cronjobs.test_local_times_are_read_in_their_zone,
    ),
    Mutant(
        "parts of seconds kept by @every",
        parse._every,
        "max(1, length // _SECOND)",
        "max(1, -(-length // _SECOND))",
        comes("@every drops parts of seconds"),
    ),
    Mutant(
        "a search without an end",
        schedule.Calendar.next,
        "last_year = self.zone.civil(walk.at).year + _YEARS",
        "last_year = self.zone.civil(walk.at).year + 2 * _YEARS",
        comes("29 February 2104 is too far from 2097"),
    ),
    Mutant(
        "Forbid that does not",
        cron.started,
        'spec.concurrency_policy == "Forbid" and active',
        'spec.concurrency_policy == "Forbid" and not active',
        starts("Forbid waits for the one that runs"),
    ),
    Mutant(
        "a start that gets a second job",
        cron.started,
        "plan.status.last_schedule_time == due or any(",
        "any(",
        cronjobs.test_a_start_that_the_status_names_is_not_made_again,
    ),
    Mutant(
        "a deadline that is not looked at",
        missed.recent,
        "since = max(since, now - spec.starting_deadline_seconds)",
        "pass",
        starts("too late is too late"),
    ),
    Mutant(
        "missed starts told of from fewer on",
        missed.recent,
        "starts > MOST_MISSED",
        "starts > MOST_MISSED // 2",
        starts("fewer are not"),
    ),
    Mutant(
        "a job that ended still in the way",
        cron._seen,
        "_told(_unlisted(plan, job.meta.uid),",
        "_told(plan,",
        starts("a job that ended runs no more, so Forbid lets the next start"),
    ),
    Mutant(
        "a failed job taken for a success",
        cron._seen,
        'if job.finished == "Complete":',
        "if job.finished:",
        cronjobs.test_a_failure_is_no_success,
    ),
    Mutant(
        "the newest of old jobs go",
        history._all_but_newest,
        "ordered[: max(0, len(ordered) - kept)]",
        "ordered[kept:]",
        cronjobs.test_the_oldest_finished_jobs_go_before_anything_starts,
    ),
    Mutant(
        "a zone of its own before one in the text",
        cron.with_zone,
        ' or "TZ" in spec.schedule',
        "",
        starts("a zone in the schedule is not supported, and obeyed"),
    ),
)

MUTANTS = (*REPLICA_SETS, *DEPLOYMENTS, *JOBS, *COUNTS, *CRON_JOBS)
