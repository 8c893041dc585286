"""What each component sees of a world: the latest store, or an older one. A watch cache is an older store.

Nobody lags unless a world says so. A component that does (`Lag`) sees the store as it was so long ago; its view never
goes back in time, so that it stands still at first. One whose watch lost an event (`Missed`) sees the one object as it
was before, until that changes once more. What it wrote itself is in its view only when its view has come so far:
`Wrote` holds how far that is, and `bound` which pods it bound, for the scheduler counts those as placed at once.
Left out: views of different kinds that are differently old (each informer upstream has a watch of its own).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from immutables import Map

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.objects.live_pod import LivePod

T = TypeVar("T")
EXPECTED_FOR = 300
"""Seconds after which a deletion that was not seen is expected no longer (ExpectationsTimeout, controller_utils.go)."""


class Lag(NamedTuple):
    """How many seconds late a component sees everything, since when and until when (None: for good), and the store that
    it had seen when that began."""

    by: int
    since: int
    until: int | None
    begun: Store


class Missed(NamedTuple):
    """An object as a component saw it before a change that it does not hear of. `lost`: the revision of that change,
    None while it has not happened yet; `gone`: whether it was the object's removal."""

    seen: Object | None
    lost: int | None = None
    gone: bool = False


class Wrote(NamedTuple):
    """What a component wrote in looks at one object: the revision of the last request that was no deletion, that of the
    last deletion, and when that was made (seconds)."""

    revision: int = 0
    deleted: int = 0
    deleted_at: int = 0


Whose = tuple[str, Key]
"""A component, and the object that it looked at."""


class Views(NamedTuple):
    """Who sees what late. `past`: the store at the end of each second in which it changed, as far back as anybody
    needs, oldest first."""

    lags: Map[str, Lag] = Map()
    past: tuple[tuple[int, Store], ...] = ()
    missed: Map[Whose, Missed] = Map()
    wrote: Map[Whose, Wrote] = Map()
    bound: Map[Whose, LivePod] = Map()

    @property
    def late(self) -> frozenset[str]:
        """The components that do not see the latest store."""
        return frozenset({*self.lags, *(component for component, _ in self.missed)})


LATEST = Views()
"""Everybody sees the latest store."""


def lagging(views: Views, component: str, lag: Lag) -> Views:
    """The views when a component begins to lag; one that does already goes on from what it sees."""
    return views._replace(lags=views.lags.set(component, lag))


def missing(views: Views, component: str, key: Key, seen: Object | None) -> Views:
    """The views when the next change of an object will be lost on a component."""
    return views._replace(missed=views.missed.set((component, key), Missed(seen)))


def begun_anew(views: Views, component: str, store: Store, now: int) -> Views:
    """The views after a component was started anew: it has listed everything, and expects nothing."""
    lag = views.lags.get(component)
    lags = views.lags if lag is None else views.lags.set(component, lag._replace(since=now, begun=store))
    return views._replace(
        lags=lags,
        missed=_without(views.missed, component),
        wrote=_without(views.wrote, component),
        bound=_without(views.bound, component),
    )


def _without(of: Map[Whose, T], component: str) -> Map[Whose, T]:
    for whose in [whose for whose in of if whose[0] == component]:
        of = of.delete(whose)
    return of


def view(views: Views, component: str, store: Store, now: int) -> Store:
    """The store as a component sees it; `store` is the latest."""
    lag = views.lags.get(component)
    seen = store if lag is None else _as_of(views, lag, now)
    for (name, key), pod in views.bound.items():
        if name == component and pod.meta.resource_version > seen.revision:
            seen = _with_bound(seen, key, pod)
    for (name, key), missed in views.missed.items():
        if name == component and missed.lost is not None:
            seen = _without_change(seen, key, missed)
    return seen


def _as_of(views: Views, lag: Lag, now: int) -> Store:
    at = now - lag.by
    if at < lag.since:
        return lag.begun
    return next((store for second, store in reversed(views.past) if second <= at), lag.begun)


def _with_bound(seen: Store, key: Key, pod: LivePod) -> Store:
    held = seen.get(key)
    if not isinstance(held, LivePod) or held.meta.uid != pod.meta.uid or held.node:
        return seen
    return seen.put(key, pod)._replace(revision=seen.revision)


