"""A run's picture in Graphviz's language: its states below one another, what each step changed marked, the loop at the
side. Left out: running Graphviz (render_dot.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubeproof.diagrams import look
from kubeproof.diagrams.graph import Tone, elided
from kubeproof.diagrams.labels import attributes, cell, font, numbered, table, wrapped
from kubeproof.diagrams.strip import Frame, Strip, Value

# Characters of the title, of small print, of a name or a value.
_TITLE, _PRINT, _WORD = 80, 110, 22
_ROW = 96
"""Characters of a state's values side by side; more of them go below."""

_POINTS = 5.2
"""Points of a character of a value, so that the same variable is as wide in every state."""


def source(strip: Strip, settings: Mapping[str, str]) -> str:
    """The picture as a digraph; `settings` are more attributes of Graphviz for it as a whole (our own words only)."""
    return "".join(f"{line}\n" for line in _lines(strip, settings))


def _lines(strip: Strip, settings: Mapping[str, str]) -> Iterator[str]:
    widths = _widths(strip)
    yield "digraph picture {"
    yield f'  graph [fontname="{look.FONT}", bgcolor="{look.PAPER}", ranksep=0.25, pad=0.15,'
    yield f"    labelloc=b, labeljust=l, label=<{_below(strip)}>{attributes(settings)}];"
    yield f'  node [shape=plain, fontname="{look.FONT}", fontsize={look.NORMAL}, fontcolor="{look.INK}"];'
    yield f'  edge [fontname="{look.FONT}", fontsize={look.NORMAL}, arrowsize=0.7, penwidth=1.2, color="{look.INK}"];'
    yield "  subgraph cluster_all {"
    title = table([cell(font(elided(strip.title, _TITLE), size=look.LARGE, bold=True))], cellpadding="4")
    yield f"    graph [peripheries=0, margin=6, labelloc=t, labeljust=l, label=<{title}>];"
    for at, frame in enumerate(strip.frames):
        yield f"    state{at} [label=<{_state(at, frame, widths)}>];"
        if at:
            ink = look.mark(frame.by).fill
            yield f'    state{at - 1} -> state{at} [color="{ink}", weight=9, label=<{_step(frame)}>];'
    if strip.loop is not None:
        again = table([cell(font("for ever", ink=look.OVER, bold=True))], cellpadding="3")
        last = len(strip.frames) - 1
        style = f'color="{look.OVER}", style=dashed, constraint=false, label=<{again}>'
        yield f"    state{last}:e -> state{strip.loop}:e [{style}];"
    yield "  }"
    yield "}"


def _widths(strip: Strip) -> list[int]:
    """How many characters wide each variable is."""
    columns = zip(*(frame.values for frame in strip.frames), strict=True)
    return [min(_WORD, max(len(text) for own in column for text in (own.name, own.value))) for column in columns]


def _state(at: int, frame: Frame, widths: Sequence[int]) -> str:
    number = cell(font(str(at), ink=look.FADED_INK, bold=True), width="16", align="center")
    rows = [cell(_row(beside)) for beside in _beside(frame.values, widths)]
    values = table(rows) if rows else font("nothing changes", ink=look.FADED_INK)
    return table([number + cell(values)], border="1", color=look.LINE, bgcolor=look.PANEL, cellpadding="2")


def _beside(values: Sequence[Value], widths: Sequence[int]) -> Iterator[list[tuple[Value, int]]]:
    """The values of one state in as few rows as are not too wide, about equally many in each."""
    rows = -(-sum(widths) // _ROW)
    for at in range(0, len(values), across := -(-len(values) // max(rows, 1)) or 1):
        yield list(zip(values[at : at + across], widths[at : at + across], strict=True))


def _row(beside: Sequence[tuple[Value, int]]) -> str:
    return table(["".join(cell(_value(value, width)) for value, width in beside)], cellspacing="2")


def _value(value: Value, width: int) -> str:
    paint = look.TONES[Tone.NEW if value.changed else Tone.PLAIN]
    name = font(elided(value.name, _WORD), ink=look.FADED_INK, size=look.SMALL)
    ink = look.INK if value.changed else look.FADED_INK
    word = font(elided(value.value, _WORD), ink=ink, bold=value.changed)
    wide = str(int(width * _POINTS) + 8)
    return table([cell(name, width=wide), cell(word)], bgcolor=paint.fill, cellpadding="2", border="1", color=look.LINE)


def _step(frame: Frame) -> str:
    return table([cell(numbered(frame.by), width="17") + cell(font(frame.step, bold=True))], cellpadding="2")


def _below(strip: Strip) -> str:
    gap = cell("", width="10")
    actors = [
        cell(numbered(at)) + cell(font(f" {actor}", ink=look.FADED_INK, size=look.SMALL)) + gap
        for at, actor in enumerate(strip.actors, start=1)
    ]
    rows = [cell(table(["".join(actors)], cellspacing="2"))] if actors else []
    small = [line for note in strip.notes for line in wrapped(note, _PRINT, most=8)]
    rows += [cell(font(line, ink=look.FADED_INK, size=look.SMALL)) for line in small]
    return table(rows or [cell("")], cellpadding="2")
