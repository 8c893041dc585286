"""Broken copies of what the descheduler decides, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model import periodic
from kubeproof.model.descheduler import (
    component,
    evictor,
    joint_spread,
    low_node_utilization,
    node_fit,
    node_taints,
    remove_duplicates,
    spread_asked,
    topology_spread,
    view,
)
from tests.model.descheduler import test_evictor as evictors
from tests.model.descheduler import test_loops as loops
from tests.model.descheduler import test_plugins as plugins
from tests.model.scheduler.mutants.runs import RunMutant


def goes(table: str, sentence: str) -> Callable[[], None]:
    """The case of a plugin's table."""
    return partial(plugins.check, next(one for one in plugins.CASES[table] if one.sentence == sentence))


def may(sentence: str) -> Callable[[], None]:
    """The case of which pods may be evicted."""
    return partial(evictors.check_may, next(one for one in evictors.MAY if one.sentence == sentence))


def fits(sentence: str) -> Callable[[], None]:
    """The case of where pods fit."""
    return partial(evictors.check_fit, next(one for one in evictors.FITS if one.sentence == sentence))


def loop(sentence: str) -> Callable[[], None]:
    """The case of a published loop."""
    return partial(loops.test_how_often_pods_are_evicted, next(one for one in loops.CASES if one.sentence == sentence))


MUTANTS = (
    RunMutant("all duplicates leave", remove_duplicates.run, "pods[most - 1 :]", "pods",
              goes("duplicates", "as many stay as fall to each node, rounded up")),
    RunMutant("images do not make pods differ", remove_duplicates.families, "one.image for one", '"" for one',
              goes("duplicates", "another image is another pod")),
    RunMutant("pods could be on nodes with any taint", remove_duplicates.target_nodes,
              "find_untolerated(node.taints, pod.spec.tolerations) is None and", "",
              goes("duplicates", "a taint that is not tolerated leaves one node, which is too few")),
    RunMutant("nodeFit is not asked of duplicates", remove_duplicates.duplicates, "evictable.allows_and_fits",
              "evictable.allows", loop("nodeFit sees that it fits nowhere else")),
    RunMutant("soft constraints count always", topology_spread.constraints, "args.hard if one.hard else args.soft",
              "args.hard or args.soft", goes("spread", "soft constraints do not count")),
    RunMutant("pods on their way out fill a domain", topology_spread.domains, "pod.meta.deleted_at is None and", "",
              goes("spread", "a pod that is being deleted does not count, even if it asks to be evicted")),
    RunMutant("whatever is more than the average leaves", topology_spread.balanced,
              ", ceil((distance - skew) / 2)", "", goes("spread", "only as many as bring the skew within it")),
    RunMutant("topologyBalanceNodeFit is always off", topology_spread.balanced, "not args.node_fit or", "True or",
              goes("spread", "pods that no other node would take stay")),
    RunMutant("each constraint is balanced alone", joint_spread.could_move, "not others or", "True or",
              loop("nor are nine where the other constraint is looked at, too")),
    RunMutant("the lowest priority leaves a domain first", topology_spread._next, "one.spec.priority)",
              "-one.spec.priority)", goes("spread", "the highest priority goes first")),
    RunMutant("tainted nodes never are domains", spread_asked.Asked.counts, "not self.constraint.honor_taints or",
              "", goes("spread", "a tainted node is an empty domain")),
    RunMutant("a node gives away pods until it is empty", low_node_utilization._goes_on, "above and", "",
              goes("utilization", "pods leave until the node is at its target")),
    RunMutant("room elsewhere does not end it", low_node_utilization._goes_on,
              "above and all(left > 0 for left in room.values())", "above",
              goes("utilization", "room elsewhere ends it")),
    RunMutant("cordoned nodes take pods", low_node_utilization.classified, "not one.node.unschedulable and", "",
              goes("utilization", "a cordoned node is no place to go")),
    RunMutant("NoExecute counts", node_taints.counts, "taint.effect != NO_SCHEDULE", "taint.effect == 'none'",
              goes("taints", "soft taints do not count")),
    RunMutant("excluded taints count", node_taints.counts, "not named & args.excluded and", "",
              goes("taints", "a taint can be left out by its key")),
    RunMutant("bare pods may go", evictor._is_bare, "not pod.meta.owners", "False", may("one that nobody owns")),
    RunMutant("the evict annotation is not heard", evictor.Evictable.allows, "EVICT in told", "False",
              may("one that asks for it, whatever protects it")),
    RunMutant("an emptyDir is no storage", evictor._has_local_storage, "or one.emptyDir is not None", "",
              may("one with an emptyDir")),
    RunMutant("a pod is evicted as often as plugins ask", evictor.Evictions.evict, "self.gone.add(key)", "pass",
              evictors.test_a_pod_is_evicted_once_in_a_pass),
    RunMutant("a limit lets one more go", evictor.Evictions.evict, "self._nodes[pod.node] + 1 >",
              "self._nodes[pod.node] >", goes("taints", "the limit of a node holds")),
    RunMutant("budgets are not asked", evictor.Evictions.evict, '"evict", key', '"delete", key',
              loops.test_a_budget_is_asked_and_a_refusal_is_not_asked_again_before_the_next_pass),
    RunMutant("what is refused counts", evictor.Evictions.evict, "len(self.view.look.refused) > refused", "False",
              loops.test_a_refused_eviction_uses_up_no_limit),
    RunMutant("a fit asks for no room", node_fit.has_room, "amount <= free[name]", "True",
              fits("one with too little")),
    RunMutant("pods on their way out leave room", view.View.pods, "not pod_state.is_terminal(one) and",
              "pod_state.is_active(one) and", fits("a pod on its way out still takes its part")),
    RunMutant("anti-affinity is not asked", node_fit.fits, "and not _repelled(view, pod, node)", "",
              fits("one with a pod that its anti-affinity means")),
    RunMutant("nodes that are not ready count", view._is_ready, 'one.status == "True"', "True",
              goes("duplicates", "a node that is not ready is no node")),
    RunMutant("with one node pods are evicted, too", component.evicted, "len(seen.nodes) <= 1", "False",
              goes("taints", "alone on a node nobody has a place to go")),
    RunMutant("plugins that balance run first", component.evicted, "profile.deschedule", "profile.balance",
              goes("taints", "a pod that does not tolerate its node's taint")),
    RunMutant("changes wake the descheduler up", periodic.periodic, "look.now < due", "False",
              loop("a duplicate that fits nowhere else is evicted at every pass")),
)  # fmt: skip
