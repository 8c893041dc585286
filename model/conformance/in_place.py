"""What the recorder of the pod-requests topic wrote where Go changed the pod while it was asked about it.

PodRequests and PodLimits add overhead to a pod-level amount in place when Go holds it as a decimal ("0.5Gi" is,
"512Mi" is not): the pod and all answers that share the amount then show the sum. The recorder wrote its case after
that, so a case does not tell whether it happened. `alternatives` are the answers that fit the case if it did; each
changes all that shares the amount together, so a rule that forgets overhead does not pass as one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from kubeproof.model.objects import resources

KEY = "orIfChangedInPlace"


def alternatives(case: Mapping[str, Any], plain: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The other answers that may stand for a case of pod-requests, given the plain one; usually none."""
    whole = plain["defaulted"].get("resources") or {}
    shared = [name for name in case.get("overhead") or () if _may_be_shared(name, whole)]
    choices = list(itertools.product((False, True), repeat=2 * len(shared)))[1:] if shared else []
    return [_changed(case, plain, dict(zip(_amounts(shared), chosen, strict=True))) for chosen in choices]


def _amounts(names: list[str]) -> Iterator[tuple[str, str]]:
    return itertools.product(("requests", "limits"), names)


def _may_be_shared(name: str, whole: Mapping[str, Any]) -> bool:
    """Whether the pod as a whole has an amount of this resource that may be such a decimal: one of bytes."""
    there = name in whole.get("requests", {}) or name in whole.get("limits", {})
    return there and resources.is_pod_level(name) and name != "cpu"


def _changed(
    case: Mapping[str, Any], plain: Mapping[str, Any], shares: Mapping[tuple[str, str], bool]
) -> dict[str, Any]:
    answer = deepcopy(dict(plain))
    asked = case.get("resources") or {}
    for (kind, name), is_shared in shares.items():
        own = (asked.get(kind) or {}).get(name)
        if is_shared and kind == "limits" and own is not None:
            answer["limits"][name] = own
        if is_shared and kind == "requests":
            answer["defaulted"]["resources"].setdefault("requests", {})[name] = answer["requestsAfterDefaulting"][name]
            if own is not None:
                answer["requests"][name] = answer["requestsNonMissing"][name] = own
    return answer
