"""What comes of plans: requests carried out, and what components remember; done once where all that counts is the same.

What a request does depends on what the API server looks at for it (model/controlplane/reading.py), on what numbers come
next, and on the time. Where these were the same before, the effect is known, and is put into another world as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from kubeproof.model.agenda import touched as changed
from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries
from kubeproof.model.controlplane import numbering
from kubeproof.model.controlplane.apiserver import Change, Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key
from kubeproof.model.controlplane.reading import reads
from kubeproof.model.world import Event, World, asked, remembered
from kubeproof.properties.engines.world_known import Memory, Values, memory_of
from kubeproof.properties.engines.world_plans import Chosen, Options, Part, Plan, Touched, Whose
from kubeproof.properties.engines.world_shapes import Shapes

NOTHING = Key("", "", "")
"""What the environment looks at."""


class Effect(NamedTuple):
    """What a look does by what it has chosen. `changes`: one for each object; `names`: those under which something was
    created; `revisions`: how many writes there were; `remembers`: what its component remembers from then on, if that
    is something else; `gone`, `come`: what differs between the worlds, in numbers (Values.entry), if they have any."""

    chose: tuple[int, ...]
    events: tuple[Event, ...]
    touched: Touched
    changes: tuple[Change, ...]
    names: tuple[Key, ...]
    revisions: int
    remembers: tuple[str, Key, Hashable] | None
    gone: frozenset[int]
    come: frozenset[int]

    def on(self, world: World) -> World:
        """The world behind it."""
        store = world.store
        if self.revisions:
            last = store.revision + self.revisions
            for key, _, after in self.changes:
                store = store.remove(key) if after is None else store.put(key, after)
            for name in self.names:
                store = numbering.counted(store, name)
            world = world._replace(store=store._replace(revision=last))
        return world if self.remembers is None else remembered(world, *self.remembers)


class Footprint(NamedTuple):
    """What a look rests on, and what it changes, whatever it chooses."""

    reads: frozenset[Bucket | Key | Memory]
    writes: frozenset[Bucket | Key | Memory]

    def apart(self, other: Footprint) -> bool:
        """Whether it does not matter which of the two comes first."""
        both = self.writes & other.writes
        return (
            self.writes.isdisjoint(other.reads)
            and other.writes.isdisjoint(self.reads)
            and numbering.WAITING not in both  # in which order pods that wait were written counts (world_keys.py)
            and not any(isinstance(one, Key) for one in both)
        )


class Effects(NamedTuple):
    """What a look does, whatever it chooses, as far as it changes anything; whether something is refused; the worlds
    behind it, where they are made already; what it has to do with, where that is known."""

    options: tuple[Effect, ...]
    refused: bool = False
    worlds: tuple[World, ...] = ()
    footprint: Footprint | None = None


NOTHING_DONE = Effects(())
NO_EFFECT = Effect((), (), {}, (), (), 0, None, frozenset(), frozenset())


class Asks(NamedTuple):
    """What the effect of a plan rests on. `pods`: those that may wait, whose numbers go on from one another; `names`:
    those under which something is created."""

    plan: Options
    reads: tuple[Bucket | Key, ...]
    pods: tuple[Key, ...]
    names: tuple[Key, ...]


class With(NamedTuple):
    """What plans are carried out with. `values`: those of the search, where what comes of plans is kept."""

    server: Server
    shapes: Shapes
    values: Values | None


class Carrier:
    """Carries out plans of one search."""

    def __init__(self, components: Sequence[Component], own: With) -> None:
        self._components, self._own, self._sorted = components, own, SortedEntries()
        self._asks: dict[int, Asks] = {}
        self._known: dict[Hashable, Effects] = {}

    def of(self, whose: Whose, plan: Plan, world: World) -> Effects:
        """What comes of a plan in a world."""
        if self._own.values is None:
            return self.anew(whose, plan, world)
        rests_on = self._rests_on(plan.options, world, self._own.values)
        known = self._known.get(rests_on)
        if known is None:
            known = self.anew(whose, plan, world)._replace(worlds=())  # in which objects are not yet shared
            if not known.refused:  # what is refused may make the look go on otherwise, by whatever it sees then
                self._known[rests_on] = known
        return known

    def anew(self, whose: Whose, plan: Plan, world: World) -> Effects:
        """What comes of a plan in a world, carried out whether or not it is known."""
        number, key = whose
        component = self._components[number]
        options, worlds, refused = list[Effect](), list[World](), False
        for chose, parts in plan.options:
            work = _Work(self._own, world, component.name, key)
            work.does(parts)
            if any(event.refused is not None for event in work.events):
                refused = True
                work = _Work(self._own, world, component.name, key)
                look = Look(world.store, world.now, world.memory.get((component.name, key)), self._sorted)
                work.does(component.decide(look, key, Chosen(chose)), answers=look.refused)
            if work.world is not world:
                options.append(work.effect(chose))
                worlds.append(work.world)
        # what is refused may depend on anything, and what was left out may have to do with more
        known = not refused and not plan.fewer and self._own.values is not None
        footprint = self._footprint(component.name, key, plan, options) if known else None
        return Effects(tuple(options), refused, tuple(worlds), footprint)

    def _footprint(self, name: str, key: Key, plan: Plan, options: Iterable[Effect]) -> Footprint:
        touched: Touched = {}
        for effect in options:
            touched.update(effect.touched)
        reads: set[Bucket | Key | Memory] = {*dict(plan.seen), *_reads(plan.options), memory_of(name, key)}
        return Footprint(frozenset(reads), frozenset(touched))

    def made(self, world: World, writes: Iterable[Write], by: str) -> tuple[Effect, World]:
        """What requests from outside do, and the world behind them."""
        work = _Work(self._own, world, by)
        work.does(writes)
        return work.effect(()), work.world

    def _rests_on(self, plan: Options, world: World, values: Values) -> Hashable:
        asks = self._asks.get(id(plan))
        if asks is None:
            asks = self._asks[id(plan)] = _asks(plan)
        if not asks.reads:
            return id(plan)
        store, found = world.store, [id(plan), world.now]
        found += [
            values.number(store.get(one)) if isinstance(one, Key) else values.of_bucket(store.bucket(one))
            for one in asks.reads
        ]
        if any(numbering.waits(store.get(pod)) for pod in asks.pods):
            found.append(values.of_bucket(store.bucket(numbering.WAITING)))
        found += [numbering.count(store, name) for name in asks.names]
        return tuple(found)


def _writes(plan: Options) -> list[Write]:
    return [part for _, parts in plan for part in parts if isinstance(part, Write)]


def _reads(plan: Options) -> tuple[Bucket | Key, ...]:
    """What the API server looks at for a plan."""
    return tuple(dict.fromkeys(one for write in _writes(plan) for one in reads(write)))


def _asks(plan: Options) -> Asks:
    writes = _writes(plan)
    pods = dict.fromkeys(one.key for one in writes if one.key.kind == "Pod" and one.verb != "bind")
    names = dict.fromkeys(one.key for one in writes if one.verb in ("create", "apply"))
    return Asks(plan, _reads(plan), (*pods,), (*names,))


class _Work:
    """A plan being carried out. `world`: the one behind what was done so far, the same one where nothing changed."""

    def __init__(self, own: With, world: World, name: str, key: Key = NOTHING) -> None:
        self.world, self.events = world, list[Event]()
        self._before, self._own, self._name, self._key = world, own, name, key
        self._touched: Touched = {}
        self._changes: dict[Key, Change] = {}
        self._names: list[Key] = []

    def does(self, parts: Iterable[Part], answers: list[Refused] | None = None) -> None:
        """Does these, one by one. `answers`: takes up what is refused."""
        for part in parts:
            match part:
                case Write():
                    self._asks(part, answers)
                case Remember(value):
                    if not self._remembers(value):
                        self.world = remembered(self.world, self._name, self._key, value)
                        self._touched[memory_of(self._name, self._key)] = None
                case Again():
                    pass

    def _asks(self, write: Write, answers: list[Refused] | None) -> None:
        after, event, changes = asked(self.world, self._own.server, write, self._name)
        if changes:
            self.world = after
            if event.before is None:
                self._names.append(write.key)
            for change in changes:
                known = self._changes.get(change.key)
                self._changes[change.key] = change if known is None else change._replace(before=known.before)
                self._touched.update(dict.fromkeys(changed(*change)))
        if changes or event.refused is not None:
            self.events.append(event)
        if answers is not None and event.refused is not None:
            answers.append(event.refused)

    def _remembers(self, value: Hashable) -> bool:
        """Whether that is what the component remembers already."""
        held = self.world.memory.get((self._name, self._key))
        if held is None or value is None or held is value:
            return held is value
        shape = self._own.shapes.memory
        return shape(self._name, self._key, held) == shape(self._name, self._key, value)

    def effect(self, chose: tuple[int, ...]) -> Effect:
        """What was done."""
        before, after, values = self._before, self.world, self._own.values
        changes = tuple([one for one in self._changes.values() if one.before is not one.after])
        if values is not None:
            changes = tuple([one._replace(after=values.same(one.after)) for one in changes])
        differs: list[tuple[Key | Memory, object, object]] = list(changes)
        remembers = None
        if after.memory is not before.memory:
            whose = self._name, self._key
            remembers = (*whose, after.memory.get(whose))
            differs.append((memory_of(*whose), before.memory.get(whose), after.memory.get(whose)))
        gone, come = _numbers(differs, values)
        return Effect(
            chose,
            tuple(self.events),
            self._touched,
            changes,
            tuple(self._names),
            after.store.revision - before.store.revision,
            remembers,
            gone,
            come,
        )


def _numbers(
    differs: Iterable[tuple[Key | Memory, object, object]], values: Values | None
) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of what is gone and of what comes; none where values have none."""
    if values is None:
        return frozenset(), frozenset()
    return (
        frozenset([values.entry(one, old) for one, old, _ in differs if old is not None]),
        frozenset([values.entry(one, new) for one, _, new in differs if new is not None]),
    )
