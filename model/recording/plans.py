"""What components would do, decided anew whenever something that they looked at changes, and kept for a while.

A plan that was current until a moment ago may still be carried out: that is how far views lag. Creations and deletions
are different: a controller decides on new ones only when it has seen its own last ones (expectations), so an older plan
may only be finished, never begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from kubeproof.model.component import Again, Component, Look, Pick, Remember, SortedEntries, first
from kubeproof.model.controlplane.apiserver import Change as Written
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Store, buckets_of
from kubeproof.model.errors import NotModelled
from kubeproof.model.recording import quotas
from kubeproof.model.recording.looking import planned, views
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.naming import HASHED
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.plan import ACTS, Plan, is_about, target, targets, wishing

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

Whose = tuple[int, Key]


class _Of(NamedTuple):
    plans: deque[Plan]
    seen: tuple[Bucket | Key, ...]


class Plans:
    """The plans of all components. `unknown`: what was asked that is not modelled, by its path, and how often."""

    def __init__(self, components: Sequence[Component], server: Server) -> None:
        self._components, self._server = components, server
        self._sorted = SortedEntries()
        self._of: dict[Whose, _Of] = {}
        self._watch: dict[Bucket | Key, set[Whose | int]] = {}
        self._lists: dict[int, tuple[Bucket | Key, ...]] = {}
        self._targets: dict[Key, set[Whose]] = {}
        self._again: dict[Whose, int] = {}
        self._at = 0.0
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

    def offers(self, moment: Moment) -> Iterator[Offer]:
        """What components may do to an object: what they have begun first, then the newest plans, then other picks and
        other views."""
        key = moment.key
        about = {one for name in targets(key, created=moment.before is None) for one in self._targets.get(name, ())}
        for whose in sorted(about):
            newest_first = tuple(reversed(self._of[whose].plans))
            for plan in sorted(newest_first, key=lambda plan: plan.begun_at is None):
                if (is_open := _is_open(plan, moment.at)) is not None:
                    yield from self._steps(whose, plan, plan, moment, is_open=is_open)
        owners = sorted(self._owners(moment))
        for whose in owners:
            for plan in reversed(self._of[whose].plans):
                is_open = _is_open(plan, moment.at)
                if is_open is not None and (other := self._picking(whose, plan, moment)) is not None:
                    yield from self._steps(whose, other, plan, moment, is_open=is_open)
        for whose in sorted(about):
            for plan in self._refused(whose, moment):
                yield from self._steps(whose, plan, plan, moment, is_open=False)
        own = (whose for number in range(len(self._components)) if (whose := (number, key)) in self._of)
        rounds = (whose for whose in self._of if not whose[1].name and self._name(whose) in ROUND_EVERY)
        for whose in sorted({*about, *owners, *own, *rounds}):
            for plan in chain(self._next(whose, moment), self._mixed(whose, moment)):
                yield from self._steps(whose, plan, plan, moment, is_open=False)

    def creations(self, at: float) -> Iterator[tuple[str, Write]]:
        """What may be created now, with the component that wants it."""
        for whose, of in self._of.items():
            for plan in reversed(of.plans):
                if _is_open(plan, at) is None:
                    break
                yield from ((self._name(whose), write) for _, write in plan.rest() if write.verb == "create")

    def overdue(self, store: Store, at: float, since: float) -> Iterator[tuple[str, Write]]:
        """What plans of that time or before still want to change, with the component that wants it."""
        for whose, of in self._of.items():
            for _, write in of.plans[-1].rest() if of.plans and of.plans[-1].at <= since else ():
                try:
                    done = self._server.do(store, write, int(at))
                except Refused:
                    continue
                if done.before != done.after:
                    yield self._name(whose), write

    def _steps(self, whose: Whose, plan: Plan, kept: Plan, moment: Moment, *, is_open: bool) -> Iterator[Offer]:
        """What of a plan is about the object. `kept`: the plan that it becomes, if it is the same with other picks."""
        name = self._name(whose)
        for place, write in plan.rest():
            if not is_about(write, moment.key):
                continue
            step = f"{write.verb} {write.key.kind} for {whose[1]}"
            if write.verb in ACTS and not is_open and plan.store.revision < self._acted.get(whose, -1):
                yield Forbidden(name, step, "it has not seen its own last creations and deletions in that view")
                continue
            try:
                after = plan.outcome(place, moment, self._server)
            except Refused as refused:
                yield Forbidden(name, step, f"the API server refuses it: {refused}")
                continue
            if after is not moment.before:
                yield Option(name, step, after, partial(self._taken, whose, plan, kept, place, moment))

    def _taken(self, whose: Whose, made: Plan, plan: Plan, place: int, moment: Moment) -> None:
        """Notes that a write of a plan was seen; from now on the plan is one that was begun."""
        plan.writes, plan.done = made.writes, made.done
        if made.goes_on:
            self._memory[whose] = made.left
            self._due[whose] = None
        plan.done.add(place)
        plans = self._of[whose].plans
        if not any(plan is one for one in plans):
            if len(plans) == KEPT:
                plans.popleft()
            plan.until = moment.at
            plans.insert(max(len(plans) - 1, 0), plan)
        plan.begun_at, write = moment.at, plan.writes[place]
        if write.verb in ACTS:
            self._acted[whose] = moment.revision
            for other in plans:
                if other is not plan:
                    other.begun_at = None
        if write.verb == "create" and write.key.kind in HASHED and write.key.name != moment.key.name:
            plan.rename(write.key.name, moment.key.name)
            for one in plan.writes:
                self._targets.setdefault(one.key, set()).add(whose)

    def _owners(self, moment: Moment) -> Iterator[Whose]:
        """Whoever looks at an object's owner: it may pick this one of several that are equal."""
        held = moment.before or moment.after
        owner = held.meta.controller if held is not None else None
        if owner is None:
            return
        for number in range(len(self._components)):
            whose = (number, Key(owner.kind, moment.key.namespace, owner.name))
            if whose in self._of:
                yield whose

    def _picking(self, whose: Whose, plan: Plan, moment: Moment) -> Plan | None:
        """The plan if of equals this object is picked, beside those that were; None where that is no plan."""
        key = moment.key
        if any(write.key == key for write in plan.writes):
            return None
        if not any(write.verb in ACTS and write.key.kind == key.kind for write in plan.writes):
            return None
        wished = wishing({key, *(plan.writes[place].key for place in plan.done)}, moment.seen)
        return plan.picking(self._planned(whose, plan.store, plan.at, plan.memory, wished).writes)

    def _refused(self, whose: Whose, moment: Moment) -> Iterator[Plan]:
        """The plans of a component on its own object that hears that its creations are refused."""
        for plan in tuple(reversed(self._of[whose].plans))[:MIXED] if moment.key == whose[1] else ():
            if _is_open(plan, moment.at) is None:
                return
            heard = quotas.heard(self._components[whose[0]], whose[1], plan, moment, self._server)
            if heard is not None:
                yield heard

    def _mixed(self, whose: Whose, moment: Moment) -> Iterator[Plan]:
        """Plans on other views that may be about the object, the newest first."""
        for plan in tuple(reversed(self._of[whose].plans))[:MIXED]:
            if plan.until is not None and moment.at - plan.until > LAG:
                return
            for view, at in views(plan, whose[1], moment):
                made = self._wishing(whose, view, at, plan.memory, moment)
                if made is not None:
                    # the same look with another pick: what it left counts if nothing was remembered since
                    is_same = view is plan.store and at == plan.at and plan.left == self._memory.get(whose)
                    made.goes_on = is_same and made.left != plan.left
                    yield made

    def _next(self, whose: Whose, moment: Moment) -> Iterator[Plan]:
        """The look that was asked for, if it may come now: within its second, as times are whole ones, or as a round.

        It goes on where the last look ended, and so will the look after it."""
        again = self._again.get(whose)
        if again is None or again - moment.at > ROUND_EVERY.get(self._name(whose), 1):
            return
        made = self._wishing(whose, moment.store, again, self._memory.get(whose), moment)
        if made is not None:
            made.goes_on = True
            yield made

    def _wishing(self, whose: Whose, view: Store, at: float, memory: Hashable, moment: Moment) -> Plan | None:
        """The plan on this view that picks what was seen, if it is about that object."""
        made = self._planned(whose, view, at, memory, wishing({moment.key}, moment.seen))
        return made if any(is_about(write, moment.key) for write in made.writes) else None

    def _name(self, whose: Whose) -> str:
        return self._components[whose[0]].name

    def _planned(self, whose: Whose, view: Store, at: float, memory: Hashable, pick: Pick) -> Plan:
        return planned(self._components[whose[0]], whose[1], Look(view, int(at), memory, self._sorted), at, pick)

    def _changed(self, store: Store, at: float) -> None:
        while self._due:
            whose = next(iter(self._due))
            del self._due[whose]
            if isinstance(whose, int):
                self._list(whose, store, at)
            else:
                self._decide(whose, store, at)

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
        self._keep(whose, Plan(store, at, writes, look.memory, self._memory.get(whose)), look)

    def _keep(self, whose: Whose, plan: Plan, look: Look) -> None:
        old = self._of.get(whose)
        plans = old.plans if old else deque(maxlen=KEPT)
        if plans:
            plans[-1].until = plan.at
        plans.append(plan)
        self._note(whose, old.seen if old else (), look)
        self._of[whose] = _Of(plans, tuple(look.seen))
        for write in plan.writes:
            self._targets.setdefault(target(write), set()).add(whose)

    def _note(self, whose: Whose | int, before: Iterable[Bucket | Key], look: Look) -> None:
        for one in before:
            if one not in look.seen:
                self._watch[one].discard(whose)
        for one in look.seen:
            self._watch.setdefault(one, set()).add(whose)


def _is_open(plan: Plan, at: float) -> bool | None:
    """Whether a plan was begun and goes on; None where it is too old to be carried out."""
    is_open = plan.begun_at is not None and at - plan.begun_at <= OPEN
    return None if not is_open and plan.until is not None and at - plan.until > LAG else is_open
