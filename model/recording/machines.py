"""The machines of a recording: when the driver took one away, and when it gave it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.recording.lines import Action

KILL, REVIVE = "kubelet-kill", "kubelet-revive"


class Machines:
    """The commands that are still to come, by time."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._coming = sorted((one for one in actions if one.verb in (KILL, REVIVE)), key=lambda one: one.begins)

    def until(self, at: float) -> Iterator[Action]:
        """The commands that were given until a time; they do not come again."""
        while self._coming and self._coming[0].begins <= at:
            yield self._coming.pop(0)
