"""How many nodes of which group a cluster autoscaler asks for: its scale-up (1.34), simulated by the scheduler itself.

Pods that no node would take, nor one that is on its way, are put on nodes like a group's template, one more at a time,
the largest pods first (the bin-packing estimator). Of the groups that help the one is taken that would be left with the
least idle cpu and memory (the expander least-waste). Left out: DaemonSets' pods on new nodes, other expanders, groups
that are balanced, and quotas of the provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.cluster_autoscaler import simulated
from kubeproof.model.cluster_autoscaler.policy import NodeGroup
from kubeproof.model.cluster_autoscaler.simulated import placed, pod_of
from kubeproof.model.component import Pick
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.profile import Profile

EXPENDABLE = -10
"""Below this priority no node is asked for."""

HOSTNAME = "kubernetes.io/hostname"


class Option(NamedTuple):
    """What a group can do: so many nodes more, for these pods."""

    group: NodeGroup
    nodes: int
    pods: tuple[Pod, ...]


def unschedulable(pods: Iterable[LivePod]) -> list[LivePod]:
    """The pods for which a node may be asked: the scheduler has said of them that they fit nowhere."""
    found = []
    for pod in pods:
        said, owner = pod.status.condition("PodScheduled"), pod.meta.controller
        waits = said is not None and (said.status, said.reason) == ("False", "Unschedulable")
        daemon = owner is not None and owner.kind == "DaemonSet"
        if waits and pod.meta.deleted_at is None and not daemon and pod.spec.priority >= EXPENDABLE:
            found.append(pod)
    return found


def node_of(group: NodeGroup, name: str) -> Node:
    """A node of a group."""
    return replace(group.template, name=name, labels=group.template.labels.set(HOSTNAME, name))


def settled(snapshot: Snapshot, coming: Iterable[Node]) -> Snapshot:
    """The cluster with the nodes that are on their way, and pods on those that are nominated to them."""
    pods = tuple(
        replace(pod, node=pod.nominated, nominated="") if pod.nominated and not pod.node else pod
        for pod in snapshot.pods
    )
    return replace(snapshot, pods=pods).with_nodes(coming)


def helpless(snapshot: Snapshot, profile: Profile | None, keys: Sequence[str]) -> tuple[Snapshot, list[str]]:
    """The pods that no node takes, of these (`namespace/name`), and the cluster with the others on theirs."""
    board, left = simulated.board(snapshot, profile), list[str]()
    for key in sorted(keys, key=lambda key: -pod_of(board, key).spec.priority):
        if not (pod_of(board, key).node or placed(board, key)):
            left.append(key)
    return board.snapshot, left


def best(
    snapshot: Snapshot, profile: Profile | None, keys: Sequence[str], rooms: Iterable[tuple[NodeGroup, int]], pick: Pick
) -> Option | None:
    """What is done for these pods, None where no group can help. `rooms`: groups, and how many more each may have."""
    options = [option for group, room in rooms if (option := _option(snapshot, profile, keys, group, room)).nodes]
    if not options:
        return None
    least = min(map(_waste, options))
    return pick([option for option in options if _waste(option) == least])


def _option(snapshot: Snapshot, profile: Profile | None, keys: Sequence[str], group: NodeGroup, room: int) -> Option:
    """How many nodes of a group take how many of the pods (BinpackingNodeEstimator)."""
    board, names, helped = simulated.board(snapshot, profile), list[str](), list[Pod]()
    for key in sorted(keys, key=lambda key: -_size(pod_of(board, key), group.template)):
        done = bool(names) and placed(board, key)
        if not done and len(names) < room:
            before, name = board, f"{group.name}-new-{len(names)}"
            board = simulated.board(board.snapshot.with_nodes([node_of(group, name)]), profile)
            done = placed(board, key)
            if done:
                names.append(name)
            else:
                board = before
        if done:
            helped.append(pod_of(board, key))
    return Option(group, len(names), tuple(helped))


def _size(pod: Pod, template: Node) -> float:
    """How much of a node a pod takes (DecreasingPodOrderer)."""
    return sum(_share(pod.spec.requests.get(name, 0), template.allocatable.get(name, 0)) for name in ("cpu", "memory"))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _waste(option: Option) -> float:
    """The idle shares of cpu and memory, added up."""
    idle = 0.0
    for name in ("cpu", "memory"):
        there = option.group.template.allocatable.get(name, 0) * option.nodes
        idle += _share(there - sum(pod.spec.requests.get(name, 0) for pod in option.pods), there)
    return idle
