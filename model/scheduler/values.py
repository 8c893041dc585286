"""The open node read as values: one node of a snapshot, exactly as it is. The plainest of the three readings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

from kubeproof.model.logic.terms import Term
from kubeproof.model.logic.value import Value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.volumes import CsiVolume
from kubeproof.model.scheduler import open_node as leaf
from kubeproof.model.scheduler.attached import by_attachment, of_driver, of_pod
from kubeproof.model.scheduler.open_node import counts, requested


class NodeValues:
    """A node among the others; a `ValueEnv` (see model/logic/value.py)."""

    def __init__(self, node: Node, pods: Sequence[Pod], cluster: ClusterValues) -> None:
        self.node, self.pods, self.cluster = node, pods, cluster
        self.memo: dict[Term, Value] = {}
        self.shared = cluster.shared

    def leaf(self, data: Hashable) -> Value:
        """What a leaf is at this node."""
        return LEAVES[type(data)](data, self)

    def label(self, key: str) -> str | None:
        """This node's value for a label, None where it has none."""
        return self.node.labels.get(key)

    def nodes(self) -> Sequence[NodeValues]:
        """All the nodes, this one included."""
        return self.cluster.nodes

    def domain(self, key: str) -> Sequence[NodeValues]:
        """The nodes whose label has the value that it has here; none where this node lacks it."""
        here = self.label(key)
        return [] if here is None else self.cluster.domains(key)[here]


class ClusterValues:
    """The nodes of a snapshot with the pods on them; the pods whose keys are in `hidden` are not seen.

    `feasible`: the nodes that the filters let a pod go to; all of them, unless told otherwise.
    """

    def __init__(
        self, snapshot: Snapshot, hidden: frozenset[str] = frozenset(), feasible: Collection[str] | None = None
    ) -> None:
        self.feasible = {node.name for node in snapshot.nodes} if feasible is None else feasible
        self.shared: dict[tuple[Term, str | None], Value] = {}
        self.storage = snapshot.storage
        on: dict[str, list[Pod]] = {node.name: [] for node in snapshot.nodes}
        for pod in snapshot.bound:
            if pod.node in on and pod.key not in hidden:
                on[pod.node].append(pod)
        self.nodes = [NodeValues(node, on[node.name], self) for node in snapshot.nodes]
        self._domains: dict[str, dict[str, list[NodeValues]]] = {}

    @cached_property
    def attached(self) -> Mapping[str, frozenset[CsiVolume]]:
        """For each node the volumes that are attached to it."""
        return by_attachment(self.storage)

    def domains(self, key: str) -> Mapping[str, Sequence[NodeValues]]:
        """The nodes by their value of a label; those without it are in no domain."""
        if key not in self._domains:
            found = self._domains[key] = {}
            for node in self.nodes:
                if (here := node.label(key)) is not None:
                    found.setdefault(here, []).append(node)
        return self._domains[key]


def _free(data: leaf.Free, env: NodeValues) -> Value:
    taken = sum(requested(pod).get(data.resource, 0) for pod in env.pods)
    return env.node.allocatable.get(data.resource, 0) - taken


def _attach_limit(data: leaf.AttachLimit, env: NodeValues) -> Value:
    told = env.cluster.storage.csi_nodes.get(env.node.name)
    return leaf.NO_LIMIT if told is None else told.limits.get(data.driver, leaf.NO_LIMIT)


def _attached_volumes(data: leaf.AttachedVolumes, env: NodeValues) -> Value:
    used = (of_pod(pod, env.cluster.storage) for pod in env.pods)
    here = env.cluster.attached.get(env.node.name, frozenset())
    return len(of_driver(here.union(*used), data.driver))


def _taint_rank(data: leaf.TaintRank, env: NodeValues) -> Value:
    return env.node.taints.index(data.taint) if data.taint in env.node.taints else len(env.node.taints)


LEAVES: Mapping[type, Callable[[Any, NodeValues], Value]] = {
    leaf.Unschedulable: lambda data, env: env.node.unschedulable,
    leaf.NameIn: lambda data, env: env.node.name in data.names,
    leaf.Labelled: lambda data, env: data.requirement.matches(env.node.labels),
    leaf.HasTaint: lambda data, env: data.taint in env.node.taints,
    leaf.TaintRank: _taint_rank,
    leaf.Alloc: lambda data, env: env.node.allocatable.get(data.resource, 0),
    leaf.Free: _free,
    leaf.Pods: lambda data, env: sum(counts(data.query, pod) for pod in env.pods),
    leaf.AttachLimit: _attach_limit,
    leaf.AttachedVolumes: _attached_volumes,
    leaf.Feasible: lambda data, env: env.node.name in env.cluster.feasible,
    leaf.Counted: lambda data, env: sum(pod.spec.scored.get(data.resource, 0) for pod in env.pods),
    leaf.HasImage: lambda data, env: data.name in env.node.images,
}
