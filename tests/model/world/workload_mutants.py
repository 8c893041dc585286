"""Broken copies of what the workload controllers do, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kubeproof.model.controlplane import strategies
from kubeproof.model.controlplane.controllers import claiming, creation, replicaset, ttl_after_finished
from kubeproof.model.controlplane.controllers.cronjob import component as cron
from kubeproof.model.controlplane.controllers.daemonset import component as daemonset
from kubeproof.model.controlplane.controllers.daemonset import manage, nodes, rolling, status
from kubeproof.model.controlplane.controllers.daemonset import revisions as daemon_revisions
from kubeproof.model.controlplane.controllers.deployment import component as deployment
from kubeproof.model.controlplane.controllers.deployment import new_replicaset, progress, revisions, scaling
from kubeproof.model.controlplane.controllers.deployment import status as deployment_status
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler import behavior, metrics
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler import component as autoscaler
from kubeproof.model.controlplane.controllers.job import component as job
from kubeproof.model.controlplane.controllers.statefulset import identity, update
from kubeproof.model.controlplane.controllers.statefulset import revisions as set_revisions
from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world import test_autoscaler as autoscalers
from tests.model.world import test_daemon_set as daemons
from tests.model.world import test_deployment as deployments
from tests.model.world import test_jobs as jobs
from tests.model.world import test_replica_set as replica_sets
from tests.model.world import test_stateful_set as sets


def row(test: Callable[..., None], table: Iterable[Any], sentence: str) -> Callable[[], None]:
    """The test of the row of a table with this sentence."""
    return partial(test, next(one for one in table if one[0] == sentence))


def goes(sentence: str) -> Callable[[], None]:
    """The test of how far a rollout goes."""
    return row(deployments.test_how_far_a_rollout_goes_whose_pods_never_get_ready, deployments.STEPS, sentence)


def told(sentence: str) -> Callable[[], None]:
    """The test of what is annotated of revisions."""
    return row(deployments.test_what_is_annotated_of_revisions, deployments.HISTORIES, sentence)


def delays(sentence: str) -> Callable[[], None]:
    """The test of when a failed daemon is deleted."""
    return row(daemons.test_when_a_failed_pod_is_deleted, daemons.DELAYS, sentence)


def updates(sentence: str) -> Callable[[], None]:
    """The test of a DaemonSet's update."""
    test = daemons.test_how_few_and_how_many_pods_there_are_during_an_update
    return row(test, daemons.STRATEGIES, sentence)


def taints(sentence: str) -> Callable[[], None]:
    """The test of what a taint does to daemons."""
    return row(daemons.test_what_a_new_taint_does, daemons.TAINTED, sentence)


def follows(sentence: str) -> Callable[[], None]:
    """The test of how many replicas follow from metrics."""
    return row(autoscalers.test_how_many_replicas_follow, autoscalers.CASES, sentence)


def changes(sentence: str) -> Callable[[], None]:
    """The test of how fast a size changes."""
    return row(autoscalers.test_how_fast_the_size_changes, autoscalers.LIMITS, sentence)


