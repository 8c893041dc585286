"""Terms: the one language in which scheduler rules, machines and laws are told.

A term is a hash-consed tree: equal terms are one object, so sharing is free and `is` is equality. It has no meaning of
its own; a reading (value.py, column.py, symbol.py, text.py) gives it one. A leaf carries plain data that only its
environment understands. An aggregate has an open body, which is read at other nodes than the one the term is read at.

Constants are folded away as a term is built, so known parts cost nothing later. Left out: any other rewriting.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from enum import Enum
from functools import cache
from typing import ClassVar, NoReturn
from weakref import WeakValueDictionary


class Sort(Enum):
    """What a term stands for."""

    __hash__ = object.__hash__  # Enum's own is made in Python, and a reading looks up every term's Op and Sort

    BOOL = "Bool"
    INT = "Int"
    ENUM = "Enum"
    """One of the members of an Enum class; which class, the term's leaves and constants say."""
    FLOAT = "Float"
    """A 64-bit float, rounded to nearest even by each operation, as Go's float64."""


class Op(Enum):
    """Every kind of term; each reading has a table with one entry for each (a test compares the tables)."""

    __hash__ = object.__hash__

    CONST = "const"
    LEAF = "leaf"
    AND = "and"
    OR = "or"
    NOT = "not"
    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    DIV = "div"
    RATIO = "ratio"
    REAL = "real"
    TRUNC = "trunc"
    ROUND = "round"
    SQRT = "sqrt"
    LOG = "log"
    LE = "le"
    LT = "lt"
    EQ = "eq"
    ITE = "ite"
    SUM_IN = "sum_in"
    TOTAL = "total"
    LEAST = "least"
    MOST = "most"
    DISTINCT = "distinct"


AGGREGATES = frozenset({Op.SUM_IN, Op.TOTAL, Op.LEAST, Op.MOST, Op.DISTINCT})
"""What has an open body, which is read at other nodes."""

NO_MINIMUM = 2**31 - 1
"""What `least` is where nothing counts: kube-scheduler's math.MaxInt32 (podtopologyspread, v1.34)."""

NO_MAXIMUM = -NO_MINIMUM
"""What `most` is where nothing counts."""


