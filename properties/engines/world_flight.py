"""Looks that are interleaved in the search of worlds: between any two requests of one look anybody else may act.

A look begins, and from then on sees the world of that moment; its requests are made one by one, each by a step of its
own, as clients make them of what they saw (model/flight.py). What is yet to be asked is part of the world: it stands
among what is remembered, so that the key of a world tells it, too. While a look is under way the clock stands.
A look is over with a request that is refused (but for deletions and bindings, which are each for themselves): a
controller that tells of refusals tells nothing here. A look that would change nothing does not begin. A component may
be late besides: its looks begin with a store that is some requests old (world_past.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kubeproof.model.agenda import seen_in
from kubeproof.model.component import Again, Look, Remember, SortedEntries
from kubeproof.model.controlplane.apiserver import Change, Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store
from kubeproof.model.flight import ENDS, is_idle, outgoing
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, World, asked, remembered
from kubeproof.properties.engines.world_known import Values
from kubeproof.properties.engines.world_past import NOBODY, Late, freshness, looked, stores, then
from kubeproof.properties.engines.world_plans import Chosen, Part
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import CLOCK, Cluster, Order, State, Step, Steps, Taken

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
    """What a look decides, by what was chosen; it rests on all the others (on the `latest` store by reads past the
    cache)."""

    options: tuple[tuple[tuple[int, ...], tuple[Part, ...]], ...]
    seen: tuple[tuple[Bucket | Key, object], ...]
    memory: Hashable
    now: int
    fresh: bool
    latest: Store


class View(NamedTuple):
    """What a look begins with: a store, how many requests old it is, whether it shows all that should be gone."""

    store: Store
    age: int = 0
    fresh: bool = True


class InterleavedSteps:
    """The steps of a cluster's worlds where looks are interleaved."""

    values: Values | None = None
    """What its steps do is not known by values."""

    def __init__(self, cluster: Cluster, shapes: Shapes, late: Late = NOBODY) -> None:
        self._components, self._shapes = cluster.components, shapes
        self._server, self._sorted = cluster.server or Server(), SortedEntries()
        self._moves = Steps(cluster, Order.ATOMIC, shapes)
        self._plans: dict[tuple[int, Key], list[Plan]] = {}
        self._late = late

    def of(
        self, state: State, before: object = None, touched: object = None, *, asleep: object = (), told: object = None
    ) -> tuple[list[Taken], None]:
        """All that may happen next. What is known of the world before is of no use here, and nothing sleeps."""
        again: list[int] = []
        found = [*self._going_on(state), *self._beginning(state, again)]
        rests = not found
        found += [
            Taken(taken.step, state, None, _marked(self._told(taken)), taken.events)
            for taken in self._moves.moved(state)
        ]
        if rests and again:
            to = min(again)
            step = Step(CLOCK, f"wait until {duration(to)}", to=to)
            found.append(Taken(step, state, None, State(state.world._replace(now=to), state.left)))
        return found, None

    def _told(self, taken: Taken) -> State:
        """The state after a move of the environment, which is late news to whoever is late."""
        world = taken.state.world
        for event in taken.events:
            if event.before is not event.after:
                world = then(world, self._late, (Change(event.key, event.before, event.after),), event.write)
        return taken.state._replace(world=world)

    def _going_on(self, state: State) -> Iterator[Taken]:
        world = state.world
        for (name, key), rest in sorted(_under_way(world), key=lambda one: one[0]):
            component = name.removesuffix(UNDER_WAY)
            after, event, stage = self._asked(world, component, key, rest)
            step = Step(component, f"goes on with {written(key)}", key, stage=stage)
            yield Taken(step, state, None, _marked(State(after, state.left)), (event,))

    def _asked(self, world: World, name: str, key: Key, rest: Rest) -> tuple[World, Event, str]:
        """The world after the next request of a look, and what became of the look with it."""
        at = next(at for at, part in enumerate(rest.parts) if isinstance(part, Request))
        world = _with_memory(world, name, key, rest.parts[:at])
        write, base, _ = _request(rest.parts[at])
        if base is not None:
            write = outgoing(write, base, world.store.get(write.key), base.meta.resource_version)
        world, event, changes = asked(world, self._server, write, name)
        world = then(world, self._late, changes, write, (name, key))
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
            for age, store in enumerate(stores(world, self._late, component.name)):
                for key in component.objects(Look(store, world.now, None, self._sorted)):
                    fresh = freshness(world, component, key, age)
                    if fresh is not None and (component.name + UNDER_WAY, key) not in busy:
                        yield from self._with_view(state, (number, key), View(store, age, fresh), again)

    def _with_view(self, state: State, whose: tuple[int, Key], view: View, again: list[int]) -> Iterator[Taken]:
        """The looks at one object that may begin with a view."""
        world, component, key = state.world, self._components[whose[0]], whose[1]
        plan = self._plan(*whose, world, view)
        if view.age and _sees_the_same(plan.seen, world.store):
            return  # it would see nothing older
        begun = False
        for chose, parts in plan.options:
            rest = tuple(self._requests(view.store, world.now, parts))
            if self._does_something(world, component.name, key, rest):
                begun = True
                yield self._begun(state, Step(component.name, "", key, chose, age=view.age, fresh=view.fresh), rest)
        if not begun and not view.age:
            again += self._waits(world, plan)

    def _begun(self, state: State, step: Step, rest: tuple[Request | Remember, ...]) -> Taken:
        name, key = step.by, step.key
        assert key is not None
        world = looked(state.world, self._late, name, step.age)
        ago = f" as it was {step.age} requests ago" if step.age else ""
        if any(isinstance(part, Request) for part in rest):
            after = remembered(world, name + UNDER_WAY, key, Rest(rest))
            step = step._replace(name=f"begins with {written(key)}{ago}", stage="begins")
        else:
            after = _with_memory(world, name, key, rest)
            step = step._replace(name=f"looks at {written(key)}{ago}", stage="looks" if step.age else "")
        return Taken(step, state, None, _marked(State(after, state.left)))

    def _requests(self, store: Store, now: int, parts: Iterable[Part]) -> Iterator[Request | Remember]:
        made = set[Key]()
        for part in parts:
            if isinstance(part, Remember):
                yield part
            elif isinstance(part, Write) and (part.key in made or not is_idle(self._server, store, part, now)):
                made.add(part.key)
                yield Request(part._replace(why=""), store.get(part.key))

    def _does_something(self, world: World, name: str, key: Key, rest: Iterable[Request | Remember]) -> bool:
        """Whether a look, carried out now, changes the world before it is refused something."""
        for part in rest:
            if isinstance(part, Remember):
                held = world.memory.get((name, key))
                if not (held is part.value or (held is not None and self._same(name, key, held, part.value))):
                    return True
                continue
            write, base, _ = part
            if base is not None:
                write = outgoing(write, base, world.store.get(write.key), base.meta.resource_version)
            try:
                if self._server.do(world.store, write, world.now).changes:
                    return True
            except Refused:
                if write.verb in ENDS:
                    return False
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

    def _plan(self, number: int, key: Key, world: World, view: View) -> Plan:
        component = self._components[number]
        memory = world.memory.get((component.name, key))
        known = self._plans.setdefault((number, key), [])
        for plan in known:
            same = plan.now == world.now and plan.memory is memory and plan.fresh is view.fresh
            if same and (not view.age or plan.latest is world.store) and _sees_the_same(plan.seen, view.store):
                return plan
        options: list[tuple[tuple[int, ...], tuple[Part, ...]]] = []
        seen: dict[Bucket | Key, object] = {}
        numbers: list[int] | None = []
        while numbers is not None:
            chosen, look = Chosen(numbers), Look(view.store, world.now, memory, self._sorted)
            look.fresh, look.latest = view.fresh, world.store
            parts = tuple(component.decide(look, key, chosen))
            options.append((tuple(number for number, _ in chosen.made), parts))
            seen |= {one: seen_in(view.store, one) for one in look.seen}
            numbers = chosen.next()
        plan = Plan(tuple(options), tuple(seen.items()), memory, world.now, view.fresh, world.store)
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


def _sees_the_same(seen: Iterable[tuple[Bucket | Key, object]], store: Store) -> bool:
    return all(seen_in(store, one) is value for one, value in seen)
