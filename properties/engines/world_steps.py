"""All that may happen next in a world: looks of components with every choice, moves of the environment, the clock.

A look that changes nothing is no step, and while anybody has something to do the clock stands. `Order.CALM`: whoever
comes first in a fixed order has the next look, and the environment moves only when nobody has anything to do;
`Order.ATOMIC`: any of them may be next, and the environment at any time; `Order.INTERLEAVED`: as well between any two
requests of one look (world_flight.py).
A look is decided anew only where something that it saw has changed since the world before (world_plans.py).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from kubeproof.model.agenda import touched as changed
from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries
from kubeproof.model.controlplane.apiserver import Change, Refused, Server, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, World, asked, remembered
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_plans import Chosen, Part, Planner, Plans, Touched, Whose, memory_of
from kubeproof.properties.engines.world_shapes import Shapes

CLOCK, ENVIRONMENT = "clock", "environment"


class Order(Enum):
    """Who may be next."""

    CALM = "calm"
    ATOMIC = "atomic"
    INTERLEAVED = "interleaved"


class Cluster(NamedTuple):
    """What is searched: a world to start from, its components in the order in which they look, what may happen."""

    world: World
    components: Sequence[Component]
    moves: Sequence[Move] = ()
    server: Server | None = None
    subject: str = "cluster"


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


class Taken(NamedTuple):
    """A step, its events and where it leads. `touched`: what it changed; None: nobody knows what."""

    step: Step
    events: tuple[Event, ...]
    state: State
    touched: Touched | None


class Steps:
    """The steps of a cluster's worlds."""

    def __init__(self, cluster: Cluster, order: Order, shapes: Shapes) -> None:
        self._components, self._moves, self._order, self._shapes = cluster.components, cluster.moves, order, shapes
        self._server, self._sorted = cluster.server or Server(), SortedEntries()
        self._planner = Planner(self._components, self._sorted)

    def of(
        self,
        state: State,
        before: Plans | None = None,
        touched: Touched | None = None,
        *,
        asleep: Collection[Whose] = (),
    ) -> tuple[list[Taken], Plans]:
        """All that may happen next, and the world's plans. `before`: the plans of the world before, from which a step
        led here that changed what is `touched` (None: nobody knows what). `asleep`: looks to leave out, each of which
        would change something."""
        planner = self._planner
        plans = planner.first(state.world) if before is None else planner.behind(before, state.world, touched)
        found, refused = self._looks(state, plans, asleep)
        rests = not found and not asleep
        if rests or self._order is Order.ATOMIC:
            found += self.moved(state)
        if rests:
            now = state.world.now
            to = now + 1 if refused else plans.wait_until(now)
            if to is not None:
                step = Step(CLOCK, f"wait until {duration(to)}", to=to)
                found.append(Taken(step, (), State(state.world._replace(now=to), state.left), {}))
        return found, plans

    def _looks(self, state: State, plans: Plans, asleep: Collection[Whose]) -> tuple[list[Taken], bool]:
        """What the looks in a world do; in the calm order, those of one. Whether one was refused and did nothing."""
        world, waits, found = state.world, False, list[Taken]()
        for whose in plans.in_turn():
            if whose in asleep:
                continue
            number, key = whose
            component = self._components[number]
            plan = plans.open[whose] or self._planner.plan(whose, world)
            changed, refused = list[Taken](), False
            for chose, parts in plan.options:
                touched: Touched = {}
                after, events = self._carried_out(world, component.name, key, parts, touched)
                if any(event.refused is not None for event in events):
                    refused, touched = True, {}
                    after, events = self._answered(world, component, key, chose, touched)
                if after is not world:
                    step = Step(component.name, f"looks at {written(key)}", key, chose)
                    changed.append(Taken(step, events, State(after, state.left), touched))
            if not changed and not refused:
                del plans.open[whose]
                plans.idle[whose] = self._planner.idle(whose, plan, world)
                continue
            plans.open[whose] = None if refused else plan
            if changed and self._order is Order.CALM:
                return changed, False
            waits |= not changed
            found += changed
        return found, waits

    def _answered(
        self, world: World, component: Component, key: Key, chose: Sequence[int], touched: Touched
    ) -> tuple[World, tuple[Event, ...]]:
        """The same for a look that hears what is refused while it decides."""
        look = Look(world.store, world.now, world.memory.get((component.name, key)), self._sorted)
        parts = component.decide(look, key, Chosen(chose))
        return self._carried_out(world, component.name, key, parts, touched, answers=look.refused)

    def _carried_out(
        self,
        world: World,
        name: str,
        key: Key,
        parts: Iterable[Part],
        touched: Touched,
        *,
        answers: list[Refused] | None = None,
    ) -> tuple[World, tuple[Event, ...]]:
        """The world after a plan, the same one where nothing changed, and the events. `touched`: takes up what it
        changed; `answers`: what is refused."""
        events: list[Event] = []
        for part in parts:
            match part:
                case Write():
                    after, event, changes = asked(world, self._server, part, name)
                    if changes:
                        world = after
                        _note(touched, changes)
                    if changes or event.refused is not None:
                        events.append(event)
                    if answers is not None and event.refused is not None:
                        answers.append(event.refused)
                case Remember(value):
                    held = world.memory.get((name, key))
                    if not self._same(name, key, held, value):
                        world = remembered(world, name, key, value)
                        touched[memory_of(name, key)] = None
                case Again():
                    pass
        return world, tuple(events)

    def _same(self, name: str, key: Key, held: Hashable, value: Hashable) -> bool:
        if held is None or value is None or held is value:
            return held is value
        return self._shapes.memory(name, key, held) == self._shapes.memory(name, key, value)

    def moved(self, state: State) -> Iterator[Taken]:
        """What the environment may do in a world."""
        for number, move in enumerate(self._moves):
            if not state.left[number]:
                continue
            left = (*state.left[:number], state.left[number] - 1, *state.left[number + 1 :])
            for at, act in enumerate(move.acts(state.world)):
                world, events = state.world, list[Event]()
                touched: Touched = {}
                for write in act.writes:
                    world, event, changes = asked(world, self._server, write, ENVIRONMENT)
                    events.append(event)
                    _note(touched, changes)
                after = act.outside(world)
                step = Step(ENVIRONMENT, act.name, chose=(number, at))
                yield Taken(step, tuple(events), State(after, left), touched if after is world else None)


def _note(touched: Touched, changes: Iterable[Change]) -> None:
    for change in changes:
        for one in changed(*change):
            touched[one] = None
