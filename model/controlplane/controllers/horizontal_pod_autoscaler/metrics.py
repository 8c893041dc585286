"""How many replicas follow from what pods use: podautoscaler/replica_calculator.go (v1.36.2), for resource metrics.

Pods without a sample count as if they used nothing where that keeps the workload from growing too fast, and all of
their request where it keeps it from shrinking too fast. Left out: pod-level requests; metrics of other types.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from kubeproof.model.objects.hpa import Behavior, MetricStatus, ResourceMetric
from kubeproof.model.objects.live_pod import LivePod

TOLERANCE = 0.1
CPU_INITIALIZATION = 300
"""Seconds after its start in which the cpu of a pod counts only while it is ready (cpuInitializationPeriod)."""
INITIAL_READINESS = 30
"""Seconds after its start in which a pod may become unready for the first time (delayOfInitialReadinessStatus)."""


class Sample(NamedTuple):
    """What a pod uses (cpu in millicores, everything else in units), measured over the `window` before `at`."""

    value: int
    at: int
    window: int = 30


Load = Callable[[Sequence[LivePod], str, int], Mapping[str, Sample]]
"""What pods use of a resource at a time, by name; a pod that is left out has no metrics."""


class Unable(Exception):
    """Why no number follows, in Kubernetes' words."""


class Tolerances(NamedTuple):
    """How far below and above its target a metric may be."""

    down: float = TOLERANCE
    up: float = TOLERANCE

    def holds(self, ratio: float) -> bool:
        """Whether that is close enough to 1 (isWithin)."""
        return 1 - self.down <= ratio <= 1 + self.up


class Proposal(NamedTuple):
    """How many replicas follow from a metric, its name, and what was seen of it."""

    replicas: int
    name: str
    status: MetricStatus


class _Groups(NamedTuple):
    """Pods by what their samples are worth (groupPods); those that end count nowhere."""

    ready: tuple[str, ...]
    unready: tuple[str, ...]
    missing: tuple[str, ...]


def tolerances(behavior: Behavior | None) -> Tolerances:
    """Those of a behavior, and the default where it says nothing."""
    if behavior is None:
        return Tolerances()
    down, up = behavior.down.tolerance, behavior.up.tolerance
    return Tolerances(TOLERANCE if down is None else down, TOLERANCE if up is None else up)


class Seen(NamedTuple):
    """The pods of a target that asks for `current` of them, and what they use by name, at `now` (seconds)."""

    current: int
    pods: Sequence[LivePod]
    samples: Mapping[str, Sample]
    now: int


def proposal(metric: ResourceMetric, seen: Seen, within: Tolerances) -> Proposal:
    """The replicas that a metric asks for. Raises Unable."""
    pods, samples = seen.pods, seen.samples
    what = "utilization" if metric.value is None else "usage"
    try:
        if not samples:
            text = (
                f"unable to get metrics for resource {metric.resource}: no metrics returned from resource metrics API"
            )
            raise Unable(text)
        if not pods:
            raise Unable("no pods returned by selector while calculating replica count")
        groups = _grouped(metric.resource, pods, samples, seen.now)
        used = {name: samples[name].value for name in groups.ready}
        if not used:
            raise Unable("did not receive metrics for targeted pods (pods might be unready)")
        requests = _requests(metric.resource, pods) if metric.value is None else {}
        return _proposed(_Use(metric, used, requests), groups, seen.current, within)
    except Unable as why:
        raise Unable(f"failed to get {metric.resource} {what}: {why}") from None


class _Use(NamedTuple):
    """What pods use, by name, and what they request, as a metric measures it."""

    metric: ResourceMetric
    used: Mapping[str, int]
    requests: Mapping[str, int]

    def ratio(self) -> tuple[float, MetricStatus]:
        """How many times the target is used, and what to report (GetResourceUtilizationRatio, GetMetricUsageRatio)."""
        metric, total, count = self.metric, sum(self.used.values()), len(self.used)
        if metric.value is not None:
            return total // count / metric.value, MetricStatus(metric.resource, None, total // count)
        requested = sum(self.requests[pod] for pod in self.used)
        if requested == 0:
            raise Unable("no metrics returned matched known pods")
        percent = total * 100 // requested
        return percent / (metric.utilization or 1), MetricStatus(metric.resource, percent, total // count)


def _proposed(use: _Use, groups: _Groups, current: int, within: Tolerances) -> Proposal:
    metric = use.metric
    ratio, status = use.ratio()
    of = "resource utilization (percentage of request)" if metric.value is None else "resource"
    name = f"{metric.resource} {of}"
    grows_unready = bool(groups.unready) and ratio > 1
    if not grows_unready and not groups.missing:
        fits = within.holds(ratio)
        return Proposal(current if fits else math.ceil(ratio * len(groups.ready)), name, status)
    assumed = dict(use.used)
    if ratio < 1:
        assumed.update({pod: _all_of_it(metric, pod, use.requests) for pod in groups.missing})
    elif ratio > 1:
        assumed.update(dict.fromkeys(groups.missing, 0))
    if grows_unready:
        assumed.update(dict.fromkeys(groups.unready, 0))
    again, _ = use._replace(used=assumed).ratio()
    if within.holds(again) or (ratio < 1 < again) or (again < 1 < ratio):
        return Proposal(current, name, status)
    replicas = math.ceil(again * len(assumed))
    if (again < 1 and replicas > current) or (again > 1 and replicas < current):
        replicas = current
    return Proposal(replicas, name, status)


def _all_of_it(metric: ResourceMetric, pod: str, requests: Mapping[str, int]) -> int:
    """What a pod without a sample is taken to use where the workload would shrink."""
    if metric.value is not None:
        return metric.value
    return requests[pod] * max(100, metric.utilization or 0) // 100


def _requests(resource: str, pods: Sequence[LivePod]) -> dict[str, int]:
    """What each pod requests, sidecars included (calculateRequests)."""
    found = {}
    for pod in pods:
        sidecars = (one for one in pod.run.init_containers if one.is_sidecar)
        total = 0
        for container in (*pod.run.containers, *sidecars):
            if resource not in container.requests:
                raise Unable(f"missing request for {resource} in container {container.name} of Pod {pod.meta.name}")
            total += container.requests[resource]
        found[pod.meta.name] = total
    return found


def _grouped(resource: str, pods: Sequence[LivePod], samples: Mapping[str, Sample], now: int) -> _Groups:
    ready, unready, missing = [], [], []
    for pod in pods:
        name = pod.meta.name
        if pod.meta.deleted_at is not None or pod.status.phase == "Failed":
            continue
        if pod.status.phase == "Pending":
            unready.append(name)
        elif name not in samples:
            missing.append(name)
        elif resource == "cpu" and _is_unready(pod, samples[name], now):
            unready.append(name)
        else:
            ready.append(name)
    return _Groups(tuple(ready), tuple(unready), tuple(missing))


def _is_unready(pod: LivePod, sample: Sample, now: int) -> bool:
    """Whether the sample says more of the pod's start than of its load."""
    said, start = pod.status.condition("Ready"), pod.status.start_time
    if said is None or start is None:
        return True
    changed = said.changed_at or 0
    if start + CPU_INITIALIZATION > now:
        return said.status == "False" or sample.at < changed + sample.window
    return said.status == "False" and start + INITIAL_READINESS > changed
