"""Resource amounts as Kubernetes writes, rounds, adds and compares them (apimachinery api/resource, v1.34 to v1.36).

A `Quantity` is exact, but it also remembers which of Go's two forms holds it (an int64 with a power of ten, or an
arbitrary decimal): reading an amount that does not fit an int64 gives different, wrapped numbers in each, and so does
the text, which is the one that was typed whenever that was canonical enough.

Left out, on purpose: exponents beyond `LARGEST_EXPONENT` and texts longer than `LONGEST_TEXT`, which Kubernetes takes
minutes to read, are refused.
"""

from __future__ import annotations

import math
import re
from enum import StrEnum
from functools import lru_cache

import msgspec

from kubeproof.model.errors import KubeproofError

LARGEST_EXPONENT = 999
LONGEST_TEXT = 1000

_MOST, _LEAST = 2**63 - 1, -(2**63)
_NANO = -9
_SHAPE = re.compile(r"([+-]?)(0*)([0-9]*)(?:(\.)([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX_OF = {exponent: suffix for suffix, exponent in _DECIMAL_SUFFIXES.items()}
_BINARY_SUFFIX_OF = {exponent: suffix for suffix, exponent in _BINARY_SUFFIXES.items()}
_BYTES = frozenset({"memory", "ephemeral-storage", "storage"})


class BadQuantity(KubeproofError, ValueError):
    """Text that is not an amount; `text` is what was given and `why` what is wrong with it."""

    def __init__(self, text: object, why: str) -> None:
        self.text, self.why = text, why
        shown = repr(text if len(str(text)) <= 40 else str(text)[:40] + "…")
        super().__init__(f"{shown} is not a quantity (like 500m, 2 or 1.5Gi): {why}")


class Format(StrEnum):
    """Which family of suffixes an amount is written with; `NONE` is Go's zero value."""

    NONE = ""
    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


class Quantity(msgspec.Struct, frozen=True):
    """mantissa x 10**exponent. `wide` says that Go holds it as a decimal, not as an int64; `text` is the kept text.

    `==` compares the representation, `cmp` the amount.
    """

    mantissa: int = 0
    exponent: int = 0
    format: Format = Format.NONE
    wide: bool = False
    text: str = ""

    def __str__(self) -> str:
        """Go's String(): the text as typed where it was canonical enough, else the canonical one."""
        return self.text or _canonical(self)

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self.mantissa > 0) - (self.mantissa < 0)

    @property
    def is_zero(self) -> bool:
        """Whether the amount is nothing."""
        return self.mantissa == 0

    def value(self) -> int:
        """Whole units, rounded away from zero, as Go's Value() (an int64, wrapped or 0 where it does not fit)."""
        return _scaled(self, 0)

    def milli_value(self) -> int:
        """Thousandths, rounded away from zero, as Go's MilliValue() (an int64, wrapped or 0 where it does not fit)."""
        return _scaled(self, -3)

    def as_int64(self) -> tuple[int, bool]:
        """Go's AsInt64(): the whole units and whether they are exact."""
        if self.wide or self.exponent < 0:
            return 0, False
        return _times_power(self.mantissa, self.exponent)

    def approximate(self) -> float:
        """Go's AsApproximateFloat64()."""
        try:
            base = float(self.mantissa)
        except OverflowError:
            base = self.sign * math.inf
        return base * _power_of_ten(self.exponent) if self.exponent else base

    def up_to_millis(self) -> Quantity:
        """The amount rounded up to thousandths, as API defaulting does; the text stays where nothing is lost."""
        if self.exponent >= -3 and not self.wide:
            return self
        return Quantity(_rescaled(self.mantissa, self.exponent, -3), -3, self.format, self.wide)

    def cmp(self, other: Quantity) -> int:
        """-1, 0 or 1 as this amount is less than, equal to or more than the other, whatever their texts."""
        if self.exponent == other.exponent:
            return (self.mantissa > other.mantissa) - (self.mantissa < other.mantissa)
        mine, theirs, _ = _aligned(self, other)
        return (mine > theirs) - (mine < theirs)

    def __add__(self, other: Quantity) -> Quantity:
        """The sum, in this quantity's format, or the other's when this one is zero (as Go's Add)."""
        return _sum(self, other.mantissa, other)

    def __sub__(self, other: Quantity) -> Quantity:
        """The difference, in this quantity's format, or the other's when this one is zero (as Go's Sub)."""
        return _sum(self, -other.mantissa if other.wide else _wrapped(-other.mantissa), other)


ZERO = Quantity()


