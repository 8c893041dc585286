"""Random pods: a few labels, namespaces and selectors, and every field that a scheduler's filter reads.

Left out: gates and resource claims, with which a pod is not looked at; add them where a test is about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from immutables import Map

from kubeproof.model.objects.affinity import NodeSelectorTerm, PodAffinityTerm, PreferredNodes, PreferredPods
from kubeproof.model.objects.pod import ANY_ADDRESS, HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import EVERYTHING, NOTHING, Requirement, Selector, of_requirements
from kubeproof.model.objects.storage import ZONE
from kubeproof.model.objects.taints import Toleration
from kubeproof.model.objects.volumes import Volume
from kubeproof.properties.strategies.nodes import (
    DISK,
    GPU,
    HOSTNAME,
    IMAGES,
    MOSTLY,
    NAMES,
    SELDOM,
    VALUES,
    node_requirements,
    tolerations,
)
from kubeproof.properties.strategies.storages import volumes

NAMESPACES = ("shop", "ops")
LABELS: Mapping[str, Sequence[str]] = {"app": ("web", "db"), "version": ("1", "2")}
TOPOLOGY_KEYS = (ZONE, HOSTNAME, DISK)

_T = TypeVar("_T")


@cache
def label_maps() -> SearchStrategy[Map[str, str]]:
    """Labels of a pod."""
    return _maps(LABELS)


@cache
def selectors() -> SearchStrategy[Selector]:
    """A label selector for pods; also the ones that select nothing and everything."""
    return _selectors(LABELS)


@cache
def pod_affinity_terms() -> SearchStrategy[PodAffinityTerm]:
    """A term of a required pod affinity or anti-affinity."""
    key, named, team = (
        st.sampled_from(TOPOLOGY_KEYS),
        st.sampled_from(NAMESPACES),
        _selectors({"team": ("red", "blue")}),
    )
    by_name = st.builds(PodAffinityTerm, key, selectors(), st.frozensets(named, min_size=1), st.just(NOTHING))
    return by_name | st.builds(PodAffinityTerm, key, selectors(), st.frozensets(named, max_size=1), team)


@st.composite
def specs(draw: st.DrawFn) -> PodSpec:
    """What a pod asks of a node. Most ask for little, so that what they do ask for decides."""
    requests = {"cpu": draw(st.integers(0, 3)) * 500, "memory": draw(st.integers(0, 2))}
    if draw(SELDOM):
        requests[GPU] = 1

    def maybe(strategy: SearchStrategy[_T], otherwise: _T) -> _T:
        return draw(strategy) if draw(SELDOM) else otherwise

    return PodSpec(
        requests=Map(requests),
        scored=Map({name: amount or 1 for name, amount in requests.items() if name in ("cpu", "memory")}),
        scored_asking=Map({name: amount or 2 for name, amount in requests.items() if name in ("cpu", "memory")}),
        node_selector=maybe(_node_selectors(), Map()),
        node_terms=maybe(_node_terms(), None),
        preferred_nodes=maybe(preferred_nodes(), ()),
        affinity=maybe(_pod_terms(), ()),
        anti_affinity=maybe(_pod_terms(), ()),
        preferred_pods=maybe(_preferred_pods(), ()),
        spread=maybe(_spreads(), ()),
        tolerations=draw(_toleration_lists()),
        host_ports=maybe(_port_sets(), frozenset()),
        volumes=draw(_volume_lists()),
        priority=draw(st.sampled_from((0, 0, 10))),
        images=draw(_image_lists()),
    )


@st.composite
def pods(draw: st.DrawFn, name: str = "asking", spec: PodSpec | None = None, node: str = "") -> Pod:
    """A pod, pending unless a node is given; `spec` stands for a template that it shares with others."""
    return Pod(
        namespace=draw(st.sampled_from(NAMESPACES)),
        name=name,
        labels=draw(label_maps()),
        spec=draw(specs()) if spec is None else spec,
        node=node,
        deleting=bool(node) and not draw(MOSTLY),
    )


@cache
def _node_selectors() -> SearchStrategy[Map[str, str]]:
    return _maps(VALUES)


@cache
def _node_terms() -> SearchStrategy[tuple[NodeSelectorTerm, ...] | None]:
    name = st.lists(st.sampled_from(NAMES), min_size=1, max_size=1).map(tuple)
    field = st.builds(Requirement, st.just("metadata.name"), st.sampled_from(("In", "NotIn")), name)
    fields = st.just(()) | st.just(()) | st.lists(field, min_size=1, max_size=2).map(tuple)
    one = st.builds(NodeSelectorTerm, st.lists(node_requirements(), max_size=2).map(tuple), fields)
    return st.lists(one, min_size=1, max_size=2).map(tuple)


@cache
def _pod_terms() -> SearchStrategy[tuple[PodAffinityTerm, ...]]:
    return st.lists(pod_affinity_terms(), min_size=1, max_size=2).map(tuple)


@cache
def preferred_pods() -> SearchStrategy[PreferredPods]:
    """A preferred term of a pod affinity, or (weighed less than nothing) of an anti-affinity."""
    return st.builds(PreferredPods, st.sampled_from((-100, -1, 1, 50)), pod_affinity_terms())


@cache
def _preferred_pods() -> SearchStrategy[tuple[PreferredPods, ...]]:
    return st.lists(preferred_pods(), min_size=1, max_size=2).map(tuple)


@cache
def preferred_nodes() -> SearchStrategy[tuple[PreferredNodes, ...]]:
    """One or two preferences for nodes."""
    terms = st.builds(NodeSelectorTerm, st.lists(node_requirements(), max_size=2).map(tuple))
    return st.lists(st.builds(PreferredNodes, st.sampled_from((1, 30, 100)), terms), min_size=1, max_size=2).map(tuple)


@cache
def _image_lists() -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from((*IMAGES, "web")), min_size=1, max_size=2).map(tuple)


@cache
def _toleration_lists() -> SearchStrategy[tuple[Toleration, ...]]:
    return st.lists(tolerations(), max_size=2).map(tuple)


@cache
def _volume_lists() -> SearchStrategy[tuple[Volume, ...]]:
    return st.lists(volumes(), max_size=2, unique=True).map(tuple)


@cache
def _port_sets() -> SearchStrategy[frozenset[HostPort]]:
    return st.frozensets(host_ports(), min_size=1, max_size=2)


@cache
def _spreads() -> SearchStrategy[tuple[SpreadConstraint, ...]]:
    one = st.builds(
        SpreadConstraint,
        max_skew=st.integers(1, 2),
        topology_key=st.sampled_from(TOPOLOGY_KEYS),
        hard=st.sampled_from((True, True, False)),
        selector=selectors(),
        min_domains=st.integers(1, 3),
        honor_affinity=st.booleans(),
        honor_taints=st.booleans(),
    )
    return st.lists(one, min_size=1, max_size=2, unique_by=lambda c: (c.topology_key, c.hard)).map(tuple)


@cache
def host_ports() -> SearchStrategy[HostPort]:
    """A port of the node; some conflict though they differ."""
    ip = st.sampled_from((ANY_ADDRESS, "127.0.0.1", "127.0.0.2"))
    return st.builds(HostPort, ip, st.sampled_from(("TCP", "UDP")), st.sampled_from((80, 81)))


def _maps(values: Mapping[str, Sequence[str]]) -> SearchStrategy[Map[str, str]]:
    optional = {key: st.sampled_from(some) for key, some in values.items()}
    return st.fixed_dictionaries({}, optional=optional).map(Map)


def _selectors(labels: Mapping[str, Sequence[str]]) -> SearchStrategy[Selector]:

    def one(key: str) -> SearchStrategy[Requirement]:
        values = st.lists(st.sampled_from(labels[key]), min_size=1, max_size=2, unique=True).map(tuple)
        some = st.builds(Requirement, st.just(key), st.sampled_from(("In", "NotIn")), values)
        return some | st.builds(Requirement, st.just(key), st.sampled_from(("Exists", "DoesNotExist")))

    asked = st.lists(st.sampled_from(tuple(labels)).flatmap(one), min_size=1, max_size=2).map(of_requirements)
    return asked | st.just(EVERYTHING) | st.just(NOTHING)
