"""Paths of an object's fields, and sets of them: as text, and as metadata.managedFields tells them (FieldsV1).

Follows structured-merge-diff v6 (fieldpath), as the API server of v1.36 has it. Left out: elements by their index,
which no list of Kubernetes' own kinds has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from typing import Any

import msgspec

from kubeproof.model.objects.managed_fields import Element, Fields, Item, Path, Step

Json = Any


def text(path: Path) -> str:
    """A path as errors name it: `.spec.containers[name="web"].image`."""
    return "".join(map(_step, path))


def ordered(fields: Iterable[Path]) -> list[Path]:
    """The paths in the order in which the API server goes through a set: on each level fields before what is below."""
    return list(_below(_tree(fields), ()))


def fields_v1(fields: Iterable[Path]) -> Json:
    """A set as metadata.managedFields[].fieldsV1 tells it."""
    return _told(_tree(fields))


def of_fields_v1(told: Json) -> Fields:
    """The set that a fieldsV1 tells. Raises ValueError for what is none."""
    return frozenset(_read(told, ()))


class _Tree(dict[Step, "_Tree"]):
    """What is below each step; `here`: whether the field itself is in the set."""

    here = False


def _tree(fields: Iterable[Path]) -> _Tree:
    root = _Tree()
    for path in fields:
        at = root
        for step in path:
            at = at.setdefault(step, _Tree())
        at.here = True
    return root


def _below(tree: _Tree, path: Path) -> Iterator[Path]:
    steps = sorted(tree, key=cmp_to_key(_before))
    yield from ((*path, step) for step in steps if tree[step].here)
    for step in steps:
        yield from _below(tree[step], (*path, step))


def _told(tree: _Tree) -> Json:
    told: dict[str, Json] = {}
    for step in sorted(tree, key=cmp_to_key(_before)):
        below = _told(tree[step])
        told[_name(step)] = {".": {}, **below} if tree[step].here and below else below
    return told


def _read(told: Json, path: Path) -> Iterator[Path]:
    for name, below in told.items():
        if name == ".":
            yield path
            continue
        here = (*path, _of_name(name))
        if below:
            yield from _read(below, here)
        else:
            yield here


def _before(one: Step, other: Step) -> int:
    """Less than 0 where one step comes before the other: fields by name, then elements, then values."""
    first, second = _rank(one), _rank(other)
    return (first > second) - (first < second)


def _rank(step: Step) -> tuple[int, Json]:
    match step:
        case str():
            return 0, step
        case Element(keys):
            return 1, [(name, isinstance(value, str), value) for name, value in keys]
        case Item(value):
            return 2, (isinstance(value, str), value)


def _step(step: Step) -> str:
    match step:
        case str():
            return f".{step}"
        case Element(keys):
            return f"[{','.join(f'{name}={_json(value)}' for name, value in keys)}]"
        case Item(value):
            return f"[={_json(value)}]"


def _name(step: Step) -> str:
    match step:
        case str():
            return f"f:{step}"
        case Element(keys):
            return f"k:{_json(dict(keys))}"
        case Item(value):
            return f"v:{_json(value)}"


def _of_name(name: str) -> Step:
    kind, _, rest = name.partition(":")
    match kind:
        case "f":
            return rest
        case "k":
            keys = msgspec.json.decode(rest)
            return Element(tuple(sorted(keys.items())))
        case "v":
            return Item(msgspec.json.decode(rest))
        case _:
            raise ValueError(f"{name!r} is no part of a set of fields")


def _json(value: Json) -> str:
    return msgspec.json.encode(value).decode()
