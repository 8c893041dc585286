"""The world: all objects, what components remember, and the time; and its run from event to event on a virtual clock.

A world is an immutable value. `Runner` moves it: whoever has something to do does it, in a fixed order, a whole look at
a time; when nobody has, the clock goes to the next time at which somebody wants to look again. It is deterministic: the
same world, components and choices give the same events.
What was looked at is noted, so that a component looks again only when something of it has changed: that makes it fast,
and is no part of what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from immutables import Map

from kubeproof.model.component import Again, Component, Look, Pick, Remember, SortedEntries, first
from kubeproof.model.controlplane.apiserver import Change, Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store, buckets_of

BUSY = 10
"""How often a component looks at one object within a second before it waits for the next: about what client-side rate
limits let through (20 requests a second)."""

Whose = tuple[int, Key | None]
"""The number of a component, and what it looks at; None: which objects there are for it to look at."""


class World(NamedTuple):
    """A cluster at one moment. `memory`: what each component remembers, by its name and the object."""

    store: Store = Store()
    now: int = 0
    memory: Map[tuple[str, Key], Hashable] = Map()


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
    ) -> None:
        self.world = world
        self._components, self._server, self._pick = components, server or Server(), pick
        self._on_step = on_step
        self._sorted = SortedEntries()
        self._watch: dict[Bucket | Key, dict[Whose, None]] = {}
        self._watched: dict[Whose, tuple[Bucket | Key, ...]] = {}
        self._known: list[frozenset[Key] | None] = [None] * len(components)
        self._due: dict[Whose, None] = {(number, None): None for number in range(len(components))}
        self._timers: list[tuple[int, int, Whose]] = []
        self._timed: dict[Whose, int] = {}
        self._looks: dict[Whose, int] = {}
        self._refusals: dict[Whose, tuple[int, int]] = {}
        self._count = 0

    def ask(self, write: Write, by: str) -> Event:
        """A request from outside (a user, the environment): carried out at once, or refused."""
        return self._ask(write, by)

    def run(self, until: int) -> Iterator[Event]:
        """What happens until a time, or until nobody has anything to do any more; the clock is there then."""
        while True:
            for looked in self.instant():
                yield from looked.events
            if not self._timers or self._timers[0][0] > until:
                break
            self._tick(self._timers[0][0])
        if self._timers:
            self._tick(until)

    @property
    def next_at(self) -> int | None:
        """When somebody wants to look again; None where nobody does, so that nothing ever happens by itself."""
        return self.world.now if self._due else self._timers[0][0] if self._timers else None

    def look(self, component: str, key: Key) -> list[Event]:
        """What one look of a component at one object does now, whether or not anybody asked for it."""
        number = next(at for at, one in enumerate(self._components) if one.name == component)
        return list(self._look((number, key), self._components[number], key))

    def advance(self, to: int) -> None:
        """Moves the clock, without anybody looking."""
        self._tick(to)

    def _tick(self, to: int) -> None:
        if to > self.world.now:
            self.world = self.world._replace(now=to)
            self._looks.clear()
        while self._timers and self._timers[0][0] <= to:
            at, _, whose = heappop(self._timers)
            if self._timed.get(whose) == at:
                del self._timed[whose]
                self._due[whose] = None

    def instant(self) -> Iterator[Looked]:
        """What happens until nobody has anything to do at this time any more, a look at a time: the world is the one
        after the look."""
        while self._due:
            whose = next(iter(self._due))
            del self._due[whose]
            number, key = whose
            if key is None:
                self._list(number)
            elif self._looks.setdefault(whose, 0) >= BUSY:
                self._wake(whose, self.world.now + 1)
            else:
                self._looks[whose] += 1
                component = self._components[number]
                yield Looked(component.name, key, tuple(self._look(whose, component, key)))

    def _list(self, number: int) -> None:
        """Which objects there are for a component to look at; new ones it looks at, and at first also those that it
        remembers and that are gone."""
        look = Look(self.world.store, self.world.now, None, self._sorted)
        component, known = self._components[number], self._known[number]
        found = tuple(component.objects(look))
        self._note((number, None), look)
        for key in found:
            if known is None or key not in known:
                self._due[number, key] = None
        if known is None:
            for name, key in self.world.memory:
                if name == component.name and key not in self.world.store.objects:
                    self._due[number, key] = None
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
                    self._wake(whose, max(at, self.world.now + 1))
                case Remember(value):
                    self.world = remembered(self.world, component.name, key, value)
        self._back_off(whose, component, refused=bool(look.refused))
        self._note(whose, look)
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
        self._wake(whose, self.world.now + component.back_off.after(count))

    def _ask(self, write: Write, by: str) -> Event:
        before = self.world
        self.world, event, changes = asked(before, self._server, write, by)
        for change in changes:
            self._tell(*change)
        if self._on_step is not None:
            self._on_step(before, (event,), self.world)
        return event

    def _tell(self, key: Key, before: Object | None, after: Object | None) -> None:
        """Everybody who looked at what has changed has to look again."""
        touched: dict[Bucket | Key, None] = {key: None}
        if before is None or after is None:
            touched["names", key.kind] = None
        for held in (before, after):
            if held is not None:
                touched |= dict.fromkeys(buckets_of(key, held))
        for one in touched:
            for whose in self._watch.get(one, ()):
                self._due[whose] = None

    def _note(self, whose: Whose, look: Look) -> None:
        for one in self._watched.get(whose, ()):
            if one not in look.seen:
                del self._watch[one][whose]
        for one in look.seen:
            self._watch.setdefault(one, {})[whose] = None
        self._watched[whose] = tuple(look.seen)

    def _wake(self, whose: Whose, at: int) -> None:
        """Looks again at that time, or at the earlier one that was set before."""
        known = self._timed.get(whose)
        if known is None or at < known:
            self._timed[whose] = at
            self._count += 1
            heappush(self._timers, (at, self._count, whose))
