"""Worlds that are the same but for names, uids, revisions and the hour get one key: what a search knows them by.

A key tells the whole world in numbers: each object and each memory by its form, its times as they stand to now, and its
names as numbers. Names are numbered by what they name, so that pods and nodes that are alike can be swapped. Two worlds
with one key differ in nothing else; worlds that could be swapped may, where they are no trees, still get two.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import lcm
from typing import NamedTuple

from kubeproof.model.world import World
from kubeproof.properties.engines.world_shapes import Shape, Shapes, live_pods

PERIODS = {
    "node-lifecycle-controller": 5,
    "cloud-node-lifecycle-controller": 5,
    "pod-garbage-collector-controller": 20,
}
"""Seconds of components that act at multiples of them, so that it matters where between them the clock stands."""

BY_DATE = frozenset({"CronJob"})
"""Kinds that act by the date: no two times are the same for them."""

OLD = 600
"""Seconds after which a time is old: of two old ones only the order counts. No default setting waits longer."""

_ORDER = {"Node": 0, "Deployment": 1, "ReplicaSet": 2, "StatefulSet": 2, "DaemonSet": 2, "Job": 2, "Pod": 4}
_LATER, _UNNUMBERED = 3, 1 << 30


class _Entry(NamedTuple):
    rank: int
    shape: Shape


class Keys:
    """Keys of the worlds of one search. `swaps`: whether what is alike may be swapped; else names stay as they are.
    `period`: seconds in which the clock must go round for a world to come back."""

    def __init__(self, components: Iterable[str], shapes: Shapes, *, old: int = OLD, swaps: bool = True) -> None:
        self.shapes, self._old, self._swaps = shapes, old, swaps
        self.period = lcm(*(PERIODS.get(name, 1) for name in components))
        self._words: dict[str, int] = {}

    def key(self, world: World, left: Sequence[int] = ()) -> bytes:
        """The key of a world, with what the environment has left to do."""
        entries = self._entries(world)
        codes = self._codes(world.now, entries)
        number = self.shapes.number
        colours = [number((one.shape.form, *map(codes.__getitem__, one.shape.times))) for one in entries]
        by_date = any(key.kind in BY_DATE for key in world.store.objects)
        head = number((world.now if by_date else world.now % self.period, *left))
        if not self._swaps:
            told = sorted(number((colour, *entry.shape.names)) for colour, entry in zip(colours, entries, strict=True))
            turn = number(tuple(pod.meta.uid for pod in live_pods(world.store.objects.values())))
            return array("I", [head, turn, *told]).tobytes()
        refined, names = self._refined(entries, colours)
        return array("I", [head, self._turns(world, names), *self._numbered(entries, colours, refined)]).tobytes()

    def _entries(self, world: World) -> list[_Entry]:
        shapes, objects = self.shapes, world.store.objects
        shapes.learn(objects.items())
        found = [_Entry(_ORDER.get(key.kind, _LATER), shapes.of(key, held)) for key, held in objects.items()]
        for (component, key), value in world.memory.items():
            if key.kind == "Pod" and key not in objects:
                continue  # nobody looks there any more, and a later pod of that name has another uid
            found.append(_Entry(5, shapes.memory(component, key, value)))
        return found

    def _codes(self, now: int, entries: Iterable[_Entry]) -> dict[float, float]:
        """Each time as it stands to now; old ones by their order, the oldest last."""
        times = {time for entry in entries for time in entry.shape.times}
        limit = now - self._old
        codes = {time: now - time for time in times if time >= limit}
        old = sorted((time for time in times if time < limit), reverse=True)
        codes.update((time, self._old + 1 + rank) for rank, time in enumerate(old))
        return codes

    def _refined(self, entries: Sequence[_Entry], colours: Sequence[int]) -> tuple[list[int], dict[str, int]]:
        """Colours of the entries by what their names name, and of the names by where they stand: two rounds."""
        number, names = self.shapes.number, dict[str, int]()
        refined = list(colours)
        for _ in range(2):
            places: dict[str, list[tuple[int, int]]] = {}
            for colour, entry in zip(refined, entries, strict=True):
                for place, name in enumerate(entry.shape.names):
                    if name in places:
                        places[name].append((colour, place))
                    else:
                        places[name] = [(colour, place)]
            names = {name: number(("name", *sorted(found))) for name, found in places.items()}
            refined = [
                number((colour, *map(names.__getitem__, entry.shape.names))) if entry.shape.names else colour
                for colour, entry in zip(colours, entries, strict=True)
            ]
            if len(set(names.values())) == len(names):
                break  # nothing can be swapped
        return refined, names

    def _numbered(self, entries: Sequence[_Entry], colours: Sequence[int], refined: Sequence[int]) -> list[int]:
        """Every entry with its names as numbers, in an order that does not depend on what the names are."""
        numbers: dict[str, int] = {}
        order = sorted(range(len(entries)), key=lambda at: (entries[at].rank, refined[at]))
        told: list[int] = []
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and refined[order[end]] == refined[order[start]]:
                end += 1
            group = order[start:end]
            if len(group) > 1:
                group.sort(key=lambda at: [numbers.get(name, _UNNUMBERED) for name in entries[at].shape.names])
            for at in group:
                own = [numbers.setdefault(name, len(numbers)) for name in entries[at].shape.names]
                told.append(self.shapes.number((colours[at], *own)))
            start = end
        return told

    def _turns(self, world: World, names: dict[str, int]) -> int:
        """In which order pods that wait for a node were written last, as the scheduler's queue has it."""
        waiting = live_pods(world.store.objects.values())
        return self.shapes.number(("turns", *[names.get(pod.meta.uid, 0) for pod in waiting]))
