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
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.recording.option import Forbidden, Offer, Option
from kubeproof.model.recording.rebasing import rebased
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
        self.nodes = 0
        """Nodes that were equally good, over all options that were offered."""

    def tell(self, store: Store, at: float) -> None:
        """A new state, seen at that time."""
        self._views.append((at, store))

    def offers(self, key: Key, before: Object | None, seen: Any, store: Store, at: float) -> Iterator[Offer]:
        """What the scheduler may do to a pod: what it has begun, then attempts anew, on the newest views first."""
        if not isinstance(before, LivePod):
            return
        yield from self._begun(key, before, store, at)
        if before.node:
            if before.meta.deleted_at is None and before.status.condition("DisruptionTarget") is None:
                for pod in self._preempting(before):
                    yield from self._attempts(pod, key, before, seen, store, at)
        elif before.meta.deleted_at is None and before.spec.scheduler == self._profile.scheduler:
            yield from self._attempts(before, key, before, seen, store, at)

    def _begun(self, key: Key, before: LivePod, store: Store, at: float) -> Iterator[Offer]:
        self._open = [one for one in self._open if at - one.at <= OPEN]
        for one in self._open:
            for write in one.writes:
                if write.key == key:
                    yield from self._applied(one.pod, one.store, one.writes, write, before, store, at, one)

    def _preempting(self, victim: LivePod) -> Iterator[LivePod]:
        """The pods that may make room for themselves, the most important first."""
        found: dict[str, LivePod] = {}
        for _, store in reversed(self._views):
            for held in store.bucket(("node", "")).values():
                if isinstance(held, LivePod) and held.spec.priority > victim.spec.priority and not is_terminal(held):
                    found.setdefault(held.meta.uid, held)
        yield from sorted(found.values(), key=lambda pod: -pod.spec.priority)

    def _attempts(
        self, pod: LivePod, key: Key, before: LivePod, seen: Any, store: Store, at: float
    ) -> Iterator[Offer]:
        own = Key("Pod", pod.meta.namespace, pod.meta.name)
        wanted = seen.node or seen.nominated if isinstance(seen, LivePod) and own == key else ""
        tried: list[tuple[Any, ...]] = []
        for view in self._assumed(own, store, at):
            state = tuple(view.bucket(bucket) for bucket in (("kind", "Pod"), ("kind", "Node"), ("kind", "PodDisruptionBudget")))
            if any(all(map(is_, state, other)) for other in tried):
                continue
            tried.append(state)
            held = view.get(own)
            if not isinstance(held, LivePod) or held.meta.uid != pod.meta.uid or held.node or held.meta.deleted_at is not None:
                continue
            try:
                attempt, writes = self._attempt(view, held, wanted, at)
            except NotModelled as missing:
                yield Forbidden(SCHEDULER, f"schedule {own}", f"not modelled: {missing}")
                return
            self.nodes = max(self.nodes, len(attempt.best))
            about = [write for write in writes if write.key == key]
            if not about:
                yield Forbidden(SCHEDULER, f"schedule {own}", f"{attempt.outcome.value}: {attempt.message or attempt.node}")
            for write in about:
                yield from self._applied(own, view, writes, write, before, store, at)

    def _attempt(self, view: Store, pod: LivePod, wanted: str, at: float) -> tuple[Attempt, tuple[Write, ...]]:
        look = Look(view, int(at))
        board = Board(scheduling.seen(look), self._profile)

        def pick(options: Sequence[str]) -> str:
            return wanted if wanted in options else options[0]

        attempt = board.attempt(f"{pod.meta.namespace}/{pod.meta.name}", pick)
        return attempt, tuple(scheduling.asked(look, pod, attempt))

    def _applied(
        self,
        pod: Key,
        view: Store,
        writes: tuple[Write, ...],
        write: Write,
        before: LivePod,
        store: Store,
        at: float,
        opened: _Open | None = None,
    ) -> Iterator[Offer]:
        body = write.body
        if write.verb == "status":
            body = rebased(view.get(write.key), body, before)
        step = f"{write.verb} {write.key}" + ("" if write.key == pod else f" for {pod}")
        try:
            after = self._server.do(store, write._replace(body=body), int(at)).after
        except Refused as refused:
            yield Forbidden(SCHEDULER, step, f"the API server refuses it: {refused}")
            return
        if after is not before:
            rest = tuple(one for one in writes if one is not write)
            yield Option(SCHEDULER, step, after, partial(self._begin, _Open(pod, at, view, rest), opened))

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


def _bound(store: Store, bindings: Sequence[Bound]) -> Store:
    """The store with these pods on their nodes, as far as they are there and on none."""
    for one in bindings:
        held = store.get(one.key)
        if isinstance(held, LivePod) and not held.node:
            store = store.put(one.key, replace(held, node=one.node, nominated=""))
    return store