class Term:
    """One node of the tree. Build terms with the functions and operators of this module, never with the constructor."""

    __slots__ = ("__weakref__", "args", "data", "op", "sort")
    _pool: ClassVar[WeakValueDictionary[tuple[object, ...], Term]] = WeakValueDictionary()

    op: Op
    sort: Sort
    args: tuple[Term, ...]
    data: Hashable

    def __new__(cls, op: Op, sort: Sort, args: tuple[Term, ...] = (), data: Hashable = None) -> Term:
        """The one term that is built like this."""
        # The sort is part of the key: const(1) is not const(True), though 1 == True in Python.
        key = (op, sort, args, data)
        found = cls._pool.get(key)
        if found is None:
            found = object.__new__(cls)
            found.op, found.sort, found.args, found.data = op, sort, args, data
            cls._pool[key] = found
        return found

    def __bool__(self) -> NoReturn:
        raise TypeError("a term has no truth of its own: use & | ~ to combine terms, and a reading to evaluate them")

    def __reduce__(self) -> tuple[type[Term], tuple[Op, Sort, tuple[Term, ...], Hashable]]:
        return Term, (self.op, self.sort, self.args, self.data)

    def __repr__(self) -> str:
        from kubeproof.model.logic.text import text  # the text reading stands above this module

        return text(self)

    def __and__(self, other: Term | bool) -> Term:
        return all_of((self, other))

    def __or__(self, other: Term | bool) -> Term:
        return any_of((self, other))

    def __invert__(self) -> Term:
        _expect(self, Sort.BOOL)
        if self.op is Op.CONST:
            return const(self is FALSE)
        if self.op is Op.NOT:
            return self.args[0]
        return Term(Op.NOT, Sort.BOOL, (self,))

    def __add__(self, other: Term | float) -> Term:
        right = _like(self, other)
        if right is ZERO:
            return self
        if self is ZERO:
            return right
        if self.op is Op.CONST and right.op is Op.CONST:
            return const(_number(self) + _number(right))
        return Term(Op.ADD, self.sort, (self, right))

    def __radd__(self, other: float) -> Term:
        return _like(self, other) + self

    def __sub__(self, other: Term | float) -> Term:
        right = _like(self, other)
        if right is ZERO:
            return self
        if self.op is Op.CONST and right.op is Op.CONST:
            return const(_number(self) - _number(right))
        return Term(Op.SUB, self.sort, (self, right))

    def __rsub__(self, other: float) -> Term:
        return _like(self, other) - self

    def __mul__(self, other: Term | float) -> Term:
        right = _like(self, other)
        if right is ONE:
            return self
        if self is ONE:
            return right
        if self.op is Op.CONST and right.op is Op.CONST:
            return const(_number(self) * _number(right))
        return Term(Op.MUL, self.sort, (self, right))

    def __rmul__(self, other: float) -> Term:
        return _like(self, other) * self

    def __floordiv__(self, other: Term | int) -> Term:
        """The quotient of two Ints, truncated as Go's is (-7 // 2 is -3); 0 where the divisor is 0."""
        right = _int(other)
        return _int(self) if right is ONE else Term(Op.DIV, Sort.INT, (_int(self), right))

    def __truediv__(self, other: Term | float) -> Term:
        """The quotient of two Floats; 0 where the divisor is 0."""
        left = _expect(self, Sort.FLOAT)
        return Term(Op.RATIO, Sort.FLOAT, (left, _like(left, other)))

    def __le__(self, other: Term | float) -> Term:
        return _compare(Op.LE, self, _like(self, other))

    def __lt__(self, other: Term | float) -> Term:
        return _compare(Op.LT, self, _like(self, other))

    def __ge__(self, other: Term | float) -> Term:
        return _compare(Op.LE, _like(self, other), self)

    def __gt__(self, other: Term | float) -> Term:
        return _compare(Op.LT, _like(self, other), self)

    def eq(self, other: Term | Enum | float) -> Term:
        """True where this Bool, Int or Enum term and the other are the same."""
        right = _expect(term_of(other), self.sort)
        if self is right:
            return TRUE
        if self.op is Op.CONST and right.op is Op.CONST:
            return FALSE
        if self.sort is Sort.BOOL and Op.CONST in (self.op, right.op):
            plain, fixed = (self, right) if right.op is Op.CONST else (right, self)
            return plain if fixed is TRUE else ~plain
        # One order for both ways to say it, constants last.
        return Term(Op.EQ, Sort.BOOL, (right, self) if self.op is Op.CONST else (self, right))

    def one_of(self, *members: Enum | int) -> Term:
        """True where this Enum or Int term is one of them."""
        return any_of(self.eq(member) for member in members)

    def then(self, yes: Term | Enum | float, no: Term | Enum | float) -> Term:
        """`yes` where this Bool term holds, else `no`: both of one sort."""
        _expect(self, Sort.BOOL)
        left = term_of(yes)
        right = _expect(term_of(no), left.sort)
        if self.op is Op.CONST:
            return left if self is TRUE else right
        return left if left is right else Term(Op.ITE, left.sort, (self, left, right))


def const(value: bool | float | Enum) -> Term:
    """The term that is always `value`; a bool makes a Bool term, an int an Int term, a float a Float term, a member of
    an Enum class an Enum term."""
    return Term(Op.CONST, Sort.ENUM if isinstance(value, Enum) else _SORTS[type(value)], (), value)


def term_of(value: Term | Enum | float) -> Term:
    """The term itself, or the constant."""
    return value if isinstance(value, Term) else const(value)


@cache
def members(kind: type[Enum]) -> tuple[Enum, ...]:
    """The members of an Enum class in order; where a reading needs numbers, a member is its place in it."""
    return tuple(kind)


@cache
def code(member: Enum) -> int:
    """The place of a member in its class, from 0."""
    return members(type(member)).index(member)


_SORTS = {bool: Sort.BOOL, int: Sort.INT, float: Sort.FLOAT}
TRUE, FALSE, ZERO, ONE = const(True), const(False), const(0), const(1)


def number(term: Term) -> int:
    """The int of a constant Int term."""
    if term.op is Op.CONST and isinstance(term.data, int):
        return term.data
    raise TypeError(f"{term!r} is not a constant")


def real(term: Term) -> Term:
    """The Int term as a Float, the nearest there is (Go's float64)."""
    return const(float(number(term))) if term.op is Op.CONST else Term(Op.REAL, Sort.FLOAT, (_int(term),))


def trunc(term: Term) -> Term:
    """The Float term as an Int, without what is behind its point (Go's int64); for what fits 64 bits."""
    return Term(Op.TRUNC, Sort.INT, (_expect(term, Sort.FLOAT),))


def rounded(term: Term) -> Term:
    """The Int nearest to the Float term, halves away from zero (Go's math.Round); for what fits 64 bits."""
    return Term(Op.ROUND, Sort.INT, (_expect(term, Sort.FLOAT),))


