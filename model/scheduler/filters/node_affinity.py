"""Which nodes a pod selects: kube-scheduler's NodeAffinity filter (v1.34), for nodeSelector and required node affinity.

`term` and `selects` are also how persistent volumes say where they can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubeproof.model.logic.terms import FALSE, Term, all_of, any_of
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import BadSelector, Requirement, check_for_nodes
from kubeproof.model.scheduler.constraint import Clause, Constraint, Stage
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.new_node import alone
from kubeproof.model.scheduler.open_node import labelled, name_in
from kubeproof.model.scheduler.remember import remembered

REASON = "node(s) didn't match Pod's node affinity/selector"
ENFORCED = "node(s) didn't match scheduler-enforced node affinity"
CONFLICT = "pod affinity terms conflict"
NARROWED = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
NODE_NAME_FIELD = "metadata.name"
ADDED = "profile: NodeAffinity addedAffinity"
REQUIRED = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"


def selects(terms: Iterable[NodeSelectorTerm]) -> Term:
    """The node matches one of the terms (nodeaffinity.NodeSelector.Match)."""
    return any_of(term(one) for one in terms)


@remembered
def term(one: NodeSelectorTerm) -> Term:
    """The node matches every requirement of the term; an empty term, and one that is not valid, matches nothing."""
    if not (one.expressions or one.fields) or any(problems(one)):
        return FALSE
    return all_of((*map(labelled, one.expressions), *map(_field, one.fields)))


def problems(one: NodeSelectorTerm) -> Iterator[str]:
    """What makes a term invalid, in words; the API server refuses such terms of pods."""
    for requirement in one.expressions:
        try:
            check_for_nodes(requirement)
        except BadSelector as bad:
            yield str(bad)
    for requirement in one.fields:
        if requirement.operator not in ("In", "NotIn"):
            yield f"{requirement.operator!r} is not a valid field selector operator"
        elif len(requirement.values) != 1:
            yield f"exactly one value is needed for {requirement.key}"


def names(terms: Iterable[NodeSelectorTerm]) -> frozenset[str] | None:
    """The only nodes that the terms can match by name; None where some term names none (PreFilter's narrowing)."""
    found: frozenset[str] = frozenset()
    for one in terms:
        pins = [frozenset(r.values) for r in one.fields if r.key == NODE_NAME_FIELD and r.operator == "In"]
        if not pins:
            return None
        found |= frozenset.intersection(*pins)
    return found


def matches(pod: Pod) -> Term:
    """The node is one that the pod's nodeSelector and required node affinity select (GetRequiredNodeAffinity.Match)."""
    terms = pod.spec.node_terms
    return all_of((*(term for _, _, term in _entries(pod)), True if terms is None else selects(terms)))


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """What narrows the nodes by name, then one clause for each nodeSelector entry and one for the required affinity."""
    terms = pod.spec.node_terms
    if terms and (pinned := names(terms)) is not None:
        if pinned:
            rule = f"node affinity to the name {' or '.join(sorted(pinned))}"
            yield Clause(name_in(pinned), NARROWED, False, REQUIRED, rule, stage=Stage.NARROW)
        else:
            yield Clause(FALSE, CONFLICT, False, REQUIRED, "node affinity to two names at once", stage=Stage.REJECT)
    for key, value, wanted in _entries(pod):
        yield Clause(wanted, REASON, False, f"spec.nodeSelector.{key}", f"nodeSelector {key}={value}")
    if terms is not None:
        rule = f"node affinity to {' or '.join(one.text for one in terms)}" if terms else "node affinity without a term"
        yield Clause(selects(terms), REASON, False, REQUIRED, rule)


def _entries(pod: Pod) -> Iterator[tuple[str, str, Term]]:
    """The entries of spec.nodeSelector, each with its term."""
    for key, value in sorted(pod.spec.node_selector.items()):
        yield key, value, labelled(Requirement(key, "In", (value,)))


def _field(requirement: Requirement) -> Term:
    """A requirement on a field: only the node's name is known, every other field reads as "" (fields.Set)."""
    if requirement.key == NODE_NAME_FIELD:
        found = name_in(requirement.values)
    else:
        found = any_of(value == "" for value in requirement.values)
    return ~found if requirement.operator == "NotIn" else found


NODE_AFFINITY = Constraint("NodeAffinity", clauses, node_came=alone(clauses))


def constraint(added: tuple[NodeSelectorTerm, ...] | None) -> Constraint:
    """The plugin where a profile asks node affinity of every pod (addedAffinity); None asks none."""
    if added is None:
        return NODE_AFFINITY
    rule = f"the scheduler's own node affinity to {' or '.join(one.text for one in added) or 'nothing'}"
    enforced = Clause(selects(added), ENFORCED, False, ADDED, rule)

    def with_added(pod: Pod, facts: Facts) -> Iterable[Clause]:
        return enforced, *clauses(pod, facts)

    return NODE_AFFINITY._replace(clauses=with_added, node_came=alone(with_added))
