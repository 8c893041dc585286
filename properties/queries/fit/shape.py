"""What a clause is about, read off its term: the shapes that joint placement knows how to count.

A clause whose term has none of the shapes is `Other`: it is obeyed (its column is read), but proves nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.logic.terms import AGGREGATES, TRUE, ZERO, Op, Term, leaves, number, subterms
from kubeproof.model.scheduler.open_node import (
    Alloc,
    Free,
    HasTaint,
    Labelled,
    NameIn,
    Pods,
    TaintRank,
    Unschedulable,
)

OWN_NODE = None
"""The key of a count that is taken on the node itself."""


class Count(NamedTuple):
    """Pods in a domain: those that `pods` (a Pods leaf, or 0) counts on the nodes with this key where `where` holds."""

    key: str | None
    pods: Term
    where: Term


class Fixed(NamedTuple):
    """Nothing that depends on where pods are."""

    holds: Term


class Needs(NamedTuple):
    """So much of a resource is free."""

    resource: str
    amount: int


class Alone(NamedTuple):
    """None of the counted pods is in the domain."""

    counted: Count


class Spread(NamedTuple):
    """Count here + own - least count of any domain <= most; the least is 0 below `min_domains` domains."""

    counted: Count
    own: int
    most: int
    min_domains: int


class Near(NamedTuple):
    """The node meets `label`, and a counted pod is in the domain; or, if `first` (over all nodes), there is none."""

    label: Term
    counted: Count
    first: Count | None


class Other(NamedTuple):
    """A rule about pods that is none of the above."""

    holds: Term


Shape = Fixed | Needs | Alone | Spread | Near | Other


def shape(holds: Term) -> Shape:
    """The shape of a clause's term."""
    if is_fixed(holds):
        return Fixed(holds)
    return _needs(holds) or _alone(holds) or _near(holds) or _spread(holds) or Other(holds)


def is_fixed(term: Term) -> bool:
    """Whether a term is the same wherever pods are."""
    return all(
        isinstance(data, Unschedulable | NameIn | Labelled | HasTaint | TaintRank | Alloc) for data in leaves(term)
    )


def has_aggregate(term: Term) -> bool:
    """Whether a term looks at other nodes than the one it is read at."""
    return any(part.op in AGGREGATES for part in subterms(term))


def _needs(term: Term) -> Needs | None:
    if term.op is Op.LE and term.args[0].op is Op.CONST and isinstance(term.args[1].data, Free):
        return Needs(term.args[1].data.resource, number(term.args[0]))
    return None


def _alone(term: Term) -> Alone | None:
    if term.op is Op.LE and term.args[1] is ZERO:
        left = term.args[0]
        if isinstance(left.data, Pods):
            return Alone(Count(OWN_NODE, left, TRUE))
        if count := _count(left):
            return Alone(count)
    return None


def _near(term: Term) -> Near | None:
    if term.op is not Op.AND or len(term.args) != 2:
        return None
    label, rest = term.args
    options = rest.args if rest.op is Op.OR else (rest,)
    near, first = options[0], (options[1] if len(options) == 2 else None)
    if len(options) > 2 or not isinstance(label.data, Labelled) or near.op is not Op.LT or near.args[0] is not ZERO:
        return None
    count = _count(near.args[1])
    if count is None:
        return None
    if first is None:
        return Near(label, count, None)
    if first.op is Op.LE and first.args[1] is ZERO and first.args[0].op is Op.TOTAL:
        where, body = _gated(first.args[0].args[0])
        if isinstance(body.data, Pods) and is_fixed(where):
            return Near(label, count, Count(OWN_NODE, body, where))
    return None


def _spread(term: Term) -> Spread | None:
    if term.op is not Op.LE or term.args[0].op is not Op.SUB or term.args[1].op is not Op.CONST:
        return None
    total, fewest = term.args[0].args
    here, own = (
        (total.args[0], number(total.args[1])) if total.op is Op.ADD and _constant(total.args[1]) else (total, 0)
    )
    count = _count(here)
    if count is None or fewest.op is not Op.ITE or fewest.args[1] is not ZERO or fewest.args[2].op is not Op.LEAST:
        return None
    enough, least = fewest.args[0], fewest.args[2]
    known = enough.op is Op.LT and enough.args[0].op is Op.DISTINCT and _constant(enough.args[1])
    if not known or enough.args[0].data != count.key or least.args[0] is not here:
        return None
    where = least.args[1]  # told in full here: in `here` it is folded away where nothing is counted
    if not is_fixed(where) or enough.args[0].args[0] is not where or count.where not in (where, TRUE):
        return None
    return Spread(count._replace(where=where), own, number(term.args[1]), number(enough.args[1]))


def _count(term: Term) -> Count | None:
    """A sum over a domain, of counted pods where something fixed holds."""
    if term.op is not Op.SUM_IN:
        return None
    where, body = _gated(term.args[0])
    if (isinstance(body.data, Pods) or body is ZERO) and is_fixed(where):
        return Count(str(term.data), body, where)
    return None


def _gated(body: Term) -> tuple[Term, Term]:
    """The condition and the rest of `where.then(rest, 0)`."""
    return (body.args[0], body.args[1]) if body.op is Op.ITE and body.args[2] is ZERO else (TRUE, body)


def _constant(term: Term) -> bool:
    return term.op is Op.CONST
