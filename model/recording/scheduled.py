"""What the scheduler may do next in a recording: each pod tried by itself, on views that are up to some changes old.

A scheduler knows its own bindings before anybody sees them, and binds several pods beside each other: so a view counts
as bound what was bound since, or some of what is bound next. Which of equally good nodes it takes, the event says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from operator import is_
from typing import Any, NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane import scheduling
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Key, Store, key_of
from kubeproof.model.controlplane.rebasing import rebased
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.scheduler.board import Attempt, Board
from kubeproof.model.scheduler.profile import Profile

SCHEDULER = "scheduler"
VIEWS = 60
"""Changes by which a view may be older than what is stored."""

LAG = 6.0
"""Seconds by which a view may be older."""

BESIDE = 10
"""Bindings to come that may have been decided before the one that is explained."""

OPEN = 30.0
"""Seconds in which what an attempt asks for is carried out."""


LOOKED_AT = ("Pod", "Node", "PodDisruptionBudget", "ReplicaSet", "StatefulSet", "Service")
"""The kinds that an attempt rests on."""


class Bound(NamedTuple):
    """A binding: of which pod, to which node, seen at which revision."""

    revision: int
    key: Key
    node: str


class _Open(NamedTuple):
    """Writes of an attempt of which one was seen already."""

    pod: Key
    at: float
    store: Store
    writes: tuple[Write, ...]


class Scheduling:
    """The scheduler's share. `bindings`: all of the recording, by revision."""

    def __init__(self, profile: Profile, server: Server, bindings: Sequence[Bound]) -> None:
        self._profile, self._server, self._bindings = profile, server, bindings
        self._views: deque[tuple[float, Store]] = deque(maxlen=VIEWS)
        self._open: list[_Open] = []

    def tell(self, store: Store, at: float) -> None:
        """A new state, seen at that time."""
        self._views.append((at, store))

    def offers(self, moment: Moment) -> Iterator[Offer]:
        """What the scheduler may do to a pod: what it has begun, then attempts anew, on the newest views first."""
        before = moment.before
        if not isinstance(before, LivePod):
            return
        yield from self._going_on(moment)
        if before.node:
            if before.meta.deleted_at is None and before.status.condition("DisruptionTarget") is None:
                for pod in self._preempting(before):
                    yield from self._attempts(pod, moment)
        elif before.meta.deleted_at is None and before.spec.scheduler == self._profile.scheduler:
            yield from self._attempts(before, moment)

    def _going_on(self, moment: Moment) -> Iterator[Offer]:
        self._open = [one for one in self._open if moment.at - one.at <= OPEN]
        for one in self._open:
            for write in one.writes:
                if write.key == moment.key:
                    yield from self._applied(one, write, moment, opened=one)

    def _preempting(self, victim: LivePod) -> Iterator[LivePod]:
        """The pods that may make room for themselves, the most important first."""
        found: dict[str, LivePod] = {}
        for _, store in reversed(self._views):
            for held in store.bucket(("node", "")).values():
                if isinstance(held, LivePod) and held.spec.priority > victim.spec.priority and not is_terminal(held):
                    found.setdefault(held.meta.uid, held)
        yield from sorted(found.values(), key=lambda pod: (-pod.spec.priority, pod.meta.uid))

    def _attempts(self, pod: LivePod, moment: Moment) -> Iterator[Offer]:
        own, seen = key_of("Pod", pod.meta), moment.seen
        wanted = seen.node or seen.nominated if isinstance(seen, LivePod) and own == moment.key else ""
        tried: list[tuple[Any, ...]] = []
        for view in self._assumed(own, moment.store, moment.at):
            state = tuple(view.bucket(("kind", kind)) for kind in LOOKED_AT)
            if any(all(map(is_, state, other)) for other in tried):
                continue
            tried.append(state)
            held = view.get(own)
            if not isinstance(held, LivePod) or not _waits(held, pod):
                continue
            try:
                attempt, writes = self._attempt(view, held, wanted, moment.at)
            except NotModelled as missing:
                yield Forbidden(SCHEDULER, f"schedule {own}", f"not modelled: {missing}")
                return
            if not any(write.key == moment.key for write in writes):
                said = f"{attempt.outcome.value}: {attempt.message or attempt.node}"
                yield Forbidden(SCHEDULER, f"schedule {own}", said)
            for write in writes:
                if write.key == moment.key:
                    yield from self._applied(_Open(own, moment.at, view, writes), write, moment)

    def _attempt(self, view: Store, pod: LivePod, wanted: str, at: float) -> tuple[Attempt, tuple[Write, ...]]:
        look = Look(view, int(at))
        board = Board(seen(look), self._profile)

        def pick(options: Sequence[str]) -> str:
            return wanted if wanted in options else options[0]

        attempt = board.attempt(f"{pod.meta.namespace}/{pod.meta.name}", pick)
        return attempt, tuple(scheduling.asked(look, pod, attempt))

    def _applied(self, going: _Open, write: Write, moment: Moment, opened: _Open | None = None) -> Iterator[Offer]:
        """What one of an attempt's writes makes of the object; `opened`: the attempt, if it was begun before."""
        body = write.body
        if write.verb == "status":
            body = rebased(going.store.get(write.key), body, moment.before)
        step = f"{write.verb} {write.key}" + ("" if write.key == going.pod else f" for {going.pod}")
        try:
            after = self._server.do(moment.store, write._replace(body=body), moment.now).after
        except Refused as refused:
            yield Forbidden(SCHEDULER, step, f"the API server refuses it: {refused}")
            return
        if after is not moment.before:
            rest = going._replace(at=moment.at, writes=tuple(one for one in going.writes if one is not write))
            yield Option(SCHEDULER, step, after, partial(self._begin, rest, opened))

    def _begin(self, one: _Open, opened: _Open | None) -> None:
        self._open = [other for other in self._open if other is not opened and other.pod != one.pod]
        if one.writes:
            self._open.append(one)

    def _assumed(self, own: Key, store: Store, at: float) -> Iterator[Store]:
        """Views, the newest first: as stored, with all that was bound since, with some of what is bound next."""
        views = [view for seen, view in reversed(self._views) if at - seen <= LAG]
        if not views:
            return
        coming = [one for one in self._bindings if one.revision > store.revision and one.key != own][:BESIDE]
        yield views[0]
        for view in views[1:]:
            since = [one for one in self._bindings if view.revision < one.revision <= store.revision]
            yield _bound(view, since)
            yield view
        for count in range(1, len(coming) + 1):
            yield _bound(views[0], coming[:count])
        for one in coming[1:]:
            yield _bound(views[0], [one])


def _waits(held: LivePod, pod: LivePod) -> bool:
    """Whether it is that pod, and it still waits for a node."""
    return held.meta.uid == pod.meta.uid and not held.node and held.meta.deleted_at is None


def _bound(store: Store, bindings: Sequence[Bound]) -> Store:
    """The store with these pods on their nodes, as far as they are there and on none."""
    for one in bindings:
        held = store.get(one.key)
        if isinstance(held, LivePod) and not held.node:
            store = store.put(one.key, replace(held, node=one.node, nominated=""))
    return store
