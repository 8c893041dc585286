"""A Deployment's ReplicaSets together: how many pods they ask for, and their orders (controller_utils.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable

from kubeproof.model.objects.replicaset import ReplicaSet

Sizes = dict[str, int]
"""For each ReplicaSet that changes, its new spec.replicas, in the order in which they are written."""

_UNSET = -1


def asked_for(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many pods they ask for together (GetReplicaCountForReplicaSets)."""
    return sum(each.spec.replicas for each in replica_sets)


def available(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many pods of them are available (GetAvailableReplicaCountForReplicaSets)."""
    return sum(each.status.available_replicas for each in replica_sets)


def with_pods(replica_sets: Iterable[ReplicaSet]) -> tuple[ReplicaSet, ...]:
    """Those that ask for pods (FilterActiveReplicaSets)."""
    return tuple(each for each in replica_sets if each.spec.replicas > 0)


def oldest_first(replica_sets: Iterable[ReplicaSet]) -> tuple[ReplicaSet, ...]:
    """By creation, then by name (ReplicaSetsByCreationTimestamp)."""
    return tuple(sorted(replica_sets, key=_age))


def largest_first(replica_sets: Iterable[ReplicaSet], newer: bool) -> tuple[ReplicaSet, ...]:
    """By size; of one size the newer (or the older) first (ReplicaSetsBySizeNewer, ReplicaSetsBySizeOlder)."""
    by_age = sorted(replica_sets, key=_age, reverse=newer)
    return tuple(sorted(by_age, key=lambda each: -each.spec.replicas))


def _age(replica_set: ReplicaSet) -> tuple[int, str]:
    created = replica_set.meta.created_at
    return (_UNSET if created is None else created), replica_set.meta.name
