"""The cluster autoscaler as a component: every ten seconds a scan, which asks for nodes or takes some away (1.34).

    cluster_autoscaler(AutoscalerPolicy((NodeGroup("pool", 1, 5, template),)))

makes one; `groups_file.load("groups.yaml")` reads the policy. Scale-up: scale_up.py; which nodes are unneeded:
scale_down.py; which pods may be moved: movable.py. A node that was unneeded for long enough is tainted and drained, one
at a time, empty ones up to ten at once; then its machine and its node are gone. A drain that a budget holds up for two
minutes fails, and for three minutes no other is begun. Its provider's machines are part of it: a node comes some time
after it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from typing import NamedTuple

from lightkube.models import meta_v1
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.cluster_autoscaler import scale_down, scale_up
from kubeproof.model.cluster_autoscaler.draining import TO_BE_DELETED, Scanning, drained, evicted, removed
from kubeproof.model.cluster_autoscaler.memory import Booting, Memory, Since
from kubeproof.model.cluster_autoscaler.movable import to_move
from kubeproof.model.cluster_autoscaler.policy import AutoscalerPolicy, NodeGroup
from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.node_lifecycle.tainting import NOT_READY
from kubeproof.model.controlplane.etcd import Entries, Key, of_kind
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.typed import READY_NODE
from kubeproof.model.objects.typed_meta import meta
from kubeproof.model.scheduler.profile import Profile

NAME = "cluster-autoscaler"
EMPTY_AT_ONCE = 10
"""How many empty nodes go in one scan (--max-scale-down-parallelism)."""
DELAY_AFTER_FAILURE = 180
PROVISION_TIME = 900
"""Seconds for which a new node is taken to become ready yet (--max-node-provision-time)."""

SIMULATED = (
    *("Node", "Pod", "PodDisruptionBudget", "Namespace", "Service", "ReplicaSet", "StatefulSet"),
    *("PersistentVolumeClaim", "PersistentVolume", "StorageClass"),
    *("CSINode", "CSIDriver", "CSIStorageCapacity", "VolumeAttachment"),
)
"""The kinds on which it rests where pods fit."""

_ONLY = (Key("ClusterAutoscaler", "", NAME),)


def cluster_autoscaler(policy: AutoscalerPolicy | None = None, profile: Profile | None = None) -> Component:
    """The autoscaler of these groups, for a cluster whose scheduler has this profile."""
    return Component(NAME, lambda look: _ONLY, partial(_decide, _Own(policy or AutoscalerPolicy(), profile, _Known())))


class _Known:
    """Which nodes were found to be unneeded last, and of what: while that stays the same, so do they."""

    def __init__(self) -> None:
        self._there: list[Entries] = []
        self._names: Hashable = None
        self._found: list[str] = []

    def found(self, there: list[Entries], names: Hashable, find: Callable[[], list[str]]) -> list[str]:
        """What there is to find, found again only where some object is another one, or it is asked of other names."""
        same = names == self._names and all(a is b for a, b in zip(there, self._there, strict=True))
        if not same:
            self._there, self._names, self._found = there, names, find()
        return self._found


class _Own(NamedTuple):
    """What makes an autoscaler."""

    policy: AutoscalerPolicy
    profile: Profile | None
    known: _Known


class _Scan(NamedTuple):
    """One scan: what there is to see, and by whom."""

    policy: AutoscalerPolicy
    profile: Profile | None
    known: _Known
    look: Look
    pick: Pick

    def nodes(self) -> Sequence[LiveNode]:
        return self.look.all("Node", LiveNode)

    def size(self, group: NodeGroup, memory: Memory) -> int:
        """How many nodes a group has: those on their way count, those that are about to go do not."""
        going = {one.node for one in memory.draining}
        there = sum(group.owns(node.meta.name) and node.meta.name not in going for node in self.nodes())
        return there + sum(one.group == group.name for one in memory.booting)


def _decide(own: _Own, look: Look, key: Key, pick: Pick) -> Plan:
    """What is due: machines that have started, and a scan."""
    memory = look.memory if isinstance(look.memory, Memory) else Memory(look.now)
    if look.now < _next(memory):
        yield Again(_next(memory))  # before anything is looked at, so that no change wakes it up
        return
    scan = _Scan(*own, look, pick)
    started = tuple(one for one in memory.booting if one.due <= look.now)
    for one in started:
        yield from _started(own.policy, one, look)
    memory = memory._replace(booting=tuple(one for one in memory.booting if one not in started))
    if look.now >= memory.due and not started:  # what has just started is not in this view
        memory = yield from _scanned(scan, memory._replace(due=look.now + own.policy.scan_interval))
    elif look.now >= memory.due:
        memory = memory._replace(due=look.now + 1)
    yield Remember(memory)
    yield Again(_next(memory))


def _next(memory: Memory) -> int:
    return min((memory.due, *(one.due for one in memory.booting)))


def _started(policy: AutoscalerPolicy, one: Booting, look: Look) -> Iterator[Write]:
    """A machine is there: its kubelet makes the node."""
    group = next((group for group in policy.groups if group.name == one.group), None)
    if group is not None:
        node = live(scale_up.node_of(group, one.node))
        yield from (write._replace(why=f"a node of {group.name}") for write in environment.registered(node, look.now))


def live(node: Node) -> LiveNode:
    """A node as the API server holds it."""
    own = meta(meta_v1.ObjectMeta(name=node.name, labels=dict(node.labels)), namespaced=False)
    return LiveNode(own, node.taints, node.unschedulable, (READY_NODE,), node.allocatable, node.images)


def _scanned(scan: _Scan, memory: Memory) -> Scanning:
    """One scan (RunOnce): drains go on; then nodes are asked for, or if none are, some may go."""
    memory = yield from drained(scan.look, memory)
    larger = _scaled_up(scan, memory)
    if larger is not None:
        return larger
    return (yield from _scaled_down(scan, memory))


def _scaled_up(scan: _Scan, memory: Memory) -> Memory | None:
    """What is remembered once nodes have been asked for; None where none are."""
    look = scan.look
    waiting = [f"{pod.meta.namespace}/{pod.meta.name}" for pod in scale_up.unschedulable(look.pods_on(""))]
    if not waiting:
        return None
    snapshot, left = scale_up.helpless(scale_up.settled(seen(look), list(_coming(scan, memory))), scan.profile, waiting)
    rooms = [(group, group.most - scan.size(group, memory)) for group in scan.policy.groups]
    option = scale_up.best(snapshot, scan.profile, left, [one for one in rooms if one[1] > 0], scan.pick)
    if option is None:
        return None
    taken = {node.meta.name for node in scan.nodes()} | {one.node for one in memory.booting}
    free = (name for number in count(1) if (name := f"{option.group.name}-{number}") not in taken)
    new = (Booting(option.group.name, name, look.now + option.group.startup) for name in islice(free, option.nodes))
    return memory._replace(booting=(*memory.booting, *new), added_at=look.now)


def _coming(scan: _Scan, memory: Memory) -> Iterator[Node]:
    """The nodes that are on their way, and those that are there but not ready yet, as they will be."""
    for group in scan.policy.groups:
        yield from (scale_up.node_of(group, one.node) for one in memory.booting if one.group == group.name)
        for node in scan.nodes():
            fresh = node.meta.created_at is not None and scan.look.now - node.meta.created_at < PROVISION_TIME
            starting = not node.ready or any(taint.key == NOT_READY for taint in node.taints)
            if group.owns(node.meta.name) and fresh and starting:
                yield scale_up.node_of(group, node.meta.name)


def _scaled_down(scan: _Scan, memory: Memory) -> Scanning:
    """Which nodes are not needed from now on; those that have not been for long enough go."""
    policy, look = scan.policy, scan.look
    going = {one.node for one in memory.draining}
    spare = {group.name: scan.size(group, memory) - group.least for group in policy.groups}
    group_of = {node.meta.name: group for group in policy.groups for node in scan.nodes() if group.owns(node.meta.name)}
    candidates = [
        node
        for node in scan.nodes()
        if node.meta.name in group_of and node.meta.name not in going and spare[group_of[node.meta.name].name] > 0
    ]
    names = _unneeded(scan, sorted(going), candidates)
    since = dict(memory.unneeded)
    memory = memory._replace(unneeded=tuple(Since(name, since.get(name, look.now)) for name in names))
    if _waits(memory.added_at, policy.delay_after_add, look.now) or _waits(
        memory.failed_at, DELAY_AFTER_FAILURE, look.now
    ):
        return memory
    empty = 0
    for one in memory.unneeded:
        group = group_of[one.node].name
        if look.now - one.since < policy.unneeded_time or spare[group] <= 0:
            continue
        node = next(node for node in candidates if node.meta.name == one.node)
        pods = to_move(look.pods_on(one.node))
        if empty >= EMPTY_AT_ONCE if not pods else memory.draining:
            continue
        spare[group] -= 1
        tainted = replace(node, taints=(*node.taints, TO_BE_DELETED))
        yield Write("update", Key("Node", "", one.node), tainted, why=f"unneeded for {look.now - one.since}s")
        if pods:
            memory = memory._replace(draining=(*memory.draining, Since(one.node, look.now)))
            yield from evicted(pods)
        else:
            empty += 1
            yield from removed(look, node)
    return memory


def _waits(since: int | None, delay: int, now: int) -> bool:
    return since is not None and since + delay > now


def _unneeded(scan: _Scan, going: Iterable[str], candidates: Sequence[LiveNode]) -> list[str]:
    """The nodes that could go once those that are drained are gone: none where these do not fit elsewhere."""
    if not candidates:
        return []
    leaving, look = tuple(going), scan.look

    def found() -> list[str]:
        snapshot = seen(look)
        for name in leaving:
            without = scale_down.moved(snapshot, scan.profile, name, look.pods_on(name))
            if without is None:
                return []
            snapshot = without
        return scale_down.unneeded(scan.policy, look, snapshot, scan.profile, candidates)

    there = [look.store.bucket(of_kind(kind)) for kind in SIMULATED]
    return scan.known.found(there, (leaving, tuple(node.meta.name for node in candidates)), found)
