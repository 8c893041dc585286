"""The text reading: a term as one line, for people, pictures, docs and error messages.

Parentheses stand where leaving them out would say something else, and around `and` inside `or`, which people misread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, IntEnum

from kubeproof.model.logic.terms import Op, Term


class Bond(IntEnum):
    """How strongly a text holds together: a weaker one is put in parentheses inside a stronger one."""

    CHOICE = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARE = 4
    SUM = 5
    PRODUCT = 6
    WHOLE = 7


def text(term: Term) -> str:
    """The term as a formula, e.g. `free(cpu) >= 500`."""
    return TABLE[term.op](term)[1]


Written = tuple[Bond, str]


def _inside(term: Term, bond: Bond) -> str:
    """The term where a text of at least that bond is wanted."""
    found, written = TABLE[term.op](term)
    return written if found >= bond else f"({written})"


def _infix(sign: str, bond: Bond) -> Callable[[Term], Written]:
    def write(term: Term) -> Written:
        first, *rest = term.args
        parts = [_inside(first, bond), *(_inside(arg, Bond(bond + 1)) for arg in rest)]
        return bond, f" {sign} ".join(parts)

    return write


def _call(name: str) -> Callable[[Term], Written]:
    def write(term: Term) -> Written:
        head = [] if term.data is None else [str(term.data)]
        return Bond.WHOLE, f"{name}({', '.join([*head, *map(text, term.args)])})"

    return write


def _compare(sign: str, mirrored: str) -> Callable[[Term], Written]:
    """A comparison; a constant stands to its right."""

    def write(term: Term) -> Written:
        left, right = term.args
        told = (right, mirrored, left) if left.op is Op.CONST else (left, sign, right)
        return Bond.COMPARE, f"{_inside(told[0], Bond.SUM)} {told[1]} {_inside(told[2], Bond.SUM)}"

    return write


def _const(term: Term) -> Written:
    return Bond.WHOLE, str(term.data.value) if isinstance(term.data, Enum) else str(term.data).lower()


def _or(term: Term) -> Written:
    return (Bond.COMPARE, _among(term, "in")) if _values(term) else (Bond.OR, _joined(term, "or"))


def _joined(term: Term, sign: str) -> str:
    return f" {sign} ".join(_inside(arg, Bond.NOT) for arg in term.args)


def _values(term: Term) -> list[str]:
    """The values of one variable that a disjunction allows; none where it is anything else."""
    same = {arg.args[0] for arg in term.args if arg.op is Op.EQ and arg.args[1].op is Op.CONST}
    plain = len(same) == 1 and all(arg.op is Op.EQ and arg.args[1].op is Op.CONST for arg in term.args)
    return [text(arg.args[1]) for arg in term.args] if plain else []


def _among(term: Term, sign: str) -> str:
    return f"{_inside(term.args[0].args[0], Bond.SUM)} {sign} ({', '.join(_values(term))})"


def _not(term: Term) -> Written:
    (inner,) = term.args
    if inner.op in DENIED:
        return DENIED[inner.op](inner)
    if inner.op is Op.OR and _values(inner):
        return Bond.COMPARE, _among(inner, "not in")
    return Bond.NOT, f"not {_inside(inner, Bond.NOT)}"


def _choice(term: Term) -> Written:
    test, yes, no = (_inside(arg, Bond.OR) for arg in term.args)
    return Bond.CHOICE, f"{yes} if {test} else {no}"


DENIED: Mapping[Op, Callable[[Term], Written]] = {
    Op.LE: _compare(">", "<"),
    Op.LT: _compare(">=", "<="),
    Op.EQ: _compare("!=", "!="),
}
"""Comparisons that do not hold."""

TABLE: Mapping[Op, Callable[[Term], Written]] = {
    Op.CONST: _const,
    Op.LEAF: lambda term: (Bond.WHOLE, str(term.data)),
    Op.AND: lambda term: (Bond.AND, _joined(term, "and")),
    Op.OR: _or,
    Op.NOT: _not,
    Op.ADD: _infix("+", Bond.SUM),
    Op.SUB: _infix("-", Bond.SUM),
    Op.MUL: _infix("*", Bond.PRODUCT),
    Op.DIV: _infix("div", Bond.PRODUCT),
    Op.RATIO: _infix("/", Bond.PRODUCT),
    Op.REAL: _call("real"),
    Op.TRUNC: _call("trunc"),
    Op.ROUND: _call("round"),
    Op.SQRT: _call("sqrt"),
    Op.LOG: _call("log"),
    Op.LE: _compare("<=", ">="),
    Op.LT: _compare("<", ">"),
    Op.EQ: _compare("=", "="),
    Op.ITE: _choice,
    Op.SUM_IN: _call("sum_in"),
    Op.TOTAL: _call("total"),
    Op.LEAST: _call("least"),
    Op.MOST: _call("most"),
    Op.DISTINCT: _call("distinct"),
}
