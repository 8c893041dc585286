"""How a cluster autoscaler empties a node that is not needed, and takes it away (1.34's actuation)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.cluster_autoscaler.memory import Memory, Since
from kubeproof.model.cluster_autoscaler.movable import to_move
from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.node.leases import lease_key
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import NO_SCHEDULE, Taint, is_same

TO_BE_DELETED = Taint("ToBeDeletedByClusterAutoscaler", "", NO_SCHEDULE)
EVICTION_TIME = 120
"""Seconds for which evictions of a drain are tried (--max-pod-eviction-time)."""

Scanning = Generator[Write, None, Memory]
"""A part of a scan: its requests, and what is remembered then."""


def drained(look: Look, memory: Memory) -> Scanning:
    """What becomes of the nodes that are drained: those that are empty go, others are asked again or given up."""
    kept, failed_at = list[Since](), memory.failed_at
    for one in memory.draining:
        node = look.get(Key("Node", "", one.node), LiveNode)
        if node is None:
            continue
        pods = to_move(look.pods_on(one.node))
        left = [pod for pod in pods if pod.meta.deleted_at is None]
        if not pods:
            yield from removed(look, node)
        elif left and look.now - one.since >= EVICTION_TIME:
            failed_at = look.now
            taints = tuple(taint for taint in node.taints if not is_same(taint, TO_BE_DELETED))
            yield Write("update", Key("Node", "", one.node), replace(node, taints=taints), why="could not be drained")
        else:
            kept.append(one)
            yield from evicted(left)
    return memory._replace(draining=tuple(kept), failed_at=failed_at)


def evicted(pods: Iterable[LivePod]) -> Iterator[Write]:
    """The evictions of these pods."""
    for pod in pods:
        yield Write("evict", key_of("Pod", pod.meta), why=f"node {pod.node} is not needed")


def removed(look: Look, node: LiveNode) -> Iterator[Write]:
    """A machine is taken away, and its node with it."""
    name = node.meta.name
    if look.store.get(lease_key(name)) is not None:
        yield from environment.lost(look.store, name, look.now)
    yield Write("delete", Key("Node", "", name), why="was not needed")
