"""A picture as plain data: what is on it and what it means, without a word about how it is drawn.

Owns the shapes that `of_…` modules make and `render_…` modules draw, and how long and how strange their words may be.
Left out: colours and fonts (look.py), layout (the renderers).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubeproof.model.errors import printable

LONGEST = 160
"""Characters of a text on a picture; a longer one loses its middle."""


class Tone(Enum):
    """What a box or a word is to the question: as any other, beside the point, a place that is open, or new."""

    PLAIN = "plain"
    MUTED = "muted"
    OPEN = "open"
    NEW = "new"


class Mark(NamedTuple):
    """A numbered sign: the number (from 1) is also its colour; `text` says what it stands for, `note` more of it."""

    number: int
    text: str
    note: str = ""


class Word(NamedTuple):
    """One line in a box."""

    text: str
    tone: Tone = Tone.PLAIN


class Bar(NamedTuple):
    """How much of something is used, and how much more is wanted; `text` is the amounts for a person."""

    label: str
    used: int
    wanted: int
    total: int
    text: str

    @property
    def fits(self) -> bool:
        """Whether what is wanted still has room."""
        return not self.wanted or self.used + self.wanted <= self.total

    def parts(self, width: int) -> tuple[int, int, int]:
        """The bar in whole steps of `width`: used, wanted, free; what is there at all gets a step where one is left."""
        if self.total <= 0:
            return (0, width, 0) if self.wanted else (0, 0, width)
        used = min(width, -(-self.used * width // self.total))
        wanted = min(width, -(-self.wanted * width // self.total))
        if self.wanted and not self.fits:
            used, wanted = min(used, width - 1), max(wanted, width - used)
        wanted = min(wanted, width - used)
        return used, wanted, width - used - wanted


class Box(NamedTuple):
    """A thing on the picture. `marks` are what is said about it, `notes` smaller print."""

    title: str
    tone: Tone = Tone.PLAIN
    words: tuple[Word, ...] = ()
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


class Cluster(NamedTuple):
    """Boxes that belong together, such as the nodes of a zone."""

    title: str
    boxes: tuple[Box, ...]


class Edge(NamedTuple):
    """From a mark of the subject (its number) to a cluster (its place): that mark is what decides there."""

    mark: int
    cluster: int


class Sign(Enum):
    """The signs that a legend can explain."""

    MARK = "mark"
    USED = "used"
    WANTED = "wanted"
    OVER = "over"
    MUTED = "muted"
    OPEN = "open"
    NEW = "new"


class Key(NamedTuple):
    """A line of the legend: what a sign on the picture means."""

    sign: Sign
    text: str


class Graph(NamedTuple):
    """A picture: a sentence as its title, what it is about, the rest of the world in clusters, and a legend."""

    title: str
    subject: Box | None
    clusters: tuple[Cluster, ...]
    edges: tuple[Edge, ...] = ()
    legend: tuple[Key, ...] = ()


def said(text: str, longest: int = LONGEST) -> str:
    """Text from a manifest, fit for a picture: nothing that is obeyed or hidden, and no longer than `longest`."""
    return elided(printable(elided(text, longest)), longest)


def elided(text: str, longest: int) -> str:
    """The text, or its two ends where it is longer."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :]}"
