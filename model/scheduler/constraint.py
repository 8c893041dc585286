"""What a filter plugin of kube-scheduler is here: a named function from a pod and a cluster to clauses.

A clause is a term over an open node with the words and the code that kube-scheduler answers where it does not hold. The
pod's own spec is known, so a plugin is plain Python that builds terms; what varies with the node is a leaf.
Clauses may depend on which taints, terms, namespaces and storage exist in the cluster, never on where a pod is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from kubeproof.model.logic.terms import Term
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.facts import Facts


class Stage(Enum):
    """When kube-scheduler reads a clause: ENQUEUE first of all; NARROW and REJECT are PreFilter's, narrowing first."""

    ENQUEUE = "enqueue"
    NARROW = "narrow"
    REJECT = "reject"
    FILTER = "filter"


class Says(Enum):
    """Which reasons a plugin gives at a node that it refuses."""

    FIRST = "the first"
    ALL = "all of them"


class Clause(NamedTuple):
    """One requirement on a node.

    `reason`: kube-scheduler's words where it fails. `resolvable`: whether taking pods away could help (Unschedulable),
    or not (UnschedulableAndUnresolvable). `where`: the path in the pod that asks for it. `rule`: the requirement in
    plain words, the subject of "… closes n1"; clauses of one plugin with one `where` and `rule` are one requirement.
    `fault`: kube-scheduler answers with an error, not a refusal.
    `rank`: where the order is the node's, the failing clause of smallest rank speaks.
    """

    holds: Term
    reason: str
    resolvable: bool
    where: str
    rule: str
    rank: Term | None = None
    stage: Stage = Stage.FILTER
    fault: bool = False


def never(pod: Pod) -> bool:
    """No."""
    return False


Hint = Callable[[Pod, Pod, Facts], bool]
"""Whether what happened to another pod, the second one, may end a plugin's refusal of a pod (QueueingHintFn)."""


def may_help(pod: Pod, other: Pod, facts: Facts) -> bool:
    """Any other pod may."""
    return True


NodeHint = Callable[[Pod, Node, Facts], bool]
"""Whether a node that joined or left the cluster may end a plugin's refusal of a pod (QueueingHintFn)."""


def any_node_may_help(pod: Pod, node: Node, facts: Facts) -> bool:
    """Any node may."""
    return True


class Constraint(NamedTuple):
    """One filter plugin, by kube-scheduler's name for it.

    `skips`: whether its PreFilter leaves it out of the pod's cycle (Skip) where nothing of it fails as that begins.
    Then it does not see pods that are put on nodes later, such as nominated ones.
    `came`, `left`: whether it is worth a new try that another pod was bound, or left its node; `node_came`,
    `node_left`: that a node did. Asked only where the plugin has asked to be told of such events (queue.WAKES).
    """

    name: str
    clauses: Callable[[Pod, Facts], Iterable[Clause]]
    says: Says = Says.FIRST
    skips: Callable[[Pod], bool] = never
    came: Hint = may_help
    left: Hint = may_help
    node_came: NodeHint = any_node_may_help
    node_left: NodeHint = any_node_may_help
