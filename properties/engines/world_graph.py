"""The worlds that a search has met, numbered in the order in which it met them, and the steps between them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from kubeproof.properties.engines.world_flight import InterleavedSteps
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Cluster, State, Step, Steps, Taken
from kubeproof.properties.engines.world_told import Naming, Told

KEPT = 10_000
"""Worlds still to be expanded of which it is remembered what their keys were made of; for others that is made again. So
many of the last that were come to are known by their content, too."""

Content = tuple[frozenset[int], int, tuple[int, ...]]
"""All values of a world in their places (`Values.content`), its time, and how often each move may still happen: worlds
of one content are one, whatever its key."""


class Hop(NamedTuple):
    """A step of somebody (by number in `Seen.actors`) to a world."""

    actor: int
    target: int


class Seen:
    """All worlds met so far. `cut`: why that is not all there is, "" where it is; `expanded`: of how many worlds, from
    the first on, the steps are known. Edge e leads from `sources[e]` to `targets[e]`; `writes[e]`: whether it changed
    an object."""

    def __init__(self, cluster: Cluster, steps: Steps | InterleavedSteps, keys: Keys) -> None:
        self.cluster, self.steps, self.keys = cluster, steps, keys
        self.states: list[State] = []
        self.sources, self.targets, self.by, self.writes = array("q"), array("q"), array("q"), array("b")
        self.actors = (*dict.fromkeys(one.name for one in cluster.components), CLOCK, ENVIRONMENT)
        self.cut, self.expanded = "", 0
        self._parents: list[tuple[int, Step] | None] = []
        self._depths = array("q")
        self._index: dict[bytes, int] = {}
        self._told: dict[int, Told] = {}
        self._contents: dict[int, frozenset[int]] = {}
        self._met: dict[Content, tuple[int, Naming]] = {}
        self._number = {name: at for at, name in enumerate(self.actors)}

    @property
    def depth(self) -> int:
        """How many steps the farthest world is from the first."""
        return max(self._depths, default=0)

    def begin(self, state: State) -> None:
        """Takes note of the world that everything starts from."""
        self._new(self._key(state), state, None)

    def met(self, source: int, taken: Taken) -> tuple[bool, Naming]:
        """Takes note of a step; whether it leads to a new world, and what is known of the world as it leads there."""
        content = self._content_behind(source, taken)
        known = self._met.get(content) if content is not None else None
        new = False
        if known is None:
            known, new = self._arrived(source, taken)
            if content is not None:
                self._note(content, known, new=new)
        number, naming = known
        self.sources.append(source)
        self.targets.append(number)
        self.by.append(self._number[taken.step.by])
        self.writes.append(taken.writes)
        return new, naming

    def _arrived(self, source: int, taken: Taken) -> tuple[tuple[int, Naming], bool]:
        """The number of the world that a step leads to and what is known of it, and whether it is a new one."""
        key, naming = self.keys.behind(self.told_of(source), self.states[source].world, taken)
        number = self._index.get(key, len(self.states))
        new = number == len(self.states)
        if new:
            if len(self._told) < KEPT:
                self._told[number] = naming.told
            self._new(key, taken.state, (source, taken.step))
        return (number, naming), new

    def _content_behind(self, source: int, taken: Taken) -> Content | None:
        """What is in the world that a step leads to; None where that is not followed, or not known."""
        values, effect = self.steps.values, taken.effect
        if values is None or effect is None:
            return None
        here = self._contents.get(source)
        if here is None:
            here = self._contents[source] = values.content(self.states[source].world)
        return (here - effect.gone) | effect.come, taken.now, taken.left

    def _note(self, content: Content, known: tuple[int, Naming], *, new: bool) -> None:
        self._met[content] = known
        if new and len(self._contents) < KEPT:
            self._contents[known[0]] = content[0]
        if len(self._met) > KEPT:
            del self._met[next(iter(self._met))]

    def number(self, state: State) -> int | None:
        """The number of a world, or of one that is the same but for names; None where it was not met."""
        return self._index.get(self._key(state))

    def way(self, number: int) -> list[Step]:
        """The steps of a shortest way to a world."""
        steps: list[Step] = []
        parent = self._parents[number]
        while parent is not None:
            steps.append(parent[1])
            parent = self._parents[parent[0]]
        return steps[::-1]

    def on(self, start: int, hops: Iterable[Hop], any_next: Steps) -> list[Step]:
        """The steps from a world by these hops: real ones, though a hop may lead to a world that is only alike. There
        the calm order, which goes by names, may have another look than the one that is meant: so any may be next.

        Raises LookupError where a hop cannot be made.
        """
        state, steps = self.states[start], list[Step]()
        own = self.steps if isinstance(self.steps, InterleavedSteps) else any_next
        for actor, target in hops:
            found, _ = own.of(state, told=partial(self.keys.told, state.world))
            taken = next(
                (one for one in found if one.step.by == self.actors[actor] and self.number(one.state) == target), None
            )
            if taken is None:
                raise LookupError(f"no step of {self.actors[actor]} leads to world {target}")
            steps.append(taken.step)
            state = taken.state
        return steps

    def done(self, number: int) -> None:
        """All steps from a world were taken note of."""
        self._told.pop(number, None)
        self._contents.pop(number, None)

    def told_of(self, number: int) -> Told:
        """What is known of a world."""
        if number not in self._told:
            self._told[number] = self.keys.told(self.states[number].world)
        return self._told[number]

    def _new(self, key: bytes, state: State, parent: tuple[int, Step] | None) -> None:
        self._index[key] = len(self.states)
        self.states.append(state)
        self._parents.append(parent)
        self._depths.append(0 if parent is None else self._depths[parent[0]] + 1)

    def _key(self, state: State) -> bytes:
        return self.keys.key(state.world, state.left)
