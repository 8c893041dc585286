"""Moves that say less: one thing that may happen, once, at once, or again in another cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.engines.world_steps import ENVIRONMENT
from kubeproof.properties.verdict import Verdict

FEW = 10
"""Things of one kind that are tried, where none has the same name."""


def same(verdict: Verdict, move: Move | None, world: World) -> Iterator[tuple[Move, ...]]:
    """What happened in a run, as what may happen in another cluster: under its name where that is there, else each
    thing of its kind (a few); nothing where nothing happened."""
    did = verdict.trace.did if verdict.trace is not None else ()
    names = {one.what for one in did or () if one.by == ENVIRONMENT}
    if move is None or not names:
        yield ()
        return
    there = [act.name for act in move.acts(world)]
    for name in [one for one in there if one in names] or there[:FEW]:
        yield (only(move, name),)


def at_once(move: Move, start: World) -> Move:
    """The move, as long as no time has gone by since a world."""

    def acts(world: World) -> Iterator[Act]:
        if world.now == start.now:
            yield from move.acts(world)

    return move._replace(acts=acts)


def only(move: Move, name: str) -> Move:
    """The move, as what happens once under that name."""
    return move._replace(acts=lambda world: [act for act in move.acts(world) if act.name == name], times=1)
