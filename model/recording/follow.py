"""A recorded watch stream followed: each change has to be a step that the model allows in the state before it.

What was seen is the truth after each event, so that nothing drifts. Who may have done it is asked of all
who are told of in everybody.py: users (by the revision that they were answered with), kubelets, the scheduler and
all controllers; the first option that gives the object that was seen explains the event.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kubeproof.model.component import Component
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.observed import SEEN, observed
from kubeproof.model.recording.account import SHOWN, Account, Nearest, Overdue, Unexplained
from kubeproof.model.recording.comparing import TOLERANCE, Difference, differences
from kubeproof.model.recording.components import CLUSTER, looked_at
from kubeproof.model.recording.everybody import Everybody
from kubeproof.model.recording.fields import not_compared
from kubeproof.model.recording.kinds import typed_class
from kubeproof.model.recording.lines import Change, Recording
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Option

QUIET = 8.0
"""Seconds without an event after which no plan may be overdue."""

OPTIONS = 200
"""Options that are looked at, at most, for one event."""

_TURNED = re.compile(r"(status\.)?conditions\[(\w+)\]\.(changed_at|updated_at|heard_at)")

OnProgress = Callable[[int, int], None]
"""Told now and then how many events of how many are done."""


def follow(
    recording: Recording, components: Sequence[Component] = CLUSTER, on_progress: OnProgress | None = None
) -> Account:
    """What of a recording the model explains. Raises BadInput where an object in it cannot be read."""
    follower = _Follower(recording, components)
    for done, change in enumerate(recording.changes, start=1):
        follower.step(change)
        if on_progress and done % 50 == 0:
            on_progress(done, len(recording.changes))
    return follower.account()


class _Follower:
    def __init__(self, recording: Recording, components: Sequence[Component]) -> None:
        self._recording = recording
        self._everybody = Everybody(recording, components)
        self._kinds = frozenset({"Pod", "Node"} | looked_at(components))
        self._explained: Counter[str] = Counter()
        self._not_modelled: Counter[str] = Counter()
        self._not_compared: Counter[str] = Counter()
        self._unexplained: list[Unexplained] = []
        self._overdue: list[Overdue] = []
        self._unchanged = self._given = self._options = self._most = 0

    def step(self, change: Change) -> None:
        """One event: explained or not, it is the truth from now on."""
        key = Key(change.kind, str(change.raw["metadata"].get("namespace") or ""), change.raw["metadata"]["name"])
        if change.kind not in SEEN or change.kind not in self._kinds:
            self._not_modelled[change.kind] += 1
            if change.kind not in SEEN:
                return
        self._pass(change)
        everybody, seen = self._everybody, self._read(change)
        after = None if change.type == "DELETED" else seen
        moment = Moment(key, everybody.store.get(key), after, seen, everybody.store, everybody.at, change.revision)
        if change.given:
            self._given += 1
        elif change.kind in self._kinds:
            self._judge(change, moment)
        everybody.tell(moment, change.raw)

    def account(self) -> Account:
        """What came of it so far."""
        return Account(
            self._recording.name,
            dict(self._explained),
            self._unchanged,
            self._given,
            tuple(self._unexplained),
            tuple(self._overdue),
            dict(self._not_modelled + Counter(self._everybody.unknown)),
            self._options,
            self._most,
            dict(self._not_compared),
        )

    def _pass(self, change: Change) -> None:
        """Time goes by until the event; in a long quiet time nobody may have anything left to do."""
        everybody = self._everybody
        quiet = change.at - everybody.at
        everybody.wait(change.at)
        if quiet > QUIET and everybody.store.revision:
            for by, write in everybody.overdue(QUIET):
                self._overdue.append(Overdue(change.line, int(quiet), by, f"{write.verb} {write.key}"))

    def _read(self, change: Change) -> Any:
        cls = typed_class(str(change.raw.get("apiVersion", "")), change.kind)
        if cls is None:
            raise BadInput(f"{change.kind} of this apiVersion is not read", file=self._recording.name, line=change.line)
        try:
            made = observed(change.kind, msgspec.convert(change.raw, cls, strict=False))
        except (msgspec.ValidationError, BadInput, ValueError, AttributeError, AssertionError) as error:
            raise BadInput(str(error) or "cannot be read", file=self._recording.name, line=change.line) from None
        self._not_compared.update(not_compared(change.kind, change.raw))
        return made

    def _judge(self, change: Change, moment: Moment) -> None:
        key, before, after = moment.key, moment.before, moment.after
        changed = list(differences(before, after))
        if not changed:
            self._unchanged += 1
            return
        outcomes: list[Any] = []
        near: list[tuple[int, Nearest]] = []
        guards: dict[str, None] = {}
        found: Option | None = None
        for offer, _ in zip(self._everybody.offers(moment), range(OPTIONS), strict=False):
            if isinstance(offer, Forbidden):
                guards[str(offer)] = None
                continue
            off = [one for one in differences(offer.predicted, after) if not _turned_late(one, before, moment.at)]
            if not off:
                found = found or offer
            if not any(next(differences(offer.predicted, other), None) is None for other in outcomes):
                outcomes.append(offer.predicted)
                near.append((len(off), Nearest(offer.by, offer.step, tuple(map(str, off[:SHOWN])))))
            if found is not None:
                break
        if found is None and (missing := self._of_others(before, after)):
            self._not_modelled[missing] += 1
        elif found is None:
            self._unexplained.append(_unexplained(change, key, changed, near, guards))
        else:
            self._taken(found, len(outcomes))

    def _taken(self, found: Option, outcomes: int) -> None:
        found.taken()
        self._explained[found.by] += 1
        self._options += outcomes
        self._most = max(self._most, outcomes)

    def _of_others(self, before: Any, after: Any) -> str:
        """What owner has made, changed or deleted the object, if that owner's kind is one that nobody looks at."""
        owner = (after or before).meta.controller
        if owner is None or owner.kind in self._kinds:
            return ""
        kind = type(after or before).__name__
        if before is None or after is None:
            return f"{kind} of {owner.kind}"
        mine = before.meta.deleted_at != after.meta.deleted_at
        mine = mine or (not isinstance(after, LivePod) and before.spec != after.spec)
        return f"{kind} of {owner.kind}" if mine else ""


def _turned_late(difference: Difference, before: Any, at: float) -> bool:
    """Whether it is no more than a later time at which a condition turned: a request may wait for its turn."""
    match = _TURNED.fullmatch(difference.path)
    if match is None or not isinstance(difference.predicted, int) or not isinstance(difference.seen, int):
        return False
    return difference.predicted - TOLERANCE <= difference.seen <= at + TOLERANCE and (
        before is None or match[2] not in _truths(before) or difference.predicted != _truths(before)[match[2]]
    )


def _truths(held: Any) -> dict[str, int | None]:
    """Since when each condition of an object is what it is."""
    listed = getattr(getattr(held, "status", held), "conditions", ())
    return {one.type: one.changed_at for one in listed}


def _unexplained(
    change: Change,
    key: Key,
    changed: Sequence[Difference],
    near: Sequence[tuple[int, Nearest]],
    guards: dict[str, None],
) -> Unexplained:
    nearest = tuple(one for _, one in sorted(near, key=lambda one: one[0])[:3])
    told = tuple(f"{one.path}: {one.predicted!r} -> {one.seen!r}"[:400] for one in changed[:SHOWN])
    return Unexplained(change.line, change.revision, change.type, str(key), told, nearest, tuple(guards)[:SHOWN])
