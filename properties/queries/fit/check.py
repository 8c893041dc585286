"""Every placement decided again, pod by pod, by the value reading of the clauses: nothing is called possible before.

`broken` asks the final state: each placed pod is hidden from its own view, the others are in place. Pods of one kind on
one node see the same, so one of them is asked for all. `accepted` follows an order step by step. In large clusters
rules that look at other nodes are read as columns instead, which a property test holds equal to values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kubeproof.model.logic.column import column
from kubeproof.model.logic.terms import Term, subterms
from kubeproof.model.logic.value import value
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.findings import Rule
from kubeproof.model.scheduler.values import ClusterValues, NodeValues
from kubeproof.properties.queries.fit.greedy import Deadline
from kubeproof.properties.queries.fit.problem import Problem
from kubeproof.properties.queries.fit.shape import has_aggregate
from kubeproof.properties.queries.fit.state import Assignment

BY_VALUES = 400_000
"""Pods times nodes up to which rules that look at all nodes are read as values; beyond, as columns."""


class OutOfTime(Exception):
    """Time was up before everything was decided again."""


def broken(problem: Problem, placement: Assignment, late: Deadline) -> Iterator[tuple[str, Rule]]:
    """The placed pods of which a rule does not hold where they are, each with its first such rule; or OutOfTime."""
    final = _Final(problem.snapshot, placement)
    if len(placement) * len(problem.snapshot.nodes) > BY_VALUES:
        final.columns = ClusterColumns(final.snapshot)
    for kind in problem.kinds:
        by_node: dict[str, list[Pod]] = {}
        for pod in kind.pods:
            if pod.key in placement:
                by_node.setdefault(placement[pod.key], []).append(pod)
        for node, pods in by_node.items():
            if late():
                raise OutOfTime
            failed = final.failed(pods[0], node, kind.rules)
            if failed is not None:
                yield from ((pod.key, failed) for pod in pods)


def accepted(problem: Problem, placement: Assignment, late: Deadline) -> bool:
    """Whether the filters accept each pod at its node beside those before it, in the placement's own order.

    Rules about the node alone are read as values, rules that look at other nodes as columns. False where time is up.
    """
    values = ClusterValues(problem.snapshot)
    columns = ClusterColumns(problem.snapshot)
    on = {node.node.name: node for node in values.nodes}
    kind_of = {pod.key: (kind, pod) for kind in problem.kinds for pod in kind.pods}
    wide: dict[Term, bool] = {}
    for key, node in placement.items():
        if late():
            return False
        kind, pod = kind_of[key]
        seen = NodeValues(on[node].node, on[node].pods, values)
        for rule in kind.rules:
            holds = rule.clause.holds
            if holds not in wide:
                wide[holds] = has_aggregate(holds)
            if not (column(holds, columns)[columns.index[node]] if wide[holds] else value(holds, seen)):
                return False
        on[node].pods = [*on[node].pods, msgspec.structs.replace(pod, node=node)]
        columns.place(pod, node)
    return True


class _Final:
    """A snapshot with the placed pods in place, to be seen by one of them at a time."""

    def __init__(self, snapshot: Snapshot, placement: Mapping[str, str]) -> None:
        moved = (
            msgspec.structs.replace(pod, node=placement[pod.key]) if pod.key in placement else pod
            for pod in snapshot.pods
        )
        self.snapshot = msgspec.structs.replace(snapshot, pods=tuple(moved))
        self.bare = msgspec.structs.replace(snapshot, pods=())
        self.everyone = ClusterValues(self.snapshot)
        self.at = {node.node.name: at for at, node in enumerate(self.everyone.nodes)}
        self.columns: ClusterColumns | None = None
        self.known: set[Term] = set()
        self._wide: dict[Term, bool] = {}

    def failed(self, pod: Pod, node: str, rules: Sequence[Rule]) -> Rule | None:
        """The first rule of a placed pod that does not hold at its node, with the pod itself not seen."""
        near = [rule for rule in rules if not self.wide(rule.clause.holds)]
        far = [rule for rule in rules if self.wide(rule.clause.holds)]
        here = self.everyone.nodes[self.at[node]]
        others = [other for other in here.pods if other.key != pod.key]
        seen = NodeValues(here.node, others, self.everyone)
        for rule in near:
            if not value(rule.clause.holds, seen):
                return rule
        if self.columns is not None:
            return self.failed_in_columns(pod, node, far)
        return self.failed_wide(node, others, far) if far else None

    def failed_in_columns(self, pod: Pod, node: str, rules: Sequence[Rule]) -> Rule | None:
        """The same in columns, in which the pod is taken off its node and put back."""
        assert self.columns is not None
        columns, at = self.columns, self.at[node]
        columns.place(pod, node, -1)
        failed = next((rule for rule in rules if not column(rule.clause.holds, columns)[at]), None)
        columns.place(pod, node)
        return failed

    def failed_wide(self, node: str, pods: Sequence[Pod], rules: Sequence[Rule]) -> Rule | None:
        """The first rule that does not hold at a node with these pods on it, the others being as everyone sees them."""
        parts = list(subterms(*(rule.clause.holds for rule in rules)))
        for term in parts:
            if not self.wide(term) and term not in self.known:
                self.known.add(term)
                for seen in self.everyone.nodes:
                    value(term, seen)
        view = _View(self, self.at[node], pods)
        failed = next((rule for rule in rules if not value(rule.clause.holds, view.node)), None)
        # What is read off one node alone stays known; the rest was true in this view only.
        for term in filter(self.wide, parts):
            for seen in self.everyone.nodes:
                seen.memo.pop(term, None)
        return failed

    def wide(self, term: Term) -> bool:
        """Whether the term looks at other nodes too."""
        if term not in self._wide:
            self._wide[term] = has_aggregate(term)
        return self._wide[term]


class _View(ClusterValues):
    """The cluster with one node's pods replaced; what is read off the other nodes alone is known from `final`."""

    def __init__(self, final: _Final, at: int, pods: Sequence[Pod]) -> None:
        super().__init__(final.bare)
        for mine, seen in zip(self.nodes, final.everyone.nodes, strict=True):
            mine.pods, mine.memo = seen.pods, seen.memo
        self.node = self.nodes[at]
        self.node.pods, self.node.memo = pods, {}
