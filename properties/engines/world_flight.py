"""Looks that are interleaved in the search of worlds: between any two requests of one look anybody else may act.

A look begins, and from then on sees the world of that moment; its requests are made one by one, each by a step of its
own, as clients make them of what they saw (model/flight.py). What is yet to be asked is part of the world: it stands
among what is remembered, so that the key of a world tells it, too. While a look is under way the clock stands.
A look is over with a request that is refused (but for deletions and bindings, which are each for themselves): a
controller that tells of refusals tells nothing here. A look that would change nothing does not begin.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store, of_kind
from kubeproof.model.flight import ENDS, is_idle, outgoing
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, World, asked, remembered
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import CLOCK, Chosen, Cluster, Order, Part, State, Step, Steps, Taken

UNDER_WAY = " under way"
"""What the name of a component ends in where it stands for its looks that have begun."""

KNOWN = 16
"""Plans of one look that are kept, each for worlds in which it sees the same."""


class Request(NamedTuple):
    """A request that is yet to be made, and the object that it was made of. `stale`: that is another one by now, so an
    update will be refused."""

    write: Write
    base: Object | None
    stale: bool = False


class Rest(NamedTuple):
    """What is left of a look: requests, and what is remembered in between."""

    parts: tuple[Request | Remember, ...]


class Plan(NamedTuple):
    """What a look decides, by what was chosen; it rests on `seen`, `memory` and `now`."""

    options: tuple[tuple[tuple[int, ...], tuple[Part, ...]], ...]
    seen: tuple[tuple[Bucket | Key, object], ...]
    memory: Hashable
    now: int


class InterleavedSteps:
    """The steps of a cluster's worlds where looks are interleaved."""

    def __init__(self, cluster: Cluster, shapes: Shapes) -> None:
        self._components, self._shapes = cluster.components, shapes
        self._server, self._sorted = cluster.server or Server(), SortedEntries()
        self._moves = Steps(cluster, Order.ATOMIC, shapes)
        self._plans: dict[tuple[int, Key], list[Plan]] = {}

    def of(self, state: State, before: object = None) -> tuple[list[Taken], None]:
        """All that may happen next; `before` is of no use here."""
        again: list[int] = []
        found = [*self._going_on(state), *self._beginning(state, again)]
        rests = not found
        found += [taken._replace(state=_marked(taken.state)) for taken in self._moves.moved(state)]
        if rests and again:
            to = min(again)
            step = Step(CLOCK, f"wait until {duration(to)}", to=to)
            found.append(Taken(step, (), State(state.world._replace(now=to), state.left)))
        return found, None

    def _going_on(self, state: State) -> Iterator[Taken]:
        world = state.world
        for (name, key), rest in sorted(_under_way(world), key=lambda one: one[0]):
            component = name.removesuffix(UNDER_WAY)
            after, event, stage = self._asked(world, component, key, rest)
            step = Step(component, f"goes on with {written(key)}", key, stage=stage)
            yield Taken(step, (event,), _marked(State(after, state.left)))

    def _asked(self, world: World, name: str, key: Key, rest: Rest) -> tuple[World, Event, str]:
        """The world after the next request of a look, and what became of the look with it."""
        at = next(at for at, part in enumerate(rest.parts) if isinstance(part, Request))
        world = _with_memory(world, name, key, rest.parts[:at])
        write, base, _ = _request(rest.parts[at])
        if base is not None:
            write = outgoing(write, base, world.store.get(write.key), base.meta.resource_version)
        world, event, _ = asked(world, self._server, write, name)
        whose = name + UNDER_WAY
        if event.refused is not None and write.verb in ENDS:
            return remembered(world, whose, key, None), event, "breaks off"
        left = rest.parts[at + 1 :]
        if event.after is not None:
            made = rest.parts[at]
            left = tuple(_after(one, _request(made).write, event.after) for one in left)
        if any(isinstance(part, Request) for part in left):
            return remembered(world, whose, key, Rest(left)), event, "goes on"
        return remembered(_with_memory(world, name, key, left), whose, key, None), event, "ends"

    def _beginning(self, state: State, again: list[int]) -> Iterator[Taken]:
        world = state.world
        busy = {whose for whose, _ in _under_way(world)}
        for number, component in enumerate(self._components):
            look = Look(world.store, world.now, None, self._sorted)
            for key in component.objects(look):
                if (component.name + UNDER_WAY, key) in busy:
                    continue
                plan = self._plan(number, key, world)
                begun = False
                for chose, parts in plan.options:
                    if not self._does_something(world, component.name, key, parts):
                        continue
                    begun = True
                    yield self._begun(state, component, key, (chose, parts))
                if not begun:
                    again += self._waits(world, plan)

    def _begun(
        self, state: State, component: Component, key: Key, option: tuple[tuple[int, ...], tuple[Part, ...]]
    ) -> Taken:
        chose, parts = option
        world, rest = state.world, tuple(self._requests(state.world, parts))
        if any(isinstance(part, Request) for part in rest):
            after = remembered(world, component.name + UNDER_WAY, key, Rest(rest))
            step = Step(component.name, f"begins with {written(key)}", key, chose, stage="begins")
        else:
            after = _with_memory(world, component.name, key, rest)
            step = Step(component.name, f"looks at {written(key)}", key, chose)
        return Taken(step, (), State(after, state.left))

    def _requests(self, world: World, parts: Iterable[Part]) -> Iterator[Request | Remember]:
        made = set[Key]()
        for part in parts:
            if isinstance(part, Remember):
                yield part
            elif isinstance(part, Write) and (part.key in made or not self._is_idle(world, part)):
                made.add(part.key)
                yield Request(part._replace(why=""), world.store.get(part.key))

    def _is_idle(self, world: World, write: Write) -> bool:
        return is_idle(self._server, world.store, write, world.now)

    def _does_something(self, world: World, name: str, key: Key, parts: Iterable[Part]) -> bool:
        """Whether a look, carried out whole, changes the world."""
        for part in parts:
            if isinstance(part, Write):
                try:
                    if self._server.do(world.store, part, world.now).changes:
                        return True
                except Refused:
                    pass
            elif isinstance(part, Remember):
                held = world.memory.get((name, key))
                if not (held is part.value or (held is not None and self._same(name, key, held, part.value))):
                    return True
        return False

    def _same(self, name: str, key: Key, held: Hashable, value: Hashable) -> bool:
        return value is not None and self._shapes.memory(name, key, held) == self._shapes.memory(name, key, value)

    def _waits(self, world: World, plan: Plan) -> Iterator[int]:
        """When a look that changes nothing is worth another one: as it says, and soon where it was refused."""
        for _, parts in plan.options:
            for part in parts:
                if isinstance(part, Again):
                    yield max(part.at, world.now + 1)
                elif isinstance(part, Write) and self._is_refused(world, part):
                    yield world.now + 1

    def _is_refused(self, world: World, write: Write) -> bool:
        try:
            self._server.do(world.store, write, world.now)
        except Refused:
            return True
        return False

    def _plan(self, number: int, key: Key, world: World) -> Plan:
        component = self._components[number]
        memory = world.memory.get((component.name, key))
        known = self._plans.setdefault((number, key), [])
        for plan in known:
            if plan.now == world.now and plan.memory is memory and _sees_the_same(plan.seen, world.store):
                return plan
        options: list[tuple[tuple[int, ...], tuple[Part, ...]]] = []
        seen: dict[Bucket | Key, object] = {}
        numbers: list[int] | None = []
        while numbers is not None:
            chosen, look = Chosen(numbers), Look(world.store, world.now, memory, self._sorted)
            parts = tuple(component.decide(look, key, chosen))
            options.append((tuple(number for number, _ in chosen.made), parts))
            seen |= {one: _seen(world.store, one) for one in look.seen}
            numbers = chosen.next()
        plan = Plan(tuple(options), tuple(seen.items()), memory, world.now)
        known.insert(0, plan)
        del known[KNOWN:]
        return plan


