"""Laws: what must hold of a machine, each a value whose name is a sentence about the cluster.

`always` holds in every state that can be reached, `every_step` across every step, `sometimes` in at least one state;
`leads_to` says that whenever its premise holds its condition will, however long it takes, as long as whoever owes a
step takes it (weak fairness). No engine is named here: properties/engines asks them, and answers with a Verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

import msgspec

from kubeproof.model.logic.terms import TRUE, Term, leaves
from kubeproof.model.machine import Machine


class Form(Enum):
    """How a law is told."""

    ALWAYS = "always"
    EVERY_STEP = "every step"
    SOMETIMES = "sometimes"
    LEADS_TO = "leads to"


class Law(msgspec.Struct, frozen=True):
    """One law of a machine. `premise`: where it says anything at all (an implication's left side, `leads_to`'s start).

    `note`: what it leaves out, or what breaks its simpler form.
    """

    name: str
    machine: Machine
    form: Form
    condition: Term
    premise: Term = TRUE
    note: str = ""

    @property
    def whole(self) -> Term:
        """Premise and condition as one implication."""
        return self.condition if self.premise is TRUE else ~self.premise | self.condition

    @property
    def is_about_steps(self) -> bool:
        """Whether it is read across a step: it says so, or it speaks of variables behind one."""
        return self.form is Form.EVERY_STEP or any(getattr(data, "after", False) for data in leaves(self.whole))


def always(name: str, machine: Machine, condition: Term, *, when: Term = TRUE, note: str = "") -> Law:
    """In every state that can be reached in which `when` holds, `condition` does."""
    return Law(name, machine, Form.ALWAYS, condition, when, note)


def every_step(name: str, machine: Machine, condition: Term, *, when: Term = TRUE, note: str = "") -> Law:
    """Across every step, `condition` holds where `when` does; both may speak of variables `after` it."""
    return Law(name, machine, Form.EVERY_STEP, condition, when, note)


def sometimes(name: str, machine: Machine, condition: Term, *, note: str = "") -> Law:
    """A state can be reached in which `condition` holds."""
    return Law(name, machine, Form.SOMETIMES, condition, note=note)


def leads_to(name: str, machine: Machine, premise: Term, condition: Term, *, note: str = "") -> Law:
    """Whenever `premise` holds, `condition` holds then or at some later time, under weak fairness of fair steps."""
    return Law(name, machine, Form.LEADS_TO, condition, premise, note)


def with_witnesses(laws: Iterable[Law]) -> Iterator[Law]:
    """The laws, and behind each implication the `sometimes` that its premise happens: none holds for want of a case."""
    for law in laws:
        yield law
        if law.premise is not TRUE:
            yield Law(f"it happens: {law.name}", law.machine, Form.SOMETIMES, law.premise)
