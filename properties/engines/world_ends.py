"""How runs of worlds end, or do not: at rest, waiting for ever, or going round for ever (an oscillation).

A run can stay for ever in a strongly connected part of the graph in which no component is left out that always could
do something (weak fairness); the environment owes nothing. Where a part writes to objects it is an oscillation; where
only clocks and memories go on it is as good as rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from kubeproof.model.world import World
from kubeproof.properties.engines.graph import Graph, Mask, marked
from kubeproof.properties.engines.world_graph import Hop, Seen
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Order, Step, Steps
from kubeproof.properties.world_law import WorldLaw


class Broken(NamedTuple):
    """A run that breaks a law in the end, by its steps; from `loop` on it repeats."""

    why: str
    steps: list[Step]
    loop: int


NOT_FOLLOWED = "there are worlds that go round and break it, but what is alike changes places on the way"
"""Why an end is not told: a world that is only alike may lead to one that could be swapped and has another key."""


class Part(NamedTuple):
    """A part in which a fair run can stay. `writes`: whether objects change in it."""

    states: list[int]
    writes: bool


class Ends:
    """The ends of the runs of a search. `starved`: why an end may have been missed, "" where none was."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self.starved = seen, ""
        self._steps = Steps(seen.cluster, Order.ATOMIC, seen.keys.shapes)
        self._known: dict[int, frozenset[int]] = {}
        mine = np.asarray(seen.by) != seen.actors.index(ENVIRONMENT)
        sources, targets = np.asarray(seen.sources)[mine], np.asarray(seen.targets)[mine]
        self._writes = np.asarray(seen.writes, dtype=bool)[mine]
        self._graph = Graph(len(seen.states), sources, targets, np.asarray(seen.by)[mine])
        moving = marked(len(seen.states), sources)
        self._still = [at for at in range(seen.expanded) if not moving[at]]
        self._parts = list(self._fair())

    def broken(self, law: WorldLaw) -> Broken | None:
        """The nearest run that breaks a law about the end; None where none does."""
        worlds = [state.world for state in self._seen.states]
        still = next((at for at in self._still if not law.condition(worlds[at])), None)
        parts = [part for part in self._parts if part.writes or not _everywhere(law, part, worlds)]
        part = min(parts, key=lambda part: part.states[0], default=None)
        if part is not None and (still is None or part.states[0] < still):
            try:
                return self._round(law, part, worlds)
            except LookupError:
                self.starved = NOT_FOLLOWED
        if still is None:
            return None
        way = self._seen.way(still)
        return Broken("deadlock: nobody has anything to do any more, and it does not hold", way, len(way))

    def _fair(self) -> Iterator[Part]:
        _, part = self._graph.parts()
        inner = part[self._graph.sources] == part[self._graph.targets]
        for number in sorted(set(part[self._graph.sources[inner]].tolist())):
            states = np.flatnonzero(part == number).tolist()
            edges = inner & (part[self._graph.sources] == number)
            left_out = self._always(states, frozenset(self._graph.steps[edges].tolist()))
            if left_out:
                names = ", ".join(sorted(self._seen.actors[actor] for actor in left_out))
                if not self._listed(states, left_out):
                    self.starved = f"the fixed order leaves out {names}: ask for order ATOMIC"
                continue
            yield Part(states, bool(self._writes[edges].any()))

    def _always(self, states: list[int], taken: frozenset[int]) -> frozenset[int]:
        """Who could do something in all of these worlds, but for those who do."""
        left = self._able(states[0]) - taken
        for at in states[1:]:
            if not left:
                break
            left &= self._able(at)
        return left

    def _listed(self, states: list[int], actors: frozenset[int]) -> bool:
        """Whether the search itself took steps of all of these from the worlds, so that nothing was missed."""
        here = marked(self._graph.size, states)[self._graph.sources]
        return actors <= set(self._graph.steps[here].tolist())

    def _able(self, number: int) -> frozenset[int]:
        """Who could do something in a world, whether or not the search had them do it."""
        known = self._known.get(number)
        if known is None:
            found, _ = self._steps.of(self._seen.states[number], told=partial(self._seen.told_of, number))
            actors = (self._seen.actors.index(one.step.by) for one in found if one.step.by != ENVIRONMENT)
            known = self._known[number] = frozenset(actors)
        return known

    def _round(self, law: WorldLaw, part: Part, worlds: list[World]) -> Broken:
        stem = self._seen.way(part.states[0])
        steps = self._seen.on(part.states[0], self._tour(part, law, worlds), self._steps)
        who = ", ".join(sorted({step.by for step in steps if step.by != CLOCK}))
        if part.writes:
            why = f"oscillation: {who or CLOCK} go round for ever"
        else:
            why = f"it waits for ever: {who or CLOCK} looks again and again, no object changes, and it does not hold"
        return Broken(why, [*stem, *steps], len(stem))

    def _tour(self, part: Part, law: WorldLaw, worlds: list[World]) -> Iterator[Hop]:
        """Once around: everybody who always could do something does, and something is written where anything is."""
        inside = self._graph.within(marked(self._graph.size, part.states))
        at = entry = part.states[0]
        able = {number: self._able(number) for number in part.states}
        owed = set(frozenset.intersection(*able.values()))
        idle = [
            [number for number in part.states if actor not in able[number]]
            for actor in set().union(*able.values()) - owed
        ]
        made: list[Hop] = []

        def go(goal: Mask) -> None:
            nonlocal at
            for hop in inside.way(at, goal):
                made.append(Hop(hop.step, hop.target))
                at = hop.target

        for actor in sorted(owed):
            if actor in {hop.actor for hop in made}:
                continue
            go(marked(inside.size, inside.sources[inside.steps == actor]))
            hop = inside.hop(at, actor)
            made.append(Hop(hop.step, hop.target))
            at = hop.target
        for places in idle:
            if not {entry, *(hop.target for hop in made)} & set(places):
                go(marked(inside.size, places))
        if part.writes:
            here = marked(self._graph.size, part.states)
            edges = np.flatnonzero(self._writes & here[self._graph.sources] & here[self._graph.targets])
            go(marked(inside.size, self._graph.sources[edges]))
            edge = next(int(one) for one in edges if self._graph.sources[one] == at)
            made.append(Hop(int(self._graph.steps[edge]), int(self._graph.targets[edge])))
            at = made[-1].target
        else:
            go(marked(inside.size, [number for number in part.states if not law.condition(worlds[number])]))
        if not made:
            hop = inside.hop(at)
            made.append(Hop(hop.step, hop.target))
            at = hop.target
        go(marked(inside.size, [entry]))
        yield from made


def _everywhere(law: WorldLaw, part: Part, worlds: list[World]) -> bool:
    return all(law.condition(worlds[number]) for number in part.states)
