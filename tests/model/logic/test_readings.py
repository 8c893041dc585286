"""A term means the same in every reading: one node at a time, all nodes at once, and with unknowns."""

import msgspec
import z3
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.logic.column import column
from kubeproof.model.logic.symbol import Symbol, symbol
from kubeproof.model.logic.terms import (
    NO_MINIMUM,
    TRUE,
    Sort,
    Term,
    all_of,
    const,
    distinct,
    least,
    most,
    subterms,
    sum_in,
    total,
)
from kubeproof.model.logic.value import Value, value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.encode import ClusterSymbols, Unknown, about
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.strategies import clusters, nodes, terms
from kubeproof.properties.strategies.pods import TOPOLOGY_KEYS

ANY_TERM = terms() | terms(Sort.INT) | terms(Sort.FLOAT)


def known(found: Symbol) -> Value:
    """The constant that a formula over nothing unknown is."""
    plain = z3.simplify(found)
    if isinstance(plain, z3.IntNumRef):
        return plain.as_long()
    if isinstance(plain, z3.FPRef):
        exact = z3.simplify(z3.fpToReal(plain, plain.ctx))
        assert isinstance(exact, z3.RatNumRef)
        return float(exact.as_fraction())
    assert z3.is_true(plain) or z3.is_false(plain), plain
    return z3.is_true(plain)


@st.composite
def unknowns(draw: st.DrawFn, snapshot: Snapshot) -> Unknown:
    """Where the pods are, everything about some nodes, or all of it."""
    names = [node.name for node in snapshot.nodes]
    some = draw(st.sets(st.sampled_from(names)))
    return draw(st.sampled_from((Unknown(places=snapshot.pods), about(some), about(names, snapshot.pods))))


@given(clusters(), terms(Sort.INT, 1), terms(Sort.BOOL, 1))
def test_values_columns_and_symbols_of_what_is_known_agree(snapshot: Snapshot, amount: Term, test: Term) -> None:
    aggregates = [total(amount), least(amount, test), most(amount, test)]
    for key in TOPOLOGY_KEYS:
        aggregates += [sum_in(key, amount), distinct(key, test), least(sum_in(key, amount), test)]
    agree(snapshot, all_of((test, *(amount <= one for one in aggregates), *(one < amount for one in aggregates))))


@given(clusters(), ANY_TERM)
def test_they_agree_on_any_term(snapshot: Snapshot, term: Term) -> None:
    agree(snapshot, term)


def agree(snapshot: Snapshot, term: Term) -> None:
    values, columns, symbols = ClusterValues(snapshot), ClusterColumns(snapshot), ClusterSymbols(snapshot)
    for part in subterms(term):
        expected = [value(part, node) for node in values.nodes]
        assert column(part, columns).tolist() == expected
        assert [known(symbol(part, node)) for node in symbols.nodes] == expected


@given(clusters(), ANY_TERM, st.data())
def test_symbols_of_what_is_unknown_are_values_once_it_is_pinned(
    snapshot: Snapshot, term: Term, data: st.DataObject
) -> None:
    cluster = ClusterSymbols(snapshot, [term], data.draw(unknowns(snapshot)))
    parts = list(subterms(term))
    found = [[symbol(part, node) for node in cluster.nodes] for part in parts]
    pinned = z3.Solver(ctx=cluster.context)
    pinned.add(*cluster.laws)
    names = {name: z3.Bool(f"known {name}", cluster.context) for name in cluster.facts}
    pinned.add(*(z3.Implies(names[name], fact) for name, fact in cluster.facts.items()))
    assert pinned.check(*names.values()) == z3.sat
    model = pinned.model()
    values = ClusterValues(snapshot)
    for part, at_nodes in zip(parts, found, strict=True):
        expected = [value(part, node) for node in values.nodes]
        assert [known(model.eval(at, model_completion=True)) for at in at_nodes] == expected


@given(clusters(), clusters(), ANY_TERM)
def test_symbols_say_what_values_say_of_any_other_placement(snapshot: Snapshot, other: Snapshot, term: Term) -> None:
    """The variables can be given any values, not only those of the snapshot that they were made for."""
    names = [node.name for node in snapshot.nodes]
    moved = [pod if pod.node in names else msgspec.structs.replace(pod, node=names[0]) for pod in other.pods]
    empty = Snapshot(snapshot.nodes, (), snapshot.namespaces)
    cluster = ClusterSymbols(empty, [term], Unknown(places=(*moved,)))
    found = [symbol(term, node) for node in cluster.nodes]
    solver = z3.Solver(ctx=cluster.context)
    solver.add(*cluster.laws, *(at[pod.node] for pod, at in cluster.places.values()))
    assert solver.check() == z3.sat
    there = Snapshot(snapshot.nodes, (*moved,), snapshot.namespaces)
    expected = [value(term, node) for node in ClusterValues(there).nodes]
    assert [known(solver.model().eval(at, model_completion=True)) for at in found] == expected


@given(nodes(), ANY_TERM)
def test_a_reading_asked_twice_answers_alike(node: Node, term: Term) -> None:
    snapshot = Snapshot((node,))
    texts = [str(symbol(term, ClusterSymbols(snapshot, [term], about([node.name])).nodes[0])) for _ in "ab"]
    assert texts[0] == texts[1]


def test_aggregates_where_nothing_counts() -> None:
    alone = Snapshot((Node("n1"),))
    counted = (least(const(1), ~TRUE), sum_in("zone", const(1)), distinct("zone", TRUE), total(const(1)))
    expected = [NO_MINIMUM, 0, 0, 1]
    assert [value(term, ClusterValues(alone).nodes[0]) for term in counted] == expected
    assert [column(term, ClusterColumns(alone)).item() for term in counted] == expected
    assert [known(symbol(term, ClusterSymbols(alone).nodes[0])) for term in counted] == expected
