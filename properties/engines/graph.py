"""Graphs of states as columns of edges: what can be reached, by which way, and which parts one can stay in for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


class Hop(NamedTuple):
    """By a step to a state."""

    step: int
    target: int


class Graph(NamedTuple):
    """Edges between states that are numbered from 0 to `size`; edge e leads by step `steps[e]`."""

    size: int
    sources: Numbers
    targets: Numbers
    steps: Numbers

    def within(self, states: Mask) -> Graph:
        """The edges that begin and end in these states."""
        return self._of(states[self.sources] & states[self.targets])

    def closure(self, start: Mask) -> Mask:
        """The start, and all that can be reached from it."""
        seen, frontier = start.copy(), start
        while frontier.any():
            frontier = marked(self.size, self.targets[frontier[self.sources]]) & ~seen
            seen |= frontier
        return seen

    def reversed(self) -> Graph:
        """The graph with every edge the other way round."""
        return Graph(self.size, self.targets, self.sources, self.steps)

    def way(self, start: int, goal: Mask) -> list[Hop]:
        """The hops of a shortest way from a state to one of the goal; none where it is there already.

        Raises LookupError where there is no way.
        """
        by = np.full(self.size, -1, dtype=np.int64)
        seen = frontier = marked(self.size, [start])
        while not (frontier & goal).any():
            edges = np.flatnonzero(frontier[self.sources] & ~seen[self.targets])
            if not len(edges):
                raise LookupError(f"no way from state {start}")
            by[self.targets[edges[::-1]]] = edges[::-1]
            frontier = marked(self.size, self.targets[edges])
            seen = seen | frontier
        found: list[Hop] = []
        at = int(np.argmax(frontier & goal))
        while at != start:
            edge = int(by[at])
            found.append(Hop(int(self.steps[edge]), at))
            at = int(self.sources[edge])
        return found[::-1]

    def hop(self, start: int, step: int | None = None) -> Hop:
        """The first hop from a state: by that step, or by any. Raises LookupError where there is none."""
        edges = (self.sources == start) if step is None else (self.sources == start) & (self.steps == step)
        if not edges.any():
            raise LookupError(f"no step leads from state {start}")
        edge = int(np.argmax(edges))
        return Hop(int(self.steps[edge]), int(self.targets[edge]))

    def parts(self) -> tuple[int, Numbers]:
        """The strongly connected parts: how many there are, and which one each state is in."""
        ones = np.ones(len(self.sources), dtype=np.int8)
        matrix = coo_matrix((ones, (self.sources, self.targets)), (self.size, self.size))
        count, part = connected_components(matrix, directed=True, connection="strong")
        return int(count), np.asarray(part, dtype=np.int64)

    def _of(self, edges: Mask) -> Graph:
        return Graph(self.size, self.sources[edges], self.targets[edges], self.steps[edges])


def marked(size: int, numbers: Numbers | list[int]) -> Mask:
    """A mask of so many states in which these are set."""
    mask = np.zeros(size, dtype=bool)
    mask[numbers] = True
    return mask


def joined(size: int, edges: Sequence[tuple[Numbers, Numbers]]) -> Graph:
    """The graph whose edges by step number n are those of `edges[n]`, sources and targets."""
    sources = [one for one, _ in edges] or [np.zeros(0, dtype=np.int64)]
    targets = [one for _, one in edges] or [np.zeros(0, dtype=np.int64)]
    labels = [np.full(len(one), number) for number, (one, _) in enumerate(edges)] or [np.zeros(0, dtype=np.int64)]
    return Graph(size, np.concatenate(sources), np.concatenate(targets), np.concatenate(labels))
