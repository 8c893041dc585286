"""A recorded watch stream followed: each change has to be a step that the model allows in the state before it.

What was seen is the truth after each event, so that nothing drifts. What may happen next are the requests of users (by
the revision that they were answered with), the plans of components (plans.py), the scheduler's attempts (scheduled.py)
and the reports of kubelets (simulated_kubelet.py); the first that gives the object that was seen explains the event.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from kubeproof.model.component import Component
from kubeproof.model.controlplane.admission import of_objects
from kubeproof.model.controlplane.apiserver import Change as Written
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.controlplane.etcd import Key, Object, Store, on_node
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.manifests import schema
from kubeproof.model.node.kubelet.node_status import LEASES
from kubeproof.model.objects.live_node import Lease, LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.observed import SEEN, observed
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.recording import nodes, simulated_kubelet, users
from kubeproof.model.recording.account import SHOWN, Account, Nearest, Overdue, Unexplained
from kubeproof.model.recording.comparing import TOLERANCE, Difference, differences
from kubeproof.model.recording.components import CLUSTER, looked_at
from kubeproof.model.recording.evictions import BUDGET, Evictions
from kubeproof.model.recording.fields import not_compared
from kubeproof.model.recording.flags import flags_of, node_controller
from kubeproof.model.recording.kinds import typed_class
from kubeproof.model.recording.lines import Action, Change, Recording
from kubeproof.model.recording.machines import Machines
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.plans import Plans
from kubeproof.model.recording.scheduled import Bound, Scheduling
from kubeproof.model.scheduler.versions import BALANCE_CHANGED, as_of

QUIET = 8.0
"""Seconds without an event after which no plan may be overdue."""

EARLY, LATE = 1.0, 3.0
"""Seconds before and after an action without a revision in which an event may come of it."""

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
        self._server = _server(recording)
        self._kinds = frozenset({"Pod", "Node"} | looked_at(components))
        flags = flags_of(recording)
        self._machines = Machines(recording.actions, flags.lease_renewal)
        self._plans = Plans((*components, node_controller(flags)), self._server)
        self._scheduling = Scheduling(as_of(BALANCE_CHANGED), self._server, _bindings(recording))
        self._evictions = Evictions(self._server)
        done = [one for one in recording.actions if one.code < 300 and one.verb != "get"]
        self._by_revision = {one.revision: one for one in done if one.revision is not None}
        self._unanswered = [one for one in done if one.revision is None or one.verb == "delete"]
        self._store, self._at = Store(), 0.0
        self._raw: dict[Key, Any] = {}
        self._leaving: dict[Key, str] = {}
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
        before, seen = self._store.get(key), self._read(change)
        after = None if change.type == "DELETED" else seen
        if change.given:
            self._given += 1
        elif change.kind in self._kinds:
            moment = Moment(key, before, after, seen, self._store, self._at, change.revision)
            self._judge(change, moment)
        self._put(change, key, before, after)

    def account(self) -> Account:
        """What came of it so far."""
        return Account(
            self._recording.name,
            dict(self._explained),
            self._unchanged,
            self._given,
            tuple(self._unexplained),
            tuple(self._overdue),
            dict(self._not_modelled + Counter(self._plans.unknown)),
            self._options,
            self._most,
            dict(self._not_compared),
        )

    def _pass(self, change: Change) -> None:
        """Time goes by until the event; in a long quiet time nobody may have anything left to do."""
        quiet = change.at - self._at
        for turn in self._machines.until(change.at):
            self._at = max(self._at, turn.at)
            self._plans.look(self._store, self._at)
            self._lease(turn.node, int(turn.at) if turn.silent else None)
        self._at = max(self._at, change.at)
        self._plans.look(self._store, self._at)
        if quiet > QUIET and self._store.revision:
            for by, write in self._plans.overdue(self._store, self._at, self._at - QUIET):
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
        for offer, _ in zip(self._offers(moment), range(OPTIONS), strict=False):
            if isinstance(offer, Forbidden):
                guards[str(offer)] = None
                continue
            off = [one for one in differences(offer.predicted, after) if not _turned_late(one, before, self._at)]
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
            self._taken(change, key, found, outcomes)

    def _taken(self, change: Change, key: Key, found: Option, outcomes: Sequence[Any]) -> None:
        found.taken()
        self._explained[found.by] += 1
        self._options += len(outcomes)
        self._most = max(self._most, len(outcomes))
        if change.type == "MODIFIED" and key in self._leaving and found.predicted is None:
            self._leaving[key] = found.by

    def _of_others(self, before: Any, after: Any) -> str:
        """What owner has made, changed or deleted the object, if that owner's kind is one that nobody looks at."""
        owner = (after or before).meta.controller
        if owner is None or owner.kind in self._kinds:
            return ""
        kind = type(after or before).__name__
        mine = before is None or after is None or before.meta.deleted_at != after.meta.deleted_at
        mine = mine or (not isinstance(after, LivePod) and before.spec != after.spec)
        return f"{kind} of {owner.kind}" if mine else ""

    def _offers(self, moment: Moment) -> Iterator[Offer]:
        """Everything that may happen now. What goes is first seen as going, then as gone."""
        key, before = moment.key, moment.before
        for offer in self._unshaped(moment):
            if (
                isinstance(offer, Option)
                and offer.predicted is None
                and moment.after is not None
                and before is not None
            ):
                leaving: Any = replace(cast("Any", before), meta=_leaving(before.meta, moment.now))
                yield offer._replace(predicted=leaving, taken=_both(offer.taken, self._leave(key, offer)))
            else:
                yield offer

    def _leave(self, key: Key, offer: Option) -> Callable[[], None]:
        return lambda: self._leaving.__setitem__(key, offer.by)

    def _unshaped(self, moment: Moment) -> Iterator[Offer]:
        """Everything that may happen to the object, what is likely first."""
        key, before, after = moment.key, moment.before, moment.after
        if after is None and key in self._leaving:
            yield Option(self._leaving.pop(key), f"delete {key}: it goes", None)
        for action in self._actions(moment):
            if action.subresource == "eviction":
                pod = Key("Pod", self._recording.namespace, action.name)
                options = users.delete_options((action.body or {}).get("deleteOptions"))
                yield from self._evictions.offers(pod, options, users.USER, moment)
            else:
                yield from users.offers(action, self._raw.get(key), moment, self._server)
        if isinstance(before, LivePod) and after is not None:
            yield from self._reports(before, moment)
        if isinstance(before, LivePod) and before.node and before.meta.deleted_at is not None:
            yield from simulated_kubelet.removes(before)
        if isinstance(before, LiveNode) and after is not None:
            yield from nodes.reports(before, moment.seen)
        yield from self._scheduling.offers(moment)
        yield from self._plans.offers(moment)
        if not self._recording.meta:
            yield from users.unrecorded(moment, self._server)

    def _reports(self, pod: LivePod, moment: Moment) -> Iterator[Offer]:
        node = moment.store.get(Key("Node", "", pod.node))
        others = [
            other
            for other in moment.store.bucket(on_node(pod.node)).values()
            if isinstance(other, LivePod) and other is not pod and not is_terminal(other)
        ]
        live = node if isinstance(node, LiveNode) else None
        yield from simulated_kubelet.reports(pod, moment.seen, live, others, moment.now)

    def _actions(self, moment: Moment) -> Iterator[Action]:
        """What users asked for that may have led to this event."""
        key, answered = moment.key, self._by_revision.get(moment.revision)
        if answered is not None:
            yield answered
            return
        for one in self._unanswered:
            about = one.kind == key.kind and one.name == key.name
            about = about or (one.subresource == "eviction" and key.kind == BUDGET)
            if about and one.begins - EARLY <= moment.at <= one.ends + LATE:
                yield one

    def _lease(self, node: str, at: int | None) -> None:
        """A node's lease was renewed for the last time at `at`; None: it is renewed all the time."""
        key = Key("Lease", LEASES, node)
        held = self._store.get(key)
        made = LiveLease(Meta(node, LEASES), Lease(node, at))
        self._store = self._store.put(key, made)._replace(revision=self._store.revision)
        self._plans.tell(Written(key, held, made), self._at)

    def _put(self, change: Change, key: Key, before: Object | None, after: Any) -> None:
        if after is None:
            self._raw.pop(key, None)
            if before is None:
                return
            self._store = self._store.remove(key)
        else:
            self._raw[key] = change.raw
            self._store = self._store.put(key, after)
        self._store = self._store._replace(revision=max(change.revision, self._store.revision))
        self._plans.tell(Written(key, before, after), self._at)
        if change.type == "ADDED" and key.kind == "Node":
            self._lease(key.name, None)
        self._scheduling.tell(self._store, self._at)
        self._plans.look(self._store, self._at)


