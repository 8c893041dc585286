"""Fewer pods of a kind in a node's domains are better: kube-scheduler's PodTopologySpread score (v1.34).

By the pod's soft constraints; a pod without any constraint has the profile's, or the scheduler's own (System).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from kubeproof.model.logic.terms import (
    TRUE,
    Term,
    all_of,
    const,
    distinct,
    least,
    log,
    most,
    real,
    rounded,
    sum_in,
    total,
)
from kubeproof.model.objects.pod import Pod, SpreadConstraint
from kubeproof.model.objects.selectors import EVERYTHING, Requirement
from kubeproof.model.objects.storage import ZONE
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters.pod_topology_spread import alike, included
from kubeproof.model.scheduler.open_node import feasible, has_label, labelled
from kubeproof.model.scheduler.score import MAX_NODE_SCORE, Points, Score

HOSTNAME = "kubernetes.io/hostname"
SYSTEM = tuple(
    SpreadConstraint(skew, key, hard=False, selector=EVERYTHING, min_domains=1, honor_affinity=True, honor_taints=False)
    for key, skew in ((HOSTNAME, 3), (ZONE, 5))
)
"""The scheduler's own default constraints."""


def points(pod: Pod, facts: Facts, args: Args) -> Points | None:
    """The pods like this one in the node's domains, weighed by how many domains there are; None without constraints.

    Nodes without one of the keys get 0 and are left out of the rest, but not with the scheduler's own constraints.
    """
    soft = list(_constraints(pod, facts, args))
    if not soft:
        return None
    lenient = not pod.spec.spread and args.default_spread is None
    scored = TRUE if lenient else all_of(has_label(one.topology_key) for one in soft)
    score = const(0.0)
    for one in soft:
        crowd = real(_here(pod, one, facts, scored, lenient=lenient)) * log(_domains(one, scored, lenient=lenient) + 2)
        score += has_label(one.topology_key).then(crowd + float(one.max_skew - 1), 0.0)
    raw = scored.then(rounded(score), 0)
    return Points(raw, _normal(raw, scored))


def _constraints(pod: Pod, facts: Facts, args: Args) -> Iterator[SpreadConstraint]:
    if pod.spec.spread:
        yield from (one for one in pod.spec.spread if not one.hard)
        return
    defaults: Sequence[SpreadConstraint] = SYSTEM if args.default_spread is None else args.default_spread
    selector = facts.default_selector(pod)
    if not selector.is_everything:
        yield from (replace(one, selector=selector) for one in defaults if not one.hard)


def _here(pod: Pod, one: SpreadConstraint, facts: Facts, scored: Term, *, lenient: bool) -> Term:
    """How many pods like this one are in the node's domain; of host names, on the node itself, whoever it takes."""
    if one.topology_key == HOSTNAME:
        return alike(pod, one)
    body = (scored & included(pod, one, facts)).then(alike(pod, one), 0)
    found = sum_in(one.topology_key, body)
    if lenient:  # nodes without the key are as if it were there and empty
        found += _empty(one.topology_key).then(total(has_label(one.topology_key).then(0, body)), 0)
    return found


def _domains(one: SpreadConstraint, scored: Term, *, lenient: bool) -> Term:
    """How many domains the feasible nodes are in, those that are left out apart."""
    among, key = feasible & scored, one.topology_key
    if key == HOSTNAME:
        return total(among.then(1, 0))
    found = distinct(key, among)
    if lenient:
        without = total((among & ~has_label(key)).then(1, 0)) > 0
        found += (without & (total((among & _empty(key)).then(1, 0)) <= 0)).then(1, 0)
    return found


def _empty(key: str) -> Term:
    return labelled(Requirement(key, "In", ("",)))


def _normal(raw: Term, scored: Term) -> Term:
    among = feasible & scored
    lowest, highest = least(raw, among), most(raw, among)
    share = MAX_NODE_SCORE * (highest + lowest - raw) // highest
    return scored.then((highest <= 0).then(MAX_NODE_SCORE, share), 0)


POD_TOPOLOGY_SPREAD = Score("PodTopologySpread", points)
