"""The symbol reading: a term at one node, as a z3 term, where what is unknown is a variable.

An Enum member is read as the integer that is its place in its class.
Floats are z3's, of 64 bits, and so exact; what is unknown in them is slow to solve.
Left out: the logarithm of what is unknown (NotModelled).

Every question has its own z3 context (the environment's), so that answers do not depend on what was asked before.
Where a label is known, so are the domains; where it is a variable, a node is in the domain of each value that it may
have, on the condition that it has it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Protocol

import z3

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.golang import go_log
from kubeproof.model.logic.terms import NO_MAXIMUM, NO_MINIMUM, Op, Term, code, number

Symbol = z3.BoolRef | z3.ArithRef | z3.FPRef


class SymbolEnv(Protocol):
    """One node of a set of nodes, with variables for what is unknown."""

    @property
    def context(self) -> z3.Context:
        """The z3 context of the question."""
        ...

    @property
    def memo(self) -> dict[Term, Symbol]:
        """What was read at this node before."""
        ...

    @property
    def shared(self) -> dict[tuple[Term, str | None], z3.ArithRef]:
        """Aggregates that were read before; one dict for all the nodes."""
        ...

    def leaf(self, data: Hashable) -> Symbol:
        """What a leaf is at this node."""
        ...

    def nodes(self) -> Sequence[SymbolEnv]:
        """All the nodes, this one included."""
        ...

    def values(self, key: str) -> Mapping[str, z3.BoolRef]:
        """Each value that this node's label `key` may have, with the formula that it has it."""
        ...


def symbol(term: Term, env: SymbolEnv) -> Symbol:
    """The z3 term that `term` is at the node of `env`."""
    found = env.memo.get(term)
    if found is None:
        if term.op in PLAIN:
            found = PLAIN[term.op](*(symbol(arg, env) for arg in term.args))
        else:
            found = OPEN[term.op](term, env)
        env.memo[term] = found
    return found


def formula(term: Term, env: SymbolEnv) -> z3.BoolRef:
    """The z3 formula that a Bool `term` is at the node of `env`."""
    read = symbol(term, env)
    assert isinstance(read, z3.BoolRef)
    return read


def quantity(term: Term, env: SymbolEnv) -> z3.ArithRef:
    """The z3 integer that an Int `term` is at the node of `env`."""
    read = symbol(term, env)
    assert isinstance(read, z3.ArithRef)
    return read


def _div(left: z3.ArithRef, right: z3.ArithRef) -> Symbol:
    """z3's own quotient is Euclid's: of numbers that are not negative it is Go's."""
    nothing = z3.IntVal(0, left.ctx)
    size = z3.If(left < 0, -left, left) / z3.If(right < 0, -right, right)
    return z3.If(right == 0, nothing, z3.If((left < 0) == (right < 0), size, -size))


def _ratio(left: z3.FPRef, right: z3.FPRef) -> Symbol:
    return z3.If(z3.fpIsZero(right, left.ctx), _float(0.0, left.ctx), z3.fpDiv(z3.RNE(left.ctx), left, right, left.ctx))


def _real(of: z3.ArithRef) -> Symbol:
    return z3.fpRealToFP(z3.RNE(of.ctx), z3.ToReal(of), z3.Float64(of.ctx), of.ctx)


def _trunc(of: z3.FPRef) -> Symbol:
    return _whole(of, z3.RTZ(of.ctx))


def _round(of: z3.FPRef) -> Symbol:
    return _whole(of, z3.RNA(of.ctx))


def _whole(of: z3.FPRef, how: z3.FPRMRef) -> Symbol:
    return z3.ToInt(z3.fpToReal(z3.fpRoundToIntegral(how, of, of.ctx), of.ctx))


def _sqrt(of: z3.FPRef) -> Symbol:
    nothing = _float(0.0, of.ctx)
    return z3.If(of > nothing, z3.fpSqrt(z3.RNE(of.ctx), of, of.ctx), nothing)


def _log(of: z3.ArithRef) -> Symbol:
    plain = z3.simplify(of)
    if not isinstance(plain, z3.IntNumRef):
        raise NotModelled(f"log({of})", "the logarithm of what is unknown, in formulas for the solver")
    return _float(go_log(plain.as_long()) if plain.as_long() > 0 else 0.0, of.ctx)


