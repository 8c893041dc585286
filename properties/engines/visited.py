"""The states that a search has seen: sorted runs of keys that double in size, so that looking one up stays cheap.

Exact: a state of one word is its own key; of a longer one the key is a hash, and states of equal keys are compared in
full. Should two different states ever share a hash, `Collision` says so and the search begins again with another salt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kubeproof.properties.engines.packing import Block, Words


class Collision(Exception):
    """Two states share a hash: not a fault of the input, and no verdict."""


class Visited:
    """Sorted runs, the largest first; each is a block whose first array is its keys."""

    def __init__(self, words: int, salt: int = 0) -> None:
        self._words, self._salt = words, salt
        self._runs: list[Block] = []
        self.count = 0

    @property
    def bytes(self) -> int:
        """Memory that the states take."""
        return sum(column.nbytes for run in self._runs for column in run)

    def new(self, block: Block) -> Block:
        """Those of the states that were not seen before, each once, in the order of their keys; they are seen now."""
        fresh = self._distinct(block)
        for run in self._runs:
            if not len(fresh[0]):
                break
            fresh = _where(fresh, ~self._within(run, fresh))
        if len(fresh[0]):
            self.count += len(fresh[0])
            self._add(fresh)
        return fresh if self._words == 1 else fresh[1:]

    def _distinct(self, block: Block) -> Block:
        if self._words == 1:
            ordered = np.sort(block[0])
            return [ordered[_first(ordered)]]
        keys = self._keys(block)
        order = np.argsort(keys)
        found = [keys[order], *(column[order] for column in block)]
        first = _first(found[0])
        for column in found[1:]:
            if (np.not_equal(column[1:], column[:-1]) & ~first[1:]).any():
                raise Collision
        return _where(found, first)

    def _keys(self, block: Block) -> Words:
        """A hash of each state (the mixing steps of splitmix64, word by word)."""
        mixed = np.full(len(block[0]), self._salt, dtype=np.uint64)
        for column in block:
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(27)
        return mixed

    def _within(self, run: Block, block: Block) -> NDArray[np.bool_]:
        at = np.searchsorted(run[0], block[0])
        at[at == len(run[0])] = 0
        same: NDArray[np.bool_] = np.equal(run[0][at], block[0])
        for seen, column in zip(run[1:], block[1:], strict=True):
            if (seen[at[same]] != column[same]).any():
                raise Collision
        return same

    def _add(self, run: Block) -> None:
        self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= 2 * len(self._runs[-1][0]):
            small, large = self._runs.pop(), self._runs.pop()
            joined = [np.concatenate(pair) for pair in zip(large, small, strict=True)]
            if self._words == 1:
                joined[0].sort()
            else:
                order = np.argsort(joined[0])
                joined = [column[order] for column in joined]
            self._runs.append(joined)


def _first(ordered: Words) -> NDArray[np.bool_]:
    """Where a sorted array has a value for the first time."""
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def _where(block: Block, mask: NDArray[np.bool_]) -> Block:
    return [column[mask] for column in block]
