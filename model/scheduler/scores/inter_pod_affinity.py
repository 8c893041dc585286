"""Nearer to pods that are preferred, or that prefer this one: kube-scheduler's InterPodAffinity score (v1.34)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubeproof.model.logic.terms import Term, any_of, least, most, real, sum_in, total, trunc
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters.inter_pod_affinity import resolved
from kubeproof.model.scheduler.open_node import (
    NO_LABELS,
    Matching,
    Preferring,
    Requiring,
    feasible,
    has_label,
    pods,
)
from kubeproof.model.scheduler.score import MAX_NODE_SCORE, Points, Score, total_of


class Pull(NamedTuple):
    """Pods that draw this one (negative: push it away) to where their node's label `key` has the same value."""

    key: str
    weight: int
    pods: Term


def points(pod: Pod, facts: Facts, args: Args) -> Points | None:
    """The summed weights of all pulls in the node's domains; skipped where there are no pods that pull anywhere."""
    found = list(pulls(pod, facts, args))
    if not found:
        return None
    by_key: dict[str, list[Pull]] = {}
    for pull in found:
        by_key.setdefault(pull.key, []).append(pull)
    raw = total_of([sum_in(key, total_of([one.pods * one.weight for one in same])) for key, same in by_key.items()])
    somewhere = any_of(
        total(has_label(key).then(total_of([one.pods for one in same]), 0)) > 0 for key, same in by_key.items()
    )
    return Points(raw, _normal(raw), somewhere)


def pulls(pod: Pod, facts: Facts, args: Args) -> Iterator[Pull]:
    """By the pod's own preferred terms, then by the terms of pods on nodes that mean it."""
    for one in pod.spec.preferred_pods:
        term = resolved(one.term, facts)
        yield Pull(term.topology_key, one.weight, pods(Matching((term,))))
    if args.ignore_preferred_of_others and not pod.spec.preferred_pods:
        return
    for term, times in facts.affinity if args.hard_affinity_weight else ():
        if _means(term, pod, facts):
            yield Pull(term.topology_key, args.hard_affinity_weight * times, pods(Requiring(term, times)))
    for preferred, times in facts.preferred_pods:
        if _means(preferred.term, pod, facts):
            yield Pull(preferred.term.topology_key, preferred.weight * times, pods(Preferring(preferred, times)))


def _means(term: PodAffinityTerm, pod: Pod, facts: Facts) -> bool:
    return term.matches(pod.namespace, pod.labels, facts.namespaces.get(pod.namespace, NO_LABELS))


def _normal(raw: Term) -> Term:
    """From 0 at the lowest to 100 at the highest; 0 where they are the same."""
    lowest, highest = least(raw, feasible), most(raw, feasible)
    share = real(raw - lowest) / real(highest - lowest)
    return (highest > lowest).then(trunc(float(MAX_NODE_SCORE) * share), 0)


INTER_POD_AFFINITY = Score("InterPodAffinity", points)
