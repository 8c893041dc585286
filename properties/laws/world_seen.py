"""What laws about worlds look at: the objects of a kind, the pods of an owner, what a step did. No law is told here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from kubeproof.model.controlplane.apiserver import Verb
from kubeproof.model.controlplane.etcd import of_kind, owned_by
from kubeproof.model.node.leases import lease_key
from kubeproof.model.objects.live_node import LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.world import Event, World

T = TypeVar("T")


def all_of(world: World, kind: str, of: type[T]) -> Iterator[T]:
    """The objects of a kind, in no order."""
    for held in world.store.bucket(of_kind(kind)).values():
        if isinstance(held, of):
            yield held


def pods(world: World) -> Iterator[LivePod]:
    """All pods."""
    return all_of(world, "Pod", LivePod)


def nodes(world: World) -> Iterator[LiveNode]:
    """All nodes."""
    return all_of(world, "Node", LiveNode)


def pods_of(world: World, owner: str) -> list[LivePod]:
    """The pods that the object of this uid controls."""
    found = world.store.bucket(owned_by("Pod", owner)).values()
    return [pod for pod in found if isinstance(pod, LivePod) and is_controlled(pod, owner)]


def is_controlled(held: Any, owner: str) -> bool:
    """Whether the object of this uid controls an object."""
    by = held.meta.controller
    return by is not None and by.uid == owner


def done(events: Sequence[Event], verb: Verb, kind: str = "", by: str = "") -> Iterator[Event]:
    """The requests of a step that were carried out: those of a verb, about a kind and by somebody where they are
    named."""
    for event in events:
        if event.write.verb == verb and event.refused is None and kind in ("", event.key.kind) and by in ("", event.by):
            yield event


def is_silent(world: World, node: str) -> bool:
    """Whether nothing is heard of a node's machine, or there is no such node."""
    lease = world.store.get(lease_key(node))
    if isinstance(lease, LiveLease):
        return lease.lease.renewed_at is not None
    return not any(one.meta.name == node for one in nodes(world))


def there_is(kind: str, like: Callable[[Any], bool] = lambda held: True) -> Callable[[World], bool]:
    """Whether a world has an object of a kind that is like that: what most laws are about."""
    return lambda world: any(like(held) for held in world.store.bucket(of_kind(kind)).values())


def is_deleted(held: Any) -> bool:
    """Whether somebody has deleted an object that is still there."""
    return held.meta.deleted_at is not None
