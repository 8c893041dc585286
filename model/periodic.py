"""Components that act every so often, and between two times whatever happens do not look: `periodic`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key

Act = Callable[[Look, Pick], Iterator[Write]]


def periodic(name: str, kind: str, interval: int, act: Act) -> Component:
    """The component that acts at once, and then `interval` seconds after each time; one that starts anew acts at once.

    `kind`: what a story calls it. All that it remembers is when it acts next.
    """
    only = (Key(kind, "", name),)

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        due = look.memory if isinstance(look.memory, int) else look.now
        if look.now < due:
            yield Again(due)  # before anything is looked at, so that no change wakes it up
            return
        yield Remember(look.now + interval)
        yield Again(look.now + interval)
        yield from act(look, pick)

    return Component(name, lambda look: only, decide)
