"""What of a world's values matters, taken apart: what stays the same, the times in it, and the names that it mentions.

A shape is found once for each value, however many worlds share it. Left out of shapes: uids, revisions and addresses
as such (a uid is a name like any other), counts of generations (only how far behind the status is), and of the pod
that a kubelet remembers all but what it compares with.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from immutables import Map

from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.meta import Meta

TIMES = frozenset(
    {"created_at", "deleted_at", "changed_at", "heard_at", "updated_at", "renewed_at", "started_at", "finished_at"}
    | {
        "start_time",
        "completion_time",
        "last_schedule_time",
        "last_successful_time",
        "last_scale_time",
        "probed_at",
        "due_at",
        "retry_at",
    }
    | {"at", "since", "due", "added_at", "failed_at"}
)
"""Fields that hold a time on the world's clock. A number in any other field is told as it is."""

TIMES_BY_NAME = frozenset({"disrupted", "quarantine"})
"""Fields that hold times by name."""

MEMORY_IS_TIME = frozenset({"drain", "namespace-controller", "descheduler", "gitops"})
"""Components that remember nothing but a time."""

LEFT_OUT = frozenset({"resource_version", "ips", "managed"})
"""Fields that decide nothing: who owns which field matters to who applies, which nobody does in a search."""
NUMBERED = frozenset({"StatefulSet"})
"""Kinds of owners whose pods' names say more than that they differ."""


class Shape(NamedTuple):
    """`form` is a number, the same for values that differ in times and names alone, which are in the order of the
    value. `items`: what stands in no order, of mappings and sets, as far as it mentions names."""

    form: int
    times: tuple[float, ...]
    names: tuple[str, ...]
    items: tuple[Shape, ...] = ()


class Shapes:
    """The shapes of the values of worlds. `names` are the words that only name something; `fixed` are no such words,
    for somebody outside of the world uses them."""

    def __init__(self, fixed: Iterable[str] = ()) -> None:
        self.names: set[str] = set()
        self._fixed = frozenset(fixed)
        self._forms: dict[Hashable, int] = {}
        self._known: dict[int, tuple[object, Shape]] = {}
        self._parts: dict[tuple[object, ...], tuple[object, Shape]] = {}  # it holds them, so that no id is used twice
        self._remembered: dict[tuple[str, Key, int], tuple[object, Shape]] = {}

    def learn(self, objects: Iterable[tuple[Key, Object]]) -> None:
        """Takes up the names of these objects, before anything that mentions them is looked at."""
        for key, held in objects:
            if id(held) not in self._known:
                self.names.update(one for one in _names(key, held.meta) if one and one not in self._fixed)

    def of(self, key: Key, held: Object) -> Shape:
        """The shape of an object under its name."""
        found = self._known.get(id(held))
        if found is None or found[0] is not held:
            meta: Any = held.meta
            found = self._known[id(held)] = held, self._whole(key, self._shape((key, held), meta.generation))
        return found[1]

    def memory(self, component: str, key: Key, value: Hashable) -> Shape:
        """The shape of what a component remembers of an object."""
        known = (component, key, id(value))
        found = self._remembered.get(known)
        if found is None or found[0] is not value:
            told = _Time(value) if component in MEMORY_IS_TIME and isinstance(value, int) else value
            found = self._remembered[known] = value, self._whole(key, self._shape((component, key, told), 0))
        return found[1]

    def number(self, form: Hashable) -> int:
        """A number of its own for each thing."""
        return self._forms.setdefault(form, len(self._forms))

    def part(self, value: Any, generation: int) -> Shape:
        """The shape of a value inside of another. Most are shared by many versions of an object, whole or in all their
        fields but the revision."""
        known = id(value), generation
        found = self._parts.get(known)
        if found is None:
            layout = _layout(value.__class__)
            fields = None if layout is None else layout.values(value)
            by_fields = () if fields is None else (value.__class__, generation, *map(id, fields))
            same = self._parts.get(by_fields) if by_fields else None
            shape = self._shape(value, generation) if same is None else same[1]
            if by_fields and same is None:
                self._parts[by_fields] = fields, shape
            found = self._parts[known] = value, shape
        return found[1]

    def item(self, value: object, generation: int, at: int) -> Shape:
        """The shape of what stands somewhere (`at`) in no order: told in one, if something in it stands in none."""
        shape = self.flat(self._shape(value, generation))
        return shape._replace(form=self.number(("item", at, shape.form)))

    def flat(self, shape: Shape) -> Shape:
        """The shape with its items in the order in which they were found."""
        if not shape.items:
            return shape
        form = self.number(("flat", shape.form, *[one.form for one in shape.items]))
        times, names = list(shape.times), list(shape.names)
        for one in shape.items:
            times += one.times
            names += one.names
        return Shape(form, tuple(times), tuple(names))

    def _whole(self, key: Key, shape: Shape) -> Shape:
        """The shape of an object or a memory; items are told apart only where it is known by its own name."""
        return self.flat(shape) if key.name in shape.names else shape

    def _shape(self, value: object, generation: int) -> Shape:
        parts = _Parts(self, generation)
        parts.whole(value)
        return Shape(self.number(tuple(parts.form)), tuple(parts.times), tuple(parts.named), tuple(parts.items))


class _Time(NamedTuple):
    at: int


