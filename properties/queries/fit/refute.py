"""Counted refutations: more is asked for than there is, told in one sentence with its numbers.

Each looks at some kinds of pods and one thing they compete for: an amount, places for large pods, domains of which each
takes one, or what a spread rule leaves. A maximum flow finds the kinds whose nodes together have the least to spare
(Hall's condition); recount.py derives the numbers again. Every count also bounds how many pods can be placed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from kubeproof.model.logic.column import Column
from kubeproof.model.objects.node import PODS
from kubeproof.properties.queries.fit.problem import Kind, Problem, Skew

LARGEST = 2**30
"""scipy's flows are 32 bits wide: what is larger is told in larger units, rounded so that no refutation is invented."""

THRESHOLDS = 12
PARTS = 4


class Nowhere(NamedTuple):
    """A kind that no node takes, whatever becomes of the other pods."""

    kind: int


class Amount(NamedTuple):
    """These kinds ask for more of a resource than their nodes have free."""

    kinds: tuple[int, ...]
    resource: int


class Large(NamedTuple):
    """More pods of these kinds ask for at least `size` of a resource than their nodes have places of that size."""

    kinds: tuple[int, ...]
    resource: int
    size: int


class Apart(NamedTuple):
    """Pods of these kinds keep each other out of a domain of count `of`, and there are more pods than domains."""

    kinds: tuple[int, ...]
    of: int


class Uneven(NamedTuple):
    """A spread rule of a kind leaves fewer places than it has pods, because domain `least` can hold too few."""

    kind: int
    skew: Skew
    least: int


Finding = Nowhere | Amount | Large | Apart | Uneven


class Refutation(NamedTuple):
    """A finding, and how many of all pods can be placed at most because of it."""

    finding: Finding
    at_most: int


def refutations(problem: Problem) -> Iterator[Refutation]:
    """All counted refutations that are found, the plainest first."""
    nowhere = [at for at, kind in enumerate(problem.kinds) if not kind.eligible.any()]
    lost = sum(problem.kinds[at].size for at in nowhere)
    for at in nowhere:
        yield Refutation(Nowhere(at), problem.size - lost)
    if nowhere:
        return
    yield from _apart(problem)
    yield from _large(problem)
    yield from _amounts(problem)
    yield from _uneven(problem)


def capacity(problem: Problem, number: int) -> Column:
    """How many pods of a kind each node could take, were there no others."""
    kind = problem.kinds[number]
    needed = np.flatnonzero(kind.needs)
    rooms = problem.free[needed] // kind.needs[needed, None]
    found = np.where(kind.eligible, rooms.min(axis=0) if needed.size else kind.size, 0)
    return np.clip(found, 0, kind.size)


def _amounts(problem: Problem) -> Iterator[Refutation]:
    for at, _ in enumerate(problem.resources):
        kinds = [number for number, kind in enumerate(problem.kinds) if kind.needs[at] > 0]
        asked = [int(problem.kinds[k].needs[at]) * problem.kinds[k].size for k in kinds]
        short = _shortage(_eligible(problem, kinds), asked, np.maximum(problem.free[at], 0).tolist())
        if short is not None:
            found = tuple(kinds[k] for k in short.rows)
            yield Refutation(Amount(found, at), problem.size - _fewest(problem, found, at, short.missing))


