"""Raw access to the solver: whether a pod has a node, as a z3 formula with named variables, for questions of one's own.

    formula = cluster.formula("shop/web-6")
    solver = formula.solver()
    solver.check(*formula.pins.values())                   # as the cluster is: the filters' own verdict
    solver.check(*formula.pins_without("label[n1,"))       # are there labels with which n1 would take it?
    formula.values(solver.model())

The variables are those of model/scheduler/encode.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import z3

from kubeproof.model.logic import symbol
from kubeproof.model.logic.symbol import Symbol
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.encode import ClusterSymbols, Unknown, about
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import rules
from kubeproof.model.scheduler.profile import DEFAULT


class PodFormula(NamedTuple):
    """The question whether a pod has a node, as formulas over named variables of one z3 context.

    `holds`: the pod is on exactly one node, and every clause of every filter holds there. `on`: for each node, the pod
    is there. `laws`: what is true of the variables in any cluster. `pins`: for each fact of the snapshot about a
    variable, by the variable's name, an assumption that makes it true. `labels`: what the codes of `label[…]`
    variables mean.
    """

    pod: Pod
    context: z3.Context
    on: Mapping[str, z3.BoolRef]
    holds: z3.BoolRef
    laws: Sequence[z3.BoolRef]
    variables: Mapping[str, Symbol]
    pins: Mapping[str, z3.BoolRef]
    labels: Mapping[str, Sequence[str | None]]

    def solver(self) -> z3.Solver:
        """A solver that knows the laws and the question, for `check(*formula.pins.values())` or with fewer pins."""
        found = z3.Solver(ctx=self.context)
        found.set(random_seed=0)
        found.add(*self.laws, self.holds)
        return found

    def pins_without(self, *beginnings: str) -> list[z3.BoolRef]:
        """All pins but those of the variables whose names begin so, e.g. "label[n1," to leave n1's labels open."""
        return [pin for name, pin in self.pins.items() if not name.startswith(beginnings)]

    def label(self, node: str, key: str, value: str | None) -> z3.BoolRef:
        """The node's label has the value (None: it is absent). KeyError or ValueError where that is not in question."""
        code = self.variables[f"label[{node},{key}]"]
        assert isinstance(code, z3.ArithRef)
        return code == list(self.labels[key]).index(value)

    def values(self, model: z3.ModelRef) -> Mapping[str, bool | int | str | None]:
        """What a model says of each variable; of a label its value, None where the node has it not."""
        found: dict[str, bool | int | str | None] = {}
        for name, variable in self.variables.items():
            said = model.eval(variable, model_completion=True)
            if isinstance(said, z3.IntNumRef):
                key = name.removesuffix("]").partition(",")[2]
                found[name] = self.labels[key][said.as_long()] if name.startswith("label[") else said.as_long()
            else:
                found[name] = z3.is_true(said)
        return found


def formula(
    pod: Pod, snapshot: Snapshot, unknown: Unknown | None = None, plugins: Sequence[Constraint] = DEFAULT
) -> PodFormula:
    """The question whether a pod has a node. Unless told otherwise, everything about the nodes is open, and pinned.

    In a large cluster, say which nodes the question is `about`. Nominated pods are not counted, and other pods' rules
    only where they refuse this pod. The pod itself, if it is bound in the snapshot, is not seen.
    """
    asked = about(node.name for node in snapshot.nodes) if unknown is None else unknown
    holds = [rule.clause.holds for rule in rules(pod, Facts(snapshot, asked.places), plugins)]
    cluster = ClusterSymbols(snapshot, holds, asked, frozenset({pod.key}))
    on = {node.node.name: cluster.bool(f"{pod.key}@{node.node.name}") for node in cluster.nodes}
    fits = [
        z3.Implies(on[node.node.name], z3.And([symbol.formula(term, node) for term in holds], cluster.context))
        for node in cluster.nodes
    ]
    one = [z3.Or(list(on.values()), cluster.context), *([z3.AtMost(*on.values(), 1)] if on else [])]
    pins = {name: z3.Bool(f"known {name}", cluster.context) for name in cluster.facts}
    kept = [z3.Implies(pins[name], fact) for name, fact in cluster.facts.items()]
    return PodFormula(
        pod=pod,
        context=cluster.context,
        on=on,
        holds=z3.And([*one, *fits], cluster.context),
        laws=(*cluster.laws, *kept),
        variables=cluster.variables,
        pins=pins,
        labels=cluster.labels,
    )
