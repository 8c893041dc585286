"""The pods that wait for their turn: kube-scheduler's SchedulingQueue (v1.34, pkg/scheduler/backend/queue) on a clock.

Three places. The active pods are tried: the highest priority first, then who was added or refused earliest
(PrioritySort). Who is refused waits until something happens that the refusing plugins have asked to be told (`WAKES`).
Who is woken too soon after a refusal backs off: that time doubles with each refusal, up to a maximum. Back-off ends by
whole seconds, and pods whose back-off ends in the same second stand in the order of the active ones. While no pod is
active, those that back off are tried all the same, the one that is nearest first (SchedulerPopFromBackoffQ, on by
default): so back-off only says who goes before whom. Every 30 s, whoever has waited for more than five minutes is
woken (flushUnschedulablePodsLeftover); a gated pod is not.
What a plugin's QueueingHint says of a pod or a node that came or left stands beside its filter (Constraint.came, left,
node_came, node_left); a pod that no hint wakes is tried all the same once it has waited for too long (`overlooked`).
Coarser than upstream: of claims, of what changes, and of nodes for InterPodAffinity, the kind of event is enough, so
that a pod may be tried again in vain. Left out: attempts that end in an error, which are repeated after back-off alone;
preemption's own gate while victims are being asked to go; objects that the model does not hold (VolumeAttachment,
CSIDriver ...).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from heapq import heapify, heappop, heappush
from itertools import count, takewhile
from math import inf
from typing import NamedTuple

from kubeproof.model.scheduler.filters.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.filters.node_affinity import NODE_AFFINITY
from kubeproof.model.scheduler.filters.node_name import NODE_NAME
from kubeproof.model.scheduler.filters.node_ports import NODE_PORTS
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.node_unschedulable import NODE_UNSCHEDULABLE
from kubeproof.model.scheduler.filters.node_volume_limits import NODE_VOLUME_LIMITS
from kubeproof.model.scheduler.filters.pod_topology_spread import POD_TOPOLOGY_SPREAD
from kubeproof.model.scheduler.filters.scheduling_gates import SCHEDULING_GATES
from kubeproof.model.scheduler.filters.taint_toleration import TAINT_TOLERATION
from kubeproof.model.scheduler.filters.volume_binding import VOLUME_BINDING
from kubeproof.model.scheduler.filters.volume_restrictions import VOLUME_RESTRICTIONS
from kubeproof.model.scheduler.filters.volume_zone import VOLUME_ZONE

LONGEST_WAIT, FLUSH_EVERY = 300, 30
"""Seconds: podMaxInUnschedulablePodsDuration, and how often it is looked at."""


class Event(Enum):
    """What happens in a cluster. POD_...: to a pod on a node; OWN_...: to the waiting pod itself."""

    POD_ADDED = "a pod was bound"
    POD_LABELS = "a pod's labels changed"
    POD_SMALLER = "a pod asks for less"
    POD_DELETED = "a pod left"
    OWN_LABELS = "its own labels changed"
    OWN_TOLERATIONS = "it has new tolerations"
    OWN_SMALLER = "it asks for less itself"
    OWN_GATES = "its last gate was removed"
    NODE_ADDED = "a node was added"
    NODE_LABELS = "a node's labels changed"
    NODE_TAINTS = "a node's taints changed, or it was uncordoned"
    NODE_ALLOCATABLE = "a node has other resources"
    NODE_DELETED = "a node left"
    CLAIM_ADDED = "a claim was added"
    CLAIM_UPDATED = "a claim changed"
    VOLUME_ADDED = "a volume was added"
    VOLUME_UPDATED = "a volume changed"
    CLASS_ADDED = "a storage class was added"
    CLASS_UPDATED = "a storage class changed"
    CSI_NODE_ADDED = "a CSINode was added"
    CSI_NODE_UPDATED = "a CSINode changed"


_E = Event
_PODS = frozenset({_E.POD_ADDED, _E.POD_LABELS, _E.POD_DELETED, _E.OWN_LABELS})
_DOMAINS = frozenset({_E.NODE_ADDED, _E.NODE_LABELS})
_CLASSES, _CLAIMS = {_E.CLASS_ADDED, _E.CLASS_UPDATED}, {_E.CLAIM_ADDED, _E.CLAIM_UPDATED}
_VOLUMES, _CSI_NODES = {_E.VOLUME_ADDED, _E.VOLUME_UPDATED}, {_E.CSI_NODE_ADDED, _E.CSI_NODE_UPDATED}

WAKES: Mapping[str, frozenset[Event]] = {
    SCHEDULING_GATES.name: frozenset({_E.OWN_GATES}),
    NODE_UNSCHEDULABLE.name: frozenset({_E.NODE_ADDED, _E.NODE_TAINTS, _E.OWN_TOLERATIONS}),
    NODE_NAME.name: frozenset({_E.NODE_ADDED}),
    TAINT_TOLERATION.name: frozenset({_E.NODE_ADDED, _E.NODE_TAINTS, _E.OWN_TOLERATIONS}),
    NODE_AFFINITY.name: _DOMAINS,
    NODE_PORTS.name: frozenset({_E.POD_DELETED, _E.NODE_ADDED}),
    NODE_RESOURCES_FIT.name: frozenset(
        {_E.POD_DELETED, _E.POD_SMALLER, _E.OWN_SMALLER, _E.NODE_ADDED, _E.NODE_ALLOCATABLE}
    ),
    VOLUME_RESTRICTIONS.name: frozenset({_E.POD_DELETED, _E.NODE_ADDED, _E.CLAIM_ADDED}),
    NODE_VOLUME_LIMITS.name: frozenset({_E.POD_DELETED, _E.CSI_NODE_ADDED, _E.CLAIM_ADDED}),
    VOLUME_BINDING.name: _DOMAINS | _CLASSES | _CLAIMS | _VOLUMES | _CSI_NODES,
    VOLUME_ZONE.name: _DOMAINS | {_E.CLASS_ADDED} | _CLAIMS | _VOLUMES,
    POD_TOPOLOGY_SPREAD.name: _PODS | _DOMAINS | {_E.NODE_DELETED, _E.NODE_TAINTS, _E.OWN_TOLERATIONS},
    INTER_POD_AFFINITY.name: _PODS | _DOMAINS,
}
"""For each plugin the events that may end its refusal (EventsToRegister)."""


def _any(key: str, plugin: str) -> bool:
    return True


class Backoff(NamedTuple):
    """How long a refused pod is held back: seconds after the first refusal, and at most."""

    initial: int = 1
    most: int = 10

    def seconds(self, refusals: int) -> int:
        """How long after this many refusals (calculateBackoffDuration)."""
        return min(self.initial << (refusals - 1), self.most) if refusals else 0


class Queued(NamedTuple):
    """A pod in the queue. `since`: when it was added or last refused, in seconds; `turn` orders those of one moment.

    `refusals`: how often it was refused. `refused`: by which plugins the last time.
    """

    key: str
    priority: int
    since: float
    turn: int
    refusals: int = 0
    refused: frozenset[str] = frozenset()


class Queue:
    """The pods that wait, at `now`, in seconds since the run began."""

    def __init__(self, backoff: Backoff = Backoff()) -> None:  # noqa: B008  (a value)
        self.now = 0.0
        self._backoff = backoff
        self._turns = count()
        self._active: list[tuple[int, float, int, Queued]] = []
        self._backing_off: list[tuple[int, int, float, int, Queued]] = []
        self._waiting: dict[frozenset[str], dict[str, Queued]] = {}
        self._overlooked: dict[str, float] = {}

    def add(self, key: str, priority: int = 0, *, gated: bool = False) -> None:
        """A pod is new: it is active, or waits for its gates to be removed."""
        queued = Queued(key, priority, self.now, next(self._turns))
        if gated:
            self._wait(queued._replace(refused=frozenset({SCHEDULING_GATES.name})))
        else:
            self._requeue(queued)

    def pop(self) -> Queued | None:
        """Takes out the pod whose turn it is; None where all that are left wait to be woken."""
        if self._active:
            return heappop(self._active)[-1]
        return heappop(self._backing_off)[-1] if self._backing_off else None

    def refuse(self, queued: Queued, plugins: frozenset[str]) -> None:
        """A pod that was taken out is back, refused by these plugins."""
        refusals = queued.refusals + 1
        self._wait(queued._replace(since=self.now, turn=next(self._turns), refusals=refusals, refused=plugins))

    def tell(self, event: Event, only: str = "", helps: Callable[[str, str], bool] = _any) -> None:
        """Something has happened: who waits for it is woken. `only`: the one pod that it means (OWN_...).

        `helps`: what the hint of a plugin, the second argument, says for a pod.
        """
        for refused, there in self._waiting.items():
            asked = [plugin for plugin in refused if event in WAKES[plugin]]
            for key in [key for key in ([only] if only else there) if key in there and (asked or not refused)]:
                if not refused or any(helps(key, plugin) for plugin in asked):
                    self._wake(there, key)
                else:
                    self._overlooked[key] = there[key].since

    @property
    def overlooked(self) -> float:
        """When the first of those whom hints passed over has waited for too long, and is woken; infinity: never."""
        since = min(self._overlooked.values(), default=inf)
        return (since + LONGEST_WAIT) // FLUSH_EVERY * FLUSH_EVERY + FLUSH_EVERY if since < inf else inf

    def drop(self, key: str) -> None:
        """A pod was deleted while it waited; one that is not here is none of the queue's."""
        for there in self._waiting.values():
            there.pop(key, None)
        self._overlooked.pop(key, None)
        self._active = [one for one in self._active if one[-1].key != key]
        self._backing_off = [one for one in self._backing_off if one[-1].key != key]
        heapify(self._active)
        heapify(self._backing_off)

    def advance(self, to: float) -> None:
        """The clock moves on: back-off ends, and who has waited for too long is woken."""
        self.now = to
        flushed = to // FLUSH_EVERY * FLUSH_EVERY
        for refused, there in self._waiting.items():
            if SCHEDULING_GATES.name not in refused:
                # They stand in the order in which they came: after the first that is not due, none is.
                due = takewhile(lambda one: flushed - one.since > LONGEST_WAIT, there.values())
                for key in [one.key for one in due]:
                    self._wake(there, key)
        while self._backing_off and not self._backs_off(self._backing_off[0][-1]):
            self._requeue(heappop(self._backing_off)[-1])

    def _wait(self, queued: Queued) -> None:
        self._waiting.setdefault(queued.refused, {})[queued.key] = queued

    def _wake(self, there: dict[str, Queued], key: str) -> None:
        self._overlooked.pop(key, None)
        self._requeue(there.pop(key))

    def _requeue(self, queued: Queued) -> None:
        place = (-queued.priority, queued.since, queued.turn, queued)
        if self._backs_off(queued):
            heappush(self._backing_off, (self._until(queued), *place))
        else:
            heappush(self._active, place)

    def _until(self, queued: Queued) -> int:
        return int(queued.since + self._backoff.seconds(queued.refusals))

    def _backs_off(self, queued: Queued) -> bool:
        """Also through the whole second in which it ends (isPodBackingoff)."""
        return queued.refusals > 0 and self._until(queued) >= int(self.now)
