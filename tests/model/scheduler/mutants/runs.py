"""Who goes where and in which order: the scheduling run, the board, preemption and profiles, broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType
from typing import Any, NamedTuple

from kubeproof.model.objects import selecting
from kubeproof.model.scheduler import board, dry_run, kinds, plugin_sets, preemption, running, victims
from kubeproof.model.scheduler.filters import node_affinity, node_resources_fit, pod_topology_spread
from kubeproof.model.scheduler.queue import Backoff
from tests.model.objects import test_selecting as selects
from tests.model.scheduler import test_configuration as asked
from tests.model.scheduler import test_preemption as goes
from tests.model.scheduler import test_profiles as profiles
from tests.model.scheduler import test_replay as replays
from tests.model.scheduler import test_run as runs
from tests.model.scheduler.mutants.mutant import edited


class RunMutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there. `test`: the one that notices it."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    test: Callable[[], None]

    def broken(self) -> FunctionType:
        """The rule with the edit."""
        return edited(self.sentence, self.rule, self.old, self.new)


def row(table: Iterable[Any], sentence: str) -> Any:
    """The row of a table with this sentence."""
    return next(one for one in table if one.sentence == sentence)


def columns(table: Iterable[tuple[Any, ...]], sentence: str) -> tuple[Any, ...]:
    """What stands behind the sentence in a table of tuples."""
    return next(case[1:] for case in table if case[0] == sentence)


def chosen(sentence: str) -> Callable[[], None]:
    """The test of one row of what preemption chooses."""
    return partial(goes.test_who_would_have_to_go, row(goes.CHOSEN, sentence))


def told(sentence: str) -> Callable[[], None]:
    """The test of one row of what preemption says where it does not help."""
    return partial(goes.test_where_nothing_helps_the_event_says_why, row(goes.TOLD, sentence))


def picked(sentence: str) -> Callable[[], None]:
    """The test of one row of which node is picked."""
    return partial(goes.test_the_node_where_it_hurts_least, *goes.PICKED[sentence])


def scores(sentence: str) -> Callable[[], None]:
    """The test of one row of how plugins are merged."""
    return partial(asked.test_scores, *columns(asked.SCORES, sentence))


def changed(sentence: str) -> Callable[[], None]:
    """The test of one row of what a profile changes."""
    return partial(profiles.test_what_a_profile_changes, row(profiles.CASES, sentence))


def replayed(sentence: str) -> Callable[[], None]:
    """The test of one row of who gets a node when."""
    return partial(replays.test_who_gets_a_node_when, sentence, *columns(replays.CASES, sentence))


ENABLED_ALONE = "what is enabled beside * is all there is, and weighs 1 where nothing is said"
MUTANTS = (
    RunMutant("a pod that is bound wakes nobody", running.Running._decided, "self._tell(Event.POD_ADDED, attempt.pod)",
              "pass", runs.test_a_pod_that_needs_company_is_tried_again_when_it_has_come),
    RunMutant("victims never end", running.Running.until, "<= time and moment < inf", "<= time and False",
              runs.test_victims_end_after_the_pass_and_whoever_preempts_then_has_its_node),
    RunMutant("victims end at once", running.Running._decided, "self.queue.now + self.victims_take", "self.queue.now",
              runs.test_victims_take_their_time_and_only_then_the_clock_moves),
    RunMutant("attempts do not tell the time", running.Running._note, "at=self.queue.now", "at=0",
              runs.test_victims_take_their_time_and_only_then_the_clock_moves),
    RunMutant("whoever preempts is forgotten", running.Running._decided,
              "self._refused(queued, attempt)\n        case Outcome.UNSCHEDULABLE",
              "pass\n        case Outcome.UNSCHEDULABLE",
              runs.test_victims_end_after_the_pass_and_whoever_preempts_then_has_its_node),
    RunMutant("back-off is not as configured", running.Running.__init__, "Queue(board.profile.backoff)", "Queue()",
              partial(runs.test_back_off_says_who_goes_first, "", Backoff(7, 7), ["high", "low"])),
    RunMutant("gated pods are tried", running.Running.watch, "gated=gated", "gated=False",
              runs.test_gated_and_terminating_pods_are_tried_once_and_those_of_other_schedulers_never),
    RunMutant("pods of other schedulers are taken", running.Running.watch,
              "pod.spec.scheduler != self.board.profile.scheduler", "False",
              runs.test_gated_and_terminating_pods_are_tried_once_and_those_of_other_schedulers_never),
    RunMutant("a nomination of lower priority stays", board.Board.nominate, "other.spec.priority < pod.spec.priority",
              "False", runs.test_a_nomination_of_lower_priority_is_lost),
    RunMutant("victims are not being deleted", board.Board.terminate, "deleting=True", "deleting=False",
              runs.test_a_nomination_of_lower_priority_is_lost),
    RunMutant("victims are not marked as preempted", board.Board.terminate, "preempted=True", "preempted=False",
              runs.test_a_nomination_of_lower_priority_is_lost),
    RunMutant("a nomination that leads nowhere stays", board.Board._whole, "found and found.searched", "False",
              runs.test_a_nomination_that_leads_nowhere_is_cleared),
    RunMutant("every nomination is cleared", board.Board._whole, "found and found.searched", "True",
              runs.test_pods_that_never_preempt_keep_theirs),
    RunMutant("claims are bound whoever else uses them", board.Board.bind, "pod.spec.volumes and", "False and",
              runs.test_claims_that_pods_would_bind_together_are_named),
    RunMutant("a quick look overlooks nominations", board.Board._tried, "not quick or self._nominated", "not quick",
              runs.test_a_nomination_keeps_its_node_from_those_that_are_no_more_important),
    RunMutant("a pod that leaves wakes nobody", running.Running._leave, "self._tell(Event.POD_DELETED, pod)", "pass",
              replayed("who finds none has it when another leaves")),
    RunMutant("a node that leaves wakes nobody", running.Running.remove_node,
              "self._tell_node(Event.NODE_DELETED, node)", "pass",
              replayed("who has to spread over zones has it when the zone without room is gone")),
    RunMutant("who is lost with its node wakes nobody", running.Running.remove_node,
              "self._tell(Event.POD_DELETED, pod)", "pass",
              replayed("who wants to be alone has it when the last of those whom it shuns is lost with its node")),
    RunMutant("who has a node from the start wakes nobody", running.Running.add, "self._tell(Event.POD_ADDED, pod)",
              "pass", replayed("who needs company has it when that comes on a node")),
    RunMutant("who is passed over waits for the next that happens", running.Running._next,
              "min(ends, self.queue.overlooked)", "ends",
              replayed("of those that hints pass over each is tried after five minutes, whatever happens in between")),
    RunMutant("who is being deleted is like those who stay", kinds.kind_of, ", pod.deleting", "",
              partial(runs.test_who_is_being_deleted_is_skipped_whatever_becomes_of_its_like, 1, "Scheduled")),
    RunMutant("a nominated pod that leaves wakes nobody", running.Running._leave, "pod.node or pod.nominated",
              "pod.node", replays.test_a_nominated_pod_that_is_deleted_lets_others_in),
    RunMutant("a node that comes wakes nobody", running.Running.add_node, "self._tell_node(Event.NODE_ADDED, node)",
              "pass", replayed("or when a node comes")),
    RunMutant("the clock stands still", running.Running.until, "self.queue.advance(time)", "pass",
              replayed("who finds room has it at once")),
    RunMutant("a refusal stands for ever", board.Board._touched, "self._refusals.clear()", "pass",
              replayed("who finds none has it when another leaves")),
    RunMutant("what comes later asks nothing of others", board.Board._start, "self._coming", "()",
              replayed("who wants to be alone is left alone by those that come later")),
    RunMutant("of one node the score is told", board._scheduled, "fits > 1", "fits > 0",
              runs.test_one_node_that_fits_is_not_scored),
    RunMutant("broken budgets do not count", preemption._cost, "candidate.violations, ", "0, ",
              picked("fewer broken budgets, whatever the priorities")),
    RunMutant("the highest priority does not count", preemption._cost, "max(priorities)", "0",
              picked("a lower highest priority")),
    RunMutant("priorities below zero make a sum small", preemption._cost, "p - LOWEST_PRIORITY", "p",
              picked("fewer victims, even of negative priority")),
    RunMutant("the earlier start is better", preemption.pick, "latest = max(", "latest = min(",
              picked("the earliest start counts")),
    RunMutant("the latest start of the victims counts", preemption._earliest, "return min(", "return max(",
              picked("the earliest start counts")),
    RunMutant("nodes changed apart are changed together", dry_run._apart, "before[term] + own",
              "before[term] - before[part].sum() + own", goes.test_who_stays_in_the_zone_is_in_the_way),
    RunMutant("a node changed apart does not matter to itself", dry_run._apart, "before[term] + own", "before[term]",
              goes.test_who_stays_in_the_zone_is_in_the_way),
    RunMutant("who never preempts does", preemption._ineligible, '== "Never"', '== "never"',
              told("a pod that never preempts says so")),
    RunMutant("equal priority is enough to preempt", victims.Search._goes, "<", "<=",
              told("pods of the same priority are no victims")),
    RunMutant("the longest running is let back in first", victims.by_importance,
              "(-pod.spec.priority, started(pod))", "started(pod)",
              runs.test_the_less_important_has_to_go_however_long_it_runs),
    RunMutant("a pod that has not started is the oldest", victims.started, "not pod.start_time, ", "False, ",
              chosen("a pod that has not started is the first to go")),
    RunMutant("budgets allow nothing", victims.broken, "budget.allowed, -1", "0, -1",
              chosen("a budget that still allows one guards the second")),
    RunMutant("DefaultPreemption speaks though it is off", preemption.preempt, "PREEMPTION_PLUGIN not in plugins",
              "False", partial(profiles.test_who_speaks_after_the_filters, *columns(profiles.EVENTS, "claims alone"))),
    RunMutant("a weight that is not told is 0", plugin_sets._expanded, "one.weight or 1", "one.weight",
              scores(ENABLED_ALONE)),
    RunMutant("* disables nothing", plugin_sets._expanded, "if ALL not in asked.off", "if True", scores(ENABLED_ALONE)),
    RunMutant("the weight of multiPoint wins", plugin_sets._expanded, "(*everywhere, *asked.on)",
              "(*asked.on, *everywhere)", scores("what is enabled anew comes first, with its own weight")),
    RunMutant("multiPoint keeps its own weights", plugin_sets._multi_point, "anew.get(one.name, one)", "one",
              scores("a weight at multiPoint keeps the place")),
    RunMutant("whatever is listed is ignored", node_resources_fit.clauses, "extended(resource) and (", "(",
              changed("what every node has is never ignored")),
    RunMutant("groups are not ignored", node_resources_fit.clauses, 'resource.partition("/")[0] in groups', "False",
              changed("a group is ignored")),
    RunMutant("added affinity is not looked at", node_affinity.constraint, "enforced, *clauses(pod, facts)",
              "clauses(pod, facts)", changed("added affinity binds every pod")),
    RunMutant("default constraints are not looked at", pod_topology_spread.constraint, "if pod.spec.spread:",
              "if True:", changed("pods of a service are spread")),
    RunMutant("pods of no service are spread, too", selecting.selector, "pod.labels.get(key) == value", "True",
              partial(selects.test_what_selects_a_pod, *columns(selects.CASES, "nobody's pod"))),
    RunMutant("a replica set does not select", selecting.selector, "(pod.owner_key, pod.namespace)", "(\"\", \"\")",
              partial(selects.test_what_selects_a_pod, *columns(selects.CASES, "a replica set"))),
)  # fmt: skip
