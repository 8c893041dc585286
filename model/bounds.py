"""Where a step stays within the sorts of what it sets, as terms: what every engine checks and none takes for granted.

What is plain without a question (a constant that fits, another variable of a narrower sort) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubeproof.model.logic.terms import Op, Sort, Term, number
from kubeproof.model.machine import Machine, Step, Var, var


class Bound(NamedTuple):
    """`step` keeps `var` in its sort where `stays` holds, if the step may be taken at all."""

    step: Step
    var: Var
    stays: Term

    @property
    def law(self) -> Term:
        """True in the states in which the step cannot be taken, or keeps within the sort."""
        return ~self.step.when | self.stays


def bounds(machine: Machine) -> Iterator[Bound]:
    """Each effect that might leave its sort, with the term that says that it does not."""
    for step in machine.steps:
        for one, effect in step.effects.items():
            if not _fits(effect, var(one)):
                yield Bound(step, var(one), (effect >= var(one).low) & (effect <= var(one).high))


def _fits(effect: Term, one: Var) -> bool:
    """Whether the effect is within the sort whatever the state."""
    if effect.sort is not Sort.INT:
        return True
    if effect.op is Op.CONST:
        return one.low <= number(effect) <= one.high
    if effect.op is Op.LEAF and isinstance(effect.data, Var):
        return one.low <= effect.data.low and effect.data.high <= one.high
    return effect.op is Op.ITE and all(_fits(arg, one) for arg in effect.args[1:])
