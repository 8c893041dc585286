"""What is seen in a run of a world: which laws it decides, and whether it rests or comes back to where it was.

A world that comes back with the same key (world_keys.py) goes on as it did: at rest but for clocks and memories where
no object has changed in between, else going round for ever.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.world import World
from kubeproof.properties.engines.world_happenings import Happening
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_steps import CLOCK
from kubeproof.properties.world_law import Form, WorldLaw


class Found(NamedTuple):
    """What decides a law: so many happenings of a run; `loop`: the one after which it repeats."""

    run: int
    past: tuple[Happening, ...]
    why: str = ""
    loop: int | None = None


class Watch:
    """The laws that are still open, and one run. `ended`: what becomes of it in the end is known."""

    def __init__(self, laws: dict[int, WorldLaw], keys: Keys, run: int) -> None:
        self.found: dict[int, Found] = {}
        self.past: list[Happening] = []
        self.ended = False
        self._keys, self._run, self._open = keys, run, dict(laws)
        self._worlds: dict[bytes, int] = {}
        self._writes, self._next = 0, 0
        self._written: list[int] = []
        self._last: World | None = None

    def sees(self, one: Happening, first: World) -> bool:
        """Takes note of the next happening; whether the run is over."""
        if self._last is None:
            self._look_at(first)
        before = first if self._last is None else self._last
        self._writes += one.world.store is not before.store
        self.past.append(one)
        self._written.append(self._writes)
        if one.events:
            self._look_across(before, one)
        if one.world is not before:
            self._look_at(one.world)
        self._last = one.world
        return (one.quiet and self._comes_back(one)) or not self._open

    def _look_at(self, world: World) -> None:
        for at, law in list(self._open.items()):
            decides = law.form in (Form.ALWAYS, Form.SOMETIMES)
            if decides and law.condition(world) is (law.form is Form.SOMETIMES):
                self._decided(at)

    def _look_across(self, before: World, one: Happening) -> None:
        for at, law in list(self._open.items()):
            if law.form is Form.EVERY_STEP and not law.across(before, one.events, one.world):
                self._decided(at)

    def _comes_back(self, one: Happening) -> bool:
        """Whether the world is one that was there before, so that all goes on as it did."""
        here = len(self.past) - 1
        if one.rests:
            self.ended = True
            self._in_the_end(here, "deadlock: nobody has anything to do any more, and it does not hold")
            return not any(one.left)
        if one.world.now < self._next:
            return False  # the clock cannot have gone round yet
        self._next = one.world.now + self._keys.period
        there = self._worlds.setdefault(self._keys.key(one.world, one.left), here)
        if there == here:
            return False
        self.ended = True
        round_ = self.past[there + 1 :]
        if self._written[there] != self._written[here]:
            who = ", ".join(sorted({past.step.by for past in round_ if past.events}))
            self._in_the_end(there, f"oscillation: {who} go round for ever", whatever=True)
            return True
        who = ", ".join(sorted({past.step.by for past in round_ if past.step.by != CLOCK})) or CLOCK
        why = f"it waits for ever: {who} looks again and again, no object changes, and it does not hold"
        self._in_the_end(there, why)
        return not any(one.left)

    def _in_the_end(self, loop: int, why: str, *, whatever: bool = False) -> None:
        worlds = [one.world for one in self.past[loop:]]
        for at, law in list(self._open.items()):
            if law.form is Form.IN_THE_END and (whatever or not all(map(law.condition, worlds))):
                self._decided(at, why, loop)

    def _decided(self, at: int, why: str = "", loop: int | None = None) -> None:
        del self._open[at]
        self.found[at] = Found(self._run, tuple(self.past), why, loop)
