"""Affinity as values: node selector terms, and pod affinity terms with the namespaces they look at.

The rules that read them are terms in model/scheduler/filters; what is here only turns API objects into values.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from lightkube.models import core_v1

from kubeproof.model.objects import selectors
from kubeproof.model.objects.selectors import Requirement, Selector


class NodeSelectorTerm(msgspec.Struct, frozen=True):
    """Requirements on a node's labels and its fields, which must all hold; an empty term matches nothing."""

    expressions: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()

    @property
    def text(self) -> str:
        """The term as a selector is written, e.g. 'zone in (a,b),metadata.name in (n1)'."""
        return ",".join(requirement.text for requirement in (*self.expressions, *self.fields)) or "nothing"


class PreferredNodes(msgspec.Struct, frozen=True):
    """A node selector term that only scores, with its weight."""

    weight: int
    term: NodeSelectorTerm


class PodAffinityTerm(msgspec.Struct, frozen=True):
    """Which pods are meant, in which namespaces, and the label that makes nodes one place.

    `namespaces` is the pod's own namespace where the term names none and selects none.
    """

    topology_key: str
    selector: Selector
    namespaces: frozenset[str]
    namespace_selector: Selector

    @property
    def text(self) -> str:
        """The pods that are meant, as a selector is written."""
        return "no pods" if self.selector.nothing else self.selector.text or "all pods"

    def matches(self, namespace: str, labels: Mapping[str, str], namespace_labels: Mapping[str, str]) -> bool:
        """Whether the term means a pod with these labels in that namespace (framework.AffinityTerm.Matches, v1.34)."""
        return (
            namespace in self.namespaces or self.namespace_selector.matches(namespace_labels)
        ) and self.selector.matches(labels)


class PreferredPods(msgspec.Struct, frozen=True):
    """A pod affinity term that only scores; the weight of an anti-affinity term is negative."""

    weight: int
    term: PodAffinityTerm


def required_nodes(raw: core_v1.NodeAffinity | None) -> tuple[NodeSelectorTerm, ...] | None:
    """The required terms, of which one must match; None where nothing is required."""
    required = raw.requiredDuringSchedulingIgnoredDuringExecution if raw else None
    return None if required is None else node_terms(required)


def node_terms(raw: core_v1.NodeSelector) -> tuple[NodeSelectorTerm, ...]:
    """The terms of a node selector (of a pod, or of a persistent volume), of which one must match."""
    return tuple(node_term(term) for term in raw.nodeSelectorTerms)


def node_term(raw: core_v1.NodeSelectorTerm) -> NodeSelectorTerm:
    """One node selector term."""
    return NodeSelectorTerm(_requirements(raw.matchExpressions), _requirements(raw.matchFields))


def preferred_nodes(raw: core_v1.NodeAffinity | None) -> tuple[PreferredNodes, ...]:
    """The preferred node terms with their weights."""
    preferred = raw.preferredDuringSchedulingIgnoredDuringExecution if raw else None
    return tuple(PreferredNodes(p.weight, node_term(p.preference)) for p in preferred or ())


def required_pods(
    raw: core_v1.PodAffinity | core_v1.PodAntiAffinity | None, namespace: str
) -> tuple[PodAffinityTerm, ...]:
    """The required terms of a pod (anti-)affinity of a pod in `namespace`."""
    required = raw.requiredDuringSchedulingIgnoredDuringExecution if raw else None
    return tuple(_pod_term(term, namespace) for term in required or ())


def preferred_pods(
    raw: core_v1.PodAffinity | core_v1.PodAntiAffinity | None, namespace: str, *, sign: int
) -> tuple[PreferredPods, ...]:
    """The preferred terms of a pod (anti-)affinity with their weights, times `sign`."""
    preferred = raw.preferredDuringSchedulingIgnoredDuringExecution if raw else None
    return tuple(PreferredPods(sign * p.weight, _pod_term(p.podAffinityTerm, namespace)) for p in preferred or ())


def _requirements(raw: list[core_v1.NodeSelectorRequirement] | None) -> tuple[Requirement, ...]:
    return tuple(Requirement(r.key, r.operator, tuple(r.values or ())) for r in raw or ())


def _pod_term(raw: core_v1.PodAffinityTerm, namespace: str) -> PodAffinityTerm:
    own = not raw.namespaces and raw.namespaceSelector is None
    return PodAffinityTerm(
        topology_key=raw.topologyKey,
        selector=selectors.of_label_selector(raw.labelSelector),
        namespaces=frozenset((namespace,) if own else raw.namespaces or ()),
        namespace_selector=selectors.of_label_selector(raw.namespaceSelector),
    )
