"""When some indexes are enough for an Indexed Job: spec.successPolicy (job/success_policy.go, v1.36.2)."""

from __future__ import annotations

from kubeproof.model.controlplane.controllers.job.indexes import Indexes, parse
from kubeproof.model.objects.job import SuccessPolicy


def met(policy: SuccessPolicy | None, completions: int, succeeded: Indexes) -> str | None:
    """Which rule is met, in Kubernetes' words, or None: never before an index succeeded (matchSuccessPolicy)."""
    for index, rule in enumerate(policy.rules if policy and succeeded.intervals else ()):
        if rule.succeeded_indexes is not None:
            wanted = parse(rule.succeeded_indexes, completions)
            reached = bool(wanted.intervals) and _reached(wanted, succeeded, rule.succeeded_count)
        else:
            reached = rule.succeeded_count is not None and succeeded.total >= rule.succeeded_count
        if reached:
            return f"Matched rules at index {index}"
    return None


def _reached(wanted: Indexes, succeeded: Indexes, count: int | None) -> bool:
    """Whether all of the wanted indexes succeeded, or `count` of them (matchSucceededIndexesRule)."""
    common = sum(
        max(0, min(a.last, b.last) - max(a.first, b.first) + 1) for a in wanted.intervals for b in succeeded.intervals
    )
    return common == wanted.total or (count is not None and common >= count)
