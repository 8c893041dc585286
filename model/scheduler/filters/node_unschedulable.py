"""Cordoned nodes take no new pods: kube-scheduler's NodeUnschedulable filter (v1.34).

A pod that tolerates the taint which the node controller puts on cordoned nodes may still land there.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.taints import Taint, tolerates
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.new_node import alone
from kubeproof.model.scheduler.open_node import unschedulable

CORDONED = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause, unless the pod tolerates cordoned nodes."""
    if not any(tolerates(toleration, CORDONED) for toleration in pod.spec.tolerations):
        yield Clause(
            holds=~unschedulable,
            reason="node(s) were unschedulable",
            resolvable=False,
            where="spec.tolerations",
            rule="cordoning",
        )


NODE_UNSCHEDULABLE = Constraint("NodeUnschedulable", clauses, node_came=alone(clauses))
