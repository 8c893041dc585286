"""A scheduling run while it lasts: a board, a queue and a clock, and what follows from each attempt (v1.34).

Whose turn it is says the queue (queue.py). An attempt takes no time; a pod that is bound wakes others at once; victims
of preemption leave `victims_take` seconds later, once nobody is left who could be tried before: then the clock moves,
or to when a pod that hints have passed over is tried all the same.
A pod that rests on what is not modelled is set aside: the others are scheduled as if it were not there.
Left out: how long an attempt takes, new pods from controllers, pods that were being deleted before, that a nomination
which is lost wakes those whom it kept out, and disruption budgets that change while pods go. While the clock jumps from
one thing that happens to the next, who has waited for too long is tried once, not every five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.board import Attempt, Board, Outcome, Pick
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.queue import Event, Queue, Queued


class Running:
    """A scheduler at work. `on_attempt` is told each attempt as it is made, `on_gone` each pod that leaves.

    `set_aside`: the pods that could not be decided about, each with why.
    """

    def __init__(
        self,
        board: Board,
        pick: Pick,
        on_attempt: Callable[[Attempt], None],
        on_gone: Callable[[Pod], None] = lambda _: None,
        *,
        victims_take: float = 0,
        detail: bool = False,
    ) -> None:
        self.board, self.pick, self.victims_take, self.detail = board, pick, victims_take, detail
        self.queue = Queue(board.profile.backoff)
        self._plugins = {one.name: one for one in board.profile.filters}
        self._on_attempt, self._on_gone = on_attempt, on_gone
        self._leaving: dict[str, tuple[float, Pod]] = {}
        self.set_aside: dict[str, NotModelled] = {}

    def watch(self, pod: Pod) -> bool:
        """A pod of the cluster waits to be tried; False where it names another scheduler."""
        if pod.spec.scheduler != self.board.profile.scheduler:
            return False
        gated = False
        if pod.spec.gates:
            with self._setting_aside(pod.key):
                attempt = self.board.attempt(pod.key, self.pick, detail=self.detail)
                if gated := attempt.outcome is Outcome.GATED:
                    self._note(attempt)
        if pod.key not in self.set_aside:
            self.queue.add(pod.key, pod.spec.priority, gated=gated)
        return True

    def until(self, time: float = inf) -> None:
        """Pods are tried, and victims leave, up to a time (by default until nothing more happens)."""
        self.work()
        while (moment := self._next()) <= time and moment < inf:
            self.queue.advance(moment)
            self._leave([pod for at, pod in self._leaving.values() if at == moment])
            self.work()
        if time < inf:
            self.queue.advance(time)
            self.work()

    def work(self) -> None:
        """Pods are tried now, until all that are left wait for something to happen."""
        while queued := self.queue.pop():
            with self._setting_aside(queued.key):
                self._decided(queued, self.board.attempt(queued.key, self.pick, detail=self.detail))

    def add(self, pod: Pod) -> bool:
        """A pod is created, on a node already or pending; False where it names another scheduler."""
        self.board.put(pod)
        if not pod.node:
            return self.watch(pod)
        self._tell(Event.POD_ADDED, pod)
        return True

    def remove(self, pod: Pod) -> None:
        """A pod is deleted, wherever it is."""
        self.queue.drop(pod.key)
        self._leave([pod])

    def add_node(self, node: Node) -> None:
        """A node joins the cluster."""
        self.board.with_nodes([node])
        self._tell_node(Event.NODE_ADDED, node)

    def remove_node(self, name: str) -> None:
        """A node leaves, and the pods on it with it."""
        node = next(node for node in self.board.snapshot.nodes if node.name == name)
        gone = self.board.without_node(name)
        for pod in gone:
            self._leaving.pop(pod.key, None)
            self._on_gone(pod)
        self._tell_node(Event.NODE_DELETED, node)
        for pod in gone:
            self._tell(Event.POD_DELETED, pod)

    def _next(self) -> float:
        """When the next victims have ended, or who was passed over is tried; infinity: never."""
        ends = min((ends for ends, _ in self._leaving.values()), default=inf)
        return min(ends, self.queue.overlooked)

    @contextmanager
    def _setting_aside(self, key: str) -> Iterator[None]:
        """Nothing has been changed by an attempt that ends so."""
        try:
            yield
        except NotModelled as unknown:
            self.set_aside[key] = unknown

    def _note(self, attempt: Attempt) -> None:
        self._on_attempt(replace(attempt, at=self.queue.now))

    def _decided(self, queued: Queued, attempt: Attempt) -> None:
        """What follows from an attempt."""
        match attempt.outcome:
            case Outcome.SCHEDULED:
                self.board.bind(attempt)
                self._tell(Event.POD_ADDED, attempt.pod)
            case Outcome.PREEMPTING:
                self.board.terminate(attempt.victims)
                for victim in attempt.victims:
                    self._leaving.setdefault(victim.key, (self.queue.now + self.victims_take, victim))
                self._refused(queued, attempt)
            case Outcome.UNSCHEDULABLE:
                self._refused(queued, attempt)
        self._note(attempt)

    def _refused(self, queued: Queued, attempt: Attempt) -> None:
        self.board.nominate(attempt)
        self.queue.refuse(queued, attempt.refused - {""})

    def _leave(self, pods: list[Pod]) -> None:
        self.board.remove(pods)
        for pod in pods:
            self._leaving.pop(pod.key, None)
            self._on_gone(pod)
        for pod in pods:
            if pod.node or pod.nominated:  # a nomination keeps others out as if the pod were there
                self._tell(Event.POD_DELETED, pod)

    def _tell(self, event: Event, other: Pod) -> None:
        """Another pod was bound, or has left."""
        came = event is Event.POD_ADDED

        def helps(pod: Pod, plugin: Constraint) -> bool:
            return (plugin.came if came else plugin.left)(pod, other, self.board.facts)

        self._hinted(event, helps)

    def _tell_node(self, event: Event, node: Node) -> None:
        """A node has joined the cluster, or has left it."""
        came = event is Event.NODE_ADDED

        def helps(pod: Pod, plugin: Constraint) -> bool:
            return (plugin.node_came if came else plugin.node_left)(pod, node, self.board.facts)

        self._hinted(event, helps)

    def _hinted(self, event: Event, helps: Callable[[Pod, Constraint], bool]) -> None:
        """The queue is told, and what the hints of plugins say for each pod that waits."""

        def wakes(key: str, name: str) -> bool:
            pod, plugin = self.board.pod(key), self._plugins.get(name)
            return pod is None or plugin is None or helps(pod, plugin)

        self.queue.tell(event, helps=wakes)
