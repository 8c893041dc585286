"""Watches: what has changed since a revision, until that is compacted, and a client that keeps up with it.

Follows the API server's watch cache (storage/cacher/watch_cache.go, v1.36.2) and client-go's reflector. A history is a
value: the last changes, oldest first, and up to which revision nothing is known any more. A watch that selects sees an
object come (ADDED) and go (DELETED) when it begins and ceases to be selected. Whoever asks from before what is known
hears 410 Expired, and lists anew. Left out: bookmarks, and that one waits for a revision that is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from kubeproof.model.controlplane.apiserver import Done, Refused
from kubeproof.model.controlplane.etcd import Bucket, Entries, Key, Object, Store, buckets_of

KEPT = 100
"""Changes that are kept at first (defaultLowerBoundCapacity of the watch cache)."""


class Happened(NamedTuple):
    """One change as it is kept: at which revision, of what, and the object before and after."""

    revision: int
    key: Key
    before: Object | None
    after: Object | None


class History(NamedTuple):
    """The last `kept` changes. `compacted`: the last revision of which nothing is known."""

    events: tuple[Happened, ...] = ()
    compacted: int = 0
    kept: int = KEPT

    def then(self, done: Done) -> History:
        """The history after a request was carried out."""
        new = tuple(
            Happened(done.store.revision if after is None else after.meta.resource_version, key, before, after)
            for key, before, after in done.changes
        )
        events = (*self.events, *new)
        over = max(0, len(events) - self.kept)
        return self._replace(events=events[over:], compacted=events[over - 1].revision if over else self.compacted)

    def compact(self, revision: int) -> History:
        """The history without all up to this revision."""
        left = tuple(one for one in self.events if one.revision > revision)
        return self._replace(events=left, compacted=max(self.compacted, revision))


class Told(NamedTuple):
    """What a watch tells of one change; of one that is DELETED the object as it was last selected."""

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    revision: int
    key: Key
    object: Object


def watch(history: History, since: int, bucket: Bucket) -> Iterator[Told]:
    """What has changed after a revision of what a bucket selects. Raises Refused (410) where that is not known."""
    if since < history.compacted:
        raise Refused(410, "Expired", f"too old resource version: {since} ({history.compacted})")
    return (told for one in history.events if one.revision > since and (told := _told(one, bucket)) is not None)


def _told(one: Happened, bucket: Bucket) -> Told | None:
    before, after = (None if held is None or bucket not in buckets_of(one.key, held) else held for held in one[2:])
    if after is not None:
        return Told("ADDED" if before is None else "MODIFIED", one.revision, one.key, after)
    return None if before is None else Told("DELETED", one.revision, one.key, before)


class Cache(NamedTuple):
    """What a client has seen of a bucket, up to a revision. `lists`: how often it has listed."""

    entries: Entries
    revision: int
    lists: int = 1


def listed(store: Store, bucket: Bucket) -> Cache:
    """The cache of a client that has just listed."""
    return Cache(store.bucket(bucket), store.revision)


def caught_up(cache: Cache, history: History, store: Store, bucket: Bucket) -> Cache:
    """The cache after all that a watch has to tell; where it was away for too long, after another list."""
    try:
        told = watch(history, cache.revision, bucket)
    except Refused:
        return listed(store, bucket)._replace(lists=cache.lists + 1)
    entries = cache.entries
    for one in told:
        entries = entries.delete(one.key) if one.type == "DELETED" else entries.set(one.key, one.object)
    return cache._replace(entries=entries, revision=store.revision)
