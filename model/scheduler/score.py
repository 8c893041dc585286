"""What a score plugin of kube-scheduler is here: a named function from a pod and a cluster to two terms.

`raw` is what the plugin makes of a node, `normal` what NormalizeScore makes of it among the feasible nodes (0 to 100).
Both are terms over an open node; the leaf `feasible` says which nodes passed the filters. The weight is a profile's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubeproof.model.logic.terms import TRUE, ZERO, Term, most
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import feasible

MAX_NODE_SCORE = 100


class Points(NamedTuple):
    """What a plugin gives each node. `given`: one condition on the whole cluster, without which PreScore skips it."""

    raw: Term
    normal: Term
    given: Term = TRUE


class Score(NamedTuple):
    """One score plugin, by kube-scheduler's name for it. `points`: None where its PreScore skips it for the pod."""

    name: str
    points: Callable[[Pod, Facts, Args], Points | None]


def share_of_most(raw: Term, *, reverse: bool = False) -> Term:
    """The score scaled so that the largest is 100, or, reversed, is 0 (helper.DefaultNormalizeScore, v1.34)."""
    largest = most(raw, feasible)
    share = raw * MAX_NODE_SCORE // largest
    if reverse:
        return (largest <= 0).then(MAX_NODE_SCORE, MAX_NODE_SCORE - share)
    return (largest <= 0).then(raw, share)


def total_of(parts: list[Term]) -> Term:
    """The sum of Int terms; 0 of none."""
    return sum(parts, start=ZERO)