def _float(value: float, context: z3.Context) -> z3.FPRef:
    return z3.FPVal(value, None, z3.Float64(context), context)


PLAIN: Mapping[Op, Callable[..., Symbol]] = {
    Op.AND: z3.And,
    Op.OR: z3.Or,
    Op.NOT: z3.Not,
    Op.ADD: operator.add,
    Op.SUB: operator.sub,
    Op.MUL: operator.mul,
    Op.DIV: _div,
    Op.RATIO: _ratio,
    Op.REAL: _real,
    Op.TRUNC: _trunc,
    Op.ROUND: _round,
    Op.SQRT: _sqrt,
    Op.LOG: _log,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.EQ: operator.eq,
    Op.ITE: z3.If,
}


def _const(term: Term, env: SymbolEnv) -> Symbol:
    if isinstance(term.data, bool):
        return z3.BoolVal(term.data, env.context)
    if isinstance(term.data, Enum):
        return z3.IntVal(code(term.data), env.context)
    if isinstance(term.data, float):
        return _float(term.data, env.context)
    return z3.IntVal(number(term), env.context)


def _leaf(term: Term, env: SymbolEnv) -> Symbol:
    return env.leaf(term.data)


def _once(term: Term, domain: str | None, env: SymbolEnv, build: Callable[[], z3.ArithRef]) -> z3.ArithRef:
    """Aggregates do not depend on the node they are read at, but for its domain: read each once for all nodes."""
    key = (term, domain)
    if key not in env.shared:
        env.shared[key] = build()
    return env.shared[key]


def _sum_in(term: Term, env: SymbolEnv) -> Symbol:
    """Of the sums for each value that the label may have, that for the one which it has."""
    key, body = str(term.data), term.args[0]

    def total(here: str) -> z3.ArithRef:
        shares = ((other.values(key).get(here), other) for other in env.nodes())
        return _sum((_where(has, quantity(body, other)) for has, other in shares if has is not None), env)

    sums = ((has, _once(term, here, env, partial(total, here))) for here, has in env.values(key).items())
    return _sum((_where(has, found) for has, found in sums), env)


def _total(term: Term, env: SymbolEnv) -> Symbol:
    return _once(term, None, env, lambda: _sum((quantity(term.args[0], other) for other in env.nodes()), env))


def _least(term: Term, env: SymbolEnv) -> Symbol:
    return _extreme(term, env, NO_MINIMUM, operator.lt)


def _most(term: Term, env: SymbolEnv) -> Symbol:
    return _extreme(term, env, NO_MAXIMUM, operator.gt)


def _extreme(
    term: Term, env: SymbolEnv, start: int, better: Callable[[z3.ArithRef, z3.ArithRef], z3.BoolRef]
) -> Symbol:
    body, where = term.args

    def build() -> z3.ArithRef:
        found: z3.ArithRef = z3.IntVal(start, env.context)
        for other in env.nodes():
            candidate = quantity(body, other)
            found = z3.If(z3.And(formula(where, other), better(candidate, found)), candidate, found)
        return found

    return _once(term, None, env, build)


def _distinct(term: Term, env: SymbolEnv) -> Symbol:
    """Each value counts once, if a node has it at which `where` holds."""
    key, where = str(term.data), term.args[0]

    def build() -> z3.ArithRef:
        seen: dict[str, list[z3.BoolRef]] = {}
        for node in env.nodes():
            for here, has in node.values(key).items():
                seen.setdefault(here, []).append(z3.And(has, formula(where, node)))
        return _sum((_where(z3.Or(some), z3.IntVal(1, env.context)) for some in seen.values()), env)

    return _once(term, None, env, build)


def _where(holds: z3.BoolRef, amount: z3.ArithRef) -> z3.ArithRef:
    """The amount where it holds, else 0."""
    return amount if z3.is_true(holds) else z3.If(holds, amount, z3.IntVal(0, amount.ctx))


def _sum(parts: Iterable[z3.ArithRef], env: SymbolEnv) -> z3.ArithRef:
    return z3.Sum([z3.IntVal(0, env.context), *parts])


OPEN: Mapping[Op, Callable[[Term, SymbolEnv], Symbol]] = {
    Op.CONST: _const,
    Op.LEAF: _leaf,
    Op.SUM_IN: _sum_in,
    Op.TOTAL: _total,
    Op.LEAST: _least,
    Op.MOST: _most,
    Op.DISTINCT: _distinct,
}
