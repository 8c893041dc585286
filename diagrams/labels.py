"""The pieces of Graphviz's HTML-like labels: words, cells, tables, wrapped lines and numbered signs.

Every Graphviz lays such labels out alike. Every word is escaped here, so nothing in a manifest can be more than words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from kubeproof.diagrams import look

SIGN = 13
"""Points of a numbered sign's side."""

_ACTIVE = re.compile(r"[\\&]")
_PIECES = re.compile(r"[^./=]*[./=]|[^./=]+")


def escaped(text: str) -> str:
    """Text as HTML-like labels read it. Graphviz still replaces escapes such as \\N in it, and keeps in its SVG what
    looks like an entity, known to XML or not; a sign without width behind \\ and & undoes both."""
    return escape(_ACTIVE.sub("\\g<0>\N{ZERO WIDTH NON-JOINER}", text))


def font(text: str, *, ink: str = look.INK, size: str = look.NORMAL, bold: bool = False) -> str:
    """Words in a colour and a size; a blank where there are none, so that the line is as high."""
    words = escaped(text) or " "
    return f'<FONT COLOR="{ink}" POINT-SIZE="{size}">{f"<B>{words}</B>" if bold else words}</FONT>'


def cell(content: str, **attributes: str) -> str:
    """A table's cell, which looks to the left unless told."""
    told = {"align": "left", **attributes}
    return f"<TD{_html(told)}>{content}</TD>"


def table(rows: Iterable[str], **attributes: str) -> str:
    """A table without lines and room of its own, unless told."""
    told = {"border": "0", "cellborder": "0", "cellspacing": "0", "cellpadding": "0", **attributes}
    inner = "".join(f"<TR>{row}</TR>" for row in rows)
    return f"<TABLE{_html(told)}>{inner}</TABLE>"


def _html(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name.upper()}="{value}"' for name, value in attributes.items())


def attributes(settings: Mapping[str, str]) -> str:
    """More attributes of a picture as a whole, behind those that it has."""
    return "".join(f', {name}="{value}"' for name, value in settings.items())


def wrapped(text: str, width: int, most: int = 4) -> Sequence[str]:
    """The text in at most so many lines; a word too long for one is broken behind its punctuation, or anywhere."""
    lines = [""]
    for word in text.split():
        pieces = [word] if len(word) <= width else _PIECES.findall(word)
        pieces = [piece[at : at + width] for piece in pieces for at in range(0, len(piece), width)]
        for place, piece in enumerate(pieces):
            joined = lines[-1] + ("" if place or not lines[-1] else " ") + piece
            if len(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(piece)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][: width - 1]}…"]


def numbered(number: int, *, pale: bool = False) -> str:
    """A numbered mark in its colour, or `pale`."""
    paint = look.PALE if pale else look.mark(number)
    content = font(str(number), ink=paint.ink, size=look.SMALL, bold=True)
    side = {"width": str(SIGN), "height": str(SIGN), "fixedsize": "true"}
    return table([cell(content, align="center", bgcolor=paint.fill, **side)])
