"""How a rollout goes on: the conditions Progressing and ReplicaFailure, and the deadline (progress.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment.status import (
    complete,
    condition,
    status_of,
    with_condition,
    without_condition,
)
from kubeproof.model.objects.deployment import Deployment, DeploymentCondition, DeploymentStatus
from kubeproof.model.objects.replicaset import ReplicaSet

PROGRESSING = "Progressing"
FAILURE = "ReplicaFailure"
DONE, UPDATED, TIMED_OUT = "NewReplicaSetAvailable", "ReplicaSetUpdated", "ProgressDeadlineExceeded"
FOUND, CREATED = "FoundNewReplicaSet", "NewReplicaSetCreated"
PAUSED, RESUMED = "DeploymentPaused", "DeploymentResumed"
NO_DEADLINE = 2**31 - 1


def has_deadline(deployment: Deployment) -> bool:
    """Whether a rollout is to get on within some time (HasProgressDeadline)."""
    return deployment.spec.progress_deadline_seconds not in (None, NO_DEADLINE)


def rollout_status(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet], new: ReplicaSet | None, now: int
) -> DeploymentStatus:
    """The status with how the rollout goes (syncRolloutStatus)."""
    status = status_of(deployment, replica_sets, new, now)
    if not has_deadline(deployment):
        status = without_condition(status, PROGRESSING)
    before = deployment.status.condition(PROGRESSING)
    over = status.replicas == status.updated_replicas and before is not None and before.reason == DONE
    if has_deadline(deployment) and not over:
        status = _progressed(deployment, status, before, new, now)
    failed = _failure(replica_sets, new)
    return without_condition(status, FAILURE) if failed is None else with_condition(status, failed)


def paused_or_resumed(deployment: Deployment, now: int) -> DeploymentStatus:
    """The status that says that the Deployment is paused, or goes on again (checkPausedConditions).

    The Deployment's own status where nothing is to be said: without a deadline, or after it has passed.
    """
    status = deployment.status
    said = status.condition(PROGRESSING)
    if not has_deadline(deployment) or (said is not None and said.reason == TIMED_OUT):
        return status
    was_paused = said is not None and said.reason == PAUSED
    if deployment.spec.paused and not was_paused:
        return with_condition(status, condition(PROGRESSING, "Unknown", PAUSED, "Deployment is paused", now))
    if not deployment.spec.paused and was_paused:
        return with_condition(status, condition(PROGRESSING, "Unknown", RESUMED, "Deployment is resumed", now))
    return status


def look_again_at(deployment: Deployment, status: DeploymentStatus, now: int) -> int | None:
    """When the deadline will have passed, None where nothing waits for it (requeueStuckDeployment, which looks for
    nothing, again and again, where a rollout that was over lacks pods: its deadline never passes)."""
    said = status.condition(PROGRESSING)
    if not has_deadline(deployment) or said is None or complete(deployment, status) or said.reason in (DONE, TIMED_OUT):
        return None
    deadline = deployment.spec.progress_deadline_seconds or 0
    since = now if said.updated_at is None else said.updated_at
    return max(now, since + deadline) + 1


def _progressed(
    deployment: Deployment,
    status: DeploymentStatus,
    before: DeploymentCondition | None,
    new: ReplicaSet | None,
    now: int,
) -> DeploymentStatus:
    name = f'ReplicaSet "{new.meta.name}"' if new else f'Deployment "{deployment.meta.name}"'
    if complete(deployment, status):
        done = condition(PROGRESSING, "True", DONE, f"{name} has successfully progressed.", now)
        return with_condition(status, done)
    if _got_on(deployment.status, status):
        updated = condition(PROGRESSING, "True", UPDATED, f"{name} is progressing.", now)
        if before is not None and before.status == "True":
            updated = replace(updated, changed_at=before.changed_at)
        return with_condition(without_condition(status, PROGRESSING), updated)
    if timed_out(deployment, status, now):
        late = condition(PROGRESSING, "False", TIMED_OUT, f"{name} has timed out progressing.", now)
        return with_condition(status, late)
    return status


def _got_on(before: DeploymentStatus, after: DeploymentStatus) -> bool:
    """Whether there is more of the new, or less of the old (DeploymentProgressing)."""
    return (
        after.updated_replicas > before.updated_replicas
        or after.replicas - after.updated_replicas < before.replicas - before.updated_replicas
        or after.ready_replicas > before.ready_replicas
        or after.available_replicas > before.available_replicas
    )


def timed_out(deployment: Deployment, status: DeploymentStatus, now: int) -> bool:
    """Whether the rollout has not got on for longer than it may (DeploymentTimedOut)."""
    said = status.condition(PROGRESSING)
    if said is None or said.reason == DONE:
        return False
    if said.reason == TIMED_OUT:
        return True
    return (said.updated_at or 0) + (deployment.spec.progress_deadline_seconds or 0) < now


def _failure(replica_sets: Sequence[ReplicaSet], new: ReplicaSet | None) -> DeploymentCondition | None:
    """The first failure that a ReplicaSet reports, of the new one before all others (getReplicaFailures)."""
    for one in (*((new,) if new else ()), *replica_sets):
        for said in one.status.conditions:
            if said.type == FAILURE:
                return DeploymentCondition(
                    FAILURE, said.status, said.reason, said.message, said.changed_at, updated_at=said.changed_at
                )
    return None
