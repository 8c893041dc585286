"""Whether a node's kubelet still speaks: tryUpdateNodeHealth of the node lifecycle controller (v1.36).

The controller trusts its own clock: what counts is when it saw a new heartbeat or a renewed lease, not what time they
carry. `Health` is that memory, one for each node. Times are seconds. Left out: the time of the last change of Ready,
which upstream keeps and nothing reads.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model.objects.live_node import READY, Lease, LiveNode, NodeCondition

KUBELETS_CONDITIONS = (READY, "MemoryPressure", "DiskPressure", "PIDPressure")
"""Those that become Unknown; NetworkUnavailable is the control plane's own."""


class Grace(NamedTuple):
    """For how many seconds a silent node is believed: one that has reported, and one that never has."""

    monitor: int = 50
    startup: int = 60


PATIENT = Grace()


class Health(msgspec.Struct, frozen=True):
    """What was last seen of a node, and when: its Ready condition, when its lease was renewed."""

    probed_at: int
    ready: NodeCondition | None = None
    lease: Lease | None = None


class Judged(NamedTuple):
    """A node after a look at it. `observed` is the Ready condition as found (Unknown where there is none).

    `current`: as it is now, None where the node never reported and may still start. `conditions`: to be written where
    they differ from the node's. `health` is the memory after that.
    """

    conditions: tuple[NodeCondition, ...]
    observed: NodeCondition
    current: NodeCondition | None
    health: Health


def judge(node: LiveNode, lease: Lease | None, health: Health | None, now: int, grace: Grace = PATIENT) -> Judged:
    """The node after one look, given what is remembered of it."""
    created, current = node.meta.created_at or 0, node.condition(READY)
    if current is None:
        observed = NodeCondition(READY, "Unknown", heard_at=created, changed_at=created)
        known = Health(created) if health is None else replace(health, ready=None)
    else:
        observed, known = current, _heard(current, health, now)
    known = _renewed(known, lease, None if health is None else health.lease, now)
    patience = grace.startup if current is None else grace.monitor
    if now <= known.probed_at + patience:
        return Judged(node.conditions, observed, current, known)
    conditions = silenced(node, now)
    current = next(condition for condition in conditions if condition.type == READY)
    if current == observed:  # it was Unknown before, and then nothing is written, whatever the others say
        return Judged(node.conditions, observed, current, known)
    return Judged(conditions, observed, current, replace(known, ready=current, lease=lease))


def _heard(current: NodeCondition, health: Health | None, now: int) -> Health:
    """The memory after the Ready condition was read: a heartbeat not seen before starts it anew, without its lease."""
    if health is None or health.ready is None or health.ready.heard_at != current.heard_at:
        return Health(now, current)
    return health


def _renewed(known: Health, lease: Lease | None, saved: Lease | None, now: int) -> Health:
    """The memory after the lease was read; with no lease in memory any lease counts as renewed now."""
    if lease is None or (saved is not None and not _before(saved, lease)):
        return known
    return replace(known, probed_at=now, lease=lease)


def _before(saved: Lease, lease: Lease) -> bool:
    """Whether a renewal came before another (MicroTime.Before: none comes before any, never after)."""
    return lease.renewed_at is not None and (saved.renewed_at is None or saved.renewed_at < lease.renewed_at)


def silenced(node: LiveNode, now: int) -> tuple[NodeCondition, ...]:
    """The node's conditions once it has been silent for too long: those of the kubelet are Unknown."""
    found = list(node.conditions)
    for type_ in KUBELETS_CONDITIONS:
        place = next((place for place, one in enumerate(found) if one.type == type_), None)
        if place is None:
            never = ("NodeStatusNeverUpdated", "Kubelet never posted node status.")
            found.append(NodeCondition(type_, "Unknown", *never, heard_at=node.meta.created_at, changed_at=now))
        elif found[place].status != "Unknown":
            said = ("NodeStatusUnknown", "Kubelet stopped posting node status.")
            found[place] = replace(found[place], status="Unknown", reason=said[0], message=said[1], changed_at=now)
    return tuple(found)
