"""A HorizontalPodAutoscaler: between how many replicas a workload is kept, by which metrics, and how fast (v2)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition


class ResourceMetric(msgspec.Struct, frozen=True):
    """What pods may use of a resource on average: `utilization` in percent of what they request, or else `value` (cpu
    in millicores, everything else in units)."""

    resource: str = "cpu"
    utilization: int | None = None
    value: int | None = None


class Policy(msgspec.Struct, frozen=True):
    """By how many pods, or percent of them, the size changes at most within so many seconds."""

    type: Literal["Pods", "Percent"]
    value: int
    period: int


class Rules(msgspec.Struct, frozen=True):
    """How the size changes in one direction. `window`: seconds of recommendations that count; `tolerance`: how far off
    metrics may be, None where the default counts."""

    policies: tuple[Policy, ...]
    select: Literal["Max", "Min", "Disabled"] = "Max"
    window: int = 0
    tolerance: float | None = None


SCALE_UP = Rules((Policy("Pods", 4, 15), Policy("Percent", 100, 15)))
SCALE_DOWN = Rules((Policy("Percent", 100, 15),), window=300)
"""What counts where a behavior leaves something out."""


class Behavior(msgspec.Struct, frozen=True):
    """How the size changes."""

    up: Rules = SCALE_UP
    down: Rules = SCALE_DOWN


class Target(msgspec.Struct, frozen=True):
    """What is scaled."""

    kind: str
    name: str


class HpaSpec(msgspec.Struct, frozen=True):
    """What is asked for."""

    target: Target
    max_replicas: int
    min_replicas: int = 1
    metrics: tuple[ResourceMetric, ...] = (ResourceMetric("cpu", 80),)
    behavior: Behavior | None = None


class MetricStatus(msgspec.Struct, frozen=True):
    """What was last seen of a metric: percent of the requests (None where none is asked for), and per pod."""

    resource: str
    utilization: int | None
    value: int


class HpaStatus(msgspec.Struct, frozen=True):
    """What was last seen and decided."""

    current_replicas: int = 0
    desired_replicas: int = 0
    last_scale_time: int | None = None
    current_metrics: tuple[MetricStatus, ...] = ()
    conditions: tuple[Condition, ...] = ()


class HorizontalPodAutoscaler(msgspec.Struct, frozen=True):
    """One autoscaler."""

    meta: Meta
    spec: HpaSpec
    status: HpaStatus = HpaStatus()
