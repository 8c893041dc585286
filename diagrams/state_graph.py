"""A machine's picture as plain data: states, arrows between them, steps that stay where they are, who takes each.

The second shape of picture beside graph.py; of_machine.py makes it. Left out: colours, layout.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.diagrams.graph import Tone


class Line(NamedTuple):
    """A step on an arrow or in a box: who takes it (a number into `actors`, from 1), and when, in short words.

    `taken`: whether the runs that are shown took it (None where none is shown).
    """

    step: str
    by: int
    when: str = ""
    taken: bool | None = None


class State(NamedTuple):
    """A state: `lines` are the steps that do not leave it and that only it has, `notes` small print.

    `start`: a life may begin here; `end`: it may be over here.
    """

    name: str
    tone: Tone = Tone.PLAIN
    start: bool = False
    end: bool = False
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


class Arrow(NamedTuple):
    """All steps from one state to another (their places)."""

    source: int
    target: int
    lines: tuple[Line, ...]

    @property
    def taken(self) -> bool | None:
        """Whether a run took one of them."""
        known = [line.taken for line in self.lines if line.taken is not None]
        return any(known) if known else None


class Staying(NamedTuple):
    """Steps that several states have and that leave none of them; `title` names the states."""

    title: str
    lines: tuple[Line, ...]


class StateGraph(NamedTuple):
    """A picture of a machine: `actors` take its steps, `legend` explains signs in use, `notes` are small print."""

    title: str
    states: tuple[State, ...]
    arrows: tuple[Arrow, ...]
    staying: tuple[Staying, ...]
    actors: tuple[str, ...]
    legend: tuple[tuple[Tone | None, str], ...]
    notes: tuple[str, ...]
