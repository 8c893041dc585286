"""Go, bit for bit, where Python may differ: `go_log`, `go_round`, zero time, the text of a duration, quoted strings."""

from __future__ import annotations

import json
import math

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)


def go_log(of: int) -> float:
    """The natural logarithm of a positive number as Go's math.Log computes it (FreeBSD's e_log.c, nothing fused)."""
    part, exponent = math.frexp(of)
    if part < math.sqrt(2) / 2:
        part, exponent = part * 2, exponent - 1
    f = part - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd = s2 * (_ODD[0] + s4 * (_ODD[1] + s4 * (_ODD[2] + s4 * _ODD[3])))
    even = s4 * (_EVEN[0] + s4 * (_EVEN[1] + s4 * _EVEN[2]))
    half = 0.5 * f * f
    return exponent * _LN2_HIGH - ((half - (s * (half + (odd + even)) + exponent * _LN2_LOW)) - f)


def go_round(of: float) -> int:
    """The nearest whole number, halves away from zero (math.Round)."""
    whole = math.trunc(of)
    return whole if abs(of - whole) < 0.5 else whole + (1 if of > 0 else -1)


ZERO_TIME = -62_135_596_800
"""Go's zero time.Time, the first second of year 1, in seconds since 1970: "never", and older than everything."""


def duration(seconds: int) -> str:
    """A duration of whole seconds as Go writes it (time.Duration.String): 0s, 20s, 2m40s, 1h0m0s."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{left}s"
    return f"{sign}{minutes}m{left}s" if minutes else f"{sign}{left}s"


def quoted(text: str) -> str:
    """The text in quotes, as %q prints all that is common in names."""
    return json.dumps(text, ensure_ascii=False)
