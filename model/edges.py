"""A machine as a graph between the values of the variable that it shows: what leads from which to which, and when.

What a guard says of the shown variable itself is folded away, so that the rest is what one reads on an edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubeproof.model.logic.substitute import substitute
from kubeproof.model.logic.terms import FALSE, TRUE, Op, Term, const
from kubeproof.model.machine import Machine, Plain, Step


class Edge(NamedTuple):
    """`step` leads from `source` to `target` where `when` holds (of the other variables)."""

    step: Step
    source: Plain
    target: Plain
    when: Term


def edges(machine: Machine) -> Iterator[Edge]:
    """All edges, step by step; none where the machine shows no variable."""
    one = machine.shown
    if one is None:
        return
    for step in machine.steps:
        for source in one.values:
            here = {one.term: const(source)}
            if (when := substitute(step.when, here)) is FALSE:
                continue
            effect = substitute(step.effects.get(one.term, one.term), here)
            for test, target in _branches(effect, one.values):
                if (whole := when & test) is not FALSE:
                    yield Edge(step, source, target, whole)


def _branches(effect: Term, values: tuple[Plain, ...], test: Term = TRUE) -> Iterator[tuple[Term, Plain]]:
    """Each value that the effect may be, with the test of when it is; one that is outside of the sort leads nowhere."""
    if effect.op is Op.CONST:
        yield from ((test, value) for value in values if value == effect.data)
    elif effect.op is Op.ITE:
        choice, yes, no = effect.args
        yield from _branches(yes, values, test & choice)
        yield from _branches(no, values, test & ~choice)
    else:
        yield from ((test & effect.eq(value), value) for value in values)
