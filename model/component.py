"""Components: what runs against the API server, each a pure function from what it looks at to what it does.

    def decide(look, key, pick):                     # one look at one object
        replica_set = look.get(key, ReplicaSet)
        ...
        yield Write("create", Key("Pod", …), pod)    # requests, in their order
        yield Again(at)                              # look again then, even if nothing changes
        yield Remember(value)                        # private memory, given back at the next look

A request may be refused, and most components only look again then. One that has something to say of it reads
`look.refused` after it yielded the request: requests are made as they are yielded, and what a plan looks at stays the
store before them. A plan that is only drawn up, and not carried out, hears of no refusal.

A component never reads a clock, rolls dice, keeps a queue or calls another one. Whoever runs it (world.py) decides when
it looks, at how old a view, and which of equal options `pick` takes. A decision that changes nothing is no step, so
there are no work queues: to be told of a change is to look again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar, cast

from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.etcd import (
    Bucket,
    Entries,
    Key,
    Object,
    Store,
    in_namespace,
    of_kind,
    on_node,
    owned_by,
    unowned,
)
from kubeproof.model.objects.live_pod import LivePod

T = TypeVar("T")


class Again(NamedTuple):
    """Look again at this time (seconds)."""

    at: int


class Remember(NamedTuple):
    """What the component remembers of the object until its next look."""

    value: Hashable


Plan = Iterator[Write | Again | Remember]


class Pick(Protocol):
    """Takes one of equal options: the only choice there is."""

    def __call__(self, options: Sequence[T]) -> T:
        """One of them, of which there is at least one."""
        ...


def first(options: Sequence[T]) -> T:
    """The first option."""
    return options[0]


class Look:
    """A view of the store at a time, which notes what was looked at: only when that changes is another look worth it.

    Lists are in the order of their keys. `memory` is what the component last remembered of the object; `refused`: what
    the API server refused of the requests that this look has made so far; `fresh`: whether the view shows the pods gone
    that earlier looks at the object deleted (expectations); `latest`: the store past all caches, where it is another;
    `timed`: whether it asked for the time.
    """

    def __init__(self, store: Store, now: int, memory: Hashable = None, sorted_: SortedEntries | None = None) -> None:
        self.store, self._now, self.memory, self.timed = store, now, memory, False
        self.fresh, self.latest = True, store
        self.seen: dict[Bucket | Key, object] = {}
        self.refused: list[Refused] = []
        self._sorted = sorted_ or SortedEntries()

    @property
    def now(self) -> int:
        """The time (seconds)."""
        self.timed = True
        return self._now

    def get(self, key: Key, kind: type[T]) -> T | None:
        """The object of that name and kind, None where there is none."""
        held = self.store.get(key)
        self.seen[key] = held
        return held if isinstance(held, kind) else None

    def live(self, key: Key, kind: type[T]) -> T | None:
        """The object as the API server has it now, whatever this view shows: a read past the cache. It is not noted."""
        held = self.latest.get(key)
        return held if isinstance(held, kind) else None

    def live_within(self, kind: str, namespace: str, of: type[T]) -> Sequence[T]:
        """The objects of a kind in a namespace as the API server has them now; they are not noted."""
        return cast("Sequence[T]", self._sorted.values(self.latest.bucket(in_namespace(kind, namespace))))

    def all(self, kind: str, of: type[T]) -> Sequence[T]:
        """All objects of a kind."""
        return cast("Sequence[T]", self._list(of_kind(kind)))

    def keys(self, kind: str) -> Sequence[Key]:
        """The names of all objects of a kind; what the objects say does not matter then."""
        self.seen["names", kind] = None
        return self._sorted.keys(self.store.bucket(of_kind(kind)))

    def within(self, kind: str, namespace: str, of: type[T]) -> Sequence[T]:
        """The objects of a kind in a namespace."""
        return cast("Sequence[T]", self._list(in_namespace(kind, namespace)))

    def owned(self, kind: str, uid: str, of: type[T]) -> Sequence[T]:
        """The objects of a kind that the object of this uid owns."""
        return cast("Sequence[T]", self._list(owned_by(kind, uid)))

    def unowned(self, kind: str, namespace: str, of: type[T]) -> Sequence[T]:
        """The objects of a kind in a namespace that no controller has."""
        return cast("Sequence[T]", self._list(unowned(kind, namespace)))

    def pods_on(self, node: str) -> Sequence[LivePod]:
        """The pods that are bound to a node; of "", those that are bound to none."""
        return cast("Sequence[LivePod]", self._list(on_node(node)))

    def _list(self, bucket: Bucket) -> Sequence[Object]:
        return self._sorted.values(self._entries(bucket))

    def _entries(self, bucket: Bucket) -> Entries:
        found = self.store.bucket(bucket)
        self.seen[bucket] = found
        return found


class SortedEntries:
    """Buckets in the order of their keys, each sorted once while it stays the same."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Entries, tuple[Key, ...], tuple[Object, ...]]] = {}

    def keys(self, entries: Entries) -> Sequence[Key]:
        """Its keys in order."""
        return self._of(entries)[1]

    def values(self, entries: Entries) -> Sequence[Object]:
        """Its objects in the order of their keys."""
        return self._of(entries)[2]

    def _of(self, entries: Entries) -> tuple[Entries, tuple[Key, ...], tuple[Object, ...]]:
        found = self._known.get(id(entries))
        if found is None or found[0] is not entries:
            if len(self._known) > 4096:
                self._known.clear()
            keys = tuple(sorted(entries))
            found = self._known[id(entries)] = (entries, keys, tuple(entries[key] for key in keys))
        return found


class BackOff(NamedTuple):
    """How long a component waits before it looks again at an object about which something was refused (seconds): twice
    as long each time, up to `most`."""

    first: float
    most: int

    def after(self, refusals: int) -> int:
        """The whole seconds behind so many refusals in a row."""
        return max(1, math.ceil(min(self.first * 2.0 ** min(refusals - 1, 64), self.most)))


QUEUE = BackOff(0.64, 1000)
"""The queue of most controllers: 5 ms, 10 ms … 1,000 s (DefaultTypedControllerRateLimiter). The eight times within the
first 1.3 s count as one, as a world's seconds are whole."""


class Component(NamedTuple):
    """One component. `objects` are the names of what it looks at, one by one; `decide` is one such look.

    `steady`: a look that changes nothing would change nothing either at any time before its `Again`, and then ask for
    the same one (for none, where there was none), as long as it sees the same. `reads_own_writes`: it does not look at
    an object before its view shows what it wrote in its last look there.
    """

    name: str
    objects: Callable[[Look], Iterable[Key]]
    decide: Callable[[Look, Key, Pick], Plan]
    back_off: BackOff = QUEUE
    steady: bool = False
    reads_own_writes: bool = False


def each(kind: str) -> Callable[[Look], Iterable[Key]]:
    """The names of all objects of a kind: what most controllers look at."""
    return lambda look: look.keys(kind)
