"""Smallest hitting sets: the fewest (or cheapest) things that meet every one of some sets.

Exact branch and bound, with a bound on the work counted in steps, so that an answer never depends on the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

STEPS = 20_000
"""Branches that are looked at before the best set found so far must do."""


class Hitting(NamedTuple):
    """A set that meets all the sets. `smallest`: no cheaper one exists; else the search was cut off."""

    chosen: frozenset[int]
    smallest: bool


def cheapest(sets: Iterable[Collection[int]], cost: Callable[[int], int], steps: int = STEPS) -> Hitting | None:
    """The cheapest set that meets every one of `sets`, irredundant in any case; None where one of them is empty.

    Costs are positive. Among sets of equal cost the one found first wins: cheap and small members are tried first.
    """
    wanted = _least_sets(sets)
    if any(not one for one in wanted):
        return None
    search = _Search(cost, steps)
    search.best = _greedy(wanted, cost)
    search.best_cost = sum(map(cost, search.best))
    search.run(wanted, frozenset(), 0)
    return Hitting(_irredundant(search.best, wanted, cost), search.steps > 0)


class _Search:
    """The branches that are left, and the best set so far."""

    best: frozenset[int]
    best_cost: int

    def __init__(self, cost: Callable[[int], int], steps: int) -> None:
        self.cost, self.steps = cost, steps

    def run(self, left: list[frozenset[int]], chosen: frozenset[int], spent: int) -> None:
        """Meets one set in every way; a member that was tried is left out of what is tried after it."""
        if not left:
            if spent < self.best_cost:
                self.best, self.best_cost = chosen, spent
            return
        if self.steps <= 0 or spent + self._floor(left) >= self.best_cost:
            return
        self.steps -= 1
        branch = min(left, key=lambda one: (len(one), sorted(one)))
        tried: set[int] = set()
        for member in sorted(branch, key=lambda one: (self.cost(one), one)):
            rest = [one - tried for one in left if member not in one]
            if all(rest):
                self.run(rest, chosen | {member}, spent + self.cost(member))
            tried.add(member)

    def _floor(self, left: list[frozenset[int]]) -> int:
        """What meeting them must cost at least: sets that share no member are paid for one by one."""
        seen: set[int] = set()
        least = 0
        for one in sorted(left, key=len):
            if seen.isdisjoint(one):
                least += min(map(self.cost, one))
                seen |= one
        return least


def _least_sets(sets: Iterable[Collection[int]]) -> list[frozenset[int]]:
    """The sets of which no other is a part: whoever meets them meets all."""
    kept: list[frozenset[int]] = []
    for one in sorted(set(map(frozenset, sets)), key=lambda one: (len(one), sorted(one))):
        if not any(other <= one for other in kept):
            kept.append(one)
    return kept


def _greedy(sets: list[frozenset[int]], cost: Callable[[int], int]) -> frozenset[int]:
    chosen: set[int] = set()
    left = sets
    while left:
        met: dict[int, int] = {}
        for one in left:
            for member in one:
                met[member] = met.get(member, 0) + 1
        take = min(met, key=lambda member: (cost(member) / met[member], member))
        chosen.add(take)
        left = [one for one in left if take not in one]
    return frozenset(chosen)


def _irredundant(chosen: frozenset[int], sets: list[frozenset[int]], cost: Callable[[int], int]) -> frozenset[int]:
    kept = set(chosen)
    for member in sorted(chosen, key=lambda one: (-cost(one), -one)):
        if all(kept & one - {member} for one in sets):
            kept.remove(member)
    return frozenset(kept)
