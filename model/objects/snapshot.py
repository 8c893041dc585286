"""A cluster at one moment, as kube-scheduler's snapshot holds it: nodes, pods, and what else its filters look up.

An immutable value. Every `with_…` and `without_…` gives a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from immutables import Map

from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selecting import Selecting
from kubeproof.model.objects.storage import Storage


class Snapshot(msgspec.Struct, frozen=True):
    """Nodes in the order they were given; pods bound and pending, none that has ended."""

    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    namespaces: Map[str, Map[str, str]] = Map()
    storage: Storage = Storage()
    budgets: tuple[Budget, ...] = ()
    selecting: Selecting = Selecting()

    @property
    def bound(self) -> Sequence[Pod]:
        """The pods that occupy a node."""
        return [pod for pod in self.pods if pod.node]

    @property
    def pending(self) -> Sequence[Pod]:
        """The pods that wait for a node, in the order they were given."""
        return [pod for pod in self.pods if not pod.node]

    def with_pods(self, pods: Iterable[Pod]) -> Snapshot:
        """The same cluster with these pods too; a pod of the same name is replaced, one that has ended is left out."""
        new = {pod.key: pod for pod in pods}
        kept = [new.pop(pod.key, pod) for pod in self.pods]
        return msgspec.structs.replace(self, pods=tuple(p for p in (*kept, *new.values()) if not p.terminal))

    def without_pods(self, keys: Iterable[str]) -> Snapshot:
        """The same cluster without the pods of these `namespace/name` keys."""
        gone = set(keys)
        return msgspec.structs.replace(self, pods=tuple(pod for pod in self.pods if pod.key not in gone))

    def with_nodes(self, nodes: Iterable[Node]) -> Snapshot:
        """The same cluster with these nodes too; a node of the same name is replaced in its place."""
        new = {node.name: node for node in nodes}
        kept = [new.pop(node.name, node) for node in self.nodes]
        return msgspec.structs.replace(self, nodes=(*kept, *new.values()))

    def without_nodes(self, names: Iterable[str]) -> Snapshot:
        """The same cluster without these nodes and the pods on them."""
        gone = set(names)
        return msgspec.structs.replace(
            self,
            nodes=tuple(node for node in self.nodes if node.name not in gone),
            pods=tuple(pod for pod in self.pods if pod.node not in gone),
        )
