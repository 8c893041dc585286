"""A picture in Graphviz's language: the subject to the left, clusters of boxes to the right, the legend below.

Boxes are HTML-like labels (labels.py). Names of things in the source are our own, and every word is escaped, so nothing
in a manifest can be more than words. Left out: running Graphviz (render_dot.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kubeproof.diagrams import look
from kubeproof.diagrams.graph import Bar, Box, Cluster, Graph, Key, Mark, Sign, Tone, Word, elided
from kubeproof.diagrams.labels import SIGN, attributes, cell, font, numbered, table, wrapped

COLUMNS = 3
"""Boxes beside one another in a cluster."""

# Points. Graphviz spreads room that is left over evenly, so rows of one table are told to be equally wide.
_BOX, _SUBJECT, _LABEL, _BAR = 148, 176, 34, 44
# Characters that fit there.
_NAME, _LINE, _RULE, _NOTE, _TITLE = 24, 28, 29, 38, 80


def source(graph: Graph, settings: Mapping[str, str]) -> str:
    """The picture as a digraph; `settings` are more attributes of Graphviz for it as a whole (our own words only)."""
    return "".join(f"{line}\n" for line in _lines(graph, settings))


def _lines(graph: Graph, settings: Mapping[str, str]) -> Iterator[str]:
    yield "digraph picture {"
    yield f'  graph [rankdir=LR, splines=line, fontname="{look.FONT}", bgcolor="{look.PAPER}", ranksep=0.5, pad=0.15,'
    yield f"    labelloc=b, labeljust=l, label=<{_legend(graph.legend)}>{attributes(settings)}];"
    yield f'  node [shape=plain, fontname="{look.FONT}", fontsize={look.NORMAL}, fontcolor="{look.INK}"];'
    yield "  edge [arrowsize=0.6, penwidth=1.6];"
    yield "  subgraph cluster_all {"
    yield f"    graph [peripheries=0, margin=6, labelloc=t, labeljust=l, label=<{_title(graph.title)}>];"
    if graph.subject:
        yield f"    subject [label=<{_subject(graph.subject)}>];"
    if graph.clusters:
        yield f"    world [label=<{_world(graph.clusters)}>];"
    for edge in graph.edges:
        yield f'    subject:mark{edge.mark}:e -> world:cluster{edge.cluster}:w [color="{look.mark(edge.mark).fill}"];'
    if graph.subject and graph.clusters and not graph.edges:
        yield "    subject -> world [style=invis];"
    yield "  }"
    yield "}"


def _title(title: str) -> str:
    return table([cell(font(elided(title, _TITLE), size=look.LARGE, bold=True))], cellpadding="4")


def _subject(box: Box) -> str:
    paint = look.TONES[box.tone]
    head = [cell(font(line, size=look.LARGE, bold=True)) for line in wrapped(box.title, _NAME)]
    head += [cell(font(line, ink=look.FADED_INK)) for word in box.words for line in wrapped(word.text, _NOTE)]
    rows = [cell(table(head, cellpadding="1"), bgcolor=paint.fill)]
    rows += [cell(_rule(mark), port=f"mark{mark.number}") for mark in box.marks]
    return table(rows, border="1", color=look.LINE, cellpadding="5", bgcolor=look.PAPER)


def _rule(mark: Mark) -> str:
    """A rule of the subject: its sign beside its words in full, and smaller what there is to know of it."""
    lines = [font(line, bold=True) for line in wrapped(mark.text, _RULE)]
    small = [line for note in mark.note.splitlines() for line in wrapped(note, _NOTE)]
    lines += [font(line, ink=look.FADED_INK, size=look.SMALL) for line in small]
    first, *rest = (cell(line, width=str(_SUBJECT - SIGN)) for line in lines)
    rows = [cell(numbered(mark.number), width="20") + first, *(cell("") + line for line in rest)]
    return table(rows, cellpadding="1")


class _Rows(NamedTuple):
    """How many lines of each sort every box of a row has, so that none has height left over."""

    titles: int
    bars: int
    words: int
    marks: int
    notes: int


def _world(clusters: Sequence[Cluster]) -> str:
    """All clusters below one another, as one thing for Graphviz, which would choose an order of its own."""
    columns = min(COLUMNS, max(len(cluster.boxes) for cluster in clusters))
    rows = (cell(_cluster(own, columns), port=f"cluster{place}") for place, own in enumerate(clusters))
    return table(rows, cellspacing="6")


def _cluster(cluster: Cluster, columns: int) -> str:
    rows = [cell(font(cluster.title, ink=look.FADED_INK, bold=True), colspan=str(columns))]
    for at in range(0, len(cluster.boxes), columns):
        beside = cluster.boxes[at : at + columns]
        lines = ((_names(box), box.bars, box.words, box.marks, _notes(box)) for box in beside)
        high = _Rows(*(max(map(len, own)) for own in zip(*lines, strict=True)))
        gaps = [cell("", width=str(_BOX))] * (columns - len(beside))
        rows.append("".join([*(cell(_box(box, high)) for box in beside), *gaps]))
    return table(rows, border="1", color=look.LINE, bgcolor=look.PANEL, cellspacing="5")


def _names(box: Box) -> Sequence[str]:
    return wrapped(box.title, _NAME, most=3)


def _notes(box: Box) -> Sequence[str]:
    return [line for note in box.notes for line in wrapped(note, _LINE + 4, most=2)]


def _box(box: Box, high: _Rows) -> str:
    paint = look.TONES[box.tone]
    strip = look.mark(box.marks[0].number).fill if box.marks else paint.fill
    names = (*_names(box), *[""] * (high.titles - len(_names(box))))
    rows = [cell(table(cell(font(name, ink=paint.ink, bold=True)) for name in names))]
    if high.bars:
        rows.append(cell(table(map(_bar, box.bars), cellspacing="1")))
    if high.words:
        words = [*map(_word, box.words), *[_word(Word(""))] * (high.words - len(box.words))]
        rows.append(cell(table(words, cellspacing="1")))
    rows += [cell(_chip(mark)) for mark in box.marks]
    rows += [cell(_gap())] * (high.marks - len(box.marks))
    notes = (*_notes(box), *[""] * (high.notes - len(_notes(box))))
    rows += [cell(font(note, ink=look.FADED_INK, size=look.SMALL)) for note in notes]
    whole = [cell("", height="3", bgcolor=strip), cell(table(rows, cellpadding="2"))]
    return table(whole, border="1", color=look.LINE, bgcolor=paint.fill, width=str(_BOX))


def _chip(mark: Mark) -> str:
    words = font(elided(mark.text, _LINE), size=look.SMALL)
    return table(
        [cell(numbered(mark.number)) + cell(words, width=str(_BOX - SIGN - 12))],
        cellspacing="1",
    )


def _gap() -> str:
    """As high as a chip."""
    return table([cell("", width=str(SIGN), height=str(SIGN))], cellspacing="1")


def _word(word: Word) -> str:
    paint = look.TONES[word.tone]
    fill = {"bgcolor": paint.fill} if word.tone is Tone.NEW else {}
    return cell(font(elided(word.text, _LINE + 4), ink=paint.ink, size=look.SMALL), **fill)


def _bar(bar: Bar) -> str:
    paints = (look.USED, look.WANTED if bar.fits else look.OVER, look.TRACK)
    parts = [
        cell("", width=str(width), height="6", fixedsize="true", bgcolor=paint)
        for width, paint in zip(bar.parts(_BAR), paints, strict=True)
        if width
    ]
    label = cell(font(bar.label, ink=look.FADED_INK, size=look.SMALL), width=str(_LABEL))
    text = cell(font(f" {bar.text}", size=look.SMALL), width=str(_BOX - _LABEL - _BAR - 10))
    return label + cell(table(["".join(parts)]), width=str(_BAR)) + text


def _legend(keys: Sequence[Key]) -> str:
    gap = cell("", width="8")
    cells = (cell(_swatch(key.sign)) + cell(font(key.text, ink=look.FADED_INK, size=look.SMALL)) + gap for key in keys)
    return table(["".join(cells) or gap], cellspacing="3")


def _swatch(sign: Sign) -> str:
    if sign is Sign.MARK:
        return numbered(1)
    fills = {
        Sign.USED: look.USED,
        Sign.WANTED: look.WANTED,
        Sign.OVER: look.OVER,
        Sign.MUTED: look.TONES[Tone.MUTED].fill,
        Sign.OPEN: look.TONES[Tone.OPEN].fill,
        Sign.NEW: look.TONES[Tone.NEW].fill,
    }
    return table([cell("", width="18", height="8", bgcolor=fills[sign])], border="1", color=look.LINE)
