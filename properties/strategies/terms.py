"""Random terms over the leaves of an open node, well-sorted, with aggregates inside aggregates."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeproof.model.logic.terms import (
    Sort,
    Term,
    all_of,
    any_of,
    const,
    distinct,
    least,
    log,
    most,
    real,
    rounded,
    sqrt,
    sum_in,
    total,
    trunc,
)
from kubeproof.model.objects.volumes import Claim, Disk
from kubeproof.model.scheduler import open_node
from kubeproof.model.scheduler.open_node import (
    Carrying,
    Matching,
    OnClaim,
    OnDisk,
    OnPort,
    Preferring,
    Query,
    Requiring,
)
from kubeproof.properties.strategies.nodes import GPU, IMAGES, NAMES, node_requirements, taints
from kubeproof.properties.strategies.pods import TOPOLOGY_KEYS, host_ports, pod_affinity_terms, preferred_pods
from kubeproof.properties.strategies.storages import DRIVER, volumes


def terms(sort: Sort = Sort.BOOL, depth: int = 3) -> SearchStrategy[Term]:
    """A term of that sort, `depth` operators deep unless constants are folded away."""
    return {Sort.BOOL: _bools, Sort.INT: _ints, Sort.FLOAT: _floats}[sort](depth)


@cache
def _bools(depth: int) -> SearchStrategy[Term]:
    plain = st.one_of(
        st.just(open_node.unschedulable),
        st.just(open_node.feasible),
        st.booleans().map(const),
        st.frozensets(st.sampled_from(NAMES), max_size=2).map(open_node.name_in),
        node_requirements().map(open_node.labelled),
        st.sampled_from(IMAGES).map(open_node.has_image),
        taints().map(open_node.has_taint),
    )
    if not depth:
        return plain
    inner, amount = st.deferred(lambda: _bools(depth - 1)), st.deferred(lambda: _ints(depth - 1))
    fraction = st.deferred(lambda: _floats(depth - 1))
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        some.map(all_of),
        some.map(any_of),
        inner.map(lambda term: ~term),
        st.builds(lambda left, right: left <= right, amount, amount),
        st.builds(lambda left, right: left < right, amount, amount),
        st.builds(lambda left, right: left.eq(right), amount, amount),
        st.builds(lambda left, right: left.eq(right), inner, inner),
        st.builds(lambda left, right: left <= right, fraction, fraction),
        st.builds(lambda left, right: left < right, fraction, fraction),
    )


@cache
def _ints(depth: int) -> SearchStrategy[Term]:
    resources = st.sampled_from(("cpu", "memory", "pods", GPU))
    plain = st.one_of(
        st.sampled_from((-1, 0, 1, 2, 1000)).map(const),
        resources.map(open_node.alloc),
        resources.map(open_node.free),
        st.sampled_from(("cpu", "memory")).map(open_node.counted),
        queries().map(open_node.pods),
        st.just(open_node.attach_limit(DRIVER)),
        st.just(open_node.attached_volumes(DRIVER)),
        taints().map(open_node.taint_rank),
    )
    if not depth:
        return plain
    inner, test = st.deferred(lambda: _ints(depth - 1)), st.deferred(lambda: _bools(depth - 1))
    keys = st.sampled_from(TOPOLOGY_KEYS)
    return st.one_of(
        st.builds(lambda left, right: left + right, inner, inner),
        st.builds(lambda left, right: left - right, inner, inner),
        st.builds(lambda left, right: left * right, inner, _FACTORS),
        st.builds(lambda left, right: left // right, inner, inner),
        st.deferred(lambda: _floats(depth - 1)).map(trunc),
        st.deferred(lambda: _floats(depth - 1)).map(rounded),
        st.builds(lambda choice, yes, no: choice.then(yes, no), test, inner, inner),
        st.builds(sum_in, keys, inner),
        inner.map(total),
        st.builds(least, inner, test),
        st.builds(most, inner, test),
        st.builds(distinct, keys, test),
    )


_FACTORS = st.sampled_from((-3, 2, 100)).map(const)


@cache
def _floats(depth: int) -> SearchStrategy[Term]:
    """Products and quotients with small numbers alone, so that no whole part outgrows 64 bits."""
    factors = st.sampled_from((-1.5, 0.1, 1 / 3, 100.0)).map(const)
    plain = st.one_of(factors, _ints(0).map(real), st.integers(-1, 9).map(const).map(log))
    if not depth:
        return plain
    inner, test = st.deferred(lambda: _floats(depth - 1)), st.deferred(lambda: _bools(depth - 1))
    return st.one_of(
        st.deferred(lambda: _ints(depth - 1)).map(real),
        st.builds(lambda left, right: left + right, inner, inner),
        st.builds(lambda left, right: left - right, inner, inner),
        st.builds(lambda left, right: left * right, inner, factors),
        st.builds(lambda left, right: left / right, inner, plain),
        st.builds(lambda choice, yes, no: choice.then(yes, no), test, inner, inner),
        inner.map(sqrt),
    )


def _on(volume: Claim | Disk) -> Query:
    return OnDisk(volume) if isinstance(volume, Disk) else OnClaim("shop", volume.name)


@cache
def queries() -> SearchStrategy[Query]:
    """A question about the pods of a node."""
    matching = st.lists(pod_affinity_terms(), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(Matching, matching, st.booleans()),
        st.builds(Carrying, pod_affinity_terms()),
        st.builds(Requiring, pod_affinity_terms(), st.integers(1, 2)),
        st.builds(Preferring, preferred_pods(), st.integers(1, 2)),
        st.builds(OnPort, host_ports()),
        volumes().map(_on),
    )
