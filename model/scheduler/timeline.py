"""What happens to a cluster over time, apart from what its scheduler does: pods and nodes that come and go.

Left out: changes of a pod or a node, controllers that make new pods, and everything on the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kubeproof.model.errors import BadInput
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot


class PodCreated(NamedTuple):
    """A pod is created, `at` in seconds; on a node already, if it names one."""

    at: float
    pod: Pod


class PodDeleted(NamedTuple):
    """The pod of this key (`namespace/name`) is deleted, and leaves at once, wherever it is."""

    at: float
    key: str


class NodeAdded(NamedTuple):
    """A node joins the cluster."""

    at: float
    node: Node


class NodeRemoved(NamedTuple):
    """A node leaves, and the pods on it with it."""

    at: float
    name: str


Happening = PodCreated | PodDeleted | NodeAdded | NodeRemoved


def in_order(happenings: Iterable[Happening]) -> Sequence[Happening]:
    """The same ones by time; those of one moment in the order given."""
    return sorted(happenings, key=lambda one: one.at)


def created(timeline: Iterable[Happening]) -> Iterator[Pod]:
    """The pods that will be created."""
    return (one.pod for one in timeline if isinstance(one, PodCreated))


def check(timeline: Iterable[Happening], snapshot: Snapshot) -> None:
    """Raises BadInput where the timeline goes back, or names what is there already or is not there."""
    now = 0.0
    there = {"pod": {pod.key for pod in snapshot.pods}, "node": {node.name for node in snapshot.nodes}}
    for one in timeline:
        if not one.at >= now:
            raise BadInput(f"a timeline that goes back from {now} s to {one.at} s")
        now = one.at
        match one:
            case PodCreated(_, pod):
                _come("pod", pod.key, there["pod"])
            case PodDeleted(_, key):
                _go("pod", key, there["pod"])
            case NodeAdded(_, node):
                _come("node", node.name, there["node"])
            case NodeRemoved(_, name):
                _go("node", name, there["node"])


def _come(kind: str, name: str, there: set[str]) -> None:
    if name in there:
        raise BadInput(f"the {kind} {name} is created a second time")
    there.add(name)


def _go(kind: str, name: str, there: set[str]) -> None:
    if name not in there:
        raise BadInput(f"the {kind} {name} is deleted, but does not exist")
    there.remove(name)