def _names(key: Key, meta: Meta) -> Iterable[str]:
    yield meta.uid
    if key.kind in ("Node", "PersistentVolume"):
        yield key.name
    owner = meta.controller
    if key.kind == "Pod" and owner is not None and owner.kind not in NUMBERED and key.name.startswith(f"{owner.name}-"):
        yield key.name


class _How(Enum):
    """How a field is told."""

    AS_IT_IS, TIME, TIMES_BY_NAME, GENERATION, OBSERVED, POD = range(6)


class _Layout(NamedTuple):
    """The fields of a class that are told, and how; `values` are theirs, in order."""

    hows: tuple[_How, ...]
    values: Callable[[Any], Sequence[Any]]


@cache
def _layout(kind: type) -> _Layout | None:
    """The layout of a struct or a named tuple; None: it has no fields."""
    if issubclass(kind, msgspec.Struct):
        names = kind.__struct_fields__
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        names = tuple(getattr(kind, "_fields", ()))
    else:
        return None
    told = [name for name in names if name not in LEFT_OUT]
    hows = tuple(_how(kind, name) for name in told)
    if len(told) < 2:
        return _Layout(hows, lambda value: tuple(getattr(value, name) for name in told))
    return _Layout(hows, attrgetter(*told))


def _how(kind: type, name: str) -> _How:
    if name in TIMES:
        return _How.TIME
    if name in TIMES_BY_NAME:
        return _How.TIMES_BY_NAME
    if name == "generation" and issubclass(kind, Meta):
        return _How.GENERATION
    if name == "observed_generation":
        return _How.OBSERVED
    return _How.POD if name == "pod" and issubclass(kind, Work) else _How.AS_IT_IS


class _Parts:
    """A value taken apart, from left to right."""

    def __init__(self, shapes: Shapes, generation: int) -> None:
        self.form: list[Hashable] = []
        self.times: list[float] = []
        self.named: list[str] = []
        self.items: list[Shape] = []
        self._shapes, self._names, self._generation = shapes, shapes.names, generation

    def add(self, value: Any) -> None:
        kind = value.__class__
        if kind is str:
            self._word(value)
        elif kind in _PLAIN:
            self.form.append((kind, value))  # a number alone is that of a part
        elif issubclass(kind, _SHARED) and value != ():
            shape = self._shapes.part(value, self._generation)
            self.items += [self._placed(one) for one in shape.items]
            self.form.append(shape.form)
            self.times += shape.times
            self.named += shape.names
        else:
            self.whole(value)

    def whole(self, value: Any) -> None:
        kind = value.__class__
        layout = _layout(kind)
        if layout is not None:
            self._fields(kind, layout, value)
        elif issubclass(kind, tuple | list):
            self._opened("(", value)
        elif issubclass(kind, Map | dict):
            self._mapping(value)
        elif issubclass(kind, frozenset | set):
            self._opened("{", self._ordered(sorted(value, key=repr)))
        else:
            self.form.append((kind, value))

    def _word(self, word: str) -> None:
        if word in self._names:
            self.named.append(word)
            self.form.append(None)
        else:
            self.form.append(word)

    def _opened(self, what: str, values: Iterable[object]) -> None:
        self.form.append((what,))
        for one in values:
            self.add(one)
        self.form.append((")",))

    def _mapping(self, value: Mapping[Any, Any]) -> None:
        self.form.append(("[",))
        for pair in self._ordered([(name, value[name]) for name in sorted(value, key=repr)]):
            for one in pair:
                self.add(one)
        self.form.append((")", len(value)))

    def _ordered(self, values: Sequence[Any]) -> list[Any]:
        """Those that mention no name; all others are items."""
        at, found = len(self.form), list[Any]()
        for value in values:
            item = None if self._is_plain(value) else self._shapes.item((value,), self._generation, at)
            if item is not None and item.names:
                self.items.append(item)
            else:
                found.append(value)
        return found

    def _is_plain(self, value: Any) -> bool:
        """Whether it is a word, or a pair of a word and something, and plainly mentions no name."""
        return all(
            one not in self._names if one.__class__ is str else one.__class__ in _PLAIN
            for one in (value if value.__class__ is tuple else (value,))
        )

    def _placed(self, item: Shape) -> Shape:
        """An item of the value that is next."""
        return item._replace(form=self._shapes.number(("in", len(self.form), item.form)))

    def _fields(self, kind: type, layout: _Layout, value: Any) -> None:
        self.form.append(kind)
        for how, one in zip(layout.hows, layout.values(value), strict=True):
            if how is _How.AS_IT_IS:
                self.add(one)
            elif how is _How.TIME and type(one) in _NUMBERS:
                self.times.append(one)
                self.form.append(_How.TIME)
            elif how is _How.TIMES_BY_NAME and isinstance(one, Map):
                self.items += [
                    Shape(self._shapes.number(("time", len(self.form), named in self._names or named)), (at,), (named,))
                    for named, at in sorted(one.items())
                ]
                self.form.append(len(one))
            elif how is _How.GENERATION:
                self.form.append(one > 0)
            elif how is _How.OBSERVED:
                self.form.append(one - self._generation if one else None)
            elif how is _How.POD:
                self.add(one.meta.uid)
                self.add(one.meta.grace_period)
            else:
                self.add(one)


_NUMBERS = frozenset({int, float})
_PLAIN = frozenset({bool, int, float, bytes, type(None)})
_SHARED = (msgspec.Struct, Map, tuple)
"""What is taken apart once for all values that it is in."""
