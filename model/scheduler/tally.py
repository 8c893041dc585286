"""What pods on nodes amount to, on copies that can be changed: one tally for each leaf that pods can move.

A tally changes as kube-scheduler's PreFilterExtensions and NodeInfo do, not as counting the pods anew would (v1.34):
topology spread takes a terminating pod off though it had not counted it, a host port is free once any pod that holds
it is taken off, and a ReadWriteOncePod claim once one of that name is, in whatever namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kubeproof.model.logic.column import Column
from kubeproof.model.objects.pod import HostPort, Pod
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler import attached
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.open_node import (
    AttachedVolumes,
    Free,
    Matching,
    OnClaim,
    OnPort,
    Pods,
    conflict,
    counts,
    requested,
)

Moving = Free | Pods | AttachedVolumes
"""The leaves that pods can move."""


class Tally(Protocol):
    """A leaf at some nodes; places are positions among them."""

    @property
    def column(self) -> Column:
        """What the leaf is now."""
        ...

    def move(self, place: int, pod: Pod, times: int) -> None:
        """Puts a pod on a node (`times=1`), or takes it away (-1)."""
        ...

    def clear(self, goes: Callable[[Pod], bool], pods: Sequence[Sequence[Pod]]) -> None:
        """Takes from each node all pods that go: those listed for it."""
        ...


class Sum:
    """A leaf to which each pod adds what only its shape decides."""

    def __init__(self, data: Free | Pods, columns: ClusterColumns, at: Column) -> None:
        self.column: Column = columns.leaf(data)[at]
        self._data, self._columns, self._at = data, columns, at
        self._known: dict[int, int] = {}

    def move(self, place: int, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        self.column[place] += times * self._weigh(pod)

    def clear(self, goes: Callable[[Pod], bool], pods: Sequence[Sequence[Pod]]) -> None:
        """Takes from each node all pods that go, all nodes at once."""
        self.column -= self._columns.sum(lambda pod: self._weigh(pod) if goes(pod) else 0)[self._at]

    def _weigh(self, pod: Pod) -> int:
        shape = self._columns.shape(pod)
        if shape not in self._known:
            self._known[shape] = shift(self._data, pod)
        return self._known[shape]


def shift(data: Free | Pods, pod: Pod) -> int:
    """By how much a leaf grows at a node when the pod is put there."""
    match data:
        case Free(resource):
            return -requested(pod).get(resource, 0)
        case Pods(Matching(terms)):
            return int(counts(Matching(terms), pod))
        case Pods(OnClaim(_, name)):
            return sum(held == Claim(name) for held in pod.spec.volumes)
        case Pods(query):
            return int(counts(query, pod))


class Ports:
    """Host ports in use that conflict with one; a node's ports are a set, whoever holds them (HostPortInfo)."""

    def __init__(
        self, port: HostPort, columns: ClusterColumns, at: Column, held: Mapping[str, frozenset[HostPort]]
    ) -> None:
        self._port = port
        self._held = [held.get(columns.nodes[place].name, frozenset()) for place in at.tolist()]
        self.column: Column = columns.leaf(Pods(OnPort(port)))[at]

    def move(self, place: int, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        ports, held = pod.spec.host_ports, self._held[place]
        if ports:
            self._held[place] = held = held | ports if times > 0 else held - ports
            self.column[place] = sum(conflict(self._port, other) for other in held)

    def clear(self, goes: Callable[[Pod], bool], pods: Sequence[Sequence[Pod]]) -> None:
        """Takes from each node all pods that go."""
        for place, going in enumerate(pods):
            for pod in going:
                self.move(place, pod, -1)

    def kept(self) -> tuple[list[frozenset[HostPort]], Column]:
        """All that moves change, to be put back."""
        return self._held.copy(), self.column.copy()

    def put_back(self, kept: tuple[list[frozenset[HostPort]], Column]) -> None:
        """Makes everything as it was."""
        self._held, self.column = kept


class Volumes:
    """Different volumes of a CSI driver."""

    def __init__(self, driver: str, columns: ClusterColumns, at: Column) -> None:
        volumes, column = columns.attached(driver)
        self.column: Column = column[at]
        self._driver, self._storage, self._on = driver, columns.storage, volumes.copy(at.tolist())

    def move(self, place: int, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        used = attached.of_driver(attached.of_pod(pod, self._storage), self._driver)
        if used:
            self._on.move(place, used, times)
            self.column[place] = self._on.count(place)

    def clear(self, goes: Callable[[Pod], bool], pods: Sequence[Sequence[Pod]]) -> None:
        """Takes from each node all pods that go."""
        for place, going in enumerate(pods):
            for pod in going:
                self.move(place, pod, -1)
