"""Pods one after another onto nodes that accept them, in a few fixed orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from kubeproof.model.logic.column import Column
from kubeproof.properties.queries.fit.problem import Problem
from kubeproof.properties.queries.fit.state import State

Deadline = Callable[[], bool]
"""Whether time is up."""


def weights(problem: Problem) -> Column:
    """How heavy each kind is: its largest share of all that its nodes have free, over the resources."""
    totals = np.maximum(np.maximum(problem.free, 0).sum(axis=1), 1).astype(np.float64)
    return np.array([(kind.needs / totals).max(initial=0.0) for kind in problem.kinds], np.float64)


def orders(problem: Problem) -> Mapping[str, list[int]]:
    """The orders in which kinds are placed, by name; later pods of a kind follow its first."""
    heavy = weights(problem)
    kinds = range(len(problem.kinds))
    width = [int(kind.eligible.sum()) for kind in problem.kinds]
    follows = [bool(kind.near) and not any(near.first is not None for near in kind.near) for kind in problem.kinds]
    tied = [-len(kind.alone) - len(kind.spread) for kind in problem.kinds]
    return {
        "heaviest first": sorted(kinds, key=lambda k: (follows[k], -heavy[k], width[k], k)),
        "fewest nodes first": sorted(kinds, key=lambda k: (follows[k], width[k], -heavy[k], k)),
        "most tied first": sorted(kinds, key=lambda k: (follows[k], tied[k], -heavy[k], k)),
    }


def tight(state: State, number: int, able: Column) -> int:
    """Of the nodes, the one that is left fullest."""
    return _filled(state, number, able, sign=1)


def level(state: State, number: int, able: Column) -> int:
    """Of the nodes, the one with the fewest of the kind, and of those the one that is left emptiest."""
    fewest = state.at[number][able]
    return _filled(state, number, able[fewest == fewest.min()], sign=-1)


def _filled(state: State, number: int, able: Column, sign: int) -> int:
    left = state.free[:, able] - state.problem.kinds[number].needs[:, None]
    most = np.maximum(state.problem.free[:, able], 1)
    return int(able[np.argmin(sign * (left / most).sum(axis=0))])


Choice = Callable[[State, int, Column], int]
CHOICES: Mapping[str, Choice] = {"tight": tight, "level": level}


def greedy(problem: Problem, order: Iterable[int], choose: Choice, late: Deadline) -> State:
    """Places the kinds in order, each pod at the chosen one of the nodes that accept it, as long as there is one."""
    state = State(problem)
    waiting: Sequence[int] = list(order)
    progress = True
    while progress and waiting and not late():  # a pod may have to wait for the company of a later kind
        progress = False
        for number in waiting:
            while state.left(number) and not late():
                able = np.flatnonzero(state.open(number))
                if not able.size:
                    break
                state.place(number, choose(state, number, able))
                progress = True
        waiting = [number for number in waiting if state.left(number)]
    return state
