"""Laws about all API objects: how they are written, what holds them up, and who goes with whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR, KINDS
from kubeproof.model.controlplane.controllers.namespace import NAMESPACES
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.propagation import FOREGROUND, ORPHAN
from kubeproof.model.objects.job import TRACKING_FINALIZER
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.namespace import KUBERNETES, Namespace
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, is_deleted, is_silent, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

OWN_FINALIZERS = frozenset({FOREGROUND, ORPHAN, TRACKING_FINALIZER, KUBERNETES})
"""Finalizers that a component of Kubernetes takes off; others are for whoever put them on."""

MADE_BY_OWNERS = frozenset({"Pod", "ReplicaSet", "Job", "ControllerRevision"})
"""Kinds of objects that a controller makes while its owner is there to stay."""


def _only_grow(before: World, events: Sequence[Event], after: World) -> bool:
    old = before.store.objects
    return before.store.revision <= after.store.revision and all(
        held.meta.resource_version > old[key].meta.resource_version
        for key, held in after.store.objects.items()
        if key in old and old[key] is not held
    )


def _none_is_lost(before: World, events: Sequence[Event], after: World) -> bool:
    return all(
        event.write.revision is None or event.before.meta.resource_version == event.write.revision
        for event in events
        if event.refused is None and event.before is not None
    )


def _specs_are_counted(before: World, events: Sequence[Event], after: World) -> bool:
    """Generations go up by one where a spec changes, and never else."""
    for event in events:
        old: Any = event.before
        new: Any = event.after
        if old is None or new is None or old is new or not old.meta.generation or old.meta.uid != new.meta.uid:
            continue
        if event.write.verb not in ("update", "status"):
            continue
        if isinstance(new, LivePod) or not hasattr(new, "spec"):
            continue
        changed = old.spec != new.spec
        if new.meta.generation != old.meta.generation + changed:
            return False
    return True


def _status_keeps_to_itself(before: World, events: Sequence[Event], after: World) -> bool:
    """A write of a status changes no spec."""
    for event in done(events, "status"):
        old: Any = event.before
        new: Any = event.after
        if old is not None and new is not None and getattr(old, "spec", None) != getattr(new, "spec", None):
            return False
    return True


def _finalizers_hold(before: World, events: Sequence[Event], after: World) -> bool:
    there = after.store.objects
    if len(there) >= len(before.store.objects) and not any(event.after is None for event in events):
        return True
    for key, held in before.store.objects.items():
        if not held.meta.finalizers or (key in there and there[key].meta.uid == held.meta.uid):
            continue
        if not any(_lets_go(event, key) for event in events):
            return False
    return True


def _lets_go(event: Event, key: Key) -> bool:
    body: Any = event.write.body
    return event.write.verb == "update" and event.key == key and not body.meta.finalizers and event.refused is None


def _all_gone(world: World) -> bool:
    """Whether nothing is left that was deleted, but for what others hold up, and what waits for a silent node."""
    left = [(key, held) for key, held in world.store.objects.items() if held.meta.deleted_at is not None]
    if not left:
        return True
    stuck = {key for key, held in left if _is_held_up(world, held)}
    held_up = {key.namespace for key in stuck} | {key.name for key in stuck if key.kind == "Namespace"}
    for key, _ in left:
        waits = key.namespace in held_up or (key.kind == "Namespace" and key.name in held_up)
        if key not in stuck and (key.kind == "Pod" or not waits):
            return False
    return True


def _is_held_up(world: World, held: Any) -> bool:
    strange = any(one not in OWN_FINALIZERS for one in held.meta.finalizers)
    return strange or (isinstance(held, LivePod) and bool(held.node) and is_silent(world, held.node))


def _no_orphans(world: World) -> bool:
    uids = {held.meta.uid for held in world.store.objects.values()}
    return all(_is_owned(held.meta, uids) for held in world.store.objects.values())


def _is_owned(meta: Meta, uids: set[str]) -> bool:
    """Whether somebody owns an object, nobody ever did, or it is not for the garbage collector to say."""
    if not meta.owners or meta.deleted_at is not None or any(owner.kind not in KINDS for owner in meta.owners):
        return True
    return any(owner.uid in uids for owner in meta.owners)


def _collects_orphans(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "delete", by=GARBAGE_COLLECTOR.name):
        held = event.before
        if held is not None and any(_stays(before, event.key, owner) for owner in held.meta.owners):
            return False
    return True


def _stays(world: World, key: Key, owner: Any) -> bool:
    """Whether an owner is there, and not waiting for what it owns to go."""
    found = world.store.get(Key(owner.kind, key.namespace, owner.name)) or world.store.get(
        Key(owner.kind, "", owner.name)
    )
    if found is None or found.meta.uid != owner.uid:
        return False
    return found.meta.deleted_at is None or FOREGROUND not in found.meta.finalizers


def _makes_no_more(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "create"):
        owner = event.after.meta.controller if event.after is not None else None
        if owner is None or event.key.kind not in MADE_BY_OWNERS:
            continue
        held = before.store.get(Key(owner.kind, event.key.namespace, owner.name))
        if held is not None and held.meta.uid == owner.uid and held.meta.deleted_at is not None:
            return False
    return True


def _is_empty(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "update", "Namespace", NAMESPACES.name):
        if event.after is None and any(key.namespace == event.key.name for key in before.store.objects):
            return False
    return True


def _closed(before: World, events: Sequence[Event], after: World) -> bool:
    going = {one.meta.name for one in all_of(before, "Namespace", Namespace) if one.meta.deleted_at is not None}
    return not any(event.key.namespace in going for event in done(events, "create"))


def _something_is_deleted(world: World) -> bool:
    return any(held.meta.deleted_at is not None for held in world.store.objects.values())


def _is_held(world: World) -> bool:
    return any(held.meta.deleted_at is not None and held.meta.finalizers for held in world.store.objects.values())


def _is_owner_deleted(world: World) -> bool:
    owners = {owner.uid for held in world.store.objects.values() for owner in held.meta.owners}
    return not owners <= {held.meta.uid for held in world.store.objects.values()}


LAWS: tuple[WorldLaw, ...] = (
    every_step("revisions only grow", _only_grow),
    every_step("no update is lost: one that names a revision changes that one", _none_is_lost),
    every_step("a generation counts the changes of a spec", _specs_are_counted),
    every_step("who writes a status changes no spec", _status_keeps_to_itself),
    every_step("an object that is deleted stays while it has finalizers", _finalizers_hold, about=_is_held),
    in_the_end(
        "all that was deleted goes, unless it is in use, or a strange finalizer or a silent node holds it up",
        _all_gone,
        about=_something_is_deleted,
    ),
    in_the_end("nothing is left whose owners are all gone", _no_orphans, about=_is_owner_deleted),
    every_step("nothing is collected as garbage whose owner stays", _collects_orphans, about=_is_owner_deleted),
    every_step("who is being deleted makes nothing new", _makes_no_more, about=_something_is_deleted),
)
"""Of every cluster."""

_closing = there_is("Namespace", is_deleted)

OF_NAMESPACES: tuple[WorldLaw, ...] = (
    every_step("a namespace goes only once nothing is in it", _is_empty, about=_closing),
    every_step("nothing is made in a namespace that is being deleted", _closed, about=_closing),
)
"""Of clusters with Namespaces."""
