"""A machine's picture in Graphviz's language: states as boxes, all steps between two of them on one arrow.

Who takes a step is a numbered sign in its own colour; below the picture stand the legend, the steps that leave several
states as they are, and what is only small print. Left out: running Graphviz (render_dot.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubeproof.diagrams import look
from kubeproof.diagrams.graph import Tone, elided
from kubeproof.diagrams.labels import attributes, cell, font, numbered, table, wrapped
from kubeproof.diagrams.state_graph import Arrow, Line, State, StateGraph, Staying

# Characters that fit on a line: of an arrow, of a box, of a column below, of small print.
_ARROW, _BOX, _COLUMN, _PRINT, _TITLE = 26, 34, 44, 150, 80
_COLUMNS = 3
# Points of an empty column below.
_GAP = 150


def source(graph: StateGraph, settings: Mapping[str, str]) -> str:
    """The picture as a digraph; `settings` are more attributes of Graphviz for it as a whole (our own words only)."""
    return "".join(f"{line}\n" for line in _lines(graph, settings))


def _lines(graph: StateGraph, settings: Mapping[str, str]) -> Iterator[str]:
    yield "digraph picture {"
    yield f'  graph [fontname="{look.FONT}", bgcolor="{look.PAPER}", ranksep=0.35, nodesep=0.4, pad=0.15,'
    yield f"    labelloc=b, labeljust=l, label=<{_below(graph)}>{attributes(settings)}];"
    yield f'  node [fontname="{look.FONT}", fontsize={look.NORMAL}, fontcolor="{look.INK}"];'
    yield f'  edge [fontname="{look.FONT}", fontsize={look.SMALL}, arrowsize=0.7, penwidth=1.2];'
    yield "  subgraph cluster_all {"
    yield f"    graph [peripheries=0, margin=6, labelloc=t, labeljust=l, label=<{_title(graph.title)}>];"
    for place, state in sorted(enumerate(graph.states), key=lambda known: not known[1].start):  # starts on top
        yield from _state(place, state)
    for arrow in graph.arrows:
        ink = look.LINE if arrow.taken is False else _ink(arrow.lines)
        yield f'    state{arrow.source} -> state{arrow.target} [color="{ink}", label=<{_label(arrow)}>];'
    yield "  }"
    yield "}"


def _title(title: str) -> str:
    return table([cell(font(elided(title, _TITLE), size=look.LARGE, bold=True))], cellpadding="4")


def _state(place: int, state: State) -> Iterator[str]:
    paint = look.TONES[state.tone]
    ink = look.LINE if state.tone is Tone.MUTED else look.INK
    rims = 2 if state.end else 1
    yield (
        f'    state{place} [shape=box, style="rounded,filled", margin="0.1,0.06", peripheries={rims}, color="{ink}",'
        f' fillcolor="{paint.fill}", label=<{_box(state, paint.ink)}>];'
    )
    if state.start:
        yield f'    start{place} [shape=point, width=0.12, color="{look.INK}"];'
        yield f'    start{place} -> state{place} [color="{look.INK}"];'


def _box(state: State, ink: str) -> str:
    rows = [cell(font(line, ink=ink, size=look.LARGE, bold=True), align="center") for line in wrapped(state.name, 24)]
    if state.lines:
        rows.append(cell(table(_rows(state.lines, _BOX))))
    small = [line for note in state.notes for line in wrapped(note, _BOX)]
    rows += [cell(_small(line), align="center") for line in small]
    return table(rows, cellpadding="1")


def _label(arrow: Arrow) -> str:
    return table(_rows(arrow.lines, _ARROW), cellpadding="1")


def _rows(lines: Sequence[Line], width: int) -> Iterator[str]:
    """Steps below one another."""
    for line in lines:
        yield from _step(line, width)


def _step(line: Line, width: int) -> tuple[str, str]:
    """A step as two rows of two cells: who takes it beside its name, and smaller when it may be taken."""
    pale = line.taken is False
    ink = look.FADED_INK if pale else look.INK
    names = [font(part, ink=ink, bold=bool(line.taken)) for part in wrapped(line.step, width)]
    small = [_small(part) for part in _guard(line.when, width + 4)]
    return cell(numbered(line.by, pale=pale), width="17") + _column(names), cell("") + _column(small)


def _column(lines: Sequence[str]) -> str:
    return cell("".join(f'{line}<BR ALIGN="LEFT"/>' for line in lines), balign="left")


def _guard(when: str, width: int) -> Sequence[str]:
    return wrapped(f"when {when}", width) if when else ()


def _ink(lines: Sequence[Line]) -> str:
    """The colour of an arrow: its actor's where it has one alone."""
    return look.mark(lines[0].by).fill if len({line.by for line in lines}) == 1 else look.INK


def _below(graph: StateGraph) -> str:
    rows = [cell(_legend(graph))]
    rows += [cell(_staying(staying)) for staying in graph.staying]
    small = [line for note in graph.notes for line in wrapped(note, _PRINT, most=8)]
    if small:
        rows.append(cell(table(cell(_small(line)) for line in small)))
    return table(rows, cellpadding="3")


def _legend(graph: StateGraph) -> str:
    """Who takes steps, and what signs mean: one table, so that both rows share the room that is left over."""
    gap = cell("", width="10")
    actors = [cell(numbered(at)) + cell(_small(f" {actor}")) + gap for at, actor in enumerate(graph.actors, start=1)]
    wide = max(2, 3 * len(actors) // max(1, len(graph.legend)) - 1)
    keys = [_swatch(tone) + cell(_small(f" {text}"), colspan=str(wide)) for tone, text in graph.legend]
    return table(["".join(row) for row in (actors, keys) if row], cellspacing="2")


def _small(text: str) -> str:
    return font(text, ink=look.FADED_INK, size=look.SMALL)


def _swatch(tone: Tone | None) -> str:
    side = {"fixedsize": "true", "border": "1"}
    if tone is None:
        inner = table([cell("", width="12", height="6", color=look.INK, **side)])
        return cell(inner, width="18", height="12", color=look.INK, align="center", **side)
    return cell("", width="18", height="10", bgcolor=look.TONES[tone].fill, color=look.LINE, **side)


def _staying(staying: Staying) -> str:
    """The steps in columns, down each before the next."""
    high = -(-len(staying.lines) // _COLUMNS)
    rows = [cell(font(staying.title, ink=look.FADED_INK, bold=True), colspan=str(2 * _COLUMNS))]
    gap = (cell("") + cell("", width=str(_GAP)),) * 2
    for at in range(high):
        beside = [_step(line, _COLUMN) for line in staying.lines[at::high]]
        beside += [gap] * (_COLUMNS - len(beside))
        rows += ["".join(row) for row in zip(*beside, strict=True)]
    return table([cell(table(rows, cellpadding="1"))], border="1", color=look.LINE, bgcolor=look.PANEL, cellpadding="2")
