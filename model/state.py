"""One state of a machine, read as values: which steps it allows and where they lead; the plainest way to run a machine.

A state is a tuple of ints, one a variable in the machine's order, as `Var.code` makes them. The other engines are held
to this one.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from enum import Enum

from kubeproof.model.errors import KubeproofError
from kubeproof.model.logic.terms import Op, Term
from kubeproof.model.logic.text import text
from kubeproof.model.logic.value import Value, value
from kubeproof.model.machine import BadValue, Machine, Outside, Plain, Step, Var, shown
from kubeproof.model.trace import Moment, Trace, Word

State = tuple[int, ...]


class NotEnabled(KubeproofError):
    """A step that is not possible now; `fails` are the parts of its guard that do not hold."""

    def __init__(self, machine: str, step: str, fails: Sequence[str], can: Sequence[str]) -> None:
        self.machine, self.step, self.fails, self.can = machine, step, tuple(fails), tuple(can)
        now = f"it can: {', '.join(can)}" if can else "nothing can happen to it"
        super().__init__(f"{machine} cannot {step!r} now: it needs {' and '.join(fails)}; {now}")


class StateEnv:
    """A state (and, for laws about steps, the one behind it) as the value reading asks for leaves."""

    def __init__(self, machine: Machine, state: State, behind: State = ()) -> None:
        self._of = dict(zip(machine.vars, state, strict=True))
        if behind:
            self._of |= {one._replace(after=True): code for one, code in zip(machine.vars, behind, strict=True)}
        self.memo: dict[Term, Value] = {}
        self.shared: dict[tuple[Term, str | None], Value] = {}

    def leaf(self, data: Hashable) -> Value:
        """What a variable is."""
        assert isinstance(data, Var)
        return self._of[data]

    def label(self, key: str) -> str | None:
        """None: a state has no labels."""
        return None

    def nodes(self) -> Sequence[StateEnv]:
        """The state alone."""
        return (self,)

    def domain(self, key: str) -> Sequence[StateEnv]:
        """The state alone."""
        return (self,)


def holds(machine: Machine, term: Term, state: State, behind: State = ()) -> bool:
    """Whether a Bool term holds in a state (`behind`: and the state after the step that it speaks of)."""
    return bool(value(term, StateEnv(machine, state, behind)))


def initial(machine: Machine) -> Iterator[State]:
    """The states in which it may start."""
    return itertools.product(*([one.code(first) for first in machine.starts(one)] for one in machine.vars))


def enabled(machine: Machine, state: State) -> list[Step]:
    """The steps that may be taken now, in the machine's order."""
    env = StateEnv(machine, state)
    return [step for step in machine.steps if value(step.when, env)]


def take(machine: Machine, step: Step, state: State) -> State:
    """The state behind a step. Raises NotEnabled and Outside."""
    env = StateEnv(machine, state)
    if not value(step.when, env):
        fails = [text(part) for part in conjuncts(step.when) if not value(part, env)]
        raise NotEnabled(machine.name, step.name, fails, [other.name for other in enabled(machine, state)])
    effects = step.effects
    return tuple(
        _within(machine, step, one, value(effects[one.term], env), state) if one.term in effects else code
        for one, code in zip(machine.vars, state, strict=True)
    )


def conjuncts(term: Term) -> tuple[Term, ...]:
    """The parts that must all hold."""
    return term.args if term.op is Op.AND else (term,)


def plain(machine: Machine, state: State) -> dict[str, Plain]:
    """A state for people: the value of each variable by name."""
    return {one.name: one.plain(code) for one, code in zip(machine.vars, state, strict=True)}


def coded(machine: Machine, values: Mapping[str, Plain]) -> State:
    """The state that has these values, one for each variable. Raises BadValue."""
    missing = [one.name for one in machine.vars if one.name not in values]
    strange = sorted(values.keys() - {one.name for one in machine.vars})
    if missing or strange:
        lacks = f"says nothing of {', '.join(missing)}" if missing else f"speaks of {', '.join(strange)}"
        raise BadValue(f"a state of {machine.name} {lacks}; its variables are {', '.join(map(str, machine.vars))}")
    return tuple(one.code(values[one.name]) for one in machine.vars)


def words(machine: Machine, state: State) -> str:
    """A state on one line."""
    return ", ".join(f"{name}={shown(one)}" for name, one in plain(machine, state).items())


def traced(machine: Machine, states: Sequence[State], steps: Sequence[Step], loop: int | None = None) -> Trace:
    """The trace through these states by these steps (one less, or as many where the last leads back to `loop`)."""
    names = [("", ""), *((step.name, step.by) for step in steps)]
    moments = [Moment(worded(machine, state), *name) for state, name in zip(states, names, strict=True)]
    return Trace(machine.name, tuple(one.name for one in machine.vars), tuple(moments), loop)


def worded(machine: Machine, state: State) -> tuple[Word, ...]:
    """A state in the words of a trace."""
    return tuple(one.value if isinstance(one, Enum) else one for one in plain(machine, state).values())


def state_of(machine: Machine, words: Sequence[Word]) -> State:
    """The state that a trace's moment tells. Raises BadValue."""
    if len(words) != len(machine.vars):
        raise BadValue(f"{machine.name} has {len(machine.vars)} variables, not {len(words)}")
    return tuple(one.code(read(one, word)) for one, word in zip(machine.vars, words, strict=True))


def fitting(machine: Machine, trace: Trace) -> Trace:
    """The trace, if it tells of this machine and its variables. Raises BadValue."""
    names = tuple(one.name for one in machine.vars)
    if trace.subject != machine.name:
        raise BadValue(f"this is a run of {trace.subject!r}, not of {machine.name}")
    if trace.names != names:
        raise BadValue(f"a run of {machine.name} tells {', '.join(names)}, and this one {', '.join(trace.names)}")
    return trace


def read(one: Var, word: Word) -> Plain:
    """The value that a word tells of a variable. Raises BadValue."""
    if one.kind is None:
        if isinstance(word, str):
            raise BadValue(f"{one.name} cannot be {word!r}; it is {one.words}")
        return word
    for member in one.kind:
        if member.value == word:
            return member
    raise BadValue(f"{one.name} cannot be {word!r}; it is {one.words}")


def _within(machine: Machine, step: Step, one: Var, found: Value, state: State) -> int:
    if not one.low <= found <= one.high:
        raise Outside(machine.name, step.name, one, int(found), words(machine, state))
    return int(found)
