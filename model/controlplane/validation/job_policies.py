"""A Job's podFailurePolicy and successPolicy (pkg/apis/batch/validation, v1.36.2)."""

from __future__ import annotations

import re
from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import (
    OMITTED,
    Problem,
    Problems,
    duplicate,
    invalid,
    required,
    unsupported,
)

Json = Any
MOST_RULES, MOST_CODES, MOST_PATTERNS, MOST_SUCCESS_RULES = 20, 255, 20, 20
_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_CODES = ("In", "NotIn")
_STATUSES = ("False", "True", "Unknown")
_WHICH = "specifying one of OnExitCodes and OnPodConditions is required"
_BOTH = "specifying both OnExitCodes and OnPodConditions is not supported"


def failure_policy_problems(spec: Json, path: str) -> Problems:
    """What is wrong with the pod failure policy of a Job's spec."""
    pods = spec["template"]["spec"]
    known = {one["name"] for field in ("containers", "initContainers") for one in pods.get(field, [])}
    rules = spec["podFailurePolicy"]["rules"]
    yield from _too_many(rules, MOST_RULES, f"{path}.rules")
    for index, rule in enumerate(rules):
        yield from _rule(rule, spec, known, f"{path}.rules[{index}]")


def success_policy_problems(spec: Json, path: str, indexed: bool) -> Problems:
    """What is wrong with the success policy of a Job's spec. `indexed`: whether its pods have indices."""
    policy = spec["successPolicy"]
    rules = policy["rules"]
    if not indexed:
        yield invalid(path, {"Rules": [_go_rule(rule) for rule in rules]}, "requires indexed completion mode")
        return
    if not rules:
        yield required(f"{path}.rules", "at least one rules must be specified when the successPolicy is specified")
    yield from _too_many(rules, MOST_SUCCESS_RULES, f"{path}.rules")
    for index, rule in enumerate(rules):
        yield from _success_rule(rule, spec.get("completions", 0), f"{path}.rules[{index}]")


def _rule(rule: Json, spec: Json, known: set[str], path: str) -> Problems:
    action, codes, conditions = rule["action"], rule.get("onExitCodes"), rule.get("onPodConditions", [])
    if not action:
        yield required(f"{path}.action", 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]')
    elif action == "FailIndex" and "backoffLimitPerIndex" not in spec:
        yield invalid(f"{path}.action", action, "requires the backoffLimitPerIndex to be set")
    elif action not in _ACTIONS:
        yield unsupported(f"{path}.action", action, _ACTIONS)
    if codes is not None:
        yield from _exit_codes(codes, known, f"{path}.onExitCodes")
    if conditions:
        yield from _too_many(conditions, MOST_PATTERNS, f"{path}.onPodConditions")
        for index, one in enumerate(conditions):
            yield from _condition(one, f"{path}.onPodConditions[{index}]")
    if codes is not None and conditions:
        yield Problem(path, "Invalid value", OMITTED, _BOTH)
    elif codes is None and not conditions:
        yield Problem(path, "Invalid value", OMITTED, _WHICH)


def _exit_codes(codes: Json, known: set[str], path: str) -> Problems:
    operator, values = codes["operator"], codes["values"]
    if not operator:
        yield required(f"{path}.operator", 'valid values: ["In" "NotIn"]')
    elif operator not in _CODES:
        yield unsupported(f"{path}.operator", operator, _CODES)
    name = codes.get("containerName")
    if name is not None and name not in known:
        detail = "must be one of the container or initContainer names in the pod template"
        yield invalid(f"{path}.containerName", name, detail)
    if not values:
        yield invalid(f"{path}.values", values, "at least one value is required")
    yield from _too_many(values, MOST_CODES, f"{path}.values")
    ordered, seen = True, set()
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            yield invalid(f"{path}.values[{index}]", value, "must not be 0 for the In operator")
        if value in seen:
            yield duplicate(f"{path}.values[{index}]", value)
        ordered = ordered and (index == 0 or values[index - 1] <= value)
        seen.add(value)
    if not ordered:
        yield invalid(f"{path}.values", values, "must be ordered")


def _condition(one: Json, path: str) -> Problems:
    yield from names.each(f"{path}.type", one["type"], names.qualified_name)
    if not one.get("status"):
        yield required(f"{path}.status", 'valid values: ["False" "True" "Unknown"]')
    elif one["status"] not in _STATUSES:
        yield unsupported(f"{path}.status", one["status"], _STATUSES)


def _success_rule(rule: Json, completions: int, path: str) -> Problems:
    indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    if indexes is None and count is None:
        yield required(path, "at least one of succeededCount or succeededIndexes must be specified")
    listed = 0
    if indexes is not None:
        listed, wrong = _listed(indexes, completions)
        if wrong:
            yield invalid(f"{path}.succeededIndexes", indexes, f"error parsing succeededIndexes: {wrong}")
    if count is None:
        return
    if count < 0:
        yield invalid(f"{path}.succeededCount", count, "must be greater than or equal to 0")
    if count > completions:
        yield invalid(
            f"{path}.succeededCount",
            count,
            f"must be less than or equal to {completions} (the number of specified completions)",
        )
    if indexes is not None and count > listed:
        detail = (
            f"must be less than or equal to {listed} (the number of indexes in the specified succeededIndexes field)"
        )
        yield invalid(f"{path}.succeededCount", count, detail)


def _listed(text: str, completions: int) -> tuple[int, str]:
    """How many indices a text such as "0,2-4" names, and what is wrong with it (validateIndexesFormat)."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        ends = re.fullmatch("([0-9]{1,9})(?:-([0-9]{1,9}))?", part, re.ASCII)
        if ends is None:
            return total, f"cannot convert string to integer for index: {part.split('-')[0]!r}".replace("'", '"')
        first, final = int(ends[1]), int(ends[2] or ends[1])
        if max(first, final) >= completions:
            return total, f'too large index: "{ends[1] if first >= completions else ends[2]}"'
        if first <= last:
            return total, f"non-increasing order, previous: {last}, current: {first}"
        if ends[2] and final <= first:
            return total, f"non-increasing order, previous: {first}, current: {final}"
        total, last = total + final - first + 1, final
    return total, ""


def _too_many(given: list[Json], most: int, path: str) -> Problems:
    if len(given) > most:
        yield Problem(path, "Too many", len(given), f"must have at most {most} items")


def _go_rule(rule: Json) -> Json:
    """A rule as Go's internal struct would be dumped."""
    return {"SucceededIndexes": rule.get("succeededIndexes"), "SucceededCount": rule.get("succeededCount")}