DEPLOYMENTS = (
    RunMutant("the newest equal replica set is the new one", new_replicaset.find_new, "oldest_first(", "tuple(",
              deployments.test_of_equal_replica_sets_the_oldest_is_the_new_one),
    RunMutant("a rollback makes another replica set", new_replicaset.same_template,
              "creation.same_template(_bare(a), _bare(b))", "a == b",
              deployments.test_a_rollback_takes_the_old_replica_set_again_with_the_newest_number),
    RunMutant("a collision of names is not counted", deployment._created,
              "(deployment.status.collision_count or 0) + 1", "deployment.status.collision_count",
              deployments.test_a_name_that_is_taken_is_counted_as_a_collision_and_another_is_found),
    RunMutant("Recreate rolls", deployment._decide, 'deployment.spec.strategy == "Recreate"', "False",
              goes("Recreate ends all old pods before it makes new ones")),
    RunMutant("Recreate does not wait for pods that end", deployment._recreated,
              "not sizes and not _old_pods_run(look, going)", "not sizes",
              deployments.test_recreate_waits_until_old_pods_have_ended),
    RunMutant("a paused Deployment rolls on", deployment._decide,
              "deployment.spec.paused or _was_scaled(going)", "_was_scaled(going)",
              deployments.test_a_paused_deployment_is_scaled_but_not_rolled_out),
    RunMutant("nobody says that it is paused", progress.paused_or_resumed, "deployment.spec.paused and not was_paused",
              "False", deployments.test_a_paused_deployment_is_scaled_but_not_rolled_out),
    RunMutant("a change of size is a rollout", deployment._was_scaled, "return any(", "return False and any(",
              deployments.test_a_change_of_size_in_the_middle_of_a_rollout_is_spread),
    RunMutant("replica sets that keep their size hear nothing", scaling.retold, "spread = ", "spread = False and ",
              deployments.test_a_replica_set_that_keeps_its_size_hears_of_the_new_one_all_the_same),
    RunMutant("the deadline is as long as one likes", progress.timed_out, "< now", "< 0",
              deployments.test_a_rollout_that_does_not_get_on_is_reported_once_its_deadline_has_passed),
    RunMutant("the deadline is over in its last second", progress.timed_out, "< now", "<= now",
              row(deployments.test_when_a_rollout_is_late, deployments.TIMES,
                  "in its last second a rollout is not late")),
    RunMutant("nobody looks when the deadline is over", progress.look_again_at, "return max(now, since + deadline) + 1",
              "return None", deployments.test_a_rollout_that_does_not_get_on_is_reported_once_its_deadline_has_passed),
    RunMutant("progress is told without a deadline", progress.has_deadline, "(None, NO_DEADLINE)", "(None,)",
              deployments.test_without_a_deadline_nothing_is_said_of_progress),
    RunMutant("a complete rollout is only on its way", deployment_status.complete, "counts == (want, want, want)",
              "False", deployments.test_a_deployment_makes_a_replica_set_and_says_when_it_is_there),
    RunMutant("any number of pods is enough", deployment_status.status_of,
              "ready >= spec.replicas - max_unavailable(spec)", "False",
              deployments.test_a_deployment_makes_a_replica_set_and_says_when_it_is_there),
    RunMutant("numbers go down", revisions.annotated, "before < revision", "before != revision",
              told("a lower number never comes back")),
    RunMutant("old numbers are forgotten", revisions.annotated, "text is not None", "False",
              told("the number before is remembered")),
    RunMutant("the history is told backwards", revisions._with_history, "(*numbers[start:], before)",
              "(before, *numbers[start:])", told("numbers are remembered in order")),
    RunMutant("the history grows for ever", revisions._with_history, "length > MOST_HISTORY", "False",
              deployments.test_a_history_that_gets_too_long_forgets_its_beginning),
    RunMutant("replica sets with pods are cleaned up", revisions.to_clean_up, "and one.spec.replicas == 0", "",
              deployments.test_only_empty_replica_sets_are_cleaned_up_lowest_number_first),
    RunMutant("the newest of the old are cleaned up", revisions.to_clean_up, "sorted(alive, key=lambda one: (",
              "sorted(alive, key=lambda one: (-",
              deployments.test_only_empty_replica_sets_are_cleaned_up_lowest_number_first),
)  # fmt: skip

