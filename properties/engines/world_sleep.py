"""Two looks that have nothing to do with each other are explored in one order: sleep sets (Godefroid, 1996).

Where two components could look next, and neither sees or writes what the other writes, both orders end in one world. So
once the first was explored, it sleeps in the world behind the second, until somebody does what it has to do with. All
worlds are met all the same, by ways that are as short; only steps are left out. That is why the search leaves this out
where a law is about steps or about ends. The environment and the clock have to do with everybody.
A look that sleeps is known by what it looks at, told as in the key of the world (world_keys.py), so that it is found
again in a world that is the same but for names; where it could be mistaken there, it does not sleep.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Bucket, Key, in_namespace, of_kind, on_node
from kubeproof.properties.engines.world_keys import Told
from kubeproof.properties.engines.world_plans import Memory, Plans, Touched, Whose, memory_of
from kubeproof.properties.engines.world_steps import Taken

Identity = tuple[int, Key | int]
"""A look by what does not depend on names: the number of its component, and what the key tells of its object."""

WAITING = on_node("")
"""The pods that wait: in which order they were written counts (world_keys.py)."""


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
            and WAITING not in both
            and not any(isinstance(one, Key) for one in both)
        )


Sleepers = Mapping[Identity, tuple[Whose, Footprint]]


class Sleeping:
    """The looks that sleep in each world of a search."""

    def __init__(self, components: Sequence[Component]) -> None:
        self._components = components
        self._numbers = {one.name: number for number, one in enumerate(components)}
        self._known: dict[int, Sleepers] = {}

    def of(self, number: int) -> frozenset[Whose]:
        """Those that sleep in a world."""
        return frozenset(whose for whose, _ in self._known.get(number, {}).values())

    def behind(self, number: int, found: Iterable[Taken], plans: Plans) -> list[dict[Whose, Footprint]]:
        """For each step from a world, in order, who sleeps behind it."""
        asleep = dict(self._known.get(number, {}).values())
        touched: dict[Whose, Touched] = {}
        steps = [self._whose(taken) for taken in found]
        for whose, taken in zip(steps, found, strict=True):
            if whose is not None:
                touched.setdefault(whose, {}).update(taken.touched or {})
        prints = {whose: self._footprint(whose, plans, written) for whose, written in touched.items()}
        behind: list[dict[Whose, Footprint]] = []
        last: Whose | None = None
        for whose in steps:
            if whose != last and last is not None and (before := prints[last]) is not None:
                asleep[last] = before
            last = whose
            own = prints[whose] if whose is not None else None
            behind.append({} if own is None else {one: other for one, other in asleep.items() if own.apart(other)})
        return behind

    def arrived(self, number: int, told: Told, asleep: Mapping[Whose, Footprint], *, new: bool) -> frozenset[Whose]:
        """Takes note of those who sleep in a world as it was come to now; who no longer sleeps there."""
        ids = {self._identity(whose, told): (whose, footprint) for whose, footprint in asleep.items()}
        known = self._known.get(number, {})
        if new:
            self._known[number] = {one: both for one, both in ids.items() if one is not None}
            return frozenset()
        if known:
            self._known[number] = {one: both for one, both in known.items() if one in ids}
        return frozenset(whose for one, (whose, _) in known.items() if one not in ids)

    def _whose(self, taken: Taken) -> Whose | None:
        number, key = self._numbers.get(taken.step.by), taken.step.key
        return None if number is None or key is None else (number, key)

    def _footprint(self, whose: Whose, plans: Plans, touched: Touched) -> Footprint | None:
        """None where something was refused, which may depend on anything."""
        plan = plans.open.get(whose)
        if plan is None:
            return None
        reads: set[Bucket | Key | Memory] = {one for one, _ in plan.seen}
        reads.add(memory_of(self._components[whose[0]].name, whose[1]))
        reads.update(*(_reads(part) for _, parts in plan.options for part in parts if isinstance(part, Write)))
        return Footprint(frozenset(reads), frozenset(touched))

    def _identity(self, whose: Whose, told: Told) -> Identity | None:
        number, key = whose
        colour = told.refined.get(key)
        if colour is None:
            return number, key
        return (number, colour) if list(told.refined.values()).count(colour) == 1 else None


def asleep_in(sleeping: Sleeping | None, number: int) -> Collection[Whose]:
    """Who sleeps in a world; nobody where no look is left out."""
    return sleeping.of(number) if sleeping is not None else ()


def _reads(write: Write) -> Iterable[Bucket | Key]:
    """What the API server looks at when it carries out a request."""
    yield write.key
    match write.verb:
        case "create":
            yield Key("Namespace", "", write.key.namespace)
            yield from (of_kind("ResourceQuota"), of_kind("Service"))
        case "bind":
            yield Key("Node", "", write.body)
        case "evict":
            yield in_namespace("PodDisruptionBudget", write.key.namespace)
        case _:
            pass
