"""Durations as Go writes them, "1h30m" or "100ms" (time.ParseDuration)."""

from __future__ import annotations

import re

from kubeproof.model.errors import KubeproofError, printable

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"(\d*)(?:\.(\d*))?([^\d.]*)", re.ASCII)
_MOST = 2**63


class BadDuration(KubeproofError, ValueError):
    """A text that is no duration."""

    def __init__(self, text: str, problem: str = "invalid duration") -> None:
        self.text = text
        super().__init__(printable(f'time: {problem} "{text}"'))


def nanoseconds(text: str) -> int:
    """The nanoseconds that a duration lasts, negative ones too. Raises BadDuration."""
    negative, rest = text[:1] == "-", text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    if not rest:
        raise BadDuration(text)
    total, at = 0, 0
    while at < len(rest):
        part = _PART.match(rest, at)
        assert part is not None, "every part of the pattern may be empty"
        whole, fraction, unit = part[1], part[2] or "", part[3]
        if not whole and not fraction:
            raise BadDuration(text)
        if unit not in _UNITS:
            raise BadDuration(text, f'unknown unit "{unit}" in duration' if unit else "missing unit in duration")
        total += int(whole or "0") * _UNITS[unit] + _fraction(fraction, _UNITS[unit])
        if total > _MOST or (total == _MOST and not negative):
            raise BadDuration(text)
        at = part.end()
    return -total if negative else total


def _fraction(digits: str, unit: int) -> int:
    """What the digits after the point are worth, in the float64 arithmetic of Go; those beyond int64 are dropped."""
    number, scale = 0, 1.0
    for digit in digits:
        if number * 10 + int(digit) >= _MOST:
            break
        number, scale = number * 10 + int(digit), scale * 10
    return int(float(number) * (float(unit) / scale))
