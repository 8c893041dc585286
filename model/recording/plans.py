"""What components would do, decided anew whenever something that they looked at changes, and kept for a while.

A plan that was current until a moment ago may still be carried out: that is how far views lag. Creations and deletions
are different: a controller decides on new ones only when it has seen its own last ones (expectations), so an older plan
may only be finished, never begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Remember, SortedEntries, first
from kubeproof.model.controlplane.apiserver import Change as Written
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Object, Store, buckets_of
from kubeproof.model.errors import NotModelled
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.recording.naming import HASHED, named, renamed, stem
from kubeproof.model.recording.rebasing import rebased

LAG = 3.0
"""Seconds for which a plan that is not current any more may still be carried out."""

OPEN = 15.0
"""Seconds after its last write for which a plan that was begun may go on."""

KEPT = 400
"""Plans that are kept of one component and object."""

MIXED = 20
"""Plans on older views that are decided anew, at most, where no plan explains an event."""

ROUND_EVERY = {"pod-garbage-collector-controller": 20, "node-lifecycle-controller": 5}
"""Controllers that look in rounds, with the seconds between two: nobody knows when in those a round is made."""

ROUNDS = 10_000
"""Looks that are made, at most, because of the time alone between two events."""

ACTS = frozenset({"create", "delete", "evict"})
"""The verbs that a controller expects to see before it decides on more of them."""

Whose = tuple[int, Key]


class Plan:
    """What one look decided: its writes, on which store and when; `until`: when a newer plan took its place."""

    def __init__(self, store: Store, at: float, writes: Sequence[Write], memory: Hashable = None) -> None:
        self.store, self.at, self.writes, self.memory = store, at, writes, memory
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
        self._at, self._revision = 0.0, 0
        self._memory: dict[Whose, Hashable] = {}
        self._acted: dict[Whose, int] = {}
        self._due: dict[Whose | int, None] = dict.fromkeys(range(len(components)))
        self.unknown: dict[str, int] = {}

    def tell(self, change: Written, at: float) -> None:
        """Everybody who looked at what has changed has to look again."""
        self._at = max(self._at, at)
        touched: dict[Bucket | Key, None] = {change.key: None}
        if change.before is None or change.after is None:
            touched["names", change.key.kind] = None
        for held in (change.before, change.after):
            if held is not None:
                touched |= dict.fromkeys(buckets_of(change.key, held))
        for one in touched:
            self._due |= dict.fromkeys(self._watch.get(one, ()))

    def look(self, store: Store, at: float) -> None:
        """All who have to look again do, at this store, each at the time for which it asked, until `at` (seconds)."""
        self._changed(store, self._at)
        for _ in range(ROUNDS):
            soonest = min(((due, whose) for whose, due in self._again.items()), default=None)
            if soonest is None or soonest[0] > at:
                break
            due, whose = soonest
            self._at = max(self._at, float(due))
            self._decide(whose, store, self._at)
        self._at = max(self._at, at)

    def _changed(self, store: Store, at: float) -> None:
        while self._due:
            whose = next(iter(self._due))
            del self._due[whose]
            if isinstance(whose, int):
                self._list(whose, store, at)
            else:
                self._decide(whose, store, at)

    def offers(
        self, key: Key, before: Object | None, seen: Any, store: Store, at: float, revision: int
    ) -> Iterator[Offer]:
        """What components may do to an object: what they have begun first, then the newest plans. `seen`: as it is now,
        which names what is open; the event's own `revision` is what a controller has to see before it goes on."""
        self._revision = revision
        whose = {one for target in _targets(key, created=before is None) for one in self._targets.get(target, ())}
        for one in sorted(whose):
            for plan in sorted(reversed(self._of[one].plans), key=lambda plan: plan.begun_at is None):
                yield from self._offered(one, plan, key, before, seen, store, at)
        for one in sorted(self._owners(key, before or seen)):
            for plan in reversed(self._of[one].plans):
                if (other := self._picking(one, plan, key)) is not None:
                    yield from self._offered(one, plan, key, before, seen, store, at, other)
        for one in sorted({*whose, *self._owners(key, before or seen), *self._own(key)}):
            for plan in self._mixed(one, key, store, at):
                yield from self._steps(one, plan, plan, key, before, seen, store, at, is_open=False)

    def _own(self, key: Key) -> Iterator[Whose]:
        return (whose for number in range(len(self._components)) if (whose := (number, key)) in self._of)

    def _mixed(self, whose: Whose, key: Key, store: Store, at: float) -> Iterator[Plan]:
        """Plans on views of which one part is older than another, and a second later, as clocks are whole seconds.

        Each kind has a watch of its own: the object that is looked at may be as it is now and the rest older, or the
        other way round.
        """
        own, tried = whose[1], 0
        for plan in reversed(tuple(self._of[whose].plans)):
            if plan.until is not None and at - plan.until > LAG or tried >= MIXED:
                return
            tried += 1
            until = at if plan.until is None else plan.until
            views = [(plan.store, (plan.at, plan.at + 1, until + 1, *self._early(whose, at)))]
            now, then = store.get(own), plan.store.get(own)
            if now is not None and then is not None and now is not then:
                views += [(_with(plan.store, own, now), (at,)), (_with(store, own, then), (at,))]
            for view, times in views:
                for time in times:
                    writes = self._writes(whose, view, time, plan.memory, _wishing({key}))
                    if any(_is_about(write, key) for write in writes):
                        yield Plan(view, time, writes, plan.memory)

    def _early(self, whose: Whose, at: float) -> Iterator[float]:
        """When the component is next to look, if that is a round that may have been made by now."""
        again = self._again.get(whose)
        if again is not None and again - at <= ROUND_EVERY.get(self._components[whose[0]].name, 0):
            yield again

    def _writes(self, whose: Whose, store: Store, at: float, memory: Hashable, pick: Pick) -> tuple[Write, ...]:
        """What the component would do on this view; nothing where that is not modelled."""
        look = Look(store, int(at), memory, self._sorted)
        try:
            decided = list(self._components[whose[0]].decide(look, whose[1], pick))
        except NotModelled:
            return ()
        return tuple(part for part in decided if isinstance(part, Write))

    def _owners(self, key: Key, before: Object | None) -> Iterator[Whose]:
        """Whoever looks at an object's owner: it may pick this one of several that are equal."""
        owner = before.meta.controller if before is not None else None
        for number in range(len(self._components)) if owner is not None else ():
            whose = (number, Key(owner.kind, key.namespace, owner.name))
            if whose in self._of:
                yield whose

    def _picking(self, whose: Whose, plan: Plan, key: Key) -> tuple[Write, ...] | None:
        """The plan's writes if of equals this object is picked, beside those that were; None where that is no plan."""
        if any(write.key == key for write in plan.writes):
            return None
        done = [plan.writes[place] for place in sorted(plan.done)]
        if not any(write.verb in ACTS and write.key.kind == key.kind for write in plan.writes):
            return None
        wished = _wishing({key, *(write.key for write in done)})
        writes = self._writes(whose, plan.store, plan.at, plan.memory, wished)
        kept = all(any(_same(write, other) for other in writes) for write in done)
        return writes if kept else None

    def overdue(self, store: Store, at: float, since: float) -> Iterator[tuple[str, Write]]:
        """What plans of that time or before still want to change, with the component that wants it."""
        for whose, of in self._of.items():
            for _, write in of.plans[-1].rest() if of.plans and of.plans[-1].at <= since else ():
                try:
                    done = self._server.do(store, write, int(at))
                except Refused:
                    continue
                if done.before != done.after:
                    yield self._components[whose[0]].name, write

    def _offered(
        self,
        whose: Whose,
        plan: Plan,
        key: Key,
        before: Object | None,
        seen: Any,
        store: Store,
        at: float,
        picked: tuple[Write, ...] | None = None,
    ) -> Iterator[Offer]:
        """What of one plan is about the object; `picked`: the plan's writes with other picks."""
        is_open = plan.begun_at is not None and at - plan.begun_at <= OPEN
        if not is_open and plan.until is not None and at - plan.until > LAG:
            return
        if picked is not None:
            done = [plan.writes[place] for place in plan.done]
            again = Plan(plan.store, plan.at, picked, plan.memory)
            again.done = {place for place, write in enumerate(picked) if any(_same(write, one) for one in done)}
            yield from self._steps(whose, again, plan, key, before, seen, store, at, is_open=is_open)
            return
        yield from self._steps(whose, plan, plan, key, before, seen, store, at, is_open=is_open)

    def _steps(
        self,
        whose: Whose,
        plan: Plan,
        kept: Plan,
        key: Key,
        before: Object | None,
        seen: Any,
        store: Store,
        at: float,
        *,
        is_open: bool,
    ) -> Iterator[Offer]:
        name = self._components[whose[0]].name
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
                taken = partial(self._taken, whose, plan, kept, place, key.name, self._revision, at)
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

    def _taken(self, whose: Whose, made: Plan, plan: Plan, place: int, name: str, revision: int, at: float) -> None:
        plan.writes, plan.done = made.writes, made.done
        plan.done.add(place)
        plans = self._of[whose].plans
        if not any(plan is one for one in plans):
            if len(plans) == KEPT:
                plans.popleft()
            plan.until = at
            plans.insert(max(len(plans) - 1, 0), plan)
        plan.begun_at, write = at, plan.writes[place]
        if write.verb == "create" and write.key.kind in HASHED and write.key.name != name:
            plan.writes = renamed(tuple(plan.writes), write.key.name, name)
            for other in plan.writes:
                self._targets.setdefault(other.key, set()).add(whose)
        if write.verb in ACTS:
            self._acted[whose] = revision
            for other in plans:
                if other is not plan:
                    other.begun_at = None

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
        self._keep(whose, Plan(store, at, writes, look.memory), look)

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


def _with(store: Store, key: Key, held: Object) -> Store:
    """The store with another version of an object, at the same revision."""
    return store.put(key, held)._replace(revision=store.revision)


def _same(one: Write, other: Write) -> bool:
    return (one.verb, one.key) == (other.verb, other.key)


def _wishing(keys: Collection[Key]) -> Pick:
    """Takes, of several options, the first that is about one of these objects."""

    def pick(options: Sequence[Any]) -> Any:
        return next((one for one in options if _key(one) in keys), options[0])

    return pick


def _key(option: Any) -> Key | None:
    """The pod that an option is, or is about."""
    pod = option if isinstance(option, LivePod) else getattr(option, "pod", None)
    return Key("Pod", pod.meta.namespace, pod.meta.name) if isinstance(pod, LivePod) else None
