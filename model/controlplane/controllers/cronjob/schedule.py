"""When a schedule comes due: robfig/cron v3 as Kubernetes uses it (ParseStandard and Next, v3.0.1).

Why it is told here and not taken from a library: docs/decisions/cron-told-to-the-letter.md.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.controlplane.controllers.cronjob.zones import HOUR, MINUTE, Civil, Zone
from kubeproof.model.logic.golang import ZERO_TIME

_YEARS = 5
"""How far ahead a time is looked for."""


class Field(NamedTuple):
    """The values that a field of a schedule lets through; `star`: it does not restrict the day."""

    values: frozenset[int]
    star: bool = False


class _Walk(NamedTuple):
    """Where the search for the next time is. `moved`: what is smaller than the field that moved starts from nothing.

    `wrapped`: a field began anew, so the larger ones are looked at again.
    """

    at: int
    moved: bool = False
    wrapped: bool = False


class Calendar(NamedTuple):
    """A schedule of minutes, hours and days as the clocks of a zone show them."""

    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field
    zone: Zone

    def next(self, after: int) -> int:
        """The first time after that, in seconds since 1970; Go's zero time where none comes within five years.

        Local times that are skipped in spring do not come; of those that come twice in autumn each does.
        """
        if not self.minute.values or not self.hour.values:
            return ZERO_TIME
        walk = _Walk(after + 1)
        last_year = self.zone.civil(walk.at).year + _YEARS
        while self.zone.civil(walk.at).year <= last_year:
            for to in (self._to_month, self._to_day, self._to_hour, self._to_minute, self._to_second):
                walk = to(walk)
                if walk.wrapped:
                    walk = walk._replace(wrapped=False)
                    break
            else:
                return walk.at
        return ZERO_TIME

    def _to_month(self, walk: _Walk) -> _Walk:
        while (at := self.zone.civil(walk.at)).month not in self.month.values:
            if not walk.moved:
                at = self.zone.civil(self.zone.instant(at.year, at.month, 1))
            walk = _Walk(self.zone.instant(at.year, at.month + 1, at.day, at[3:]), moved=True)
            if self.zone.civil(walk.at).month == 1:
                return walk._replace(wrapped=True)
        return walk

    def _to_day(self, walk: _Walk) -> _Walk:
        while not self._on_day(at := self.zone.civil(walk.at)):
            if not walk.moved:
                at = self.zone.civil(self.zone.instant(at.year, at.month, at.day))
            tomorrow = self.zone.instant(at.year, at.month, at.day + 1, at[3:])
            hour = self.zone.civil(tomorrow).hour
            # where clocks change at midnight: to what should be midnight, forwards or back
            tomorrow += (24 - hour if hour > 12 else -hour) * HOUR
            walk = _Walk(tomorrow, moved=True)
            if self.zone.civil(tomorrow).day == 1:
                return walk._replace(wrapped=True)
        return walk

    def _to_hour(self, walk: _Walk) -> _Walk:
        while (at := self.zone.civil(walk.at)).hour not in self.hour.values:
            walk = _Walk(
                (walk.at if walk.moved else self.zone.instant(at.year, at.month, at.day, (at.hour,))) + HOUR, moved=True
            )
            # a day whose midnight is skipped is entered without a look at the calendar, as upstream does
            if self.zone.civil(walk.at).hour == 0:
                return walk._replace(wrapped=True)
        return walk

    def _to_minute(self, walk: _Walk) -> _Walk:
        while self.zone.civil(walk.at).minute not in self.minute.values:
            walk = _Walk((walk.at if walk.moved else walk.at - walk.at % MINUTE) + MINUTE, moved=True)
            if self.zone.civil(walk.at).minute == 0:
                return walk._replace(wrapped=True)
        return walk

    def _to_second(self, walk: _Walk) -> _Walk:
        second = self.zone.civil(walk.at).second
        return walk if second == 0 else _Walk(walk.at + MINUTE - second, moved=True, wrapped=True)

    def _on_day(self, shown: Civil) -> bool:
        """Whether day and weekday let the date through: both must where one is a star, else one is enough."""
        on_day, on_weekday = shown.day in self.day.values, shown.weekday in self.weekday.values
        return on_day and on_weekday if self.day.star or self.weekday.star else on_day or on_weekday


class Every(NamedTuple):
    """A schedule of equal distances, in seconds, from whatever time one asks about."""

    seconds: int

    def next(self, after: int) -> int:
        """The time one distance later, in seconds since 1970."""
        return after + self.seconds


Schedule = Calendar | Every
