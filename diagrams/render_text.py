"""A picture as plain text for terminals: the same facts in the same order, without colours.

Left out: fitting to a terminal's width (lines are bounded, since all words on a picture are).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from kubeproof.diagrams.graph import Bar, Box, Cluster, Graph, Mark, Sign, Tone

WIDTH = 10
"""Steps of a bar."""

_OPEN, _NEW = "*", ">"
_SIGNS = {Sign.MARK: "[1]", Sign.USED: "#", Sign.WANTED: "+", Sign.OVER: "!", Sign.OPEN: _OPEN, Sign.NEW: _NEW}


def text(graph: Graph) -> str:
    """The picture as lines, with a line end after each."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield graph.title
    if graph.subject:
        yield ""
        yield from _subject(graph.subject)
    for cluster in graph.clusters:
        yield ""
        yield from _cluster(cluster)
    keys = [f"{_SIGNS[key.sign]} {key.text}" for key in graph.legend if key.sign in _SIGNS]
    if keys:
        yield ""
        yield "; ".join(keys)


def _subject(box: Box) -> Iterator[str]:
    yield box.title
    yield from (f"  {word.text}" for word in box.words)
    for mark in box.marks:
        yield f"  [{mark.number}] {mark.text}"
        yield from (f"      {line}" for line in mark.note.splitlines())


def _cluster(cluster: Cluster) -> Iterator[str]:
    yield cluster.title
    name = max(len(_title(box)) for box in cluster.boxes)
    bars = zip_longest(*(map(_bar, box.bars) for box in cluster.boxes), fillvalue="")
    columns = [[bar.ljust(max(map(len, own))) for bar in own] for own in bars]
    for place, box in enumerate(cluster.boxes):
        said = [" ".join(map(_mark, box.marks)), *box.notes]
        yield "  ".join(
            (_title(box).ljust(name), *(own[place] for own in columns), "; ".join(filter(None, said)))
        ).rstrip()
        yield from (f"    {_NEW if word.tone is Tone.NEW else ' '} {word.text}" for word in box.words)


def _title(box: Box) -> str:
    return f"{_OPEN if box.tone is Tone.OPEN else ' '} {box.title}"


def _mark(mark: Mark) -> str:
    return f"[{mark.number}] {mark.text}"


def _bar(bar: Bar) -> str:
    used, wanted, free = bar.parts(WIDTH)
    return f"{bar.label} {'#' * used}{('+' if bar.fits else '!') * wanted}{'.' * free} {bar.text}"
