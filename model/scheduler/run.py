"""A scheduling run: every pending pod of a cluster tried in kube-scheduler's order, until nothing more happens (v1.34).

How it goes on, and what of it is left out, says running.py. A run ends where only the passing of time would have pods
tried again, as nothing has changed for them; where a hint passed over a change (InterPodAffinity's of v1.34 does), it
goes on after the five minutes. A cluster in which more happens than that is replayed (replay.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

import msgspec

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Pick
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.running import Running


class Run(msgspec.Struct, frozen=True):
    """What a scheduler did: every attempt in order, and the cluster at the end.

    `passed_over`: the pending pods that name another scheduler. `set_aside`: those that rest on what is not modelled,
    each with what that is; the others were scheduled as if they were not there.
    """

    attempts: tuple[Attempt, ...]
    snapshot: Snapshot
    passed_over: tuple[str, ...] = ()
    set_aside: Mapping[str, str] = {}

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
    """The run that schedules all pending pods of a cluster.

    `pick` chooses among nodes that are equally good (`seeded(0)`). `detail`: attempts hold decisions and rankings,
    which takes memory. `on_attempt` is told each attempt as it is made. `victims_take`: seconds that victims of
    preemption need to end (their grace period).
    """
    attempts: list[Attempt] = []

    def note(attempt: Attempt) -> None:
        attempts.append(attempt)
        if on_attempt:
            on_attempt(attempt)

    board = Board(snapshot, profile)
    running = Running(board, pick or seeded(0), note, victims_take=victims_take, detail=detail)
    others = [pod.key for pod in snapshot.pending if not running.watch(pod)]
    running.until()
    return Run(
        tuple(attempts), board.snapshot, tuple(others), {key: str(why) for key, why in running.set_aside.items()}
    )
