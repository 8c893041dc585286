"""From typed HorizontalPodAutoscalers (lightkube-models) to ours; see typed.py."""

from __future__ import annotations

from typing import Literal, cast

from lightkube.models import autoscaling_v2
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects import quantity, resources
from kubeproof.model.objects.hpa import (
    SCALE_DOWN,
    SCALE_UP,
    Behavior,
    HorizontalPodAutoscaler,
    HpaSpec,
    Policy,
    ResourceMetric,
    Rules,
    Target,
)
from kubeproof.model.objects.typed_meta import meta


def autoscaler(raw: autoscaling_v2.HorizontalPodAutoscaler) -> HorizontalPodAutoscaler:
    """Ours. Raises NotModelled for metrics that are not of a resource of whole pods."""
    spec = raw.spec
    assert spec is not None
    given = HpaSpec(
        Target(spec.scaleTargetRef.kind, spec.scaleTargetRef.name),
        spec.maxReplicas,
        1 if spec.minReplicas is None else spec.minReplicas,
        behavior=_behavior(spec.behavior),
    )
    metrics = tuple(map(_metric, spec.metrics or ()))
    return HorizontalPodAutoscaler(meta(raw.metadata), replace(given, metrics=metrics) if metrics else given)


def _metric(raw: autoscaling_v2.MetricSpec) -> ResourceMetric:
    if raw.type != "Resource" or raw.resource is None:
        raise NotModelled("spec.metrics", f"metrics of type {raw.type} come from outside of the pods")
    name, target = raw.resource.name, raw.resource.target
    if target.averageValue is None:
        return ResourceMetric(name, target.averageUtilization)
    path = "spec.metrics.resource.target.averageValue"
    return ResourceMetric(name, value=resources.as_units(resources.amounts({name: target.averageValue}, path))[name])


def _behavior(raw: autoscaling_v2.HorizontalPodAutoscalerBehavior | None) -> Behavior | None:
    return None if raw is None else Behavior(_rules(raw.scaleUp, SCALE_UP), _rules(raw.scaleDown, SCALE_DOWN))


def _rules(raw: autoscaling_v2.HPAScalingRules | None, default: Rules) -> Rules:
    if raw is None:
        return default
    policies = tuple(
        Policy(cast("Literal['Pods', 'Percent']", one.type), one.value, one.periodSeconds) for one in raw.policies or ()
    )
    window = raw.stabilizationWindowSeconds
    return Rules(
        policies or default.policies,
        cast("Literal['Max', 'Min', 'Disabled']", raw.selectPolicy or "Max"),
        default.window if window is None else window,
        None if raw.tolerance is None else float(quantity.parse(raw.tolerance).approximate()),
    )