def _leaving(meta: Meta, now: int) -> Meta:
    """The metadata in the first of two events by which an object goes that was not being deleted, or only was."""
    first = meta.deleted_at is None and meta.generation > 0
    return replace(meta, deleted_at=now, grace_period=0, generation=meta.generation + first)


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


def _both(*functions: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        for function in functions:
            function()

    return call


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


def _server(recording: Recording) -> Server:
    """The API server with what its admission looks up: what the recording's input and its users created."""
    found: dict[str, dict[str, Any]] = {}
    given = [*recording.meta.get("input", ()), *(one.body for one in recording.actions if one.verb == "create")]
    for raw in given:
        kind = raw.get("kind") if isinstance(raw, dict) else None
        if kind in ("PriorityClass", "RuntimeClass", "LimitRange"):
            cls = schema.known(raw.get("apiVersion", ""), kind)
            if cls is None:
                raise NotModelled(str(kind), "this version of it")
            made: Any = msgspec.convert(raw, cls, strict=False)
            found.setdefault(kind, {})[made.metadata.name] = made
    admission = of_objects({kind: list(of.values()) for kind, of in found.items()})
    return Server(replace(admission, toleration_seconds=flags_of(recording).toleration_seconds))


def _bindings(recording: Recording) -> Sequence[Bound]:
    found, known = [], set()
    for change in recording.changes:
        if change.kind == "Pod" and (node := (change.raw.get("spec") or {}).get("nodeName")):
            meta = change.raw["metadata"]
            if (uid := meta.get("uid")) not in known:
                known.add(uid)
                found.append(Bound(change.revision, Key("Pod", meta.get("namespace") or "", meta["name"]), node))
    return found
