"""The world: all objects, what components remember, and the time; and its run from event to event on a virtual clock.

A world is an immutable value. `Runner` moves it: whoever has something to do does it, in a fixed order, a whole look at
a time; when nobody has, the clock goes to the next time at which somebody wants to look again. It is deterministic: the
same world, components and choices give the same events.
A component looks again only when something of what it saw has changed (agenda.py): that makes it fast, and is no part
of what it does.
Two settings are for races: a component may see an older store (views.py), and looks may be `interleaved`: before each
request of one look another look may begin or go on, and `pick` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import NamedTuple

from immutables import Map

from kubeproof.model import views as caches
from kubeproof.model.agenda import Agenda, Whose, differs, touched
from kubeproof.model.component import Again, Component, Look, Pick, Remember, SortedEntries, first
from kubeproof.model.controlplane.apiserver import Change, Refused, Server, Write
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.flight import Flight

BUSY = 10
"""How often a component looks at one object within a second before it waits for the next: about what client-side rate
limits let through (20 requests a second)."""


class World(NamedTuple):
    """A cluster at one moment. `memory`: what each component remembers, by its name and the object; `views`: who sees
    what late."""

    store: Store = Store()
    now: int = 0
    memory: Map[tuple[str, Key], Hashable] = Map()
    views: caches.Views = caches.LATEST

    def seen_by(self, component: str) -> Store:
        """The store as a component sees it."""
        if self.views is caches.LATEST:
            return self.store
        return caches.view(self.views, component, self.store, self.now)


class Event(NamedTuple):
    """Something that happened: who asked for what, and what it did to the object; `refused`: why it did nothing."""

    at: int
    by: str
    write: Write
    key: Key
    before: Object | None
    after: Object | None
    refused: Refused | None = None


OnStep = Callable[[World, Sequence[Event], World], None]
"""Is told of each look that did something, and of each request from outside: the world before, its events, the world
after."""


class Looked(NamedTuple):
    """One look of a component at an object, and what came of it."""

    by: str
    key: Key
    events: tuple[Event, ...]


def asked(world: World, server: Server, write: Write, by: str) -> tuple[World, Event, Sequence[Change]]:
    """A request: the world after it, the event, and all that it changed."""
    try:
        done = server.do(world.store, write, world.now, by)
    except Refused as refused:
        return world, Event(world.now, by, write, write.key, None, None, refused), ()
    event = Event(world.now, by, write, done.key, done.before, done.after)
    return world._replace(store=done.store), event, done.changes


def remembered(world: World, component: str, key: Key, value: Hashable) -> World:
    """The world in which a component remembers this of an object; None: nothing."""
    memory = world.memory
    if value is not None:
        memory = memory.set((component, key), value)
    elif (component, key) in memory:
        memory = memory.delete((component, key))
    return world._replace(memory=memory)


class Runner:
    """Moves a world. `world` is where it is now."""

    def __init__(
        self,
        world: World,
        components: Sequence[Component],
        server: Server | None = None,
        pick: Pick = first,
        on_step: OnStep | None = None,
        *,
        interleaved: bool = False,
    ) -> None:
        self.world = world
        self._components, self._server, self._pick = components, server or Server(), pick
        self._on_step = on_step
        self._interleaved, self._flights = interleaved, dict[Whose, Flight]()
        self._late = self._lagging = frozenset[int]()
        self._who_sees_what()
        self._waiting: set[Whose] = set()
        self._sorted = SortedEntries()
        self._known: list[frozenset[Key] | None] = [None] * len(components)
        self._agenda = Agenda((number, None) for number in range(len(components)))
        self._looks: dict[Whose, int] = {}
        self._refusals: dict[Whose, tuple[int, int]] = {}

    def ask(self, write: Write, by: str) -> Event:
        """A request from outside (a user, the environment): carried out at once, or refused."""
        return self._ask(write, by)

    def run(self, until: int) -> Iterator[Event]:
        """What happens until a time, or until nobody has anything to do any more; the clock is there then."""
        while True:
            for looked in self.instant():
                yield from looked.events
            at = self._next()
            if at is None or at > until:
                break
            self._tick(at)
        if at is not None:
            self._tick(until)

    @property
    def next_at(self) -> int | None:
        """When somebody wants to look again; None where nobody does, so that nothing ever happens by itself."""
        return self.world.now if self._agenda.due else self._next()

    def _next(self) -> int | None:
        """When somebody wants to look again after this moment, or will see more."""
        at = self._agenda.next_at
        if self.world.views is not caches.LATEST:
            seen = caches.next_at(self.world.views, self.world.store, self.world.now)
            at = seen if at is None else at if seen is None else min(at, seen)
        return at

    def look(self, component: str, key: Key) -> list[Event]:
        """What one look of a component at one object does now, whether or not anybody asked for it."""
        number = next(at for at, one in enumerate(self._components) if one.name == component)
        return list(self._look((number, key), self._components[number], key))

    def begin(self, component: str, key: Key, pick: Pick, seen: Store | None = None, *, fresh: bool = True) -> None:
        """A look of a component at one object begins, and decides all there is to decide; its requests are made by
        `go_on`, one by one. `seen`: the store that it sees, if that is an old one."""
        number = next(at for at, one in enumerate(self._components) if one.name == component)
        world = self.world
        view = world.seen_by(component) if seen is None else seen
        look = Look(view, world.now, world.memory.get((component, key)), self._sorted)
        look.fresh, look.latest = fresh, world.store
        parts = list(self._components[number].decide(look, key, pick))
        self._flights[number, key] = Flight(look, iter(parts), self._server)

    def go_on(self, component: str, key: Key) -> list[Event]:
        """What the next request of a look that has begun does."""
        number = next(at for at, one in enumerate(self._components) if one.name == component)
        flight = self._flights.get((number, key))
        return [] if flight is None else list(self._fly((number, key), flight))

    def break_off(self, component: str, key: Key) -> None:
        """Nothing more comes of a look that has begun."""
        for whose in [one for one in self._flights if one[1] == key and self._components[one[0]].name == component]:
            del self._flights[whose]

    def advance(self, to: int) -> None:
        """Moves the clock, without anybody looking."""
        self._tick(to)

    def _tick(self, to: int) -> None:
        if to > self.world.now:
            if self.world.views is caches.LATEST:
                self.world = self.world._replace(now=to)
            else:
                self._see_more(to)
            self._looks.clear()
        self._agenda.ring(to)

    def instant(self) -> Iterator[Looked]:
        """What happens until nobody has anything to do at this time any more, a look (interleaved: a part of one) at a
        time: the world is the one after the look."""
        due = self._agenda.due
        while due:
            whose = self._pick(list(due)) if self._interleaved else next(iter(due))
            del due[whose]
            number, key = whose
            if key is None:
                self._list(number)
            elif whose in self._flights:
                yield Looked(self._components[number].name, key, tuple(self._fly(whose, self._flights[whose])))
            elif self._looks.setdefault(whose, 0) >= BUSY:
                self._agenda.wake(whose, self.world.now + 1)
            else:
                self._looks[whose] += 1
                component = self._components[number]
                racing = self._interleaved or number in self._late
                events = self._take_off(whose, key) if racing else self._look(whose, component, key)
                yield Looked(component.name, key, tuple(events))

    def _list(self, number: int) -> None:
        """Which objects there are for a component to look at; new ones it looks at, and at first also those that it
        remembers and that are gone."""
        component, known = self._components[number], self._known[number]
        look = Look(self.world.seen_by(component.name), self.world.now, None, self._sorted)
        found = tuple(component.objects(look))
        self._agenda.note((number, None), look.seen)
        for key in found:
            if known is None or key not in known:
                self._agenda.due[number, key] = None
        if known is None:
            for name, key in self.world.memory:
                if name == component.name and key not in look.store.objects:
                    self._agenda.due[number, key] = None
        self._known[number] = frozenset(found)

    def _look(self, whose: Whose, component: Component, key: Key) -> Iterator[Event]:
        """One look: its requests are made as they are decided on; then all who have to look again are told of them."""
        before, memory = self.world, self.world.memory
        look = Look(self.world.store, self.world.now, memory.get((component.name, key)), self._sorted)
        events: list[Event] = []
        made: list[Change] = []
        for part in component.decide(look, key, self._pick):
            match part:
                case Write():
                    self.world, event, changes = asked(self.world, self._server, part, component.name)
                    made += changes
                    if event.refused is not None:
                        look.refused.append(event.refused)
                    if event.refused is not None or event.before is not event.after:
                        events.append(event)
                case Again(at):
                    self._agenda.wake(whose, max(at, self.world.now + 1))
                case Remember(value):
                    self.world = remembered(self.world, component.name, key, value)
        self._back_off(whose, component, refused=bool(look.refused))
        self._agenda.note(whose, look.seen)
        for change in made:
            self._tell(*change)
        if events and self._on_step is not None:
            self._on_step(before, events, self.world)
        yield from events

    def _back_off(self, whose: Whose, component: Component, *, refused: bool) -> None:
        """After a look in which something was refused there is another one, ever later."""
        count, at = self._refusals.get(whose, (0, -1))
        if not refused:
            if at != self.world.now:
                self._refusals.pop(whose, None)
            return
        if at != self.world.now:
            count += 1
            self._refusals[whose] = count, self.world.now
        self._agenda.wake(whose, self.world.now + component.back_off.after(count))

    def _take_off(self, whose: Whose, key: Key) -> Iterator[Event]:
        """Begins a look while others are under way, or one of a component that sees an older store."""
        component, late = self._components[whose[0]], self.world.views
        own, store = (component.name, key), self.world.seen_by(component.name)
        if component.reads_own_writes and not caches.has_own_writes(late, own, store):
            self._waiting.add(whose)
            return
        look = Look(store, self.world.now, self.world.memory.get(own), self._sorted)
        look.fresh = caches.as_expected(late, own, store, self.world.now)
        flight = Flight(look, component.decide(look, key, self._pick), self._server)
        if self._interleaved:
            self._flights[whose] = flight
            self._agenda.due[whose] = None
        else:
            yield from self._fly(whose, flight)

    def _fly(self, whose: Whose, flight: Flight) -> Iterator[Event]:
        """Goes on with a look: to its end, or (where looks are interleaved) until it has made a request."""
        number, key = whose
        name, goes_on = self._components[number].name, True
        assert key is not None
        while goes_on and (part := flight.next(self.world.store)) is not None:
            match part:
                case Write():
                    event = self._ask(part, name)
                    goes_on = flight.answered(part, event.after, event.refused)
                    if event.refused is None and number in self._late and event.before is not event.after:
                        self._has_written((name, key), event)
                    if event.refused is not None or event.before is not event.after:
                        yield event
                    if self._interleaved and goes_on:
                        self._flights[whose] = flight
                        self._agenda.due[whose] = None
                        return
                case Again(at):
                    self._agenda.wake(whose, max(at, self.world.now + 1))
                case Remember(value):
                    self.world = remembered(self.world, name, key, value)
        self._flights.pop(whose, None)
        self._agenda.note(whose, flight.look.seen)
        self._back_off(whose, self._components[number], refused=bool(flight.look.refused))
        if any(differs(self.world.seen_by(name), flight.look.store, one) for one in flight.look.seen):
            self._agenda.due[whose] = None

    def _has_written(self, whose: caches.Whose, event: Event) -> None:
        """Takes note of what a late component wrote, which it does not see yet."""
        revision, now = self.world.store.revision, self.world.now
        after = caches.written(self.world.views, whose, event.write, event.after, revision=revision, now=now)
        self.world = self.world._replace(views=after)

    def _numbers(self, names: Collection[str]) -> frozenset[int]:
        return frozenset(number for number, one in enumerate(self._components) if one.name in names)

    def _who_sees_what(self) -> None:
        """Who sees an older store, and who of them hears of everything later: changes are no news to these yet."""
        self._late = self._numbers(self.world.views.late)
        self._lagging = self._numbers(self.world.views.lags)

    def _miss(self, key: Key, after: Object | None) -> None:
        """An object has changed, which may be lost on somebody."""
        revision = self.world.store.revision if after is None else after.meta.resource_version
        self.world = self.world._replace(views=caches.changed(self.world.views, key, revision, gone=after is None))
        self._who_sees_what()

    def _see_more(self, to: int) -> None:
        """Moves the clock of a world in which somebody sees an older store; who sees more looks again."""
        late, world = self._late, self.world
        self.world = world._replace(now=to, views=caches.ticked(world.views, world.store, world.now, to))
        self._who_sees_what()
        for number in sorted(late):
            name = self._components[number].name
            before, after = world.seen_by(name), self.world.seen_by(name)
            for whose, seen in self._agenda.watched_by(number):
                if any(differs(before, after, one) for one in seen):
                    self._agenda.due[whose] = None
            for whose in sorted(one for one in self._waiting if one[0] == number):
                self._agenda.due[whose] = None
                self._waiting.discard(whose)

    def _ask(self, write: Write, by: str) -> Event:
        before = self.world
        self.world, event, changes = asked(before, self._server, write, by)
        for change in changes:
            self._tell(*change)
        if self._on_step is not None:
            self._on_step(before, (event,), self.world)
        return event

    def _tell(self, key: Key, before: Object | None, after: Object | None) -> None:
        """Everybody who looked at what has changed, and sees it, has to look again."""
        if self.world.views.missed:
            self._miss(key, after)
        self._agenda.tell(touched(key, before, after), self._lagging)
