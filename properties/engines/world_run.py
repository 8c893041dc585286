"""One run of a world that is told what happens, with its laws watched; and what was done, to be done again.

The same as the library's World (kubeproof/worlds.py) step for step, but that it moves, and stands below the front door.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from kubeproof.model import choices, play
from kubeproof.model.behaviour import ENVIRONMENT
from kubeproof.model.component import Component
from kubeproof.model.manifests.stated import Input, stated, stated_text
from kubeproof.model.play import USER, Played, Setup
from kubeproof.model.script import parsed
from kubeproof.model.story.lines import is_news
from kubeproof.model.trace import Trace, Word
from kubeproof.model.world import Event, World
from kubeproof.model.world_trace import Done
from kubeproof.properties.engines import world_story
from kubeproof.properties.engines.watching import BrokenLaw, Watch, at_rest
from kubeproof.properties.engines.world_steps import Step
from kubeproof.properties.engines.world_story import NotReplayed, Stage, summary
from kubeproof.properties.world_law import WorldLaw

HORIZON = 3600
"""Seconds that a run is given to come to rest, unless told."""


OUTSIDE = frozenset({USER, ENVIRONMENT.lower()})
"""Who does what components do not."""


class Start(NamedTuple):
    """What a world begins with: files and folders, nodes as a sketch, manifests that are applied then, and which
    components of one's own run in it."""

    files: tuple[str, ...] = ()
    nodes: str = ""
    manifests: tuple[str, ...] = ()
    own: tuple[Component, ...] = ()
    found: Input | None = None

    def read(self) -> Input:
        """Its files and nodes. Raises BadInput."""
        return stated(self.files, nodes=self.nodes) if self.found is None else self.found


class Run:
    """A world that moves. `done` is what was done to it so far, the step that is being done included; `stages` are the
    looks and requests that came of it."""

    def __init__(self, start: Start, laws: Sequence[WorldLaw]) -> None:
        self.start, self.watch = start, Watch(laws)
        self.done: list[Done] = []
        self.stages: list[Stage] = []
        self.setup, self.world = Setup(own=start.own, on_step=self._on_step), World()

    @property
    def events(self) -> list[Event]:
        """All that has happened."""
        return [event for stage in self.stages for event in stage.events if is_news(event)]

    def begin(self) -> None:
        """Begins, and applies what is to be applied. Raises BrokenLaw, and BadInput for what cannot be read."""
        self._after(play.begun(self.setup, self.start.read()))
        for text in self.start.manifests:
            self.apply(text)

    def apply(self, text: str) -> None:
        """Applies manifests, before anybody looks."""
        self.done.append(Done("apply-text", text))
        self._after(play.apply(self.setup, self.world, stated_text(text, known=self.setup.inputs)))

    def step(self, name: str, fields: dict[str, Any]) -> Sequence[Event]:
        """Takes a step of a script, before anybody looks; its events. Raises BadInput where it cannot be done."""
        told = msgspec.json.encode([{"at": self.world.now, name: fields}]).decode()
        self.done.append(Done("step", told))
        played = play.play(self.setup, self.world, self.world.now, parsed(told), looks=False)
        happened = tuple(event for event in played.events if event.key.kind == ENVIRONMENT)
        if happened:
            self.stages.append(Stage(played.world, happened))
        self._after(played)
        return played.events

    def advance(self, seconds: int) -> None:
        """Lets time pass: everybody does what they have to do."""
        self.done.append(Done("advance", str(seconds)))
        self._after(play.play(self.setup, self.world, self.world.now + seconds))

    def looks(self) -> Sequence[str]:
        """Who would change something now."""
        return [one.name for one in choices.choices(self.setup, self.world) if one.events]

    def look(self, name: str) -> None:
        """One component looks."""
        self.done.append(Done("take", name))
        self.world = choices.take(self.setup, self.world, name).world
        self.watch.at(self.world)

    def rest(self, horizon: int = HORIZON) -> bool:
        """Whether it comes to rest in so many seconds; then it asks what must hold in the end. Raises BrokenLaw."""
        self.done.append(Done("rest", str(horizon)))
        start = self.world.now
        played = play.play(self.setup, self.world, start + horizon)
        self._after(played)
        resting = at_rest(self.world, played.events, start, rests=played.rests)
        if resting:
            self.watch.ended(self.world)
        return resting

    def _after(self, played: Played) -> None:
        self.setup, self.world = played.setup, played.world
        self.watch.at(self.world)

    def _on_step(self, before: World, events: Sequence[Event], after: World) -> None:
        self.stages.append(Stage(after, tuple(events)))
        self.watch.on_step(before, events, after)


def told(start: Start, done: Sequence[Done], law: WorldLaw) -> Trace:
    """The same done again, as a trace that ends where the law is broken. Raises NotReplayed where it is not."""
    run = Run(start, [law])
    try:
        run.begin()
        for one in done[len(start.manifests) :]:
            _do(run, one)
    except BrokenLaw:
        seen: list[Stage] = [Stage(World())]
        for stage in run.stages:
            if stage.events[0].by in OUTSIDE or _state(stage.world) != _state(seen[-1].world):
                seen.append(stage)
        steps = [Step(stage.events[0].by, stage.events[0].write.why) for stage in seen[1:]]
        return world_story.told("cluster", seen, steps)
    raise NotReplayed(f"{law.name}: done again, it holds")


def _state(world: World) -> Sequence[tuple[str, Word]]:
    return [one for one in summary(world) if one[0] != "time"]


def _do(run: Run, one: Done) -> None:
    match one.what:
        case "step":
            [(name, fields)] = [(key, value) for key, value in msgspec.json.decode(one.told)[0].items() if key != "at"]
            run.step(name, fields)
        case "advance":
            run.advance(int(one.told))
        case "take":
            run.look(one.told)
        case "rest":
            run.rest(int(one.told))
        case _:
            run.apply(one.told)
