"""An amount over time, as steps: what is there from one moment to the next, its mean and its maximum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Span(NamedTuple):
    """So much is there from `start` until `end`, in seconds (None: for good)."""

    start: float
    end: float | None
    amount: int


class Levels(NamedTuple):
    """From `times[i]` to the next time there is `amounts[i]`; before the first, nothing."""

    times: NDArray[np.float64]
    amounts: NDArray[np.int64]

    def at(self, time: float) -> int:
        """How much there is at a time."""
        before = int(np.searchsorted(self.times, time, side="right"))
        return int(self.amounts[before - 1]) if before else 0

    def mean(self, start: float, end: float) -> float:
        """The mean from one time to a later one, each amount weighed by how long it lasts."""
        inside = (self.times > start) & (self.times < end)
        edges = np.array([start, *self.times[inside], end])
        amounts = np.array([self.at(start), *self.amounts[inside]], dtype=np.float64)
        return float((amounts * np.diff(edges)).sum() / (end - start))

    def most(self, start: float, end: float) -> int:
        """The largest amount from one time until before a later one."""
        inside = (self.times > start) & (self.times < end)
        return max(self.at(start), int(self.amounts[inside].max(initial=0)))


def levels(spans: Iterable[Span]) -> Levels:
    """The sum of the spans over time."""
    changes = [(time, sign * s.amount) for s in spans for time, sign in ((s.start, 1), (s.end, -1)) if time is not None]
    times, which = np.unique(np.array([time for time, _ in changes], dtype=np.float64), return_inverse=True)
    sums = np.zeros(len(times), dtype=np.int64)
    np.add.at(sums, which, np.array([amount for _, amount in changes], dtype=np.int64))
    return Levels(times, sums.cumsum())
