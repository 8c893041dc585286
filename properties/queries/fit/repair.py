"""Ejection chains: a pod without a place takes that of lighter ones, which then look for another.

What was ejected often becomes dear to eject again, so that the search does not go in circles. The number of steps is
fixed, and ties fall to the first, so that the same start leads to the same end.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Column
from kubeproof.properties.queries.fit.greedy import Deadline, weights
from kubeproof.properties.queries.fit.problem import Problem
from kubeproof.properties.queries.fit.state import State

TRIES = 6
"""Places that are tried in earnest for one pod in one step."""

MOST_EJECTED = 4


class Ejection(NamedTuple):
    """A node for a pod, and the pods that leave it."""

    node: int
    kinds: tuple[int, ...]


def repair(start: State, steps: int, late: Deadline) -> State:
    """The best placement that was come upon; all of its rules hold as far as State.open tells."""
    return _Repair(start).run(steps, late)


class _Repair:
    def __init__(self, start: State) -> None:
        self.problem: Problem = start.problem
        self.state = start.copy()
        self.best = start
        self.needs = np.array([kind.needs for kind in self.problem.kinds], np.int64)
        self.weight = weights(self.problem) + 1e-9
        self.dear = np.ones(len(self.problem.kinds))
        self.draw = random.Random(0)
        self.watch = [
            [
                (holder, skew)
                for holder, kind in enumerate(self.problem.kinds)
                for skew in kind.spread
                if self.problem.domains[skew.of].counted[number]
            ]
            for number in range(len(self.problem.kinds))
        ]
        # Whoever others want to be near stays: taking it away may break what is in place.
        wanted = [near.of for kind in self.problem.kinds for near in kind.near]
        self.stays = np.zeros(len(self.problem.kinds), np.bool_)
        for of in wanted:
            self.stays |= self.problem.domains[of].counted

    def run(self, steps: int, late: Deadline) -> State:
        for _ in range(steps):
            waiting = [number for number in range(len(self.problem.kinds)) if self.state.left(number)]
            if not waiting or late():
                break
            number = max(waiting, key=lambda k: (self.weight[k] * self.dear[k], -k))
            if not self._settle(number) and not self._eject(number):
                self.dear[number] *= 1.1
                self.dear /= self.dear.max() if self.dear.max() > 1e6 else 1.0
                if not self._shake(number):
                    self._stir(number)
            if self.state.placed > self.best.placed:
                self.best = self.state.copy()
        return self.best

    def _settle(self, number: int) -> bool:
        """Places a pod where it fits as things are, on the node that is left fullest."""
        able = np.flatnonzero(self.state.open(number))
        if able.size:
            self.state.place(number, self._fullest(number, able))
        return bool(able.size)

    def _fullest(self, number: int, able: Column) -> int:
        left = self.state.free[:, able] - self.needs[number][:, None]
        return int(able[np.argmin((left / np.maximum(self.problem.free[:, able], 1)).sum(axis=0))])

    def _eject(self, number: int) -> bool:
        """Places a pod where the cheapest one leaves for it."""
        for tried, ejection in enumerate(self._single(number)):
            if tried >= TRIES:
                return False
            if self._do(number, ejection):
                return True
        return False

    def _single(self, number: int) -> Iterator[Ejection]:
        kinds, nodes = np.nonzero(self.state.at)
        room = self.state.free[:, nodes] + self.needs[kinds].T - self.needs[number][:, None]
        wanted = self.needs[number] > 0
        able = self.problem.kinds[number].eligible[nodes] & (room[wanted] >= 0).all(axis=0)
        able &= ~self.stays[kinds] & (kinds != number)
        for alone in self.problem.kinds[number].alone:
            able &= self.state.here(alone.of)[nodes] - self.problem.domains[alone.of].counted[kinds] <= 0
        cost = self.weight[kinds] * self.dear[kinds]
        able &= cost < self.weight[number] * self.dear[number] * 1.5
        found = np.flatnonzero(able)
        slack = (room / np.maximum(self.problem.free[:, nodes], 1)).sum(axis=0)
        for at in found[np.lexsort((slack[found], cost[found]))].tolist():
            yield Ejection(int(nodes[at]), (int(kinds[at]),))

    def _shake(self, number: int) -> bool:
        """Places a pod on the node where it is cheapest to make room by several leaving."""
        options = []
        for node in np.flatnonzero(self.problem.kinds[number].eligible).tolist():
            leaving = self._leaving(number, node)
            if leaving:
                price = sum(float(self.weight[kind] * self.dear[kind]) for kind in leaving)
                options.append((price, node, leaving))
        for price, node, leaving in sorted(options)[:TRIES]:
            if price > 0 and self._do(number, Ejection(node, leaving)):
                return True
        return False

    def _leaving(self, number: int, node: int) -> tuple[int, ...]:
        """The cheapest pods, one after another, that must leave a node so that the pod fits; () if too many."""
        here = [kind for kind in np.flatnonzero(self.state.at[:, node]).tolist() if not self.stays[kind]]
        short = np.maximum(self.needs[number] - self.state.free[:, node], 0) * (self.needs[number] > 0)
        clash = [alone.of for alone in self.problem.kinds[number].alone if self.state.here(alone.of)[node] > 0]
        leaving = [kind for kind in here if any(self.problem.domains[of].counted[kind] for of in clash)]
        short = np.maximum(short - self.needs[leaving].sum(axis=0), 0)
        rest = sorted(
            (k for k in here if k not in leaving), key=lambda k: (self.weight[k] * self.dear[k], k), reverse=True
        )
        while short.any() and rest:
            enough = [kind for kind in rest if (self.needs[kind] >= short).all()]
            chosen = enough[-1] if enough else rest[0]
            rest.remove(chosen)
            leaving.append(chosen)
            short = np.maximum(short - self.needs[chosen], 0)
        return () if short.any() or len(leaving) > MOST_EJECTED or number in leaving else tuple(leaving)

    def _do(self, number: int, ejection: Ejection) -> bool:
        """Ejects, places, and gives those that left another place at once where there is one; or does nothing."""
        done: list[tuple[int, int, int]] = []
        for kind in ejection.kinds:
            self._place(done, kind, ejection.node, -1)
        if self.state.open(number)[ejection.node]:
            self._place(done, number, ejection.node, 1)
            for kind in ejection.kinds:
                able = np.flatnonzero(self.state.open(kind))
                if able.size:
                    self._place(done, kind, self._fullest(kind, able), 1)
            if all(self._even(kind) for kind in ejection.kinds):
                self.dear[list(ejection.kinds)] *= 1.05
                return True
        for kind, node, times in reversed(done):
            self.state.place(kind, node, -times)
        return False

    def _place(self, done: list[tuple[int, int, int]], kind: int, node: int, times: int) -> None:
        self.state.place(kind, node, times)
        done.append((kind, node, times))

    def _even(self, number: int) -> bool:
        """Whether the spread rules that count a kind hold, after some of it went; asked of every domain, to be safe."""
        for holder, skew in self.watch[number]:
            counts: Column = self.state.counts[skew.of]
            if self.state.at[holder].any() and counts.max() - self.state.fewest(skew) > skew.most:
                return False
        return True

    def _stir(self, number: int) -> bool:
        """Sends a pod away that shares a node with the kind's places, any that may go, so that things move again."""
        kinds, nodes = np.nonzero(self.state.at * self.problem.kinds[number].eligible)
        for at in self.draw.sample(range(len(kinds)), min(len(kinds), TRIES)):
            kind, node = int(kinds[at]), int(nodes[at])
            if self.stays[kind]:
                continue
            self.state.place(kind, node, -1)
            if self._even(kind):
                return True
            self.state.place(kind, node)
        return False
