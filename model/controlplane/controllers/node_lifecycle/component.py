"""The node lifecycle controller as a component: rounds over all nodes, and the taints of each one (v1.36).

Rounds (`monitor`) are made at the times that the monitor period gives; between them nothing is done but what follows at
once from a node's conditions (NoSchedule taints) and what waits for its zone's rate (NoExecute taints). A round that
would find nothing new is left out. Decisions are monitor.py's and tainting.py's.

Leases: one that says no `renewed_at` is renewed all the time. One that does was renewed for the last time then, and the
first round after that is taken to have seen it. Left out: processPod, as no pod is bound with a Ready condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple, cast

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.node_lifecycle import tainting
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace
from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import (
    DEFAULTS,
    Memory,
    Round,
    Settings,
    monitor,
    no_execute_pass,
    pods_not_ready,
)
from kubeproof.model.controlplane.controllers.node_lifecycle.rates import Queue
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.live_node import READY, Lease, LiveLease, LiveNode

PERIOD = 5
"""Seconds from one round to the next (--node-monitor-period)."""

ALL = Key("NodeLifecycle", "", "")
"""What stands for all nodes at once."""


class Rounds(NamedTuple):
    """What is remembered of all nodes, and the time of the last round while it is still that time."""

    memory: Memory = Memory()
    at: int | None = None


class Flags(NamedTuple):
    """The controller's flags; `period` in seconds."""

    settings: Settings = DEFAULTS
    period: int = PERIOD


def node_lifecycle(settings: Settings = DEFAULTS, period: int = PERIOD) -> Component:
    """The controller with these flags; its rounds are at the multiples of `period` seconds."""

    flags = Flags(settings, period)

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        return _rounds(look, flags, pick) if key == ALL else _no_schedule(look, key)

    return Component("node-lifecycle-controller", _objects, decide)


def _objects(look: Look) -> Iterable[Key]:
    return (ALL, *look.keys("Node"))


def _no_schedule(look: Look, key: Key) -> Plan:
    """The NoSchedule taints of a node follow its conditions at once (doNoScheduleTaintingPass)."""
    node = look.get(key, LiveNode)
    if node is not None and (taints := tainting.no_schedule(node)) != node.taints:
        yield Write("update", key, replace(node, taints=taints), why="its conditions call for it", when_stale="merged")


def _rounds(look: Look, flags: Flags, pick: Pick) -> Plan:
    nodes, leases = look.all("Node", LiveNode), look.all("Lease", LiveLease)
    known = cast("Rounds | None", look.memory) or Rounds()
    now, period, here = look.now, flags.period, {node.meta.name: node for node in nodes}
    turn = now % period == 0 and known.at != now
    memory = _seen_last(known.memory, leases, period)
    if turn:
        done = monitor(memory, nodes, dict(_renewals(leases, now)), now, flags.settings)
        yield from _written(look, here, done)
        here.update({node.meta.name: node for node in done.nodes})
        memory, known = done.memory, Rounds(done.memory, now)
    tainted = no_execute_pass(memory, here.values(), now, pick)
    if tainted.memory.queues != memory.queues and _took(memory, tainted.memory):
        yield from _written(look, here, tainted)
        here.update({node.meta.name: node for node in tainted.nodes})
        memory = tainted.memory
    yield Remember(Rounds(memory, now if known.at == now else None))
    after = now - now % period + period
    soonest = [_next_round(memory, tuple(here.values()), leases, after, flags), *_turns(memory, now)]
    if (at := min((one for one in soonest if one is not None), default=None)) is not None:
        yield Again(at)


def _written(look: Look, before: dict[str, LiveNode], done: Round) -> Iterator[Write]:
    for node in done.nodes:
        key, old = Key("Node", "", node.meta.name), before[node.meta.name]
        if node.conditions != old.conditions:
            yield Write("status", key, node, why="it has been silent for too long")
        if node.taints != old.taints:
            why = "its pods have to go" if len(node.taints) > len(old.taints) else ""
            yield Write("update", key, node, why=why, when_stale="merged")
    for name in done.pods_not_ready_on:
        for pod, status in pods_not_ready(look.pods_on(name), name, look.now):
            yield Write("status", key_of("Pod", pod.meta), replace(pod, status=status), when_stale="merged")


def _renewals(leases: Iterable[LiveLease], now: int) -> Iterator[tuple[str, Lease]]:
    """The leases as they are read at a time: one that is renewed all the time was renewed just now."""
    for held in leases:
        at = held.lease.renewed_at
        yield held.lease.name, held.lease if at is not None else replace(held.lease, renewed_at=now)


def _seen_last(memory: Memory, leases: Iterable[LiveLease], period: int) -> Memory:
    """The memory with the last renewals that rounds have seen which were left out because they found nothing else."""
    health = memory.health
    for held in leases:
        name, last = held.lease.name, held.lease.renewed_at
        own = health.get(name)
        if own is None or last is None:
            continue
        seen = own.lease.renewed_at if own.lease is not None else None
        if seen is None or seen < last:
            seen_at = -(-last // period) * period
            health = health.set(name, replace(own, probed_at=seen_at, lease=held.lease))
    return replace(memory, health=health)


def _took(before: Memory, after: Memory) -> bool:
    """Whether a node left its queue; a look at a queue whose turn has not come does not count."""
    return any(queue.waiting != after.queues[zone].waiting for zone, queue in before.queues.items())


def _next_round(
    memory: Memory, nodes: Sequence[LiveNode], leases: Sequence[LiveLease], after: int, flags: Flags
) -> int | None:
    """When the next round finds something new if nobody writes until then, None for never."""
    then = monitor(memory, nodes, dict(_renewals(leases, after)), after, flags.settings)
    if then.nodes or then.pods_not_ready_on or _without_times(then.memory) != _without_times(memory):
        return after
    renewed = {held.lease.name for held in leases if held.lease.renewed_at is None}
    silent = (node for node in nodes if node.meta.name not in renewed and not _is_unknown(node))
    ends = [then.memory.health[node.meta.name].probed_at + _patience(node, flags.settings.grace) for node in silent]
    return min((end - end % flags.period + flags.period for end in ends), default=None)


def _is_unknown(node: LiveNode) -> bool:
    ready = node.condition(READY)
    return ready is not None and ready.status == "Unknown"


def _patience(node: LiveNode, grace: Grace) -> int:
    return grace.startup if node.condition(READY) is None else grace.monitor


def _without_times(memory: Memory) -> tuple[object, ...]:
    health = {name: own.ready for name, own in memory.health.items() if name in memory.known}
    return memory.known, memory.zones, Map(health), Map({zone: _standing(q) for zone, q in memory.queues.items()})


def _standing(queue: Queue) -> tuple[object, ...]:
    return queue.limiter.rate, queue.seen, tuple(waiting.node for waiting in queue.waiting)


def _turns(memory: Memory, now: int) -> Iterator[int]:
    """When the next node of each zone may get its taint."""
    for queue in memory.queues.values():
        limiter = queue.limiter
        if queue.waiting and limiter.rate > 0:
            yield max(now + 1, ceil(limiter.at + (1 - limiter.tokens) / limiter.rate))
