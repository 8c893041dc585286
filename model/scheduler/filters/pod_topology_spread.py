"""Pods of a kind spread evenly over domains: kube-scheduler's PodTopologySpread filter (v1.34).

Left out: whenUnsatisfiable ScheduleAnyway and the scheduler's own default constraints, which only score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from kubeproof.model.logic.terms import Term, all_of, distinct, least, sum_in
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters import node_affinity, taint_toleration
from kubeproof.model.scheduler.open_node import Matching, has_label, has_taint, pods

MISSING_LABEL = "node(s) didn't match pod topology spread constraints (missing required label)"
SKEWED = "node(s) didn't match pod topology spread constraints"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """Two clauses for each hard constraint: the node has the topology key, and the skew stays within maxSkew."""
    yield from _spread(pod, facts, pod.spec.spread, "spec.topologySpreadConstraints")


def _spread(pod: Pod, facts: Facts, constraints: Sequence[SpreadConstraint], path: str) -> Iterator[Clause]:
    hard = [(index, c) for index, c in enumerate(constraints) if c.hard]
    has_all_keys = all_of(has_label(c.topology_key) for _, c in hard)
    for index, constraint in hard:
        where = f"{path}[{index}]"
        key = constraint.topology_key
        rule = f"{key} spread (maxSkew {constraint.max_skew})"
        yield Clause(has_label(key), MISSING_LABEL, False, where, rule)
        counted = has_all_keys & included(pod, constraint, facts)
        here = sum_in(key, counted.then(alike(pod, constraint), 0))
        me = int(constraint.selector.matches(pod.labels))
        fewest = (distinct(key, counted) < constraint.min_domains).then(0, least(here, counted))
        yield Clause(here + me - fewest <= constraint.max_skew, SKEWED, True, where, rule)


def alike(pod: Pod, constraint: SpreadConstraint) -> Term:
    """The pods on a node that count; an empty selector counts none (countPodsMatchSelector)."""
    mine = frozenset({pod.namespace})
    return pods(Matching((PodAffinityTerm("", constraint.selector, mine, NOTHING),), alive=True))


def included(pod: Pod, constraint: SpreadConstraint, facts: Facts) -> Term:
    """Whether a node is part of a domain at all: nodeAffinityPolicy and nodeTaintsPolicy."""
    selected = node_affinity.matches(pod) if constraint.honor_affinity else True
    taints = taint_toleration.blocking(pod, facts) if constraint.honor_taints else ()
    return all_of((selected, *(~has_taint(taint) for taint in taints)))


def moved(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod that some hard constraint means may help, whether it came or left."""
    return _means(other, pod, pod.spec.spread)


def _means(other: Pod, pod: Pod, constraints: Sequence[SpreadConstraint]) -> bool:
    return other.namespace == pod.namespace and any(
        one.hard and one.selector.matches(other.labels) for one in constraints
    )


def node_moved(pod: Pod, node: Node, facts: Facts) -> bool:
    """A node that has the keys of all hard constraints may help, whether it came or left."""
    return _counts(node, pod.spec.spread)


def _counts(node: Node, constraints: Sequence[SpreadConstraint]) -> bool:
    return all(one.topology_key in node.labels for one in constraints if one.hard)


POD_TOPOLOGY_SPREAD = Constraint(
    "PodTopologySpread", clauses, came=moved, left=moved, node_came=node_moved, node_left=node_moved
)
DEFAULTS = "profile: PodTopologySpread defaultConstraints"


def constraint(defaults: tuple[SpreadConstraint, ...] | None) -> Constraint:
    """The plugin where a profile lists constraints for pods that have none; None are the scheduler's own."""
    if not any(one.hard for one in defaults or ()):
        return POD_TOPOLOGY_SPREAD

    def own(pod: Pod, facts: Facts) -> Sequence[SpreadConstraint]:
        selector = facts.default_selector(pod)
        return () if selector.is_everything else [replace(one, selector=selector) for one in defaults or ()]

    def with_defaults(pod: Pod, facts: Facts) -> Iterator[Clause]:
        if pod.spec.spread:
            yield from clauses(pod, facts)
        else:
            yield from _spread(pod, facts, own(pod, facts), DEFAULTS)

    def moved_by_defaults(pod: Pod, other: Pod, facts: Facts) -> bool:
        return _means(other, pod, pod.spec.spread or own(pod, facts))

    def node_moved_by_defaults(pod: Pod, node: Node, facts: Facts) -> bool:
        return _counts(node, pod.spec.spread or own(pod, facts))

    return Constraint(
        POD_TOPOLOGY_SPREAD.name,
        with_defaults,
        came=moved_by_defaults,
        left=moved_by_defaults,
        node_came=node_moved_by_defaults,
        node_left=node_moved_by_defaults,
    )
