"""Objects as their fields: which fields a value has, how two values differ, how they are merged, what is taken out.

Values are decoded JSON. Follows structured-merge-diff v6 (typed: tofieldset.go, compare.go, merge.go, remove.go).
Left out: elements that stand twice in a list whose elements are told apart: NotModelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kubeproof.model.controlplane.fields.paths import text
from kubeproof.model.controlplane.fields.schema import DEFAULTS, Type
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.managed_fields import Element, Fields, Item, Path, Step

Json = Any
NOTHING: Any = object()
"""Where there is no value; a null is one."""


class Comparison(NamedTuple):
    """How a value differs from one before: the fields that went, that are others, and that came."""

    removed: Fields
    modified: Fields
    added: Fields

    @property
    def set(self) -> Fields:
        """The fields that somebody has given a value to."""
        return self.modified | self.added


def fields_of(value: Json, type_: Type) -> Fields:
    """The fields that a value says something of."""
    return frozenset(_fields(value, type_, ()))


def compare(old: Json, new: Json, type_: Type) -> Comparison:
    """How two objects differ."""
    removed, modified, added = set[Path](), set[Path](), set[Path]()
    _compare(old, new, type_, (), (removed, modified, added))
    return Comparison(frozenset(removed), frozenset(modified), frozenset(added))


def merge(held: Json, given: Json, type_: Type) -> Json:
    """The held value with all that the given one says; NOTHING where nothing is left to say.

    Lists that are merged are in the order of the given one, with what only the held one has where it was.
    """
    if type_.leaf or (_empty(held) and _empty(given)):
        return held if given is NOTHING else given
    if type_.listed:
        return _merged_list(held, given, type_)
    ours, theirs = _dict(held), _dict(given)
    made = {
        name: merge(ours.get(name, NOTHING), theirs.get(name, NOTHING), type_.field(name))
        for name in dict.fromkeys((*ours, *theirs))
    }
    return {name: one for name, one in made.items() if one is not NOTHING} or NOTHING


def without(value: Json, gone: Fields, type_: Type) -> Json:
    """The value without these fields; a map or list of which nothing is left is null."""
    above = {path[:length] for path in gone for length in range(1, len(path))}
    return _without(value, type_, (), gone, above)


def with_named(fields: Fields, type_: Type) -> Fields:
    """The set with all fields of structs on the way to its own: those are not told, as every such struct has them."""
    more = set(fields)
    for path in fields:
        at = type_
        for length, step in enumerate(path[:-1], start=1):
            if isinstance(step, str):
                if at.cls is not None:
                    more.add(path[:length])
                at = at.field(step)
            else:
                at = at.element
    return frozenset(more)


def _fields(value: Json, type_: Type, path: Path) -> Iterator[Path]:
    if type_.leaf:
        yield path
    elif isinstance(value, dict):
        for name, one in value.items():
            here = (*path, name)
            yield from _fields(one, type_.field(name), here)
            if one is None or one == {} or type_.mapped:
                yield here
    elif isinstance(value, list):
        for step, one in _elements(value, type_, path):
            yield from _fields(one, type_.element, (*path, step))
            yield (*path, step)


def _compare(old: Json, new: Json, type_: Type, path: Path, found: tuple[set[Path], set[Path], set[Path]]) -> None:
    removed, modified, added = found
    inside = not type_.leaf and not (_empty(old) and _empty(new))
    if inside and type_.listed:
        ours, theirs = dict(_elements(old, type_, path)), dict(_elements(new, type_, path))
        for step in dict.fromkeys((*ours, *theirs)):
            _compare(ours.get(step, NOTHING), theirs.get(step, NOTHING), type_.element, (*path, step), found)
    elif inside:
        before, after = _dict(old), _dict(new)
        for name in dict.fromkeys((*before, *after)):
            below = (*path, name)
            _compare(before.get(name, NOTHING), after.get(name, NOTHING), type_.field(name), below, found)
    elif old is not NOTHING and new is not NOTHING and old != new:
        modified.add(path)
    if path and old is NOTHING:
        added.add(path)
    elif path and new is NOTHING:
        removed.add(path)


def _merged_list(held: Json, given: Json, type_: Type) -> Json:
    ours, theirs = dict(_elements(held, type_, ())), dict(_elements(given, type_, ()))
    left, right = list(ours), list(theirs)
    shared = [step for step in right if step in ours]
    made: list[Json] = []
    i = j = 0

    def take(step: Step) -> None:
        made.append(merge(ours.get(step, NOTHING), theirs.get(step, NOTHING), type_.element))
        if shared and shared[0] == step:
            shared.pop(0)

    while i < len(left) or j < len(right):
        if i < len(left) and j < len(right):
            if left[i] == right[j]:
                take(left[i])
                i, j = i + 1, j + 1
                continue
            if left[i] in theirs and shared and shared[0] != left[i]:
                i += 1  # the given list has it elsewhere
                continue
        if i < len(left) and left[i] not in theirs:
            take(left[i])
            i += 1
            continue
        if i < len(left) and left[i] in right[:j]:
            i += 1
        if j < len(right):
            take(right[j])
            j += 1
    return [one for one in made if one is not NOTHING] or NOTHING


def _without(value: Json, type_: Type, path: Path, gone: Fields, above: Iterable[Path]) -> Json:
    if isinstance(value, list) and not type_.leaf:
        listed = [
            _without(one, type_.element, (*path, step), gone, above) if (*path, step) in above else one
            for step, one in _elements(value, type_, path)
            if (*path, step) not in gone
        ]
        return listed or None
    if isinstance(value, dict) and not type_.leaf:
        made = {
            name: _without(one, type_.field(name), (*path, name), gone, above) if (*path, name) in above else one
            for name, one in value.items()
            if (*path, name) not in gone
        }
        return made or None
    return value


def _elements(value: Json, type_: Type, path: Path) -> Iterator[tuple[Step, Json]]:
    """The elements of a list, each with what tells it apart. Raises NotModelled where something does not."""
    seen = set[Step]()
    for one in [] if _empty(value) else value:
        step = _element(one, type_.keys)
        if step in seen:
            raise NotModelled(text((*path, step)), "an element that stands twice in its list")
        seen.add(step)
        yield step, one


def _element(value: Json, keys: tuple[str, ...]) -> Step:
    if not keys:
        return Item(value)
    return Element(tuple((key, value.get(key, DEFAULTS.get(key))) for key in sorted(keys)))


def _empty(value: Json) -> bool:
    return value is NOTHING or value is None or value in ({}, [])


def _dict(value: Json) -> dict[str, Json]:
    return {} if _empty(value) else value
