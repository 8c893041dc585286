"""Two looks that have nothing to do with each other are explored in one order: sleep sets (Godefroid, 1996).

Where two components could look next, and neither sees or writes what the other writes, both orders end in one world. So
once the first was explored, it sleeps in the world behind the second, until somebody does what it has to do with. All
worlds are met all the same, by ways that are as short; only steps are left out. That is why the search leaves this out
where a law is about steps or about ends. The environment and the clock have to do with everybody.
A look that sleeps is known by what it looks at, told as in the key of the world (world_keys.py), so that it is found
again in a world that is the same but for names; where it could be mistaken there, it does not sleep.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping

from kubeproof.properties.engines.world_effects import Footprint
from kubeproof.properties.engines.world_plans import Whose
from kubeproof.properties.engines.world_steps import Taken
from kubeproof.properties.engines.world_told import Naming

Identity = tuple[int, Hashable]
"""A look by what does not depend on names: the number of its component, and what the key tells of its object."""


Sleepers = Mapping[Identity, tuple[Whose, Footprint]]


class Sleeping:
    """The looks that sleep in each world of a search."""

    def __init__(self) -> None:
        self._known: dict[int, Sleepers] = {}
        self._apart: dict[tuple[int, int], tuple[Footprint, Footprint, bool]] = {}

    def of(self, number: int) -> frozenset[Whose]:
        """Those that sleep in a world."""
        return frozenset(whose for whose, _ in self._known.get(number, {}).values())

    def behind(self, number: int, found: Iterable[Taken]) -> list[dict[Whose, Footprint]]:
        """For each step from a world, in order, who sleeps behind it."""
        asleep = dict(self._known.get(number, {}).values())
        behind: list[dict[Whose, Footprint]] = []
        last: tuple[Whose, Footprint] | None = None
        for taken in found:
            whose, own = taken.whose, taken.footprint
            if last is not None and last[0] != whose:
                asleep[last[0]] = last[1]
            last = None if whose is None or own is None else (whose, own)
            behind.append(
                {} if own is None else {one: other for one, other in asleep.items() if self._are_apart(own, other)}
            )
        return behind

    def _are_apart(self, one: Footprint, other: Footprint) -> bool:
        known = self._apart.get((id(one), id(other)))
        if known is None:
            known = self._apart[id(one), id(other)] = one, other, one.apart(other)
        return known[2]

    def arrived(self, number: int, naming: Naming, asleep: Mapping[Whose, Footprint], *, new: bool) -> frozenset[Whose]:
        """Takes note of those who sleep in a world as it was come to now; who no longer sleeps there."""
        ids = {self._identity(whose, naming): (whose, footprint) for whose, footprint in asleep.items()}
        known = self._known.get(number, {})
        if new:
            self._known[number] = {one: both for one, both in ids.items() if one is not None}
            return frozenset()
        if known:
            self._known[number] = {one: both for one, both in known.items() if one in ids}
        return frozenset(whose for one, (whose, _) in known.items() if one not in ids)

    def _identity(self, whose: Whose, naming: Naming) -> Identity | None:
        number, key = whose
        found = naming.identity(key)
        return None if found is None else (number, found)


def asleep_in(sleeping: Sleeping | None, number: int) -> Collection[Whose]:
    """Who sleeps in a world; nobody where no look is left out."""
    return sleeping.of(number) if sleeping is not None else ()
