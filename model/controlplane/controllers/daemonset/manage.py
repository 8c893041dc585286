"""Which nodes need a pod and which pods go, updates aside: daemon_controller.go, manage (v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from immutables import Map

from kubeproof.model.controlplane.controllers.daemonset.nodes import Daemons, oldest_first
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready

FIRST_DELAY, LONGEST_DELAY = 1, 15 * 60
"""Seconds before a failed pod is deleted, so that the controller and a kubelet that refuses it do not race."""


class Delay(NamedTuple):
    """How long a node's next failed pod waits, and since when."""

    seconds: int
    since: int


Delays = Map[str, Delay]


class Change(NamedTuple):
    """The nodes that get a pod, the pods that go, and the delays then; `again_in`: seconds to the next deletion."""

    nodes: tuple[str, ...] = ()
    deleted: tuple[LivePod, ...] = ()
    delays: Delays = Map()
    again_in: int | None = None


def manage(seen: Daemons, delays: Delays) -> Change:
    """What makes every node that should have a pod have one, and no other."""
    change = Change(delays=delays)
    for node in seen.should:
        change = _on_node(seen, node, change)
    lost = (pod for node, pods in seen.pods.items() if node not in seen.should for pod in pods if not pod.node)
    return change._replace(deleted=(*change.deleted, *(pod for pod in lost if pod.meta.deleted_at is None)))


def surges(seen: Daemons) -> bool:
    """Whether a node may have a new pod beside its old one for a while (AllowsSurge)."""
    spec = seen.owner.spec
    return spec.strategy == "RollingUpdate" and spec.max_surge not in (0, "0%")


def _on_node(seen: Daemons, node: str, change: Change) -> Change:
    """The change with what one node needs (podsShouldBeOnNode)."""
    should, pods = seen.should[node], seen.pods.get(node)
    if should.run and pods is None:
        return change._replace(nodes=(*change.nodes, node))
    if not should.stay:
        return _without(change, (pod for pod in pods or () if pod.meta.deleted_at is None))
    running: list[LivePod] = []
    for pod in pods or ():
        if pod.meta.deleted_at is not None:
            continue
        if pod.status.phase == "Failed":
            change = failed(seen, node, pod, change)
        elif pod.status.phase == "Succeeded":
            change = _without(change, (pod,))
        else:
            running.append(pod)
    if not surges(seen):
        return _without(change, oldest_first(running)[1:])
    if len(running) > 1:
        return _without(change, _too_many(seen, running))
    return change._replace(nodes=(*change.nodes, node)) if not running and should.run else change


def _too_many(seen: Daemons, running: list[LivePod]) -> Iterator[LivePod]:
    """The pods of one node that go: two stay only while the old one is ready and the new one is not available yet."""
    ordered = oldest_first(running)
    new = [pod for pod in ordered if pod.meta.labels.get("controller-revision-hash") == seen.hash]
    old = [pod for pod in ordered if pod not in new]
    kept = (*new[:1], *old[:1])
    yield from (pod for pod in ordered if pod not in kept)
    if new and old and (not is_ready(old[0]) or seen.available(new[0])):
        yield old[0]


def failed(seen: Daemons, node: str, pod: LivePod, change: Change) -> Change:
    """A failed pod is deleted, each later one of the node after twice the time."""
    known, now = change.delays.get(node), seen.now
    if known is not None and now - known.since > 2 * LONGEST_DELAY:
        known = None
    if known is not None and now - known.since < known.seconds:
        soonest = known.seconds if change.again_in is None else min(change.again_in, known.seconds)
        return change._replace(again_in=soonest)
    seconds = FIRST_DELAY if known is None else min(2 * known.seconds, LONGEST_DELAY)
    return _without(change._replace(delays=change.delays.set(node, Delay(seconds, now))), (pod,))


def _without(change: Change, pods: Iterable[LivePod]) -> Change:
    return change._replace(deleted=(*change.deleted, *pods))
