"""DaemonSets (pkg/apis/apps/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import int_or_percent, selectors, workloads
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    invalid,
    required,
    unsupported,
)

Json = Any


def problems(daemon_set: Json) -> Problems:
    """What is wrong with a DaemonSet, its metadata apart."""
    spec = daemon_set["spec"]
    selector = spec.get("selector")
    yield from selectors.problems(selector, "spec.selector")
    yield from workloads.match_problems(spec)
    if selector is not None and selectors.is_empty(selector):
        yield invalid("spec.selector", selector, "empty selector is invalid for daemonset")
    yield from workloads.template_problems(spec, "DaemonSet")
    yield from at_least_zero("spec.minReadySeconds", spec.get("minReadySeconds"))
    yield from _strategy(spec["updateStrategy"], "spec.updateStrategy")
    yield from at_least_zero("spec.revisionHistoryLimit", spec.get("revisionHistoryLimit"))


def _strategy(strategy: Json, path: str) -> Problems:
    match strategy.get("type", ""):
        case "OnDelete":
            return
        case "RollingUpdate":
            if "rollingUpdate" not in strategy:
                yield required(f"{path}.rollingUpdate")
            else:
                yield from _rolling(strategy["rollingUpdate"], f"{path}.rollingUpdate")
        case other:
            yield unsupported(f"{path}.type", other, ("RollingUpdate", "OnDelete"))


def _rolling(rolling: Json, path: str) -> Problems:
    fields = ("maxUnavailable", "maxSurge")
    values = {field: rolling.get(field, 0) for field in fields}
    for field in fields:
        yield from int_or_percent.problems(values[field], f"{path}.{field}")
        yield from int_or_percent.not_above_hundred(values[field], f"{path}.{field}")
    unavailable, surge = (int_or_percent.number(values[field]) for field in fields)
    if unavailable and surge:
        yield invalid(f"{path}.maxSurge", values["maxSurge"], "may not be set when maxUnavailable is non-zero")
    elif not unavailable and not surge:
        yield required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")
