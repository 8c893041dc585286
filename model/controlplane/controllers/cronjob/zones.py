"""Calendar time in a time zone, with Go's rules for local times that do not exist or exist twice (package time).

Instants are whole seconds since 1970. The controller's own zone, "Local", is taken to be UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kubeproof.model.errors import KubeproofError, printable

DAY, HOUR, MINUTE = 86_400, 3_600, 60
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
_EPOCH = date(1970, 1, 1).toordinal() - 1
_FIRST, _LAST = (int(datetime(year, 6, 1, tzinfo=UTC).timestamp()) for year in (2, 9998))


class UnknownTimeZone(KubeproofError, ValueError):
    """A name that no time zone has."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(printable(f"unknown time zone {name}"))


class Civil(NamedTuple):
    """What calendar and clock show."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    @property
    def weekday(self) -> int:
        """0 for Sunday to 6 for Saturday."""
        return (_days(self.year, self.month, self.day) + 4) % 7


class Zone(NamedTuple):
    """A time zone. Before year 2 and after 9998 its first and last offsets hold."""

    name: str
    info: tzinfo

    def offset(self, instant: int) -> int:
        """How many seconds its clocks are ahead of UTC."""
        offset = datetime.fromtimestamp(min(max(instant, _FIRST), _LAST), self.info).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())

    def civil(self, instant: int) -> Civil:
        """What its clocks show then."""
        days, seconds = divmod(instant + self.offset(instant), DAY)
        cycle, rest = divmod(days + _EPOCH, _CYCLE_DAYS)
        day = date.fromordinal(rest + 1)
        hours, seconds = divmod(seconds, HOUR)
        return Civil(day.year + cycle * _CYCLE_YEARS, day.month, day.day, hours, *divmod(seconds, MINUTE))

    def instant(self, year: int, month: int, day: int, clock: tuple[int, ...] = ()) -> int:
        """When its clocks show that (time.Date): days and months may overflow.

        `clock`: hour, minute and second, midnight where left out. A time that does not exist is read with the offset of
        one side of the gap; one that exists twice is one of the two.
        """
        seconds = sum(count * unit for count, unit in zip(clock, (HOUR, MINUTE, 1), strict=False))
        shown = _days(year, month, day) * DAY + seconds
        return shown - self.offset(shown - self.offset(shown))

    def rfc3339(self, instant: int) -> str:
        """The instant as its clocks show it, with the offset: 2026-03-04T06:00:00-05:00."""
        at, offset = self.civil(instant), self.offset(instant)
        hours, minutes = divmod(abs(offset) // MINUTE, 60)
        suffix = f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}" if offset else "Z"
        return f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}{suffix}"


UTC_ZONE = Zone("UTC", UTC)


def load(name: str) -> Zone:
    """The time zone of a name (time.LoadLocation); "" and "Local" are UTC. Raises UnknownTimeZone."""
    if name in ("", "UTC", "Local"):
        return UTC_ZONE
    if ".." in name or name[0] in "/\\":
        raise UnknownTimeZone(name)
    try:
        return Zone(name, ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone(name) from None


def _days(year: int, month: int, day: int) -> int:
    """The days since 1970, of any year."""
    carry, month0 = divmod(month - 1, 12)
    cycle, year0 = divmod(year + carry - 1, _CYCLE_YEARS)
    return date(year0 + 1, month0 + 1, 1).toordinal() - 1 + day - 1 + cycle * _CYCLE_DAYS - _EPOCH
