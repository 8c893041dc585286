"""Label selectors: operators, keys and values (apimachinery pkg/apis/meta/v1/validation, v1.36.2), and what they match.

Node selectors, whose operators are more: affinity.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubeproof.model.controlplane.validation import meta, names
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid, required
from kubeproof.model.objects.selectors import Requirement

Json = Any


def problems(selector: Json | None, path: str) -> Problems:
    """What is wrong with a label selector (ValidateLabelSelector); None is no selector."""
    if selector is None:
        return
    yield from meta.label_problems(selector.get("matchLabels", {}), f"{path}.matchLabels")
    for index, wanted in enumerate(selector.get("matchExpressions", [])):
        yield from _requirement(wanted, f"{path}.matchExpressions[{index}]")


def _requirement(wanted: Json, path: str) -> Problems:
    values = wanted.get("values", [])
    yield from operator_problems(wanted, path)
    yield from names.each(f"{path}.key", wanted["key"], names.qualified_name)
    yield from names.each_of(f"{path}.values", values, names.label_value)


def operator_problems(wanted: Json, path: str, ordering: bool = False) -> Problems:
    """An operator that is none, or has too many or too few values. `ordering`: whether Gt and Lt are known."""
    values = wanted.get("values", [])
    match wanted["operator"]:
        case "In" | "NotIn":
            if not values:
                yield required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        case "Exists" | "DoesNotExist":
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                yield forbidden(f"{path}.values", detail)
        case "Gt" | "Lt" if ordering:
            if len(values) != 1:
                yield required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
        case other:
            yield invalid(f"{path}.operator", other, "not a valid selector operator")


def is_empty(selector: Json) -> bool:
    """Whether the selector asks for nothing."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def matches(selector: Json, labels: Mapping[str, str]) -> bool:
    """Whether the labels are as the selector asks."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        Requirement(one["key"], one["operator"], tuple(one.get("values", []))).matches(labels)
        for one in selector.get("matchExpressions", [])
    )
