"""A refused field and its text, as apimachinery's field.Error writes it (util/validation/field, v1.36.2).

`path` is dotted from the object's root (spec.containers[0].name). Values are decoded JSON and are shown as Go shows
them: text quoted, structs as JSON. `HIDDEN` stands for a value of an internal Go type, whose JSON is not modelled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kubeproof.model.logic.golang import quoted

Json = Any


class _Mark:
    """A value that stands for itself: its text is never that of a field."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


HIDDEN = _Mark("\x00")
"""The dump of an internal Go struct: what it says is not modelled."""

OMITTED = _Mark("")
"""A value that is not told at all (field.OmitValueType)."""


class Problem(NamedTuple):
    """One refused field. `type`: upstream's words for what is wrong (Invalid value, Required value, ...)."""

    path: str
    type: str
    value: Json = OMITTED
    detail: str = ""

    @property
    def body(self) -> str:
        """The text without the path, which is a cause's message."""
        shown = self.type if self.value is OMITTED else f"{self.type}: {go_text(self.value)}"
        return f"{shown}: {self.detail}" if self.detail else shown

    @property
    def text(self) -> str:
        """The path and what is wrong there."""
        return f"{self.path}: {self.body}"


Problems = Iterator[Problem]


def invalid(path: str, value: Json, detail: str) -> Problem:
    """A value that is not allowed."""
    return Problem(path, "Invalid value", value, detail)


def required(path: str, detail: str = "") -> Problem:
    """A field that is missing."""
    return Problem(path, "Required value", OMITTED, detail)


def forbidden(path: str, detail: str) -> Problem:
    """A field that may not be given here."""
    return Problem(path, "Forbidden", OMITTED, detail)


def duplicate(path: str, value: Json) -> Problem:
    """A value that is there already."""
    return Problem(path, "Duplicate value", value)


def not_found(path: str, value: Json) -> Problem:
    """A name of something that is not there."""
    return Problem(path, "Not found", value)


def too_long(path: str, most: int) -> Problem:
    """Text of more than `most` bytes."""
    return Problem(path, "Too long", OMITTED, f"may not be more than {most} bytes")


def unsupported(path: str, value: Json, known: Iterable[str]) -> Problem:
    """A value that is none of the known ones, which are listed in this order."""
    return Problem(path, "Unsupported value", value, "supported values: " + ", ".join(map(quoted, known)))


def immutable(path: str, new: Json, old: Json, shown: Json = OMITTED) -> Problems:
    """A field that has changed and may not (ValidateImmutableField); `shown` instead of the new value, if given."""
    if new != old:
        yield invalid(path, new if shown is OMITTED else shown, "field is immutable")


def at_least_zero(path: str, value: int | None) -> Problems:
    """A number below zero (ValidateNonnegativeField); None is no number."""
    if value is not None and value < 0:
        yield invalid(path, value, "must be greater than or equal to 0")


def go_text(value: Json) -> str:
    """A value as field.Error shows it."""
    if isinstance(value, _Mark):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
