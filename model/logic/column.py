"""The column reading: a term at all nodes at once, as a numpy array (bool, int64, float64), one entry a node in order.

An Enum member is read as its place in its class.
Constants and whole-cluster aggregates are read as numpy scalars and broadcast where they meet a column.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kubeproof.model.logic.golang import go_log
from kubeproof.model.logic.terms import NO_MAXIMUM, NO_MINIMUM, Op, Term, code

Column = NDArray[Any]
"""Bool, int64 or float64, of shape (nodes,) or () for what is the same everywhere."""


class ColumnEnv(Protocol):
    """A set of nodes, as columns."""

    @property
    def size(self) -> int:
        """How many nodes there are."""
        ...

    def leaf(self, data: Hashable) -> Column:
        """What a leaf is, at each node."""
        ...

    def codes(self, key: str) -> tuple[Column, int]:
        """For each node a number for its value of label `key` (-1 where it has none), and how many values there are."""
        ...


Memo = dict[Term, Column]


def column(term: Term, env: ColumnEnv, memo: Memo | None = None) -> Column:
    """The column that `term` is over the nodes of `env`; subterms found in `memo` are not read again."""
    return _full(term, env, {} if memo is None else memo)


def _read(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    found = memo.get(term)
    if found is None:
        plain = PLAIN.get(term.op)
        if plain is not None:
            found = plain(*[_read(arg, env, memo) for arg in term.args])
        else:
            found = OPEN[term.op](term, env, memo)
        memo[term] = found
    return found


def _all(*parts: Column) -> Column:
    return reduce(np.logical_and, parts)


def _any(*parts: Column) -> Column:
    return reduce(np.logical_or, parts)


def _div(left: Column, right: Column) -> Column:
    """Python's and numpy's // rounds down, Go's towards zero: that differs where the signs do."""
    found = np.floor_divide(left, right if np.all(right) else np.where(right == 0, 1, right))
    if np.min(left, initial=0) < 0 or np.min(right, initial=0) < 0:
        found = found + ((np.less(left, 0) != np.less(right, 0)) & (found * right != left))
    return found if np.all(right) else np.where(right == 0, 0, found)


def _ratio(left: Column, right: Column) -> Column:
    if np.all(right):
        return np.divide(left, right)
    return np.where(right == 0, 0.0, np.divide(left, np.where(right == 0, 1.0, right)))


def _real(of: Column) -> Column:
    return np.asarray(of).astype(np.float64)


def _trunc(of: Column) -> Column:
    return np.asarray(of).astype(np.int64)


def _round(of: Column) -> Column:
    whole = np.trunc(of)
    return _trunc(whole + np.copysign(np.abs(of - whole) >= 0.5, of))


def _sqrt(of: Column) -> Column:
    return np.sqrt(np.maximum(of, 0.0))


def _log(of: Column) -> Column:
    """One logarithm for each different number: there are few, and numpy's own may differ from Go's in its last bit."""
    numbers, which = np.unique(of, return_inverse=True) if np.ndim(of) else (np.atleast_1d(of), np.asarray(0))
    found = np.array([go_log(n) if n > 0 else 0.0 for n in numbers.tolist()])
    return found[which].reshape(np.shape(of))


PLAIN: Mapping[Op, Callable[..., Column]] = {
    Op.AND: _all,
    Op.OR: _any,
    Op.NOT: np.logical_not,
    Op.ADD: np.add,
    Op.SUB: np.subtract,
    Op.MUL: np.multiply,
    Op.DIV: _div,
    Op.RATIO: _ratio,
    Op.REAL: _real,
    Op.TRUNC: _trunc,
    Op.ROUND: _round,
    Op.SQRT: _sqrt,
    Op.LOG: _log,
    Op.LE: np.less_equal,
    Op.LT: np.less,
    Op.EQ: np.equal,
    Op.ITE: np.where,
}


def _const(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    return np.asarray(code(term.data) if isinstance(term.data, Enum) else term.data)


def _leaf(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    return env.leaf(term.data)


def _full(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    found = _read(term, env, memo)
    return found if np.ndim(found) else np.broadcast_to(found, (env.size,))


def _sum_in(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    codes, domains = env.codes(str(term.data))
    sums = np.zeros(domains + 1, dtype=np.int64)
    np.add.at(sums, codes, _full(term.args[0], env, memo))
    sums[-1] = 0  # the code of nodes without the label is -1
    return sums[codes]


def _total(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    return np.asarray(_full(term.args[0], env, memo).sum(dtype=np.int64))


def _least(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    body, where = (_full(arg, env, memo) for arg in term.args)
    return np.asarray(body[where].min(initial=NO_MINIMUM))


def _most(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    body, where = (_full(arg, env, memo) for arg in term.args)
    return np.asarray(body[where].max(initial=NO_MAXIMUM))


def _distinct(term: Term, env: ColumnEnv, memo: Memo) -> Column:
    codes, domains = env.codes(str(term.data))
    seen = np.zeros(domains + 1, dtype=bool)
    seen[codes[_full(term.args[0], env, memo)]] = True
    return np.asarray(seen[:domains].sum())


OPEN: Mapping[Op, Callable[[Term, ColumnEnv, Memo], Column]] = {
    Op.CONST: _const,
    Op.LEAF: _leaf,
    Op.SUM_IN: _sum_in,
    Op.TOTAL: _total,
    Op.LEAST: _least,
    Op.MOST: _most,
    Op.DISTINCT: _distinct,
}