def _without_change(seen: Store, key: Key, missed: Missed) -> Store:
    held = seen.get(key)
    lost = held is None if missed.gone else held is not None and held.meta.resource_version == missed.lost
    if not lost or held is missed.seen:
        return seen
    if missed.seen is None:
        return seen.remove(key)._replace(revision=seen.revision)
    return seen.put(key, missed.seen)._replace(revision=seen.revision)


def ticked(views: Views, store: Store, now: int, to: int) -> Views:
    """The views when the clock goes on from a second, at whose end the store was this: what nobody needs any longer is
    forgotten, and who lags no more sees the latest store."""
    lags = views.lags
    for component in [name for name, lag in lags.items() if lag.until is not None and lag.until <= to]:
        lags = lags.delete(component)
    if not lags:
        return LATEST._replace(missed=views.missed) if views.missed else LATEST
    past = views.past
    if not past or past[-1][1] is not store:
        past = (*past, (now, store))
    oldest = to - max(lag.by for lag in lags.values())
    needed = max((at for at, (second, _) in enumerate(past) if second <= oldest), default=0)
    return views._replace(lags=lags, past=past[needed:], bound=_not_seen(views, lags, past, to))


def _not_seen(views: Views, lags: Map[str, Lag], past: tuple[tuple[int, Store], ...], now: int) -> Map[Whose, LivePod]:
    """The pods that were bound and whose binding their component's view does not show yet."""
    bound, then = views.bound, views._replace(past=past)
    for whose, pod in views.bound.items():
        lag = lags.get(whose[0])
        if lag is None or _as_of(then, lag, now).revision >= pod.meta.resource_version:
            bound = bound.delete(whose)
    return bound


def changed(views: Views, key: Key, revision: int, *, gone: bool) -> Views:
    """The views after an object changed: the first change is lost on who is to miss it, the second one mends that."""
    missed = views.missed
    for whose, one in views.missed.items():
        if whose[1] == key:
            mended = one.lost is not None
            missed = missed.delete(whose) if mended else missed.set(whose, one._replace(lost=revision, gone=gone))
    return views._replace(missed=missed)


def written(views: Views, whose: Whose, write: Write, done: Object | None, *, revision: int, now: int) -> Views:
    """The views after a late component wrote something in a look: that it did is known before it is seen."""
    if write.verb == "bind" and isinstance(done, LivePod):
        views = views._replace(bound=views.bound.set((whose[0], write.key), done))
    before = views.wrote.get(whose, Wrote())
    if write.verb in ("delete", "evict"):
        after = before._replace(deleted=revision, deleted_at=now)
    else:
        after = before._replace(revision=revision)
    return views._replace(wrote=views.wrote.set(whose, after))


def has_own_writes(views: Views, whose: Whose, seen: Store) -> bool:
    """Whether a view shows all that its component wrote in earlier looks at the object, deletions aside (EnsureReady,
    consistency.go: a deletion has no resourceVersion)."""
    wrote = views.wrote.get(whose)
    return wrote is None or wrote.revision <= seen.revision


def as_expected(views: Views, whose: Whose, seen: Store, now: int) -> bool:
    """Whether a view shows the pods gone that its component deleted in earlier looks at the object, or that was so long
    ago that it is not expected any more (SatisfiedExpectations, controller_utils.go)."""
    wrote = views.wrote.get(whose)
    return wrote is None or wrote.deleted <= seen.revision or now - wrote.deleted_at > EXPECTED_FOR


def next_at(views: Views, store: Store, now: int) -> int | None:
    """When somebody will see more than now, None where nobody will; `store` is the latest."""
    return min(_times(views, store, now), default=None)


def _times(views: Views, store: Store, now: int) -> Iterator[int]:
    newest = views.past[-1][1] if views.past else None
    for lag in views.lags.values():
        if lag.until is not None and lag.until > now:
            yield lag.until
        shown = (max(second, lag.since) + lag.by for second, _ in views.past)
        yield from (at for at in shown if at > now)
        if newest is not store and lag.begun is not store:
            yield now + lag.by
