"""One step of a rolling update: grow the new ReplicaSet, else shrink old ones (deployment/rolling.go, v1.36.2).

Not here: the Recreate strategy, which new ReplicaSet belongs to a template, conditions and progress.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment.fenceposts import max_unavailable
from kubeproof.model.controlplane.controllers.deployment.replicasets import (
    Sizes,
    asked_for,
    available,
    oldest_first,
    with_pods,
)
from kubeproof.model.objects.deployment import DeploymentSpec
from kubeproof.model.objects.intstr import scaled
from kubeproof.model.objects.replicaset import ReplicaSet


def rolling_step(spec: DeploymentSpec, new: ReplicaSet, old: Sequence[ReplicaSet]) -> Sizes:
    """What the next sync writes: new sizes by name, empty where nothing changes (rolloutRolling).

    Raises BadPercentage where the new ReplicaSet should grow and maxSurge is no percentage.
    """
    size = new_replica_set_size(spec, new, old)
    if size != new.spec.replicas:
        return {new.meta.name: size}
    return scaled_down(spec, new, old)


def new_replica_set_size(spec: DeploymentSpec, new: ReplicaSet, old: Sequence[ReplicaSet]) -> int:
    """How large the new ReplicaSet becomes: smaller at once, larger as far as maxSurge lets it.

    (reconcileNewReplicaSet, NewRSNewReplicas.) Raises BadPercentage.
    """
    if new.spec.replicas >= spec.replicas or spec.strategy == "Recreate":
        return spec.replicas
    most = spec.replicas + scaled(spec.max_surge, spec.replicas, round_up=True)
    room = max(0, most - asked_for((*old, new)))
    return new.spec.replicas + min(room, spec.replicas - new.spec.replicas)


def scaled_down(spec: DeploymentSpec, new: ReplicaSet, old: Sequence[ReplicaSet]) -> Sizes:
    """The old ReplicaSets that shrink: first by what is unavailable anyway (reconcileOldReplicaSets).

    Unavailable pods of the new ReplicaSet are held back, so that they do not take old ones down with them.
    """
    shrinking = oldest_first(with_pods(old))
    held_back = new.spec.replicas - new.status.available_replicas
    allowed = asked_for((*old, new)) - (spec.replicas - max_unavailable(spec)) - held_back
    if not shrinking or allowed <= 0:
        return {}
    cleaned, refused = without_unhealthy(shrinking, allowed)
    if refused:
        return cleaned
    after = tuple(
        replace(each, spec=replace(each.spec, replicas=cleaned.get(each.meta.name, each.spec.replicas)))
        for each in shrinking
    )
    return cleaned | without_available(spec, new, after)


def without_unhealthy(old: Sequence[ReplicaSet], most: int) -> tuple[Sizes, bool]:
    """Old ReplicaSets without their unavailable pods, `most` pods in all (cleanupUnhealthyReplicas).

    True behind them: one says that more pods are available than it asks for, which ends the step there.
    """
    sizes: Sizes = {}
    gone = 0
    for each in old:
        unhealthy = each.spec.replicas - each.status.available_replicas
        if gone >= most:
            break
        if each.spec.replicas == 0 or unhealthy == 0:
            continue
        count = min(most - gone, unhealthy)
        if count < 0:
            return sizes, True
        sizes[each.meta.name] = each.spec.replicas - count
        gone += count
    return sizes, False


def without_available(spec: DeploymentSpec, new: ReplicaSet, old: Sequence[ReplicaSet]) -> Sizes:
    """Old ReplicaSets smaller by the available pods that are not needed (scaleDownOldReplicaSetsForRollingUpdate)."""
    spare = available((*old, new)) - (spec.replicas - max_unavailable(spec))
    sizes: Sizes = {}
    for each in old:
        if spare <= 0:
            break
        count = min(each.spec.replicas, spare)
        if count:
            sizes[each.meta.name] = each.spec.replicas - count
            spare -= count
    return sizes
