"""What was decided before, known by what was seen: where all that is the same again, it need not be decided anew.

Worlds of one search share their objects: what a request makes of the same objects at the same time is one value,
however the worlds came about (their stores are numbered apart: model/controlplane/numbering.py). So a value is known by
its identity, and a bucket by those of its objects. What a look reads next depends on nothing but what it has read so
far: plans stand in a tree, at each node of which something is read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar, cast

from immutables import Map

from kubeproof.model.agenda import bucket_of
from kubeproof.model.controlplane.etcd import EMPTY, Bucket, Entries, Key, Object, Store
from kubeproof.model.world import World

T = TypeVar("T")
Read = Bucket | Key
"""An object, or a bucket of them; of ("names", a kind) all objects of that kind."""

Memory = tuple[str, str, Key]


def memory_of(component: str, key: Key) -> Memory:
    """What a component remembers of an object, as something that a step may change."""
    return "memory", component, key


class Values:
    """A number for each value that there was in any world of a search: the same for the same object, and for buckets of
    the same objects. It holds on to all of them, so that no identity is used twice."""

    def __init__(self) -> None:
        self._kept: dict[int, object] = {}
        self._buckets: dict[int, tuple[Entries, int]] = {}
        self._contents: dict[frozenset[int], int] = {}
        self._first: dict[Object, Object] = {}
        self._entries: dict[tuple[Hashable, int], int] = {}

    def number(self, value: object) -> int:
        """The number of an object, of None, or of what a component remembers."""
        number = id(value)
        if number not in self._kept:
            self._kept[number] = value
        return number

    def same(self, held: Object | None) -> Object | None:
        """The first object that is equal to this one."""
        return None if held is None else self._first.setdefault(held, held)

    def entry(self, entry: Hashable, value: object) -> int:
        """The number of a value in its place."""
        return self._entries.setdefault((entry, self.number(value)), len(self._entries))

    def content(self, world: World) -> frozenset[int]:
        """The numbers of all values of a world in their places: its objects, and what is remembered."""
        found = [self.entry(key, held) for key, held in world.store.objects.items()]
        found += [self.entry(memory_of(*whose), value) for whose, value in world.memory.items()]
        return frozenset(found)

    def of_bucket(self, entries: Entries) -> int:
        """The number of a bucket."""
        found = self._buckets.get(id(entries))
        if found is None:
            content = frozenset(map(id, entries.values()))
            found = self._buckets[id(entries)] = entries, self._contents.setdefault(content, len(self._contents))
        return found[1]


class Node(Generic[T]):
    """What is read next, and what comes behind each value of it; where all was read, what was decided."""

    __slots__ = ("bucket", "decided", "read", "then")

    def __init__(self) -> None:
        self.read: Read | None = None
        self.bucket: Bucket | None = None
        self.then: dict[int, Node[T]] = {}
        self.decided: T | None = None

    def reads(self, read: Read) -> None:
        """From now on this is what is read here."""
        self.read = read
        self.bucket = None if isinstance(read, Key) else bucket_of(read)


class Known(Generic[T]):
    """Decisions of one search, each about something (`of`)."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._roots: dict[Hashable, Node[T]] = {}

    def find(self, of: Hashable, store: Store) -> tuple[T, tuple[tuple[Read, object], ...]] | None:
        """What was decided where the same was seen, with what is read for it; None: nothing."""
        node, objects, buckets, of_bucket = self._roots.get(of), store.objects, store.buckets, self._values.of_bucket
        seen: list[tuple[Read, object]] = []
        while node is not None:
            if node.decided is not None:
                return node.decided, tuple(seen)
            read, bucket = node.read, node.bucket
            assert read is not None
            if bucket is None:
                value: object = objects.get(cast("Key", read))
                node = node.then.get(id(value))
            else:
                value = entries = buckets.get(bucket, EMPTY)
                node = node.then.get(of_bucket(entries))
            seen.append((read, value))
        return None

    def note(self, of: Hashable, seen: Iterable[tuple[Read, object]], decided: T) -> None:
        """Takes note of a decision, and of what was read for it in order."""
        node = self._roots.setdefault(of, Node())
        for read, value in seen:
            if node.read is None:
                node.reads(read)
            assert node.read == read, f"{of} looks at {read} where it looked at {node.read} before"
            number = self._values.of_bucket(value) if isinstance(value, Map) else self._values.number(value)
            node = node.then.setdefault(number, Node())
        node.decided = decided
