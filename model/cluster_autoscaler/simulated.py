"""Pods put on nodes as a cluster autoscaler simulates it: by the scheduler's filters, the first node that fits (1.34).

Scores do not count, and nobody is preempted. The scheduler itself may choose otherwise later.
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.component import first
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Board, Outcome
from kubeproof.model.scheduler.profile import Profile


def board(snapshot: Snapshot, profile: Profile | None) -> Board:
    """A board of the cluster, for a scheduler of this profile without its scores."""
    return Board(snapshot, replace(profile or Profile(), weights=()))


def pod_of(board: Board, key: str) -> Pod:
    """The pod of this key (`namespace/name`), which is there."""
    found = board.pod(key)
    assert found is not None
    return found


def placed(board: Board, key: str) -> bool:
    """Whether a pod fits somewhere, where it is put then."""
    attempt = board.attempt(key, first)
    if attempt.outcome is not Outcome.SCHEDULED:
        return False
    board.bind(attempt)
    return True
