"""Broken copies of what the cluster autoscaler decides, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.cluster_autoscaler import component, draining, movable, scale_down, scale_up
from tests.model.cluster_autoscaler import test_rules as rules
from tests.model.cluster_autoscaler import test_stories as stories
from tests.model.scheduler.mutants.runs import RunMutant


def moves(sentence: str) -> Callable[[], None]:
    """The case of whether pods may be moved."""
    return partial(rules.check_move, next(one for one in rules.MOVES if one.sentence == sentence))


def asks(sentence: str) -> Callable[[], None]:
    """The case of which pods ask for a node."""
    return partial(rules.check_waiting, *next(row[1:] for row in rules.WAITING if row[0] == sentence))


def up(sentence: str) -> Callable[[], None]:
    """The case of which nodes are asked for."""
    return partial(rules.check_up, next(one for one in rules.UPS if one.sentence == sentence))


def down(sentence: str) -> Callable[[], None]:
    """The case of which nodes are not needed."""
    return partial(rules.check_down, next(one for one in rules.DOWNS if one.sentence == sentence))


def drains(sentence: str) -> Callable[[], None]:
    """The case of how a drain goes on."""
    return partial(stories.check_drain, *next(row[1:] for row in stories.DRAINS if row[0] == sentence))


MUTANTS = (
    RunMutant("bare pods are moved", movable._blocks, "owner is None or", "owner is not None and",
              moves("one that nobody owns")),
    RunMutant("the annotation that it may go is not read", movable._blocks, 'told.get(SAFE) == "true"', "False",
              moves("unless it says that it may be evicted")),
    RunMutant("the annotation that it may not is not read", movable._blocks, 'told.get(SAFE) == "false"', "False",
              moves("one that says that it may not")),
    RunMutant("budgets are asked for one pod alone", movable.blocked,
              "sum(budget.guards(pod.meta) for pod in pods)", "1",
              moves("two where it lets go of one")),
    RunMutant("memory is storage", movable.has_local_storage, 'one.emptyDir.medium != "Memory"', "True",
              moves("in memory it is none")),
    RunMutant("pods of DaemonSets are moved", movable.stays, 'owner.kind == "DaemonSet"', "False",
              moves("one of a DaemonSet goes with its node")),
    RunMutant("pods that wait for anything ask for nodes", scale_up.unschedulable,
              '(said.status, said.reason) == ("False", "Unschedulable")', "True", asks("one that is gated")),
    RunMutant("expendable pods ask for nodes", scale_up.unschedulable, "pod.spec.priority >= EXPENDABLE", "True",
              asks("one that is expendable")),
    RunMutant("each pod has a node of its own", scale_up._option, "bool(names) and placed(board, key)", "False",
              up("two that share one")),
    RunMutant("a group grows beyond its size", scale_up._option, "len(names) < room", "True",
              up("no more than there may be")),
    RunMutant("the smallest pods are packed first", scale_up._option, "-_size(", "_size(",
              up("the largest are packed first")),
    RunMutant("waste does not matter", scale_up.best, "least = min(map(_waste, options))",
              "least = _waste(options[0])", up("the group with the least waste")),
    RunMutant("nominated pods ask for nodes", scale_up.settled, "pod.nominated and not pod.node", "False",
              up("one that is nominated has its place")),
    RunMutant("half used is hardly used", scale_down.unneeded, ">= policy.threshold", "> policy.threshold",
              down("one that is asked for half of what it has")),
    RunMutant("pods do not have to fit elsewhere", scale_down.unneeded, "if without is not None:",
              "if without is None:", down("one whose pods fit elsewhere")),
    RunMutant("nodes that are not needed take pods", scale_down.unneeded, "snapshot = without", "pass",
              down("two that cannot both go")),
    RunMutant("what was moved to a node is forgotten", scale_down.moved, "pod.key not in going",
              "pod.key in {f'{one.meta.namespace}/{one.meta.name}' for one in pods}",
              down("what was moved to a node has to leave it, too")),
    RunMutant("machines that start are not counted", component._coming, "if one.group == group.name", "if False",
              stories.check_growth),
    RunMutant("nodes that start are not counted", component._coming, "and fresh and starting", "and False",
              partial(stories.check_starting, 5, 0)),
    RunMutant("nodes go at once", component._scaled_down, "look.now - one.since < policy.unneeded_time", "False",
              stories.check_drained),
    RunMutant("nodes go soon after others came", component._scaled_down, "policy.delay_after_add", "0",
              stories.check_delay),
    RunMutant("nodes go with pods on them", draining.drained, "if not pods:", "if True:",
              drains("a pod that is left is asked again")),
    RunMutant("a drain never fails", draining.drained, "left and look.now - one.since >= EVICTION_TIME", "False",
              drains("one that cannot be evicted for two minutes ends it")),
)  # fmt: skip
