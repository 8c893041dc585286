"""A story's picture as plain data: components as lanes with what they did, and where pods were over time.

The fourth shape of picture beside graph.py, state_graph.py and strip.py; of_story.py makes it. Left out: how it looks.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Message(NamedTuple):
    """What one component did. `time` stands where a new second begins, else it is ""; `lane` is a number into the
    lanes, None for a gap, whose text counts what is left out."""

    time: str
    lane: int | None
    text: str


class State(Enum):
    """How a pod does."""

    READY = "ready"
    NOT_READY = "not ready"
    ENDING = "ending"
    DONE = "completed"
    FAILED = "failed"


class Dot(NamedTuple):
    """A pod: its owner (a number into `owners`) and how it does."""

    owner: int
    state: State


class Cell(NamedTuple):
    """The pods of a node at a time: the first ones, and how many more there are."""

    dots: tuple[Dot, ...]
    more: int = 0


class Row(NamedTuple):
    """A node, or what is no node (pods that wait, all other nodes), over time."""

    title: str
    cells: tuple[Cell, ...]


class Sequence(NamedTuple):
    """A story as a picture. `times` are those of the columns of `rows`; of more `owners` than these the last stands for
    all others."""

    title: str
    lanes: tuple[str, ...]
    messages: tuple[Message, ...]
    times: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    owners: tuple[str, ...] = ()
