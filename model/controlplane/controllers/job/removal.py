"""Which active pods of a Job go when there are too many (activePodsForRemoval, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.controllers.job.indexes import index_of, valid_index_of
from kubeproof.model.logic.gosort import go_sort
from kubeproof.model.objects.job import Job
from kubeproof.model.objects.live_pod import LivePod


def by_index(pods: Iterable[LivePod]) -> tuple[LivePod, ...]:
    """The pods in the order of their indexes, those without one first (byCompletionIndex)."""
    return go_sort(pods, lambda a, b: _rank(a) < _rank(b))


def pods_to_remove(job: Job, active: Sequence[LivePod], at_least: int) -> tuple[LivePod, ...]:
    """At least that many pods, those that got least far first.

    Of an Indexed Job also all without an index or with one beyond the last, and all but one of each index.
    """
    gone: list[LivePod] = []
    left: list[LivePod] = list(active)
    if job.indexed:
        gone, left = _repeated(job, active)
    if len(gone) < at_least:
        gone.extend(go_sort(left, p.goes_first)[: at_least - len(gone)])
    return tuple(gone)


def _repeated(job: Job, active: Sequence[LivePod]) -> tuple[list[LivePod], list[LivePod]]:
    """The pods that cannot stay whatever the number, and those that can (appendDuplicatedIndexPodsForRemoval)."""
    ordered = by_index(active)
    beyond = [pod for pod in ordered if index_of(pod) is not None and valid_index_of(job, pod) is None]
    groups = [(index, tuple(same)) for index, same in groupby(ordered[: len(ordered) - len(beyond)], index_of)]
    gone: list[LivePod] = []
    left: list[LivePod] = []
    for at, (index, same) in enumerate(groups, 1):
        if at == len(groups):
            gone.extend(beyond)
        if index is None:
            gone.extend(same)
            continue
        *others, last = go_sort(same, p.goes_first)
        gone.extend(others)
        left.append(last)
    return gone if groups else beyond, left


def _rank(pod: LivePod) -> int:
    index = index_of(pod)
    return -1 if index is None else index
