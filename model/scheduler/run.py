"""A scheduling run: every pending pod of a cluster tried in kube-scheduler's order, until nothing more happens (v1.34).

The queue gives the highest priority first, then who came first (PrioritySort). A pass over it takes less time than a
pod's back-off, and than victims of preemption need to end: who was refused waits for the pass to end. Then the victims
are gone, and who waits is woken by what has happened: a pod that left may make room for all who wait, a pod that was
bound only helps those whom InterPodAffinity or PodTopologySpread refuse (EventsToRegister).
Left out: the clock (back-off times, the five minutes after which everybody is tried anyway), new pods from controllers,
and disruption budgets that change while pods go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

import msgspec

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome, Pick
from kubeproof.model.scheduler.filters.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.filters.pod_topology_spread import POD_TOPOLOGY_SPREAD
from kubeproof.model.scheduler.profile import Profile

HELPED_BY_PODS = frozenset({INTER_POD_AFFINITY.name, POD_TOPOLOGY_SPREAD.name})
"""The plugins whose refusal a pod that is bound may end."""


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
) -> Run:
    """The run that schedules all pending pods of a cluster. Raises NotModelled.

    `pick` chooses among nodes that are equally good (`seeded(0)`). `detail`: attempts hold decisions and rankings,
    which takes memory. `on_attempt` is told each attempt as it is made.
    """
    profile, pick = profile or Profile(), pick or seeded(0)
    board = Board(snapshot, profile)
    mine = {pod.key: pod.spec.priority for pod in snapshot.pending if pod.spec.scheduler == profile.scheduler}
    attempts: list[Attempt] = []
    waiting: dict[str, Attempt] = {}
    turn: Sequence[str] = list(mine)
    while turn:
        leaving: dict[str, Pod] = {}
        for key in sorted(turn, key=lambda key: -mine[key]):
            attempt = board.attempt(key, pick, detail=detail)
            waiting.pop(key, None)  # who waits again stands behind those who waited before
            match attempt.outcome:
                case Outcome.SCHEDULED:
                    board.bind(attempt)
                case Outcome.PREEMPTING:
                    board.terminate(attempt.victims)
                    leaving |= {victim.key: victim for victim in attempt.victims}
                    board.nominate(attempt)
                    waiting[key] = attempt
                case Outcome.UNSCHEDULABLE:
                    board.nominate(attempt)
                    waiting[key] = attempt
            attempts.append(attempt)
            if on_attempt:
                on_attempt(attempt)
        bound = any(attempt.outcome is Outcome.SCHEDULED for attempt in attempts[-len(turn) :])
        board.remove(leaving.values())
        turn = [key for key, last in waiting.items() if leaving or (bound and last.refused & HELPED_BY_PODS)]
    others = (pod.key for pod in snapshot.pending if pod.key not in mine)
    return Run(tuple(attempts), board.snapshot, tuple(others))
