"""What pods on nodes amount to, on copies that can be changed: one tally for each leaf that pods can move.

A tally changes as kube-scheduler's PreFilterExtensions and NodeInfo do, not as counting the pods anew would (v1.34):
topology spread takes a terminating pod off though it had not counted it, a host port is free once any pod that holds
it is taken off, and a ReadWriteOncePod claim once one of that name is, in whatever namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
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


Place = int
"""Where a node stands among those of a dry run."""


class Tally(Protocol):
    """A leaf at some nodes."""

    @property
    def column(self) -> Column:
        """What the leaf is now."""
        ...

    def move(self, place: Place, pod: Pod, times: int) -> None:
        """Puts a pod on a node (`times=1`), or takes it away (-1)."""
        ...

    def clear(self, pods: Mapping[Place, Sequence[Pod]]) -> None:
        """Takes all pods that may go from these nodes: those listed for each."""
        ...

    def kept(self, place: Place) -> Callable[[], None]:
        """A call that makes a node as it is now again."""
        ...


class Sum:
    """A leaf to which each pod adds what only its shape decides; `goes` says of a shape whether its pods may go."""

    def __init__(self, data: Free | Pods, columns: ClusterColumns, at: Column, goes: Callable[[Pod], bool]) -> None:
        self.column: Column = columns.leaf(data)[at]
        if isinstance(data, Pods) and isinstance(data.query, OnClaim) and self.column.any():
            # PreFilter only asks whether a claim is in use, and so counts one user however many there are.
            self.column[self.column.argmax()] -= self.column.sum() - 1
        self._data, self._columns, self._at, self._goes = data, columns, at, goes
        self._known: dict[int, int] = {}

    def move(self, place: Place, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        self.column[place] += times * self._weigh(pod)

    def clear(self, pods: Mapping[Place, Sequence[Pod]]) -> None:
        """Takes all pods that may go from these nodes, all at once."""
        places = list(pods)
        self.column[places] -= self._going[places]

    def kept(self, place: Place) -> Callable[[], None]:
        """A call that makes a node as it is now again."""
        value = self.column[place]

        def put_back() -> None:
            self.column[place] = value

        return put_back

    @cached_property
    def _going(self) -> Column:
        return self._columns.sum(lambda pod: self._weigh(pod) if self._goes(pod) else 0)[self._at]

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

    def move(self, place: Place, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        ports, held = pod.spec.host_ports, self._held[place]
        if ports:
            self._held[place] = held = held | ports if times > 0 else held - ports
            self.column[place] = sum(conflict(self._port, other) for other in held)

    def clear(self, pods: Mapping[Place, Sequence[Pod]]) -> None:
        """Takes the pods listed for each node from it."""
        _move_away(self, pods)

    def kept(self, place: Place) -> Callable[[], None]:
        """A call that makes a node as it is now again; moving back would not: a set forgets who else held a port."""
        held, value = self._held[place], self.column[place]

        def put_back() -> None:
            self._held[place], self.column[place] = held, value

        return put_back


class Volumes:
    """Different volumes of a CSI driver."""

    def __init__(self, driver: str, columns: ClusterColumns, at: Column) -> None:
        volumes, column = columns.attached(driver)
        self.column: Column = column[at]
        self._driver, self._storage, self._on = driver, columns.storage, volumes.copy(at.tolist())

    def move(self, place: Place, pod: Pod, times: int) -> None:
        """Puts a pod on a node, or takes it away."""
        used = attached.of_driver(attached.of_pod(pod, self._storage), self._driver)
        if used:
            self._on.move(place, used, times)
            self.column[place] = self._on.count(place)

    def clear(self, pods: Mapping[Place, Sequence[Pod]]) -> None:
        """Takes the pods listed for each node from it."""
        _move_away(self, pods)

    def kept(self, place: Place) -> Callable[[], None]:
        """A call that makes a node as it is now again."""
        used, value = self._on.used(place), self.column[place]

        def put_back() -> None:
            self._on.put_back(place, used)
            self.column[place] = value

        return put_back


def _move_away(tally: Tally, pods: Mapping[Place, Sequence[Pod]]) -> None:
    for place, going in pods.items():
        for pod in going:
            tally.move(place, pod, -1)
