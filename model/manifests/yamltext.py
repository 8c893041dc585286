"""YAML text as the JSON value that Kubernetes makes of it (sigs.k8s.io/yaml on go-yaml v2).

Values are built from libyaml's events by a table of plain scalars, so no tag can make an object. Plain scalars are
those of YAML 1.1 as go-yaml knows them: yes, no, on and off are booleans, 0777 is octal, 10_000 is a number, dates stay
text. A key that stands twice, an unknown tag, .nan and .inf are refused, as kubectl refuses them; so are depth and
aliases beyond bounds that no manifest comes near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

DEEPEST = 100
"""How many mappings and lists may stand inside each other."""

MOST_ALIASED = 100_000
"""How many values the aliases of a document may stand for, all together."""

_LARGEST, _LEAST = 2**64, -(2**63)
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NOT_JSON = re.compile(r"\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF)")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TAG = "tag:yaml.org,2002:"
_TAGGED: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}


class YamlError(Exception):
    """What is wrong in a document and in which of its lines (from 1; 0 where that is unknown)."""

    def __init__(self, problem: str, line: int) -> None:
        self.problem, self.line = problem, line
        super().__init__(problem)


class _Anchored(NamedTuple):
    value: Any
    size: int


def value(text: str) -> Any:
    """The JSON value of one document's text (None for an empty one). Raises YamlError."""
    try:
        return _Builder(yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_words(error), mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise YamlError(f"is not YAML: {str(error).splitlines()[0]}", 0) from None


def scalar(text: str) -> Any:
    """What a plain scalar stands for: a boolean, a number, None, or itself. Raises ValueError for NaN and infinity."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _NOT_JSON.fullmatch(text):
        raise ValueError(f"{text} has no place in JSON")
    plain = text.replace("_", "") if text[0] != "." else text
    if found := _INTEGER.fullmatch(plain):
        sign, hexadecimal, binary, octal, decimal = found.groups()
        digits, base = next((d, b) for d, b in ((hexadecimal, 16), (binary, 2), (octal, 8), (decimal, 10)) if d)
        if len(digits) <= 64:  # nothing longer fits 64 bits; a longer decimal is a float, below
            number = int(sign + digits, base)
            if _LEAST <= number < _LARGEST:
                return number
    if _FLOAT.fullmatch(plain):
        real = float(plain)
        if real in (float("inf"), float("-inf")):
            return text
        return int(real) if real.is_integer() and abs(real) < 2**63 else real
    return text


class _Builder:
    """One document's value from its events."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.anchors: dict[str, _Anchored] = {}
        self.size = self.aliased = 0

    def document(self) -> Any:
        found = None
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                found = self.node(event, 0)
        return found

    def node(self, event: yaml.NodeEvent, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.size
        self.size += 1
        if isinstance(event, yaml.ScalarEvent):
            found = _scalar(event)
        elif depth >= DEEPEST:
            raise _error(event, f"more than {DEEPEST} mappings and lists inside each other")
        elif isinstance(event, yaml.SequenceStartEvent):
            found = [self.node(e, depth + 1) for e in iter(self._next, None)]
        else:
            found = self._mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(found, self.size - before)
        return found

    def _next(self) -> yaml.NodeEvent | None:
        """The next value's first event; None at the end of a collection."""
        event = next(self.events)
        return event if isinstance(event, yaml.NodeEvent) else None

    def _following(self, depth: int) -> Any:
        """The value after a key, which always has one."""
        event = self._next()
        assert event is not None
        return self.node(event, depth + 1)

    def _alias(self, event: yaml.AliasEvent) -> Any:
        anchored = self.anchors.get(event.anchor or "")
        if anchored is None:
            raise _error(event, f"the alias *{event.anchor} stands for nothing before it")
        self.aliased += anchored.size
        self.size += anchored.size
        if self.aliased > MOST_ALIASED:
            raise _error(event, f"aliases stand for more than {MOST_ALIASED} values: an alias bomb")
        return anchored.value

    def _mapping(self, start: yaml.Event, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[Any] = []
        for event in iter(self._next, None):
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
                merged.append(self._following(depth))
                continue
            key = _key(event, self.node(event, depth + 1))
            if key in found:
                raise _error(event, f"the key {key!r} stands twice in one mapping")
            found[key] = self._following(depth)
        for source in [m for one in merged for m in (one if isinstance(one, list) else [one])]:  # the first says most
            if not isinstance(source, dict):
                raise _error(start, "<< merges something that is no mapping")
            found = {**source, **found}
        return found


def _scalar(event: yaml.ScalarEvent) -> Any:
    tag = event.tag or "!"
    try:
        if tag == "!":
            return scalar(event.value) if event.implicit[0] else event.value
        name = tag.removeprefix(_TAG)
        if name not in _TAGGED:
            raise _error(event, f"the tag {tag.replace(_TAG, '!!')} is not one that Kubernetes reads")
        found = event.value if name == "str" else scalar(event.value)
    except ValueError as error:
        raise _error(event, str(error)) from None
    if not isinstance(found, _TAGGED[name]):
        raise _error(event, f"{event.value!r} is not of the tag !!{name}")
    return found


def _key(event: yaml.Event, key: Any) -> str:
    """A key as text: numbers and booleans are written out, as sigs.k8s.io/yaml does."""
    match key:
        case str():
            return key
        case bool():
            return "true" if key else "false"
        case int() | float():
            return str(key)
        case _:
            raise _error(event, "a key must be text, a number or a boolean")


def _error(event: yaml.Event, problem: str) -> YamlError:
    mark = event.start_mark
    return YamlError(problem, mark.line + 1 if mark else 0)


def _words(error: yaml.MarkedYAMLError) -> str:
    said = ", ".join(part for part in (error.problem, error.context) if part)
    return f"is not YAML: {said}"