def _fewest(problem: Problem, kinds: Sequence[int], resource: int, missing: int) -> int:
    """How many pods at least must be left out so that so much less is asked for: the largest ones."""
    left = 0
    for need, size in sorted(
        ((int(problem.kinds[k].needs[resource]), problem.kinds[k].size) for k in kinds), reverse=True
    ):
        taken = min(size, -(-missing // need)) if missing > 0 else 0
        left, missing = left + taken, missing - taken * need
    return left


def _large(problem: Problem) -> Iterator[Refutation]:
    for at, name in enumerate(problem.resources):
        if name == PODS:  # all are of one size: counted as an amount
            continue
        for size in _sizes(problem, at):
            kinds = [number for number, kind in enumerate(problem.kinds) if kind.needs[at] >= size]
            asked = [problem.kinds[k].size for k in kinds]
            short = _shortage(_eligible(problem, kinds), asked, (np.maximum(problem.free[at], 0) // size).tolist())
            if short is not None:
                found = tuple(kinds[k] for k in short.rows)
                yield Refutation(Large(found, at, size), problem.size - short.missing)


def _sizes(problem: Problem, resource: int) -> list[int]:
    """The sizes from which on a node takes one pod less: the least request above a half, a third … of what is free."""
    needs = np.unique([kind.needs[resource] for kind in problem.kinds])
    needs = needs[needs > 0]
    sizes = set()
    for room in np.unique(problem.free[resource])[::-1][:THRESHOLDS].tolist():
        for parts in range(2, PARTS + 1):
            over = needs[needs * parts > room]
            if over.size:
                sizes.add(int(over[0]))
    return sorted(sizes, reverse=True)[: THRESHOLDS * PARTS]


def _apart(problem: Problem) -> Iterator[Refutation]:
    for of, domains in enumerate(problem.domains):
        kinds = [
            number
            for number, kind in enumerate(problem.kinds)
            if domains.counted[number] and any(rule.of == of for rule in kind.alone)
        ]
        if not kinds:
            continue
        total = sum(problem.kinds[k].size for k in kinds)
        rooms = [1] * len(domains.base) + [total]  # nodes without the label are no domain: they take any number
        reach = np.zeros((len(kinds), len(rooms)), np.bool_)
        for row, k in enumerate(kinds):
            reach[row, domains.read[problem.kinds[k].eligible]] = True
        short = _shortage(reach, [problem.kinds[k].size for k in kinds], rooms)
        if short is not None:
            yield Refutation(Apart(tuple(kinds[k] for k in short.rows), of), problem.size - short.missing)


def _uneven(problem: Problem) -> Iterator[Refutation]:
    for number, kind in enumerate(problem.kinds):
        for skew in kind.spread:
            rooms, least = spread_rooms(problem, kind, number, skew)
            if rooms.sum() < kind.size:
                missing = kind.size - int(rooms.sum())
                yield Refutation(Uneven(number, skew, least), problem.size - missing)


def spread_rooms(problem: Problem, kind: Kind, number: int, skew: Skew) -> tuple[Column, int]:
    """How many pods of a kind each domain takes at most, and the domain that can hold fewest (-1: taken as 0)."""
    domains = problem.domains[skew.of]
    most = domains.base.copy()
    for other in np.flatnonzero(domains.counted).tolist():
        most += np.minimum(_by_domain(domains.add, capacity(problem, other), most.size), problem.kinds[other].size)
    lowest, least = 0, -1
    if domains.active.sum() >= max(skew.min_domains, 1):
        least = int(np.flatnonzero(domains.active)[np.argmin(most[domains.active])])
        lowest = int(most[least])
    own = int(domains.counted[number])
    level = skew.most + lowest - skew.own + own
    allowed = np.maximum(level - domains.base, 0) if own else np.where(domains.base > level, 0, kind.size)
    places = _by_domain(domains.read, capacity(problem, number), most.size)
    return np.minimum(np.minimum(allowed, places), kind.size), least


def _by_domain(codes: Column, amounts: Column, size: int) -> Column:
    found = np.zeros(size, np.int64)
    np.add.at(found, codes[codes >= 0], amounts[codes >= 0])
    return found


def _eligible(problem: Problem, kinds: Sequence[int]) -> Column:
    return np.array([problem.kinds[k].eligible for k in kinds]).reshape(len(kinds), problem.free.shape[1])


class _Shortage(NamedTuple):
    rows: tuple[int, ...]
    missing: int


def _shortage(reach: Column, asked: Sequence[int], rooms: Sequence[int]) -> _Shortage | None:
    """The rows that together ask for more than there is in all the places they reach, if any do, and how much more."""
    if not asked:
        return None
    # Rows that reach the same places are one, and so are places reached by the same rows.
    patterns, row_of = np.unique(reach, axis=0, return_inverse=True)
    columns, place_of = np.unique(patterns, axis=1, return_inverse=True)
    row_of, place_of = row_of.ravel(), place_of.ravel()
    demand, supply = [0] * len(columns), [0] * columns.shape[1]
    for row, amount in zip(row_of.tolist(), asked, strict=True):
        demand[row] += amount
    for place, room in zip(place_of.tolist(), rooms, strict=True):
        supply[place] += room
    short = _cut(columns, demand, supply)
    if not short:
        return None
    reached = np.asarray(columns[short].any(axis=0))
    missing = sum(demand[row] for row in short) - sum(
        room for room, has in zip(supply, reached.tolist(), strict=True) if has
    )
    return _Shortage(tuple(np.flatnonzero(np.isin(row_of, short)).tolist()), missing) if missing > 0 else None


def _cut(reach: Column, demand: Sequence[int], supply: Sequence[int]) -> list[int]:
    """The rows on the source's side of a minimum cut; they are what is short, if anything is."""
    if len(demand) == 1:
        return [0]
    unit = -(-sum(demand) // LARGEST)
    rows, places = reach.shape
    source, sink = rows + places, rows + places + 1
    starts, ends = np.nonzero(reach)
    weights = [
        *(amount // unit for amount in demand),
        *[2**31 - 1] * len(starts),
        *(min(-(-room // unit), LARGEST) for room in supply),
    ]
    tails = np.concatenate([np.full(rows, source), starts, rows + np.arange(places)])
    heads = np.concatenate([np.arange(rows), rows + ends, np.full(places, sink)])
    graph = csr_array((np.array(weights, np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    graph.eliminate_zeros()
    flow = maximum_flow(graph, source, sink)
    if flow.flow_value >= sum(amount // unit for amount in demand):
        return []
    rest = csr_array(graph - flow.flow)
    rest.eliminate_zeros()
    reached, _ = breadth_first_order(rest, source)
    return sorted(int(at) for at in reached if at < rows)