def parse(text: str | float) -> Quantity:
    """The amount that a text names, as Go's ParseQuantity; a number is read as it would be printed.

    Raises BadQuantity. Surrounding blanks are not allowed here (`decode` allows them).
    """
    if isinstance(text, str):
        return _parse(text)
    if isinstance(text, bool) or not math.isfinite(text):
        raise BadQuantity(text, "must be text or a number")
    return _parse(str(text))


def decode(value: str | float | None) -> Quantity:
    """The amount that a manifest's value names: blanks around it do not count, null is zero. Raises BadQuantity."""
    if value is None:
        return ZERO
    return _parse(value.strip()) if isinstance(value, str) else parse(value)


def of_json(raw: str) -> Quantity:
    """The amount that raw JSON names, as Go's UnmarshalJSON (which never undoes escapes). Raises BadQuantity."""
    if raw == "null":
        return ZERO
    quoted = len(raw) >= 2 and raw[0] == raw[-1] == '"'
    return _parse((raw[1:-1] if quoted else raw).strip())


def text_of(resource: str, amount: int) -> str:
    """How a person writes an amount: millicores for cpu ('1500m', '2'), bytes for memory and storage ('512Mi')."""
    if resource == "cpu":
        return str(Quantity(amount, -3, Format.DECIMAL_SI, wide=True))
    binary = resource in _BYTES or resource.startswith("hugepages-")
    return str(Quantity(amount, 0, Format.BINARY_SI, wide=True)) if binary else str(amount)


@lru_cache(maxsize=8192)
def _parse(text: str) -> Quantity:
    if len(text) > LONGEST_TEXT:
        raise BadQuantity(text, f"longer than {LONGEST_TEXT} characters")
    shape = _SHAPE.fullmatch(text)
    if not text or not shape:
        raise BadQuantity(text, "must be a number and a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or e and digits)")
    sign, _, number, _, fraction, suffix = (group or "" for group in shape.groups())
    number = number or "0"
    power, format_ = _suffix(text, suffix)
    narrow = _narrow(number, fraction, power, format_)
    if narrow is not None:
        mantissa, exponent, keeps = narrow
        return Quantity(
            -mantissa if sign == "-" else mantissa, exponent, format_, text=text if keeps or text == "0" else ""
        )
    if not any(shape.group(2, 3, 5)):
        raise BadQuantity(text, "no digits")
    return _wide(sign == "-", int(number + fraction), len(fraction), power, format_)


def _suffix(text: str, suffix: str) -> tuple[int, Format]:
    """The suffix's power (of two for BinarySI, else of ten) and format."""
    if suffix in _DECIMAL_SUFFIXES:
        return _DECIMAL_SUFFIXES[suffix], Format.DECIMAL_SI
    if suffix in _BINARY_SUFFIXES:
        return _BINARY_SUFFIXES[suffix], Format.BINARY_SI
    if not re.fullmatch(r"[eE][+-]?[0-9]+", suffix):
        raise BadQuantity(text, f"unknown suffix {suffix!r}")
    power = int(suffix[1:])
    if abs(power) > LARGEST_EXPONENT:
        raise BadQuantity(text, f"an exponent beyond {LARGEST_EXPONENT}")
    return power, Format.DECIMAL_EXPONENT


def _narrow(number: str, fraction: str, power: int, format_: Format) -> tuple[int, int, bool] | None:
    """Mantissa and exponent in Go's fast int64 form, and whether the text is kept; None where Go leaves that path."""
    digits = number + fraction
    if format_ is Format.BINARY_SI:
        room = -1 if fraction else 15 - len(number) - power * 3 // 10 - 1
        exponent, factor = 0, 1 << power
    else:
        room = 18 - len(digits)
        exponent, factor = power - len(fraction), 1
    if room < 0 or exponent < _NANO:
        return None
    plain = int(digits)
    mantissa = plain * factor
    if mantissa > _MOST:
        return None
    if format_ is Format.BINARY_SI:
        keeps = plain & 7 != 0
    else:
        keeps = exponent % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    return mantissa, exponent, keeps


def _wide(negative: bool, digits: int, places: int, power: int, format_: Format) -> Quantity:
    """The amount in Go's decimal form: rounded away from zero to nano, and BinarySI capped at the largest int64."""
    exponent = -places
    if format_ is Format.BINARY_SI:
        digits <<= power
    else:
        exponent += power
    if digits:
        digits, exponent = _rescaled(digits, exponent, _NANO), _NANO
    if format_ is Format.BINARY_SI:
        one = 10**-exponent
        if digits > _MOST * one:
            digits, exponent = _MOST, 0
        elif 0 < digits < one:
            format_ = Format.DECIMAL_SI
    return Quantity(-digits if negative else digits, exponent, format_, wide=True)


