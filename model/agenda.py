"""Who watches what in a world that runs, who has to look again, and who wants to at which time.

What was looked at is noted, so that a component looks again only when something of it has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from heapq import heappop, heappush

from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store, buckets_of, of_kind

Whose = tuple[int, Key | None]
"""The number of a component, and what it looks at; None: which objects there are for it to look at."""


class Agenda:
    """What is to be done. `due`: who has to look, in the order in which they were told."""

    def __init__(self, due: Iterable[Whose]) -> None:
        self.due: dict[Whose, None] = dict.fromkeys(due)
        self._watch: dict[Bucket | Key, dict[Whose, None]] = {}
        self._watched: dict[Whose, tuple[Bucket | Key, ...]] = {}
        self._timers: list[tuple[int, int, Whose]] = []
        self._timed: dict[Whose, int] = {}
        self._count = 0

    @property
    def next_at(self) -> int | None:
        """When somebody wants to look again, None where nobody does."""
        return self._timers[0][0] if self._timers else None

    def note(self, whose: Whose, seen: Collection[Bucket | Key]) -> None:
        """Somebody has looked at these, and no longer at what it looked at before."""
        for one in self._watched.get(whose, ()):
            if one not in seen:
                del self._watch[one][whose]
        for one in seen:
            self._watch.setdefault(one, {})[whose] = None
        self._watched[whose] = tuple(seen)

    def watched_by(self, number: int) -> Iterator[tuple[Whose, tuple[Bucket | Key, ...]]]:
        """What a component looked at, by object."""
        return ((whose, seen) for whose, seen in self._watched.items() if whose[0] == number)

    def tell(self, touched: Iterable[Bucket | Key], deaf: Collection[int]) -> None:
        """Everybody who looked at what has changed has to look again, but those who do not hear of it yet."""
        for one in touched:
            for whose in self._watch.get(one, ()):
                if whose[0] not in deaf:
                    self.due[whose] = None

    def wake(self, whose: Whose, at: int) -> None:
        """Somebody looks again at that time, or at the earlier one that was set before."""
        known = self._timed.get(whose)
        if known is None or at < known:
            self._timed[whose] = at
            self._count += 1
            heappush(self._timers, (at, self._count, whose))

    def ring(self, now: int) -> None:
        """Those have to look who wanted to until now."""
        while self._timers and self._timers[0][0] <= now:
            at, _, whose = heappop(self._timers)
            if self._timed.get(whose) == at:
                del self._timed[whose]
                self.due[whose] = None


def touched(key: Key, before: Object | None, after: Object | None) -> Iterable[Bucket | Key]:
    """What a look may have seen that sees it changed once an object has."""
    found: dict[Bucket | Key, None] = {key: None}
    if before is None or after is None:
        found["names", key.kind] = None
    for held in (before, after):
        if held is not None:
            found |= dict.fromkeys(buckets_of(key, held))
    return found


def bucket_of(one: Bucket) -> Bucket:
    """The bucket that somebody looks at; of ("names", a kind) that of all objects of the kind."""
    return of_kind(one[1]) if one[0] == "names" else one


def seen_in(store: Store, one: Bucket | Key) -> object:
    """What somebody sees who looks at this in a store."""
    return store.get(one) if isinstance(one, Key) else store.bucket(bucket_of(one))


def differs(before: Store, after: Store, one: Bucket | Key) -> bool:
    """Whether what somebody looks at is another in another store."""
    return seen_in(before, one) is not seen_in(after, one)
