"""The lifecycle golden topics about node affinity, judged through the scheduler's own terms, read as values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.logic.terms import Term
from kubeproof.model.logic.value import value
from kubeproof.model.objects import affinity
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.values import ClusterValues

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

NAMELESS = Requirement(node_affinity.NODE_NAME_FIELD, "In", ("",))


def required(case: Json) -> Json:
    """Whether a pod's nodeSelector and required node affinity select a node (GetRequiredNodeAffinity.Match, v1.36).

    A term that is not valid is an error only where no other term selects the node, and the nodeSelector does.
    """
    terms = _required_terms(case)
    entries = Pod("", "", spec=PodSpec(node_selector=Map(case.get("nodeSelector") or {})))
    whole = Pod("", "", spec=PodSpec(node_selector=entries.spec.node_selector, node_terms=terms))
    match = _holds(node_affinity.matches(whole), case)
    problems = [] if match or not _holds(node_affinity.matches(entries), case) else list(_problems(terms or ()))
    return {"match": match, **({"error": "; ".join(problems)} if problems else {})}


def _required_terms(case: Json) -> tuple[NodeSelectorTerm, ...] | None:
    """The required terms; None where nothing is required, and null terms are none, as in Go."""
    asked = (case.get("affinity") or {}).get("nodeAffinity") or {}
    raw = asked.get("requiredDuringSchedulingIgnoredDuringExecution")
    if raw is None:
        return None
    listed = msgspec.convert(raw.get("nodeSelectorTerms") or [], list[core_v1.NodeSelectorTerm])
    terms = affinity.node_terms(core_v1.NodeSelector(nodeSelectorTerms=listed))
    return terms if case["node"]["name"] else tuple(map(_for_nameless, terms))


def _for_nameless(one: NodeSelectorTerm) -> NodeSelectorTerm:
    """The term as it reads at a node without a name, which only these cases have: valid fields are not looked at."""
    if any(node_affinity.problems(one)):
        return one
    return msgspec.structs.replace(one, fields=(NAMELESS,) * bool(one.fields))


def preferred(case: Json) -> Json:
    """The summed weight of the preferred terms that select a node; empty ones and those of weight 0 do not count."""
    raw = msgspec.convert(case.get("preferred") or [], list[core_v1.PreferredSchedulingTerm])
    weighed = affinity.preferred_nodes(core_v1.NodeAffinity(preferredDuringSchedulingIgnoredDuringExecution=raw))
    counted = [one for one in weighed if one.weight]
    if problems := list(_problems([one.term for one in counted])):
        return {"error": "; ".join(problems)}
    terms = [(one.weight, one.term if case["node"]["name"] else _for_nameless(one.term)) for one in counted]
    return {"score": sum(weight for weight, term in terms if _holds(node_affinity.term(term), case))}


def _problems(terms: Sequence[NodeSelectorTerm]) -> Iterator[str]:
    for one in terms:
        yield from node_affinity.problems(one)


def _holds(term: Term, case: Json) -> bool:
    node = Node(case["node"]["name"], Map(case["node"].get("labels") or {}))
    return bool(value(term, ClusterValues(Snapshot(nodes=(node,))).nodes[0]))
