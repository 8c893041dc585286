"""The machines of a recording: when the driver took one away, and when it gave it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubeproof.model.recording.lines import Action

KILL, REVIVE = "kubelet-kill", "kubelet-revive"


class Turn(NamedTuple):
    """From when on a node is silent, or speaks again."""

    at: float
    node: str
    silent: bool


class Machines:
    """The turns that are still to come, by time.

    A machine that is lost has renewed its lease for the last time up to `renewal` seconds before, and one that is back
    renews it up to so long after: for all that time it is taken to be silent, as what follows may then come late, but
    never early.
    """

    def __init__(self, actions: Sequence[Action], renewal: int) -> None:
        turns = [
            Turn(one.begins + (-renewal if one.verb == KILL else renewal), one.name, one.verb == KILL)
            for one in actions
            if one.verb in (KILL, REVIVE)
        ]
        self._coming = sorted(turns)

    def until(self, at: float) -> Iterator[Turn]:
        """The turns until a time; they do not come again."""
        while self._coming and self._coming[0].at <= at:
            yield self._coming.pop(0)
