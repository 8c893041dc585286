"""Pods that want to be near others, or far from them: kube-scheduler's InterPodAffinity filter (v1.34).

Left out: preferred terms, which only score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kubeproof.model.logic.terms import FALSE, Term, any_of, sum_in, total
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import NOTHING
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import NO_LABELS, Carrying, Matching, has_label, pods

AFFINITY = "node(s) didn't match pod affinity rules"
ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
OTHERS = "node(s) didn't satisfy existing pods anti-affinity rules"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause for each required term of the pod, and for each anti-affinity term of other pods that means it."""
    wanted = tuple(resolved(term, facts) for term in pod.spec.affinity)
    like_all = pods(Matching(wanted))
    first = _first_of_its_kind(pod, wanted)
    for index, term in enumerate(wanted):
        near = sum_in(term.topology_key, like_all) > 0
        where = f"spec.affinity.podAffinity.{REQUIRED}[{index}]"
        rule = f"affinity to {term.text} in the same {term.topology_key}"
        yield Clause(has_label(term.topology_key) & (near | first), AFFINITY, False, where, rule)
    for index, term in enumerate(resolved(term, facts) for term in pod.spec.anti_affinity):
        alone = sum_in(term.topology_key, pods(Matching((term,)))) <= 0
        where = f"spec.affinity.podAntiAffinity.{REQUIRED}[{index}]"
        rule = f"anti-affinity to {term.text} in the same {term.topology_key}"
        yield Clause(alone, ANTI_AFFINITY, True, where, rule)
    own_namespace = facts.namespaces.get(pod.namespace, NO_LABELS)
    for term in facts.anti_affinity:
        if term.matches(pod.namespace, pod.labels, own_namespace):
            welcome = sum_in(term.topology_key, pods(Carrying(term))) <= 0
            rule = f"the anti-affinity of other pods to {term.text} in the same {term.topology_key}"
            yield Clause(welcome, OTHERS, True, "metadata.labels", rule)


def resolved(term: PodAffinityTerm, facts: Facts) -> PodAffinityTerm:
    """The term with its namespaceSelector replaced by the namespaces that it selects now; {} still means every one."""
    selector = term.namespace_selector
    if selector.nothing or selector.is_everything:
        return term
    chosen = {name for name, labels in facts.namespaces.items() if selector.matches(labels)}
    return msgspec.structs.replace(term, namespaces=term.namespaces | chosen, namespace_selector=NOTHING)


def _first_of_its_kind(pod: Pod, wanted: tuple[PodAffinityTerm, ...]) -> Term:
    """No pod in any of the domains matches yet, and this pod matches its own terms: it may be the first."""
    if not all(term.matches(pod.namespace, pod.labels, NO_LABELS) for term in wanted):
        return FALSE
    in_some_domain = any_of(has_label(term.topology_key) for term in wanted)
    return total(in_some_domain.then(pods(Matching(wanted)), 0)) <= 0


def skips(pod: Pod) -> bool:
    """A pod without terms of its own only meets those of other pods."""
    return not (pod.spec.affinity or pod.spec.anti_affinity)


def came(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod that meets all terms of its affinity may help."""
    return _meets_all(other, pod.spec.affinity, facts)


def left(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod that met all terms of its anti-affinity, not only one, may have kept it out.

    That of the other pod is not looked at (so until v1.34), nor whether it was the last one that this wanted near.
    """
    return _meets_all(other, pod.spec.anti_affinity, facts)


def _meets_all(other: Pod, terms: Sequence[PodAffinityTerm], facts: Facts) -> bool:
    return bool(terms) and all(
        resolved(term, facts).matches(other.namespace, other.labels, NO_LABELS) for term in terms
    )


INTER_POD_AFFINITY = Constraint("InterPodAffinity", clauses, skips=skips, came=came, left=left)
