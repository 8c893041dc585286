"""The garbage collector: objects whose owners are gone go too (pkg/controller/garbagecollector, v1.36).

Each object is looked at by itself (attemptToDeleteItem). Deleted in the foreground, it waits for those that block it;
orphaning, it takes itself off its dependents first. An owner of a kind that the world does not have is left alone, with
all that it owns: so it is upstream, where such a kind cannot be looked up. Left out: owners in other namespaces.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.kinds import CLUSTER_WIDE, NAMESPACED
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.controlplane.propagation import FOREGROUND, ORPHAN, Propagation
from kubeproof.model.objects.meta import Meta, Owner, without_finalizer

KINDS = (*NAMESPACED, *CLUSTER_WIDE)


class Owners(NamedTuple):
    """An object's owners: there to stay, gone, and those that wait for what they own to go (classifyReferences)."""

    solid: tuple[Owner, ...] = ()
    dangling: tuple[Owner, ...] = ()
    waiting: tuple[Owner, ...] = ()


class Dependent(NamedTuple):
    """One that an object owns."""

    key: Key
    held: Any

    @property
    def meta(self) -> Meta:
        """Its metadata."""
        return cast("Meta", self.held.meta)


def waits_for_dependents(meta: Meta) -> bool:
    """Whether an object is being deleted in the foreground (isDeletingDependents)."""
    return meta.deleted_at is not None and FOREGROUND in meta.finalizers


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    held = cast("Any", look.get(key, cast("type[Any]", object)))
    if held is None:
        return
    meta: Meta = held.meta
    if meta.deleted_at is not None and ORPHAN in meta.finalizers:
        yield from _orphaned(look, key, held)
    elif waits_for_dependents(meta):
        if not any(_blocks(one, meta.uid) for one in dependents(look, meta.uid)):
            yield _without_finalizer(key, held, FOREGROUND)
    elif meta.deleted_at is None and meta.owners:
        yield from _collected(look, key, held)


def _orphaned(look: Look, key: Key, held: Any) -> Iterator[Write]:
    for one in dependents(look, held.meta.uid):
        yield _without_owners(one.key, one.held, {held.meta.uid})
    yield _without_finalizer(key, held, ORPHAN)


def _blocks(dependent: Dependent, uid: str) -> bool:
    return any(owner.uid == uid and owner.block_owner_deletion for owner in dependent.meta.owners)


def _collected(look: Look, key: Key, held: Any) -> Iterator[Write]:
    """What happens to an object by what its owners are (attemptToDeleteItem)."""
    owners = classified(look, key, held.meta)
    if owners is None:
        return
    if owners.solid:
        if gone := {owner.uid for owner in (*owners.dangling, *owners.waiting)}:
            yield _without_owners(key, held, gone)
        return
    owned = list(dependents(look, held.meta.uid)) if owners.waiting else []
    policy: Propagation = "Background"
    if owned:
        if any(waits_for_dependents(one.meta) for one in owned):
            unblocked = tuple(replace(owner, block_owner_deletion=False) for owner in held.meta.owners)
            yield _patch(key, replace(held, meta=replace(held.meta, owners=unblocked)))
        policy = "Foreground"
    elif ORPHAN in held.meta.finalizers:
        policy = "Orphan"
    elif FOREGROUND in held.meta.finalizers:
        policy = "Foreground"
    yield Write("delete", key, DeleteOptions(uid=held.meta.uid, propagation=policy), why="its owner is gone")


def classified(look: Look, key: Key, meta: Meta) -> Owners | None:
    """The owners of an object by what they are now, None where one cannot be looked up."""
    solid, dangling, waiting = [], [], []
    for owner in meta.owners:
        if owner.kind not in KINDS:
            return None
        there = Key(owner.kind, "" if owner.kind in CLUSTER_WIDE else key.namespace, owner.name)
        look.get(there, object)
        found = cast("Any", look.live(there, cast("type[Any]", object)))
        if found is None or found.meta.uid != owner.uid:
            dangling.append(owner)
        elif waits_for_dependents(found.meta):
            waiting.append(owner)
        else:
            solid.append(owner)
    return Owners(tuple(solid), tuple(dangling), tuple(waiting))


def dependents(look: Look, uid: str) -> Iterator[Dependent]:
    """All that name the object of this uid among their owners."""
    for kind in KINDS:
        for held in cast("Iterable[Any]", look.owned(kind, uid, object)):
            yield Dependent(key_of(kind, held.meta), held)


def _without_owners(key: Key, held: Any, uids: Container[str]) -> Write:
    kept = tuple(owner for owner in held.meta.owners if owner.uid not in uids)
    return _patch(key, replace(held, meta=replace(held.meta, owners=kept)))


def _without_finalizer(key: Key, held: Any, finalizer: str) -> Write:
    return _patch(key, replace(held, meta=without_finalizer(held.meta, finalizer)))


def _patch(key: Key, held: Any) -> Write:
    return Write("update", key, held, when_stale="merged")


def _all(look: Look) -> Iterable[Key]:
    return (key for kind in KINDS for key in look.keys(kind))


GARBAGE_COLLECTOR = Component("garbage-collector-controller", _all, _decide)
