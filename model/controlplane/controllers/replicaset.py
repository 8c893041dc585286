"""What the ReplicaSet controller decides: which pods go first, and what it reports (controller/replicaset, v1.36.2).

`REPLICASET` is the component that does it. Pods are created in batches that double, and none after a batch in which one
was refused; a refused sync is tried again ever later (component.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each, first
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import claiming, creation
from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.logic.gosort import go_sort
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetStatus
from kubeproof.model.objects.selectors import integer

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
BURST = 500
"""The most pods that one sync creates or deletes (BurstReplicas)."""

_NANOSECONDS = 1_000_000_000
_INT32 = range(-(2**31), 2**31)


class Ranked(NamedTuple):
    """A pod, and how many active pods of related ReplicaSets share its node."""

    pod: LivePod
    rank: int


def replicas_to_change(replica_set: ReplicaSet, active_pods: int) -> int:
    """How many pods to create (positive) or to delete (negative) in one sync (manageReplicas)."""
    return max(-BURST, min(BURST, replica_set.spec.replicas - active_pods))


def pods_to_delete(pods: Sequence[LivePod], related: Iterable[LivePod], count: int, now: float) -> tuple[LivePod, ...]:
    """The `count` pods that go, in the order in which they go (getPodsToDelete).

    `pods` are the active pods of the ReplicaSet, `related` those of all ReplicaSets of its owner, itself included.
    """
    if count >= len(pods):
        return tuple(pods[:count])
    ordered = go_sort(ranked(pods, related), lambda a, b: goes_first(a, b, now))
    return tuple(pod for pod, _ in ordered[:count])


def _picked(pods: Sequence[LivePod], related: Iterable[LivePod], count: int, now: int, pick: Pick) -> Iterator[LivePod]:
    """The pods that go, one of equals at a time: the first of them are those of `pods_to_delete`.

    As our clock has whole seconds, pods are equal that are so a second before or after now.
    """
    if count >= len(pods):
        yield from pods
        return
    left = list(go_sort(ranked(pods, related), lambda a, b: goes_first(a, b, now)))
    if pick is first:
        yield from (one.pod for one in left[:count])  # nobody asks who else it could be, which takes time to find out
        return
    for _ in range(count):
        head = left[0]
        equals = [one for one in left[1:] if not all(goes_first(head, one, at) for at in (now - 1, now, now + 1))]
        gone = pick([head, *equals])
        left.remove(gone)
        yield gone.pod


def ranked(pods: Iterable[LivePod], related: Iterable[LivePod]) -> tuple[Ranked, ...]:
    """Each pod with the number of active related pods on its node (getPodsRankedByRelatedPodsOnSameNode)."""
    on_node = Counter(pod.node for pod in related if pod_state.is_active(pod))
    return tuple(Ranked(pod, on_node[pod.node]) for pod in pods)


def goes_first(a: Ranked, b: Ranked, now: float) -> bool:
    """Whether `a` is deleted before `b` (ActivePodsWithRanks.Less): the less a pod is worth, the sooner it goes.

    Not a strict order: pods of about one age are told apart by uid, of exactly one age by their restarts.
    """
    decided = p.goes_by_progress(a.pod, b.pod)
    if decided is not None:
        return decided
    cost_a, cost_b = deletion_cost(a.pod), deletion_cost(b.pod)
    if cost_a != cost_b:
        return cost_a < cost_b
    if a.rank != b.rank:
        return a.rank > b.rank
    ready_a, ready_b = p.ready_since(a.pod), p.ready_since(b.pod)
    if pod_state.is_ready(a.pod) and pod_state.is_ready(b.pod) and ready_a != ready_b:
        return _younger(a.pod, ready_a, b.pod, ready_b, now)
    decided = p.goes_by_restarts(a.pod, b.pod)
    if decided is not None:
        return decided
    if a.pod.meta.created_at != b.pod.meta.created_at:
        return _younger(a.pod, a.pod.meta.created_at, b.pod, b.pod.meta.created_at, now)
    return False


def _younger(a: LivePod, since_a: int | None, b: LivePod, since_b: int | None, now: float) -> bool:
    """Ages are compared by their logarithm, so that it is not always the same pods that go; of one size, by uid."""
    if since_a is None or since_b is None:
        return p.later_or_unset(since_a, since_b)
    size_a, size_b = age_size(now - since_a), age_size(now - since_b)
    return a.meta.uid < b.meta.uid if size_a == size_b else size_a < size_b


def age_size(seconds: float) -> int:
    """The whole base-2 logarithm of an age in nanoseconds; -1 where the age is none (logarithmicRankDiff)."""
    nanoseconds = round(seconds * _NANOSECONDS)
    return int(math.log2(nanoseconds)) if nanoseconds > 0 else -1


def deletion_cost(pod: LivePod) -> int:
    """What the pod's annotation says that deleting it costs; 0 without one, and 0 for a text that is no int32.

    A plus sign and leading zeros are no numbers here (GetDeletionCostFromPodAnnotations).
    """
    text = pod.meta.annotations.get(DELETION_COST, "")
    if text != "0" and text[:1] not in tuple("-123456789"):
        return 0
    cost = integer(text)
    return cost if cost is not None and cost in _INT32 else 0


def status_of(
    replica_set: ReplicaSet, pods: Iterable[LivePod], now: int, failed: str = "", creating: bool = True
) -> ReplicaSetStatus:
    """The status to report for the pods that the ReplicaSet owns (calculateStatus).

    `failed`: what went wrong when pods were created (or, not `creating`, deleted) in this sync, "" where nothing did.
    """
    owned = tuple(pods)
    live = p.active(owned)
    spec, status = replica_set.spec, replica_set.status
    labels = spec.template.labels.items()
    return replace(
        status,
        replicas=len(live),
        fully_labeled_replicas=sum(all(pod.meta.labels.get(key) == value for key, value in labels) for pod in live),
        ready_replicas=sum(map(pod_state.is_ready, live)),
        available_replicas=sum(pod_state.is_available(pod, spec.min_ready_seconds, now) for pod in live),
        terminating_replicas=sum(map(pod_state.is_terminating, owned)),
        conditions=_failure_condition(status.conditions, failed, creating, now),
    )


def _failure_condition(
    conditions: tuple[Condition, ...], failed: str, creating: bool, now: int
) -> tuple[Condition, ...]:
    """A failure is reported until a sync goes well; while one is reported, a later one does not replace it."""
    reported = any(condition.type == "ReplicaFailure" for condition in conditions)
    if failed and not reported:
        reason = "FailedCreate" if creating else "FailedDelete"
        return (*conditions, Condition("ReplicaFailure", "True", reason, failed, now))
    if not failed and reported:
        return tuple(condition for condition in conditions if condition.type != "ReplicaFailure")
    return conditions


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    """One look at a ReplicaSet: as many pods as it asks for, and what there is of them (syncReplicaSet)."""
    replica_set = look.get(key, ReplicaSet)
    if replica_set is None:
        return
    meta, spec = replica_set.meta, replica_set.spec
    owner = creation.controller_of(meta, "apps/v1", "ReplicaSet")
    claims = claiming.pods_of(look, owner, meta, spec.selector, only=pod_state.is_active)
    if claims.denied:
        return
    yield from claims.writes
    live = claims.pods
    claimed, missing = len(look.refused), 0
    if meta.deleted_at is None and look.fresh:
        missing = replicas_to_change(replica_set, len(live))
        pods = [creation.create_pod(spec.template, owner, meta.namespace) for _ in range(missing)]
        yield from creation.slow_start(look, pods)
        for pod in _picked(live, _related(look, replica_set), -missing, look.now, pick) if missing < 0 else ():
            yield Write("delete", key_of("Pod", pod.meta))
    failed = creation.failure(look.refused[claimed:])
    ending = filter(pod_state.is_terminating, look.owned("Pod", meta.uid, LivePod))
    owned = (*live, *(pod for pod in ending if spec.selector.matches(pod.meta.labels)))
    status = status_of(replica_set, owned, look.now, failed, creating=missing > 0)
    status = replace(status, observed_generation=meta.generation)
    yield Write("status", key, replace(replica_set, status=status), when_stale="written")
    waits = (p.ready_since(pod) for pod in live if not pod_state.is_available(pod, spec.min_ready_seconds, look.now))
    if (soonest := min((since for since in waits if since is not None), default=None)) is not None:
        yield Again(soonest + spec.min_ready_seconds)


def _related(look: Look, replica_set: ReplicaSet) -> Iterator[LivePod]:
    """The pods of all ReplicaSets of the same owner (getIndirectlyRelatedPods)."""
    owner = replica_set.meta.controller
    related = look.owned("ReplicaSet", owner.uid, ReplicaSet) if owner else (replica_set,)
    for each_set in related:
        yield from look.owned("Pod", each_set.meta.uid, LivePod)


REPLICASET = Component("replicaset-controller", each("ReplicaSet"), _decide, steady=True, reads_own_writes=True)
