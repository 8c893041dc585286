"""A picture in Graphviz's language: the subject to the left, clusters of boxes to the right, the legend below.

Boxes are HTML-like labels, which every Graphviz lays out alike. Every word is escaped here, and names of things in the
source are our own, so nothing in a manifest can be more than words. Left out: running Graphviz (render_dot.py).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from kubeproof.diagrams import look
from kubeproof.diagrams.graph import Bar, Box, Cluster, Graph, Key, Mark, Sign, Tone, Word, elided

COLUMNS = 3
"""Boxes beside one another in a cluster."""

_BAR = 56  # points
_NAME, _LINE, _RULE, _TITLE = 24, 28, 36, 100  # characters


def source(graph: Graph, settings: Mapping[str, str] | None = None) -> str:
    """The picture as a digraph; `settings` are more attributes of Graphviz for it as a whole (our own words only)."""
    return "".join(f"{line}\n" for line in _lines(graph, settings or {}))


def _lines(graph: Graph, settings: Mapping[str, str]) -> Iterator[str]:
    yield "digraph picture {"
    yield f'  graph [rankdir=LR, fontname="{look.FONT}", bgcolor="{look.PAPER}", nodesep=0.15, ranksep=0.55, pad=0.15,'
    yield f"    labelloc=b, labeljust=l, label=<{_legend(graph.legend)}>{_attributes(settings)}];"
    yield f'  node [shape=plain, fontname="{look.FONT}", fontsize={look.NORMAL}, fontcolor="{look.INK}"];'
    yield "  edge [arrowsize=0.6, penwidth=1.6];"
    yield "  subgraph cluster_all {"
    yield f"    graph [peripheries=0, margin=6, labelloc=t, labeljust=l, label=<{_title(graph.title)}>];"
    if graph.subject:
        yield f"    subject [label=<{_subject(graph.subject)}>];"
    columns = min(COLUMNS, max((len(cluster.boxes) for cluster in graph.clusters), default=1))
    for place, cluster in enumerate(graph.clusters):
        yield f"    cluster{place} [label=<{_cluster(cluster, columns)}>];"
    if graph.subject:
        decided = {edge.cluster for edge in graph.edges}
        for edge in graph.edges:
            yield f'    subject:mark{edge.mark}:e -> cluster{edge.cluster}:w [color="{look.mark(edge.mark).fill}"];'
        for place in range(len(graph.clusters)):
            if place not in decided:
                yield f"    subject -> cluster{place} [style=invis];"
    yield "  }"
    yield "}"


def _attributes(settings: Mapping[str, str]) -> str:
    return "".join(f', {name}="{value}"' for name, value in settings.items())


def _words(text: str) -> str:
    """Text as HTML-like labels read it. Graphviz keeps what looks like an entity in its SVG, known to XML or not, so an
    ampersand becomes a sign that looks the same and starts none."""
    return escape(text.replace("&", "\N{FULLWIDTH AMPERSAND}"))


def _font(text: str, *, ink: str = look.INK, size: str = look.NORMAL, bold: bool = False) -> str:
    words = _words(text) or " "
    return f'<FONT COLOR="{ink}" POINT-SIZE="{size}">{f"<B>{words}</B>" if bold else words}</FONT>'


def _cell(content: str, **attributes: str) -> str:
    told = {"align": "left", **attributes}
    return f"<TD{_html(told)}>{content}</TD>"


def _table(rows: Iterable[str], **attributes: str) -> str:
    told = {"border": "0", "cellborder": "0", "cellspacing": "0", "cellpadding": "0", **attributes}
    inner = "".join(f"<TR>{row}</TR>" for row in rows)
    return f"<TABLE{_html(told)}>{inner}</TABLE>"


def _html(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name.upper()}="{value}"' for name, value in attributes.items())


def _title(title: str) -> str:
    return _table([_cell(_font(elided(title, _TITLE), size=look.LARGE, bold=True))], cellpadding="4")


def _wrapped(text: str, width: int, most: int = 4) -> list[str]:
    return textwrap.wrap(text, width, max_lines=most, placeholder=" …") or [""]


def _subject(box: Box) -> str:
    paint = look.TONES[box.tone]
    head = [_cell(_font(line, size=look.LARGE, bold=True)) for line in _wrapped(box.title, _LINE)]
    head += [_cell(_font(line, ink=look.FADED_INK)) for word in box.words for line in _wrapped(word.text, _RULE)]
    rows = [_cell(_table(head, cellpadding="1"), bgcolor=paint.fill)]
    rows += [_cell(_rule(mark), port=f"mark{mark.number}") for mark in box.marks]
    return _table(rows, border="1", color=look.LINE, cellpadding="6", bgcolor=look.PAPER)


def _rule(mark: Mark) -> str:
    """A rule of the subject: its sign, its words in full, and smaller what there is to know of it."""
    lines = [_font(line, bold=True) for line in _wrapped(mark.text, _RULE)]
    small = [line for note in mark.note.splitlines() for line in _wrapped(note, _RULE + 8)]
    lines += [_font(line, ink=look.FADED_INK, size=look.SMALL) for line in small]
    words = _table((_cell(line) for line in lines), cellpadding="1")
    return _table([_cell(_sign(mark.number), valign="top") + _cell(words)], cellspacing="2")


def _sign(number: int) -> str:
    paint = look.mark(number)
    content = _font(str(number), ink=paint.ink, size=look.SMALL, bold=True)
    return _table([_cell(content, align="center", width="13", height="13", bgcolor=paint.fill)], fixedsize="true",
                  width="13", height="13")


def _cluster(cluster: Cluster, columns: int) -> str:
    head = _cell(_font(cluster.title, ink=look.FADED_INK, bold=True), colspan=str(columns))
    boxes = [_cell(_box(box), valign="top") for box in cluster.boxes]
    boxes += [_cell("", width="140")] * (-len(boxes) % columns)
    rows = ["".join(boxes[at : at + columns]) for at in range(0, len(boxes), columns)]
    return _table([head, *rows], border="1", color=look.LINE, bgcolor=look.PANEL, cellspacing="5")


def _box(box: Box) -> str:
    paint = look.TONES[box.tone]
    rows = [_cell("", height="3", bgcolor=look.mark(mark.number).fill) for mark in box.marks[:1]]
    inner = [_cell(_font(elided(box.title, _NAME), ink=paint.ink, bold=True))]
    if box.bars:
        inner.append(_cell(_table(map(_bar, box.bars), cellspacing="1")))
    if box.words:
        inner.append(_cell(_table(map(_word, box.words), cellspacing="1")))
    inner += [_cell(_chip(mark)) for mark in box.marks]
    inner += [_cell(_font(elided(note, _LINE + 6), ink=look.FADED_INK, size=look.SMALL)) for note in box.notes]
    rows.append(_cell(_table(inner, cellpadding="2"), valign="top"))
    return _table(rows, border="1", color=look.LINE, bgcolor=paint.fill, width="140")


def _chip(mark: Mark) -> str:
    return _table([_cell(_sign(mark.number)) + _cell(_font(elided(mark.text, _LINE), size=look.SMALL))], cellspacing="1")


def _word(word: Word) -> str:
    paint = look.TONES[word.tone]
    fill = {"bgcolor": paint.fill} if word.tone is Tone.NEW else {}
    return _cell(_font(elided(word.text, _LINE), ink=paint.ink, size=look.SMALL), **fill)


def _bar(bar: Bar) -> str:
    paints = (look.USED, look.WANTED if bar.fits else look.OVER, look.TRACK)
    parts = [
        _cell("", width=str(width), height="6", fixedsize="true", bgcolor=paint)
        for width, paint in zip(bar.parts(_BAR), paints, strict=True)
        if width
    ]
    label = _cell(_font(bar.label, ink=look.FADED_INK, size=look.SMALL), width="34")
    return label + _cell(_table(["".join(parts)])) + _cell(_font(" " + bar.text, size=look.SMALL))


def _legend(keys: Sequence[Key]) -> str:
    cells = "".join(_cell(_swatch(key.sign)) + _cell(_font(f"{key.text}   ", ink=look.FADED_INK, size=look.SMALL))
                    for key in keys)
    return _table([cells or _cell(" ")], cellspacing="3")


def _swatch(sign: Sign) -> str:
    if sign is Sign.MARK:
        return _sign(1)
    fills = {
        Sign.USED: look.USED, Sign.WANTED: look.WANTED, Sign.OVER: look.OVER,
        Sign.MUTED: look.TONES[Tone.MUTED].fill, Sign.OPEN: look.TONES[Tone.OPEN].fill,
        Sign.NEW: look.TONES[Tone.NEW].fill,
    }
    return _table([_cell("", width="18", height="8", bgcolor=fills[sign])], border="1", color=look.LINE)
