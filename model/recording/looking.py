"""On what a component may have looked, beside what there was when it was last known to look, and what it decides then.

Each kind has a watch of its own, so that one part of a view may be older than another; and clocks are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.component import Component, Look, Pick, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.errors import NotModelled
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.plan import Plan


def planned(component: Component, key: Key, look: Look, at: float, pick: Pick) -> Plan:
    """What the component would do at such a look, made at `at` (seconds); nothing where that is not modelled."""
    try:
        decided = list(component.decide(look, key, pick))
    except NotModelled:
        decided = []
    left = [part.value for part in decided if isinstance(part, Remember)]
    writes = [part for part in decided if isinstance(part, Write)]
    return Plan(look.store, at, writes, look.memory, [look.memory, *left][-1])


def views(plan: Plan, own: Key, moment: Moment) -> Iterator[tuple[Store, float]]:
    """The views, each with its time in seconds, on which the look that gave a plan may have been made as well.

    The view of the plan, also a second later; and where `own`, the object that was looked at, has changed since: that
    as it is now and the rest older, or the other way round.
    """
    at, store = moment.at, moment.store
    until = at if plan.until is None else plan.until
    for time in (plan.at, plan.at + 1, until + 1):
        yield plan.store, time
    now, then = store.get(own), plan.store.get(own)
    if now is not None and then is not None and now is not then:
        yield _with(plan.store, own, now), at
        yield _with(store, own, then), at


def _with(store: Store, key: Key, held: Object) -> Store:
    """The store with another version of an object, at the same revision."""
    return store.put(key, held)._replace(revision=store.revision)
