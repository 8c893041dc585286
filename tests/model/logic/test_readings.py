"""A term means the same in every reading: one node at a time, all nodes at once, and with unknowns."""

from typing import NamedTuple

import msgspec
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.column import column
from kubeproof.model.logic.symbol import Symbol, symbol
from kubeproof.model.logic.terms import (
    NO_MAXIMUM,
    NO_MINIMUM,
    TRUE,
    Sort,
    Term,
    all_of,
    const,
    distinct,
    least,
    log,
    most,
    real,
    rounded,
    sqrt,
    subterms,
    sum_in,
    total,
    trunc,
)
from kubeproof.model.logic.value import Value, value
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.encode import ClusterSymbols, Unknown, about
from kubeproof.model.scheduler.open_node import alloc
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


class Known(NamedTuple):
    sentence: str
    term: Term
    is_: Value


KNOWN = (
    Known("the least of nothing", least(const(1), ~TRUE), NO_MINIMUM),
    Known("the most of nothing", most(const(1), ~TRUE), NO_MAXIMUM),
    Known("a sum over a domain that is none", sum_in("zone", const(1)), 0),
    Known("values of a label that nobody has", distinct("zone", TRUE), 0),
    Known("a sum over one", total(const(1)), 1),
    Known("a quotient is cut off", const(7) // 2, 3),
    Known("towards zero", const(-7) // 2, -3),
    Known("whichever is negative", const(7) // -2, -3),
    Known("both negative", const(-7) // -2, 3),
    Known("a whole quotient", const(-6) // 2, -3),
    Known("nothing divides by 0", const(7) // 0, 0),
    Known("nor by 0.0", const(7.0) / 0.0, 0.0),
    Known("a float is cut off towards zero", trunc(const(-1.9)), -1),
    Known("the half is rounded away from zero", rounded(const(2.5)), 3),
    Known("on either side", rounded(const(-2.5)), -3),
    Known("what is less than a half is not", rounded(const(0.49999999999999994)), 0),
    Known("there is no float between these two", real(const(2**53 + 1)), float(2**53)),
    Known("floats are rounded at each step", const(0.1) + 0.2, 0.30000000000000004),
    Known("a root", sqrt(const(2.0)), 1.4142135623730951),
    Known("a root of what is negative", sqrt(const(-2.0)), 0.0),
    Known("a logarithm", log(const(5)), 1.6094379124341003),
    Known("of 1", log(const(1)), 0.0),
    Known("of what has none", log(const(0)), 0.0),
)


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.sentence)
def test_every_reading_knows(case: Known) -> None:
    alone = Snapshot((Node("n1"),))
    assert value(case.term, ClusterValues(alone).nodes[0]) == case.is_
    assert column(case.term, ClusterColumns(alone)).item() == case.is_
    assert known(symbol(case.term, ClusterSymbols(alone).nodes[0])) == case.is_


def test_the_logarithm_of_what_is_unknown_is_not_modelled() -> None:
    snapshot = Snapshot((Node("n1"),))
    node = ClusterSymbols(snapshot, unknown=about(["n1"])).nodes[0]
    with pytest.raises(NotModelled, match=r"log\(.*allocatable\[n1,cpu\]"):
        symbol(log(alloc("cpu")), node)
