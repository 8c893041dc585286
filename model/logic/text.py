"""The text reading: a term as one line, for people, docs and error messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from kubeproof.model.logic.terms import Op, Term


def text(term: Term) -> str:
    """The term as a formula, e.g. `free(cpu) >= 500` reads `500 <= free(cpu)`."""
    return TABLE[term.op](term)


def _infix(sign: str) -> Callable[[Term], str]:
    return lambda term: "(" + f" {sign} ".join(map(text, term.args)) + ")"


def _call(name: str) -> Callable[[Term], str]:
    def write(term: Term) -> str:
        head = [] if term.data is None else [str(term.data)]
        return f"{name}({', '.join([*head, *map(text, term.args)])})"

    return write


TABLE: Mapping[Op, Callable[[Term], str]] = {
    Op.CONST: lambda term: str(term.data.value) if isinstance(term.data, Enum) else str(term.data).lower(),
    Op.LEAF: lambda term: str(term.data),
    Op.AND: _infix("and"),
    Op.OR: _infix("or"),
    Op.NOT: lambda term: f"not {text(term.args[0])}",
    Op.ADD: _infix("+"),
    Op.SUB: _infix("-"),
    Op.MUL: _infix("*"),
    Op.DIV: _infix("div"),
    Op.RATIO: _infix("/"),
    Op.REAL: _call("real"),
    Op.TRUNC: _call("trunc"),
    Op.ROUND: _call("round"),
    Op.SQRT: _call("sqrt"),
    Op.LOG: _call("log"),
    Op.LE: _infix("<="),
    Op.LT: _infix("<"),
    Op.EQ: _infix("="),
    Op.ITE: lambda term: "({1} if {0} else {2})".format(*map(text, term.args)),
    Op.SUM_IN: _call("sum_in"),
    Op.TOTAL: _call("total"),
    Op.LEAST: _call("least"),
    Op.MOST: _call("most"),
    Op.DISTINCT: _call("distinct"),
}
