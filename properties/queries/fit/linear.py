"""All kinds on all nodes at once, as integers with linear rules; solvers read the rows (integers.py, prove.py).

Every row is implied by the clauses, so that rows without a solution refute. Not told: rules of other shapes (see
shape.py), and company where a pod might be the first of its kind, so that a solution must be decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from math import gcd
from typing import NamedTuple

import msgspec
import numpy as np

from kubeproof.model.logic.column import Column
from kubeproof.properties.queries.fit.problem import Company, Problem, Skew
from kubeproof.properties.queries.fit.refute import capacity


class Placed(msgspec.Struct, frozen=True):
    """All pods of a kind have a place."""

    kind: int


class Room(msgspec.Struct, frozen=True):
    """No node gives more of a resource than it has free."""

    resource: int


class Separate(msgspec.Struct, frozen=True):
    """Where pods keep each other out of the domains of count number `of`."""

    of: int


Why = Placed | Room | Separate | Skew | Company


class Row(NamedTuple):
    """low <= sum of weights * variables <= high (None: no bound), and what asks for it."""

    columns: Column
    weights: Column
    low: int | None
    high: int | None
    why: Why


class Linear:
    """Variables by number, from 0 to `upper`: how many pods of a kind are on a node, then what the rules add."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        caps = np.array([capacity(problem, number) for number in range(len(problem.kinds))], np.int64)
        self.caps = caps.reshape(len(problem.kinds), problem.free.shape[1])
        self.of = np.full(self.caps.shape, -1, np.int64)
        self.of[self.caps > 0] = np.arange(int((self.caps > 0).sum()))
        self.upper: list[int] = self.caps[self.caps > 0].tolist()
        self.rows: list[Row] = []

    def build(self) -> Linear:
        """Itself, with all rows."""
        self._demands()
        self._resources()
        self._alone()
        self._spread()
        self._near()
        return self

    @property
    def size(self) -> int:
        """How many variables there are."""
        return len(self.upper)

    def places(self) -> Iterable[tuple[int, int, int]]:
        """Kind, node and variable of each pair that can be."""
        for number, node in np.argwhere(self.of >= 0).tolist():
            yield number, node, int(self.of[number, node])

    def limits(self, number: int, node: int) -> int:
        """The resource that bounds how many pods of a kind a node takes."""
        needs = self.problem.kinds[number].needs
        needed = np.flatnonzero(needs)
        return int(needed[np.argmin(self.problem.free[needed, node] // needs[needed])])

    def _variable(self, upper: int) -> int:
        self.upper.append(upper)
        return self.size - 1

    def _row(
        self,
        why: Why,
        columns: Column,
        low: int | None,
        high: int | None,
        *more: tuple[int, int],
        weights: Column | None = None,
    ) -> None:
        extra = np.array([at for at, _ in more], np.int64)
        own = np.ones(len(columns), np.int64) if weights is None else weights
        added = np.array([weight for _, weight in more], np.int64)
        self.rows.append(Row(np.concatenate([columns, extra]), np.concatenate([own, added]), low, high, why))

    def _within(self, kinds: Sequence[int], codes: Column, domain: int) -> Column:
        """The variables of these kinds on the nodes of a domain."""
        found = self.of[np.ix_(np.asarray(kinds, np.int64), np.flatnonzero(codes == domain))].ravel()
        return found[found >= 0]

    def _reach(self, columns: Column) -> int:
        return sum(self.upper[at] for at in columns.tolist())

    def _demands(self) -> None:
        for number, kind in enumerate(self.problem.kinds):
            self._row(Placed(number), self.of[number][self.of[number] >= 0], kind.size, kind.size)

    def _resources(self) -> None:
        needs = np.array([kind.needs for kind in self.problem.kinds], np.int64).reshape(len(self.problem.kinds), -1)
        for resource, free in enumerate(self.problem.free):
            for node, room in enumerate(free.tolist()):
                kinds = np.flatnonzero((self.of[:, node] >= 0) & (needs[:, resource] > 0))
                weights = needs[kinds, resource]
                if kinds.size and int((weights * self.caps[kinds, node]).sum()) > room:
                    unit = reduce(gcd, weights.tolist())
                    self._row(Room(resource), self.of[kinds, node], None, room // unit, weights=weights // unit)

    def _alone(self) -> None:
        for of, domains in enumerate(self.problem.domains):
            holders = {n for n, kind in enumerate(self.problem.kinds) if any(rule.of == of for rule in kind.alone)}
            if not holders:
                continue
            counted = set(np.flatnonzero(domains.counted).tolist())
            why = Separate(of)
            for domain in range(len(domains.base)):
                mutual = self._within(sorted(holders & counted), domains.read, domain)
                if self._reach(mutual) > 1:
                    self._row(why, mutual, None, 1)
                only_counted = self._within(sorted(counted - holders), domains.add, domain)
                only_holders = self._within(sorted(holders - counted), domains.read, domain)
                self._either(why, np.concatenate([mutual, only_holders]), only_counted)
                self._either(why, only_holders, mutual)

    def _either(self, why: Why, some: Column, others: Column) -> None:
        """Not both: one of the sums is 0."""
        if some.size and others.size:
            choice = self._variable(1)
            self._row(why, some, None, 0, (choice, -self._reach(some)))
            self._row(why, others, None, self._reach(others), (choice, self._reach(others)))

    def _present(self, why: Why, number: int, codes: Column, domain: int) -> int | None:
        """A variable that is 1 where some pod of the kind is in the domain; None where none can be."""
        mine = self._within([number], codes, domain)
        if not mine.size:
            return None
        here = self._variable(1)
        self._row(why, mine, None, 0, (here, -min(self._reach(mine), self.problem.kinds[number].size)))
        return here

    def _spread(self) -> None:
        done: set[tuple[int, int]] = set()
        for number, kind in enumerate(self.problem.kinds):
            for skew in kind.spread:
                floor = self._floor(skew)
                always = self._always(skew, floor is not None)
                if not always or (skew.of, skew.most) not in done:
                    self._skew(number, skew, floor, always)
                done.add((skew.of, skew.most))

    def _floor(self, skew: Skew) -> int | None:
        """A variable no larger than the count of any domain; None where the least is taken as 0."""
        domains = self.problem.domains[skew.of]
        active = np.flatnonzero(domains.active).tolist()
        if len(active) < max(skew.min_domains, 1):
            return None
        floor = self._variable(self.problem.size + int(domains.base.max(initial=0)))
        counted = np.flatnonzero(domains.counted).tolist()
        for domain in active:
            self._row(skew, self._within(counted, domains.add, domain), -int(domains.base[domain]), None, (floor, -1))
        return floor

    def _always(self, skew: Skew, has_floor: bool) -> bool:
        """Whether the skew may be asked of every domain: all pods that count obey it, and the bound ones do already."""
        domains = self.problem.domains[skew.of]
        same = (skew.of, skew.own, skew.most, skew.min_domains)
        holders = {
            number
            for number, kind in enumerate(self.problem.kinds)
            if any((other.of, other.own, other.most, other.min_domains) == same for other in kind.spread)
        }
        lowest = int(domains.base[domains.active].min()) if has_floor else 0
        within = int(domains.base.max(initial=0)) - lowest <= skew.most - self._shift(skew, min(holders))
        return set(np.flatnonzero(domains.counted).tolist()) <= holders and within

    def _shift(self, skew: Skew, number: int) -> int:
        """What the rule adds to the count of a domain with the pod in it: 0 where the pod itself is counted."""
        return skew.own - int(self.problem.domains[skew.of].counted[number])

    def _skew(self, number: int, skew: Skew, floor: int | None, always: bool) -> None:
        domains = self.problem.domains[skew.of]
        counted = np.flatnonzero(domains.counted).tolist()
        low = [] if floor is None else [(floor, -1)]
        for domain in range(len(domains.base)):
            here = self._within(counted, domains.add, domain)
            level = skew.most - self._shift(skew, number) - int(domains.base[domain])
            if always:
                self._row(skew, here, None, level, *low)
                continue
            present = self._present(skew, number, domains.read, domain)
            if present is not None:
                slack = self._reach(here) + max(0, -level)
                self._row(skew, here, None, level + slack, *low, (present, slack))

    def _near(self) -> None:
        for number, kind in enumerate(self.problem.kinds):
            for near in kind.near:
                if not self._needs_company(number, near):
                    continue
                domains = self.problem.domains[near.of]
                counted = np.flatnonzero(domains.counted).tolist()
                own = int(domains.counted[number])
                for domain in np.flatnonzero(domains.base == 0).tolist():
                    present = self._present(near, number, domains.read, domain)
                    if present is not None:
                        others = self._within(counted, domains.add, domain)
                        self._row(near, others, 0, None, (present, -1 - own))

    def _needs_company(self, number: int, near: Company) -> bool:
        """Whether a pod of the kind is surely not the first of its kind once all pods are placed."""
        if near.first is None:
            return True
        domains = self.problem.domains[near.first]
        others = -int(domains.counted[number])
        for other in np.flatnonzero(domains.counted).tolist():
            if (domains.add[self.problem.kinds[other].eligible] >= 0).all():
                others += self.problem.kinds[other].size
        return int(domains.base.sum()) + others > 0
