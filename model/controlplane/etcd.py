"""etcd: all API objects at one revision, as an immutable value; every write gives a new one with the next revision.

An older store is an older revision: a watch cache that lags is simply a store that somebody still holds. Buckets are
what watches select by (a kind, a namespace of it, an owner, a node): maps that stay the same object while nothing in
them changes, so that whoever looked at one knows at once whether to look again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from immutables import Map, MapMutation

from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta


class Object(Protocol):
    """An API object: one of the frozen structs of model/objects. Its kind is the name of its class in `kinds`."""

    @property
    def meta(self) -> Meta:
        """Its metadata."""
        ...


class Key(NamedTuple):
    """What names an object."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def key_of(kind: str, meta: Meta) -> Key:
    """What names an object of a kind."""
    return Key(kind, meta.namespace, meta.name)


Bucket = tuple[str, ...]
Entries = Map[Key, Object]
EMPTY: Entries = Map()


def of_kind(kind: str) -> Bucket:
    """All objects of a kind."""
    return ("kind", kind)


def in_namespace(kind: str, namespace: str) -> Bucket:
    """The objects of a kind in a namespace."""
    return ("namespace", kind, namespace)


def owned_by(kind: str, uid: str) -> Bucket:
    """The objects of a kind that name the object of this uid among their owners."""
    return ("owner", kind, uid)


def unowned(kind: str, namespace: str) -> Bucket:
    """The objects of a kind in a namespace that no controller has."""
    return ("unowned", kind, namespace)


def on_node(node: str) -> Bucket:
    """The pods that are bound to a node; of "", those that are bound to none."""
    return ("node", node)


class Store(NamedTuple):
    """All objects, and the revision of the last write. `given`: how often each name was given, where objects are
    numbered apart (numbering.py)."""

    revision: int = 0
    objects: Entries = EMPTY
    buckets: Map[Bucket, Entries] = Map()
    given: Map[Key, int] | None = None

    def get(self, key: Key) -> Object | None:
        """The object of that name, None where there is none."""
        return self.objects.get(key)

    def bucket(self, bucket: Bucket) -> Entries:
        """What a watch that selects by this bucket sees."""
        return self.buckets.get(bucket, EMPTY)

    def put(self, key: Key, new: Object) -> Store:
        """The store with this object, written at the next revision."""
        old, buckets = self.objects.get(key), self.buckets.mutate()
        now = tuple(buckets_of(key, new))
        for bucket in buckets_of(key, old) if old is not None else ():
            if bucket not in now:
                _take_out(buckets, bucket, key)
        for bucket in now:
            buckets[bucket] = buckets.get(bucket, EMPTY).set(key, new)
        return Store(self.revision + 1, self.objects.set(key, new), buckets.finish(), self.given)

    def remove(self, key: Key) -> Store:
        """The store without the object, at the next revision. Raises KeyError where there is none."""
        buckets = self.buckets.mutate()
        for bucket in buckets_of(key, self.objects[key]):
            _take_out(buckets, bucket, key)
        return Store(self.revision + 1, self.objects.delete(key), buckets.finish(), self.given)


def buckets_of(key: Key, held: Object) -> Iterator[Bucket]:
    """The buckets that an object lies in."""
    yield of_kind(key.kind)
    if key.namespace:
        yield in_namespace(key.kind, key.namespace)
    for owner in held.meta.owners:
        yield owned_by(key.kind, owner.uid)
    if key.namespace and held.meta.controller is None:
        yield unowned(key.kind, key.namespace)
    if isinstance(held, LivePod):
        yield on_node(held.node)


def _take_out(buckets: MapMutation[Bucket, Entries], bucket: Bucket, key: Key) -> None:
    left = buckets[bucket].delete(key)
    if left:
        buckets[bucket] = left
    else:
        del buckets[bucket]
