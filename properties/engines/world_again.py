"""Runs of clusters that were kept as data, done again on the full model (`again`), and whether they break a law.

A step is one look, one thing that the environment does, the clock, or (in random runs) all looks until nobody has
anything to do at the time any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kubeproof.model.component import Pick
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.errors import BadInput
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.trace import Did
from kubeproof.model.world import Event, Runner, World
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Chosen, Cluster, Order, State, Step, Steps
from kubeproof.properties.engines.world_story import EVERYBODY, NotReplayed, Stage, act_of, key_named
from kubeproof.properties.world_law import Form, WorldLaw


class Again(NamedTuple):
    """A run: its worlds, the step to each but the first, whether nobody has anything to do behind it (`rests`), and
    from which world on it repeats, if it does."""

    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    rests: bool
    loop: int | None


def again(cluster: Cluster, did: Iterable[Did]) -> Again:
    """The run. Raises NotReplayed where a step does nothing there, BadInput for one that is none."""
    work = _Work(cluster)
    for one in did:
        work.does(one)
    return Again(tuple(work.stages), tuple(work.steps), work.rests, _loop(cluster, work.stages, work.steps))


def breaks(law: WorldLaw, run: Again) -> bool:
    """Whether a run shows that a law does not hold."""
    match law.form:
        case Form.ALWAYS:
            return not all(law.condition(stage.world) for stage in run.stages)
        case Form.EVERY_STEP:
            pairs = zip(run.stages, run.stages[1:], strict=False)
            return not all(law.across(one.world, other.events, other.world) for one, other in pairs)
        case Form.SOMETIMES:
            return False
        case Form.IN_THE_END:
            return _not_in_the_end(law, run)


def _not_in_the_end(law: WorldLaw, run: Again) -> bool:
    first = len(run.stages) - 1 if run.loop is None else run.loop
    if run.loop is None and not run.rests:
        return False
    worlds = [stage.world for stage in run.stages[first:]]
    return not all(map(law.condition, worlds)) or any(one.store is not worlds[0].store for one in worlds)


def _loop(cluster: Cluster, stages: Sequence[Stage], steps: Sequence[Step]) -> int | None:
    """The latest world before the last that is the same but for names and the hour, with no step of the environment
    behind it: that owes nobody another one."""
    shapes = Shapes(name for move in cluster.moves for name in move.names)
    keys = Keys((one.name for one in cluster.components), shapes)
    last = keys.key(stages[-1].world)
    for at in reversed(range(len(steps))):
        if steps[at].by == ENVIRONMENT:
            return None
        if keys.key(stages[at].world) == last:
            return at
    return None


class _Work:
    """A run as far as it is done again."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._chosen = cluster, Chosen()
        self._runner = self._at(cluster.world)
        self.stages, self.steps = [Stage(cluster.world)], list[Step]()

    @property
    def rests(self) -> bool:
        """Whether nobody has anything to do any more."""
        if self._runner.next_at is None:
            return True
        found, _ = Steps(self._cluster._replace(moves=()), Order.CALM, Shapes()).of(State(self._runner.world))
        return not found

    def does(self, one: Did) -> None:
        """Does a step."""
        self._chosen.numbers, self._chosen.made = list(one.chose), []
        if one.by == EVERYBODY:
            for looked in self._runner.instant():
                if looked.events:
                    self._did(Step(looked.by, f"looks at {written(looked.key)}", looked.key), looked.events)
            return
        before = self._runner.world
        if one.by == CLOCK:
            self._clock(one.what)
        elif one.by == ENVIRONMENT:
            self._environment(one.what)
        elif one.by not in {component.name for component in self._cluster.components}:
            raise BadInput(f"there is no component {one.by!r}")
        else:
            key = key_named(one.what)
            self._did(Step(one.by, f"looks at {one.what}", key), self._runner.look(one.by, key))
        if self._runner.world == before:
            raise NotReplayed(f"{one.by}: {one.what} does nothing when it is done again")

    def _clock(self, what: str) -> None:
        if not (what.isascii() and what.isdecimal()):
            raise BadInput(f"{what!r} is no second that a clock could be set to")
        self._runner.advance(int(what))
        self._did(Step(CLOCK, f"wait until {duration(int(what))}", to=int(what)))

    def _environment(self, what: str) -> None:
        step = Step(ENVIRONMENT, what)
        act = act_of(self._cluster, self._runner.world, step)
        events = [self._runner.ask(write, ENVIRONMENT) for write in act.writes]
        after = act.outside(self._runner.world)
        if after is not self._runner.world:
            self._runner = self._at(after)
        self._did(step, events)

    def _did(self, step: Step, events: Iterable[Event] = ()) -> None:
        self.steps.append(step)
        self.stages.append(Stage(self._runner.world, tuple(events)))

    def _at(self, world: World) -> Runner:
        pick: Pick = self._chosen
        return Runner(world, self._cluster.components, self._cluster.server or Server(), pick)