def _rescaled(mantissa: int, exponent: int, to: int) -> int:
    """The mantissa at another exponent, rounded away from zero."""
    if exponent >= to:
        return mantissa * int(10 ** (exponent - to))
    part = int(10 ** (to - exponent))
    size = -(-abs(mantissa) // part)
    return size if mantissa >= 0 else -size


def _aligned(a: Quantity, b: Quantity) -> tuple[int, int, int]:
    low = min(a.exponent, b.exponent)
    return _rescaled(a.mantissa, a.exponent, low), _rescaled(b.mantissa, b.exponent, low), low


def _sum(a: Quantity, addend: int, b: Quantity) -> Quantity:
    format_ = b.format if a.is_zero else a.format
    if not a.wide and not b.wide:
        narrow = _narrow_sum(a, addend, b.exponent)
        if narrow is not None:
            return Quantity(*narrow, format_)
    low = min(a.exponent, b.exponent)
    total = _rescaled(a.mantissa, a.exponent, low) + _rescaled(addend, b.exponent, low)
    return Quantity(total, low, format_, wide=True)


def _narrow_sum(a: Quantity, addend: int, exponent: int) -> tuple[int, int] | None:
    if addend == 0:
        return a.mantissa, a.exponent
    if a.is_zero:
        return addend, exponent
    low = min(a.exponent, exponent)
    mine, fits = _times_power(a.mantissa, a.exponent - low)
    theirs, fits_too = _times_power(addend, exponent - low)
    total = mine + theirs
    return (total, low) if fits and fits_too and _LEAST <= total <= _MOST else None


def _wrapped(number: int) -> int:
    """The number as an int64 keeps it: its low 64 bits."""
    return (number - _LEAST) % 2**64 + _LEAST


def _times_power(number: int, power: int) -> tuple[int, bool]:
    """number x 10**power as Go's positiveScaleInt64: on overflow wrapped for its short cuts, 0 for the rest."""
    product = number * int(10 ** min(power, LARGEST_EXPONENT))
    if _LEAST <= product <= _MOST and (number != _LEAST or power == 0):
        return product, True
    return (_wrapped(product) if power in (1, 2, 3, 6, 9) and number != _LEAST else 0), False


def _scaled(q: Quantity, scale: int) -> int:
    """The mantissa at a power of ten, rounded away from zero, as Go's ScaledValue, overflows included."""
    up = q.exponent - scale
    if not q.wide:
        return _times_power(q.mantissa, up)[0] if up >= 0 else _rescaled(q.mantissa, q.exponent, scale)
    if up == 0:
        return _wrapped(q.mantissa)
    if up > 0:
        return _wrapped(_wrapped(q.mantissa) * (int(10**up) if up < 19 else _LEAST))
    part = int(10**-up)
    if q.mantissa < _MOST and -up < 18:  # Go divides the low 64 bits here, even of a large negative number
        low = _wrapped(q.mantissa)
        whole, rest = abs(low) // part * (1 if low >= 0 else -1), abs(low) % part
    else:
        whole, rest = divmod(q.mantissa, part)
    return _wrapped(whole + (1 if rest else 0))


def _canonical(q: Quantity) -> str:
    if q.is_zero:
        return "0"
    format_ = q.format or Format.DECIMAL_EXPONENT
    if format_ is Format.BINARY_SI:
        whole = _rescaled(q.mantissa, q.exponent, 0)
        exact = q.exponent >= 0 or whole * int(10**-q.exponent) == q.mantissa
        if exact and abs(whole) >= 1024:
            return _with_binary_suffix(whole)
        format_ = Format.DECIMAL_SI
    mantissa, exponent = q.mantissa, q.exponent
    while mantissa % 10 == 0:
        mantissa //= 10
        exponent += 1
    mantissa, exponent = mantissa * int(10 ** (exponent % 3)), exponent - exponent % 3
    if format_ is Format.DECIMAL_SI:  # beyond its suffixes Go writes none
        return f"{mantissa}{_DECIMAL_SUFFIX_OF.get(exponent, '')}"
    return f"{mantissa}e{exponent}" if exponent else str(mantissa)


def _with_binary_suffix(whole: int) -> str:
    power = 0
    while whole % 1024 == 0:
        whole //= 1024
        power += 10
    return f"{whole}{_BINARY_SUFFIX_OF.get(power, '')}"


def _power_of_ten(exponent: int) -> float:
    """Go's math.Pow10: two table entries multiplied (or divided), so the last bit is Go's."""
    size = abs(exponent)
    if size > (308 if exponent > 0 else 323):
        return math.inf if exponent > 0 else 0.0
    far, near = float(f"1e{math.copysign(size // 32 * 32, exponent):.0f}"), float(f"1e{size % 32}")
    return far * near if exponent > 0 else far / near
