"""The text of a FailedScheduling event: kube-scheduler's FitError.Error() (v1.34)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from kubeproof.model.scheduler.cycle import Decision, Result

NO_NODES = "no nodes available to schedule pods"


def message(decision: Decision, after: str = "") -> str:
    """The event's text, with what PostFilter says (`after`) at its end; "" where the pod fits."""
    match decision.result:
        case Result.FITS:
            return ""
        case Result.SKIPPED:
            return f"skip schedule deleting pod: {decision.pod.key}"
        case Result.GATED:
            return " ".join(decision.whole.reasons if decision.whole else ())
        case Result.UNSCHEDULABLE:
            return _unschedulable(decision, after)


def _unschedulable(decision: Decision, after: str) -> str:
    total = len(decision.snapshot.nodes)
    if not total:
        return NO_NODES
    if decision.whole:
        text = f"0/{total} nodes are available: {', '.join(decision.whole.reasons)}."
    else:
        text = unavailable(
            total, Counter(reason for verdict in decision.nodes.values() if verdict for reason in verdict.reasons)
        )
    return f"{text} {after}" if after else text


def unavailable(total: int, reasons: Mapping[str, int]) -> str:
    """Why none of `total` nodes is available, with how many nodes gave each reason (FitError.Error)."""
    counted = sorted(f"{count} {reason}" for reason, count in reasons.items())
    return f"0/{total} nodes are available: {', '.join(counted)}."