def sqrt(term: Term) -> Term:
    """The square root of the Float term; 0 where it is negative."""
    return Term(Op.SQRT, Sort.FLOAT, (_expect(term, Sort.FLOAT),))


def log(term: Term) -> Term:
    """The natural logarithm of the Int term as a Float (Go's math.Log); 0 where it is not positive."""
    return Term(Op.LOG, Sort.FLOAT, (_int(term),))


def leaf(data: Hashable, sort: Sort) -> Term:
    """The term whose meaning an environment looks up by `data`."""
    return Term(Op.LEAF, sort, (), data)


def all_of(parts: Iterable[Term | bool]) -> Term:
    """True where every part holds; nested conjunctions are flattened, repeats dropped, order kept."""
    return _joined(Op.AND, parts, neutral=TRUE, absorbing=FALSE)


def any_of(parts: Iterable[Term | bool]) -> Term:
    """True where some part holds; nested disjunctions are flattened, repeats dropped, order kept."""
    return _joined(Op.OR, parts, neutral=FALSE, absorbing=TRUE)


def sum_in(key: str, body: Term) -> Term:
    """Sum of `body` over all nodes whose label `key` has the value it has here; 0 where this node lacks the label."""
    return _aggregate(Op.SUM_IN, key, _int(body))


def total(body: Term) -> Term:
    """Sum of `body` over all nodes."""
    return _aggregate(Op.TOTAL, None, _int(body))


def least(body: Term, where: Term) -> Term:
    """The smallest `body` among the nodes at which `where` holds; NO_MINIMUM where there is none below it."""
    return _aggregate(Op.LEAST, None, _int(body), _expect(where, Sort.BOOL))


def most(body: Term, where: Term) -> Term:
    """The largest `body` among the nodes at which `where` holds; NO_MAXIMUM where there is none above it."""
    return _aggregate(Op.MOST, None, _int(body), _expect(where, Sort.BOOL))


def distinct(key: str, where: Term) -> Term:
    """How many different values label `key` has among the nodes at which `where` holds."""
    return _aggregate(Op.DISTINCT, key, _expect(where, Sort.BOOL))


def subterms(*roots: Term) -> Iterator[Term]:
    """Every term of the trees once, arguments before what uses them; bodies of aggregates included."""
    seen: set[Term] = set()
    stack: list[tuple[Term, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        term, ready = stack.pop()
        if ready:
            yield term
        elif term not in seen:
            seen.add(term)
            stack.append((term, True))
            stack.extend((arg, False) for arg in reversed(term.args))


def leaves(*roots: Term) -> Iterator[Hashable]:
    """The data of every leaf that the terms mention, each once."""
    return (term.data for term in subterms(*roots) if term.op is Op.LEAF)


def _aggregate(op: Op, key: str | None, *args: Term) -> Term:
    return Term(op, Sort.INT, args, key)


def _expect(term: Term, sort: Sort) -> Term:
    if term.sort is not sort:
        raise TypeError(f"expected a term of sort {sort.value}, got {term!r} of sort {term.sort.value}")
    return term


def _int(value: Term | int) -> Term:
    return _expect(value if isinstance(value, Term) else _constant(value), Sort.INT)


def _constant(value: float) -> Term:
    if isinstance(value, bool):
        raise TypeError(f"expected a number, got {value}")
    return const(value)


def _like(term: Term, other: Term | float) -> Term:
    """The other number, if it is of the term's sort: Int and Float are never mixed unsaid."""
    if term.sort is Sort.BOOL:
        raise TypeError(f"expected a number, got {term!r} of sort {term.sort.value}")
    return _expect(other if isinstance(other, Term) else _constant(other), term.sort)


def _number(term: Term) -> int | float:
    assert isinstance(term.data, (int, float))
    return term.data


def _joined(op: Op, parts: Iterable[Term | bool], neutral: Term, absorbing: Term) -> Term:
    kept: dict[Term, None] = {}
    for part in parts:
        term = _expect(const(part) if isinstance(part, bool) else part, Sort.BOOL)
        if term is absorbing:
            return absorbing
        if term is not neutral:
            kept.update(dict.fromkeys(term.args if term.op is op else (term,)))
    if len(kept) <= 1:
        return next(iter(kept), neutral)
    return Term(op, Sort.BOOL, tuple(kept))


def _compare(op: Op, left: Term, right: Term) -> Term:
    if left.op is Op.CONST and right.op is Op.CONST:
        small, large = _number(left), _number(right)
        return const(small <= large if op is Op.LE else small < large)
    return Term(op, Sort.BOOL, (left, right))
