"""Laws watched while a world runs: each is asked at every step, and the first that is broken stops the run.

What holds in the end is asked where a run has come to rest (`ended`). How often each law had anything to speak of is
counted, as one that never had was not tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubeproof.model.logic.golang import duration
from kubeproof.model.story.ending import ending
from kubeproof.model.world import Event, World
from kubeproof.properties.world_law import Form, WorldLaw


class BrokenLaw(AssertionError):
    """A law that does not hold (a `sometimes`: that was seen), and the world (of a step: the one behind it) that shows
    it."""

    def __init__(self, law: WorldLaw, world: World) -> None:
        self.law, self.world = law, world
        what = "seen" if law.form is Form.SOMETIMES else "broken"
        super().__init__(f"{law.name}: {what} at {duration(world.now)}")


class Watch:
    """The laws that are watched. `asked`: how often each was asked of what it speaks of; one about the end is asked in
    a run where at some time there was such a thing."""

    def __init__(self, laws: Sequence[WorldLaw]) -> None:
        self.asked: Counter[str] = Counter()
        self._worlds = [law for law in laws if law.form in (Form.ALWAYS, Form.SOMETIMES)]
        self._steps = [law for law in laws if law.form is Form.EVERY_STEP]
        self._ends = [law for law in laws if law.form is Form.IN_THE_END]
        self._unmet = list(self._ends)

    def on_step(self, before: World, events: Sequence[Event], after: World) -> None:
        """Looks at a step and at the world behind it. Raises BrokenLaw."""
        for law in self._steps:
            if _is_about(law, after):
                self.asked[law.name] += 1
                if not law.across(before, events, after):
                    raise BrokenLaw(law, after)
        self.at(after)

    def at(self, world: World) -> None:
        """Looks at a world. Raises BrokenLaw."""
        self._unmet = [law for law in self._unmet if not _is_about(law, world)]
        for law in self._worlds:
            if _is_about(law, world):
                self.asked[law.name] += 1
                if law.condition(world) is (law.form is Form.SOMETIMES):
                    raise BrokenLaw(law, world)

    def ended(self, world: World) -> None:
        """Looks at a world that has come to rest. Raises BrokenLaw."""
        for law in self._ends:
            if law not in self._unmet:
                self.asked[law.name] += 1
            if not law.condition(world):
                raise BrokenLaw(law, world)


def _is_about(law: WorldLaw, world: World) -> bool:
    return law.premise is None or law.premise(world)


def at_rest(world: World, events: Sequence[Event], start: int, *, rests: bool) -> bool:
    """Whether a run since `start` (seconds) has come to rest: nothing changes any more, and nothing is tried again."""
    return ending(world, events, start, world.now, rests=rests).stable
