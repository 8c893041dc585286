"""HorizontalPodAutoscalers (pkg/apis/autoscaling/validation, v1.36.2). Scaling to zero is behind a gate that is off."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import names, selectors
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    forbidden,
    invalid,
    required,
    unsupported,
)
from kubeproof.model.objects import quantity

Json = Any
LONGEST_WINDOW, LONGEST_PERIOD = 3600, 1800
"""Seconds that a stabilization window, and the period of a policy, may last."""

_TYPES = ("ContainerResource", "External", "Object", "Pods", "Resource")
_FIELDS = ("object", "external", "pods", "resource", "containerResource")
_SELECTED = ("Disabled", "Max", "Min")
_UP_OR_PER_POD = "must set either a target value for metric or a per-pod target"
_BOTH_PER_POD = "may not set both a target value for metric and a per-pod target"


def problems(autoscaler: Json) -> Problems:
    """What is wrong with an autoscaler, its metadata apart."""
    spec = autoscaler["spec"]
    least, most = spec.get("minReplicas"), spec["maxReplicas"]
    if least is not None and least < 1:
        yield invalid("spec.minReplicas", least, "must be greater than or equal to 1")
    if most < 1:
        yield invalid("spec.maxReplicas", most, "must be greater than 0")
    if least is not None and most < least:
        yield invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    yield from _reference(spec["scaleTargetRef"], "spec.scaleTargetRef")
    metrics = spec.get("metrics", [])
    for index, metric in enumerate(metrics):
        yield from _metric(metric, f"spec.metrics[{index}]")
    if least == 0 and not any("object" in one or "external" in one for one in metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield forbidden("spec.metrics", detail)
    for direction in ("scaleUp", "scaleDown"):
        if direction in spec.get("behavior", {}):
            yield from _rules(spec["behavior"][direction], f"spec.behavior.{direction}")


def _reference(reference: Json, path: str) -> Problems:
    for field in ("kind", "name"):
        if not reference[field]:
            yield required(f"{path}.{field}")
        else:
            yield from names.each(f"{path}.{field}", reference[field], names.path_segment)


def _metric(metric: Json, path: str) -> Problems:
    kind = metric["type"]
    if not kind:
        yield required(f"{path}.type", "must specify a metric source type")
    if kind not in _TYPES:
        yield unsupported(f"{path}.type", kind, _TYPES)
    present = [field for field in _FIELDS if field in metric]
    if present:
        yield from _source(metric[present[0]], present[0], f"{path}.{present[0]}")
    expected = kind[:1].lower() + kind[1:]
    if expected not in present:
        yield required(f"{path}.{expected}", "must populate information for the given metric source")
    if len(present) != 1:
        for field in present:
            if field != expected:
                yield forbidden(f"{path}.{field}", "must populate the given metric source only")


def _source(source: Json, field: str, path: str) -> Problems:
    target = source["target"]
    match field:
        case "object":
            yield from _reference(source["describedObject"], f"{path}.describedObject")
            yield from _identifier(source["metric"], f"{path}.metric")
            yield from _target(target, f"{path}.target")
            yield from _value_or_average(target, f"{path}.target")
        case "external":
            yield from _identifier(source["metric"], f"{path}.metric")
            yield from _target(target, f"{path}.target")
            yield from _value_or_average(target, f"{path}.target")
        case "pods":
            yield from _identifier(source["metric"], f"{path}.metric")
            yield from _target(target, f"{path}.target")
            if "averageValue" not in target or quantity.parse(target["averageValue"]).sign != 1:
                yield required(f"{path}.target.averageValue", "must specify a positive target averageValue")
        case _:
            if field == "containerResource" and not source["container"]:
                yield required(f"{path}.container", "must specify a container")
            if not source["name"]:
                yield required(f"{path}.name", "must specify a resource name")
            yield from _target(target, f"{path}.target")
            yield from _of_resource(target, f"{path}.target")


def _of_resource(target: Json, path: str) -> Problems:
    utilization, value = "averageUtilization" in target, "averageValue" in target
    if not utilization and not value:
        yield required(f"{path}.averageUtilization", "must set either a target raw value or a target utilization")
    if utilization and value:
        yield forbidden(f"{path}.averageValue", "may not set both a target raw value and a target utilization")


def _value_or_average(target: Json, path: str) -> Problems:
    if "value" not in target and "averageValue" not in target:
        yield required(f"{path}.averageValue", _UP_OR_PER_POD)
    if "value" in target and "averageValue" in target:
        yield forbidden(f"{path}.value", _BOTH_PER_POD)


def _identifier(metric: Json, path: str) -> Problems:
    if not metric["name"]:
        yield required(f"{path}.name", "must specify a metric name")
    else:
        yield from names.each(f"{path}.name", metric["name"], names.path_segment)
    yield from selectors.problems(metric.get("selector"), f"{path}.selector")


def _target(target: Json, path: str) -> Problems:
    if not target["type"]:
        yield required(f"{path}.type", "must specify a metric target type")
    elif target["type"] not in ("Utilization", "Value", "AverageValue"):
        yield invalid(f"{path}.type", target["type"], "must be either Utilization, Value, or AverageValue")
    for field in ("value", "averageValue"):
        if field in target and quantity.parse(target[field]).sign != 1:
            yield invalid(f"{path}.{field}", target[field], "must be positive")
    if target.get("averageUtilization", 1) < 1:
        yield invalid(f"{path}.averageUtilization", target["averageUtilization"], "must be greater than 0")


def _rules(rules: Json, path: str) -> Problems:
    window, here = rules.get("stabilizationWindowSeconds", 0), f"{path}.stabilizationWindowSeconds"
    if window < 0:
        yield invalid(here, window, "must be greater than or equal to zero")
    if window > LONGEST_WINDOW:
        yield invalid(here, window, f"must be less than or equal to {LONGEST_WINDOW}")
    if rules.get("selectPolicy", "Max") not in _SELECTED:
        yield unsupported(f"{path}.selectPolicy", rules["selectPolicy"], _SELECTED)
    if not rules.get("policies"):
        yield required(f"{path}.policies", "must specify at least one Policy")
    for index, policy in enumerate(rules.get("policies", [])):
        here = f"{path}.policies[{index}]"
        if policy["type"] not in ("Percent", "Pods"):
            yield unsupported(f"{here}.type", policy["type"], ("Percent", "Pods"))
        for field in ("value", "periodSeconds"):
            if policy[field] <= 0:
                yield invalid(f"{here}.{field}", policy[field], "must be greater than zero")
        if policy["periodSeconds"] > LONGEST_PERIOD:
            detail = f"must be less than or equal to {LONGEST_PERIOD}"
            yield invalid(f"{here}.periodSeconds", policy["periodSeconds"], detail)
