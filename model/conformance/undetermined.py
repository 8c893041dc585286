"""Golden cases whose answer rests on something that they do not tell: all answers that fit, and no others.

* replicaset-pods-to-delete: `less` was recorded on the clock that ages are told from, but getPodsToDelete reads its
  own, which went on while the recorder ran. Of 19,944 cases 61 do not fit a clock that stands still, 21 one that goes
  on evenly to 4.2 s, and none a clock that may be up to 4.5 s late.
* job-sync: pods come in the order of the controller's cache, a Go map. It shows where several failed pods match a
  FailJob rule: the message of the first is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Json = Any
"""Decoded JSON."""

KEY = "orIfUndetermined"
"""Under this name an answer lists the others that would be as right."""

LATEST = 4.5
"""Seconds that the recorder's clock may have gone on."""

_BOUNDARIES = tuple(2**power / 1_000_000_000 for power in range(30, 48))
"""The ages at which an age counts as larger, in seconds: from one to a day."""


def with_others(plain: Json, others: Iterable[Json]) -> Json:
    """The answer, with those others that differ from it."""
    different: list[Json] = []
    for other in others:
        if other != plain and other not in different:
            different.append(other)
    return {**plain, KEY: different} if different else plain


def later_clocks(ages: Iterable[int], slack: float) -> Iterator[float]:
    """For how many seconds of lateness, up to LATEST, some age counts as larger than it does with `slack`."""
    for boundary in _BOUNDARIES:
        for age in set(ages):
            if slack < boundary - age <= slack + LATEST:
                yield boundary - age + 0.001


def rotations(items: tuple[Json, ...]) -> Iterator[tuple[Json, ...]]:
    """The orders in which Go may list a small map: each item may come first."""
    for first in range(len(items)):
        yield items[first:] + items[:first]
