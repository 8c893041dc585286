"""PriorityClasses (pkg/apis/scheduling/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.admission import BUILT_IN_PRIORITIES
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, immutable, unsupported

Json = Any
HIGHEST = 1_000_000_000
"""The highest priority that a class of a user's own may have."""

_POLICIES = ("PreemptLowerPriority", "Never")


def problems(one: Json) -> Problems:
    """What is wrong with a class, the rules that all metadata has apart."""
    name, value = one["metadata"].get("name", ""), one["value"]
    if name.startswith("system-"):
        if wrong := _wrong_system_class(name, one):
            detail = f"priority class names with 'system-' prefix are reserved for system use only. error: {wrong}"
            yield forbidden("metadata.name", detail)
    elif value > HIGHEST:
        yield forbidden("value", f"maximum allowed value of a user defined priority is {HIGHEST}")
    policy = one.get("preemptionPolicy")
    if policy is not None and policy not in _POLICIES:
        yield unsupported("preemptionPolicy", policy, _POLICIES)


def update_problems(new: Json, old: Json) -> Problems:
    """What an update may not change: the priority and the policy."""
    if new["value"] != old["value"]:
        yield forbidden("value", "may not be changed in an update.")
    yield from immutable("preemptionPolicy", new.get("preemptionPolicy"), old.get("preemptionPolicy"))


def _wrong_system_class(name: str, one: Json) -> str:
    known = BUILT_IN_PRIORITIES.get(name)
    if known is None:
        return f"{name} is not a known system priority class"
    if one["value"] != known:
        return f"value of {name} PriorityClass must be {known}"
    return f"globalDefault of {name} PriorityClass must be false" if one.get("globalDefault") else ""
