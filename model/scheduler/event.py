"""The whole text of a FailedScheduling event: what the filters say, then what PostFilter says (v1.34)."""

from __future__ import annotations

from collections.abc import Collection

from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Decision
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import preempt
from kubeproof.model.scheduler.profile import POST_FILTERS


def event(
    decision: Decision, columns: ClusterColumns | None = None, post_filters: Collection[str] = POST_FILTERS
) -> str:
    """What kube-scheduler puts in the event; "" where the pod fits.

    `columns`: those of the decision's snapshot, where they are at hand. `post_filters`: those of the profile.
    """
    preemption = preempt(decision, columns, post_filters)
    return message(decision, preemption.message if preemption else "")
