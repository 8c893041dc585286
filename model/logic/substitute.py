"""A term with some of its leaves replaced: what is known folds away, so the rest is what still has to be asked.

Instances of a machine, laws about a step's before and after, and guards at one known state are all made by this.
Left out: terms with aggregates, whose bodies are read elsewhere than the term (NotModelled).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.terms import AGGREGATES, Op, Term, all_of, any_of, log, real, rounded, sqrt, subterms, trunc


def substitute(term: Term, by: Mapping[Term, Term]) -> Term:
    """The term with each leaf that is a key of `by` replaced by what stands there, all at once."""
    read: dict[Term, Term] = {}
    for part in subterms(term):
        if part.op in LEAVES:
            read[part] = by.get(part, part)
        elif part.op in AGGREGATES:
            raise NotModelled(repr(part), "an aggregate over nodes has no leaves of its own to replace")
        else:
            args = [read[arg] for arg in part.args]
            read[part] = part if args == list(part.args) else REBUILD[part.op](*args)
    return read[term]


LEAVES = frozenset({Op.CONST, Op.LEAF})

REBUILD: Mapping[Op, Callable[..., Term]] = {
    Op.AND: lambda *args: all_of(args),
    Op.OR: lambda *args: any_of(args),
    Op.NOT: lambda of: ~of,
    Op.ADD: lambda left, right: left + right,
    Op.SUB: lambda left, right: left - right,
    Op.MUL: lambda left, right: left * right,
    Op.DIV: lambda left, right: left // right,
    Op.RATIO: lambda left, right: left / right,
    Op.REAL: real,
    Op.TRUNC: trunc,
    Op.ROUND: rounded,
    Op.SQRT: sqrt,
    Op.LOG: log,
    Op.LE: lambda left, right: left <= right,
    Op.LT: lambda left, right: left < right,
    Op.EQ: lambda left, right: left.eq(right),
    Op.ITE: lambda test, yes, no: test.then(yes, no),
}
"""How each operator is built: the constructors of terms.py, which fold constants."""
