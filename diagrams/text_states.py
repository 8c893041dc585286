"""A machine's picture as plain text for terminals: each state with what leads from it.

Left out: fitting to a terminal's width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.diagrams.graph import Tone
from kubeproof.diagrams.state_graph import Line, State, StateGraph

_SIGNS = {Tone.NEW: ">", Tone.OPEN: "*"}
_TAKEN = {None: "  ", True: "* ", False: "  "}


def text(graph: StateGraph) -> str:
    """The picture as lines, with a line end after each."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: StateGraph) -> Iterator[str]:
    yield graph.title
    for place, state in enumerate(graph.states):
        yield ""
        yield _title(state, dict(graph.legend).get(Tone.MUTED, ""))
        yield from _steps(state.lines, graph.actors, "stays")
        for arrow in graph.arrows:
            if arrow.source == place:
                yield from _steps(arrow.lines, graph.actors, f"-> {graph.states[arrow.target].name}")
    for staying in graph.staying:
        yield ""
        yield staying.title
        yield from _steps(staying.lines, graph.actors, "")
    yield ""
    yield from (f"{_SIGNS[tone]} {told}" for tone, told in graph.legend if tone in _SIGNS)
    yield from graph.notes


def _title(state: State, muted: str) -> str:
    """The state's name: `[start]` where a life may begin, `((…))` where it may be over."""
    name = f"(({state.name}))" if state.end else state.name
    told = [f"[start] {name}" if state.start else name, *state.notes]
    if state.tone is Tone.MUTED:
        told.append(muted)
    sign = _SIGNS.get(state.tone)
    return f"{sign} {'; '.join(told)}" if sign else "; ".join(told)


def _steps(lines: Sequence[Line], actors: Sequence[str], where: str) -> Iterator[str]:
    for line in lines:
        when = f", when {line.when}" if line.when else ""
        yield f"  {_TAKEN[line.taken]}{f'{where}: ' if where else ''}{actors[line.by - 1]}: {line.step}{when}"
