"""A pod that names its node goes there or nowhere: kube-scheduler's NodeName filter (v1.34)."""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import name_in


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause where spec.nodeName is set."""
    if pod.node:
        yield Clause(
            holds=name_in([pod.node]),
            reason="node(s) didn't match the requested node name",
            resolvable=False,
            where="spec.nodeName",
            rule=f"spec.nodeName {pod.node}",
        )


NODE_NAME = Constraint("NodeName", clauses)
