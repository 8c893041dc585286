"""How a change of a Deployment's size is spread while a rollout is under way (deployment/sync.go: scale, v1.36.2)."""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.controlplane.controllers.deployment.fenceposts import max_surge
from kubeproof.model.controlplane.controllers.deployment.replicasets import (
    Sizes,
    asked_for,
    largest_first,
    oldest_first,
    with_pods,
)
from kubeproof.model.logic.golang import go_round
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selectors import integer

DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"


def scale(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> Sizes:
    """The ReplicaSets that change their size, by name.

    Only one with pods: it takes all. A new one that is complete: the old ones go. Else each keeps its share.
    """
    spec = deployment.spec
    only = active_or_latest(new, old)
    if only is not None:
        return {} if only.spec.replicas == spec.replicas else {only.meta.name: spec.replicas}
    if is_saturated(deployment, new):
        return {each.meta.name: 0 for each in with_pods(old)}
    if spec.strategy != "RollingUpdate":
        return {}
    return proportional(deployment, with_pods((*old, *((new,) if new else ()))))


def retold(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> tuple[str, ...]:
    """Which ReplicaSets hear of the Deployment's size even where theirs stays: while each keeps its share."""
    spec = deployment.spec
    spread = active_or_latest(new, old) is None and not is_saturated(deployment, new)
    if not spread or spec.strategy != "RollingUpdate":
        return ()
    return tuple(one.meta.name for one in with_pods((*old, *((new,) if new else ()))))


def active_or_latest(new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The only ReplicaSet with pods; where none has any, the newest; None where several have (FindActiveOrLatest)."""
    everyone = (*old, *((new,) if new else ()))
    live = with_pods(everyone)
    if len(live) > 1 or not everyone:
        return None
    return live[0] if live else (new or oldest_first(old)[-1])


def is_saturated(deployment: Deployment, new: ReplicaSet | None) -> bool:
    """Whether the new ReplicaSet has all pods that are asked for, all available, and was told so (IsSaturated)."""
    if new is None:
        return False
    want = deployment.spec.replicas
    desired = integer(new.meta.annotations.get(DESIRED_REPLICAS, ""))
    return new.spec.replicas == want == desired and new.status.available_replicas == want


def proportional(deployment: Deployment, live: Sequence[ReplicaSet]) -> Sizes:
    """The sizes that keep each ReplicaSet's share of the whole; what rounding leaves over goes to the largest."""
    spec = deployment.spec
    allowed = spec.replicas + max_surge(spec) if spec.replicas > 0 else 0
    to_add = allowed - asked_for(live)
    if to_add == 0 or not live:
        return {}
    ordered = largest_first(live, newer=to_add > 0)
    sizes: Sizes = {}
    added = 0
    for each in ordered:
        share = proportion(deployment, each, to_add, added)
        sizes[each.meta.name] = each.spec.replicas + share
        added += share
    largest = ordered[0].meta.name
    sizes[largest] = max(0, sizes[largest] + to_add - added)
    return {each.meta.name: sizes[each.meta.name] for each in ordered if sizes[each.meta.name] != each.spec.replicas}


def proportion(deployment: Deployment, replica_set: ReplicaSet, to_add: int, added: int) -> int:
    """What one ReplicaSet gets of `to_add`, of which `added` are given already (GetReplicaSetProportion)."""
    if replica_set.spec.replicas == 0 or to_add in (0, added):
        return 0
    share, rest = _fraction(deployment, replica_set), to_add - added
    return min(share, rest) if to_add > 0 else max(share, rest)


def _fraction(deployment: Deployment, replica_set: ReplicaSet) -> int:
    size = replica_set.spec.replicas
    if deployment.spec.replicas == 0:
        return -size
    before = _most_before(replica_set) or deployment.status.replicas
    if before == 0:
        return 0
    after = deployment.spec.replicas + max_surge(deployment.spec)
    return go_round(_int32(size * after) / before) - size


def _most_before(replica_set: ReplicaSet) -> int | None:
    """How many pods the Deployment could have before, as annotated; None where that is no int32 from 0 on."""
    most = integer(replica_set.meta.annotations.get(MAX_REPLICAS, ""))
    return most if most is not None and 0 <= most < 2**31 else None


def _int32(number: int) -> int:
    """As Go's int32 wraps around: sizes are multiplied in it."""
    return (number + 2**31) % 2**32 - 2**31
