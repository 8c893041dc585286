"""Which pods are deleted because nobody else will: the pod garbage collector (pkg/controller/podgc, v1.36).

`collect` is one round (every 20 s). The quarantine of nodes that are missing goes in and comes out as a value. `POD_GC`
is the component that makes rounds, at multiples of their period, where they can find something. Times are seconds.
Every deletion is forced: grace period 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple, cast

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects import conditions
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.pod_status import PodStatus

PERIOD, QUARANTINE = 20, 40
TERMINATED_POD_THRESHOLD = 12500
"""--terminated-pod-gc-threshold; 0 or less keeps all that have ended."""

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
REASON, MESSAGE = "DeletionByPodGC", "PodGC: node no longer exists"

Why = Literal["terminated", "out of service", "orphaned", "unscheduled"]


NO_QUARANTINE: Map[str, int] = Map()


class Removal(NamedTuple):
    """A pod to delete at once, and the status to write before, None where it has ended already."""

    pod: LivePod
    why: Why
    status: PodStatus | None


class Round(NamedTuple):
    """What one round deletes, in order, and the nodes in quarantine: name -> when it ends.

    A pod can be in it twice; its second deletion finds it gone, unless a finalizer keeps it.
    """

    removals: tuple[Removal, ...]
    quarantine: Map[str, int]


def collect(
    pods: Sequence[LivePod],
    nodes: Iterable[LiveNode],
    now: int,
    quarantine: Map[str, int] = NO_QUARANTINE,
    *,
    threshold: int = TERMINATED_POD_THRESHOLD,
    quarantine_for: int = QUARANTINE,
    really: Collection[str] = (),
) -> Round:
    """One round over the pods and nodes that the controller sees; `really`: nodes that it finds where it asks again."""
    by_name = {node.meta.name: node for node in nodes}
    kept, gone = missing_nodes(pods, by_name, now, quarantine, quarantine_for)
    gone -= frozenset(really)
    found: tuple[tuple[Why, list[LivePod]], ...] = (
        ("terminated", terminated(pods, threshold)),
        ("out of service", sorted((pod for pod in pods if out_of_service(pod, by_name.get(pod.node))), key=_order)),
        ("orphaned", [pod for pod in pods if pod.node in gone]),
        ("unscheduled", [pod for pod in pods if pod.meta.deleted_at is not None and not pod.node]),
    )
    return Round(tuple(Removal(pod, why, failed(pod, why, now)) for why, listed in found for pod in listed), kept)


def terminated(pods: Iterable[LivePod], threshold: int) -> list[LivePod]:
    """The pods that have ended beyond the threshold: evicted ones first, then the oldest (gcTerminated)."""
    ended = [pod for pod in pods if pod.status.phase not in ("Pending", "Running", "Unknown")]
    too_many = len(ended) - threshold
    return sorted(ended, key=_order)[:too_many] if threshold > 0 and too_many > 0 else []


def out_of_service(pod: LivePod, node: LiveNode | None) -> bool:
    """Whether the pod is being deleted on a node that is not ready and tainted as out of service (gcTerminating)."""
    if pod.meta.deleted_at is None or node is None or node.ready:
        return False
    return any(taint.key == OUT_OF_SERVICE for taint in node.taints)


def missing_nodes(
    pods: Iterable[LivePod], nodes: Collection[str], now: int, quarantine: Map[str, int], quarantine_for: int
) -> tuple[Map[str, int], frozenset[str]]:
    """The quarantine with the nodes that pods name and nobody has, and those whose quarantine is over (gcOrphaned)."""
    kept = {name: until for name, until in quarantine.items() if until > now}
    over = {name for name, until in quarantine.items() if until <= now}
    for name in {pod.node for pod in pods if pod.node and pod.node not in nodes}:
        if quarantine_for <= 0:
            over.add(name)
        else:
            kept.setdefault(name, now + quarantine_for)
    return Map(kept), frozenset(over - set(nodes))


def failed(pod: LivePod, why: Why, now: int) -> PodStatus | None:
    """The status that is written before the pod is deleted: Failed, so that no one takes it for running.

    None where it has ended. Of an orphan it says DisruptionTarget, too (markFailedAndDeletePodWithCondition).
    """
    if is_terminal(pod):
        return None
    status = conditions.disrupted(pod, REASON, MESSAGE, now) if why == "orphaned" else pod.status
    return replace(status, phase="Failed")


def _order(pod: LivePod) -> tuple[bool, int, str]:
    """Evicted pods first, then older ones, then by name (byEvictionAndCreationTimestamp)."""
    evicted = pod.status.phase == "Failed" and pod.status.reason == "Evicted"
    return not evicted, pod.meta.created_at or 0, pod.meta.name


ALL = Key("PodGC", "", "")
"""What stands for all pods at once."""


class Rounds(NamedTuple):
    """What is remembered: the quarantine, and the time of the last round while it is still that time."""

    quarantine: Map[str, int] = NO_QUARANTINE
    at: int | None = None


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    known = cast("Rounds | None", look.memory) or Rounds()
    pods, nodes = look.all("Pod", LivePod), look.all("Node", LiveNode)
    removals: tuple[Removal, ...] = ()
    if look.now % PERIOD == 0 and known.at != look.now:
        there = {node.meta.name for node in nodes}
        unseen = (look.live(Key("Node", "", pod.node), LiveNode) for pod in pods if pod.node and pod.node not in there)
        known_nodes = (*nodes, *{node.meta.name: node for node in unseen if node is not None}.values())
        removals, quarantine = collect(pods, known_nodes, look.now, known.quarantine)
        for pod, why, status in removals:
            gone = key_of("Pod", pod.meta)
            if status is not None:
                yield Write("status", gone, replace(pod, status=status), when_stale="merged")
            yield Write("delete", gone, DeleteOptions(grace_period=0, uid=pod.meta.uid), why=why)
        known = Rounds(quarantine, look.now)
    yield Remember(known if known.at == look.now else Rounds(known.quarantine))
    after = look.now - look.now % PERIOD + PERIOD
    then = collect(pods, nodes, after, known.quarantine)
    left = {removal.pod for removal in then.removals} - {removal.pod for removal in removals}
    if left or then.quarantine != known.quarantine:
        yield Again(after)
    elif known.quarantine:
        yield Again(min(known.quarantine.values()))


POD_GC = Component("pod-garbage-collector-controller", lambda look: (ALL,), _decide)
