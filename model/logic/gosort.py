"""Go's sort.Sort, for orders that leave ties or are not transitive: there the algorithm decides what comes out.

Up to twelve items it is an insertion sort, told here step by step. Of more than twelve, ties come out in the order of
the input, which is one of the outcomes: controllers list from a cache that has no order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import TypeVar

T = TypeVar("T")

INSERTION_SORTED = 12
"""The most items that Go sorts by insertion."""


def go_sort(items: Iterable[T], less: Callable[[T, T], bool]) -> tuple[T, ...]:
    """The items as sort.Sort leaves them under `less`."""
    made = list(items)
    if len(made) > INSERTION_SORTED:
        return tuple(sorted(made, key=cmp_to_key(_comparison(less))))
    for at in range(1, len(made)):
        here = at
        while here > 0 and less(made[here], made[here - 1]):
            made[here - 1], made[here] = made[here], made[here - 1]
            here -= 1
    return tuple(made)


def _comparison(less: Callable[[T, T], bool]) -> Callable[[T, T], int]:
    return lambda a, b: less(b, a) - less(a, b)
