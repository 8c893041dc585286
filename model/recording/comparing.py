"""In what two of our objects differ: path, what was predicted, what was seen. Nothing where they are equal.

Conditions and lists of names are compared as sets, times within `TOLERANCE` seconds. Not compared: uids and
resourceVersions, which are anybody's, addresses, and the manifest that a pod was made of (it is in `spec` and `run`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

TOLERANCE = 2
"""Seconds by which the times of a prediction may be off: times have whole seconds, and clocks and ours differ."""

_LEFT_OUT = frozenset({"resource_version", "manifest", "container_id", "ips"})
_TIMES = frozenset({"start_time", "completion_time", "last_scale_time", "last_schedule_time", "last_successful_time"})


_CLOCKED = frozenset({"endpoints.kubernetes.io/last-change-trigger-time"})
"""Annotations that hold no more than a time."""


class Difference(NamedTuple):
    """A value that is not as predicted, at a path of our object."""

    path: str
    predicted: Any
    seen: Any

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.predicted)} predicted, {_shown(self.seen)} seen"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, msgspec.Struct):
        told = [f"{name}={getattr(value, name)!r}" for name in value.__struct_fields__ if getattr(value, name)]
        return f"{type(value).__name__}({', '.join(told)})"
    return repr(value)


def differences(predicted: Any, seen: Any, *, tolerance: int = TOLERANCE) -> Iterator[Difference]:
    """All in which the two differ, in the order of their fields."""
    return _compared(predicted, seen, "", "", tolerance)


def same(predicted: Any, seen: Any) -> bool:
    """Whether they do not differ."""
    return next(differences(predicted, seen), None) is None


def _compared(predicted: Any, seen: Any, path: str, name: str, tolerance: int) -> Iterator[Difference]:
    if predicted is seen:
        return
    if name == "conditions" and _is_list(predicted) and _is_list(seen) and not hasattr(predicted, "_fields"):
        yield from _mapped(_by_type(predicted), _by_type(seen), path, tolerance)
    elif isinstance(predicted, msgspec.Struct) and type(predicted) is type(seen):
        for field in predicted.__struct_fields__:
            if field not in _LEFT_OUT and not (field == "uid" and name in ("meta", "owners")):
                below = f"{path}.{field}" if path else field
                yield from _compared(getattr(predicted, field), getattr(seen, field), below, field, tolerance)
    elif isinstance(predicted, Mapping) and isinstance(seen, Mapping):
        yield from _mapped(predicted, seen, path, tolerance)
    elif _are_as_long(predicted, seen):
        yield from _listed(predicted, seen, path, name, tolerance)
    elif predicted != seen and not (_is_time(name) and _near(predicted, seen, tolerance)):
        yield Difference(path, predicted, seen)


def _listed(predicted: Any, seen: Any, path: str, name: str, tolerance: int) -> Iterator[Difference]:
    """Lists of one length; of a named tuple each field by its name."""
    if fields := getattr(predicted, "_fields", ()):
        for field, one, other in zip(fields, predicted, seen, strict=True):
            yield from _compared(one, other, f"{path}.{field}", field, tolerance)
        return
    if all(isinstance(one, str) for one in (*predicted, *seen)):
        predicted, seen = sorted(predicted), sorted(seen)
    for at, (one, other) in enumerate(zip(predicted, seen, strict=True)):
        yield from _compared(one, other, f"{path}[{at}]", name, tolerance)


def _mapped(predicted: Mapping[Any, Any], seen: Mapping[Any, Any], path: str, tolerance: int) -> Iterator[Difference]:
    for key in sorted({*predicted, *seen} - _CLOCKED, key=str):
        yield from _compared(predicted.get(key), seen.get(key), f"{path}[{key}]", "", tolerance)


def _by_type(conditions: Any) -> Mapping[str, Any]:
    return {one.type: one for one in conditions}


def _are_as_long(one: Any, other: Any) -> bool:
    """Whether both are lists, of one length."""
    return _is_list(one) and _is_list(other) and len(one) == len(other)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _is_time(name: str) -> bool:
    return name.endswith("_at") or name in _TIMES


def _near(one: Any, other: Any, tolerance: int) -> bool:
    return isinstance(one, int) and isinstance(other, int) and abs(one - other) <= tolerance
