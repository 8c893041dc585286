"""What components would do, decided anew whenever something that they looked at changes, and kept for a while.

A plan that was current until a moment ago may still be carried out: that is how far views lag. Creations and deletions
are different: a controller decides on new ones only when it has seen its own last ones (expectations), so an older plan
may only be finished, never begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Remember, SortedEntries, first
from kubeproof.model.controlplane.apiserver import Change as Written
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store, buckets_of
from kubeproof.model.errors import NotModelled
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.naming import HASHED, named, renamed, stem
from kubeproof.model.recording.rebasing import rebased

LAG = 3.0
"""Seconds for which a plan that is not current any more may still be carried out."""

OPEN = 15.0
"""Seconds after its last write for which a plan that was begun may go on."""

KEPT = 40
"""Plans that are kept of one component and object."""

ACTS = frozenset({"create", "delete", "evict"})
"""The verbs that a controller expects to see before it decides on more of them."""

Whose = tuple[int, Key]


class Plan:
    """What one look decided: its writes, on which store and when; `until`: when a newer plan took its place."""

    def __init__(self, store: Store, at: float, writes: Sequence[Write]) -> None:
        self.store, self.at, self.writes = store, at, writes
        self.until: float | None = None
        self.done: set[int] = set()
        self.begun_at: float | None = None

    def rest(self) -> Iterator[tuple[int, Write]]:
        """The writes that have not been seen yet, with their places."""
        return ((place, write) for place, write in enumerate(self.writes) if place not in self.done)

    def base(self, place: int) -> Any:
        """The object on which a write was decided: as an earlier write of the plan leaves it, or as it was seen."""
        key = self.writes[place].key
        earlier = (one.body for one in reversed(self.writes[:place]) if one.key == key and one.verb in ("update", "status"))
        return next(earlier, None) or self.store.get(key)


class _Of(NamedTuple):
    plans: deque[Plan]
    seen: tuple[Bucket | Key, ...]


class Plans:
    """The plans of all components."""

    def __init__(self, components: Sequence[Component], server: Server) -> None:
        self._components, self._server = components, server
        self._sorted = SortedEntries()
        self._of: dict[Whose, _Of] = {}
        self._watch: dict[Bucket | Key, set[Whose | int]] = {}
        self._lists: dict[int, tuple[Bucket | Key, ...]] = {}
        self._targets: dict[Key, set[Whose]] = {}
        self._again: dict[Whose, int] = {}
        self._memory: dict[Whose, Hashable] = {}
        self._acted: dict[Whose, int] = {}
        self._due: dict[Whose | int, None] = dict.fromkeys(range(len(components)))
        self.unknown: dict[str, int] = {}

    def tell(self, change: Written) -> None:
        """Everybody who looked at what has changed has to look again."""
        touched: dict[Bucket | Key, None] = {change.key: None}
        if change.before is None or change.after is None:
            touched["names", change.key.kind] = None
        for held in (change.before, change.after):
            if held is not None:
                touched |= dict.fromkeys(buckets_of(change.key, held))
        for one in touched:
            self._due |= dict.fromkeys(self._watch.get(one, ()))

    def look(self, store: Store, at: float) -> None:
        """All who have to look again do, at this store and time (seconds)."""
        self._due |= {whose: None for whose, due in self._again.items() if due <= at}
        while self._due:
            whose = next(iter(self._due))
            del self._due[whose]
            if isinstance(whose, int):
                self._list(whose, store, at)
            else:
                self._decide(whose, store, at)

    def offers(self, key: Key, before: Object | None, seen: Any, store: Store, at: float) -> Iterator[Offer]:
        """What components may do to an object, the newest plans first. `seen`: as it is now; it names what is open."""
        whose = {one for target in _targets(key, created=before is None) for one in self._targets.get(target, ())}
        for one in sorted(whose):
            for plan in reversed(self._of[one].plans):
                yield from self._offered(one, plan, key, before, seen, store, at)

    def overdue(self, store: Store, at: float) -> Iterator[tuple[str, Write]]:
        """What current plans still want to change, with the component that wants it."""
        for whose, of in self._of.items():
            for _, write in of.plans[-1].rest() if of.plans else ():
                try:
                    done = self._server.do(store, write, int(at))
                except Refused:
                    continue
                if done.before != done.after:
                    yield self._components[whose[0]].name, write

    def _offered(
        self, whose: Whose, plan: Plan, key: Key, before: Object | None, seen: Any, store: Store, at: float
    ) -> Iterator[Offer]:
        name = self._components[whose[0]].name
        is_open = plan.begun_at is not None and at - plan.begun_at <= OPEN
        if not is_open and plan.until is not None and at - plan.until > LAG:
            return
        for place, write in plan.rest():
            if not _is_about(write, key):
                continue
            step = f"{write.verb} {write.key.kind} for {whose[1]}"
            if write.verb in ACTS and not is_open and plan.store.revision < self._acted.get(whose, -1):
                yield Forbidden(name, step, "it has not seen its own last creations and deletions in that view")
                continue
            try:
                after = self._done(plan, place, key, before, seen, store, at)
            except Refused as refused:
                yield Forbidden(name, step, f"the API server refuses it: {refused}")
                continue
            if after is not before:
                taken = partial(self._taken, whose, plan, place, key.name, store.revision + 1, at)
                yield Option(name, step, after, taken)

    def _done(
        self, plan: Plan, place: int, key: Key, before: Object | None, seen: Any, store: Store, at: float
    ) -> Object | None:
        write = plan.writes[place]
        body = write.body
        if write.verb == "create" and seen is not None:
            body = named(body, seen, write.key, key)
            write = write._replace(key=key)
        elif write.verb in ("update", "status") and before is not None and write.revision is None:
            base = plan.base(place)
            body = rebased(base, body, before) if base is not None else body
        return self._server.do(store, write._replace(body=body), int(at)).after

    def _taken(self, whose: Whose, plan: Plan, place: int, name: str, revision: int, at: float) -> None:
        plan.done.add(place)
        plan.begun_at, write = at, plan.writes[place]
        if write.verb == "create" and write.key.kind in HASHED and write.key.name != name:
            plan.writes = renamed(tuple(plan.writes), write.key.name, name)
            for other in plan.writes:
                self._targets.setdefault(other.key, set()).add(whose)
        if write.verb in ACTS:
            self._acted[whose] = revision

    def _list(self, number: int, store: Store, at: float) -> None:
        look = Look(store, int(at), None, self._sorted)
        found = set(self._components[number].objects(look))
        self._note(number, self._lists.get(number, ()), look)
        self._lists[number] = tuple(look.seen)
        for key in sorted(found):
            if (number, key) not in self._of:
                self._due[number, key] = None

    def _decide(self, whose: Whose, store: Store, at: float) -> None:
        component = self._components[whose[0]]
        look = Look(store, int(at), self._memory.get(whose), self._sorted)
        self._again.pop(whose, None)
        writes: list[Write] = []
        try:
            for part in component.decide(look, whose[1], first):
                if isinstance(part, Write):
                    writes.append(part)
                elif isinstance(part, Again):
                    self._again[whose] = min(max(part.at, int(at) + 1), self._again.get(whose, part.at))
                elif isinstance(part, Remember):
                    self._memory[whose] = part.value
        except NotModelled as missing:
            self.unknown[missing.path] = self.unknown.get(missing.path, 0) + 1
        self._keep(whose, Plan(store, at, writes), look)

    def _keep(self, whose: Whose, plan: Plan, look: Look) -> None:
        old = self._of.get(whose)
        plans = old.plans if old else deque(maxlen=KEPT)
        if plans:
            plans[-1].until = plan.at
        plans.append(plan)
        self._note(whose, old.seen if old else (), look)
        self._of[whose] = _Of(plans, tuple(look.seen))
        for write in plan.writes:
            target = stem(write.key) if write.verb == "create" and write.key.kind in HASHED else write.key
            self._targets.setdefault(target, set()).add(whose)

    def _note(self, whose: Whose | int, before: Iterable[Bucket | Key], look: Look) -> None:
        for one in before:
            if one not in look.seen:
                self._watch[one].discard(whose)
        for one in look.seen:
            self._watch.setdefault(one, set()).add(whose)


def _targets(key: Key, *, created: bool) -> Iterator[Key]:
    """The names by which a request may mean this object: its own, or what its generated name begins with."""
    yield key
    if created and key.name[-6:-5] == "-":
        yield key._replace(name=key.name[:-5])
    if created and key.kind in HASHED:
        yield stem(key)


def _is_about(write: Write, key: Key) -> bool:
    if write.verb != "create":
        return write.key == key
    mine = stem(write.key) if write.key.kind in HASHED else write.key
    return mine in _targets(key, created=True)
