"""Tolerations of pods and taints of nodes (pkg/apis/core/validation, v1.36.2).

Lt and Gt are behind a feature gate that is off, though the message lists them.
"""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import Problem, Problems, invalid, required, unsupported

Json = Any
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def toleration_problems(tolerations: list[Json], path: str) -> Problems:
    """What is wrong with a pod's tolerations (ValidateTolerations)."""
    for index, one in enumerate(tolerations):
        yield from _toleration(one, f"{path}[{index}]")


def _toleration(one: Json, path: str) -> Problems:
    key, operator, value, effect = (one.get(name, "") for name in ("key", "operator", "value", "effect"))
    if key:
        yield from names.each(f"{path}.key", key, names.qualified_name)
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield invalid(f"{path}.operator", operator, detail)
    if "tolerationSeconds" in one and effect != "NoExecute":
        yield invalid(f"{path}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    match operator:
        case "" | "Equal":
            if wrong := names.label_value(value):
                yield invalid(f"{path}.operator", value, ";".join(wrong))
        case "Exists":
            if value:
                yield invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")
        case other:
            yield unsupported(f"{path}.operator", other, ("Equal", "Exists", "Lt", "Gt"))
    if effect and effect not in EFFECTS:
        yield unsupported(f"{path}.effect", effect, EFFECTS)


def problems(taints: list[Json], path: str) -> Problems:
    """What is wrong with a node's taints (validateNodeTaints)."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        here, effect = f"{path}[{index}]", taint["effect"]
        yield from names.each(f"{here}.key", taint["key"], names.qualified_name)
        if wrong := names.label_value(taint.get("value", "")):
            yield invalid(f"{here}.value", taint["value"], ";".join(wrong))
        if not effect:
            yield required(f"{here}.effect")
        elif effect not in EFFECTS:
            yield unsupported(f"{here}.effect", effect, EFFECTS)
        if (taint["key"], effect) in seen:
            whole = {"Key": taint["key"], "Value": taint.get("value", ""), "Effect": effect}
            shown = {**whole, "TimeAdded": taint.get("timeAdded")}
            yield Problem(here, "Duplicate value", shown, "taints must be unique by key and effect pair")
        seen.add((taint["key"], effect))
