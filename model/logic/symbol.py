"""The symbol reading: a term at one node, as a z3 term, where what is unknown is a variable.

Every question has its own z3 context (the environment's), so that answers do not depend on what was asked before.
A domain is known where its label is known; where it is a variable, membership is a formula.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol

import z3

from kubeproof.model.logic.terms import NO_MINIMUM, Op, Term, number

Symbol = z3.BoolRef | z3.ArithRef


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
    def shared(self) -> dict[tuple[Term, Hashable], Symbol]:
        """Aggregates that were read before; one dict for all the nodes."""
        ...

    def leaf(self, data: Hashable) -> Symbol:
        """What a leaf is at this node."""
        ...

    def nodes(self) -> Sequence[SymbolEnv]:
        """All the nodes, this one included."""
        ...

    def domain(self, key: str) -> Hashable:
        """Something that only nodes which surely share this node's domain of label `key` have in common with it."""
        ...

    def same(self, key: str, other: SymbolEnv) -> z3.BoolRef:
        """Whether both nodes have label `key`, with the same value."""
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


PLAIN: Mapping[Op, Callable[..., Symbol]] = {
    Op.AND: z3.And,
    Op.OR: z3.Or,
    Op.NOT: z3.Not,
    Op.ADD: operator.add,
    Op.SUB: operator.sub,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.ITE: z3.If,
}


def _const(term: Term, env: SymbolEnv) -> Symbol:
    if isinstance(term.data, bool):
        return z3.BoolVal(term.data, env.context)
    return z3.IntVal(number(term), env.context)


def _leaf(term: Term, env: SymbolEnv) -> Symbol:
    return env.leaf(term.data)


def _once(term: Term, domain: Hashable, env: SymbolEnv, build: Callable[[], Symbol]) -> Symbol:
    key = (term, domain)
    if key not in env.shared:
        env.shared[key] = build()
    return env.shared[key]


def _sum_in(term: Term, env: SymbolEnv) -> Symbol:
    key, body, nothing = str(term.data), term.args[0], z3.IntVal(0, env.context)

    def build() -> Symbol:
        shares = ((env.same(key, other), other) for other in env.nodes())
        return z3.Sum(
            [z3.If(same, quantity(body, other), nothing) for same, other in shares if not z3.is_false(same)] + [nothing]
        )

    return _once(term, env.domain(key), env, build)


def _total(term: Term, env: SymbolEnv) -> Symbol:
    return _once(term, None, env, lambda: z3.Sum([quantity(term.args[0], other) for other in env.nodes()]))


def _least(term: Term, env: SymbolEnv) -> Symbol:
    body, where = term.args

    def build() -> Symbol:
        found: z3.ArithRef = z3.IntVal(NO_MINIMUM, env.context)
        for other in env.nodes():
            candidate = quantity(body, other)
            found = z3.If(z3.And(formula(where, other), candidate < found), candidate, found)
        return found

    return _once(term, None, env, build)


def _distinct(term: Term, env: SymbolEnv) -> Symbol:
    """Counts the first node of each domain: the one where `where` holds and at no earlier node of the same domain."""
    key, where = str(term.data), term.args[0]
    one, nothing = z3.IntVal(1, env.context), z3.IntVal(0, env.context)

    def build() -> Symbol:
        nodes = env.nodes()
        firsts = []
        for index, node in enumerate(nodes):
            peers = ((node.same(key, other), other) for other in nodes[:index])
            earlier = [z3.And(formula(where, other), same) for same, other in peers if not z3.is_false(same)]
            firsts.append(z3.And(formula(where, node), node.same(key, node), z3.Not(z3.Or(earlier, env.context))))
        return z3.Sum([z3.If(first, one, nothing) for first in firsts])

    return _once(term, None, env, build)


OPEN: Mapping[Op, Callable[[Term, SymbolEnv], Symbol]] = {
    Op.CONST: _const,
    Op.LEAF: _leaf,
    Op.SUM_IN: _sum_in,
    Op.TOTAL: _total,
    Op.LEAST: _least,
    Op.DISTINCT: _distinct,
}
