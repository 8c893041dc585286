"""A run's picture as plain data: its states in order, the step between two of them, and where it goes round for ever.

The third shape of picture beside graph.py and state_graph.py; of_trace.py makes it. Left out: colours, layout.
"""

from __future__ import annotations

from typing import NamedTuple


class Value(NamedTuple):
    """What a variable is; `changed`: the step that led here changed it."""

    name: str
    value: str
    changed: bool


class Frame(NamedTuple):
    """A state, and the step that led to it with who took it (a number into `actors`, from 1); none at the start."""

    step: str
    by: int
    values: tuple[Value, ...]


class Strip(NamedTuple):
    """A run: `loop` is the frame to which its last one leads back, `notes` are small print."""

    title: str
    frames: tuple[Frame, ...]
    loop: int | None
    actors: tuple[str, ...]
    notes: tuple[str, ...]
