"""Numbers that may be percentages (maxSurge, maxUnavailable, minAvailable): apimachinery util/intstr (v1.34)."""

from __future__ import annotations

import math

from kubeproof.model.errors import KubeproofError
from kubeproof.model.objects.selectors import integer


class BadPercentage(KubeproofError, ValueError):
    """A text that is no percentage; `text` is what was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is neither a number nor a percentage (like 1 or 25%)")

    @property
    def as_kubernetes_says(self) -> str:
        """What GetScaledValueFromIntOrPercent says of it, which conditions and events repeat."""
        if not self.text.endswith("%"):
            return "invalid value for IntOrString: invalid type: string is not a percentage"
        number = self.text[:-1]
        why = "value out of range" if number.lstrip("+-").isdecimal() and number.isascii() else "invalid syntax"
        failed = f'strconv.Atoi: parsing "{number}": {why}'
        return f'invalid value for IntOrString: invalid value "{self.text}": {failed}'


def scaled(value: int | str, total: int, round_up: bool) -> int:
    """The number itself, or that percentage of `total` rounded up or down (GetScaledValueFromIntOrPercent).

    Raises BadPercentage for a text that does not end in '%' or has no integer before it.
    """
    if isinstance(value, int):
        return value
    percent = integer(value[:-1]) if value.endswith("%") else None
    if percent is None:
        raise BadPercentage(value)
    share = float(percent) * float(total) / 100
    return math.ceil(share) if round_up else math.floor(share)
