"""What a pod requires, as a person counts it, and which of it each node fails: the ground of explanations and repairs.

Clauses that are one requirement (the two halves of a request, the label and the skew of one spread constraint) are one
here; each taint is one of its own. Nodes that fail the same requirements are one class; a node that refuses the pod
only beside the pods that are nominated to it is a class apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.model.scheduler.findings import Rule

AT_A_NODE = frozenset({Stage.NARROW, Stage.FILTER})
"""The stages that refuse one node; the others refuse the pod as a whole."""


class Requirement(NamedTuple):
    """One requirement: its plugin, words, path in the pod that asks for it, and clauses (places in the rules)."""

    plugin: str
    rule: str
    where: str
    clauses: tuple[int, ...]


class Closed(NamedTuple):
    """Nodes that fail the same requirements (places in the list of requirements), and those that they fail `alone`.

    The two differ at a node to which pods are `nominated`: it is looked at beside them and alone, and must pass twice.
    """

    nodes: tuple[str, ...]
    requirements: frozenset[int]
    alone: frozenset[int]
    nominated: tuple[Pod, ...] = ()


class Refusals(NamedTuple):
    """All that keeps a pod off all nodes."""

    rules: tuple[Rule, ...]
    requirements: tuple[Requirement, ...]
    classes: tuple[Closed, ...]


def requirements(asked: Iterable[Rule]) -> tuple[Requirement, ...]:
    """The requirements that these rules make, in the rules' order."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for at, (plugin, clause) in enumerate(asked):
        found.setdefault((plugin.name, clause.rule, clause.where), []).append(at)
    return tuple(Requirement(*key, tuple(clauses)) for key, clauses in found.items())


def refusals(cycle: Cycle, decision: Decision) -> Refusals:
    """What keeps the pod of an undecided cycle off every node; a class that fails nothing is left out.

    Where the pod was refused as a whole, only what refused it counts, at every node.
    """
    asked = decision.findings.rules
    made = requirements(asked)
    of = {at: place for place, requirement in enumerate(made) for at in requirement.clauses}

    def closed(
        nodes: Iterable[str], alone: Iterable[int], beside: Iterable[int] = (), nominated: Iterable[Pod] = ()
    ) -> Closed:
        own = frozenset(of[at] for at in alone)
        return Closed(tuple(nodes), own.union(of[at] for at in beside), own, tuple(nominated))

    if decision.whole:
        stage = Stage.ENQUEUE if decision.result is Result.GATED else Stage.REJECT
        everywhere = [set(found.failing) for found in decision.findings.classes]
        refused = [
            at
            for at, rule in enumerate(asked)
            if _refused(rule, stage, decision) and all(at in failing for failing in everywhere)
        ]
        return Refusals(asked, made, (closed((node.name for node in decision.snapshot.nodes), refused),))
    kept = {at for at, rule in enumerate(asked) if rule.clause.stage in AT_A_NODE}
    beside = {node: (pods, failing) for node, pods, failing in cycle.beside_nominated(decision.pod)}
    classes = []
    for nodes, failing in ((c.nodes, kept.intersection(c.failing)) for c in decision.findings.classes):
        single = [node for node in nodes if node in beside or node == decision.pod.nominated]
        classes.append(closed([node for node in nodes if node not in single], failing))
        for node in single:
            pods, more = beside.get(node, ((), ()))
            alone = [at for at in failing if not is_exempt(decision, node, asked[at])]
            classes.append(closed([node], alone, kept.intersection(more), pods))
    return Refusals(asked, made, tuple(one for one in classes if one.nodes and one.requirements))


def is_exempt(decision: Decision, node: str, rule: Rule) -> bool:
    """Whether a rule is not asked at a node: the pod's own nominated node is looked at before nodes are narrowed."""
    return rule.clause.stage is Stage.NARROW and node == decision.pod.nominated


def _refused(rule: Rule, stage: Stage, decision: Decision) -> bool:
    whole = decision.whole
    return whole is not None and rule.clause.stage is stage and rule.plugin.name == whole.plugin