SETS = (
    RunMutant("pods do not wait for each other", update._replica, "not (ready and seen.available(pod))", "False",
              sets.test_pods_are_made_in_order_each_once_the_one_before_is_ready),
    RunMutant("a pod that is made holds nobody up", update._replica, "_new(seen, number)], True",
              "_new(seen, number)], False", sets.test_pods_are_made_in_order_each_once_the_one_before_is_ready),
    RunMutant("Parallel is in order", update.update, 'owner.spec.policy == "OrderedReady"', "True",
              sets.test_parallel_pods_do_not_wait_for_each_other),
    RunMutant("several pods go at once when the set gets smaller",
              update._condemned, 'return [_delete(pod, "the set has become smaller")], True',
              'return [_delete(pod, "the set has become smaller")], False',
              sets.test_a_smaller_set_loses_its_last_pods_one_after_the_other),
    RunMutant("the first pods go", update._sorted, "reverse=True", "reverse=False",
              sets.test_a_smaller_set_loses_its_last_pods_one_after_the_other),
    RunMutant("the partition does not hold", update._replaced, "least = spec.partition or 0", "least = 0",
              sets.test_pods_below_the_partition_stay_and_come_back_as_they_were),
    RunMutant("below the partition pods come back new", update._revision_needed, "number < spec.start + below", "False",
              sets.test_pods_below_the_partition_stay_and_come_back_as_they_were),
    RunMutant("OnDelete rolls", update.update, 'owner.spec.strategy == "RollingUpdate"', "True",
              sets.test_with_on_delete_only_deleted_pods_are_replaced),
    RunMutant("an update never ends", update.completed, "counts != (want, want, want)", "True",
              sets.test_a_rolling_update_goes_from_the_last_pod_to_the_first),
    RunMutant("updates do not wait", update._replaced, "            return\n        if seen.unavailable(pod)",
              "        if seen.unavailable(pod)",
              sets.test_a_rolling_update_goes_from_the_last_pod_to_the_first),
    RunMutant("a pod that succeeded is left", update._replica, "pod_state.is_terminal(pod)",
              'pod.status.phase == "Failed"',
              partial(sets.test_a_pod_that_ended_is_deleted_and_made_again_under_its_name, "0")),
    RunMutant("all claims come without labels", identity.claims, "**selected", "",
              sets.test_each_pod_gets_its_claims_before_it_is_made),
    RunMutant("pods do not mount their claims", identity._with_claims, "not owner.spec.claims or", "True or",
              sets.test_each_pod_gets_its_claims_before_it_is_made),
    RunMutant("labels that are lost stay lost", identity.identified, "labels.get(key) == text", "labels.get(key) != 0",
              sets.test_a_pod_that_lost_its_labels_gets_them_again),
    RunMutant("a template that comes back makes a new revision", set_revisions.revisions, "elif same:", "elif False:",
              sets.test_a_template_that_comes_back_makes_its_revision_the_newest),
    RunMutant("unavailable pods do not count", update._replaced_together, "room > 0 and ", "",
              sets.test_with_its_gate_on_so_many_pods_are_replaced_at_a_time),
)  # fmt: skip

