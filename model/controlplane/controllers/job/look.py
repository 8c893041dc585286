"""What the Job controller sees in one look, and what it counts there before it decides anything (v1.36.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.controllers.job.backoff import BackoffRecord, finished_at, recorded
from kubeproof.model.controlplane.controllers.job.failures import is_failed, is_index_failed, judged
from kubeproof.model.controlplane.controllers.job.indexes import (
    Indexes,
    absolute_failure_count,
    indexes_of,
    of,
    parse,
    valid_index_of,
)
from kubeproof.model.objects.job import TRACKING_FINALIZER, Job
from kubeproof.model.objects.live_pod import LivePod


class Look(NamedTuple):
    """A Job, the pods it owns and the time, with what the controller remembers.

    `fresh`: all pods that it created or deleted are in view (expectations are satisfied). `released`: the uids of pods
    whose tracking finalizer it removed, which the view still shows.
    """

    job: Job
    pods: tuple[LivePod, ...]
    now: int
    backoff: BackoffRecord = BackoffRecord()
    fresh: bool = True
    released: frozenset[str] = frozenset()

    def tracked(self, pod: LivePod) -> bool:
        """Whether the pod still holds the finalizer: it was not counted for good yet."""
        return TRACKING_FINALIZER in pod.meta.finalizers and pod.meta.uid not in self.released


class Facts(NamedTuple):
    """What follows from a look. `failed_indexes` is None without a limit per index.

    `delayed`: for an index that will be tried again, the failed pod that is kept until its successor is there.
    """

    look: Look
    active: tuple[LivePod, ...]
    succeeded: int
    failed: int
    backoff: BackoffRecord
    counted_indexes: Indexes = Indexes()
    succeeded_indexes: Indexes = Indexes()
    failed_indexes: Indexes | None = None
    delayed: Mapping[int, LivePod] = {}


def facts(look: Look) -> Facts:
    """What the look shows: the first half of syncJob."""
    job, status = look.job, look.job.status
    uncounted = status.uncounted_terminated_pods
    good = tuple(pod for pod in _valid(look, uncounted.succeeded) if pod.status.phase == "Succeeded")
    bad = tuple(pod for pod in _valid(look, uncounted.failed) if is_failed(job, pod))
    counts = sum(judged(job.spec.pod_failure_policy, pod).counts for pod in bad)
    seen = Facts(
        look,
        active=p.active(look.pods),
        succeeded=status.succeeded + len(good) + len(set(uncounted.succeeded)),
        failed=status.failed + counts + len(set(uncounted.failed)),
        backoff=recorded(look.backoff, good, bad),
    )
    return _with_indexes(seen) if job.indexed else seen


def _with_indexes(seen: Facts) -> Facts:
    look = seen.look
    job, completions = look.job, look.job.spec.completions or 0
    counted = parse(job.status.completed_indexes, completions)
    succeeded = counted | of(index for pod, index in _indexed(look) if pod.status.phase == "Succeeded" and _holds(pod))
    seen = seen._replace(counted_indexes=counted, succeeded_indexes=succeeded, succeeded=succeeded.total)
    if job.spec.backoff_limit_per_index is None:
        return seen
    failed = parse(job.status.failed_indexes or "", completions) | of(
        index for pod, index in _indexed(look) if _holds(pod) and is_index_failed(job, pod)
    )
    seen = seen._replace(failed_indexes=failed)
    return seen._replace(delayed=_delayed(seen, succeeded | failed | indexes_of(seen.active)))


def _indexed(look: Look) -> Iterator[tuple[LivePod, int]]:
    """The pods that have an index of the Job, with it."""
    for pod in look.pods:
        index = valid_index_of(look.job, pod)
        if index is not None:
            yield pod, index


def _holds(pod: LivePod) -> bool:
    return TRACKING_FINALIZER in pod.meta.finalizers


def _valid(look: Look, uncounted: Collection[str] = ()) -> Iterator[LivePod]:
    """The pods that are not accounted for yet and have, if they need one, an index (getValidPodsWithFilter)."""
    for pod in look.pods:
        has_index = not look.job.indexed or valid_index_of(look.job, pod) is not None
        if has_index and look.tracked(pod) and pod.meta.uid not in uncounted:
            yield pod


def _delayed(seen: Facts, settled: Indexes) -> Mapping[int, LivePod]:
    """For each index to be tried again its last failed pod (getPodsWithDelayedDeletionPerIndex)."""
    last: dict[int, LivePod] = {}
    for pod in _valid(seen.look):
        index = valid_index_of(seen.look.job, pod)
        if index is None or settled.has(index) or not is_failed(seen.look.job, pod):
            continue
        before = last.get(index)
        if before is None or (
            absolute_failure_count(before) <= absolute_failure_count(pod) and finished_at(before) <= finished_at(pod)
        ):
            last[index] = pod
    return last
