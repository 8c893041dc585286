"""All kinds on all nodes at once, as integers with linear rules, for HiGHS (scipy.optimize.milp).

It searches only: what it finds is placed and decided again, and its "infeasible", reached in floating point, proves nothing.
Rules of other shapes are left out here (see state.py), and being the first of one's kind is taken as it will be with every
pod in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from kubeproof.model.logic.column import Column
from kubeproof.properties.queries.fit.problem import Company, Kind, Problem, Skew
from kubeproof.properties.queries.fit.refute import capacity
from kubeproof.properties.queries.fit.state import State

VARIABLES = 40_000
"""Above this, it is not even tried."""

BRANCHES = 2_000
"""How many nodes of its tree HiGHS may visit: a limit that is the same on every machine."""


def solve(problem: Problem, seconds: float) -> State | None:
    """A placement of all pods that keeps all linear rules; None where none was found within the limits."""
    model = _Model(problem)
    if model.size > VARIABLES:
        return None
    found = milp(
        np.zeros(model.size),
        integrality=np.array(model.whole),
        bounds=Bounds(np.zeros(model.size), np.array(model.upper, np.float64)),
        constraints=model.constraint(),
        options={"time_limit": max(seconds, 0.01), "node_limit": BRANCHES},
    )
    if found.x is None:
        return None
    state = State(problem)
    for (number, node), at in model.places():
        for _ in range(round(float(found.x[at]))):
            state.place(number, node)
    return state


def necessary_first(problem: Problem, kind: Kind, near: Company, number: int) -> bool:
    """Whether with all pods placed this pod is the only one of its kind, and so needs no company."""
    if near.first is None or kind.size != 1:
        return False
    domains = problem.domains[near.first]
    counted = sum(problem.kinds[other].size for other in np.flatnonzero(domains.counted).tolist())
    return int(domains.base.sum()) == 0 and counted == int(domains.counted[number])


class _Rows(NamedTuple):
    starts: list[int]
    columns: list[Column]
    weights: list[Column]
    low: list[float]
    high: list[float]


class _Model:
    """Variables by number: how many pods of a kind are on a node, then what the rules add."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        caps = np.array([capacity(problem, number) for number in range(len(problem.kinds))])
        self.caps = caps.reshape(len(problem.kinds), problem.free.shape[1])
        self.of = np.full(self.caps.shape, -1, np.int64)
        open_places = self.caps > 0
        self.of[open_places] = np.arange(int(open_places.sum()))
        self.upper: list[float] = self.caps[open_places].tolist()
        self.whole: list[int] = [1] * len(self.upper)
        self.rows = _Rows([0], [], [], [], [])
        if self.size <= VARIABLES:
            self._demands()
            self._resources()
            self._alone()
            self._spread()
            self._near()

    @property
    def size(self) -> int:
        return len(self.upper)

    def places(self) -> Iterable[tuple[tuple[int, int], int]]:
        for number, node in np.argwhere(self.of >= 0).tolist():
            yield (number, node), int(self.of[number, node])

    def constraint(self) -> LinearConstraint:
        rows = self.rows
        columns = np.concatenate(rows.columns) if rows.columns else np.zeros(0, np.int64)
        weights = np.concatenate(rows.weights) if rows.weights else np.zeros(0)
        matrix = csr_array((weights, columns, np.array(rows.starts)), shape=(len(rows.low), self.size))
        return LinearConstraint(matrix, np.array(rows.low), np.array(rows.high))

    def _variable(self, upper: float, whole: bool) -> int:
        self.upper.append(upper)
        self.whole.append(int(whole))
        return self.size - 1

    def _row(self, columns: Column, weights: Column, low: float, high: float, *more: tuple[int, float]) -> None:
        extra = np.array([at for at, _ in more], np.int64)
        self.rows.columns.append(np.concatenate([columns, extra]))
        self.rows.weights.append(np.concatenate([weights, np.array([weight for _, weight in more])]))
        self.rows.starts.append(self.rows.starts[-1] + len(columns) + len(more))
        self.rows.low.append(low)
        self.rows.high.append(high)

    def _sum(self, columns: Column, low: float, high: float, *more: tuple[int, float]) -> None:
        self._row(columns, np.ones(len(columns)), low, high, *more)

    def _within(self, kinds: Sequence[int], codes: Column, domain: int) -> Column:
        """The variables of these kinds on the nodes of a domain."""
        found = self.of[np.ix_(np.asarray(kinds, np.int64), np.flatnonzero(codes == domain))].ravel()
        return found[found >= 0]

    def _reach(self, columns: Column) -> float:
        return float(sum(self.upper[at] for at in columns.tolist()))

    def _demands(self) -> None:
        for number, kind in enumerate(self.problem.kinds):
            columns = self.of[number][self.of[number] >= 0]
            self._sum(columns, kind.size, kind.size)

    def _resources(self) -> None:
        needs = np.array([kind.needs for kind in self.problem.kinds])
        for resource, free in enumerate(self.problem.free):
            for node, room in enumerate(free.tolist()):
                kinds = np.flatnonzero((self.of[:, node] >= 0) & (needs[:, resource] > 0))
                weights = needs[kinds, resource]
                if kinds.size and int((weights * self.caps[kinds, node]).sum()) > room:
                    self._row(self.of[kinds, node], weights / room, -np.inf, 1.0)

    def _alone(self) -> None:
        for of, domains in enumerate(self.problem.domains):
            holders = {n for n, kind in enumerate(self.problem.kinds) if any(rule.of == of for rule in kind.alone)}
            if not holders:
                continue
            counted = set(np.flatnonzero(domains.counted).tolist())
            both = sorted(holders & counted)
            for domain in range(len(domains.base)):
                mutual = self._within(both, domains.read, domain)
                if mutual.size > 1 or self._reach(mutual) > 1:
                    self._sum(mutual, 0, 1)
                only_counted = self._within(sorted(counted - holders), domains.add, domain)
                only_holders = self._within(sorted(holders - counted), domains.read, domain)
                self._either(np.concatenate([mutual, only_holders]), only_counted)
                self._either(only_holders, mutual)

    def _either(self, some: Column, others: Column) -> None:
        """Not both: one of the sums is 0."""
        if some.size and others.size:
            choice = self._variable(1, whole=True)
            self._sum(some, -np.inf, 0, (choice, -self._reach(some)))
            self._sum(others, -np.inf, self._reach(others), (choice, self._reach(others)))

    def _present(self, number: int, codes: Column, domain: int) -> int | None:
        """A variable that is 1 where some pod of the kind is in the domain; None where none can be."""
        mine = self._within([number], codes, domain)
        if not mine.size:
            return None
        here = self._variable(1, whole=True)
        self._sum(mine, -np.inf, 0, (here, -min(self._reach(mine), self.problem.kinds[number].size)))
        return here

    def _spread(self) -> None:
        floors: dict[int, int | None] = {}
        done: set[tuple[int, int]] = set()
        for number, kind in enumerate(self.problem.kinds):
            for skew in kind.spread:
                if skew.of not in floors:
                    floors[skew.of] = self._floor(skew)
                always = self._always(skew)
                if not always or (skew.of, skew.most) not in done:
                    self._skew(number, skew, floors[skew.of], always)
                done.add((skew.of, skew.most))

    def _floor(self, skew: Skew) -> int | None:
        """A variable no larger than the count of any domain; None where the least is taken as 0."""
        domains = self.problem.domains[skew.of]
        active = np.flatnonzero(domains.active).tolist()
        if len(active) < max(skew.min_domains, 1):
            return None
        floor = self._variable(float(self.problem.size + domains.base.max(initial=0)), whole=False)
        counted = np.flatnonzero(domains.counted).tolist()
        for domain in active:
            self._sum(self._within(counted, domains.add, domain), -float(domains.base[domain]), np.inf, (floor, -1.0))
        return floor

    def _always(self, skew: Skew) -> bool:
        """Whether the skew may be asked of every domain: all pods that count obey it, and the bound ones do already."""
        domains = self.problem.domains[skew.of]
        holders = {
            n for n, k in enumerate(self.problem.kinds) if any((s.of, s.most) == (skew.of, skew.most) for s in k.spread)
        }
        start = domains.base.max(initial=0) - (domains.base[domains.active].min() if domains.active.any() else 0)
        return set(np.flatnonzero(domains.counted).tolist()) <= holders and int(start) <= skew.most

    def _skew(self, number: int, skew: Skew, floor: int | None, always: bool) -> None:
        domains = self.problem.domains[skew.of]
        counted = np.flatnonzero(domains.counted).tolist()
        shift = skew.own - int(domains.counted[number])
        for domain in range(len(domains.base)):
            here = self._within(counted, domains.add, domain)
            level = float(skew.most - shift - domains.base[domain])
            low = [] if floor is None else [(floor, -1.0)]
            if always:
                self._sum(here, -np.inf, level, *low)
                continue
            present = self._present(number, domains.read, domain)
            if present is not None:
                slack = self._reach(here) + max(0.0, -level)
                self._sum(here, -np.inf, level + slack, *low, (present, slack))

    def _near(self) -> None:
        for number, kind in enumerate(self.problem.kinds):
            for near in kind.near:
                if necessary_first(self.problem, kind, near, number):
                    continue
                domains = self.problem.domains[near.of]
                own = int(domains.counted[number])
                for domain in range(len(domains.base)):
                    present = self._present(number, domains.read, domain)
                    if present is not None and domains.base[domain] == 0:
                        others = self._within(np.flatnonzero(domains.counted).tolist(), domains.add, domain)
                        self._sum(others, 0, np.inf, (present, -1.0 - own))
