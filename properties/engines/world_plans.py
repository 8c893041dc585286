"""Who would do what in a world: plans that go on from a world to those behind it, so that a step costs what it changes.

A plan rests on what its look saw, on what its component remembered, and on the time where the look asked for it. A step
tells what it has changed; only the looks that ever saw something of that are asked whether their plan still holds. All
others keep theirs, most of which are known to change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from math import inf
from typing import NamedTuple, TypeVar

from kubeproof.model.agenda import seen_in
from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Bucket, Key
from kubeproof.model.world import World
from kubeproof.properties.engines.world_alike import Alike
from kubeproof.properties.engines.world_known import Known, Memory, Values, memory_of
from kubeproof.properties.engines.world_told import Told

T = TypeVar("T")
OfWorld = Callable[[], Told]
"""What is known of a world, for who asks."""

Part = Write | Again | Remember
Parts = tuple[Part, ...]
Options = tuple[tuple[tuple[int, ...], Parts], ...]
"""What a look does, by what it has chosen."""
Whose = tuple[int, Key]
"""The number of a component, and what it looks at."""

Touched = dict[Bucket | Key | Memory, None]
"""What a step changed: objects, buckets, lists of names, and what components remember (`memory_of`)."""


MANY = 64
"""Choices of a look that are kept, and tried in any world that looks the same; of more only those are tried that are
like no other in the world as it is."""

STEADY = frozenset({"update", "status", "delete"})
"""Requests that, where they change nothing, change nothing at any time: who is deleted already is so for good."""


class Plan(NamedTuple):
    """What a look decides, by what was chosen. It holds while `seen` (what it would write to, too) and `memory` are the
    same, before `until` (seconds). `again`: when to look once more; `idle`: carrying it out changes nothing;
    `fewer`: of options that are alike in the world as it is one is tried."""

    options: Options
    seen: tuple[tuple[Bucket | Key, object], ...]
    memory: Hashable
    until: float
    again: int | None = None
    idle: bool = False
    fewer: bool = False


class Listed(NamedTuple):
    """What a component looks at, with the place of each; it holds while `seen` is the same."""

    places: dict[Key, int]
    seen: tuple[tuple[Bucket | Key, object], ...]


class Plans:
    """The plans of one world. `idle`: those that change nothing; `open`: all others, None where they are to be made."""

    def __init__(
        self, lists: dict[int, Listed], idle: dict[Whose, Plan], open_: dict[Whose, Plan | None], now: int
    ) -> None:
        self.lists, self.idle, self.open, self.now = lists, idle, open_, now

    def in_turn(self) -> list[Whose]:
        """Whose plans may change something, in the order of the components."""
        if len(self.open) < 2:
            return list(self.open)
        return sorted(self.open, key=lambda whose: (whose[0], self.lists[whose[0]].places[whose[1]]))

    def wait_until(self, now: int) -> int | None:
        """When the next of those that have nothing to do wants to look again; None where nobody does."""
        times = [plan.again for plan in self.idle.values() if plan.again is not None]
        return max(min(times), now + 1) if times else None


class Planner:
    """Makes plans, and knows who saw what in any world of the search. `knows`: it keeps what was decided."""

    def __init__(self, components: Sequence[Component], sorted_: SortedEntries, *, knows: bool = False) -> None:
        self._components, self._sorted, self._knows = components, sorted_, knows
        self._saw: dict[Bucket | Key | Memory, dict[tuple[int, Key | None], None]] = {}
        self.values = Values()
        self._known: Known[tuple[Options, float, int | None, bool]] = Known(self.values)

    def first(self, world: World) -> Plans:
        """The plans of a world about which nothing is known."""
        plans = Plans({}, {}, {}, world.now)
        for number in range(len(self._components)):
            self._list(number, world, plans)
        return plans

    def behind(self, before: Plans, world: World, touched: Touched | None) -> Plans:
        """The plans of a world one step behind another. `touched`: what the step changed; None: that is not known."""
        plans = Plans(before.lists.copy(), before.idle.copy(), before.open.copy(), world.now)
        for number, key in self._saw_any(touched, plans):
            if key is None:
                if not _same(plans.lists[number].seen, world):
                    self._list(number, world, plans)
                continue
            plan = plans.idle.get((number, key)) or plans.open.get((number, key))
            if plan is not None and not self._holds(number, key, plan, world):
                plans.idle.pop((number, key), None)
                plans.open[number, key] = None
        if before.now != world.now:
            for whose in [whose for whose, plan in plans.idle.items() if plan.until <= world.now]:
                del plans.idle[whose]
                plans.open[whose] = None
            for whose, plan in plans.open.items():
                if plan is not None and plan.until <= world.now:
                    plans.open[whose] = None
        return plans

    def plan(self, whose: Whose, world: World, told: OfWorld | None = None) -> Plan:
        """What a look decides in a world, as it was decided before where it sees the same again. `told`: what is known
        of the world, where of options that are alike one is to be tried."""
        found = self._known.find(self._about(whose, world), world.store) if self._knows else None
        if found is not None:
            (options, until, again, idle), seen = found
            return Plan(options, seen, self._memory(whose, world), until, again, idle)
        plan = self.decided(whose, world, told)
        self._note(whose, world, plan)
        return self._noted(whose, plan)

    def decided(self, whose: Whose, world: World, told: OfWorld | None = None) -> Plan:
        """What a look decides in a world, whatever it chooses. Where decisions are kept, all that it may choose is
        tried, as long as that is not much."""
        plan = self._decided(whose, world, None, MANY) if self._knows and told is not None else None
        found = plan or self._decided(whose, world, told)
        assert found is not None
        return found

    def _decided(self, whose: Whose, world: World, told: OfWorld | None, most: float = inf) -> Plan | None:
        number, key = whose
        component, memory = self._components[number], self._memory(whose, world)
        options: list[tuple[tuple[int, ...], Parts]] = []
        seen: dict[Bucket | Key, object] = {}
        numbers: list[int] | None = []
        timed = fewer = False
        while numbers is not None:
            if len(options) >= most:
                return None
            chosen = Chosen(numbers, None if told is None else Alike(told()))
            look = Look(world.store, world.now, memory, self._sorted)
            parts = tuple(component.decide(look, key, chosen))
            options.append((tuple([number for number, _ in chosen.made]), parts))
            seen.update(_seen(look))
            timed, fewer = timed or look.timed, fewer or chosen.fewer
            numbers = chosen.next()
        for _, parts in options:
            for part in parts:
                if isinstance(part, Write) and part.key not in seen:
                    seen[part.key] = world.store.get(part.key)
        return Plan(tuple(options), tuple(seen.items()), memory, world.now + 1 if timed else inf, fewer=fewer)

    def idle(self, whose: Whose, plan: Plan, world: World) -> Plan:
        """The plan, known to change nothing while what it saw and would write to is the same, whatever it chooses."""
        plan = self.decided(whose, world) if plan.fewer else plan
        parts = [part for _, parts in plan.options for part in parts]
        again = min((part.at for part in parts if isinstance(part, Again)), default=None)
        until = plan.until
        if not all(part.verb in STEADY for part in parts if isinstance(part, Write)):
            until = world.now + 1
        elif self._components[whose[0]].steady and until != inf:
            until = inf if again is None else max(again, world.now + 1)
        idle = plan._replace(until=until, again=again, idle=True)
        self._note(whose, world, idle)
        return idle

    def _memory(self, whose: Whose, world: World) -> Hashable:
        return world.memory.get((self._components[whose[0]].name, whose[1]))

    def _about(self, whose: Whose, world: World) -> Hashable:
        """What is decided about."""
        return whose, self.values.number(self._memory(whose, world)), world.now

    def _note(self, whose: Whose, world: World, plan: Plan) -> None:
        """Keeps a plan; what is alike in one world need not be in another one that looks the same."""
        if self._knows and not plan.fewer:
            self._known.note(self._about(whose, world), plan.seen, (plan.options, plan.until, plan.again, plan.idle))

    def _list(self, number: int, world: World, plans: Plans) -> None:
        look = Look(world.store, world.now, None, self._sorted)
        places = {key: place for place, key in enumerate(self._components[number].objects(look))}
        known = plans.lists.get(number)
        old = known.places if known is not None else {}
        for key in old.keys() - places.keys():
            plans.idle.pop((number, key), None)
            plans.open.pop((number, key), None)
        for key in places.keys() - old.keys():
            plans.open[number, key] = None
        plans.lists[number] = Listed(places, _seen(look))
        for one, _ in plans.lists[number].seen:
            self._saw.setdefault(one, {})[number, None] = None

    def _noted(self, whose: Whose, plan: Plan) -> Plan:
        for one, _ in plan.seen:
            self._saw.setdefault(one, {})[whose] = None
        self._saw.setdefault(memory_of(self._components[whose[0]].name, whose[1]), {})[whose] = None
        return plan

    def _saw_any(self, touched: Touched | None, plans: Plans) -> Iterable[tuple[int, Key | None]]:
        """Whoever saw some of that in any world; where those are more than there are in this one, all of this one."""
        if touched is not None:
            found: dict[tuple[int, Key | None], None] = {}
            for one in touched:
                found.update(self._saw.get(one, {}))
            if len(found) <= len(plans.idle) + len(plans.open):
                return found
        return [*((number, None) for number in plans.lists), *plans.idle, *plans.open]

    def _holds(self, number: int, key: Key, plan: Plan, world: World) -> bool:
        return plan.memory is self._memory((number, key), world) and _same(plan.seen, world)


class Chosen:
    """Takes of each equal options the one whose number is next in a list, the first where it has ended. `made`: the
    numbers that were taken, each with those that are to be tried; `alike`: which of them need not be."""

    def __init__(self, numbers: Sequence[int] = (), alike: Alike | None = None) -> None:
        self.numbers, self.made = list(numbers), list[tuple[int, Sequence[int]]]()
        self._alike = alike

    @property
    def fewer(self) -> bool:
        """Whether some options are not tried, as they are like others."""
        return any(len(tried) <= tried[-1] for _, tried in self.made)

    def __call__(self, options: Sequence[T]) -> T:
        """The option, whose number is noted."""
        at = len(self.made)
        tried = range(len(options)) if self._alike is None else self._alike.firsts(options)
        number = self.numbers[at] if at < len(self.numbers) else 0
        self.made.append((number, tried))
        if self._alike is not None:
            self._alike.takes(options[number])
        return options[number]

    def next(self) -> list[int] | None:
        """The choices to make the next time; None where all were made."""
        for at in reversed(range(len(self.made))):
            number, tried = self.made[at]
            later = next((one for one in tried if one > number), None)
            if later is not None:
                return [*(chosen for chosen, _ in self.made[:at]), later]
        return None


def _seen(look: Look) -> tuple[tuple[Bucket | Key, object], ...]:
    return tuple([(one, seen_in(look.store, one)) for one in look.seen])


def _same(seen: Iterable[tuple[Bucket | Key, object]], world: World) -> bool:
    """Whether all that was seen is the same in a world."""
    return all(seen_in(world.store, one) is value for one, value in seen)
