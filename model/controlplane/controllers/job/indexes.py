"""The indexes of an Indexed Job: as intervals, as text, and those of pods (job/indexed_job_utils.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kubeproof.model.objects import job as j
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.selectors import integer

_INT32_MAX = 2**31 - 1


class Interval(NamedTuple):
    """The indexes from `first` to `last`, both included."""

    first: int
    last: int


class Indexes(NamedTuple):
    """A set of indexes, as intervals in order."""

    intervals: tuple[Interval, ...] = ()

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(each.last - each.first + 1 for each in self.intervals)

    def has(self, index: int) -> bool:
        """Whether this one is among them."""
        return any(each.first <= index <= each.last for each in self.intervals)

    def __or__(self, other: Indexes) -> Indexes:
        """Those of either, intervals that touch made one (merge)."""
        made: list[Interval] = []
        for each in sorted((*self.intervals, *other.intervals), key=lambda interval: interval.first):
            if not made or each.first > made[-1].last + 1:
                made.append(each)
            elif made[-1].last < each.last:
                made[-1] = Interval(made[-1].first, each.last)
        return Indexes(tuple(made))

    def __str__(self) -> str:
        """As status.completedIndexes lists them: "0,2-4"; two neighbours are listed, not spanned."""
        return ",".join(
            str(first) if first == last else f"{first}{',' if last == first + 1 else '-'}{last}"
            for first, last in self.intervals
        )

    def missing(self, count: int, completions: int) -> tuple[int, ...]:
        """The first `count` indexes below `completions` that are not among them (firstPendingIndexes)."""
        return tuple(index for index, _ in zip(self._outside(completions), range(count), strict=False))

    def _outside(self, completions: int) -> Iterator[int]:
        after = 0
        for first, last in self.intervals:
            yield from range(after, min(first, completions))
            after = max(after, last + 1)
        yield from range(after, completions)


def of(indexes: Iterable[int]) -> Indexes:
    """A set of indexes, given in any order."""
    return Indexes() | Indexes(tuple(Interval(index, index) for index in sorted(set(indexes))))


def parse(text: str, completions: int) -> Indexes:
    """What a text such as "0,2-4" lists below `completions`; parts that are no numbers are left out (parseIndexes…)."""
    made: list[Interval] = []
    for part in text.split(",") if text else ():
        limits = [integer(limit) for limit in part.split("-")[:2]]
        first, last = limits[0], limits[-1]
        if first is None:
            continue
        if first >= completions:
            break
        if last is None:
            continue
        if len(limits) > 1:
            last = min(last, completions - 1)
        if made and made[-1].last == first - 1:
            made[-1] = Interval(made[-1].first, last)
        else:
            made.append(Interval(first, last))
    return Indexes(tuple(made))


def index_of(pod: LivePod) -> int | None:
    """The completion index that a pod is annotated with; None without one (getCompletionIndex)."""
    index = integer(pod.meta.annotations.get(j.COMPLETION_INDEX, ""))
    return index if index is not None and index >= 0 else None


def valid_index_of(job: j.Job, pod: LivePod) -> int | None:
    """The pod's index where the Job has it, None where it is beyond spec.completions."""
    index = index_of(pod)
    return index if index is not None and index < (job.spec.completions or 0) else None


def indexes_of(pods: Iterable[LivePod]) -> Indexes:
    """The indexes of some pods (getIndexes)."""
    return of(index for index in map(index_of, pods) if index is not None)


def failure_count(pod: LivePod) -> int:
    """How many failures of its index went before this pod and counted (getIndexFailureCount)."""
    return _count(pod, j.INDEX_FAILURE_COUNT)


def ignored_failure_count(pod: LivePod) -> int:
    """How many failures of its index went before this pod and were ignored."""
    return _count(pod, j.INDEX_IGNORED_FAILURE_COUNT)


def absolute_failure_count(pod: LivePod) -> int:
    """How many failures of its index went before this pod (getIndexAbsoluteFailureCount)."""
    return failure_count(pod) + ignored_failure_count(pod)


def _count(pod: LivePod, annotation: str) -> int:
    count = integer(pod.meta.annotations.get(annotation, ""))
    return count if count is not None and 0 <= count <= _INT32_MAX else 0
