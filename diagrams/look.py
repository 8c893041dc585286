"""How every picture looks: one palette that colour-blind people can tell apart (Okabe and Ito's), fonts, sizes.

Sizes are in points; a picture is laid out to be read at 900 pixels of width.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kubeproof.diagrams.graph import Tone

FONT = "Arial"
"""The font that a layout is measured in: not every Graphviz knows the widths of a list's first font."""

FONTS = f"{FONT},Helvetica,sans-serif"
"""The fonts that a reader's program may show words in, all as wide."""

SMALL, NORMAL, LARGE = "8.5", "9.5", "13"

INK, FADED_INK, LINE = "#1b2733", "#66727f", "#c3ccd5"
PAPER, PANEL, TRACK = "#ffffff", "#f4f6f8", "#dfe5ea"
USED, WANTED, OVER = "#7d8b99", "#56b4e9", "#d55e00"


class Paint(NamedTuple):
    """A filled shape's colour, and the colour of words on it."""

    fill: str
    ink: str


PALE = Paint("#dfe5ea", FADED_INK)
"""A mark that is beside the point."""

MARKS = (
    Paint("#0072b2", "#ffffff"),
    Paint("#e69f00", INK),
    Paint("#009e73", INK),
    Paint("#cc79a7", INK),
    Paint("#d55e00", INK),
    Paint("#f0e442", INK),
    Paint("#56b4e9", INK),
)

TONES: Mapping[Tone, Paint] = {
    Tone.PLAIN: Paint(PAPER, INK),
    Tone.MUTED: Paint("#eceff2", FADED_INK),
    Tone.OPEN: Paint("#e3f4ee", INK),
    Tone.NEW: Paint("#d6ecf9", INK),
}


def mark(number: int) -> Paint:
    """The paint of the mark with this number (from 1); after the last colour the first comes again."""
    return MARKS[(number - 1) % len(MARKS)]
