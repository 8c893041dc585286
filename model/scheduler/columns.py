"""The open node read as columns: all nodes of a snapshot at once, kept up to date as pods are placed.

Pods made from one template count alike, so a query is asked once for each *shape* of pod (namespace, labels, spec,
being deleted or not) and its count column is a sum over the shapes that it means.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from copy import copy
from typing import Any

import msgspec
import numpy as np

from kubeproof.model.logic.column import Column
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler import open_node as leaf
from kubeproof.model.scheduler.attached import VolumesOn, by_attachment, of_driver, of_pod
from kubeproof.model.scheduler.open_node import Query, counts, requested

QUERIES_KEPT = 4096
"""Count columns kept; the least recently used goes first."""


class ClusterColumns:
    """A snapshot as columns; a `ColumnEnv` (see model/logic/column.py). `place` is the only change it knows."""

    def __init__(self, snapshot: Snapshot, hidden: frozenset[str] = frozenset()) -> None:
        self.nodes = snapshot.nodes
        self.size = len(self.nodes)
        self.index = {node.name: at for at, node in enumerate(self.nodes)}
        self._fixed: dict[Hashable, Column] = {}
        self._labels: dict[str, tuple[Column, Mapping[str, int]]] = {}
        self._free: dict[str, Column] = {}
        self._counted: dict[str, Column] = {}
        self.feasible: Column = np.ones(self.size, dtype=np.bool_)
        self._pods: OrderedDict[Query, Column] = OrderedDict()
        self.storage = snapshot.storage
        self._attached: dict[str, tuple[VolumesOn, Column]] = {}
        self._shapes: dict[tuple[object, ...], int] = {}
        self._samples: list[Pod] = []
        placed = [pod for pod in snapshot.pods if pod.node in self.index]
        if hidden:
            placed = [pod for pod in placed if pod.key not in hidden]
        self._shape_of = np.fromiter(map(self.shape, placed), np.int64, len(placed))
        self._node_of = np.fromiter((self.index[pod.node] for pod in placed), np.int64, len(placed))
        self._later: dict[tuple[int, int], int] = {}

    def leaf(self, data: Hashable) -> Column:
        """What a leaf is, at each node."""
        return LEAVES[type(data)](data, self)

    def codes(self, key: str) -> tuple[Column, int]:
        """For each node a number for its value of label `key` (-1 where it has none), and how many values there are."""
        codes, values = self.label(key)
        return codes, len(values)

    def label(self, key: str) -> tuple[Column, Mapping[str, int]]:
        """For each node a number for its value of label `key` (-1: it has none), and each value with its number."""
        found = self._labels.get(key)
        if found is None:
            values = [node.labels.get(key) for node in self.nodes]
            numbers = {value: at for at, value in enumerate(v for v in dict.fromkeys(values) if v is not None)}
            codes = [-1 if value is None else numbers[value] for value in values]
            found = self._labels[key] = (np.array(codes, dtype=np.int64), numbers)
        return found

    def place(self, pod: Pod, node: str, times: int = 1) -> None:
        """Puts a pod on a node, or with `times=-1` takes it away; every column that was read is kept up to date."""
        at, shape = self.index[node], self.shape(pod)
        self._later[shape, at] = self._later.get((shape, at), 0) + times
        if not self._later[shape, at]:
            del self._later[shape, at]
        for resource, amount in requested(pod).items():
            if resource in self._free:
                self._free[resource][at] -= times * amount
        for resource, amount in pod.spec.scored.items():
            if resource in self._counted:
                self._counted[resource][at] += times * amount
        for query, column in self._pods.items():
            if counts(query, pod):
                column[at] += times
        for driver, (volumes, column) in self._attached.items():
            volumes.move(at, of_driver(of_pod(pod, self.storage), driver), times)
            column[at] = volumes.count(at)

    def among(self, feasible: Column) -> ClusterColumns:
        """The same columns, of which pods placed on either keep both up to date, where these nodes are feasible."""
        new = copy(self)
        new.feasible = feasible
        return new

    def with_nodes(self, snapshot: Snapshot) -> ClusterColumns:
        """The same pods on nodes of which some are changed; what was read is kept up to date, not read again.

        `snapshot` has the nodes of this one by name, in their order, then new ones, on which no pod is.
        """
        new = copy(self)
        touched = [at for at, node in enumerate(snapshot.nodes) if at >= self.size or node is not self.nodes[at]]
        only = ClusterColumns(
            msgspec.structs.replace(snapshot, nodes=tuple(snapshot.nodes[at] for at in touched), pods=())
        )
        new.nodes, new.size = snapshot.nodes, len(snapshot.nodes)
        new.index = {node.name: at for at, node in enumerate(new.nodes)}

        def grown(column: Column) -> Column:
            return np.concatenate([column, np.zeros(new.size - self.size, dtype=column.dtype)])

        new._fixed = {data: grown(column) for data, column in self._fixed.items()}
        for data, column in new._fixed.items():
            column[touched] = only.leaf(data)
        new.feasible = np.ones(new.size, dtype=np.bool_)
        new._counted = {name: grown(column) for name, column in self._counted.items()}
        new._free = {name: new.alloc(name) - grown(self.alloc(name) - free) for name, free in self._free.items()}
        new._pods = OrderedDict((query, grown(column)) for query, column in self._pods.items())
        new._labels, new._attached, new._later = {}, {}, dict(self._later)
        return new

    def fixed(self, data: Hashable, build: Callable[[], Column]) -> Column:
        """A column that no placement changes, built once."""
        if data not in self._fixed:
            self._fixed[data] = build()
        return self._fixed[data]

    def free(self, resource: str) -> Column:
        """What is left of a resource on each node."""
        if resource not in self._free:
            self._free[resource] = self.alloc(resource) - self.sum(lambda pod: requested(pod).get(resource, 0))
        return self._free[resource]

    def counted(self, resource: str) -> Column:
        """What the pods on each node ask for, as scores count it."""
        if resource not in self._counted:
            self._counted[resource] = self.sum(lambda pod: pod.spec.scored.get(resource, 0))
        return self._counted[resource]

    def alloc(self, resource: str) -> Column:
        """What each node has to give of a resource."""
        return self.fixed(
            leaf.Alloc(resource),
            lambda: np.array([node.allocatable.get(resource, 0) for node in self.nodes], dtype=np.int64),
        )

    def pods(self, query: Query) -> Column:
        """How many pods on each node a query means."""
        found = self._pods.get(query)
        if found is None:
            found = self._pods[query] = self.sum(lambda pod: int(counts(query, pod)))
            if len(self._pods) > QUERIES_KEPT:
                self._pods.popitem(last=False)
        else:
            self._pods.move_to_end(query)
        return found

    def attached(self, driver: str) -> tuple[VolumesOn, Column]:
        """The volumes of a CSI driver on each node, and how many different ones they are."""
        found = self._attached.get(driver)
        if found is None:
            there = by_attachment(self.storage)
            volumes = VolumesOn([of_driver(there.get(node.name, ()), driver) for node in self.nodes])
            used = [of_driver(of_pod(pod, self.storage), driver) for pod in self._samples]
            heavy = np.fromiter(map(len, used), np.int64, len(used))[self._shape_of] > 0
            for shape, at in zip(self._shape_of[heavy].tolist(), self._node_of[heavy].tolist(), strict=True):
                volumes.move(at, used[shape], 1)
            for (shape, at), times in self._later.items():
                volumes.move(at, used[shape], times)
            found = self._attached[driver] = (volumes, self.each(volumes.count, np.int64))
        return found

    def each(self, what: Callable[[int], bool | int], kind: type) -> Column:
        """A column made node by node."""
        return np.fromiter(map(what, range(self.size)), kind, self.size)

    def shape(self, pod: Pod) -> int:
        """The number of the pod's shape: pods of one shape count alike in every query."""
        key = (pod.namespace, pod.labels, id(pod.spec), pod.deleting)
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = len(self._samples)
            self._samples.append(pod)  # also keeps the spec alive, so that its id stays its own
        return found

    def sum(self, weigh: Callable[[Pod], int]) -> Column:
        """For each node the sum over its pods of a weight that is the same for all pods of one shape."""
        weights = np.fromiter(map(weigh, self._samples), np.int64, len(self._samples))
        sums = np.zeros(self.size, dtype=np.int64)
        if weights.any():
            heavy = weights[self._shape_of]
            np.add.at(sums, self._node_of, heavy)
            for (shape, at), times in self._later.items():
                sums[at] += times * weights[shape]
        return sums


