"""Small clusters for the tests of components that run in a world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from immutables import Map
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.node_lifecycle.component import node_lifecycle
from kubeproof.model.controlplane.controllers.taint_eviction import TAINT_EVICTION
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import Does, kubelet
from kubeproof.model.node.kubelet.node_status import NODE_STATUS
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.objects.taints import NO_EXECUTE, Toleration
from kubeproof.model.world import Event, Runner, World

T = TypeVar("T")
SPACE = "shop"
NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"


def runs_for_ever(pod: LivePod) -> Map[str, Any]:
    """Processes that end only when they are killed."""
    return Map()


def nodes_with(*components: Component, does: Does = runs_for_ever) -> tuple[Component, ...]:
    """The components that nodes and their pods need, and these."""
    return (scheduler(), kubelet(does), NODE_STATUS, node_lifecycle(), TAINT_EVICTION, *components)


def cluster(*components: Component, nodes: Iterable[str] = ("n1", "n2", "n3")) -> Runner:
    """A cluster of nodes that have just been registered."""
    runner = Runner(World(), components)
    for name in nodes:
        step(runner, environment.registered(node(name), 0))
    list(runner.run(0))
    return runner


def node(name: str, zone: str = "") -> LiveNode:
    """A node with room for ten pods."""
    labels = Map({"topology.kubernetes.io/zone": zone}) if zone else Map()
    return LiveNode(Meta(name, labels=labels), allocatable=Map({"cpu": 1000, "pods": 10}))


def pod(name: str, node: str = "", tolerates: int | None = 300, **labels: str) -> LivePod:
    """A pod that is bound to that node, and stays on a silent one for so many seconds (None: it does not say)."""
    tolerations = () if tolerates is None else tuple(_tolerated(key, tolerates) for key in (NOT_READY, UNREACHABLE))
    spec = PodSpec(Map({"pods": 1}), tolerations=tolerations)
    return LivePod(Meta(name, SPACE, labels=Map(labels)), RunSpec((Container("c"),)), spec, node)


def _tolerated(key: str, seconds: int) -> Toleration:
    return Toleration(key, "Exists", effect=NO_EXECUTE, seconds=seconds)


def made(runner: Runner, *objects: Any) -> None:
    """Asks for these objects; the kind is the name of the class, except for what is called live here."""
    for one in objects:
        kind = type(one).__name__.removeprefix("Live").replace("Budget", "PodDisruptionBudget")
        step(runner, [Write("create", Key(kind, one.meta.namespace, one.meta.name), one)])


def step(runner: Runner, writes: Iterable[Write]) -> list[Event]:
    """What these requests did, none of which is refused."""
    events = [runner.ask(write, "user") for write in writes]
    assert [event.refused for event in events] == [None] * len(events)
    return events


def there(runner: Runner, kind: type[T], name: str, space: str = SPACE) -> T:
    """The object of that name."""
    called = kind.__name__.removeprefix("Live").replace("Budget", "PodDisruptionBudget")
    held = runner.world.store.get(Key(called, "" if called in ("Node", "Namespace", "Instance") else space, name))
    assert isinstance(held, kind)
    return held


def names(runner: Runner, kind: str) -> list[str]:
    """The names of all objects of a kind."""
    return sorted(key.name for key in runner.world.store.objects if key.kind == kind)


def told(events: Iterator[Event], *by: str) -> list[str]:
    """What these components did, in one line each."""
    return [
        f"{event.at} {event.by}: {event.write.verb} {event.key.kind} {event.key.name}"
        for event in events
        if event.by in by or not by
    ]


def owned(meta: Meta, kind: str, owner: Meta, *, blocks: bool = True) -> Meta:
    """The metadata of an object that the other owns."""
    return replace(meta, owners=(*meta.owners, Owner("v1", kind, owner.name, owner.uid, False, blocks)))
