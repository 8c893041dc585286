"""Where new pods are put so far, with all that decides where the next may go kept up to date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Column, column
from kubeproof.model.logic.terms import NO_MINIMUM
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.properties.queries.fit.problem import Problem, Skew

Assignment = dict[str, str]
"""The node of each placed pod, by the pod's key."""


class Move(NamedTuple):
    """A pod of a kind onto a node (both by number)."""

    kind: int
    node: int


class _Tables(NamedTuple):
    """For each kind: the resources it needs, the counts it is counted in, and the spread rules of others that mind."""

    needed: list[Column]
    counted: list[list[int]]
    watched: list[list[tuple[int, Skew]]]


def _tables(problem: Problem) -> _Tables:
    holders: dict[int, list[tuple[int, Skew]]] = {}
    for number, kind in enumerate(problem.kinds):
        for skew in kind.spread:
            holders.setdefault(skew.of, []).append((number, skew))
    counted: list[list[int]] = [[] for _ in problem.kinds]
    watched: list[list[tuple[int, Skew]]] = [[] for _ in problem.kinds]
    for of, domains in enumerate(problem.domains):
        for number in np.flatnonzero(domains.counted).tolist():
            counted[number].append(of)
            # Who obeys the very same rule need not mind others that do.
            own = {skew.most for skew in problem.kinds[number].spread if skew.of == of}
            watched[number] += [
                (who, skew) for who, skew in holders.get(of, ()) if who != number and skew.most not in own
            ]
    return _Tables([np.flatnonzero(kind.needs) for kind in problem.kinds], counted, watched)


class State:
    """A partial placement: `at` counts pods by kind and node."""

    def __init__(self, problem: Problem, tables: _Tables | None = None) -> None:
        self.problem = problem
        self.size = problem.free.shape[1]
        self.at = np.zeros((len(problem.kinds), self.size), np.int64)
        self.free = problem.free.copy()
        self.counts = [domains.base.copy() for domains in problem.domains]
        self.moves: list[Move] = []
        self._tables = tables or _tables(problem)
        # Rules of a shape that cannot be counted are read as columns, which then must follow every placement.
        self._columns = ClusterColumns(problem.snapshot) if any(kind.other for kind in problem.kinds) else None

    def place(self, number: int, node: int, times: int = 1) -> None:
        """Puts a pod of a kind on a node, or with `times=-1` takes one away."""
        kind = self.problem.kinds[number]
        self.at[number, node] += times
        self.free[:, node] -= times * kind.needs
        for count in self._tables.counted[number]:
            domain = self.problem.domains[count].add[node]
            if domain >= 0:
                self.counts[count][domain] += times
        if self._columns is not None:
            self._columns.place(kind.pods[0], self._columns.nodes[node].name, times)
        if times > 0:
            self.moves.append(Move(number, node))

    def copy(self) -> State:
        """One of its own with the same pods in place."""
        found = State(self.problem, self._tables)
        for number, node in np.argwhere(self.at > 0).tolist():
            for _ in range(int(self.at[number, node])):
                found.place(number, node)
        return found

    def open(self, number: int) -> Column:
        """The nodes at which one more pod of a kind is accepted now, and breaks no rule of one already placed."""
        kind = self.problem.kinds[number]
        found = self.fits(number)
        for alone in kind.alone:
            found &= self.here(alone.of) <= 0
        for skew in kind.spread:
            found &= self.here(skew.of) + (skew.own - self.fewest(skew)) <= skew.most
        for near in kind.near:
            with_company = self.here(near.of) > 0
            found &= with_company | (near.first is not None and not self.counts[near.first].any())
        for holder, skew in self._tables.watched[number]:
            found &= self._keeps(holder, skew, number)
        if self._columns is not None:
            for rule in kind.other:
                found &= column(rule.clause.holds, self._columns)
        return found

    def fits(self, number: int) -> Column:
        """The nodes that could take a pod of the kind as far as nothing but resources is in its way."""
        needed = self._tables.needed[number]
        needs = self.problem.kinds[number].needs[needed]
        return self.problem.kinds[number].eligible & (self.free[needed] >= needs[:, None]).all(axis=0)

    def here(self, count: int) -> Column:
        """A count at each node: that of its domain, 0 where it has none."""
        return np.append(self.counts[count], 0)[self.problem.domains[count].read]

    def fewest(self, skew: Skew) -> int:
        """The least count of any domain, as the rule takes it."""
        active = self.problem.domains[skew.of].active
        if active.sum() < skew.min_domains:
            return 0
        return int(self.counts[skew.of][active].min()) if active.any() else NO_MINIMUM

    def assignment(self) -> Assignment:
        """The node of each placed pod: the first pods of each kind, in node order."""
        names = [node.name for node in self.problem.snapshot.nodes]
        found = {}
        for kind, row in zip(self.problem.kinds, self.at, strict=True):
            places = np.repeat(np.arange(self.size), row)
            found.update({pod.key: names[node] for pod, node in zip(kind.pods, places.tolist(), strict=False)})
        return found

    @property
    def placed(self) -> int:
        """How many pods are placed."""
        return int(self.at.sum())

    def left(self, number: int) -> int:
        """How many pods of a kind are not placed."""
        return self.problem.kinds[number].size - int(self.at[number].sum())

    def _keeps(self, holder: int, skew: Skew, number: int) -> Column:
        """Where one more pod of a kind leaves another kind's spread rule true for the pods of that kind."""
        domains = self.problem.domains[skew.of]
        present = np.zeros(len(domains.base) + 1, np.bool_)
        present[domains.read[self.at[holder] > 0]] = True
        outside = domains.add < 0
        allowed = skew.most + self.fewest(skew) + (0 if domains.counted[holder] else -skew.own)
        return outside | ~present[domains.read] | (self.here(skew.of) + 1 <= allowed)
