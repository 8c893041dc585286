"""What a schedule's text means: five fields, or a descriptor such as @daily or @every 1h (robfig/cron v3.0.1).

Sunday is 0 and never 7; a star with a step restricts the day like a list would; "?" is a star; names are of any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kubeproof.model.controlplane.controllers.cronjob.schedule import Calendar, Every, Field, Schedule
from kubeproof.model.controlplane.controllers.cronjob.zones import UTC_ZONE, UnknownTimeZone, Zone, load
from kubeproof.model.errors import KubeproofError, printable
from kubeproof.model.logic.goduration import BadDuration, nanoseconds
from kubeproof.model.objects.selectors import integer

_SECOND = 1_000_000_000


class _Bounds(NamedTuple):
    first: int
    last: int
    names: Mapping[str, int] = {}


def _names(first: int, names: str) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names.split(), first)}


_MINUTE, _HOUR, _DAY = _Bounds(0, 59), _Bounds(0, 23), _Bounds(1, 31)
_MONTH = _Bounds(1, 12, _names(1, "jan feb mar apr may jun jul aug sep oct nov dec"))
_WEEKDAY = _Bounds(0, 6, _names(0, "sun mon tue wed thu fri sat"))
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "


class BadSchedule(KubeproofError, ValueError):
    """A text that is no schedule; says why in robfig/cron's words."""

    def __init__(self, problem: str) -> None:
        super().__init__(printable(problem))


def parse(text: str) -> Schedule:
    """The schedule of a text, which may begin with TZ=name or CRON_TZ=name (ParseStandard). Raises BadSchedule."""
    if not text:
        raise BadSchedule("empty spec string")
    zone = UTC_ZONE
    if text.startswith(("TZ=", "CRON_TZ=")):
        named, space, text = text.partition(" ")
        if not space:
            raise BadSchedule(f"no schedule behind the time zone: {named}")  # upstream panics
        zone, text = _zone(named.partition("=")[2]), text.strip()
    if text.startswith(_EVERY):
        return _every(text)
    if text.startswith("@"):
        if text not in _DESCRIPTORS:
            raise BadSchedule(f"unrecognized descriptor: {text}")
        text = _DESCRIPTORS[text]
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise BadSchedule(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    minute, hour, day, month, weekday = (_field(field, bounds) for field, bounds in zip(fields, _FIELDS, strict=True))
    return Calendar(minute, hour, day, month, weekday, zone)


def _zone(name: str) -> Zone:
    try:
        return load(name)
    except UnknownTimeZone as error:
        raise BadSchedule(f"provided bad location {name}: {error}") from None


def _every(text: str) -> Every:
    """Whole seconds, at least one."""
    try:
        length = nanoseconds(text.removeprefix(_EVERY))
    except BadDuration as error:
        raise BadSchedule(f"failed to parse duration {text}: {error}") from None
    return Every(max(1, length // _SECOND))


def _field(text: str, bounds: _Bounds) -> Field:
    """What a list of ranges lets through; a list of nothing, such as ",", nothing (getField)."""
    parts = [_range(part, bounds) for part in text.split(",") if part]
    return Field(frozenset().union(*(part.values for part in parts)), any(part.star for part in parts))


def _range(text: str, bounds: _Bounds) -> Field:
    """What one of `*`, `?`, number, first-last, each with a /step behind, lets through (getRange)."""
    span, *steps = text.split("/")
    low, *high = span.split("-")
    star = low in ("*", "?")
    if star:
        first, last = bounds.first, bounds.last
    else:
        first = _number(low, bounds)
        if len(high) > 1:
            raise BadSchedule(f"too many hyphens: {text}")
        last = _number(high[0], bounds) if high else first
    if len(steps) > 1:
        raise BadSchedule(f"too many slashes: {text}")
    step = _number(steps[0]) if steps else 1
    if steps and not high:
        last = bounds.last
    if first < bounds.first:
        raise BadSchedule(f"beginning of range ({first}) below minimum ({bounds.first}): {text}")
    if last > bounds.last:
        raise BadSchedule(f"end of range ({last}) above maximum ({bounds.last}): {text}")
    if first > last:
        raise BadSchedule(f"beginning of range ({first}) beyond end of range ({last}): {text}")
    if step == 0:
        raise BadSchedule(f"step of range should be a positive number: {text}")
    return Field(frozenset(range(first, last + 1, step)), star and step == 1)


def _number(text: str, bounds: _Bounds | None = None) -> int:
    named = bounds.names.get(text.lower()) if bounds else None
    if named is not None:
        return named
    number = integer(text)
    if number is None:
        raise BadSchedule(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    if number < 0:
        raise BadSchedule(f"negative number ({number}) not allowed: {text}")
    return number