DAEMONS = (
    RunMutant("daemons go anywhere", nodes.template_for, "daemon.pinned(daemon.tolerating(_spec(template)), node)",
              "daemon.tolerating(_spec(template))", daemons.test_each_node_gets_a_pod_that_is_pinned_to_it),
    RunMutant("daemons tolerate nothing", nodes._pod, "daemon.tolerating(_spec(template))", "_spec(template)",
              daemons.test_a_cordoned_node_gets_a_pod_all_the_same),
    RunMutant("a taint ends daemons that run", manage._on_node, "if not should.stay", "if not should.run",
              taints("a taint that keeps pods off lets one that runs stay")),
    RunMutant("no taint ends a daemon", manage._on_node, "if not should.stay", "if False",
              taints("a taint that ends pods takes one away")),
    RunMutant("all nodes at once", rolling._replaced, "_picked(candidates, most - unavailable, pick)", "candidates",
              updates("by default one node after the other is without a pod")),
    RunMutant("percentages are rounded down", rolling.limits,
              "scaled(spec.max_unavailable, wanted, round_up=True)",
              "scaled(spec.max_unavailable, wanted, round_up=False)",
              updates("as many nodes at a time as may be without one")),
    RunMutant("surge is ignored", rolling.rolling_update, "if most.surge", "if False",
              updates("with surge the new pod comes first")),
    RunMutant("a broken update goes on", rolling._replaced, "unavailable += not seen.available(node.new)",
              "unavailable += 0", daemons.test_a_broken_update_stops_at_the_first_node),
    RunMutant("old pods that are not available do not count", rolling._replaced, "unavailable += 1\n            else",
              "pass\n            else", daemons.test_an_old_pod_that_is_not_available_counts_as_one_that_may_go),
    RunMutant("OnDelete rolls for daemons", daemonset._decide, 'and owner.spec.strategy == "RollingUpdate"', "",
              daemons.test_with_on_delete_only_deleted_pods_are_replaced),
    RunMutant("a number of the template is never counted", strategies._daemon_set,
              " + (before.spec.template != daemon_set.spec.template)", "",
              updates("by default one node after the other is without a pod")),
    RunMutant("a node without a pod is scheduled", status.status_of, "not should.run and name in seen.pods",
              "name in seen.pods", daemons.test_each_node_gets_a_pod_that_is_pinned_to_it),
    RunMutant("a daemon's template that comes back keeps its number", daemon_revisions.revisions,
              "current.revision < number", "False", daemons.test_a_broken_update_stops_at_the_first_node),
    RunMutant("any change of a node is looked at", daemonset._decide, "(is_due or moved or _is_off(seen))", "True",
              daemons.test_a_node_whose_pod_stays_is_counted_until_something_else_happens),
    RunMutant("misplaced daemons are never counted anew", daemonset._decide, "moved or ", "",
              daemons.test_a_node_whose_taint_goes_is_counted_again_where_pods_were_misplaced),
    RunMutant("misplaced daemons are counted anew for any node", daemonset._decide,
              "not _places(seen, nodes) <= before.places", "True",
              daemons.test_a_node_that_goes_is_still_counted_where_pods_are_misplaced),
    RunMutant("failed daemons are deleted at once", manage.failed, "now - known.since < known.seconds", "False",
              delays("the next one waits")),
    RunMutant("delays do not grow", manage.failed, "2 * known.seconds, LONGEST", "known.seconds, LONGEST",
              delays("and then twice as long")),
    RunMutant("delays are never forgotten", manage.failed, "now - known.since > 2 * LONGEST_DELAY", "False",
              delays("after half an hour all is forgotten")),
)  # fmt: skip

JOBS = (
    RunMutant("changes of pods are not gathered", job._decide, "look.now < due", "False",
              jobs.test_what_happens_to_pods_is_gathered_for_a_second),
    RunMutant("a suspended Job's pods are counted", job._carried_out, "pod.meta.uid not in counted", "False",
              jobs.test_a_suspended_job_lets_its_pods_go_and_does_not_count_them),
    RunMutant("pods have no index", job._pod, "labels[j.COMPLETION_INDEX] = index", "pass",
              jobs.test_an_indexed_job_has_a_pod_of_each_index),
    RunMutant("failures of an index are not told", job._pod, "new.failures is not None", "False",
              jobs.test_a_pod_of_an_index_is_told_how_often_it_failed),
    RunMutant("pods without a Job are held", job._without_job, "yield from _released(pod)", "yield from ()",
              jobs.test_a_pod_without_its_job_is_held_no_longer),
    RunMutant("pods are made without finalizer", job._pod, "(*template.finalizers, TRACKING_FINALIZER)",
              "template.finalizers", jobs.test_a_job_makes_as_many_pods_as_may_run_and_is_complete_once_all_succeeded),
    RunMutant("adopted pods have no finalizer", claiming._with, "(*finalizers, new)", "finalizers",
              jobs.test_an_orphan_is_adopted_with_the_finalizer),
    RunMutant("finished Jobs go at once", ttl_after_finished.expires_at, "ended.changed_at + ttl", "ended.changed_at",
              jobs.test_a_finished_job_goes_after_its_time),
    RunMutant("Jobs have no selector", strategies._job, "job.spec.selector != NOTHING", "True",
              jobs.test_a_job_selects_its_pods_by_its_uid),
    RunMutant("active Jobs are not listed", cron._decide, "elif plan.changed", "elif False",
              jobs.test_an_active_job_is_listed_by_its_uid),
    RunMutant("a CronJob comes late", cron._decide, "int(plan.again_in)", "int(plan.again_in) + 1",
              jobs.test_a_cron_job_starts_a_job_each_minute_named_by_the_minute),
)  # fmt: skip

