"""What a component that decided on an older object does to the newer one: it changes what it wanted to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from immutables import Map
from msgspec.structs import replace


def rebased(base: Any, wanted: Any, current: Any) -> Any:
    """`current` with all in which `wanted` differs from `base`, as a patch or a retry after a conflict makes it.

    Structs and maps go field by field and key by key, conditions type by type; anything else is taken whole.
    """
    if base is current or wanted == current:
        return wanted
    if wanted == base:
        return current
    if isinstance(base, msgspec.Struct) and type(base) is type(wanted) is type(current):
        changes = {
            name: _MERGED.get(name, rebased)(*of)
            for name, of in ((n, (getattr(base, n), getattr(wanted, n), getattr(current, n))) for n in _fields(base))
            if of[0] != of[1]
        }
        return replace(current, **changes)
    if isinstance(base, Map) and isinstance(wanted, Map) and isinstance(current, Map):
        return _mapped(base, wanted, current)
    return wanted


def _fields(struct: msgspec.Struct) -> tuple[str, ...]:
    return struct.__struct_fields__


def _mapped(base: Mapping[Any, Any], wanted: Mapping[Any, Any], current: Mapping[Any, Any]) -> Map[Any, Any]:
    merged = dict(current)
    for key in {*base, *wanted}:
        if base.get(key) != wanted.get(key):
            if key in wanted:
                merged[key] = wanted[key]
            else:
                merged.pop(key, None)
    return Map(merged)


def _conditions(base: Any, wanted: Any, current: Any) -> Any:
    of_base, of_wanted = ({one.type: one for one in conditions} for conditions in (base, wanted))
    changed = {kind for kind in {*of_base, *of_wanted} if of_base.get(kind) != of_wanted.get(kind)}
    kept = [of_wanted.get(one.type) if one.type in changed else one for one in current]
    there = {one.type for one in current}
    added = [one for one in wanted if one.type in changed and one.type not in there]
    return cast("Any", tuple(one for one in (*kept, *added) if one is not None))


def _members(base: Any, wanted: Any, current: Any) -> Any:
    """What was added is added, what was taken out is taken out."""
    kept = [one for one in current if one in wanted or one not in base]
    return (*kept, *(one for one in wanted if one not in base and one not in kept))


_MERGED = {"conditions": _conditions, "taints": _members, "finalizers": _members, "owners": _members}
