"""Worlds that are the same but for names, uids, revisions and the hour get one key: what a search knows them by.

A key tells the whole world in numbers: each object and each memory (an entry) by its form, its times as they stand to
now, and its names. A name is told by what mentions it and where; names that this leaves alike are numbered, so that
pods and nodes that are alike can be swapped. Two worlds with one key differ in nothing else; worlds that could be
swapped may, where they are no trees, still get two.
What is known of a world's entries goes on to the worlds behind it, where only what a step changed is told anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import lcm

from kubeproof.model.controlplane.etcd import Key, of_kind, on_node
from kubeproof.model.world import World
from kubeproof.properties.engines.world_plans import Memory, Touched, memory_of
from kubeproof.properties.engines.world_shapes import Shape, Shapes

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
_LATER, _MEMORY, _UNNUMBERED = 3, 5, 1 << 30
_PLACES = 20
"""Bits for the place of a name among those that an entry mentions."""

Entry = Key | Memory


class Told:
    """What is known of a world's entries: their shapes, their times as they stand to now, their `colours` (form and
    times as one number), where each name stands, and from that a number for each name and, again, for each entry.

    `again` and `numbered` are kept from the last key: numbers of a second round, and what numbers were given to names.
    """

    def __init__(self) -> None:
        self.shapes: dict[Entry, Shape] = {}
        self.codes: dict[float, float] = {}
        self.colours: dict[Entry, int] = {}
        self.places: dict[str, tuple[tuple[Entry, int], ...]] = {}
        self.names: dict[str, int] = {}
        self.refined: dict[Entry, int] = {}
        self.again: dict[str, int] = {}
        self.numbered: tuple[dict[Entry, int], set[str], list[int]] | None = None

    def copy(self) -> Told:
        """The same, to be changed."""
        made = Told()
        made.shapes, made.codes, made.colours = self.shapes.copy(), self.codes, self.colours.copy()
        made.places, made.names, made.refined = self.places.copy(), self.names.copy(), self.refined.copy()
        made.again, made.numbered = self.again.copy(), self.numbered
        return made

    def replace(self, entry: Entry, shape: Shape | None) -> Iterable[str]:
        """Puts another shape, or none, in the place of what an entry had; the names that come or go."""
        old = self.shapes.get(entry)
        if old is not None and shape is not None and old.names == shape.names:
            self.shapes[entry] = shape
            return ()
        self.numbered = None
        if old is not None:
            for name in set(old.names):
                left = tuple([one for one in self.places[name] if one[0] != entry])
                if left:
                    self.places[name] = left
                else:
                    del self.places[name]
        if shape is not None:
            self.shapes[entry] = shape
            for place, name in enumerate(shape.names):
                self.places[name] = (*self.places.get(name, ()), (entry, place))
        else:
            del self.shapes[entry], self.colours[entry], self.refined[entry]
        names = (*(old.names if old is not None else ()), *(shape.names if shape is not None else ()))
        for name in names:
            self.again.pop(name, None)
        return names


class Keys:
    """Keys of the worlds of one search. `swaps`: whether what is alike may be swapped; else names stay as they are.
    `period`: seconds in which the clock must go round for a world to come back."""

    def __init__(self, components: Iterable[str], shapes: Shapes, *, old: int = OLD, swaps: bool = True) -> None:
        self.shapes, self._old, self._swaps = shapes, old, swaps
        self._components = tuple(components)
        self.period = lcm(*(PERIODS.get(name, 1) for name in self._components))

    def key(self, world: World, left: Sequence[int] = (), told: Told | None = None) -> bytes:
        """The key of a world, with what the environment has left to do. `told`: what is known of it, if it is."""
        told = told or self.told(world)
        number, store = self.shapes.number, world.store
        by_date = any(store.bucket(of_kind(kind)) for kind in BY_DATE)
        head = number((world.now if by_date else world.now % self.period, *left))
        waiting = sorted(store.bucket(on_node("")).values(), key=lambda pod: pod.meta.resource_version)
        uids = [pod.meta.uid for pod in waiting]
        if not self._swaps:
            return array("I", [head, number(tuple(uids)), *sorted(told.refined.values())]).tobytes()
        if len(set(told.names.values())) == len(told.names):
            names, entries = told.names, sorted(told.refined.values())  # as good as names: one number, one name
        else:
            names, entries = self._apart(told)
        turns = number(("turns", *[names.get(uid, 0) for uid in uids]))
        return array("I", [head, turns, *entries]).tobytes()

    def told(self, world: World, before: Told | None = None, touched: Touched | None = None) -> Told:
        """What is known of a world's entries. `before`: of a world from which a step led here that changed what is
        `touched`."""
        if before is None or touched is None:
            told, entries = Told(), self._all(world)
        else:
            told, entries = before.copy(), self._touched(world, before, touched)
        objects = world.store.objects
        self.shapes.learn((one, objects[one]) for one in entries if isinstance(one, Key) and one in objects)
        recoloured: set[Entry] = set()
        names: set[str] = set()
        for entry in entries:
            shape = self._shape(world, entry)
            old = told.shapes.get(entry)
            if shape is not old and shape != old:
                names.update(told.replace(entry, shape))
                if shape is not None:
                    recoloured.add(entry)
        codes = self._codes(world.now, told.shapes.values())
        if codes != told.codes:
            moved = {time for time, code in codes.items() if told.codes.get(time) != code}
            recoloured.update([one for one, shape in told.shapes.items() if not moved.isdisjoint(shape.times)])
            told.codes = codes
        self._recolour(told, recoloured, names)
        return told

    def _recolour(self, told: Told, recoloured: set[Entry], names: set[str]) -> None:
        """Numbers again the entries whose form or times have changed, the names in them, and what mentions these.

        `names`: those that an entry has begun or ceased to mention.
        """
        number, colours, shapes = self.shapes.number, told.colours, told.shapes
        for entry in list(recoloured):
            shape = shapes[entry]
            colour = number((shape.form, *map(told.codes.__getitem__, shape.times)))
            if colours.get(entry) != colour:
                colours[entry] = colour
                names.update(shape.names)
        if not self._swaps:
            told.refined.update({one: number((colours[one], *shapes[one].names)) for one in recoloured})
            return
        for name in names:
            places = told.places.get(name)
            if places is None:
                told.names.pop(name, None)
                continue
            found = number(("name", *sorted([(colours[entry] << _PLACES) + place for entry, place in places])))
            if told.names.get(name) != found:
                told.names[name] = found
                recoloured.update([entry for entry, _ in places])
        known = told.names.__getitem__
        for entry in recoloured:
            refined = number((colours[entry], *map(known, shapes[entry].names)))
            if told.refined.get(entry) != refined:
                told.refined[entry] = refined
                for name in shapes[entry].names:
                    told.again.pop(name, None)

    def _all(self, world: World) -> list[Entry]:
        found: list[Entry] = list(world.store.objects)
        return [*found, *(memory_of(component, key) for component, key in world.memory)]

    def _touched(self, world: World, before: Told, touched: Touched) -> list[Entry]:
        found: list[Entry] = []
        for one in touched:
            if isinstance(one, Key):
                found.append(one)
                if one.kind == "Pod" and (one in before.shapes) is not (one in world.store.objects):
                    found += [memory_of(name, one) for name in self._components if (name, one) in world.memory]
            elif one[0] == "memory" and isinstance(one[-1], Key):
                found.append(memory_of(one[1], one[-1]))
        return found

    def _shape(self, world: World, entry: Entry) -> Shape | None:
        if isinstance(entry, Key):
            held = world.store.get(entry)
            return None if held is None else self.shapes.of(entry, held)
        _, component, key = entry
        value = world.memory.get((component, key))
        if value is None or (key.kind == "Pod" and world.store.get(key) is None):
            return None  # nobody looks there any more, and a later pod of that name has another uid
        return self.shapes.memory(component, key, value)

    def _codes(self, now: int, shapes: Iterable[Shape]) -> dict[float, float]:
        """Each time as it stands to now; old ones by their order, the oldest first."""
        times: set[float] = set().union(*[shape.times for shape in shapes if shape.times])
        limit = now - self._old
        codes = {time: now - time for time in times if time >= limit}
        old = sorted([time for time in times if time < limit])
        codes.update([(time, self._old + 1 + rank) for rank, time in enumerate(old)])
        return codes

    def _apart(self, told: Told) -> tuple[dict[str, int], list[int]]:
        """A second round for the names that are alike, and for what mentions them; those that still are get numbers in
        an order that does not depend on what they are called."""
        number, shapes = self.shapes.number, told.shapes
        alike = _alike(told.names)
        mention = dict.fromkeys(entry for name in alike for entry, _ in told.places[name])
        again: dict[str, int] = {}
        for name in alike:
            found = told.again.get(name)
            if found is None:
                places = sorted([(told.refined[entry] << _PLACES) + place for entry, place in told.places[name]])
                found = told.again[name] = number(("again", *places))
            again[name] = found
        names = told.names | again
        refined = {one: number((told.colours[one], *[names[name] for name in shapes[one].names])) for one in mention}
        others = sorted([colour for entry, colour in told.refined.items() if entry not in mention])
        same = _alike(again)
        swapped = dict.fromkeys(entry for name in same for entry, _ in told.places[name])
        others += sorted([colour for entry, colour in refined.items() if entry not in swapped])
        left = {one: refined[one] for one in swapped}
        if told.numbered is None or told.numbered[0] != left or told.numbered[1] != same:
            told.numbered = left, same, self._numbered(told, left, same)
        return names, [*others, *told.numbered[2]]

    def _numbered(self, told: Told, refined: dict[Entry, int], same: set[str]) -> list[int]:
        numbers: dict[str, int] = {}
        order = sorted(refined, key=lambda one: (_rank(one), refined[one]))
        mentioned = {one: [name for name in told.shapes[one].names if name in same] for one in order}
        found: list[int] = []
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and refined[order[end]] == refined[order[start]]:
                end += 1
            group = order[start:end]
            if len(group) > 1:
                group.sort(key=lambda one: [numbers.get(name, _UNNUMBERED) for name in mentioned[one]])
            for one in group:
                own = [numbers.setdefault(name, len(numbers)) for name in mentioned[one]]
                found.append(self.shapes.number((refined[one], *own)))
            start = end
        return found


def _alike(names: dict[str, int]) -> set[str]:
    """The names that share their number with another one."""
    first: dict[int, str] = {}
    alike: set[str] = set()
    for name, number in names.items():
        other = first.setdefault(number, name)
        if other is not name:
            alike.update((name, other))
    return alike


def _rank(entry: Entry) -> int:
    return _ORDER.get(entry.kind, _LATER) if isinstance(entry, Key) else _MEMORY
