"""Terms: what is folded as they are built, what is shared, and what is refused."""

import copy
import pickle
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.logic import column, symbol, text, value
from kubeproof.model.logic.terms import (
    FALSE,
    TRUE,
    ZERO,
    Op,
    Sort,
    Term,
    all_of,
    any_of,
    const,
    distinct,
    leaf,
    least,
    leaves,
    log,
    most,
    number,
    real,
    rounded,
    sqrt,
    subterms,
    sum_in,
    total,
    trunc,
)
from kubeproof.properties.strategies import terms

A, B, C = (leaf(name, Sort.BOOL) for name in "abc")
X, Y = (leaf(name, Sort.INT) for name in "xy")


class Same(NamedTuple):
    sentence: str
    left: Term
    right: Term


SAME = (
    Same("equal terms are one object", (A & B) | C, (A & B) | C),
    Same("true is no part of a conjunction", A & True, A),
    Same("false ends a conjunction", A & False & B, FALSE),
    Same("false is no part of a disjunction", A | False, A),
    Same("true ends a disjunction", A | True | B, TRUE),
    Same("nothing to require holds", all_of(()), TRUE),
    Same("nothing to choose from does not hold", any_of(()), FALSE),
    Same("a part said twice counts once", all_of((A, B, A)), A & B),
    Same("nested conjunctions are one", A & (B & C), all_of((A, B, C))),
    Same("nested disjunctions are one", A | (B | C), any_of((A, B, C))),
    Same("not not is nothing", ~~A, A),
    Same("not true is false", ~TRUE, FALSE),
    Same("adding nothing changes nothing", X + 0, X),
    Same("adding to nothing changes nothing", 0 + X, X),
    Same("taking nothing away changes nothing", X - 0, X),
    Same("known numbers are added", const(2) + 3, const(5)),
    Same("known numbers are subtracted, the left one plain", 2 - const(3), const(-1)),
    Same("known numbers are multiplied", const(2) * 3, const(6)),
    Same("once something is that", 1 * X, X),
    Same("something by one is that, too", X // 1, X),
    Same("a known number is known as a float", real(const(2)), const(2.0)),
    Same("known floats are compared", const(0.5) < 1.5, TRUE),
    Same("known numbers are compared", const(2) <= 2, TRUE),
    Same("strictly, too", const(2) < 2, FALSE),
    Same("at least is at most the other way round", X >= Y, Y <= X),
    Same("more is less the other way round", X > Y, Y < X),
    Same("a known choice is made", TRUE.then(X, Y), X),
    Same("a choice between equals is none", A.then(X, X), X),
)


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.sentence)
def test_folding(case: Same) -> None:
    assert case.left is case.right


DIFFERENT = (
    Same("one is not true", const(1), TRUE),
    Same("zero is not false", ZERO, FALSE),
    Same("one is not 1.0", const(1), const(1.0)),
    Same("a Bool leaf is not the Int leaf of the same name", leaf("a", Sort.INT), A),
    Same("at most is not less", X <= Y, X < Y),
    Same("the order of parts is kept", A & B, B & A),
    Same("sums over other labels differ", sum_in("zone", X), sum_in("disk", X)),
)


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.sentence)
def test_distinction(case: Same) -> None:
    assert case.left is not case.right


class Refused(NamedTuple):
    sentence: str
    build: Callable[[], object]
    words: str


