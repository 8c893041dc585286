"""What the hints of plugins about a node that joins the cluster have in common: whether it would do by itself (v1.34).

Some plugins try their filter on the new node while no pod is on it (isSchedulableAfterNodeChange of NodeAffinity,
TaintToleration, NodeUnschedulable and NodeResourcesFit). Left out: nodes that change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from kubeproof.model.logic.value import value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.constraint import Clause, NodeHint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.values import ClusterValues


def alone(clauses: Callable[[Pod, Facts], Iterable[Clause]]) -> NodeHint:
    """The hint of a plugin with these clauses."""
    return partial(would_do, clauses)


def would_do(clauses: Callable[[Pod, Facts], Iterable[Clause]], pod: Pod, node: Node, facts: Facts) -> bool:
    """Whether all clauses hold for a pod at a node, as if it were the only one, and empty."""
    [env] = ClusterValues(Snapshot((node,))).nodes
    return all(value(clause.holds, env) for clause in clauses(pod, facts))
