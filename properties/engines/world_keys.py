"""Worlds that are the same but for names, uids, revisions and the hour get one key: what a search knows them by.

A key tells the whole world in numbers (world_told.py): what is known by its own name, and the parts into which all else
falls, so that pods and nodes that are alike can be swapped. Two worlds with one key differ in nothing else; worlds that
could be swapped may, where they are no trees, still get two.
What one effect changes in a key it changes in others, too, where all that it has to do with is the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Sequence
from math import lcm

from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.controlplane.numbering import WAITING
from kubeproof.model.world import World
from kubeproof.properties.engines.world_effects import Effect
from kubeproof.properties.engines.world_known import Memory, memory_of
from kubeproof.properties.engines.world_parts import Parts
from kubeproof.properties.engines.world_plans import Touched
from kubeproof.properties.engines.world_shapes import Shape, Shapes
from kubeproof.properties.engines.world_steps import Taken
from kubeproof.properties.engines.world_told import NEXT, NO_FIELD, Change, Naming, Telling, Told

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


class Keys:
    """Keys of the worlds of one search. `swaps`: whether what is alike may be swapped; else names stay as they are.
    `period`: seconds in which the clock must go round for a world to come back."""

    def __init__(self, components: Iterable[str], shapes: Shapes, *, old: int = OLD, swaps: bool = True) -> None:
        self.shapes, self._old, self._swaps = shapes, old, swaps
        self._components, self._parts = tuple(components), Parts(shapes)
        self._changes = _Changes()
        self.period = lcm(*(PERIODS.get(name, 1) for name in self._components))

    def key(self, world: World, left: Sequence[int] = ()) -> bytes:
        """The key of a world, with what the environment has left to do."""
        return self._key(world, left, self.told(world).numbers)

    def behind(self, told: Told, world: World, taken: Taken) -> tuple[bytes, Naming]:
        """The key of the world that a step leads to, and what is known of that. `told`: what is known of the world that
        it comes from."""
        kept = taken.effect if taken.footprint is not None else None
        change = self._changes.of(told, kept) if kept is not None else None
        if change is not None:
            made = {part: self._parts.at(part, told.codes(part, change)) for part in change.made}
            return self._key(world, taken.left, told.numbers_behind(change, made)), Naming(told, (change, made))
        after = self.told(taken.state.world, told, taken.touched)
        if kept is not None:
            self._changes.note(told, kept, after)
        return self._key(taken.state.world, taken.left, after.numbers), Naming(after)

    def _key(self, world: World, left: Sequence[int], numbers: list[int]) -> bytes:
        """`world`: one with the same time, and of the same kinds."""
        by_date = any(world.store.bucket(of_kind(kind)) for kind in BY_DATE)
        head = self.shapes.number((world.now if by_date else world.now % self.period, *left))
        numbers.sort()
        return array("I", [head, *numbers]).tobytes()

    def told(self, world: World, before: Told | None = None, touched: Touched | None = None) -> Told:
        """What is known of a world's entries. `before`: of a world from which a step led here that changed what is
        `touched`."""
        if before is None or touched is None:
            told, entries = Told(world.now), self._all(world)
        else:
            told, entries = before.copy(), self._touched(world, before, touched)
        objects = world.store.objects
        self.shapes.learn((one, objects[one]) for one in entries if isinstance(one, Key) and one in objects)
        work = Telling(told, self.shapes, self._parts, swaps=self._swaps)
        for entry in entries:
            shape = self._shape(world, entry)
            if shape is not told.shapes.get(entry):
                work.replaces(entry, shape, objects.get(entry) if isinstance(entry, Key) else None)
        work.tells(world.now, self._old)
        return told

    def _all(self, world: World) -> list[Key | Memory]:
        found: list[Key | Memory] = list(world.store.objects)
        return [*found, *(memory_of(component, key) for component, key in world.memory), NEXT]

    def _touched(self, world: World, before: Told, touched: Touched) -> list[Key | Memory]:
        found: list[Key | Memory] = []
        for one in touched:
            if isinstance(one, Key):
                found.append(one)
                if one.kind == "Pod" and (one in before.shapes) is not (one in world.store.objects):
                    found += [memory_of(name, one) for name in self._components if (name, one) in world.memory]
            elif one[0] == "memory" and isinstance(one[-1], Key):
                found.append(memory_of(one[1], one[-1]))
            elif one == WAITING:
                found.append(NEXT)
        return found

    def _shape(self, world: World, entry: Key | Memory) -> Shape | None:
        if entry is NEXT:
            return self._queue(world)
        if isinstance(entry, Key):
            held = world.store.get(entry)
            return None if held is None else self.shapes.of(entry, held)
        _, component, key = entry
        value = world.memory.get((component, key))
        if value is None or (key.kind == "Pod" and world.store.get(key) is None):
            return None  # nobody looks there any more, and a later pod of that name has another uid
        return self.shapes.memory(component, key, value)

    def _queue(self, world: World) -> Shape:
        waiting = sorted(world.store.bucket(WAITING).values(), key=lambda pod: pod.meta.resource_version)
        return Shape(self.shapes.number((NEXT, len(waiting))), (), tuple([pod.meta.uid for pod in waiting]))


class _Changes:
    """What effects have changed in what is known of worlds. It holds on to them, so that no identity is used twice."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[Effect, tuple[str, ...]]] = {}
        self._known: dict[Hashable, Change] = {}

    def of(self, told: Told, effect: Effect) -> Change | None:
        """What an effect changes of what is known of a world; None: that is not known."""
        known = self._names.get(id(effect))
        if known is None or told.old:
            return None
        return self._known.get(self._concerns(told, effect, known[1]))

    def note(self, told: Told, effect: Effect, after: Told) -> None:
        """Takes note of what an effect has changed, where that depends on nothing but what it concerns."""
        if told.old or after.old or any(one.before is None or one.after is None for one in effect.changes):
            return  # old times are told by all others; with an object, more may come and go
        change = told.change(after)
        places, _ = change.fields.get("places", NO_FIELD)
        if not after.uids.keys().isdisjoint(places):
            return  # who else mentions a hub is no matter of the effect
        more, gone = change.fields.get("shapes", NO_FIELD)
        shapes = [known[entry] for entry in (*more, *gone) for known in (told.shapes, after.shapes) if entry in known]
        names = tuple(dict.fromkeys(name for shape in shapes for name in shape.names))
        if self._names.setdefault(id(effect), (effect, names))[1] == names:
            self._known[self._concerns(told, effect, names)] = change

    def _concerns(self, told: Told, effect: Effect, names: Iterable[str]) -> Hashable:
        """What the change depends on: the parts of names, or what they are known by, and the queue."""
        part, uids = told.part, told.uids
        return (id(effect), told.shapes[NEXT].names, *[part.get(name) or uids.get(name) for name in names])
