"""All that may happen next in a world: looks of components with every choice, moves of the environment, the clock.

A look that changes nothing is no step, and while anybody has something to do the clock stands. `Order.CALM`: whoever
comes first in a fixed order has the next look, and the environment moves only when nobody has anything to do;
`Order.ATOMIC`: any of them may be next, and the environment at any time; `Order.INTERLEAVED`: as well between any two
requests of one look (world_flight.py).
A look is decided anew only where something that it saw has changed since the world before (world_plans.py).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple, Self

from kubeproof.model.component import Component, SortedEntries
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.numbering import apart
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, World
from kubeproof.properties.engines.world_effects import (
    NO_EFFECT,
    NOTHING_DONE,
    Carrier,
    Effect,
    Effects,
    Footprint,
    With,
)
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_plans import OfWorld, Planner, Plans, Touched, Whose
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_told import Told

CLOCK, ENVIRONMENT = "clock", "environment"


class Order(Enum):
    """Who may be next."""

    CALM = "calm"
    ATOMIC = "atomic"
    INTERLEAVED = "interleaved"


class _Cluster(NamedTuple):
    world: World
    components: Sequence[Component]
    moves: Sequence[Move] = ()
    server: Server | None = None
    subject: str = "cluster"


class Cluster(_Cluster):
    """What is searched: a world to start from, its components in the order in which they look, what may happen.

    The world's objects are numbered apart from then on, so that worlds share them (world_known.py).
    """

    def __new__(
        cls,
        world: World,
        components: Sequence[Component],
        moves: Sequence[Move] = (),
        server: Server | None = None,
        subject: str = "cluster",
    ) -> Self:
        """A cluster from these."""
        return super().__new__(cls, world._replace(store=apart(world.store)), components, moves, server, subject)


class Step(NamedTuple):
    """One step: who takes it and what it is called; of a look its object and what it chose, of the clock the time, of a
    move its number and that of the act. `stage`: what becomes of a look that is interleaved with others;
    `age`, `fresh`: how many requests old its view is, and whether that shows all that its component has deleted."""

    by: str
    name: str
    key: Key | None = None
    chose: tuple[int, ...] = ()
    to: int = 0
    stage: str = ""
    age: int = 0
    fresh: bool = True


class State(NamedTuple):
    """A world, and how often each move may still happen."""

    world: World
    left: tuple[int, ...] = ()


class Taken:
    """A step, and where it leads. `effect`: what it did to the objects and to what is remembered, None: nobody knows;
    `now`, `left`: of the state that it leads to, which is made when somebody asks for it. `whose`, `footprint`: of a
    look, where it is known what that has to do with."""

    __slots__ = ("_before", "_state", "effect", "events", "footprint", "left", "now", "step", "whose")

    def __init__(
        self,
        step: Step,
        before: State,
        effect: Effect | None = None,
        state: State | None = None,
        events: tuple[Event, ...] = (),
    ) -> None:
        self.step, self.effect, self._before, self._state = step, effect, before, state
        self.events = events if effect is None else effect.events
        after = before if state is None else state
        self.now, self.left = after.world.now, after.left
        self.whose: Whose | None = None
        self.footprint: Footprint | None = None

    @property
    def state(self) -> State:
        """Where it leads."""
        if self._state is None:
            assert self.effect is not None
            self._state = State(self.effect.on(self._before.world), self.left)
        return self._state

    @property
    def touched(self) -> Touched | None:
        """What it changed; None: nobody knows."""
        return None if self.effect is None else self.effect.touched

    @property
    def writes(self) -> bool:
        """Whether it changes objects."""
        if self.effect is not None:
            return self.effect.revisions > 0
        return self.state.world.store is not self._before.world.store


class Steps:
    """The steps of a cluster's worlds. `values`: theirs, where it is known what was decided before."""

    def __init__(self, cluster: Cluster, order: Order, shapes: Shapes) -> None:
        self._components, self._moves, self._order = cluster.components, cluster.moves, order
        knows = order is not Order.CALM  # there one world in hundreds is come to by different ways
        self._planner = Planner(self._components, SortedEntries(), knows=knows)
        self.values = self._planner.values if knows else None
        self._carrier = Carrier(self._components, With(cluster.server or Server(), shapes, self.values))
        self._known_steps: dict[tuple[Whose, tuple[int, ...]], Step] = {}

    def of(
        self,
        state: State,
        before: Plans | None = None,
        touched: Touched | None = None,
        *,
        asleep: Collection[Whose] = (),
        told: OfWorld | None = None,
    ) -> tuple[list[Taken], Plans]:
        """All that may happen next, and the world's plans. `before`: the plans of the world before, from which a step
        led here that changed what is `touched` (None: nobody knows what). `asleep`: looks to leave out, each of which
        would change something. `told`: what is known of the world, where options that are alike may be left out."""
        planner = self._planner
        plans = planner.first(state.world) if before is None else planner.behind(before, state.world, touched)
        found, refused = self._looks(state, plans, asleep, told)
        rests = not found and not asleep
        if rests or self._order is Order.ATOMIC:
            found += self.moved(state)
        if rests:
            now = state.world.now
            to = now + 1 if refused else plans.wait_until(now)
            if to is not None:
                step = Step(CLOCK, f"wait until {duration(to)}", to=to)
                found.append(Taken(step, state, NO_EFFECT, State(state.world._replace(now=to), state.left)))
        return found, plans

    def _looks(
        self, state: State, plans: Plans, asleep: Collection[Whose], told: OfWorld | None
    ) -> tuple[list[Taken], bool]:
        """What the looks in a world do; in the calm order, those of one. Whether one was refused and did nothing."""
        world, waits, found = state.world, False, list[Taken]()
        calm = self._order is Order.CALM
        turns = plans.in_turn()
        if told is not None and not calm:
            turns = _unlike(turns, told())
        for whose in turns:
            if whose in asleep:
                continue
            plan = plans.open[whose] or self._planner.plan(whose, world, told)
            effects = NOTHING_DONE if plan.idle else self._carrier.of(whose, plan, world)
            if not effects.options and not effects.refused:
                del plans.open[whose]
                plans.idle[whose] = plan if plan.idle else self._planner.idle(whose, plan, world)
                continue
            plans.open[whose] = None if effects.refused or plan.fewer else plan
            found += [self._taken(whose, state, effects, at) for at in range(len(effects.options))]
            if effects.options and calm:
                return found, False
            waits |= not effects.options
        return found, waits

    def _taken(self, whose: Whose, state: State, effects: Effects, at: int) -> Taken:
        effect = effects.options[at]
        step = self._known_steps.get((whose, effect.chose))
        if step is None:
            number, key = whose
            step = Step(self._components[number].name, f"looks at {written(key)}", key, effect.chose)
            self._known_steps[whose, effect.chose] = step
        after = State(effects.worlds[at], state.left) if effects.worlds else None
        taken = Taken(step, state, effect, after)
        taken.whose, taken.footprint = whose, effects.footprint
        return taken

    def moved(self, state: State) -> Iterator[Taken]:
        """What the environment may do in a world."""
        for number, move in enumerate(self._moves):
            if not state.left[number]:
                continue
            left = (*state.left[:number], state.left[number] - 1, *state.left[number + 1 :])
            for at, act in enumerate(move.acts(state.world)):
                effect, world = self._carrier.made(state.world, act.writes, ENVIRONMENT)
                after = act.outside(world)
                step = Step(ENVIRONMENT, act.name, chose=(number, at))
                known = effect if after is world else None
                yield Taken(step, state, known, State(after, left), effect.events)


def _unlike(turns: Sequence[Whose], told: Told) -> list[Whose]:
    """Of looks of one component at objects that can be swapped the first: the others lead to the same worlds."""
    found: dict[Hashable, Whose] = {}
    for whose in turns:
        place = told.place_of(whose[1])
        found.setdefault(whose if place is None else (whose[0], place), whose)
    return list(found.values())
