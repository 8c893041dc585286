"""Machines: a lifecycle told once as data, variables with finite sorts and the steps that change them.

    class State(Enum):
        WAITING = "Waiting"
        RUNNING = "Running"

    state, restarts = one_of("state", State), between("restarts", 0, 3)
    MACHINE = Machine("container", start={state: State.WAITING, restarts: 0}, steps=(
        Step("start", by="kubelet", when=state.eq(State.WAITING), sets={state: State.RUNNING}),
        ...

A machine has no engine of its own: it is run by run.py, drawn by diagrams/of_machine.py, written for other checkers by
export/, searched and proved by properties/engines. A variable is a term, so guards, effects and laws are terms over
variables. A step that would take a variable out of its sort is a fault of the machine, and an error that names the step
(`Outside`); it is never a successor that is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

import msgspec

from kubeproof.model.errors import KubeproofError
from kubeproof.model.logic.substitute import substitute
from kubeproof.model.logic.terms import Op, Sort, Term, all_of, code, const, leaf, leaves, members, term_of
from kubeproof.model.logic.value import Value

Plain = bool | int | Enum
"""What a variable holds, for people."""


class Var(NamedTuple):
    """What a leaf of a machine's terms stands for: a named variable, as it is before (or, `after`, behind) a step.

    Its sort: a Bool (`kind` is None, low 0, high 1), whole numbers from `low` to `high`, or the members of an Enum.
    """

    name: str
    kind: type[Enum] | None
    low: int
    high: int
    is_bool: bool = False
    after: bool = False

    def __str__(self) -> str:
        return f"{self.name}'" if self.after else self.name

    @property
    def size(self) -> int:
        """How many values it may have."""
        return self.high - self.low + 1

    @property
    def term(self) -> Term:
        """The term that stands for it."""
        return leaf(self, Sort.BOOL if self.is_bool else Sort.INT if self.kind is None else Sort.ENUM)

    @property
    def values(self) -> tuple[Plain, ...]:
        """All its values in order."""
        return tuple(self.plain(number) for number in range(self.low, self.high + 1))

    def plain(self, value: Value) -> Plain:
        """A value as people read it: a bool, an int, or the Enum member."""
        if self.is_bool:
            return bool(value)
        return members(self.kind)[int(value)] if self.kind else int(value)

    def code(self, value: Plain) -> int:
        """A value as engines hold it: an int from `low` to `high`. Raises BadValue."""
        found = code(value) if isinstance(value, Enum) else int(value)
        if isinstance(value, Enum) != (self.kind is not None) or not self.low <= found <= self.high:
            raise BadValue(f"{self.name} cannot be {shown(value)}; it is {self.words}")
        return found

    @property
    def words(self) -> str:
        """Its sort in words."""
        if self.is_bool:
            return "true or false"
        return f"one of {', '.join(map(shown, members(self.kind)))}" if self.kind else f"{self.low} to {self.high}"


class BadValue(KubeproofError):
    """A value that a variable cannot have."""


class UnknownStep(KubeproofError):
    """A step that a machine does not have; `known` are those that it has."""

    def __init__(self, machine: str, name: str, known: Iterable[str]) -> None:
        self.machine, self.name, self.known = machine, name, tuple(known)
        super().__init__(f"{machine} has no step {name!r}; it has: {', '.join(self.known)}")


class Outside(KubeproofError):
    """A step that would take a variable out of its sort: a fault of the machine, named with the state it starts in."""

    def __init__(self, machine: str, step: str, var: Var, value: int, state: str) -> None:
        self.machine, self.step, self.var, self.value = machine, step, var, value
        super().__init__(f"{machine}: step {step!r} makes {var.name} {value}, but it is {var.words} (in {state})")


def boolean(name: str) -> Term:
    """A variable that is true or false."""
    return Var(name, None, 0, 1, is_bool=True).term


def between(name: str, low: int, high: int) -> Term:
    """A variable that is a whole number from `low` to `high`."""
    return Var(name, None, low, high).term


def one_of(name: str, kind: type[Enum]) -> Term:
    """A variable that is a member of an Enum class; the members' values are the words that people see."""
    return Var(name, kind, 0, len(members(kind)) - 1).term


def var(term: Term) -> Var:
    """The variable that a term stands for. Raises TypeError where it is none."""
    if term.op is Op.LEAF and isinstance(term.data, Var):
        return term.data
    raise TypeError(f"{term!r} is not a variable")


def after(term: Term) -> Term:
    """The variable as it is behind a step; in laws about steps."""
    return var(term)._replace(after=True).term


ANY: tuple[Plain, ...] = ()
"""As a start: the variable starts with any of its values."""


class Step(msgspec.Struct, frozen=True):
    """What may happen: `by` takes the step where `when` holds, and it sets variables, all at once.

    `fair`: whoever takes it does not put it off for ever (weak fairness); what users, processes and failures do is not
    owed. `why` says in a sentence what it is in Kubernetes.
    """

    name: str
    by: str
    when: Term
    sets: Mapping[Term, Term | Plain]
    fair: bool = True
    why: str = ""

    @property
    def effects(self) -> dict[Term, Term]:
        """What each variable that changes becomes."""
        return {one: term_of(value) for one, value in self.sets.items()}


