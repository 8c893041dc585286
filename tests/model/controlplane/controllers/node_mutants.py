"""Broken copies of what controllers decide, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kubeproof.model.controlplane import eviction
from kubeproof.model.controlplane.controllers import endpoint_slice, pod_gc, taint_eviction
from kubeproof.model.controlplane.controllers.daemonset import eligibility
from kubeproof.model.controlplane.controllers.disruption import status as disruption
from kubeproof.model.controlplane.controllers.node_lifecycle import health, monitor, rates, tainting, zones
from kubeproof.model.objects import conditions
from tests.model.controlplane import test_eviction as evicts
from tests.model.controlplane.controllers import test_daemonset as daemons
from tests.model.controlplane.controllers import test_disruption as budgets
from tests.model.controlplane.controllers import test_endpoint_slice as endpoints
from tests.model.controlplane.controllers import test_node_health as silence
from tests.model.controlplane.controllers import test_node_monitor as rounds
from tests.model.controlplane.controllers import test_node_tainting as taints
from tests.model.controlplane.controllers import test_node_zones as zone_tests
from tests.model.controlplane.controllers import test_pod_gc as collected
from tests.model.controlplane.controllers import test_taint_eviction as timed
from tests.model.objects import test_conditions as said
from tests.model.scheduler.mutants.runs import RunMutant


def row(test: Callable[..., None], table: Iterable[Any], sentence: str) -> Callable[[], None]:
    """The test of the row of a table with this sentence."""
    return partial(test, next(one for one in table if one[0] == sentence))


def stays(sentence: str) -> Callable[[], None]:
    """The test of how long a pod may stay."""
    return row(timed.test_how_long_a_pod_may_stay, timed.CASES, sentence)


def schedule(sentence: str) -> Callable[[], None]:
    """The test of what becomes of a schedule."""
    return row(timed.test_what_becomes_of_a_schedule, timed.STEPS, sentence)


def goes(sentence: str) -> Callable[[], None]:
    """The test of whether the Eviction API lets a pod go."""
    return row(evicts.test_whether_it_goes, evicts.CASES, sentence)


def deleted(sentence: str) -> Callable[[], None]:
    """The test of who is garbage."""
    return row(collected.test_who_is_deleted, collected.CASES, sentence)


def expects(sentence: str) -> Callable[[], None]:
    """The test of how many pods a budget expects."""
    return row(budgets.test_how_many_pods_are_expected, budgets.COUNTS, sentence)


def allows(sentence: str) -> Callable[[], None]:
    """The test of how many pods a budget lets go."""
    return row(budgets.test_how_many_may_go, budgets.ALLOWED, sentence)


def belongs(sentence: str) -> Callable[[], None]:
    """The test of where a daemon's pod belongs."""
    return row(daemons.test_where_it_belongs, daemons.CASES, sentence)


def soft(sentence: str) -> Callable[[], None]:
    """The test of which NoSchedule taints a node gets."""
    return row(taints.test_no_schedule_taints_follow_the_conditions, taints.CASES, sentence)


def silent(sentence: str) -> Callable[[], None]:
    """The test of when a node is silent."""
    return row(silence.test_a_silent_node_is_unknown, silence.SILENCE, sentence)


def turn(sentence: str) -> Callable[[], None]:
    """The test of what follows from how zones fare."""
    return row(zone_tests.test_what_follows_from_how_zones_fare, zone_tests.TURNS, sentence)


