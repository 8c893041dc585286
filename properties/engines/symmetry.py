"""Which of a machine's blocks may really be swapped: read off its terms, not believed.

A swap of two blocks maps the machine to itself if it maps its steps to its steps; a law may be asked of one state for
all its mirror images if the swap maps the law to itself. Terms are compared up to the order of what has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from kubeproof.model.logic.substitute import substitute
from kubeproof.model.logic.terms import Op, Term, subterms
from kubeproof.model.machine import BadValue, Machine, Step
from kubeproof.model.machine import var as var_of

UNORDERED = frozenset({Op.AND, Op.OR, Op.ADD, Op.EQ})
"""Operators whose arguments may come in any order."""

Block = tuple[Term, ...]


def reduced(machine: Machine, goals: Sequence[Term]) -> Machine:
    """The machine with those groups of blocks alone whose swaps leave all goals as they are.

    Raises BadValue where a swap does not leave the machine itself as it is: its `alike` is wrong then.
    """
    kept = []
    for group in machine.alike:
        for swap in swaps(group):
            if steps_key(machine.steps, swap) != steps_key(machine.steps, {}):
                raise BadValue(f"{machine.name}: {_words(group)} are not alike: a step of one has no twin")
            if any(machine.start[one] != machine.start[other] for one, other in swap.items()):
                raise BadValue(f"{machine.name}: {_words(group)} are not alike: they start differently")
        if all(key(goal, swap) == key(goal, {}) for goal in goals for swap in swaps(group)):
            kept.append(group)
    return msgspec.structs.replace(machine, alike=tuple(kept))


def swaps(group: Sequence[Block]) -> Iterator[Mapping[Term, Term]]:
    """The swaps of neighbours, of which all other orders are made."""
    for left, right in pairwise(group):
        yield dict(zip((*left, *right), (*right, *left), strict=True))


def key(term: Term, swap: Mapping[Term, Term]) -> Hashable:
    """The same for two terms that differ only in the order of what has none, once the swap is done."""
    whole = {**swap, **{_after(one): _after(other) for one, other in swap.items()}}
    term = substitute(term, whole) if swap else term
    found: dict[Term, Hashable] = {}
    for part in subterms(term):
        args = [found[arg] for arg in part.args]
        told = frozenset(Counter(args).items()) if part.op in UNORDERED else tuple(args)
        found[part] = (part.op, part.sort, part.data, told)
    return found[term]


def steps_key(steps: Sequence[Step], swap: Mapping[Term, Term]) -> Hashable:
    """The same for two sets of steps that do the same under other names, once the swap is done."""
    return frozenset(
        Counter(
            (
                step.by,
                step.fair,
                key(step.when, swap),
                frozenset((swap.get(one, one), key(effect, swap)) for one, effect in step.effects.items()),
            )
            for step in steps
        ).items()
    )


def _after(one: Term) -> Term:
    return var_of(one)._replace(after=True).term


def _words(group: Sequence[Block]) -> str:
    return " and ".join("/".join(map(str, block)) for block in group)
