"""A law about what happens in the end, told as a law about states, so that what proves those proves it too.

The machine is watched: at some moment at which the law's premise holds and its condition does not the watch begins, and
goes on while the condition does not hold. At some later moment the state is noted; from then on it is kept in mind
which fair steps were taken, or were impossible somewhere. The law is broken where all of them were and the state is
as noted (the run can go round for ever), or where the run waits and no fair step is possible (it can stand still).

What this costs: a copy of each variable and a bit for each fair step, so proofs are for small machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubeproof.model.logic.terms import Term, all_of, any_of
from kubeproof.model.machine import Machine, Plain, Step, between, boolean, var
from kubeproof.model.state import State
from kubeproof.properties.law import Law, always

PHASE = between("for ever: phase", 0, 2)
BEFORE, WAITING, AROUND = range(3)


class _Watch(NamedTuple):
    """What the watch adds to a machine: for each variable what was noted, for each fair step whether it has its due."""

    noted: dict[Term, Term]
    due: dict[str, Term]


def watched(law: Law) -> Law:
    """The `always` law of the watched machine that holds exactly where a `leads_to` law does."""
    machine, watch = law.machine, _watch(law.machine)
    start: dict[Term, Plain | tuple[Plain, ...]] = {**machine.start, PHASE: BEFORE}
    start |= {copy: var(copy).values[0] for copy in watch.noted.values()} | dict.fromkeys(watch.due.values(), False)
    fair = [step for step in machine.steps if step.fair]
    still = ~PHASE.eq(BEFORE) & ~law.condition & ~any_of(step.when for step in fair)
    round_ = [PHASE.eq(AROUND), *watch.due.values(), *(one.eq(copy) for one, copy in watch.noted.items())]
    return always(
        law.name,
        Machine(machine.name, start=start, steps=tuple(_steps(law, watch)), assumes=machine.assumes),
        ~still & ~all_of(round_) if fair else ~still,
    )


def unwatched(law: Law, states: Sequence[State], taken: Sequence[Step]) -> tuple[list[State], list[Step], int]:
    """A run of the watched machine that breaks the law as a lasso of the machine itself: states, steps, where it loops.

    What the watch does is left out: no state of the machine changes by it.
    """
    size, names = len(law.machine.vars), {step.name: step for step in law.machine.steps}
    plain, steps = [states[0][:size]], list[Step]()
    loop = None
    for step, behind in zip(taken, states[1:], strict=True):
        if step.name in names:
            plain.append(behind[:size])
            steps.append(names[step.name])
        elif behind[size] == AROUND:
            loop = len(steps)
    around = loop is not None and plain[loop] == plain[-1] and loop < len(steps)
    return plain, steps, loop if around and loop is not None else len(steps)


def _watch(machine: Machine) -> _Watch:
    noted = {one: var(one)._replace(name=f"for ever: note of {var(one).name}").term for one in machine.start}
    return _Watch(noted, {step.name: boolean(f"for ever: due of {step.name}") for step in machine.steps if step.fair})


def _steps(law: Law, watch: _Watch) -> Iterator[Step]:
    """The machine's own steps, which keep to what the watch waits for, then those of the watch."""
    for step in law.machine.steps:
        given = {
            due: due | PHASE.eq(AROUND) & (step.name == name or ~law.machine.step(name).when)
            for name, due in watch.due.items()
        }
        yield Step(step.name, step.by, step.when & (PHASE.eq(BEFORE) | ~law.condition), {**step.sets, **given})
    begins = PHASE.eq(BEFORE) & law.premise & ~law.condition
    yield Step("for ever: it begins to wait", "the watch", begins, {PHASE: WAITING})
    if watch.due:
        notes: dict[Term, Term | Plain] = {copy: one for one, copy in watch.noted.items()}
        yield Step("for ever: it notes the state", "the watch", PHASE.eq(WAITING), {PHASE: AROUND, **notes})
