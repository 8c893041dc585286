"""All that may happen next in a world: looks of components with every choice, moves of the environment, the clock.

A look that changes nothing is no step, and while anybody has something to do the clock stands. `Order.CALM`: whoever
comes first in a fixed order has the next look, and the environment moves only when nobody has anything to do;
`Order.ATOMIC`: any of them may be next, and the environment at any time; `Order.INTERLEAVED`: as well between any two
requests of one look (world_flight.py).
A look is decided anew only where something that it saw has changed since the world before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple, TypeVar

from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Store, of_kind
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, World, asked, remembered
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_shapes import Shapes

T = TypeVar("T")
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
    """A step, its events and where it leads."""

    step: Step
    events: tuple[Event, ...]
    state: State


Part = Write | Again | Remember
Parts = tuple[Part, ...]
Whose = tuple[int, Key]


class Plan(NamedTuple):
    """What a look decides, by what was chosen; `seen` is what it rests on, with `memory` and `now`. `again`: when to
    look once more; `idle`: carrying it out changes nothing, as long as `seen` is the same."""

    options: tuple[tuple[tuple[int, ...], Parts], ...]
    seen: tuple[tuple[Bucket | Key, object], ...]
    memory: Hashable
    now: int
    again: int | None = None
    idle: bool = False


class Plans(NamedTuple):
    """The plans of a world: those of the worlds behind it are often the same."""

    looks: dict[Whose, Plan]
    lists: dict[int, tuple[tuple[Key, ...], Plan]]


class Chosen:
    """Takes of each equal options the one whose number is next in a list, the first where it has ended."""

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self.numbers, self.made = list(numbers), list[tuple[int, int]]()

    def __call__(self, options: Sequence[T]) -> T:
        """The option, whose number and count are noted."""
        at = len(self.made)
        number = self.numbers[at] if at < len(self.numbers) else 0
        self.made.append((number, len(options)))
        return options[number]

    def next(self) -> list[int] | None:
        """The choices to make the next time; None where all were made."""
        for at in reversed(range(len(self.made))):
            number, count = self.made[at]
            if number + 1 < count:
                return [*(chosen for chosen, _ in self.made[:at]), number + 1]
        return None


class Steps:
    """The steps of a cluster's worlds."""

    def __init__(self, cluster: Cluster, order: Order, shapes: Shapes) -> None:
        self._components, self._moves, self._order, self._shapes = cluster.components, cluster.moves, order, shapes
        self._server, self._sorted = cluster.server or Server(), SortedEntries()

    def of(self, state: State, before: Plans | None = None) -> tuple[list[Taken], Plans]:
        """All that may happen next, and the plans to give with each state behind this one."""
        plans = Plans({}, {})
        again: list[int] = []
        found = list(self._looks(state, before, plans, again))
        rests = not found
        if rests or self._order is Order.ATOMIC:
            found += self.moved(state)
        if rests and again:
            to = min(again)
            step = Step(CLOCK, f"wait until {duration(to)}", to=to)
            found.append(Taken(step, (), State(state.world._replace(now=to), state.left)))
        return found, plans

    def _looks(self, state: State, before: Plans | None, plans: Plans, again: list[int]) -> Iterator[Taken]:
        world = state.world
        for number, component in enumerate(self._components):
            for key in self._keys(number, world, before, plans):
                whose = number, key
                plan = self._plan(whose, world, before)
                if plan.idle:
                    plans.looks[whose] = plan
                    if plan.again is not None:
                        again.append(plan.again)
                    continue
                changed, refused = list[Taken](), False
                for chose, parts in plan.options:
                    after, events = self._carried_out(world, component.name, key, parts)
                    if any(event.refused is not None for event in events):
                        refused = True
                        after, events = self._answered(world, component, key, chose)
                    if after is not world:
                        step = Step(component.name, f"looks at {written(key)}", key, chose)
                        changed.append(Taken(step, events, State(after, state.left)))
                if not changed:
                    plan = self._idle(plan, world, refused=refused)
                    if plan.again is not None:
                        again.append(plan.again)
                if not refused:
                    plans.looks[whose] = plan
                yield from changed
                if changed and self._order is Order.CALM:
                    self._kept(before, plans)
                    return

    def _kept(self, before: Plans | None, plans: Plans) -> None:
        """The plans that were not looked at go on to the next world."""
        if before is not None:
            for whose, plan in before.looks.items():
                plans.looks.setdefault(whose, plan)
            for number, listed in before.lists.items():
                plans.lists.setdefault(number, listed)

    def _idle(self, plan: Plan, world: World, *, refused: bool) -> Plan:
        """The plan, known to change nothing while what it saw and would write to is the same."""
        written_to = (part.key for _, parts in plan.options for part in parts if isinstance(part, Write))
        seen: dict[Bucket | Key, object] = {key: world.store.get(key) for key in written_to}
        seen.update(plan.seen)
        again = [max(part.at, world.now + 1) for _, parts in plan.options for part in parts if isinstance(part, Again)]
        if refused:
            again.append(world.now + 1)
        return plan._replace(seen=tuple(seen.items()), again=min(again, default=None), idle=not refused)

    def _keys(self, number: int, world: World, before: Plans | None, plans: Plans) -> tuple[Key, ...]:
        """What a component looks at, one by one."""
        known = before.lists.get(number) if before is not None else None
        if known is None or not _holds(known[1], world, None):
            look = Look(world.store, world.now, None, self._sorted)
            keys = tuple(self._components[number].objects(look))
            known = keys, Plan((), _seen(look), None, world.now)
        plans.lists[number] = known
        return known[0]

    def _plan(self, whose: Whose, world: World, before: Plans | None) -> Plan:
        number, key = whose
        component = self._components[number]
        memory = world.memory.get((component.name, key))
        known = before.looks.get(whose) if before is not None else None
        if known is not None and _holds(known, world, memory):
            return known
        options: list[tuple[tuple[int, ...], Parts]] = []
        seen: dict[Bucket | Key, object] = {}
        numbers: list[int] | None = []
        while numbers is not None:
            chosen, look = Chosen(numbers), Look(world.store, world.now, memory, self._sorted)
            parts = tuple(component.decide(look, key, chosen))
            options.append((tuple(number for number, _ in chosen.made), parts))
            seen.update(_seen(look))
            numbers = chosen.next()
        return Plan(tuple(options), tuple(seen.items()), memory, world.now)

    def _answered(
        self, world: World, component: Component, key: Key, chose: Sequence[int]
    ) -> tuple[World, tuple[Event, ...]]:
        """The same for a look that hears what is refused while it decides."""
        look = Look(world.store, world.now, world.memory.get((component.name, key)), self._sorted)
        parts = component.decide(look, key, Chosen(chose))
        return self._carried_out(world, component.name, key, parts, look.refused)

    def _carried_out(
        self, world: World, name: str, key: Key, parts: Iterable[Part], answers: list[Refused] | None = None
    ) -> tuple[World, tuple[Event, ...]]:
        """The world after a plan, the same one where nothing changed, and the events. `answers`: to be told of what is
        refused."""
        events: list[Event] = []
        for part in parts:
            match part:
                case Write():
                    after, event, changes = asked(world, self._server, part, name)
                    if changes:
                        world = after
                    if changes or event.refused is not None:
                        events.append(event)
                    if answers is not None and event.refused is not None:
                        answers.append(event.refused)
                case Remember(value):
                    held = world.memory.get((name, key))
                    if not self._same(name, key, held, value):
                        world = remembered(world, name, key, value)
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
                for write in act.writes:
                    world, event, _ = asked(world, self._server, write, ENVIRONMENT)
                    events.append(event)
                step = Step(ENVIRONMENT, act.name, chose=(number, at))
                yield Taken(step, tuple(events), State(act.outside(world), left))


def _seen(look: Look) -> tuple[tuple[Bucket | Key, object], ...]:
    return tuple(
        (one, look.store.bucket(of_kind(one[1])) if one[0] == "names" and not isinstance(one, Key) else value)
        for one, value in look.seen.items()
    )


def _holds(plan: Plan, world: World, memory: Hashable) -> bool:
    """Whether all that a plan rests on is the same in a world."""
    if plan.now != world.now or plan.memory is not memory:
        return False
    store: Store = world.store
    for one, value in plan.seen:
        if isinstance(one, Key):
            if store.get(one) is not value:
                return False
        elif store.bucket(of_kind(one[1]) if one[0] == "names" else one) is not value:
            return False
    return True