REPLICA_SETS = (
    RunMutant("pods are never released", claiming._claimed, "elif of.deleted_at is None", "elif False",
              replica_sets.test_a_pod_that_no_longer_matches_is_released_and_replaced),
    RunMutant("orphans are never adopted", claiming._claimed, "one.meta.deleted_at is None and selector.matches",
              "False and selector.matches",
              replica_sets.test_an_orphan_that_matches_is_adopted_and_one_pod_too_many_goes),
    RunMutant("whoever is being deleted adopts", claiming._claimed, "orphans if of.deleted_at is None else ()",
              "orphans", replica_sets.test_a_set_that_is_being_deleted_adopts_nobody),
    RunMutant("ended pods are adopted", replicaset._decide, ", only=pod_state.is_active", "",
              replica_sets.test_a_pod_that_has_ended_is_not_adopted),
    RunMutant("equal templates differ", creation.same_template, "_as_given(a) == _as_given(b)", "a is b",
              deployments.test_a_rollback_takes_the_old_replica_set_again_with_the_newest_number),
)  # fmt: skip

AUTOSCALERS = (
    RunMutant("any change of a metric counts", metrics._proposed, "current if fits else", "current if False else",
              follows("a tenth more changes nothing")),
    RunMutant("numbers are rounded down", metrics._proposed, "math.ceil(ratio * len(groups.ready))",
              "int(ratio * len(groups.ready))", follows("numbers are rounded up")),
    RunMutant("pods without metrics are left out", metrics._grouped, "missing.append(name)", "pass",
              follows("and all of their request when it shrinks")),
    RunMutant("pods without metrics turn growth into shrinking", metrics._proposed,
              "(again < 1 < ratio)", "False", follows("pods without metrics never turn growth into shrinking")),
    RunMutant("pods that wait are left out", metrics._proposed, "bool(groups.unready) and ratio > 1", "False",
              follows("pods that wait use nothing when the size grows")),
    RunMutant("pods that end count", metrics._grouped, "pod.meta.deleted_at is not None or", "",
              follows("pods that end are left out")),
    RunMutant("the cpu of pods that start counts", metrics._grouped, "_is_unready(pod, samples[name], now)", "False",
              follows("the cpu of a pod that starts and is not ready does not count")),
    RunMutant("a pod that was never ready counts", metrics._is_unready, "start + INITIAL_READINESS > changed", "False",
              follows("but not one that was never ready")),
    RunMutant("there is no limit on the way up", behavior._without_behavior, "if most > limit", "if False",
              changes("at most twice as many come at once")),
    RunMutant("old recommendations count", behavior._without_behavior, "if one.at >= now - DOWNSCALE_WINDOW", "",
              changes("for five minutes the most that was recommended counts")),
    RunMutant("what came before a period counts", behavior._since, "one.at > cutoff", "True",
              changes("what came before it does not")),
    RunMutant("the faster of two policies", behavior.up_limit, 'if rules.select == "Min"', "if False",
              changes("the slower of two policies")),
    RunMutant("nothing is closed", behavior.down_limit, 'rules.select == "Disabled"', "False",
              changes("a direction may be closed")),
    RunMutant("on the way up the most counts", behavior.stabilised, "least = min(", "least = max(",
              changes("on the way up the least of a window counts")),
    RunMutant("a workload of none is started", autoscaler._desired, "current == 0 and spec.min_replicas != 0", "False",
              autoscalers.test_a_workload_of_none_is_left_alone),
    RunMutant("the first look is at once", autoscaler._decide, "look.now + PERIOD if memory.due is None",
              "0 if memory.due is None",
              row(autoscalers.test_a_size_outside_of_the_bounds_is_corrected_without_metrics, autoscalers.OUTSIDE,
                  "above the most")),
)  # fmt: skip

MUTANTS = (*DEPLOYMENTS, *SETS, *DAEMONS, *JOBS, *REPLICA_SETS, *AUTOSCALERS)
