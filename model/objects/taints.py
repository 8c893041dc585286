"""Which tolerations tolerate which taints: core/v1 Toleration and component-helpers' taint helpers (v1.34).

The comparison operators Lt and Gt (behind a feature gate that is off) are told too, and off unless asked for.
Left out: when a NoExecute taint evicts (tolerationSeconds is only carried).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

import msgspec
from lightkube.models import core_v1

from kubeproof.model.objects.selectors import integer

NO_SCHEDULE, PREFER_NO_SCHEDULE, NO_EXECUTE = "NoSchedule", "PreferNoSchedule", "NoExecute"
BLOCKING = frozenset({NO_SCHEDULE, NO_EXECUTE})

_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]*")  # the comparison operators take no +5, 05 or -0


class Taint(msgspec.Struct, frozen=True, order=True):
    """What a node repels pods with."""

    key: str
    value: str = ""
    effect: str = ""

    @property
    def text(self) -> str:
        """As kubectl writes it: key=value:effect."""
        return f"{self.key}{'=' if self.value else ''}{self.value}:{self.effect}"


class Toleration(msgspec.Struct, frozen=True):
    """What a pod puts up with. Empty: every key, the operator Equal, the value '', every effect, for ever."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    seconds: int | None = None


def of_taint(raw: core_v1.Taint) -> Taint:
    """Ours for an API object (its timeAdded is left out)."""
    return Taint(raw.key or "", raw.value or "", raw.effect or "")


def of_toleration(raw: core_v1.Toleration) -> Toleration:
    """Ours for an API object; nothing is defaulted."""
    return Toleration(raw.key or "", raw.operator or "", raw.value or "", raw.effect or "", raw.tolerationSeconds)


def is_same(one: Taint, other: Taint) -> bool:
    """Whether two are the same taint: key and effect count, the value does not (MatchTaint)."""
    return (one.key, one.effect) == (other.key, other.effect)


def tolerates(toleration: Toleration, taint: Taint, *, comparison_operators: bool = False) -> bool:
    """Whether the toleration tolerates the taint (Toleration.ToleratesTaint).

    `comparison_operators` is the feature gate TaintTolerationComparisonOperators (alpha in v1.35, off).
    """
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    match toleration.operator:
        case "" | "Equal":
            return toleration.value == taint.value
        case "Exists":
            return True
        case "Lt" | "Gt" if comparison_operators:
            return _compares(toleration, taint)
    return False


def _compares(toleration: Toleration, taint: Taint) -> bool:
    if not (_PLAIN_INTEGER.fullmatch(toleration.value) and _PLAIN_INTEGER.fullmatch(taint.value)):
        return False
    bound, have = integer(toleration.value), integer(taint.value)
    if bound is None or have is None:
        return False
    return have < bound if toleration.operator == "Lt" else have > bound


def find_untolerated(
    taints: Iterable[Taint], tolerations: Sequence[Toleration], effects: Container[str] = BLOCKING
) -> Taint | None:
    """The first taint with one of these effects that no toleration tolerates (FindMatchingUntoleratedTaint)."""
    for taint in taints:
        if taint.effect in effects and not any(tolerates(toleration, taint) for toleration in tolerations):
            return taint
    return None


def matching_tolerations(taints: Iterable[Taint], tolerations: Sequence[Toleration]) -> tuple[Toleration, ...] | None:
    """For each taint the first toleration that tolerates it (GetMatchingTolerations); None where a taint has none.

    Every taint counts, whatever its effect.
    """
    used = []
    for taint in taints:
        first = next((toleration for toleration in tolerations if tolerates(toleration, taint)), None)
        if first is None:
            return None
        used.append(first)
    return tuple(used)
