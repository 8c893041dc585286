"""A round of the node lifecycle controller: who is alive, who gets which taint, which zones fare how (v1.36).

`monitor` is monitorNodeHealth (every 5 s), `no_execute_pass` is doNoExecuteTaintingPass (every 0.1 s). Both read nodes
as the controller sees them and give back what they write, and what they remember once it is written. Times are seconds.
Left out: events, what is tried again after a refused write, and labels kept alike (beta.kubernetes.io/os and arch).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Pick, first
from kubeproof.model.controlplane.controllers.node_lifecycle import tainting
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace, Health, judge
from kubeproof.model.controlplane.controllers.node_lifecycle.rates import Limiter, Queue, drain
from kubeproof.model.controlplane.controllers.node_lifecycle.zones import (
    EXCLUDED,
    Rates,
    ZoneState,
    disruption,
    zone_of,
    zone_state,
)
from kubeproof.model.objects import conditions
from kubeproof.model.objects.live_node import READY, Lease, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import PodStatus


class Settings(NamedTuple):
    """The controller's flags."""

    grace: Grace = Grace()
    rates: Rates = Rates()


DEFAULTS = Settings()


class Memory(msgspec.Struct, frozen=True):
    """What the controller remembers: the nodes it knows, their health, the zones' states and queues."""

    known: frozenset[str] = frozenset()
    health: Map[str, Health] = Map()
    zones: Map[str, ZoneState] = Map()
    queues: Map[str, Queue] = Map()


class Round(NamedTuple):
    """What a round leads to: the nodes that are written, with their new conditions and taints; the names of those whose
    pods are marked as not ready; and the new memory."""

    memory: Memory
    nodes: tuple[LiveNode, ...]
    pods_not_ready_on: tuple[str, ...] = ()


def monitor(
    memory: Memory,
    nodes: Sequence[LiveNode],
    leases: Mapping[str, Lease],
    now: int,
    settings: Settings = DEFAULTS,
) -> Round:
    """One look at every node. `nodes` are in the order in which they are looked at; `leases` by the node's name."""
    state = _Looking(memory, nodes, now, settings)
    for node in nodes:
        state.look(node, leases.get(node.meta.name))
    state.disruption()
    written = tuple(node for name, node in state.nodes.items() if node != state.seen[name])
    new = Memory(frozenset(state.seen), state.health, state.zones, state.queues)
    return Round(new, written, tuple(state.not_ready))


def no_execute_pass(memory: Memory, nodes: Iterable[LiveNode], now: float, pick: Pick = first) -> Round:
    """Taints the nodes whose turn it is; a node that is gone or ready by now is passed over. `pick`: see `drain`."""
    by_name, queues, written = {node.meta.name: node for node in nodes}, memory.queues, []

    def can(name: str) -> bool:
        return name not in by_name or by_name[name].condition(READY) is not None

    for zone, queue in memory.queues.items():
        taken, after = drain(queue, now, can, pick)
        queues = queues.set(zone, after)
        for node in [by_name[name] for name in taken if name in by_name]:
            said = node.condition(READY)
            taints = node.taints if said is None else tainting.no_execute(said, node.taints)
            if taints != node.taints:
                written.append(replace(node, taints=taints))
    return Round(replace(memory, queues=queues), tuple(written))


def pods_not_ready(pods: Iterable[LivePod], node: str, now: int) -> list[tuple[LivePod, PodStatus]]:
    """The pods on the node that say they are ready, or do not know, with the status that says they are not
    (MarkPodsNotReady); a pod without the condition stays."""
    found = []
    for pod in pods:
        said = pod.status.condition("Ready")
        if pod.node == node and said is not None:
            status = conditions.updated(pod.status, replace(said, status="False"), now)
            if status != pod.status:
                found.append((pod, status))
    return found


