"""Topology spread constraints of a pod (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import affinity, selectors
from kubeproof.model.controlplane.validation.problem import Problem, Problems, invalid, required, unsupported

Json = Any
_WHEN = ("DoNotSchedule", "ScheduleAnyway")


def problems(constraints: list[Json], path: str) -> Problems:
    """What is wrong with them."""
    for index, one in enumerate(constraints):
        yield from _constraint(one, constraints[index + 1 :], f"{path}[{index}]")


def _constraint(one: Json, later: list[Json], path: str) -> Problems:
    key, when = one["topologyKey"], one["whenUnsatisfiable"]
    if one["maxSkew"] <= 0:
        yield invalid(f"{path}.maxSkew", one["maxSkew"], "must be greater than zero")
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    if when not in _WHEN:
        yield unsupported(f"{path}.whenUnsatisfiable", when, _WHEN)
    if any((other["topologyKey"], other["whenUnsatisfiable"]) == (key, when) for other in later):
        here = f"{path}.{{topologyKey, whenUnsatisfiable}}"
        yield Problem(here, "Duplicate value", f"{{{key}, {when}}}")
    domains = one.get("minDomains")
    if domains is not None:
        if domains <= 0:
            yield invalid(f"{path}.minDomains", domains, "must be greater than zero")
        if when != "DoNotSchedule":
            detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"
            yield invalid(f"{path}.minDomains", domains, detail)
    for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        if one.get(field, "Honor") not in ("Honor", "Ignore"):
            yield unsupported(f"{path}.{field}", one[field], ("Honor", "Ignore"))
    yield from affinity.keys_problems(one, path)
    yield from selectors.problems(one.get("labelSelector"), f"{path}.labelSelector")
