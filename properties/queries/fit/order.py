"""One by one: an order in which the filters accept each pod of a placement at its node, beside those before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kubeproof.properties.queries.fit.problem import Problem
from kubeproof.properties.queries.fit.state import Assignment, Move, State


def follow(problem: Problem, moves: Sequence[Move]) -> Assignment:
    """The placement that the moves make, its pods in that order; the pods of a kind go in their own order."""
    names = [node.name for node in problem.snapshot.nodes]
    waiting = [iter(kind.pods) for kind in problem.kinds]
    return {next(waiting[move.kind]).key: names[move.node] for move in moves}


def arrange(problem: Problem, target: State) -> list[Move] | None:
    """Moves that lead to the target one accepted pod at a time; None where none were found (there may be some)."""
    state = State(problem)
    rest = target.at.copy()
    while rest.any():
        moved = False
        for number in np.flatnonzero(rest.any(axis=1)).tolist():
            while True:
                able = np.flatnonzero(state.open(number) & (rest[number] > 0))
                if not able.size:
                    break
                # Evenly: where fewest of its kind are, as spread rules want it.
                node = int(able[np.argmin(state.at[number][able])])
                state.place(number, node)
                rest[number, node] -= 1
                moved = True
        if not moved:
            return None
    return state.moves
