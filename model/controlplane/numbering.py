"""What the API server numbers: resourceVersions, uids, and what generated names end in.

As in etcd, every write has the next number of all. In a store whose objects are numbered *apart* each has revisions of
its own, and uids and names count how often one was given there: two requests that have nothing to do with each other
lead to one and the same store, whichever came first. No client can tell, for all that it may do with a resourceVersion
is to ask whether it is still that of the same object; but that pods take their turns by it in the scheduler's queue,
so those that wait are numbered together.
"""

from __future__ import annotations

from immutables import Map

from kubeproof.model.controlplane.etcd import Key, Object, Store, on_node
from kubeproof.model.controlplane.templates import hashed
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta

WAITING = on_node("")
"""The pods that wait for a node."""

BEGAN = Key("", "", "")
"""What stands for the revision from which on objects are numbered apart: no name was given more often before."""

TURN = 1 << 32
"""Apart, a revision is so many turns and the count of its object, which no other of that name has."""

BOUND = 1 << 32
"""Turns that a pod takes at its binding, so that it does not matter later which ones it had while it waited."""


def apart(store: Store) -> Store:
    """The store, whose objects are numbered apart from now on."""
    return store if store.given is not None else store._replace(given=Map({BEGAN: store.revision}))


def count(store: Store, key: Key) -> int:
    """The number of what is created next under this name, or this beginning of one."""
    return store.revision + 1 if store.given is None else _given(store.given, key) + 1


def counted(store: Store, key: Key) -> Store:
    """The store behind a creation under this name, or this beginning of one."""
    given = store.given
    return store if given is None else store._replace(given=given.set(key, _given(given, key) + 1))


def name(meta: Meta, number: int) -> str:
    """The name of what is created: to one that ends in "-" (a generateName) five letters are added. `number`: its
    count."""
    return meta.name + hashed([meta.namespace, meta.name, number])[:5] if meta.name.endswith("-") else meta.name


def uid(store: Store, key: Key, number: int) -> str:
    """The uid of what is created there. `number`: its count."""
    kind = key.kind.lower()
    return f"{kind}-{store.revision + 1}" if store.given is None else f"{kind}.{key.namespace}.{key.name}.{number}"


def first_revision(store: Store, new: Object, number: int) -> int:
    """The revision of what is created. `number`: its count."""
    return store.revision + 1 if store.given is None else _revision(store, number, new)


def next_revision(store: Store, held: Object, new: Object) -> int:
    """The revision of an object that changes."""
    if store.given is None:
        return store.revision + 1
    last = held.meta.resource_version
    if waits(held) and not waits(new):
        return BOUND * TURN + last % TURN
    return _revision(store, last, new)


def waits(held: Object | None) -> bool:
    """Whether that is a pod without a node, or none that is there yet: those are numbered together."""
    return held is None or (isinstance(held, LivePod) and not held.node)


def _revision(store: Store, last: int, new: Object) -> int:
    """The revision a turn behind the last, and behind those of all pods that wait, if it is one."""
    turns = last // TURN
    if waits(new):
        turns = max(turns, *(pod.meta.resource_version // TURN for pod in store.bucket(WAITING).values()), 0)
    return (turns + 1) * TURN + last % TURN


def _given(given: Map[Key, int], key: Key) -> int:
    return given.get(key, given[BEGAN])
