"""PodDisruptionBudgets (pkg/apis/policy/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import int_or_percent, selectors
from kubeproof.model.controlplane.validation.problem import Problems, invalid, unsupported

Json = Any
_POLICIES = ("AlwaysAllow", "IfHealthyBudget")


def problems(budget: Json) -> Problems:
    """What is wrong with a budget, its metadata apart."""
    spec = budget["spec"]
    if "minAvailable" in spec and "maxUnavailable" in spec:
        fields = ("minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy")
        shown = {field[0].upper() + field[1:]: spec.get(field) for field in fields}  # as Go's internal struct is dumped
        yield invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for field in ("minAvailable", "maxUnavailable"):
        if field in spec:
            yield from int_or_percent.problems(spec[field], f"spec.{field}")
            yield from int_or_percent.not_above_hundred(spec[field], f"spec.{field}")
    yield from selectors.problems(spec.get("selector"), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _POLICIES:
        yield unsupported("spec.unhealthyPodEvictionPolicy", policy, _POLICIES)
