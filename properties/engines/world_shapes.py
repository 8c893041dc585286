"""What of a world's values matters, taken apart: what stays the same, the times in it, and the names that it mentions.

A shape is found once for each value, however many worlds share it. Left out of shapes: uids, revisions and addresses
as such (a uid is a name like any other), counts of generations (only how far behind the status is), and of the pod
that a kubelet remembers all but what it compares with.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from immutables import Map

from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.live_pod import LivePod
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
    value."""

    form: int
    times: tuple[float, ...]
    names: tuple[str, ...]


class Shapes:
    """The shapes of the values of worlds. `names` are the words that only name something; `fixed` are no such words,
    for somebody outside of the world uses them."""

    def __init__(self, fixed: Iterable[str] = ()) -> None:
        self.names: set[str] = set()
        self._fixed = frozenset(fixed)
        self._forms: dict[Hashable, int] = {}
        self._known: dict[int, tuple[object, Shape]] = {}
        self._parts: dict[tuple[int, int], tuple[object, Shape]] = {}
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
            found = self._known[id(held)] = held, self._shape((key, held), meta.generation)
        return found[1]

    def memory(self, component: str, key: Key, value: Hashable) -> Shape:
        """The shape of what a component remembers of an object."""
        known = (component, key, id(value))
        found = self._remembered.get(known)
        if found is None or found[0] is not value:
            told = _Time(value) if component in MEMORY_IS_TIME and isinstance(value, int) else value
            found = self._remembered[known] = value, self._shape((component, key, told), 0)
        return found[1]

    def number(self, form: Hashable) -> int:
        """A number of its own for each thing."""
        forms = self._forms
        found = forms.get(form)
        if found is None:
            found = forms[form] = len(forms)
        return found

    def _shape(self, value: object, generation: int) -> Shape:
        parts = _Parts(self, generation)
        parts.add(value)
        return Shape(self.number(tuple(parts.form)), tuple(parts.times), tuple(parts.named))

    def part(self, value: Any, generation: int) -> Shape:
        """The shape of a value inside of another: most are shared by many versions of an object."""
        known = id(value), generation
        found = self._parts.get(known)
        if found is None or found[0] is not value:
            parts = _Parts(self, generation)
            parts.whole(value)
            shape = Shape(self.number(tuple(parts.form)), tuple(parts.times), tuple(parts.named))
            found = self._parts[known] = value, shape
        return found[1]


class _Time(NamedTuple):
    at: int


def _names(key: Key, meta: Meta) -> Iterable[str]:
    yield meta.uid
    if key.kind in ("Node", "PersistentVolume"):
        yield key.name
    owner = meta.controller
    if key.kind == "Pod" and owner is not None and owner.kind not in NUMBERED and key.name.startswith(f"{owner.name}-"):
        yield key.name


class _Parts:
    """A value taken apart, from left to right."""

    def __init__(self, shapes: Shapes, generation: int) -> None:
        self.form: list[Hashable] = []
        self.times: list[float] = []
        self.named: list[str] = []
        self._shapes, self._names, self._generation = shapes, shapes.names, generation

    def add(self, value: object) -> None:
        if isinstance(value, str):
            self._word(value)
        elif value.__class__ in _PLAIN:
            self.form.append((type(value).__name__, value))
        elif isinstance(value, msgspec.Struct | Map) or (isinstance(value, tuple) and value):
            shape = self._shapes.part(value, self._generation)
            self.form.append(shape.form)
            self.times += shape.times
            self.named += shape.names
        else:
            self.whole(value)

    def whole(self, value: object) -> None:
        match value:
            case Work():
                pod = value.pod.meta
                self.add((pod.uid, pod.grace_period))
                self._fields(value, [name for name in value._fields if name != "pod"])
            case msgspec.Struct():
                self._fields(value, value.__struct_fields__)
            case tuple():
                fields: Iterable[str] | None = getattr(value, "_fields", None)
                if fields is not None:
                    self._fields(value, fields)
                else:
                    self._opened("(", value)
            case list():
                self._opened("(", value)
            case Map() | dict():
                self._mapping(value)
            case frozenset() | set():
                self._opened("{", sorted(value, key=repr))
            case _:
                self.form.append((type(value).__name__, value))

    def _word(self, word: str) -> None:
        if word in self._names:
            self.named.append(word)
            self.form.append(None)
        else:
            self.form.append(word)

    def _opened(self, what: str, values: Iterable[object]) -> None:
        self.form.append(what)
        for one in values:
            self.add(one)
        self.form.append(")")

    def _mapping(self, value: Mapping[Any, Any]) -> None:
        self.form.append("[")
        for name in sorted(value, key=repr):
            self.add(name)
            self.add(value[name])
        self.form.append(")")

    def _fields(self, value: Any, fields: Iterable[str]) -> None:
        self.form.append(type(value).__qualname__)
        for name in fields:
            one = getattr(value, name)
            if name in LEFT_OUT:
                continue
            if name in TIMES and isinstance(one, int | float) and not isinstance(one, bool):
                self.times.append(one)
                self.form.append("time")
            elif name in TIMES_BY_NAME and isinstance(one, Map):
                for named in sorted(one):
                    self._word(named)
                    self.times.append(one[named])
                self.form.append(len(one))
            elif name == "generation" and isinstance(value, Meta):
                self.form.append(one > 0)
            elif name == "observed_generation":
                self.form.append(one - self._generation if one else None)
            elif one.__class__ in _PLAIN:
                self.add(one)
            else:
                self.add(one)


_PLAIN = frozenset({str, bool, int, float, bytes, type(None)})


def live_pods(objects: Iterable[Object]) -> Iterable[LivePod]:
    """The pods among objects that no node has yet, the one that was written longest ago first."""
    pending = [one for one in objects if isinstance(one, LivePod) and not one.node]
    return sorted(pending, key=lambda pod: pod.meta.resource_version) if len(pending) > 1 else pending
