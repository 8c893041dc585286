"""The DaemonSet controller as a component: one look at a set (syncDaemonSet, daemon_controller.go, v1.36.2).

A change of nodes alone is looked at only where a node misses its pod or has one that may not stay, or, while the status
tells of a pod that should not be where it is, where the node of any pod has other labels or taints (syncNodeUpdate): a
node that is deleted, or tainted so that its pod stays, is still counted until something else happens.
Left out: the rate at which many pods are made at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import claiming, creation, history
from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.controllers.daemonset.manage import Change, Delays, manage
from kubeproof.model.controlplane.controllers.daemonset.nodes import Daemons, daemons, template_for
from kubeproof.model.controlplane.controllers.daemonset.revisions import revisions
from kubeproof.model.controlplane.controllers.daemonset.rolling import rolling_update
from kubeproof.model.controlplane.controllers.daemonset.status import status_of
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.daemonset import DaemonSet
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.taints import Taint

BURST = 250
"""The most pods that one sync makes or deletes (BurstReplicas)."""


class Place(NamedTuple):
    """What of a node says whether a pod should be there."""

    node: str
    labels: Map[str, str]
    taints: tuple[Taint, ...]


class Memory(NamedTuple):
    """What is remembered of a set: the delays of failed pods; what was seen last; when it is looked at anyway.

    `places`: the nodes with its pods, while one of these should not be there. `of`: the uid and observed generation to
    which the delays belong (failedPodsBackoffKey)."""

    delays: Delays = Map()
    seen: tuple[int, ...] = ()
    due: int | None = None
    places: frozenset[Place] = frozenset()
    of: tuple[str, int] = ("", 0)


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    owner = look.get(key, DaemonSet)
    if owner is None:
        yield Remember(None)
        return
    if owner.meta.deleted_at is not None or owner.spec.selector.is_everything:
        return
    known = history.revisions_of(look, owner.meta)
    between = revisions(look, owner, known)
    yield from between.writes
    if between.current is None:
        return
    by = creation.controller_of(owner.meta, "apps/v1", "DaemonSet")
    claims = claiming.pods_of(look, by, owner.meta, owner.spec.selector)
    if claims.denied:
        return
    yield from claims.writes
    tag = between.current.meta.labels.get(history.REVISION_HASH, "")
    nodes = look.all("Node", LiveNode)
    seen = daemons(owner, nodes, claims.pods, tag, look.now)
    before = cast("Memory | None", look.memory) or Memory()
    metas = (owner.meta, *(pod.meta for pod in claims.pods), *(one.meta for one in known))
    told = tuple(one.resource_version for one in metas)
    is_due = before.due is not None and look.now >= before.due
    # places are compared only where pods were told of that should not be there
    moved = owner.status.number_misscheduled > 0 and not _places(seen, nodes) <= before.places
    if before.seen == told and not (is_due or moved or _is_off(seen)):
        if before.due is not None:
            yield Again(before.due)
        return
    of = owner.meta.uid, owner.status.observed_generation
    delays: Delays = before.delays if before.of == of else Map()
    change = manage(seen, delays) if look.fresh else Change(delays=delays)
    yield from _carried_out(look, seen, change)
    # what is on its way is waited for before anything is updated
    if look.fresh and not change.nodes and not change.deleted and owner.spec.strategy == "RollingUpdate":
        yield from _carried_out(look, seen, rolling_update(seen, pick))
    yield from _truncated(seen, between.old)
    status = status_of(seen)
    yield Write("status", key, replace(owner, status=status), when_stale="written")
    due = _soonest(seen, change)
    places = _places(seen, nodes) if status.number_misscheduled > 0 else frozenset()
    yield Remember(Memory(change.delays, told, due, places, of))
    if due is not None:
        yield Again(due)


def _is_off(seen: Daemons) -> bool:
    """Whether a node misses its pod, or has one that may not stay."""
    return any(not should.stay if name in seen.pods else should.run for name, should in seen.should.items())


def _places(seen: Daemons, nodes: Sequence[LiveNode]) -> frozenset[Place]:
    """The nodes that have one of the set's pods, as far as it matters to them."""
    return frozenset(
        Place(node.meta.name, node.meta.labels, node.taints) for node in nodes if node.meta.name in seen.pods
    )


def _carried_out(look: Look, seen: Daemons, change: Change) -> Iterator[Write]:
    owner = seen.owner
    by = creation.controller_of(owner.meta, "apps/v1", "DaemonSet")
    templates = (template_for(owner, node, seen.hash) for node in change.nodes[:BURST])
    pods = [creation.create_pod(template, by, owner.meta.namespace) for template in templates]
    yield from creation.slow_start(look, pods)
    for pod in change.deleted[:BURST]:
        yield Write("delete", key_of("Pod", pod.meta))


def _truncated(seen: Daemons, old: tuple[ControllerRevision, ...]) -> Iterator[Write]:
    """Old revisions that no pod is of go beyond the limit (cleanupHistory)."""
    used = {pod.meta.labels.get(history.REVISION_HASH, "") for pods in seen.pods.values() for pod in pods}
    live = [one.meta.name for one in old if one.meta.labels.get(history.REVISION_HASH, "") in used]
    too_many = len(old) - seen.owner.spec.revision_history_limit
    spare = [one for one in old if one.meta.name not in live]
    for one in spare[: max(0, too_many)]:
        yield Write("delete", history.key(one), why="the history keeps no more")


def _soonest(seen: Daemons, change: Change) -> int | None:
    """When a failed pod may be deleted, or a pod will have been ready for long enough, whatever is first."""
    waits = (p.ready_since(pod) for pods in seen.pods.values() for pod in pods if not seen.available(pod))
    times = [since + seen.owner.spec.min_ready_seconds for since in waits if since is not None]
    if change.again_in is not None:
        times.append(seen.now + change.again_in)
    return min(times, default=None)


DAEMONSET = Component("daemonset-controller", each("DaemonSet"), _decide, steady=True, reads_own_writes=True)