def arrived(memory: Memory, pod: LivePod, now: int) -> PodStatus | None:
    """The status of a pod that came to a node which is known not to be ready, None where it stays (processPod).

    The round that found the node so has marked only the pods that were there.
    """
    health = memory.health.get(pod.node)
    if health is None or health.ready is None or health.ready.status == "True":
        return None
    return next((status for _, status in pods_not_ready([pod], pod.node, now)), None)


class _Looking:
    """One round under way: what it has found, and what it has written, so far."""

    def __init__(self, memory: Memory, nodes: Sequence[LiveNode], now: int, settings: Settings) -> None:
        self.now, self.settings = now, settings
        self.health, self.zones, self.queues = memory.health, memory.zones, memory.queues
        self.seen = {node.meta.name: node for node in nodes}
        self.nodes = dict(self.seen)
        self.found: defaultdict[str, list[NodeCondition | None]] = defaultdict(list)
        self.not_ready: list[str] = []
        for node in nodes:
            self._meet(zone_of(node.meta.labels))
            if node.meta.name not in memory.known:
                self._reachable(node.meta.name)

    def _meet(self, zone: str) -> None:
        """A zone that was not there before gets a queue of its own (addPodEvictorForNewZone)."""
        if zone not in self.zones:
            self.zones = self.zones.set(zone, "Initial")
            self.queues = self.queues.set(zone, Queue(Limiter(self.settings.rates.normal, at=self.now)))

    def look(self, node: LiveNode, lease: Lease | None) -> None:
        """Judge a node, and act on it: by what is true now; pods are marked where it was found ready."""
        name = node.meta.name
        judged = judge(node, lease, self.health.get(name), self.now, self.settings.grace)
        self.health = self.health.set(name, judged.health)
        self.nodes[name] = replace(self.nodes[name], conditions=judged.conditions)
        if EXCLUDED not in node.meta.labels:
            self.found[zone_of(node.meta.labels)].append(judged.current)
        if judged.current is None:
            return
        if judged.current.status == "True":
            self._reachable(name)
            return
        self._doubt(node, judged.current)
        if judged.observed.status == "True":
            self.not_ready.append(name)

    def _doubt(self, node: LiveNode, ready: NodeCondition) -> None:
        """A node that is not ready: the other taint is swapped at once, a first one waits its turn
        (processTaintBaseEviction)."""
        name, zone = node.meta.name, zone_of(node.meta.labels)
        if tainting.evicting(ready, node.taints, opposite=True):
            current = self.nodes[name]
            self.nodes[name] = replace(current, taints=tainting.no_execute(ready, current.taints))
            return
        queue = self.queues[zone]
        if not tainting.evicting(ready, node.taints):
            queue = queue.remove(name)
        self.queues = self.queues.set(zone, queue.add(name, self.now))

    def _reachable(self, name: str) -> None:
        """A node that answers: it loses its NoExecute taints, and waits for none (markNodeAsReachable)."""
        node = self.nodes[name]
        self.nodes[name] = replace(node, taints=tainting.reachable(node.taints, self.seen[name].taints))
        zone = zone_of(node.meta.labels)
        self.queues = self.queues.set(zone, self.queues[zone].remove(name))

    def disruption(self) -> None:
        """The zones' states and rates; a cluster that lost all its nodes lets go of all its NoExecute taints."""
        rates = self.settings.rates
        found: dict[str, ZoneState] = {zone: zone_state(ready, rates.unhealthy) for zone, ready in self.found.items()}
        sizes = {zone: len(ready) for zone, ready in self.found.items()}
        known: Map[str, ZoneState] = Map({zone: state for zone, state in self.zones.items() if zone in found})
        then = disruption(known, found, sizes, rates)
        self.zones = then.states
        if then.turn == "enter":
            for name in self.nodes:
                self._reachable(name)
        if then.turn == "leave":
            for name in self.nodes:
                self.health = self.health.set(name, replace(self.health[name], probed_at=self.now))
        for zone, rate in then.rates.items():
            self.queues = self.queues.set(zone, self.queues[zone].at_rate(rate, self.now))
