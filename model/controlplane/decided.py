"""What the scheduler decided for the pods that wait, kept for when the cluster looks the same to it again.

Much of what happens in a cluster is nothing to its scheduler: of a pod it does not see most of the status, nor the
revision. Where it has a choice among equals it is asked again, and each answer is kept by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeVar, cast

from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt

V_co = TypeVar("V_co", covariant=True, bound=Hashable)
V = TypeVar("V", bound=Hashable)
Picks = Callable[[Sequence[str]], str]

KEPT = 8192
"""Versions of objects of which it is kept what the scheduler sees; then everything is forgotten."""


class Visible(Protocol[V_co]):
    """An object of which the scheduler sees something."""

    @property
    def for_scheduler(self) -> V_co:
        """What it sees."""
        ...


class Decided:
    """The decisions of one scheduler."""

    def __init__(self) -> None:
        self._views: dict[int, tuple[object, Hashable]] = {}
        self._same: dict[Hashable, Hashable] = {}
        self._options: dict[Hashable, tuple[str, ...]] = {}
        self._made: dict[Hashable, tuple[Attempt, ...]] = {}

    def view(self, held: Visible[V]) -> V:
        """What the scheduler sees of an object: made once for each version, and one value for those that look alike."""
        found = self._views.get(id(held))
        if found is None or found[0] is not held:
            made = held.for_scheduler
            found = self._views[id(held)] = held, self._same.setdefault(made, made)
        return cast("V", found[1])

    def forget(self, count: int) -> None:
        """Begins anew where more is kept than is of use for so many objects."""
        if len(self._views) > max(KEPT, 4 * count):
            for kept in (self._views, self._same, self._options, self._made):
                kept.clear()

    def attempts(
        self, snapshot: Snapshot, asks: Hashable, pick: Picks, decide: Callable[[Picks], tuple[Attempt, ...]]
    ) -> tuple[Attempt, ...]:
        """What `decide` gives for a cluster whose pods, nodes and budgets are views, and for what is asked of it."""
        seen = (*map(id, snapshot.nodes), None, *map(id, snapshot.pods), None, *map(id, snapshot.budgets))
        cluster = seen, snapshot.namespaces, snapshot.selecting, snapshot.storage, asks
        picked: tuple[str, ...] = ()
        while (options := self._options.get((cluster, picked))) is not None:
            picked = (*picked, pick(options))
        known = self._made.get((cluster, picked))
        if known is not None:
            return known
        given = iter(picked)

        def picking(options: Sequence[str]) -> str:
            nonlocal picked
            again = next(given, None)
            if again is not None:
                return again
            self._options[cluster, picked] = tuple(options)
            picked = (*picked, pick(options))
            return picked[-1]

        made = decide(picking)
        self._made[cluster, picked] = made
        return made
