"""Sets of edits that might place a pod: for each node one edit against each requirement that it fails, cheapest first.

Nodes of one class are alike but for amounts, so of a large class only those are looked at that come nearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import NamedTuple

from kubeproof.model.logic.terms import AGGREGATES, Op, subterms
from kubeproof.model.logic.value import value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.cycle import Cycle, Decision
from kubeproof.model.scheduler.open_node import Free
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.queries import edits_cluster, edits_pod
from kubeproof.properties.queries.details import Reader
from kubeproof.properties.queries.edits import PRICES, UNIT, Edit
from kubeproof.properties.queries.edits_pod import Asking
from kubeproof.properties.queries.requirements import Requirement, requirements

ALL_OF = 64
"""Clusters of so many nodes are looked at node by node."""

WAYS = 600
"""So many combinations of edits are made for one node at most."""

CLASSES = 60
"""Of so many classes are candidates made at most: those that fail the fewest requirements."""


class Candidate(NamedTuple):
    """Edits that together answer every requirement that a node fails."""

    edits: tuple[Edit, ...]

    @property
    def cost(self) -> int:
        """In thousandths of a price."""
        return sum(edit.cost for edit in self.edits)

    @property
    def order(self) -> tuple[int, int, tuple[str, ...]]:
        """Cheapest first, then the fewest edits, then by their texts."""
        return self.cost, len(self.edits), tuple(edit.text for edit in self.edits)


class Candidates(NamedTuple):
    """Candidates, cheapest first. Of those that cost less than `sure`, none is missing."""

    found: tuple[Candidate, ...]
    sure: int


ALWAYS = 1 << 60

INDIRECT: Mapping[str, frozenset[str]] = {
    "PodTopologySpread": frozenset(
        ("spread", "toleration", "node selector", "node selector value", "node affinity", "node affinity value")
    ),
    "InterPodAffinity": frozenset(("affinity",)),
}
"""Requirements that count at other nodes, and the kinds of edits of the pod that change what they count there: which
nodes a spread constraint includes, and which pods all affinity terms mean together."""


def candidates(cycle: Cycle, decision: Decision) -> Candidates:
    """All candidates for a pod that was refused, as far as the bounds of this module go."""
    making = _Making(cycle, decision)
    sets: dict[frozenset[str], Candidate] = {}
    for edits in making.all():
        own = tuple(sorted({edit.text: edit for edit in edits}.values(), key=lambda edit: (edit.cost, edit.text)))
        sets.setdefault(frozenset(edit.text for edit in own), Candidate(own))
    return Candidates(tuple(sorted(sets.values(), key=lambda one: one.order)), making.sure)


class _Making:
    """Candidates for one pod at each node that is looked at; `sure` falls where something is left out."""

    def __init__(self, cycle: Cycle, decision: Decision) -> None:
        self.cycle, self.pod, self.snapshot = cycle, decision.pod, decision.snapshot
        self.reader = Reader(self.snapshot, cycle.columns_for(self.pod))
        self.rules = decision.findings.rules
        self.made = requirements(self.rules)
        of = {at: place for place, one in enumerate(self.made) for at in one.clauses}
        found = decision.findings.classes
        everywhere = frozenset.intersection(*(frozenset(one.failing) for one in found)) if found else frozenset()
        counting = {
            at for at, rule in enumerate(self.rules) if rule.clause.stage is not Stage.REJECT or at in everywhere
        }
        classes = [(one.nodes, sorted({of[at] for at in counting.intersection(one.failing)})) for one in found]
        self.classes = sorted((one for one in classes if one[1]), key=lambda one: len(one[1]))
        self.on: dict[str, list[Pod]] = {}
        # Of what fails only beside nominated pods no edit is made, so something cheaper may be missing.
        terms = [rule.clause.holds for at, rule in enumerate(self.rules) if at in counting]
        self._local = [term for term in terms if not any(part.op in AGGREGATES for part in subterms(term))]
        self.sure = 0 if any(True for _ in cycle.beside_nominated(self.pod)) else ALWAYS
        mine = self.pod.spec.priority
        lower = (pod for pod in self.snapshot.pods if pod.spec.priority < mine and pod.node)
        self.evicts = any(edits_cluster.may_go(pod, self.pod) for pod in lower)
        if self.evicts:
            self.sure = min(self.sure, 2 * PRICES["remove pod"] * UNIT)

    def all(self) -> Iterator[Sequence[Edit]]:
        """Every candidate's edits, in no order."""
        if settled := edits_cluster.replicas(self.pod, self.snapshot):
            yield [settled]
        chosen = [(self._nearest(nodes, failing), failing) for nodes, failing in self.classes[:CLASSES]]
        if len(self.classes) > CLASSES:
            self.sure = 0
        wanted = {node for nodes, _ in chosen for node in nodes}
        if self.evicts:
            for pod in self.snapshot.pods:
                if pod.node in wanted:
                    self.on.setdefault(pod.node, []).append(pod)
        ways = [
            (failing, [self._options(self.made[place], self._node(name)) for place in failing])
            for nodes, failing in chosen
            for name in nodes
        ]
        self._widen(ways)
        for _, way in ways:
            yield from self._together(way)
        yield from ([edit] for edit in edits_cluster.new_nodes(self.pod, self.snapshot, self._may_fit))

    def _may_fit(self, node: Node) -> bool:
        """Whether an empty node meets every requirement for which other nodes do not matter."""
        alone = ClusterValues(Snapshot(nodes=(node,), storage=self.snapshot.storage)).nodes[0]
        return all(value(term, alone) for term in self._local)

    def _node(self, name: str) -> Node:
        return self.snapshot.nodes[self.reader.columns.index[name]]

    def _widen(self, ways: Sequence[tuple[Sequence[int], list[list[Edit]]]]) -> None:
        """Adds to what may answer a requirement about other nodes: edits that change which nodes and pods it counts."""
        counting = [place for place, one in enumerate(self.made) if _counts_elsewhere(one)]
        if not any(place in failing for failing, _ in ways for place in counting):
            return
        self.sure = min(self.sure, PRICES["label"] * UNIT)
        if self.reader.columns.size > ALL_OF:
            self.sure = 0
            return
        whole = [edit for place in counting for edit in self._options(self.made[place], self.snapshot.nodes[0])]
        every = {edit.text: edit for _, way in ways for options in way for edit in options} | {e.text: e for e in whole}
        for failing, way in ways:
            for place, options in zip(failing, way, strict=True):
                if place in counting:
                    kinds, own = INDIRECT[self.made[place].plugin], {edit.text for edit in options}
                    options.extend(
                        edit for text, edit in sorted(every.items()) if edit.kind in kinds and text not in own
                    )

    def _together(self, ways: list[list[Edit]]) -> Iterator[Sequence[Edit]]:
        """One edit for each requirement that a node fails; none, where nothing answers one of them."""
        if prod(map(len, ways)) > WAYS:
            self.sure = 0
            ways = [way[: 2 if len(ways) < 10 else 1] for way in ways]
        return product(*ways)

    def _options(self, requirement: Requirement, node: Node) -> list[Edit]:
        terms = tuple(self.rules[at].clause.holds for at in requirement.clauses)
        asking = Asking(self.pod, requirement.plugin, requirement.where, terms, node, self.reader)
        found = [*edits_pod.options(asking), *edits_cluster.options(asking)]
        if self.evicts:
            found.extend(edits_cluster.removals(asking, self.on.get(node.name, ()), self.snapshot.pods))
        return sorted(found, key=lambda edit: (edit.cost, edit.text))

    def _nearest(self, nodes: Sequence[str], failing: Iterable[int]) -> Sequence[str]:
        """The nodes of a class that come nearest to each requirement that amounts decide, and the first."""
        if self.reader.columns.size <= ALL_OF:
            return nodes
        near = {nodes[0]: None}
        amounts = 0
        for term in (self.rules[at].clause.holds for place in failing for at in self.made[place].clauses):
            if term.op is Op.LE and isinstance(term.args[1].data, Free):
                near[max(nodes, key=partial(self.reader.at, term.args[1]))] = None
                amounts += 1
            elif term.op is Op.LE and term.args[0].op is not Op.CONST:
                near[min(nodes, key=partial(self.reader.at, term.args[0]))] = None
        if amounts > 1:
            self.sure = 0
        return list(near)


def _counts_elsewhere(requirement: Requirement) -> bool:
    """Whether edits against other requirements change what this one counts; an anti-affinity term counts by itself."""
    return requirement.plugin == "PodTopologySpread" or ".podAffinity." in requirement.where
