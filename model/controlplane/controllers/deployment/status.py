"""What a Deployment reports of its ReplicaSets, and how its conditions are written (deployment/sync.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment.fenceposts import max_unavailable
from kubeproof.model.controlplane.controllers.deployment.replicasets import asked_for, available
from kubeproof.model.objects.deployment import Deployment, DeploymentCondition, DeploymentStatus
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.objects.replicaset import ReplicaSet


def there_are(replica_sets: Iterable[ReplicaSet]) -> int:
    """How many pods they have together (GetActualReplicaCountForReplicaSets)."""
    return sum(one.status.replicas for one in replica_sets)


def status_of(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], new: ReplicaSet | None, now: int
) -> DeploymentStatus:
    """The counts over all its ReplicaSets, and whether enough pods are available (calculateStatus)."""
    spec, ready = deployment.spec, available(replica_sets)
    told = [one.status for one in replica_sets if one.status.observed_generation]  # a new one has nothing to tell yet
    terminating = [status.terminating_replicas for status in told]
    counted = replace(
        deployment.status,
        observed_generation=deployment.meta.generation,
        replicas=there_are(replica_sets),
        updated_replicas=there_are((new,) if new else ()),
        ready_replicas=sum(one.status.ready_replicas for one in replica_sets),
        available_replicas=ready,
        unavailable_replicas=max(0, asked_for(replica_sets) - ready),
        terminating_replicas=None if None in terminating else sum(count or 0 for count in terminating),
    )
    if ready >= spec.replicas - max_unavailable(spec):
        said = condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
    else:
        why = "Deployment does not have minimum availability."
        said = condition("Available", "False", "MinimumReplicasUnavailable", why, now)
    return with_condition(counted, said)


def condition(type_: str, status: Truth, reason: str, message: str, now: int) -> DeploymentCondition:
    """A condition that holds from now on."""
    return DeploymentCondition(type_, status, reason, message, changed_at=now, updated_at=now)


def with_condition(status: DeploymentStatus, new: DeploymentCondition) -> DeploymentStatus:
    """The status with a condition at the end, unless it says the same already (SetDeploymentCondition)."""
    old = status.condition(new.type)
    if old is not None and (old.status, old.reason) == (new.status, new.reason):
        return status
    if old is not None and old.status == new.status:
        new = replace(new, changed_at=old.changed_at)
    others = without_condition(status, new.type).conditions
    return replace(status, conditions=(*others, new))


def without_condition(status: DeploymentStatus, type_: str) -> DeploymentStatus:
    """The status without the conditions of a type (RemoveDeploymentCondition)."""
    return replace(status, conditions=tuple(one for one in status.conditions if one.type != type_))


def complete(deployment: Deployment, status: DeploymentStatus) -> bool:
    """Whether all pods are there, new and available, and no others (DeploymentComplete)."""
    want = deployment.spec.replicas
    counts = (status.updated_replicas, status.replicas, status.available_replicas)
    return counts == (want, want, want) and status.observed_generation >= deployment.meta.generation
