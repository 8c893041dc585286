"""Everybody who may have done what a recording shows: users, kubelets, the scheduler, all controllers, machines.

One object that all of them are asked through (`offers`), and told of every event (`tell`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from msgspec.structs import replace

from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Change as Written
from kubeproof.model.controlplane.apiserver import Server, Write
from kubeproof.model.controlplane.etcd import Key, Store, on_node
from kubeproof.model.manifests import looked_up
from kubeproof.model.node.leases import LEASES
from kubeproof.model.objects.live_node import Lease, LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.resource_quota import ResourceQuota
from kubeproof.model.objects.typed import LIVE
from kubeproof.model.recording import nodes, quotas, simulated_kubelet, users
from kubeproof.model.recording.evictions import BUDGET, Evictions
from kubeproof.model.recording.flags import flags_of, node_controller
from kubeproof.model.recording.lines import Action, Recording
from kubeproof.model.recording.machines import Machines
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Offer, Option
from kubeproof.model.recording.owning import Owning
from kubeproof.model.recording.plans import Plans
from kubeproof.model.recording.scheduled import Bound, Scheduling
from kubeproof.model.scheduler.versions import BALANCE_CHANGED, as_of

EARLY, LATE = 1.0, 3.0
"""Seconds before and after an action without a revision in which an event may come of it."""


class Everybody:
    """All of them, for one recording. `store`: the objects as they were last seen; `at`: the time, in seconds."""

    def __init__(self, recording: Recording, components: Sequence[Component]) -> None:
        self._recording, self._server = recording, _server(recording)
        flags = flags_of(recording)
        self._machines = Machines(recording.actions, flags.lease_renewal)
        self._plans = Plans((*components, node_controller(flags)), self._server)
        self._scheduling = Scheduling(as_of(BALANCE_CHANGED), self._server, _bindings(recording))
        self._evictions = Evictions(self._server)
        done = [one for one in recording.actions if one.code < 300 and one.verb != "get"]
        self._done = done
        self._by_revision: dict[int, Action] = {}
        for one in done:
            if one.revision is not None:
                self._by_revision.setdefault(one.revision, one)
        self._raw: dict[Key, Any] = {}
        self._owning = Owning(recording)
        self._leaving: dict[Key, str] = {}
        self.store, self.at = Store(), 0.0

    @property
    def unknown(self) -> dict[str, int]:
        """What controllers were asked that is not modelled, by its path, and how often."""
        return self._plans.unknown

    def wait(self, at: float) -> None:
        """Time goes by."""
        for turn in self._machines.until(at):
            self.at = max(self.at, turn.at)
            self._plans.look(self.store, self.at)
            self._lease(turn.node, int(turn.at) if turn.silent else None)
        self.at = max(self.at, at)
        self._plans.look(self.store, self.at)

    def overdue(self, quiet: float) -> Iterator[tuple[str, Write]]:
        """What controllers still want to change after so many quiet seconds, with who wants it."""
        return self._plans.overdue(self.store, self.at, self.at - quiet)

    def tell(self, moment: Moment, raw: Any) -> None:
        """The event, explained or not, is the truth from now on. `raw`: the object's JSON."""
        key = moment.key
        after = None if moment.after is None else raw
        self._owning.tell(key, self._by_revision.get(moment.revision), self._raw.get(key), after, moment.now)
        if moment.after is not None:
            self._raw[key] = raw
            self.store = self.store.put(key, moment.after)
        elif moment.before is not None:
            self._raw.pop(key, None)
            self.store = self.store.remove(key)
        self.store = self.store._replace(revision=max(moment.revision, self.store.revision))
        self._plans.tell(Written(key, moment.before, moment.after), self.at)
        if moment.before is None and key.kind == "Node":
            self._lease(key.name, None)
        self._scheduling.tell(self.store, self.at)
        self._plans.look(self.store, self.at)

    def offers(self, moment: Moment) -> Iterator[Offer]:
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
                yield from users.offers(action, self._raw.get(key), moment, self._server, self._owning)
        if isinstance(before, LivePod) and after is not None:
            yield from self._reports(before, moment)
        if isinstance(before, LivePod) and before.node and before.meta.deleted_at is not None:
            yield from simulated_kubelet.removes(before)
        if isinstance(before, LiveNode) and after is not None:
            yield from nodes.reports(before, moment.seen)
        if isinstance(before, ResourceQuota) and after is not None:
            yield from self._counts(moment)
        yield from self._scheduling.offers(moment)
        yield from self._plans.offers(moment)
        if not self._recording.meta:
            yield from users.unrecorded(moment, self._server)

    def _counts(self, moment: Moment) -> Iterator[Offer]:
        """What creations that may be under way make of a quota."""
        for by, write in self._plans.creations(moment.at):
            yield from quotas.counts(write, by, moment, self._server)
        for one in self._by_revision.values():
            about = Key(one.kind, moment.key.namespace, one.name)
            near = one.begins - EARLY <= moment.at <= one.ends + LATE
            if one.verb == "create" and not one.subresource and near and one.kind in LIVE:
                made = Write("create", about, users.live(one.body, about))
                yield from quotas.counts(made, users.USER, moment, self._server)

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
        """What users asked for that may have led to this event.

        A request by which an object goes is answered with the revision that it had, as the API server reads it back."""
        key, answered = moment.key, self._by_revision.get(moment.revision)
        if answered is not None:
            yield answered
            return
        had = moment.before.meta.resource_version if moment.before is not None and moment.after is None else None
        for one in self._done:
            if one.verb != "delete" and one.revision not in (None, had):
                continue
            about = one.kind == key.kind and one.name == key.name
            about = about or (one.subresource == "eviction" and key.kind == BUDGET)
            if about and one.begins - EARLY <= moment.at <= one.ends + LATE:
                yield one

    def _lease(self, node: str, at: int | None) -> None:
        """A node's lease was renewed for the last time at `at`; None: it is renewed all the time."""
        key = Key("Lease", LEASES, node)
        held = self.store.get(key)
        made = LiveLease(Meta(node, LEASES), Lease(node, at))
        self.store = self.store.put(key, made)._replace(revision=self.store.revision)
        self._plans.tell(Written(key, held, made), self.at)


def _leaving(meta: Meta, now: int) -> Meta:
    """The metadata in the first of two events by which an object goes that was not being deleted, or only was."""
    first = meta.deleted_at is None and meta.generation > 0
    return replace(meta, deleted_at=now, grace_period=0, generation=meta.generation + first)


def _both(*functions: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        for function in functions:
            function()

    return call


def _server(recording: Recording) -> Server:
    """The API server with what its admission looks up: what the recording's input and its users created."""
    given = [*recording.meta.get("input", ()), *(one.body for one in recording.actions if one.verb == "create")]
    admission = looked_up.admission_of(given, recording.namespace)
    return Server(replace(admission, toleration_seconds=flags_of(recording).toleration_seconds), charges=False)


def _bindings(recording: Recording) -> Sequence[Bound]:
    found, known = [], set()
    for change in recording.changes:
        if change.kind == "Pod" and (node := (change.raw.get("spec") or {}).get("nodeName")):
            meta = change.raw["metadata"]
            if (uid := meta.get("uid")) not in known:
                known.add(uid)
                found.append(Bound(change.revision, Key("Pod", meta.get("namespace") or "", meta["name"]), node))
    return found
