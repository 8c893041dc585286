"""A cluster over time: a timeline of pods and nodes that come and go, with kube-scheduler at work in between (v1.34).

Whatever happens wakes the pods that wait for it (queue.py); they are tried at that moment, as attempts take no time.
Pods that come and go cost what their node costs, however large the cluster is; after a node all is read anew.
Left out: what running.py and timeline.py leave out. A pod that is preempted, or loses its node, does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome, Pick
from kubeproof.model.scheduler.levels import Levels, Span, levels
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.run import by_name
from kubeproof.model.scheduler.running import Running
from kubeproof.model.scheduler.timeline import (
    Happening,
    NodeAdded,
    NodeRemoved,
    PodCreated,
    PodDeleted,
    check,
    created,
)


class Stay(NamedTuple):
    """What became of one pod (`namespace/name`); times in seconds, None where that did not happen.

    `message`: the last FailedScheduling event's text, "" where it never was refused.
    """

    key: str
    spec: PodSpec
    created: float
    bound: float | None = None
    node: str = ""
    gone: float | None = None
    attempts: int = 0
    message: str = ""

    def waited(self, until: float) -> float:
        """How long it waited for its node, or in vain (`until`: when it was last looked at)."""
        if self.bound is not None:
            return self.bound - self.created
        return (until if self.gone is None else self.gone) - self.created


class NodeStay(NamedTuple):
    """A node, and from when until when it was there (None: to the end)."""

    node: Node
    since: float
    until: float | None = None


class Replay(msgspec.Struct, frozen=True):
    """What a scheduler made of a timeline. `end`: when the last thing happened. `snapshot`: the cluster then.

    `stays`: each pod, in the order in which they came. `passed_over`: those that name another scheduler. `set_aside`:
    those that rest on what is not modelled, each with what that is; others were scheduled as if they were not there.
    """

    stays: tuple[Stay, ...]
    nodes: tuple[NodeStay, ...]
    end: float
    snapshot: Snapshot
    passed_over: frozenset[str] = frozenset()
    set_aside: Mapping[str, str] = {}

    @property
    def waited(self) -> Sequence[Stay]:
        """The pods that got a node, but not at once."""
        return [stay for stay in self.stays if stay.bound is not None and stay.bound > stay.created]

    @property
    def never(self) -> Sequence[Stay]:
        """The pods that were tried and never got a node."""
        return [stay for stay in self.stays if stay.bound is None and self._own(stay)]

    def used(self, resource: str) -> Levels:
        """What the pods on nodes ask for of a resource, over time."""
        return levels(
            Span(stay.bound, stay.gone, stay.spec.requests.get(resource, 0))
            for stay in self.stays
            if stay.bound is not None
        )

    def there(self, resource: str) -> Levels:
        """What the nodes have of a resource, over time."""
        return levels(Span(one.since, one.until, one.node.allocatable.get(resource, 0)) for one in self.nodes)

    @property
    def running(self) -> Levels:
        """How many pods are on nodes, over time."""
        return levels(Span(stay.bound, stay.gone, 1) for stay in self.stays if stay.bound is not None)

    @property
    def waiting(self) -> Levels:
        """How many pods wait for a node, over time; those of other schedulers apart, and those that were set aside."""
        own = filter(self._own, self.stays)
        return levels(Span(stay.created, stay.gone if stay.bound is None else stay.bound, 1) for stay in own)

    def _own(self, stay: Stay) -> bool:
        return stay.key not in self.passed_over and stay.key not in self.set_aside


def replay(
    snapshot: Snapshot,
    timeline: Iterable[Happening],
    profile: Profile | None = None,
    *,
    pick: Pick = by_name,
    victims_take: float = 0,
    on_happening: Callable[[int, int], None] | None = None,
) -> Replay:
    """What a scheduler makes of a timeline that starts from a cluster. Raises BadInput (see `check`).

    `pick` chooses among nodes that are equally good; by default the first by name. `victims_take`: seconds that victims
    of preemption need to end. `on_happening` is told how much of the timeline is done, and of how much.
    """
    steps = tuple(timeline)
    check(steps, snapshot)
    log = _Log(snapshot)
    board = Board(snapshot, profile, created(steps))
    running = Running(board, pick, log.tried, log.gone, victims_take=victims_take)
    log.now = lambda: running.queue.now
    passed_over = {pod.key for pod in snapshot.pending if not running.watch(pod)}
    for done, step in enumerate(steps):
        running.until(step.at)
        match step:
            case PodCreated(_, pod):
                log.came(pod)
                if not running.add(pod):
                    passed_over.add(pod.key)
            case PodDeleted(_, key):
                if (there := board.pod(key)) is not None:  # it may have been preempted before
                    running.remove(there)
            case NodeAdded(_, node):
                log.nodes[node.name] = NodeStay(node, step.at)
                running.add_node(node)
            case NodeRemoved(_, name):
                log.left(name)
                running.remove_node(name)
        if on_happening:
            on_happening(done + 1, len(steps))
    running.until()
    nodes = (*log.former, *log.nodes.values())
    aside = {key: str(why) for key, why in running.set_aside.items()}
    return Replay(tuple(log.stays), nodes, running.queue.now, board.snapshot, frozenset(passed_over), aside)


class _Log:
    """What has become of pods and nodes so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.now: Callable[[], float] = lambda: 0.0
        self.stays: list[Stay] = []
        self._at: dict[str, int] = {}
        self.former: list[NodeStay] = []
        self.nodes: dict[str, NodeStay] = {node.name: NodeStay(node, 0) for node in snapshot.nodes}
        for pod in snapshot.pods:
            self.came(pod)

    def came(self, pod: Pod) -> None:
        """A pod is new."""
        now = self.now()
        self._at[pod.key] = len(self.stays)
        self.stays.append(Stay(pod.key, pod.spec, now, now if pod.node else None, pod.node))

    def tried(self, attempt: Attempt) -> None:
        """A pod was tried."""
        stay = self.stays[self._at[attempt.pod.key]]
        tried = stay._replace(attempts=stay.attempts + 1, message=attempt.message or stay.message)
        if attempt.outcome is Outcome.SCHEDULED:
            tried = tried._replace(bound=attempt.at, node=attempt.node)
        self.stays[self._at[attempt.pod.key]] = tried

    def gone(self, pod: Pod) -> None:
        """A pod has left."""
        at = self._at[pod.key]
        self.stays[at] = self.stays[at]._replace(gone=self.now())

    def left(self, name: str) -> None:
        """A node has left."""
        self.former.append(self.nodes.pop(name)._replace(until=self.now()))