class Machine(msgspec.Struct, frozen=True):
    """A lifecycle. `start` says each variable's first value: one, several (a tuple), or ANY.

    `shows`: the variable whose values a diagram draws as states (None: the first Enum variable). `ends`: where the
    lifecycle is over, so that no step need follow. `assumes`: what its laws rest on, in sentences. `alike`: groups of
    blocks of variables that may be swapped with each other, since every step that one block has each other has too.
    """

    name: str
    start: Mapping[Term, Plain | tuple[Plain, ...]]
    steps: tuple[Step, ...]
    shows: Term | None = None
    ends: Term = const(False)
    assumes: tuple[str, ...] = ()
    alike: tuple[tuple[tuple[Term, ...], ...], ...] = ()

    def __post_init__(self) -> None:
        known = set(self.vars)
        for step in self.steps:
            for one, value in step.effects.items():
                if var(one) not in known or value.sort is not one.sort:
                    raise BadValue(f"{self.name}: step {step.name!r} sets {one!r}, which is no variable of that sort")
            strange = {str(data) for data in leaves(step.when, *step.effects.values()) if data not in known}
            if strange:
                raise BadValue(f"{self.name}: step {step.name!r} reads {', '.join(sorted(strange))}, not its own")
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise BadValue(
                f"{self.name}: two steps have one name: {', '.join(sorted({n for n in names if names.count(n) > 1}))}"
            )

    @property
    def vars(self) -> tuple[Var, ...]:
        """Its variables in order."""
        return tuple(map(var, self.start))

    @property
    def shown(self) -> Var | None:
        """The variable that a diagram draws, None where no variable is an Enum."""
        if self.shows is not None:
            return var(self.shows)
        return next((one for one in self.vars if one.kind), None)

    def step(self, name: str) -> Step:
        """The step of that name. Raises UnknownStep."""
        for step in self.steps:
            if step.name == name:
                return step
        raise UnknownStep(self.name, name, (step.name for step in self.steps))

    def starts(self, one: Var) -> tuple[Plain, ...]:
        """The first values that a variable may have."""
        given = self.start[one.term]
        if not isinstance(given, tuple):
            return (given,)
        return given or one.values

    @property
    def initial(self) -> Term:
        """True in the states in which it may start."""
        bound = (one for one in self.vars if len(self.starts(one)) < one.size)
        return all_of(one.term.one_of(*self.starts(one)) for one in bound)

    def with_steps(self, *steps: Step) -> Machine:
        """This machine with steps more, or others of the same name in their place."""
        new = {step.name: step for step in steps}
        kept = tuple(new.pop(step.name, step) for step in self.steps)
        return msgspec.structs.replace(self, steps=(*kept, *new.values()))

    def without_step(self, name: str) -> Machine:
        """This machine without a step. Raises UnknownStep."""
        gone = self.step(name)
        return msgspec.structs.replace(self, steps=tuple(step for step in self.steps if step is not gone))


def times(machine: Machine, count: int, shared: Iterable[Term] = (), name: str = "") -> Machine:
    """`count` equal copies of a machine side by side, `pod1.phase` and so on; `shared` variables are there once."""
    common = set(shared)
    own = [one for one in machine.start if one not in common]
    copies = [{one: _renamed(one, f"{machine.name}{number}.") for one in own} for number in range(1, count + 1)]
    start = {one: first for one, first in machine.start.items() if one in common}
    steps = []
    for number, names in enumerate(copies, start=1):
        start |= {names[one]: machine.start[one] for one in own}
        steps += [_with_names(step, names, f"{machine.name}{number}: ") for step in machine.steps]
    return Machine(
        name or f"{count} {machine.name}s",
        start=start,
        steps=tuple(steps),
        ends=all_of(substitute(machine.ends, names) for names in copies),
        assumes=machine.assumes,
        alike=(tuple(tuple(names.values()) for names in copies),),
    )


def together(name: str, *machines: Machine, steps: Iterable[Step] = ()) -> Machine:
    """Machines side by side, each step under its machine's name; what they share is the variables that are equal.

    `steps`: of the whole, over all the variables. Raises BadValue where a shared variable starts differently.
    """
    start: dict[Term, Plain | tuple[Plain, ...]] = {}
    for machine in machines:
        for one, first in machine.start.items():
            if start.setdefault(one, first) != first:
                raise BadValue(f"{name}: {one!r} starts in two ways")
    return Machine(
        name,
        start=start,
        steps=(*(_with_names(step, {}, f"{machine.name}: ") for machine in machines for step in machine.steps), *steps),
        ends=all_of(machine.ends for machine in machines),
        assumes=tuple(dict.fromkeys(one for machine in machines for one in machine.assumes)),
        alike=tuple(group for machine in machines for group in machine.alike),
    )


def shown(value: Plain) -> str:
    """A value in words."""
    return str(value.value) if isinstance(value, Enum) else str(value).lower()


def successors(step: Step) -> dict[Term, Term]:
    """What each variable's `after` is, behind a step; those that it does not set stay out."""
    return {after(one): value for one, value in step.effects.items()}


def before_and_after(machine: Machine, condition: Term) -> Iterator[tuple[Step, Term]]:
    """A condition about before and after as one about before alone: for each step, true where it may be taken unbroken.

    Effects are terms, so a law about steps is a law about states: wherever the guard holds, the condition with the
    effects in the place of the afters does.
    """
    stays = {after(one): one for one in machine.start}
    for step in machine.steps:
        yield step, ~step.when | substitute(condition, stays | successors(step))


def _renamed(term: Term, prefix: str) -> Term:
    one = var(term)
    return one._replace(name=prefix + one.name).term


def _with_names(step: Step, names: Mapping[Term, Term], prefix: str) -> Step:
    return msgspec.structs.replace(
        step,
        name=prefix + step.name,
        when=substitute(step.when, names),
        sets={names.get(one, one): substitute(value, names) for one, value in step.effects.items()},
    )