def _labelled(data: leaf.Labelled, env: ClusterColumns) -> Column:
    """Asked once for each value that the label has (and once for having none), then looked up."""
    requirement = data.requirement

    def build() -> Column:
        codes, values = env.label(requirement.key)
        verdicts = np.zeros(len(values) + 1, dtype=np.bool_)
        verdicts[-1] = requirement.matches({})
        # No other value than those it names can meet an In: thousands of local volumes ask so, each about another node.
        for value in requirement.values if requirement.operator == "In" else values:
            if value in values:
                verdicts[values[value]] = requirement.matches({requirement.key: value})
        return verdicts[codes]

    return env.fixed(data, build)


def _name_in(data: leaf.NameIn, env: ClusterColumns) -> Column:
    return env.fixed(data, lambda: env.each(lambda at: env.nodes[at].name in data.names, np.bool_))


def _has_taint(data: leaf.HasTaint, env: ClusterColumns) -> Column:
    return env.fixed(data, lambda: np.array([data.taint in node.taints for node in env.nodes], dtype=np.bool_))


def _taint_rank(data: leaf.TaintRank, env: ClusterColumns) -> Column:
    def rank(at: int) -> int:
        taints = env.nodes[at].taints
        return taints.index(data.taint) if data.taint in taints else len(taints)

    return env.fixed(data, lambda: env.each(rank, np.int64))


