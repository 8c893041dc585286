"""Late components in the search of worlds: a look may begin with a store that is some requests old.

What the last requests changed is part of a world, as far back as anybody may be behind; so is how far back each late
component may still look, for a view never goes back in time. An old store is the latest with those changes undone.
Both stand among what is remembered, so that the key of a world tells them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Change, Write
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.world import World, remembered

HERE = Key("Past", "", "")
PAST, SEES = "past", "sees "


class Late(NamedTuple):
    """Which components may be late, and by how many requests at most."""

    components: frozenset[str] = frozenset()
    by: int = 1


NOBODY = Late()


class Undo(NamedTuple):
    """One object before a request changed it."""

    key: Key
    before: Object | None


class Made(NamedTuple):
    """A request that changed something: whose look made it (None: nobody's), whether it deleted something."""

    changes: tuple[Undo, ...]
    by: tuple[str, Key] | None = None
    deletes: bool = False


class Past(NamedTuple):
    """The last requests, the newest last."""

    made: tuple[Made, ...] = ()


def past_of(world: World) -> Past:
    """What the last requests changed."""
    found = world.memory.get((PAST, HERE))
    return found if isinstance(found, Past) else Past()


def then(world: World, late: Late, changes: Sequence[Change], write: Write, by: tuple[str, Key] | None = None) -> World:
    """The world that knows of a request that has just changed something in it."""
    if not late.components or not changes:
        return world
    made = Made(tuple(Undo(key, before) for key, before, _ in changes), by, write.verb in {"delete", "evict"})
    world = remembered(world, PAST, HERE, Past((*past_of(world).made, made)[-late.by :]))
    for name in late.components:
        world = _may_see(world, late, name, _oldest(world, late, name) + 1)
    return world


def _oldest(world: World, late: Late, name: str) -> int:
    """How many requests old the oldest view is that a component may still have."""
    found = world.memory.get((SEES + name, HERE))
    return found if isinstance(found, int) else late.by


def _may_see(world: World, late: Late, name: str, oldest: int) -> World:
    """A component whose view may be as old as any is the usual case, of which nothing is remembered."""
    return remembered(world, SEES + name, HERE, None if oldest >= late.by else oldest)


def begun(world: World, late: Late) -> World:
    """A world at the beginning of a search: everybody has seen all of it."""
    for name in late.components:
        world = _may_see(world, late, name, 0)
    return world


def looked(world: World, late: Late, name: str, age: int) -> World:
    """The world after a component has begun a look with a view of that age: later ones are no older."""
    return _may_see(world, late, name, age) if name in late.components else world


def stores(world: World, late: Late, name: str) -> list[Store]:
    """The stores with which a look of a component may begin, by their age in requests."""
    found = [world.store]
    if name in late.components:
        made = past_of(world).made
        for one in reversed(made[len(made) - min(len(made), _oldest(world, late, name)) :]):
            store = found[-1]
            for undo in reversed(one.changes):
                store = _undone(store, undo)
            found.append(store)
    return found


def freshness(world: World, component: Component, key: Key, age: int) -> bool | None:
    """Whether a store of that age shows all that the component has deleted in looks at the object; None: it waits until
    it sees what else it has written there."""
    made = past_of(world).made
    own = [one for one in made[len(made) - age :] if one.by == (component.name, key)] if age else []
    if component.reads_own_writes and not all(one.deletes for one in own):
        return None
    return not any(one.deletes for one in own)


def _undone(store: Store, undo: Undo) -> Store:
    if undo.before is not None:
        return store.put(undo.key, undo.before)._replace(revision=store.revision)
    if undo.key in store.objects:
        return store.remove(undo.key)._replace(revision=store.revision)
    return store
