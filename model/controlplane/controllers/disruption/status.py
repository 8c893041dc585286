"""What a PodDisruptionBudget allows: the disruption controller (pkg/controller/disruption, v1.36).

`sync` is trySync and, where that fails, failSafe. Times are seconds. Left out: events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects import conditions
from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.conditions import DISRUPTION_TARGET, with_condition
from kubeproof.model.objects.intstr import BadPercentage, scaled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_state import is_ready, is_terminal
from kubeproof.model.objects.pod_status import Condition, PodStatus

DISRUPTION_ALLOWED = "DisruptionAllowed"
DELETION_TIMEOUT = 2 * 60
"""Seconds after which a pod whose eviction was allowed counts again, if it is still there."""

STALE_AFTER = 2 * 60
"""Seconds after which DisruptionTarget is taken back from a pod that nobody deleted."""

_WORKLOADS = ("apps", "extensions")
SCALABLE = {"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"}
"""The kinds whose scale is known here."""

_NOT_SCALABLE = {
    "CronJob": "cronjobs.batch", "DaemonSet": "daemonsets.apps", "Job": "jobs.batch", "Node": "nodes", "Pod": "pods",
}  # fmt: skip


class Scaled(NamedTuple):
    """An object that has a scale: a Deployment, ReplicaSet, StatefulSet, ReplicationController, or one of another kind
    with the scale subresource."""

    meta: Meta
    replicas: int


Scales = Mapping[tuple[str, str, str], Scaled]
"""All that have a scale, by kind, namespace and name."""


class SyncFailed(KubeproofError):
    """A budget whose numbers cannot be found; the text is what its condition says."""


class Expected(NamedTuple):
    """How many pods a budget should have, how many of them healthy, and those that nobody controls, by name."""

    pods: int
    healthy: int
    unmanaged: tuple[str, ...] = ()


class Synced(NamedTuple):
    """The status to write, None where it stays; when to look again, None where nothing is awaited; why it failed."""

    status: BudgetStatus | None
    recheck_at: int | None = None
    failed: str = ""


def sync(budget: LiveBudget, pods: Iterable[LivePod], scales: Scales, now: int) -> Synced:
    """What the controller writes to a budget, given all pods and all that have a scale (trySync, failSafe).

    Where the expected number of pods cannot be found, nothing is allowed and the condition says why.
    """
    mine = [pod for pod in pods if budget.guards(pod.meta)]
    try:
        expected = expected_pods(budget, mine, scales)
    except BadPercentage as bad:
        return _failed(budget, bad.as_kubernetes_says, now)
    except SyncFailed as failed:
        return _failed(budget, str(failed), now)
    disrupted, recheck_at = still_disrupted(budget.status.disrupted, mine, now)
    healthy = count_healthy(mine, disrupted, now)
    allowed = max(healthy - expected.healthy, 0) if expected.pods > 0 else 0
    old = budget.status
    new = BudgetStatus(
        allowed, healthy, expected.healthy, expected.pods, disrupted, budget.meta.generation, old.conditions
    )
    if new == old and _says(old):
        return Synced(None, recheck_at)
    return Synced(with_allowed_condition(new, now), recheck_at)


def _failed(budget: LiveBudget, why: str, now: int) -> Synced:
    status = replace(budget.status, allowed=0)
    said = Condition(DISRUPTION_ALLOWED, "False", "SyncFailed", why, observed_generation=status.observed_generation)
    return Synced(replace(status, conditions=with_condition(status.conditions, said, now)), failed=why)


def with_allowed_condition(status: BudgetStatus, now: int) -> BudgetStatus:
    """The status with the condition that its `allowed` calls for (UpdateDisruptionAllowedCondition)."""
    said = replace(_wanted(status), observed_generation=status.observed_generation)
    return replace(status, conditions=with_condition(status.conditions, said, now))


def _wanted(status: BudgetStatus) -> Condition:
    if status.allowed > 0:
        return Condition(DISRUPTION_ALLOWED, "True", "SufficientPods")
    return Condition(DISRUPTION_ALLOWED, "False", "InsufficientPods")


def _says(status: BudgetStatus) -> bool:
    """Whether the condition fits what is allowed (ConditionsAreUpToDate)."""
    said, wanted = conditions.find(status.conditions, DISRUPTION_ALLOWED), _wanted(status)
    return said is not None and (said.status, said.reason) == (wanted.status, wanted.reason)


def expected_pods(budget: LiveBudget, pods: Sequence[LivePod], scales: Scales) -> Expected:
    """How many pods the budget should have, and how many healthy ones it asks for (getExpectedPodCount).

    A number in minAvailable counts the pods that there are; anything else asks their controllers. Raises BadPercentage,
    SyncFailed and NotModelled.
    """
    if budget.max_unavailable is not None:
        total, unmanaged = expected_scale(pods, scales)
        return Expected(total, max(total - scaled(budget.max_unavailable, total, round_up=True), 0), unmanaged)
    if budget.min_available is None:
        return Expected(0, 0)
    if isinstance(budget.min_available, int):
        return Expected(len(pods), budget.min_available)
    total, unmanaged = expected_scale(pods, scales)
    return Expected(total, scaled(budget.min_available, total, round_up=True), unmanaged)


def expected_scale(pods: Iterable[LivePod], scales: Scales) -> tuple[int, tuple[str, ...]]:
    """The summed scale of the pods' controllers, each once, and the names of the pods without one (getExpectedScale).

    Raises SyncFailed where a controller is not there or has no scale.
    """
    found: dict[str, int] = {}
    unmanaged = []
    for pod in pods:
        owner = pod.meta.controller
        if owner is None:
            unmanaged.append(pod.meta.name)
        elif owner.uid not in found:
            controller = _controller(owner, pod.meta.namespace, scales)
            if controller is None:
                raise SyncFailed(f'found no controllers for pod "{pod.meta.name}"')
            found[controller.meta.uid] = controller.replicas
    return sum(found.values()), tuple(unmanaged)


def _controller(owner: Owner, namespace: str, scales: Scales) -> Scaled | None:
    """What scales the pods of this owner (finders): of a ReplicaSet that a Deployment controls, the Deployment."""
    group = owner.api_version.rpartition("/")[0]
    if owner.kind not in SCALABLE and (owner.kind, namespace, owner.name) not in scales:
        if owner.kind in _NOT_SCALABLE:
            raise SyncFailed(f"{_NOT_SCALABLE[owner.kind]} does not implement the scale subresource")
        why = f"whether a {owner.kind} of {owner.api_version} has a scale"
        raise NotModelled("metadata.ownerReferences", why)
    direct = _the_one(owner, namespace, scales)
    if owner.kind == "ReplicaSet" and group in _WORKLOADS and direct is not None:
        above = direct.meta.controller
        if above is not None and above.kind == "Deployment" and above.api_version.rpartition("/")[0] in _WORKLOADS:
            return _the_one(above, namespace, scales) or direct
    return direct


def _the_one(owner: Owner, namespace: str, scales: Scales) -> Scaled | None:
    found = scales.get((owner.kind, namespace, owner.name))
    return found if found is not None and found.meta.uid == owner.uid else None


def still_disrupted(
    disrupted: Mapping[str, int], pods: Iterable[LivePod], now: int
) -> tuple[Map[str, int], int | None]:
    """The pods whose eviction was allowed and is awaited, and when the first wait ends (buildDisruptedPodMap).

    One that is being deleted is awaited no more, nor one that is still there two minutes later.
    """
    kept = {
        pod.meta.name: disrupted[pod.meta.name]
        for pod in pods
        if pod.meta.deleted_at is None
        and pod.meta.name in disrupted
        and disrupted[pod.meta.name] + DELETION_TIMEOUT >= now
    }
    return Map(kept), min((at + DELETION_TIMEOUT for at in kept.values()), default=None)


def count_healthy(pods: Iterable[LivePod], disrupted: Mapping[str, int], now: int) -> int:
    """How many pods are ready, neither being deleted nor about to be (countHealthyPods), whatever their phase."""
    return sum(
        is_ready(pod)
        for pod in pods
        if pod.meta.deleted_at is None
        and not (pod.meta.name in disrupted and disrupted[pod.meta.name] + DELETION_TIMEOUT > now)
    )


def stale_at(pod: LivePod) -> int | None:
    """When the pod's DisruptionTarget is taken back because nobody deleted it, None for never.

    (nonTerminatingPodHasStaleDisruptionCondition; what the kubelet says is not taken back.)
    """
    said = pod.status.condition(DISRUPTION_TARGET)
    if pod.meta.deleted_at is not None or is_terminal(pod) or said is None or said.status != "True":
        return None
    return None if said.reason == "TerminationByKubelet" else (said.changed_at or 0) + STALE_AFTER


def taken_back(pod: LivePod, now: int) -> PodStatus:
    """The pod's status with DisruptionTarget False (syncStalePodDisruption)."""
    said = Condition(DISRUPTION_TARGET, "False", observed_generation=pod.meta.generation)
    return conditions.updated(pod.status, said, now)
