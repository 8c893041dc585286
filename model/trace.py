"""Traces: what happened, step by step, as one value that every engine gives and every picture, story and test takes.

A trace that ends in a loop goes on for ever: `loop` is the moment to which its last step leads back.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

WIDTH = 110
"""Characters of a story's line."""

Word = bool | int | str
"""What a variable is at a moment, in the words that people see."""


class Moment(msgspec.Struct, frozen=True):
    """A state and the step that led to it (both texts are empty where the trace starts)."""

    state: tuple[Word, ...]
    step: str = ""
    by: str = ""


class Did(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step of a cluster as data: who took it; what they looked at, what happened, or (of the clock) which second it
    became; and which of equal options were chosen, by their numbers."""

    by: str
    what: str
    chose: tuple[int, ...] = ()


class Trace(msgspec.Struct, frozen=True):
    """Moments in order; `names` are those of the variables, in the order of a moment's state. `did`: the steps of a
    cluster as data, so that they can be done again; of a machine, whose steps have names, there is none."""

    subject: str
    names: tuple[str, ...]
    moments: tuple[Moment, ...]
    loop: int | None = None
    did: tuple[Did, ...] | msgspec.UnsetType = msgspec.UNSET

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps in order."""
        return tuple(moment.step for moment in self.moments[1:])

    @property
    def first(self) -> dict[str, Word]:
        """The state in which it starts."""
        return dict(zip(self.names, self.moments[0].state, strict=True))

    @property
    def last(self) -> dict[str, Word]:
        """The state in which it ends."""
        return dict(zip(self.names, self.moments[-1].state, strict=True))

    def changes(self, at: int) -> dict[str, tuple[Word, Word]]:
        """What the step that led to moment `at` changed: each variable's value before and behind it."""
        if at == 0:
            return {}
        before, behind = self.moments[at - 1].state, self.moments[at].state
        return {name: (old, new) for name, old, new in zip(self.names, before, behind, strict=True) if old != new}

    @property
    def story(self) -> str:
        """The trace as lines: where it starts, then each step with who took it and what it changed."""
        start = [f"{name}={spelt(value)}" for name, value in self.first.items()]
        lines = _hanging("   0  starts with ", start)
        width = max((len(f"{moment.by}: {moment.step}") for moment in self.moments[1:]), default=0)
        for at, moment in enumerate(self.moments[1:], start=1):
            changed = [f"{name}: {spelt(old)} -> {spelt(new)}" for name, (old, new) in self.changes(at).items()]
            head = f"{at:4}  {f'{moment.by}: {moment.step}':{width}}  "
            lines += _hanging(head, changed or ["nothing changes"])
        if self.loop is not None:
            again = (
                f"from step {self.loop} on, for ever" if self.loop < len(self.moments) - 1 else "nothing more, for ever"
            )
            lines.append(f"      then {again}")
        return "\n".join(lines)


def _hanging(head: str, pieces: Iterable[str]) -> list[str]:
    """The pieces behind a head, and below one another where they would be too long."""
    lines = [head]
    for at, piece in enumerate(pieces):
        if at and len(lines[-1]) + 2 + len(piece) > WIDTH:
            lines[-1] += ","
            lines.append(f"{'':{len(head)}}{piece}")
        else:
            lines[-1] += f", {piece}" if at else piece
    return lines


def spelt(value: Word) -> str:
    """A value as it stands in stories and pictures."""
    return str(value).lower() if isinstance(value, bool) else str(value)