def _attach_limit(data: leaf.AttachLimit, env: ClusterColumns) -> Column:
    def limit(at: int) -> int:
        told = env.storage.csi_nodes.get(env.nodes[at].name)
        return leaf.NO_LIMIT if told is None else told.limits.get(data.driver, leaf.NO_LIMIT)

    return env.fixed(data, lambda: env.each(limit, np.int64))


def _unschedulable(data: leaf.Unschedulable, env: ClusterColumns) -> Column:
    return env.fixed(data, lambda: np.array([node.unschedulable for node in env.nodes], dtype=np.bool_))


def _has_image(data: leaf.HasImage, env: ClusterColumns) -> Column:
    return env.fixed(data, lambda: env.each(lambda at: data.name in env.nodes[at].images, np.bool_))


LEAVES: Mapping[type, Callable[[Any, ClusterColumns], Column]] = {
    leaf.Unschedulable: _unschedulable,
    leaf.NameIn: _name_in,
    leaf.Labelled: _labelled,
    leaf.HasTaint: _has_taint,
    leaf.TaintRank: _taint_rank,
    leaf.Alloc: lambda data, env: env.alloc(data.resource),
    leaf.Free: lambda data, env: env.free(data.resource),
    leaf.Pods: lambda data, env: env.pods(data.query),
    leaf.AttachLimit: _attach_limit,
    leaf.AttachedVolumes: lambda data, env: env.attached(data.driver)[1],
    leaf.Feasible: lambda data, env: env.feasible,
    leaf.Counted: lambda data, env: env.counted(data.resource),
    leaf.HasImage: _has_image,
}
