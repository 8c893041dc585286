"""Whether a scheduler could have done what was seen: each pod on one of the best nodes of its moment, or refused.

What is seen of a scheduler (bindings in the API server's order) may differ a little from the order in which it decided,
for pods are bound beside each other: `slack` allows a step to have been decided before so many that were seen earlier.
The earliest step that is possible is taken, without going back. Left out: whether the queue allowed the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.profile import Profile
from kubeproof.properties.queries.seen import Leaves, Preempts, Seen, Step, named
from kubeproof.properties.queries.words import listed


class Contradiction(NamedTuple):
    """The first step that nothing explains, and what the scheduler would have done instead."""

    at: int
    seen: Seen
    instead: str

    def __str__(self) -> str:
        match self.seen:
            case Step(pod, ""):
                told = f"{pod} was refused"
            case Step(pod, node):
                told = f"{pod} went to {node}"
            case Preempts(pod, node, victims):
                told = f"{pod} was nominated to {node} in place of {named(victims)}"
            case Leaves(pod):
                told = f"{pod} left"
        return f"step {self.at}: {told}; instead: {self.instead}"


def explains(
    snapshot: Snapshot, steps: Sequence[Seen], *, profile: Profile | None = None, slack: int = 0
) -> Contradiction | None:
    """None where a scheduler could have taken these steps; else the first that it could not have taken.

    The pods of the steps are pending in the snapshot; their start times, if they have any, count once they are bound.
    Raises NotModelled.
    """
    board = Board(snapshot, profile)
    left = list(enumerate(steps, start=1))
    while left:
        found = next((entry for entry in left[: slack + 1] if _done(board, entry[1])), None)
        if found is None:
            at, seen = left[0]
            return Contradiction(at, seen, _instead(board, seen))
        left.remove(found)
    return None


def _done(board: Board, seen: Seen) -> bool:
    """Whether a step is possible now; if so, it is done."""
    match seen:
        case Leaves(key):
            pod = board.pod(key)
            if pod and pod.node:
                board.remove([pod])
            return bool(pod and pod.node)
        case Preempts(_, node, victims):
            for attempt in board.ways(seen.pod):
                if attempt.outcome is Outcome.PREEMPTING and attempt.node == node and told_to_go(attempt) == victims:
                    board.preempt(attempt)
                    return True
            return False
        case Step(_, ""):
            attempt = _attempt(board, seen)
            if possible := attempt.outcome not in (Outcome.SCHEDULED, Outcome.PREEMPTING):
                board.nominate(attempt)
            return possible
        case Step(_, node):
            attempt = _attempt(board, seen)
            if possible := attempt.outcome is Outcome.SCHEDULED and attempt.node == node:
                board.bind(attempt, attempt.pod.start_time)
            return possible


def _attempt(board: Board, seen: Step | Preempts) -> Attempt:
    return board.attempt(seen.pod, lambda best: seen.node if seen.node in best else best[0])


def _instead(board: Board, seen: Seen) -> str:
    if isinstance(seen, Leaves):
        return "it has no node"
    attempt = _attempt(board, seen)
    match attempt.outcome:
        case Outcome.SCHEDULED:
            return f"it goes to {listed(attempt.best)}"
        case Outcome.PREEMPTING:
            return f"it is nominated to {listed(attempt.best)}, there in place of {named(told_to_go(attempt))}"
        case _:
            return attempt.message


def told_to_go(attempt: Attempt) -> frozenset[str]:
    """The victims of an attempt that are not going already, by `namespace/name`."""
    return frozenset(victim.key for victim in attempt.victims if not victim.deleting)
