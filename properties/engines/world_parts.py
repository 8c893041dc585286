"""Parts of a world that have nothing to do with each other, each known but for the names in it.

Entries that mention one name belong together: a node with its pods and what is remembered of these. An entry that is
known by its own name (a Deployment, a slice of endpoints) ties nothing together: where a name stands in it is said
with the part that the name is in. So a step changes few parts, most of which there were in other worlds, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from kubeproof.model.controlplane.etcd import Key
from kubeproof.properties.engines.world_known import Memory
from kubeproof.properties.engines.world_shapes import Shapes


class Item(NamedTuple):
    """What stands in no order in an entry that is known by its own name: its form, its names, and the how manieth it is
    of those."""

    of: Key | Memory
    form: int
    names: tuple[str, ...]
    nth: int = 0


Entry = Key | Memory | Item


Name = Hashable
"""A name as a string, or what it is known by."""

Codes = Sequence[tuple[float, ...]]
"""The times in each entry of a part, as they stand to now."""


class Mark(NamedTuple):
    """An entry, or a place in one that is known by its own name: what it is as a number (`form`), and the names that
    stand in it."""

    form: int
    names: tuple[Name, ...]


Marked = tuple[Entry | None, Mark]
"""An entry, None for a place in what is known by its own name, and its mark."""


class Sub(NamedTuple):
    """Entries of a part that can be swapped with others like them. `number`: the same for such; `start`, `end`: where
    they stand among the part's entries, in an order that does not depend on names."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Some entries and all names in them that are not known. `number`: the same for parts that differ in names alone,
    whatever the times in them. First of its entries stand `fixed` ones, in an order that does not depend on names, then
    those of `subs`; None: not all that could be swapped is known, and `marks` tell it.

    Equal parts are one value (`Parts`), so that they are told apart by identity.
    """

    number: int
    names: frozenset[str]
    entries: tuple[Entry, ...]
    fixed: int = 0
    subs: tuple[Sub, ...] | None = None
    marks: tuple[Mark, ...] = ()


class Parts:
    """The parts that there were in any world of a search."""

    def __init__(self, shapes: Shapes) -> None:
        self._number = shapes.number
        self._known: dict[frozenset[int], Part] = {}

    def of(self, tokens: Iterable[int]) -> Part | None:
        """The part of which the marks have these numbers, if there was one."""
        return self._known.get(frozenset(tokens))

    def made(
        self, tokens: Iterable[int], entries: Mapping[Entry, Mark], names: Iterable[str], more: Iterable[Mark]
    ) -> Part:
        """A new part. `tokens`: the numbers of its marks; `more`: those that are not of its entries."""
        items: list[Marked] = [*entries.items(), *[(None, mark) for mark in more]]
        marks, own = tuple([mark for _, mark in items]), frozenset(names)
        part = self._split(own, items)
        if part is None:
            part = Part(self._swapped(own, marks), own, tuple(entries), marks=marks)
        self._known[frozenset(tokens)] = part
        return part

    def at(self, part: Part, codes: Codes) -> int:
        """The number of a part with these times, of each of its entries in order."""
        number, subs = self._number, part.subs
        if subs is None:
            timed = [Mark(number((mark.form, code)), mark.names) for mark, code in zip(part.marks, codes, strict=False)]
            return self._swapped(part.names, [*timed, *part.marks[len(timed) :]])
        if not subs:
            return number((part.number, *codes))
        ends = sorted([number((sub.number, *codes[sub.start : sub.end])) for sub in subs])
        return number((part.number, *codes[: part.fixed], *ends))

    def _split(self, names: frozenset[str], items: Iterable[Marked]) -> Part | None:
        """The part, what can be swapped in it apart; None where something in that could be swapped, too."""
        labels = self._refined(dict.fromkeys(names, 0), [mark for _, mark in items])
        often = Counter(labels.values())
        known: dict[Name, Name] = {name: ("known", label) for name, label in labels.items() if often[label] == 1}
        fixed, *others = _grouped(
            [
                (entry, Mark(form, tuple([known.get(name, name) for name in mentions])))
                for entry, (form, mentions) in items
            ],
            labels.keys() - known.keys(),
        )
        ordered = self._ordered(fixed, {})
        if ordered is None:
            return None
        told, entries = ordered
        subs: list[Sub] = []
        count = len(entries)
        for group in others:
            inside = {name: labels[name] for _, mark in group for name in mark.names if name in labels}
            inside = self._refined(inside, [mark for _, mark in group])
            ordered = self._ordered(group, inside) if len(set(inside.values())) == len(inside) else None
            if ordered is None:
                return None
            subs.append(Sub(self._number(("sub", *ordered[0])), len(entries), len(entries) + len(ordered[1])))
            entries += ordered[1]
        number = self._number(("part", *told, *sorted([sub.number for sub in subs])))
        return Part(number, names, tuple(entries), count, tuple(subs))

    def _ordered(self, items: Sequence[Marked], labels: Mapping[Name, int]) -> tuple[list[int], list[Entry]] | None:
        """The numbers of marks, least first, and their entries; None where two are alike."""
        told = self._told([mark for _, mark in items], labels)
        if len(set(told)) < len(told):
            return None
        places = sorted(range(len(items)), key=told.__getitem__)
        return sorted(told), [entry for at in places if (entry := items[at][0]) is not None]

    def _swapped(self, names: frozenset[str], marks: Sequence[Mark]) -> int:
        """A number for marks that differ in names alone: of names that are alike one is taken to be first, so that some
        marks that could be swapped may have two."""
        labels = self._refined(dict.fromkeys(names, 0), marks)
        while (count := len(set(labels.values()))) < len(labels):
            labels[_first_alike(labels)] = self._number((-1, count))
            labels = self._refined(labels, marks)
        return self._number(("part", *sorted(self._told(marks, labels))))

    def _refined(self, labels: Mapping[Name, int], marks: Sequence[Mark]) -> dict[Name, int]:
        """Labels of names that are told apart by what mentions them and where, again and again."""
        where: dict[Name, list[tuple[int, int]]] = {name: [] for name in labels}
        for at, mark in enumerate(marks):
            for place, name in enumerate(mark.names):
                if name in where:
                    where[name].append((at, place))
        found, apart = dict(labels), 0
        while (count := len(set(found.values()))) > apart:
            apart = count
            told = self._told(marks, found)
            found = {
                name: self._number((found[name], *sorted([(told[at], place) for at, place in places])))
                for name, places in where.items()
            }
        return found

    def _told(self, marks: Iterable[Mark], labels: Mapping[Name, int]) -> list[int]:
        return [self._number((form, *[labels.get(name, name) for name in names])) for form, names in marks]


def _grouped(items: Iterable[Marked], names: AbstractSet[Name]) -> list[list[Marked]]:
    """Those in which none of these names stands, then the others by what they have to do with each other."""
    fixed: list[Marked] = []
    groups: list[tuple[set[Name], list[Marked]]] = []
    for item in items:
        own, members, apart = (
            {name for name in item[1].names if name in names},
            [item],
            list[tuple[set[Name], list[Marked]]](),
        )
        if not own:
            fixed.append(item)
            continue
        for other in groups:
            if other[0].isdisjoint(own):
                apart.append(other)
            else:
                own |= other[0]
                members = other[1] + members
        groups = [*apart, (own, members)]
    return [fixed, *[members for _, members in groups]]


def _first_alike(labels: Mapping[Name, int]) -> Name:
    """One of the names that share the least label that any share."""
    often = Counter(labels.values())
    least = min(label for label, count in often.items() if count > 1)
    return next(name for name, label in labels.items() if label == least)
