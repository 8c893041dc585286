"""Numbers that may be percentages, such as maxSurge (pkg/apis/apps/validation, v1.36.2)."""

from __future__ import annotations

import re

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import Problems, at_least_zero, invalid


def problems(value: int | str, path: str) -> Problems:
    """A number below zero, or text that is no percentage (ValidatePositiveIntOrPercent)."""
    if isinstance(value, str):
        yield from names.each(path, value, names.percent)
    else:
        yield from at_least_zero(path, value)


def not_above_hundred(value: int | str, path: str) -> Problems:
    """A percentage of more than a hundred (IsNotMoreThan100Percent)."""
    if isinstance(value, str) and _percent(value) > 100:
        yield invalid(path, value, "must not be greater than 100%")


def number(value: int | str) -> int:
    """The number, or the percentage as a number; 0 for text that is neither."""
    return value if isinstance(value, int) else _percent(value)


def _percent(text: str) -> int:
    return int(text[:-1]) if re.fullmatch("[0-9]{1,18}%", text, re.ASCII) else 0
