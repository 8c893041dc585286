"""What the environment may do to a world while it is searched: named moves, each so many times.

A move offers acts, of which any may be the one that happens; one that is not possible in a world offers none there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kubeproof.model import environment, steps
from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import key_of
from kubeproof.model.errors import BadInput
from kubeproof.model.node.kubelet.node_status import lease_key
from kubeproof.model.objects.live_node import LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.script import Scripted
from kubeproof.model.world import World


def _as_it_is(world: World) -> World:
    return world


class Act(NamedTuple):
    """One thing that the environment may do now: its words, what it asks of the API server, and what it does past it
    (after the requests)."""

    name: str
    writes: tuple[Write, ...] = ()
    outside: Callable[[World], World] = _as_it_is


class Move(NamedTuple):
    """A kind of thing that happens at most so many `times`. `names`: objects that it means by name, which are
    therefore not swapped with others."""

    name: str
    acts: Callable[[World], Iterable[Act]]
    times: int = 1
    names: tuple[str, ...] = ()


def scripted(one: Scripted, times: int = 1) -> Move:
    """A step of a script (its time does not count) as a move that may happen at any time."""

    def acts(world: World) -> Iterator[Act]:
        try:
            writes = tuple(steps.requests(world, one.name, one.step))
            steps.outside(world, one.name, one.step)
        except BadInput:
            return
        yield Act(name, writes, lambda after: steps.outside(after, one.name, one.step))

    told = [getattr(one.step, field) for field in one.step.__struct_fields__]
    words = [str(value) for value in told if value not in ("", None)]
    name = " ".join([one.name, *words])
    return Move(name, acts, times, tuple(part for word in words for part in {word, *word.split("/")}))


def pod_deleted(times: int = 1) -> Move:
    """Somebody deletes a pod: any that is not being deleted."""

    def acts(world: World) -> Iterator[Act]:
        for pod in Look(world.store, world.now).all("Pod", LivePod):
            if pod.meta.deleted_at is None:
                key = key_of("Pod", pod.meta)
                yield Act(f"deletes pod {pod.meta.name}", (Write("delete", key),))

    return Move("a pod is deleted", acts, times)


def node_lost(times: int = 1) -> Move:
    """The machine of a node falls silent: any that is heard of."""

    def acts(world: World) -> Iterator[Act]:
        for node in Look(world.store, world.now).all("Node", LiveNode):
            lease = world.store.get(lease_key(node.meta.name))
            if isinstance(lease, LiveLease) and lease.lease.renewed_at is None:
                yield Act(f"node {node.meta.name} is lost", environment.lost(world.store, node.meta.name, world.now))

    return Move("a node is lost", acts, times)
