"""The value reading: a term at one node, as a Python bool, int or float. The plainest; the others are held to it.

An Enum member is read as its place in its class, as in the other readings.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import Enum
from typing import Protocol

from kubeproof.model.logic.golang import go_log, go_round
from kubeproof.model.logic.terms import NO_MAXIMUM, NO_MINIMUM, Op, Term, code

Value = bool | int | float


class ValueEnv(Protocol):
    """One node of a set of nodes, as terms see it."""

    @property
    def memo(self) -> dict[Term, Value]:
        """What was read at this node before."""
        ...

    @property
    def shared(self) -> dict[tuple[Term, str | None], Value]:
        """Aggregates that were read before; one dict for all the nodes, keyed by term and domain."""
        ...

    def leaf(self, data: Hashable) -> Value:
        """What a leaf is at this node."""
        ...

    def label(self, key: str) -> str | None:
        """This node's value for a label, None where it has none."""
        ...

    def nodes(self) -> Sequence[ValueEnv]:
        """All the nodes, this one included."""
        ...

    def domain(self, key: str) -> Sequence[ValueEnv]:
        """The nodes whose label `key` has the value that it has here; none where this node lacks it."""
        ...


def value(term: Term, env: ValueEnv) -> Value:
    """The bool, int or float that `term` is at the node of `env`."""
    if term in env.memo:
        return env.memo[term]
    if term.op in PLAIN:
        found = PLAIN[term.op](*(value(arg, env) for arg in term.args))
    else:
        found = OPEN[term.op](term, env)
    env.memo[term] = found
    return found


def _all(*parts: Value) -> Value:
    return all(parts)


def _any(*parts: Value) -> Value:
    return any(parts)


def _ite(test: Value, yes: Value, no: Value) -> Value:
    return yes if test else no


def _div(left: Value, right: Value) -> Value:
    if not right:
        return 0
    size = abs(left) // abs(right)
    return size if (left < 0) is (right < 0) else -size


def _ratio(left: Value, right: Value) -> Value:
    return left / right if right else 0.0


def _sqrt(of: Value) -> Value:
    return math.sqrt(of) if of > 0 else 0.0


def _log(of: Value) -> Value:
    return go_log(int(of)) if of > 0 else 0.0


PLAIN: Mapping[Op, Callable[..., Value]] = {
    Op.AND: _all,
    Op.OR: _any,
    Op.NOT: operator.not_,
    Op.ADD: operator.add,
    Op.SUB: operator.sub,
    Op.MUL: operator.mul,
    Op.DIV: _div,
    Op.RATIO: _ratio,
    Op.REAL: float,
    Op.TRUNC: int,
    Op.ROUND: go_round,
    Op.SQRT: _sqrt,
    Op.LOG: _log,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.EQ: operator.eq,
    Op.ITE: _ite,
}


def _const(term: Term, env: ValueEnv) -> Value:
    if isinstance(term.data, Enum):
        return code(term.data)
    assert isinstance(term.data, (int, float))
    return term.data


def _leaf(term: Term, env: ValueEnv) -> Value:
    return env.leaf(term.data)


def _once(term: Term, domain: str | None, env: ValueEnv, count: Callable[[], Value]) -> Value:
    """Aggregates do not depend on the node they are read at, but for its domain: read each once for all nodes."""
    key = (term, domain)
    if key not in env.shared:
        env.shared[key] = count()
    return env.shared[key]


def _sum_in(term: Term, env: ValueEnv) -> Value:
    key = str(term.data)
    return _once(term, env.label(key), env, lambda: sum(value(term.args[0], other) for other in env.domain(key)))


def _total(term: Term, env: ValueEnv) -> Value:
    return _once(term, None, env, lambda: sum(value(term.args[0], other) for other in env.nodes()))


def _least(term: Term, env: ValueEnv) -> Value:
    body, where = term.args
    return _once(
        term,
        None,
        env,
        lambda: min((NO_MINIMUM, *(value(body, other) for other in env.nodes() if value(where, other)))),
    )


def _most(term: Term, env: ValueEnv) -> Value:
    body, where = term.args
    return _once(
        term,
        None,
        env,
        lambda: max((NO_MAXIMUM, *(value(body, other) for other in env.nodes() if value(where, other)))),
    )


def _distinct(term: Term, env: ValueEnv) -> Value:
    def count() -> Value:
        values = {other.label(str(term.data)) for other in env.nodes() if value(term.args[0], other)}
        return len(values - {None})

    return _once(term, None, env, count)


OPEN: Mapping[Op, Callable[[Term, ValueEnv], Value]] = {
    Op.CONST: _const,
    Op.LEAF: _leaf,
    Op.SUM_IN: _sum_in,
    Op.TOTAL: _total,
    Op.LEAST: _least,
    Op.MOST: _most,
    Op.DISTINCT: _distinct,
}
