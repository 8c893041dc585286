"""What is known of the entries of a world, and how it goes on to the worlds behind it: told anew is only what changed.

An entry is an object, or what a component remembers of one. It has a form, times, and names (world_shapes.py). One that
is known by its own name is a *hub*: nothing can be swapped with it. All others are told by the parts that they are in
(world_parts.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.properties.engines.world_known import Memory
from kubeproof.properties.engines.world_parts import Entry, Item, Mark, Part, Parts
from kubeproof.properties.engines.world_shapes import Shape, Shapes

NEXT = Key("scheduler's queue", "", "")
"""The pods that wait, by their uids in the order in which they were written: told as if that were an object."""

Place = tuple[Entry, int]
"""Where a name stands: so far behind among the names of an entry."""


class Told:
    """What is known of a world's entries: their shapes, and where each name stands. `uids`: numbers of the uids of
    objects that are hubs. `hubs`: a number for each of these, whatever the names in it; `tokens`: one for each other
    entry, names and all but the times. `part`: the one of each name that is in one; `parts`: a number for each of them,
    whatever the names in it; `old`: times that are old, in order.
    """

    def __init__(self, now: int = 0) -> None:
        self.now, self.old = now, tuple[float, ...]()
        self.shapes: dict[Entry, Shape] = {}
        self.places: dict[str, tuple[Place, ...]] = {}
        self.uid_of: dict[Entry, str] = {}
        self.uids: dict[str, int] = {}
        self.hubs: dict[Entry, int] = {}
        self.tokens: dict[Entry, int] = {}
        self.part: dict[str, Part] = {}
        self.parts: dict[Part, int] = {}

    @property
    def numbers(self) -> list[int]:
        """All of it in numbers that do not depend on names, in any order."""
        return [*self.hubs.values(), *self.parts.values()]

    def copy(self) -> Told:
        """The same, to be changed; `uid_of` and `uids`, which seldom do, are copied then."""
        made = Told.__new__(Told)
        made.now, made.old = self.now, self.old
        made.shapes, made.places = self.shapes.copy(), self.places.copy()
        made.uid_of, made.uids = self.uid_of, self.uids
        made.hubs, made.tokens = self.hubs.copy(), self.tokens.copy()
        made.part, made.parts = self.part.copy(), self.parts.copy()
        return made

    def change(self, after: Told) -> Change:
        """What is known of another world, as a change of what is known of this one. Both have the same uids of hubs,
        and no old times."""
        fields: dict[str, tuple[dict[Any, Any], tuple[Any, ...]]] = {}
        for name in CHANGING:
            old, new = getattr(self, name), getattr(after, name)
            more = {one: value for one, value in new.items() if old.get(one) is not value}
            gone = tuple([one for one in old if one not in new])
            if more or gone:
                fields[name] = more, gone
        changed = [entry for both in fields.get("shapes", NO_FIELD) for entry in both]
        left, made = (
            (*filter(None, map(one.part_with, changed)), *(one.parts.keys() - other.parts))
            for one, other in ((self, after), (after, self))
        )
        return Change(fields, tuple(dict.fromkeys(left)), tuple(dict.fromkeys(made)))

    def part_with(self, entry: Entry) -> Part | None:
        """The part in which an entry is, if it is in one."""
        names = self.shapes[entry].names if entry in self.tokens else ()
        return next((part for name in names if (part := self.part.get(name)) is not None), None)

    def place_of(self, key: Key) -> tuple[int, int] | None:
        """Where an object stands in the part that it is in, whatever it is called; None where it is in none, or nobody
        can tell. Objects of different parts with one such place can be swapped, with all that is in their parts."""
        part = self.part.get(key.name)
        if part is None or part.subs is None or key not in part.entries[: part.fixed]:
            return None
        return self.parts[part], part.entries.index(key)

    def numbers_behind(self, change: Change, made: Mapping[Part, int]) -> list[int]:
        """The numbers after a change. `made`: those of the parts that it makes."""
        numbers = self.numbers
        more, gone = change.fields.get("hubs", NO_FIELD)
        for entry in (*more, *gone):
            if entry in self.hubs:
                numbers.remove(self.hubs[entry])
        for part in change.left:
            numbers.remove(self.parts[part])
        return [*numbers, *more.values(), *made.values()]

    def codes(self, part: Part, change: Change) -> list[tuple[float, ...]]:
        """The times in each entry of a part after a change, as they stand to now."""
        more, now, shapes = change.fields.get("shapes", NO_FIELD)[0], self.now, self.shapes
        found = [more[entry] if entry in more else shapes[entry] for entry in part.entries]
        return [tuple([now - time for time in shape.times]) for shape in found]

    def behind(self, change: Change, made: Mapping[Part, int]) -> Told:
        """What is known after a change. `made`: the numbers of the parts that it makes."""
        after = self.copy()
        for name, (more, gone) in change.fields.items():
            known = getattr(after, name)
            known.update(more)
            for one in gone:
                del known[one]
        for part in change.left:
            del after.parts[part]
        after.parts.update(made)
        return after

    def names_in(self, entry: Entry) -> tuple[str | int, ...]:
        """The names in an entry; of uids of hubs their numbers."""
        return tuple([self.uids.get(name, name) for name in self.shapes[entry].names])


CHANGING = ("shapes", "places", "hubs", "tokens", "part")
"""Fields that a change may change, besides the parts."""

NO_FIELD: tuple[dict[Any, Any], tuple[Any, ...]] = {}, ()


class Change(NamedTuple):
    """What differs between what is known of two worlds: in each field what is new, and what is gone; the parts that are
    left, or in which something else stands, and those that are made of them."""

    fields: Mapping[str, tuple[dict[Any, Any], tuple[Any, ...]]]
    left: tuple[Part, ...]
    made: tuple[Part, ...]


class Naming:
    """What is known of a world, made of that of another one and a change when somebody asks."""

    __slots__ = ("_before", "_change")

    def __init__(self, before: Told, change: tuple[Change, Mapping[Part, int]] | None = None) -> None:
        self._before, self._change = before, change

    @property
    def told(self) -> Told:
        """What is known of the world."""
        if self._change is not None:
            self._before, self._change = self._before.behind(*self._change), None
        return self._before

    def identity(self, key: Key) -> Hashable | None:
        """What an object is whatever it is called; None where another one could be mistaken for it."""
        told = self.told
        part = told.part.get(key.name)
        if part is None or key not in part.entries:
            return key
        place = told.place_of(key)
        alone = place is not None and list(told.parts.values()).count(place[0]) == 1
        return place if alone else None


class Telling:
    """Tells what is known of a world anew, where entries have changed. `swaps`: whether what is alike may be swapped;
    else all entries are hubs, and told with their names."""

    def __init__(self, told: Told, shapes: Shapes, parts: Parts, *, swaps: bool) -> None:
        self._told, self._shapes, self._parts, self._swaps = told, shapes, parts, swaps
        self._dirty: dict[Entry, None] = {}
        self._loose: set[str] = set()
        self._times: set[float] = set()

    def replaces(self, entry: Key | Memory, shape: Shape | None, held: Object | None) -> None:
        """An entry has another shape, or none: it is gone. `held`: the object, if it is one."""
        before, after = (_items(entry, one) for one in (self._told.shapes.get(entry), shape))
        self._replaces(entry, shape)
        self._is_known(entry, None if shape is None or held is None or not _is_hub(entry, shape) else held.meta.uid)
        for item in before.keys() - after.keys():
            self._replaces(item, None)
        for item, its in after.items():
            if self._told.shapes.get(item) != its:
                self._replaces(item, its)

    def _replaces(self, entry: Entry, shape: Shape | None) -> None:
        told, old = self._told, self._told.shapes.get(entry)
        if old is not None:
            self._times.update(old.times)
        if shape is None:
            del told.shapes[entry]
            told.hubs.pop(entry, None)
            told.tokens.pop(entry, None)
            self._dirty.pop(entry, None)
        else:
            told.shapes[entry] = shape
            self._times.update(shape.times)
            self._dirty[entry] = None
        if old is None or shape is None or old.names != shape.names:
            self._mentions(entry, () if old is None else old.names, () if shape is None else shape.names)

    def tells(self, now: int, old: int) -> None:
        """Tells what has changed. `old`: seconds after which times are old."""
        self._counts_from(now, old)
        first = old + 1
        self._codes = {time: first + rank for rank, time in enumerate(self._told.old)}
        told, number, timed = self._told, self._shapes.number, dict[Part, None]()
        for entry in self._dirty:
            shape = told.shapes[entry]
            if not self._swaps:
                told.hubs[entry] = number((entry, shape.form, self._code(shape), *shape.names))
            elif isinstance(entry, Item) and told.uids.keys() >= set(shape.names):
                told.hubs[entry] = number((entry.of, shape.form, self._code(shape), *told.names_in(entry)))
                told.tokens.pop(entry, None)
            elif _is_hub(entry, shape):
                told.hubs[entry] = number((shape.form, self._code(shape), *map(told.uids.get, shape.names)))
            else:
                told.hubs.pop(entry, None)
                token = number((entry, shape.form, *told.names_in(entry)))
                if told.tokens.get(entry) != token:
                    told.tokens[entry] = token
                    self._loose.update(shape.names)
                elif (part := told.part_with(entry)) is not None:
                    timed[part] = None
        if self._swaps and self._loose:
            timed |= self._regroup()
        for part in timed:
            if part in told.parts:
                told.parts[part] = self._parts.at(part, [self._code(told.shapes[one]) for one in part.entries])

    def _code(self, shape: Shape) -> tuple[float, ...]:
        """Its times as they stand to now."""
        codes, now = self._codes, self._told.now
        return tuple([codes[time] if time in codes else now - time for time in shape.times])

    def _mentions(self, entry: Entry, before: Sequence[str], after: Sequence[str]) -> None:
        """Takes note of the names that an entry no longer mentions, and of those that it does."""
        places = self._told.places
        for name in set(before):
            left = tuple([place for place in places[name] if place[0] != entry])
            if left:
                places[name] = left
            else:
                del places[name]
        for at, name in enumerate(after):
            places[name] = (*places.get(name, ()), (entry, at))
        self._loose.update(before, after)

    def _is_known(self, entry: Entry, uid: str | None) -> None:
        """A hub is known by its uid, too, while it is there."""
        told, before = self._told, self._told.uid_of.get(entry)
        if before == uid:
            return
        told.uid_of, told.uids = told.uid_of.copy(), told.uids.copy()
        if before is not None:
            del told.uids[before], told.uid_of[entry]
        if uid is not None:
            told.uids[uid], told.uid_of[entry] = self._shapes.number(("uid of", entry)), uid
        for one in (before, uid):
            if one is not None:
                self._dirty.update(dict.fromkeys(place[0] for place in told.places.get(one, ())))
                self._loose.add(one)

    def _counts_from(self, now: int, old: int) -> None:
        """Times are told as they stand to now, old ones by their order, the oldest first."""
        told, limit = self._told, now - old
        if now == told.now and not any(time < limit for time in self._times):
            return
        before = told.now, told.old
        told.now = now
        told.old = tuple(sorted({time for shape in told.shapes.values() for time in shape.times if time < limit}))
        if before != (told.now, told.old):
            self._dirty.update(dict.fromkeys(entry for entry, shape in told.shapes.items() if shape.times))

    def _regroup(self) -> dict[Part, None]:
        """Finds the parts of loose names anew, and of all that were in one part with them."""
        told, loose, found = self._told, self._loose, dict[Part, None]()
        for part in {part for name in loose if (part := told.part.get(name)) is not None}:
            loose |= part.names
            del told.parts[part]
            for name in part.names:
                del told.part[name]
        left = {name for name in loose if name in told.places and name not in told.uids}
        while left:
            group = _Group(told, left.pop())
            left -= group.names
            part = self._part(group)
            told.parts[part], found[part] = part.number, None
            for name in part.names:
                told.part[name] = part
        return found

    def _part(self, group: _Group) -> Part:
        told, number = self._told, self._shapes.number
        tokens = [*group.entries.values(), *[number((*place, name)) for name, place in group.standing]]
        known = self._parts.of(tokens)
        if known is not None:
            return known
        marks = {entry: Mark(told.shapes[entry].form, told.names_in(entry)) for entry in group.entries}
        more = [Mark(number(place), (name,)) for name, place in group.standing]
        return self._parts.made(tokens, marks, group.names, more)


class _Group:
    """All that has to do with a name: entries with their tokens, names, and where these stand in hubs."""

    def __init__(self, told: Told, name: str) -> None:
        self.names, self.entries = {name}, dict[Entry, int]()
        self.standing: list[tuple[str, Place]] = []
        tokens, todo = told.tokens, [name]
        while todo:
            name = todo.pop()
            for place in told.places[name]:
                entry = place[0]
                token = tokens.get(entry)
                if token is None:
                    self.standing.append((name, place))
                elif entry not in self.entries:
                    self.entries[entry] = token
                    self._follow(told, told.shapes[entry].names, todo)

    def _follow(self, told: Told, names: Iterable[str], todo: list[str]) -> None:
        for name in names:
            if name not in self.names and name not in told.uids:
                self.names.add(name)
                todo.append(name)


def _items(entry: Key | Memory, shape: Shape | None) -> dict[Entry, Shape]:
    """The items of an entry, which are entries as well."""
    found: dict[Entry, Shape] = {}
    often = Counter[tuple[int, tuple[str, ...]]]()
    for one in sorted(shape.items) if shape is not None else ():
        nth = often[one.form, one.names]
        often[one.form, one.names] += 1
        found[Item(entry, one.form, one.names, nth)] = one
    return found


def _is_hub(entry: Entry, shape: Shape) -> bool:
    """Whether an entry is known by its own name."""
    if isinstance(entry, Item):
        return False
    return (entry.name if isinstance(entry, Key) else entry[2].name) not in shape.names