def _under_way(world: World) -> list[tuple[tuple[str, Key], Rest]]:
    return [(whose, rest) for whose, rest in world.memory.items() if isinstance(rest, Rest)]


def _request(part: Request | Remember) -> Request:
    assert isinstance(part, Request)
    return part


def _after(part: Request | Remember, write: Write, after: Object) -> Request | Remember:
    """A later part of a look after one of its requests: it goes on with what that has made of the object."""
    if not isinstance(part, Request) or part.write.key != write.key:
        return part
    return part._replace(base=write.body if part.write.when_stale == "merged" else after)


def _with_memory(world: World, name: str, key: Key, parts: Sequence[Request | Remember]) -> World:
    for part in parts:
        if isinstance(part, Remember):
            world = remembered(world, name, key, part.value)
    return world


def _marked(state: State) -> State:
    """The state with what is stale marked as that: the key of a world tells no revisions."""
    world = state.world
    for (name, key), rest in _under_way(world):
        parts = tuple(_fresh_or_stale(part, world.store) for part in rest.parts)
        if parts != rest.parts:
            world = remembered(world, name, key, Rest(parts))
    return state._replace(world=world)


def _fresh_or_stale(part: Request | Remember, store: Store) -> Request | Remember:
    if not isinstance(part, Request) or part.write.verb not in ("update", "status"):
        return part
    stale = part.write.when_stale == "refused" and store.get(part.write.key) is not part.base
    return part._replace(stale=stale)


def _seen(store: Store, one: Bucket | Key) -> object:
    if isinstance(one, Key):
        return store.get(one)
    return store.bucket(of_kind(one[1]) if one[0] == "names" else one)


def _sees_the_same(seen: Iterable[tuple[Bucket | Key, object]], store: Store) -> bool:
    return all(_seen(store, one) is value for one, value in seen)