REFUSED = (
    Refused("a term has no truth", lambda: bool(A), "use & | ~ to combine terms"),
    Refused("so a chain of comparisons is refused", lambda: 0 <= X <= Y, "use & | ~ to combine terms"),
    Refused("a number is no condition", lambda: A & X, "expected a term of sort Bool"),
    Refused("a number cannot be negated as a condition", lambda: ~X, "expected a term of sort Bool"),
    Refused("a condition is no number", lambda: X + A, "expected a term of sort Int"),
    Refused("a condition is not compared", lambda: A <= X, "expected a number, got a of sort Bool"),
    Refused("a bool is no number", lambda: X + True, "expected a number, got True"),
    Refused("a choice needs a condition", lambda: X.then(1, 2), "expected a term of sort Bool"),
    Refused("a choice is between numbers", lambda: A.then(X, B), "expected a term of sort Int"),
    Refused("a choice is between numbers of one sort", lambda: A.then(1, 0.5), "expected a term of sort Int"),
    Refused("a float is not added to an Int unsaid", lambda: X + 0.5, "expected a term of sort Int"),
    Refused("an Int is not added to a float unsaid", lambda: real(X) + 1, "expected a term of sort Float"),
    Refused("only floats have a true quotient", lambda: X / Y, "expected a term of sort Float"),
    Refused("floats have no whole quotient", lambda: real(X) // 2, "expected a term of sort Int"),
    Refused("only floats are rounded", lambda: rounded(X), "expected a term of sort Float"),
    Refused("the most is taken where a condition holds", lambda: most(X, Y), "expected a term of sort Bool"),
    Refused("a sum is of numbers", lambda: total(A), "expected a term of sort Int"),
    Refused("a sum over a domain is of numbers", lambda: sum_in("zone", A), "expected a term of sort Int"),
    Refused("the least is taken where a condition holds", lambda: least(X, Y), "expected a term of sort Bool"),
    Refused("values are counted where a condition holds", lambda: distinct("zone", X), "expected a term of sort Bool"),
    Refused("only a constant is a number", lambda: number(X), "is not a constant"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.sentence)
def test_refusal(case: Refused) -> None:
    with pytest.raises(TypeError, match=case.words.replace("|", r"\|")):
        case.build()


@given(terms() | terms(Sort.INT))
def test_a_pickled_term_is_the_same_object(term: Term) -> None:
    assert pickle.loads(pickle.dumps(term)) is term  # noqa: S301  (our own bytes)
    assert copy.deepcopy(term) is term


@given(terms() | terms(Sort.INT), st.data())
def test_subterms_come_once_and_before_what_uses_them(term: Term, data: st.DataObject) -> None:
    found = list(subterms(term))
    assert len(found) == len(set(found))
    assert found[-1] is term
    user = data.draw(st.sampled_from(found))
    assert all(found.index(arg) < found.index(user) for arg in user.args)


def test_leaves_are_found_inside_aggregates() -> None:
    assert list(leaves(least(X, A) <= sum_in("zone", Y), B)) == ["x", "a", "y", "b"]


def test_every_reading_knows_every_operator() -> None:
    assert set(text.TABLE) == set(Op)
    for reading in (value, column, symbol):
        assert set(reading.PLAIN) | set(reading.OPEN) == set(Op), reading.__name__
        assert not set(reading.PLAIN) & set(reading.OPEN), reading.__name__


class Written(NamedTuple):
    sentence: str
    term: Term
    text: str


WRITTEN = (
    Written("a comparison", X >= 500, "x >= 500"),
    Written("a conjunction with a negation", A & ~B & C, "a and not b and c"),
    Written("a disjunction", A | B, "a or b"),
    Written("a choice", A.then(X, 0), "x if a else 0"),
    Written("sums and differences", X + Y - 1, "x + y - 1"),
    Written("aggregates", sum_in("zone", X) - least(Y, A) < total(X), "sum_in(zone, x) - least(y, a) < total(x)"),
    Written("counting values", distinct("zone", A) < 3, "distinct(zone, a) < 3"),
    Written("products and quotients", X * 100 // Y, "x * 100 div y"),
    Written("floats", rounded(real(X) / 2.0 * sqrt(real(Y))), "round(real(x) / 2.0 * sqrt(real(y)))"),
    Written("a float cut off", trunc(log(X)) + most(X, A), "trunc(log(x)) + most(x, a)"),
    Written("truth", TRUE, "true"),
    Written("a difference that is taken away", X - (Y - 1), "x - (y - 1)"),
    Written("a sum that is multiplied", (X + Y) * 2, "(x + y) * 2"),
    Written("a choice inside", A.then(X, 0) + 1 <= Y, "(x if a else 0) + 1 <= y"),
    Written("what may be inside what must be", (A | B) & C, "(a or b) and c"),
    Written("what must be inside what may be", A & B | C, "(a and b) or c"),
    Written("a denied whole", ~(A & B), "not (a and b)"),
    Written("denied comparisons", ~(X <= Y) & ~(X < 3) & ~X.eq(7), "x > y and x >= 3 and x != 7"),
    Written("a constant stands to the right", const(3) < X, "x > 3"),
    Written("some values of one variable", X.one_of(1, 2) & A, "x in (1, 2) and a"),
    Written("all but some values", ~X.one_of(1, 2), "x not in (1, 2)"),
    Written("values of two variables", X.eq(1) | Y.eq(2), "x = 1 or y = 2"),
)


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.sentence)
def test_text(case: Written) -> None:
    assert repr(case.term) == case.text
