"""How good the nodes are that fit: what each score plugin gives them, and which come out best (v1.34, RunScorePlugins).

Read as values or as columns; both give the same `Ranking`, and a property test holds them equal.
Left out: extenders, sampling of nodes, and the choice among the best, which kube-scheduler leaves to chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

import numpy as np

from kubeproof.model.logic.column import Column, Memo, column
from kubeproof.model.logic.terms import TRUE, Term
from kubeproof.model.logic.value import value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Cycle, Decision
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.score import Points
from kubeproof.model.scheduler.scores.plugins import SCORES
from kubeproof.model.scheduler.values import ClusterValues


class Judge(NamedTuple):
    """A score plugin with its weight, and what it gives for one pod."""

    plugin: str
    weight: int
    points: Points


class Marks(NamedTuple):
    """What a plugin gives each feasible node, in node order: its own score, and that as 0 to 100, yet unweighed."""

    plugin: str
    weight: int
    raw: Column
    normal: Column


class Names(Sequence[str]):
    """The names of the nodes at some places; looked up when asked for, as of many only one may be."""

    def __init__(self, nodes: Sequence[Node], places: Column) -> None:
        self._nodes, self._places = nodes, places

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return Names(self._nodes, self._places[at])
        return self._nodes[int(self._places[at])].name

    def __iter__(self) -> Iterator[str]:
        return (self._nodes[at].name for at in self._places.tolist())

    def __len__(self) -> int:
        return len(self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(list(self))


class Ranking(NamedTuple):
    """The feasible nodes (`places` among `nodes`), what each plugin that scored gives them, and their totals."""

    nodes: Sequence[Node]
    places: Column
    marks: Sequence[Marks]
    totals: Column

    @property
    def names(self) -> Sequence[str]:
        """The feasible nodes, in node order."""
        return [self.nodes[at].name for at in self.places.tolist()]

    @property
    def best(self) -> Sequence[str]:
        """The nodes with the highest total, of which kube-scheduler takes any."""
        return Names(self.nodes, self.places[self.totals == self.totals.max(initial=0)])

    def table(self) -> Mapping[str, Mapping[str, tuple[int, int, int]]]:
        """For each feasible node and each plugin that scored: its score, that as 0 to 100, and that weighed."""
        found: dict[str, dict[str, tuple[int, int, int]]] = {name: {} for name in self.names}
        for plugin, weight, raw, normal in self.marks:
            for name, own, of_100 in zip(found, raw.tolist(), normal.tolist(), strict=True):
                found[name][plugin] = (own, of_100, of_100 * weight)
        return found


def judges(pod: Pod, facts: Facts, weights: Iterable[tuple[str, int]], args: Args) -> Sequence[Judge]:
    """The plugins that score for a pod, in their order; which of them PreScore skips by the cluster is yet open."""
    asked = ((name, weight, SCORES[name].points(pod, facts, args)) for name, weight in weights)
    return [Judge(name, weight, points) for name, weight, points in asked if points]


def rank(decision: Decision, cycle: Cycle, profile: Profile | None = None) -> Ranking:
    """The ranking of the nodes on which a pod fits; there may be none."""
    profile = profile or Profile()
    columns = cycle.columns_for(decision.pod)
    feasible = np.zeros(columns.size, dtype=np.bool_)
    feasible[[columns.index[name] for name in decision.feasible]] = True
    return by_columns(judges(decision.pod, cycle.facts, profile.weights, profile.args), columns, feasible)


def by_columns(asked: Sequence[Judge], columns: ClusterColumns, feasible: Column, memo: Memo | None = None) -> Ranking:
    """The ranking, all nodes at a time; terms found in `memo` are not read again."""
    env, memo, places = columns.among(feasible), memo or Memo(), np.flatnonzero(feasible)
    return _ranking(asked, columns.nodes, places, lambda term: column(term, env, memo)[places])


def by_values(asked: Sequence[Judge], cluster: ClusterValues) -> Ranking:
    """The ranking, one node and one term at a time."""
    among = [at for at, node in enumerate(cluster.nodes) if node.node.name in cluster.feasible]
    nodes = [node.node for node in cluster.nodes]

    def read(term: Term) -> Column:
        return np.array([value(term, cluster.nodes[at]) for at in among])

    return _ranking(asked, nodes, np.array(among, dtype=np.int64), read)


def _ranking(asked: Sequence[Judge], nodes: Sequence[Node], places: Column, read: Callable[[Term], Column]) -> Ranking:
    totals = np.zeros(len(places), dtype=np.int64)
    marks = []
    for plugin, weight, points in asked if len(places) else ():
        if points.given is TRUE or read(points.given)[0]:
            normal = read(points.normal)
            raw = normal if points.raw is points.normal else read(points.raw)
            marks.append(Marks(plugin, weight, raw, normal))
            totals = totals + normal * weight
    return Ranking(nodes, places, marks, totals)
