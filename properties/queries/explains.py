"""Whether a scheduler could have done what was seen: each pod on one of the best nodes of its moment, or refused.

What is seen of a scheduler (bindings in the API server's order) may differ a little from the order in which it decided,
for pods are bound beside each other: `slack` allows a step to have been decided before so many that were seen earlier.
Left out: whether the queue allowed the order, and preemption's choice of victims (they are steps of whoever tells).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.profile import Profile
from kubeproof.properties.queries.chances import Step


class Contradiction(NamedTuple):
    """The first step that no order of the earlier ones explains. `best`: the nodes that were best for the pod."""

    at: int
    step: Step
    best: tuple[str, ...]

    def __str__(self) -> str:
        seen = f"went to {self.step.node}" if self.step.node else "was refused"
        could = f"best are {', '.join(self.best)}" if self.best else "no node takes it"
        return f"step {self.at}: {self.step.pod} {seen}, but {could}"


def explains(
    snapshot: Snapshot, steps: Sequence[Step], *, profile: Profile | None = None, slack: int = 0
) -> Contradiction | None:
    """None where a scheduler could have taken these steps; else the furthest one that it could not have taken.

    The pods of the steps are pending in the snapshot. Raises NotModelled.
    """
    board = Board(snapshot, profile)
    left = list(enumerate(steps, start=1))
    while left:
        allowed = left[: slack + 1]
        found = next((entry for entry in allowed if _could(board, entry[1])), None)
        if found is None:
            at, step = left[0]
            return Contradiction(at, step, tuple(_asked(board, step).best))
        left.remove(found)
    return None


def _could(board: Board, step: Step) -> bool:
    """Whether the step is possible now; if so, it is done."""
    attempt = _asked(board, step)
    if not step.node:
        return attempt.outcome is not Outcome.SCHEDULED
    if attempt.outcome is not Outcome.SCHEDULED or step.node not in attempt.best:
        return False
    board.bind(attempt)
    return True


def _asked(board: Board, step: Step) -> Attempt:
    return board.attempt(step.pod, lambda best: step.node if step.node in best else best[0])