MUTANTS = (
    RunMutant("tolerationSeconds is ignored", taint_eviction.tolerated_for, "else least_time(used)", "else None",
              stays("its time is what counts")),
    RunMutant("the longest time counts", taint_eviction.least_time, "least = min(", "least = max(",
              stays("over several taints the least counts")),
    RunMutant("less than no seconds is for ever", taint_eviction.least_time,
              " or any(seconds <= 0 for seconds in times)", "",
              stays("less than none is now")),
    RunMutant("without a limit the pod goes now", taint_eviction.least_time, "        return None\n    nano",
              "        return 0\n    nano", stays("a toleration without a time is for ever")),
    RunMutant("time does not overflow", taint_eviction.least_time, "(least * 10**9 + 2**63) % 2**64 - 2**63",
              "least * 10**9",
              stays("a second more overflows, and never comes")),
    RunMutant("every taint evicts", taint_eviction.no_execute, "taint.effect == NO_EXECUTE", "True",
              stays("only NoExecute evicts")),
    RunMutant("a schedule is never kept", taint_eviction.decide, "scheduled is not None and since < now", "False",
              schedule("a longer time keeps the schedule")),
    RunMutant("a schedule is always kept", taint_eviction.decide, "since < now", "since <= now",
              schedule("at the same instant it is made anew from its start")),
    RunMutant("a schedule starts anew", taint_eviction.decide, "now if scheduled is None else scheduled.since", "now",
              schedule("a shorter one does, too")),
    RunMutant("a taint that is gone cancels nothing", taint_eviction.decide,
              "if not evicting:\n        return Decision(False)",
              "if not evicting:\n        return Decision(False, scheduled)",
              schedule("without the taint it is cancelled")),
    RunMutant("the pod is deleted unmarked", conditions.disrupted, "return updated(pod.status, said, now)",
              "return pod.status", timed.test_the_pod_is_marked_before_it_is_deleted),
    RunMutant("a lease says nothing", health._renewed, "if lease is None or (", "if lease is not None or (",
              silent("a renewed lease is as good as a heartbeat")),
    RunMutant("a lease need not be renewed", health._before, "saved.renewed_at < lease.renewed_at",
              "saved.renewed_at <= lease.renewed_at", silent("one that was not renewed is not")),
    RunMutant("a node is believed a second less", health.judge, "now <= known", "now < known",
              silent("for 50 seconds a node is believed")),
    RunMutant("a node that never spoke has no time to start", health.judge, "grace.startup if current is None else ",
              "",
              row(silence.test_a_node_that_never_spoke, silence.STARTS, "for 60 seconds it may start")),
    RunMutant("the heartbeat's own time counts", health._heard, "return Health(now, current)",
              "return Health(current.heard_at or 0, current)",
              silent("a new heartbeat is seen now, whatever its time")),
    RunMutant("a heartbeat keeps the lease", health._heard, "return Health(now, current)",
              "return Health(now, current, None if health is None else health.lease)",
              silence.test_a_heartbeat_makes_the_lease_new_again),
    RunMutant("a node that calls itself unknown is written", health.judge, "if current == observed:", "if False:",
              silence.test_a_node_that_calls_itself_unknown_is_left_as_it_is),
    RunMutant("conditions nobody reported stay away", health.silenced, "found.append(", "found.copy().append(",
              silence.test_what_is_said_of_a_silent_node),
    RunMutant("a cordon is no taint", tainting.no_schedule, "if node.unschedulable", "if False", soft("a cordon")),
    RunMutant("what is over stays", tainting.no_schedule, "_without(have, wanted))", "[])", soft("what is over goes")),
    RunMutant("NoExecute taints are its own, too", tainting.no_schedule, "taint.effect == NO_SCHEDULE and ", "",
              soft("NoExecute is left alone")),
    RunMutant("taints of others are its own", tainting.no_schedule, " and taint.key in _OWN", "",
              soft("so are other keys")),
    RunMutant("both NoExecute taints stand together", tainting.no_execute,
              "[taint for taint in _EVICTING.values() if taint is not add]", "[]",
              row(taints.test_no_execute_taints_follow_ready, taints.EXECUTE, "never both")),
    RunMutant("two nodes are many", zones.zone_state, "bad > 2", "bad > 1",
              row(zone_tests.test_how_a_zone_fares, zone_tests.STATES,
              "two of two and a half are few, whatever the share")),
    RunMutant("55 per cent are few", zones.zone_state, ">= _float32", "> _float32",
              row(zone_tests.test_how_a_zone_fares, zone_tests.STATES, "55 of 100 are enough")),
    RunMutant("a node that never spoke is ready", zones.zone_state, "condition is not None and ",
              "condition is None or ",
              zone_tests.test_a_node_that_never_spoke_is_not_ready),
    RunMutant("nothing stops where all is lost", zones.disruption, "dict.fromkeys(before, 0.0)",
              "dict.fromkeys(before, rates.normal)", turn("all are lost: all stop")),
    RunMutant("one lost zone stops them all", zones.disruption, "all_now: bool = all(", "all_now: bool = any(",
              turn("one zone of two is lost: as usual")),
    RunMutant("only zones that changed start again", zones.disruption, "all_before or state", "state",
              turn("one answers again: all start")),
    RunMutant("a large zone stops, too", zones.rate_of, "rates.reduced if nodes > rates.large else 0.0", "0.0",
              zone_tests.test_a_large_zone_is_slowed_and_not_stopped),
    RunMutant("a node is queued twice", rates.Queue.add, "if node in self.seen", "if False",
              zone_tests.test_a_node_is_taken_once_until_it_is_removed),
    RunMutant("nodes of a later round may be first, too", rates.drain, "if one.due == soonest", "",
              zone_tests.test_any_node_of_a_round_may_be_the_first_but_none_of_a_later_one),
    RunMutant("tokens cost nothing", rates.Limiter.take, "tokens - 1.0", "tokens",
              zone_tests.test_one_node_at_a_time_at_the_rate_of_the_zone),
    RunMutant("taints stay where all is lost", monitor._Looking.disruption, 'then.turn == "enter"', "False",
              rounds.test_where_no_node_is_ready_no_node_is_tainted),
    RunMutant("a cluster that answers again is judged at once", monitor._Looking.disruption, 'then.turn == "leave"',
              "False",
              rounds.test_when_one_answers_again_the_others_get_time),
    RunMutant("pods of a silent node stay ready", monitor._Looking.look, 'judged.observed.status == "True"', "False",
              rounds.test_a_silent_node_marks_its_pods_and_gets_its_taint_in_the_same_round),
    RunMutant("a silent node is tainted a round later", monitor._Looking.look, 'if judged.current.status == "True"',
              'if judged.observed.status == "True"',
              rounds.test_a_silent_node_marks_its_pods_and_gets_its_taint_in_the_same_round),
    RunMutant("a node that is ready again keeps its taint", monitor._Looking.look, "self._reachable(name)", "pass",
              rounds.test_a_node_that_is_ready_again_loses_its_taint),
    RunMutant("the other taint waits its turn", monitor._Looking._doubt,
              "tainting.evicting(ready, node.taints, opposite=True)",
              "False", rounds.test_the_other_taint_is_swapped_at_once_whatever_the_rate),
    RunMutant("no node is kept out of its zone", monitor._Looking.look, "if EXCLUDED not in node.meta.labels",
              "if True",
              rounds.test_a_node_may_be_kept_out_of_its_zone),
    RunMutant("every pod is marked", monitor.pods_not_ready, "pod.node == node and ", "",
              rounds.test_pods_on_the_node_are_not_ready),
    RunMutant("pods that come to a node are all marked", monitor.arrived, ' or health.ready.status == "True"', "",
              row(rounds.test_a_pod_that_comes, rounds.COMES, "to one that is ready")),
    RunMutant("the template's node does not matter", eligibility.should_run, "pod.node not in (",
              "False and pod.node in (",
              belongs("another than it names")),
    RunMutant("a daemon runs where it does not select", eligibility.should_run,
              "or not value(node_affinity.matches(pod), at)", "",
              belongs("one that it does not select")),
    RunMutant("any taint ends a daemon", eligibility.should_run, ", (NO_EXECUTE,)", "",
              belongs("a taint keeps it from starting")),
    RunMutant("no taint ends a daemon", eligibility.should_run,
              "stay=find_untolerated(node.taints, tolerations, (NO_EXECUTE,)) is None", "stay=True",
              belongs("one that is NoExecute ends it")),
    RunMutant("running pods are garbage", pod_gc.terminated, 'not in ("Pending", "Running", "Unknown")',
              'not in ("Pending", "Unknown")',
              deleted("a pod that runs does not, nor one nobody knows of")),
    RunMutant("the youngest go first", pod_gc._order, "pod.meta.created_at or 0", "-(pod.meta.created_at or 0)",
              deleted("of more the oldest go")),
    RunMutant("evicted pods wait like others", pod_gc._order, "not evicted, ", "True, ",
              deleted("evicted ones go first, however young")),
    RunMutant("a threshold of 0 keeps none", pod_gc.terminated, "threshold > 0 and ", "",
              deleted("none go where the threshold is 0")),
    RunMutant("a ready node may be out of service", pod_gc.out_of_service, " or node.ready", "",
              deleted("a ready node is not out of service")),
    RunMutant("pods nobody deleted are out of service", pod_gc.out_of_service, "pod.meta.deleted_at is None or ", "",
              deleted("a pod that nobody deleted stays there")),
    RunMutant("a quarantine starts anew", pod_gc.missing_nodes, "kept.setdefault(name, now + quarantine_for)",
              "kept[name] = now + quarantine_for", collected.test_a_missing_node_is_in_quarantine_first),
    RunMutant("a node that came back is missing", pod_gc.missing_nodes, "over - set(nodes)", "over",
              collected.test_a_node_that_came_back_keeps_its_pods),
    RunMutant("what has ended fails again", pod_gc.failed, "if is_terminal(pod)", "if False",
              collected.test_a_pod_that_has_ended_is_deleted_as_it_is),
    RunMutant("a pod that leaves is ready", endpoint_slice.conditions, "serving and not terminating", "serving",
              row(endpoints.test_what_an_endpoint_says, endpoints.CASES,
              "a pod that leaves still serves, and is not ready")),
    RunMutant("nothing is published unready", endpoint_slice.conditions, "publish_not_ready or ", "",
              row(endpoints.test_what_an_endpoint_says, endpoints.CASES, "what is published unready is ready")),
    RunMutant("pods that have ended have endpoints", endpoint_slice.included, "is_terminal(pod) or ", "",
              row(endpoints.test_who_has_an_endpoint, endpoints.INCLUDED, "a pod that failed")),
    RunMutant("pods that are being deleted are healthy", disruption.count_healthy,
              "if pod.meta.deleted_at is None\n        and not (",
              "if not (", allows("a pod that is being deleted is not")),
    RunMutant("pods about to go are healthy", disruption.count_healthy, "pod.meta.name in disrupted", "False",
              allows("one whose eviction was allowed is not")),
    RunMutant("an eviction is awaited for ever", disruption.still_disrupted,
              "and disrupted[pod.meta.name] + DELETION_TIMEOUT >= now", "",
              row(budgets.test_whom_a_budget_waits_for, budgets.WAITS, "and then no more")),
    RunMutant("pods may go where none is expected", disruption.sync, "if expected.pods > 0 else 0", "",
              budgets.test_none_may_go_where_none_is_expected),
    RunMutant("a share is rounded down", disruption.expected_pods, "scaled(budget.min_available, total, round_up=True)",
              "scaled(budget.min_available, total, round_up=False)", expects("a share is of the controller's scale")),
    RunMutant("a number is of the scale", disruption.expected_pods, "isinstance(budget.min_available, int)", "False",
              expects("a number that must be there counts the pods there are")),
    RunMutant("less than no pod is asked for", disruption.expected_pods,
              "max(total - scaled(budget.max_unavailable, total, round_up=True), 0)",
              "total - scaled(budget.max_unavailable, total, round_up=True)", expects("more than all may be missing")),
    RunMutant("a deployment does not stand for its replica set", disruption._controller,
              "_the_one(above, namespace, scales) or direct",
              "direct", expects("a deployment stands for its replica set")),
    RunMutant("any controller of that name counts", disruption._the_one, "and found.meta.uid == owner.uid ", "",
              expects("another one by its name does not count")),
    RunMutant("a failed sync allows what it did", disruption._failed, "allowed=0", "allowed=budget.status.allowed",
              row(budgets.test_where_that_cannot_be_found_nothing_is_allowed, budgets.FAILS,
              "a text that is no share")),
    RunMutant("a budget is always written", disruption.sync, "if new == old and _says(old)", "if False",
              budgets.test_a_budget_that_is_up_to_date_is_not_written),
    RunMutant("what the kubelet said is taken back", disruption.stale_at, 'said.reason == "TerminationByKubelet"',
              "False",
              row(budgets.test_when_a_disruption_that_did_not_come_is_taken_back, budgets.STALE,
              "not what the kubelet said")),
    RunMutant("budgets are forgotten", eviction.evict, "if not ignores_budgets(pod)", "if False",
              goes("where none is allowed the pod stays")),
    RunMutant("pods that wait ask the budget", eviction.ignores_budgets, 'pod.status.phase == "Pending" or ', "",
              goes("a pod that waits asks no budget")),
    RunMutant("pods that are being deleted ask the budget", eviction.ignores_budgets,
              " or pod.meta.deleted_at is not None", "",
              goes("nor one that is being deleted")),
    RunMutant("the first of two budgets is asked", eviction.evict, "len(guards) > 1", "False",
              goes("two budgets are an error")),
    RunMutant("unready pods are counted like others", eviction.unhealthy_may_go, "if is_ready(pod)", "if True",
              goes("an unready pod goes uncounted where enough others are healthy")),
    RunMutant("unready pods go where none has to be healthy", eviction.unhealthy_may_go,
              ">= status.desired_healthy > 0",
              ">= status.desired_healthy", goes("where none has to be healthy it is, too")),
    RunMutant("AlwaysAllow allows nothing", eviction.unhealthy_may_go, 'budget.unhealthy == "AlwaysAllow" or ', "",
              goes("if unhealthy pods may always go, it goes")),
    RunMutant("an old budget is believed", eviction.refusal, "status.observed_generation < budget.meta.generation",
              "False",
              goes("a budget that is not up to date lets no pod go")),
    RunMutant("2001 awaited pods are not too many", eviction.refusal, "> MOST_DISRUPTED", "> MOST_DISRUPTED + 1",
              goes("one more is")),
    RunMutant("an eviction costs nothing", eviction.counted, "budget.status.allowed - 1", "budget.status.allowed",
              goes("a disruption that is allowed is used up")),
    RunMutant("a budget does not wait for the pod", eviction.counted, "status.disrupted.set(pod, now)",
              "status.disrupted",
              evicts.test_what_is_written),
    RunMutant("a dry run is counted", eviction.evict, "written = None if dry_run else counted", "written = counted",
              evicts.test_a_dry_run_writes_nothing_and_refuses_all_the_same),
    RunMutant("a condition changes whenever it is said", conditions.updated,
              "old.changed_at if new.status == old.status else now", "now",
              row(said.test_a_pods_condition, said.CASES, "another reason keeps its time")),
    RunMutant("a new status keeps the old time", conditions.with_condition, "if new.status != old.status", "if False",
              row(said.test_the_condition_of_another_object, said.KEPT, "or changes now")),
)  # fmt: skip
