"""Which pods of a Job are created or deleted so that as many run as should: manageJob (v1.36.2).

Creations and deletions are taken to succeed; what comes of a refused one is the business of who carries them out.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.controlplane.controllers.job.backoff import remaining, remaining_of_index
from kubeproof.model.controlplane.controllers.job.failures import judged, only_replaces_failed
from kubeproof.model.controlplane.controllers.job.indexes import (
    Indexes,
    failure_count,
    ignored_failure_count,
    indexes_of,
)
from kubeproof.model.controlplane.controllers.job.look import Facts
from kubeproof.model.controlplane.controllers.job.removal import pods_to_remove
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.job import Job
from kubeproof.model.objects.live_pod import LivePod

BURST = 500
"""The most pods that one sync creates or deletes (MaxPodCreateDeletePerSync)."""


class NewPod(NamedTuple):
    """A pod to create. `failures` and `ignored`: of its index so far; None where indexes do not count them."""

    completion_index: int | None = None
    failures: int | None = None
    ignored: int = 0


class Change(NamedTuple):
    """What to do, and how many pods then count as active. `again_in`: seconds until a creation that has to wait."""

    active: int
    created: tuple[NewPod, ...] = ()
    deleted: tuple[LivePod, ...] = ()
    again_in: float | None = None


def change(seen: Facts) -> Change:
    """What is created or deleted, never both in one sync.

    Where creations wait for the back-off, no pod counts as active, whatever runs.
    """
    look = seen.look
    job, now = look.job, len(seen.active)
    if job.spec.suspend:
        gone = pods_to_remove(job, seen.active, now)
        return Change(now - len(gone), deleted=gone)
    want = wanted(seen)
    gone = pods_to_remove(job, seen.active, max(0, now - want))[:BURST]
    if gone:
        return Change(now - len(gone), deleted=gone)
    terminating = sum(map(pod_state.is_terminating, look.pods)) if only_replaces_failed(job) else 0
    missing = want - terminating - now
    return _created(seen, missing) if missing > 0 else Change(now)


def wanted(seen: Facts) -> int:
    """How many pods should run: no more than there are completions to go; without a number, all until one succeeds."""
    spec = seen.look.job.spec
    if spec.completions is None:
        return len(seen.active) if seen.succeeded > 0 else spec.parallelism
    return max(0, min(spec.parallelism, spec.completions - seen.succeeded))


def _created(seen: Facts, missing: int) -> Change:
    job, now = seen.look.job, seen.look.now
    by_index = job.spec.backoff_limit_per_index is not None
    wait = 0 if by_index else remaining(*seen.backoff, now)
    if wait > 0:
        return Change(0, again_in=wait)
    count = min(missing, BURST)
    if not job.indexed:
        return Change(len(seen.active) + count, created=(NewPod(),) * count)
    indexes = _settled(seen).missing(count, job.spec.completions or 0)
    if by_index:
        waits = {index: remaining_of_index(seen.delayed.get(index), now) for index in indexes}
        indexes = tuple(index for index, seconds in waits.items() if seconds == 0)
        if not indexes and waits:
            return Change(0, again_in=min(waits.values()))
    created = tuple(_of_index(job, index, seen.delayed.get(index)) for index in indexes)
    return Change(len(seen.active) + len(created), created=created)


def _settled(seen: Facts) -> Indexes:
    """The indexes that need no pod now: they succeeded, failed, or have one (that may have to end first)."""
    look = seen.look
    settled = seen.succeeded_indexes | indexes_of(seen.active)
    if only_replaces_failed(look.job):
        settled |= indexes_of(filter(pod_state.is_terminating, look.pods))
    return settled if seen.failed_indexes is None else settled | seen.failed_indexes


def _of_index(job: Job, index: int, before: LivePod | None) -> NewPod:
    """The pod of an index, with the failures that it is told of (getNewIndexFailureCounts)."""
    if job.spec.backoff_limit_per_index is None:
        return NewPod(index)
    if before is None:
        return NewPod(index, 0)
    counts = judged(job.spec.pod_failure_policy, before).counts
    return NewPod(index, failure_count(before) + counts, ignored_failure_count(before) + (not counts))
