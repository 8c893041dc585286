"""A scheduling run: every pending pod of a cluster tried in kube-scheduler's order, until nothing more happens (v1.34).

Whose turn it is says the queue (queue.py). An attempt takes no time; a pod that is bound wakes others at once; victims
of preemption leave `victims_take` seconds later, once nobody is left who could be tried before: then the clock moves.
A run ends where only the passing of time would have pods tried again, as nothing has changed for them; where a hint
passed over a change (InterPodAffinity's of v1.34 does), it goes on after the five minutes.
Left out: how long an attempt takes, new pods from controllers, pods that were being deleted before, that a nomination
which is lost wakes those whom it kept out, and disruption budgets that change while pods go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

import msgspec
from msgspec.structs import replace

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome, Pick
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.queue import Event, Queue, Queued


class Run(msgspec.Struct, frozen=True):
    """What a scheduler did: every attempt in order, and the cluster at the end.

    `passed_over`: the pending pods that name another scheduler.
    """

    attempts: tuple[Attempt, ...]
    snapshot: Snapshot
    passed_over: tuple[str, ...] = ()

    @property
    def last(self) -> Mapping[str, Attempt]:
        """For each pod that was tried its last attempt, by `namespace/name`."""
        return {attempt.pod.key: attempt for attempt in self.attempts}

    @property
    def placement(self) -> Mapping[str, str]:
        """The node of each pod that was tried; "" where it still waits, or has been preempted since."""
        nodes = {pod.key: pod.node for pod in self.snapshot.pods}
        return {key: nodes.get(key, "") for key in self.last}

    @property
    def victims(self) -> Sequence[Pod]:
        """The pods that had to go, in that order."""
        return [victim for attempt in self.attempts for victim in attempt.victims]


def by_name(nodes: Sequence[str]) -> str:
    """The first by name of nodes that are equally good."""
    return min(nodes)


def seeded(seed: int) -> Pick:
    """Any of the nodes that are equally good, as kube-scheduler takes them; the same ones for the same seed."""
    return Random(seed).choice


def schedule(
    snapshot: Snapshot,
    profile: Profile | None = None,
    *,
    pick: Pick | None = None,
    detail: bool = False,
    on_attempt: Callable[[Attempt], None] | None = None,
    victims_take: float = 0,
) -> Run:
    """The run that schedules all pending pods of a cluster. Raises NotModelled.

    `pick` chooses among nodes that are equally good (`seeded(0)`). `detail`: attempts hold decisions and rankings,
    which takes memory. `on_attempt` is told each attempt as it is made. `victims_take`: seconds that victims of
    preemption need to end (their grace period).
    """
    profile, pick = profile or Profile(), pick or seeded(0)
    run = _Running(Board(snapshot, profile), Queue(profile.backoff), victims_take, on_attempt)
    others = []
    for pod in snapshot.pending:
        if pod.spec.scheduler != profile.scheduler:
            others.append(pod.key)
            continue
        attempt = run.board.attempt(pod.key, pick, detail=detail) if pod.spec.gates else None
        gated = attempt is not None and attempt.outcome is Outcome.GATED
        if attempt and gated:
            run.note(attempt)
        run.queue.add(pod.key, pod.spec.priority, gated=gated)
    while (queued := run.queue.pop()) or run.wait():
        if queued:
            run.decided(queued, run.board.attempt(queued.key, pick, detail=detail))
    return Run(tuple(run.attempts), run.board.snapshot, tuple(others))


class _Running:
    """A run while it lasts. `leaving`: the victims that have not ended yet, each with the time at which it will."""

    def __init__(
        self, board: Board, queue: Queue, victims_take: float, on_attempt: Callable[[Attempt], None] | None
    ) -> None:
        self.board, self.queue, self.victims_take, self.on_attempt = board, queue, victims_take, on_attempt
        self.attempts: list[Attempt] = []
        self.leaving: dict[str, tuple[float, Pod]] = {}

    def note(self, attempt: Attempt) -> None:
        """Keeps an attempt, and tells it."""
        attempt = replace(attempt, at=self.queue.now)
        self.attempts.append(attempt)
        if self.on_attempt:
            self.on_attempt(attempt)

    def decided(self, queued: Queued, attempt: Attempt) -> None:
        """What follows from an attempt."""
        match attempt.outcome:
            case Outcome.SCHEDULED:
                self.board.bind(attempt)
                self._tell(Event.POD_ADDED, attempt.pod)
            case Outcome.PREEMPTING:
                self.board.terminate(attempt.victims)
                for victim in attempt.victims:
                    self.leaving.setdefault(victim.key, (self.queue.now + self.victims_take, victim))
                self._refused(queued, attempt)
            case Outcome.UNSCHEDULABLE:
                self._refused(queued, attempt)
        self.note(attempt)

    def wait(self) -> bool:
        """The clock moves on to when victims have ended, or who was passed over is tried; False: there are none."""
        if not self.leaving:
            flush = self.queue.overlooked
            if flush is not None:
                self.queue.advance(flush)
            return flush is not None
        now = min(ends for ends, _ in self.leaving.values())
        gone = [pod for ends, pod in self.leaving.values() if ends == now]
        self.queue.advance(now)
        self.board.remove(gone)
        for pod in gone:
            del self.leaving[pod.key]
        for pod in gone:
            self._tell(Event.POD_DELETED, pod)
        return True

    def _tell(self, event: Event, other: Pod) -> None:
        """Another pod was bound, or has left."""
        hints = {one.name: one.came if event is Event.POD_ADDED else one.left for one in self.board.profile.filters}

        def helps(key: str, plugin: str) -> bool:
            pod = self.board.pod(key)
            return pod is None or plugin not in hints or hints[plugin](pod, other, self.board.facts)

        self.queue.tell(event, helps=helps)

    def _refused(self, queued: Queued, attempt: Attempt) -> None:
        self.board.nominate(attempt)
        self.queue.refuse(queued, attempt.refused - {""})
