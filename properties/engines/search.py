"""Complete search, breadth first, a frontier of packed states at a time: which goals can be reached, and how fast.

A goal is a Bool term over a state; the first state in which it holds is found by the shortest way. The way itself is
found afterwards, from the layers that the search leaves behind, and then walked with values (state.py), step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import column
from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import Machine, Step
from kubeproof.model.state import State, enabled, initial, take
from kubeproof.properties.engines.packing import Block, Layout, PackedEnv
from kubeproof.properties.engines.stepping import Compiled, chunks, compiled, taken
from kubeproof.properties.engines.visited import Collision, Visited

CHUNK = 1 << 17
"""States that are looked at together: their columns stay in the processor's cache."""


class Progress(NamedTuple):
    """How far a search is; `frontier` states are to be looked at next."""

    states: int
    transitions: int
    depth: int
    frontier: int


OnProgress = Callable[[Progress], None]


class Found(NamedTuple):
    """What a search has seen. `cut`: why it ended early ("" where it saw everything); `hits`: by goal, the number of
    the layer (the depth) and the place in it of the first state in which it holds."""

    layout: Layout
    layers: list[Block]
    states: int
    transitions: int
    cut: str
    hits: dict[Term, tuple[int, int]]
    bytes: int

    @property
    def depth(self) -> int:
        """How many steps the farthest state is from a start."""
        return len(self.layers) - 1

    @property
    def everything(self) -> Block:
        """All states that were seen, nearest first."""
        return [np.concatenate(words) for words in zip(*self.layers, strict=True)]


def search(machine: Machine, goals: Sequence[Term], *, limit: int, on_progress: OnProgress | None = None) -> Found:
    """All states that can be reached, at most about `limit` of them; it ends early once every goal is found.

    States that differ by a swap of `machine.alike` count as one. Raises Outside where a step leaves a variable's sort.
    """
    salt = 0
    while True:
        try:
            return _search(machine, goals, limit, on_progress, salt)
        except Collision:
            salt += 1


def _search(machine: Machine, goals: Sequence[Term], limit: int, on_progress: OnProgress | None, salt: int) -> Found:
    layout = Layout(machine)
    steps, visited = compiled(machine, layout), Visited(layout.words, salt)
    frontier = visited.new(layout.canonical(layout.pack(list(initial(machine)))))
    layers: list[Block] = [frontier]
    hits: dict[Term, tuple[int, int]] = {}
    transitions, cut = 0, ""
    try:
        while True:
            _look(layout, frontier, goals, hits, len(layers) - 1)
            if goals and len(hits) == len(set(goals)):
                cut = "every question is answered"
                break
            if visited.count > limit:
                cut = f"more than {limit} states"
                break
            pieces = []
            for piece in chunks(frontier, CHUNK):
                found, made = _successors(steps, layout, piece)
                transitions += made
                fresh = visited.new(found)
                if len(fresh[0]):
                    pieces.append(fresh)
                if on_progress:
                    on_progress(Progress(visited.count, transitions, len(layers), sum(len(p[0]) for p in pieces)))
            if not pieces:
                break
            frontier = (
                pieces[0] if len(pieces) == 1 else [np.concatenate(columns) for columns in zip(*pieces, strict=True)]
            )
            layers.append(frontier)
    except KeyboardInterrupt:
        cut = "interrupted"
    size = visited.bytes + sum(column.nbytes for layer in layers for column in layer)
    return Found(layout, layers, visited.count, transitions, cut, hits, size)


def path(found: Found, goal: Term) -> tuple[list[State], list[Step]]:
    """The states and steps of a shortest way to a goal that was hit."""
    return _path(found, *found.hits[goal])


def path_to(found: Found, number: int) -> tuple[list[State], list[Step]]:
    """The states and steps of a shortest way to the state with that number in `everything`."""
    for depth, layer in enumerate(found.layers):
        if number < len(layer[0]):
            return _path(found, depth, number)
        number -= len(layer[0])
    raise LookupError("there are not so many states")


def _path(found: Found, depth: int, at: int) -> tuple[list[State], list[Step]]:
    layout, steps = found.layout, compiled(found.layout.machine, found.layout)
    stations = [layout.unpack(found.layers[depth], at)]
    for layer in reversed(found.layers[:depth]):
        stations.append(_before(layer, steps, layout, stations[-1]))
    return _walk(layout, stations[::-1])


def _look(
    layout: Layout, frontier: Block, goals: Sequence[Term], hits: dict[Term, tuple[int, int]], depth: int
) -> None:
    env = PackedEnv(layout, frontier)
    for goal in goals:
        if goal not in hits:
            where = column(goal, env, env.memo)
            if where.any():
                hits[goal] = (depth, int(np.argmax(where)))


def _successors(steps: Sequence[Compiled], layout: Layout, block: Block) -> tuple[Block, int]:
    found = [taken(step, layout, block)[0] for step in steps]
    joined = [np.concatenate(columns) for columns in zip(*found, strict=True)]
    return layout.canonical(joined), len(joined[0])


def _before(layer: Block, steps: Sequence[Compiled], layout: Layout, target: State) -> State:
    """A state of a layer from which some step leads to the target (or to what it is by a swap)."""
    want = [int(word[0]) for word in layout.pack([target])]
    start = 0
    for piece in chunks(layer, CHUNK):
        for step in steps:
            behind, where = taken(step, layout, piece)
            same = np.ones(len(where), dtype=bool)
            for word, value in zip(layout.canonical(behind), want, strict=True):
                same &= word == np.uint64(value)
            if same.any():
                return layout.unpack(layer, start + int(where[int(np.argmax(same))]))
        start += len(piece[0])
    raise AssertionError(f"no state leads to {target}, which was reached")


def _walk(layout: Layout, stations: Sequence[State]) -> tuple[list[State], list[Step]]:
    """The way with real states: each station is what the state there is by swaps."""
    machine = layout.machine
    states, steps = [next(s for s in initial(machine) if _canonical(layout, s) == stations[0])], []
    for station in stations[1:]:
        step, behind = next(
            (step, behind)
            for step in enabled(machine, states[-1])
            if _canonical(layout, behind := take(machine, step, states[-1])) == station
        )
        states.append(behind)
        steps.append(step)
    return states, steps


def _canonical(layout: Layout, state: State) -> State:
    return layout.unpack(layout.canonical(layout.pack([state])), 0)
