"""Revisions of a Deployment: their numbers, what is annotated of them, and which old ones go (v1.36.2).

The number of a ReplicaSet is an annotation; rolling back gives an old one the newest number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment.fenceposts import max_surge
from kubeproof.model.controlplane.controllers.deployment.scaling import DESIRED_REPLICAS, MAX_REPLICAS
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selectors import integer

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
NOT_COPIED = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED_REPLICAS,
        MAX_REPLICAS,
        "deprecated.deployment.rollback.to",
    }
)
"""A Deployment's annotations that its ReplicaSets do not get (annotationsToSkip)."""
MOST_HISTORY = 2000
"""Characters of the history that are kept (maxRevHistoryLengthInChars)."""
NO_LIMIT = 2**31 - 1

_INT64 = range(-(2**63), 2**63)


def revision_of(replica_set: ReplicaSet) -> int | None:
    """Its number, 0 where it has none; None where the annotation is no number (Revision)."""
    text = replica_set.meta.annotations.get(REVISION)
    return 0 if text is None else _int64(text)


def next_revision(old: Iterable[ReplicaSet]) -> int:
    """The number after the highest of old ReplicaSets (MaxRevision, plus one)."""
    return max((number for number in map(revision_of, old) if number is not None), default=0) + 1


def annotated(deployment: Deployment, new: ReplicaSet, revision: int, *, exists: bool) -> ReplicaSet:
    """The new ReplicaSet with the annotations that it should have (SetNewReplicaSetAnnotations)."""
    annotations = new.meta.annotations
    for key, value in deployment.meta.annotations.items():
        if key not in NOT_COPIED:
            annotations = annotations.set(key, value)
    text = annotations.get(REVISION)
    before = _int64(text) if text else 0
    if before is not None:
        if before < revision:
            annotations = annotations.set(REVISION, str(revision))
            if text is not None:
                annotations = _with_history(annotations, text)
        if not exists:
            annotations = with_sizes(annotations, deployment.spec)
    return replace(new, meta=replace(new.meta, annotations=annotations))


def with_sizes(annotations: Map[str, str], spec: DeploymentSpec) -> Map[str, str]:
    """The annotations with how many pods the Deployment asks for, and the most of them (SetReplicasAnnotations)."""
    return annotations.update(
        {DESIRED_REPLICAS: str(spec.replicas), MAX_REPLICAS: str(spec.replicas + max_surge(spec))}
    )


def to_clean_up(deployment: Deployment, old: Sequence[ReplicaSet]) -> tuple[ReplicaSet, ...]:
    """The empty old ReplicaSets that are more than the history keeps, lowest number first (cleanupDeployment)."""
    limit = deployment.spec.revision_history_limit
    if limit is None or limit == NO_LIMIT:
        return ()
    alive = [one for one in old if one.meta.deleted_at is None]
    by_number = sorted(alive, key=lambda one: (revision_of(one) or 0, one.meta.created_at or 0, one.meta.name))
    return tuple(
        one
        for one in by_number[: max(0, len(alive) - limit)]
        if one.status.replicas == 0 and one.spec.replicas == 0 and one.meta.generation <= one.status.observed_generation
    )


def _with_history(annotations: Map[str, str], before: str) -> Map[str, str]:
    """The annotations with one more number that the ReplicaSet had: the oldest are forgotten where it gets too long."""
    told = annotations.get(HISTORY, "")
    if not told:
        return annotations.set(HISTORY, before)
    numbers = told.split(",")
    length = len(told) + len(before) + 1
    start = 0
    while length > MOST_HISTORY and start < len(numbers):
        length -= len(numbers[start]) + 1
        start += 1
    return annotations.set(HISTORY, ",".join((*numbers[start:], before))) if length <= MOST_HISTORY else annotations


def _int64(text: str) -> int | None:
    number = integer(text)
    return number if number is not None and number in _INT64 else None
