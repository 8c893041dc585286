"""What the environment may do to a world while it is searched: named moves, each so many times.

A move offers acts, of which any may be the one that happens; one that is not possible in a world offers none there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from kubeproof.model import behaviour, environment, steps
from kubeproof.model.component import Look
from kubeproof.model.controlplane import draining
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, key_of, of_kind
from kubeproof.model.errors import BadInput
from kubeproof.model.node.leases import lease_key
from kubeproof.model.objects.live_node import LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Running
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.references import written
from kubeproof.model.script import (
    Apply,
    EndContainer,
    Image,
    Load,
    OnNode,
    ProbeFail,
    Restart,
    RunsFor,
    Scale,
    Scripted,
    SetImage,
    Step,
)
from kubeproof.model.world import World

ROLLED_OUT = ("Deployment", "StatefulSet", "DaemonSet")
SCALED = ("Deployment", "StatefulSet")
"""Kinds of which somebody changes the template, and the number of replicas."""

FORGETFUL = frozenset({behaviour.KUBELET, draining.NAME, behaviour.PLACE[0]})
"""Who remembers what it could not find out anew: these are not restarted."""

FIXED = (Apply, Image, Load, ProbeFail, RunsFor)
"""Steps of a script that no search can do at any time: they change what processes do, or what was given."""


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
    """A step of a script (its time does not count) as a move that may happen at any time. Raises BadInput."""
    if isinstance(one.step, FIXED):
        raise one.wrong(f"{one.name} cannot be done at any time of a search")

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


def node_back(times: int = 1) -> Move:
    """The machine of a node answers again: any that has fallen silent."""

    def acts(world: World) -> Iterator[Act]:
        for node in _nodes(world):
            lease = world.store.get(lease_key(node.meta.name))
            if isinstance(lease, LiveLease) and lease.lease.renewed_at is not None:
                yield Act(f"node {node.meta.name} is back", environment.back(world.store, node.meta.name))

    return Move("a node is back", acts, times)


def node_removed(times: int = 1) -> Move:
    """The machine of a node is taken away, and somebody deletes the node: any."""

    def acts(world: World) -> Iterator[Act]:
        for node in _nodes(world):
            if isinstance(world.store.get(lease_key(node.meta.name)), LiveLease):
                name = node.meta.name
                yield Act(f"node {name} is removed", environment.removed(world.store, name, world.now))

    return Move("a node is removed", acts, times)


def cordoned(times: int = 1) -> Move:
    """Somebody cordons a node: any that is not."""

    def acts(world: World) -> Iterator[Act]:
        for node in _nodes(world):
            if not node.unschedulable:
                yield Act(f"cordons node {node.meta.name}", environment.cordoned(world.store, node.meta.name))

    return Move("a node is cordoned", acts, times)


def drained(times: int = 1) -> Move:
    """Somebody drains a node: any that nobody has cordoned or drains."""

    def acts(world: World) -> Iterator[Act]:
        for node in _nodes(world):
            if not node.unschedulable:
                yield _of_script("drain", OnNode(node.meta.name), f"drains node {node.meta.name}", world)

    return Move("a node is drained", acts, times)


def container_exits(times: int = 1) -> Move:
    """A process fails: the containers of any running pod end with code 1."""
    return _of_pods("a container fails", "exit", "the containers of pod {} end with 1", times)


def out_of_memory(times: int = 1) -> Move:
    """A process used too much memory: the containers of any running pod are killed."""
    return _of_pods("a container is out of memory", "oom", "the containers of pod {} are out of memory", times)


def rolled_out(times: int = 1) -> Move:
    """Somebody gives a workload another image: any Deployment, StatefulSet or DaemonSet."""

    def acts(world: World) -> Iterator[Act]:
        for key, spec in _workloads(world, ROLLED_OUT):
            if isinstance(spec.template, PodTemplate) and spec.template.run.containers:
                image = f"{spec.template.run.containers[0].image}-next"
                name = f"changes the image of {written(key)}"
                yield _of_script("set-image", SetImage(written(key), image), name, world)

    return Move("an image is changed", acts, times)


def scaled(times: int = 1) -> Move:
    """Somebody scales a workload by one, up or down: any Deployment or StatefulSet."""

    def acts(world: World) -> Iterator[Act]:
        for key, spec in _workloads(world, SCALED):
            for replicas in (spec.replicas - 1, spec.replicas + 1):
                if replicas >= 0:
                    name = f"scales {written(key)} to {replicas}"
                    yield _of_script("scale", Scale(written(key), replicas), name, world)

    return Move("a workload is scaled", acts, times)


def restarted(times: int = 1) -> Move:
    """A controller starts anew and has forgotten what it remembered: any that remembers something."""

    def acts(world: World) -> Iterator[Act]:
        for name in sorted({owner for owner, _ in world.memory} - FORGETFUL):
            yield Act(f"{name} starts anew", outside=_forgetting(name))

    return Move("a controller starts anew", acts, times)


def _of_script(step: str, what: Step, name: str, world: World) -> Act:
    return Act(name, tuple(steps.requests(world, step, what)), lambda after: steps.outside(after, step, what))


def _of_pods(name: str, step: str, words: str, times: int) -> Move:
    def acts(world: World) -> Iterator[Act]:
        for pod in _running(world):
            what = EndContainer(f"{pod.meta.namespace}/{pod.meta.name}")
            yield _of_script(step, what, words.format(_named(pod)), world)

    return Move(name, acts, times)


def _forgetting(component: str) -> Callable[[World], World]:
    return lambda world: steps.outside(world, "restart-controller", Restart(component))


def _nodes(world: World) -> Iterable[LiveNode]:
    return Look(world.store, world.now).all("Node", LiveNode)


def _running(world: World) -> Iterator[LivePod]:
    """The pods with a container that runs."""
    for pod in Look(world.store, world.now).all("Pod", LivePod):
        if any(isinstance(one.state, Running) for one in pod.status.containers):
            yield pod


def _workloads(world: World, kinds: Iterable[str]) -> Iterator[tuple[Key, Any]]:
    """The objects of these kinds that nobody deletes, with their specs."""
    for kind in kinds:
        for key, held in sorted(world.store.bucket(of_kind(kind)).items()):
            if held.meta.deleted_at is None:
                yield key, getattr(held, "spec", None)


def _named(pod: LivePod) -> str:
    return pod.meta.name if pod.meta.namespace == "default" else f"{pod.meta.namespace}/{pod.meta.name}"
