"""Hypothesis strategies for small machines and for laws over them: bools, enums and whole numbers, several starts.

    @given(machines().flatmap(laws))
    def test_two_engines_agree(law: Law) -> None: ...

Steps keep their variables in their sorts, unless `faults` are asked for. Names are drawn from words that other
checkers keep for themselves, and that no text may break out of.
"""

from __future__ import annotations

from enum import Enum

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeproof.model.logic.terms import Sort, Term, all_of, any_of, const
from kubeproof.model.machine import ANY, Machine, Plain, Step, after, between, boolean, one_of, var
from kubeproof.properties.law import Law, always, every_step, leads_to, sometimes


class Colour(Enum):
    """Three members whose words are hostile."""

    RED = "red"
    ODD = 'a "quoted" */ word'
    LINES = "two\nlines \\"


class Mode(Enum):
    """Two members, one of which is called as one of the other's class."""

    RED = "Red"
    OFF = "off'"


WORDS = ("phase", "int", "active", "d_step", "VARIABLES", "a b", "a_b", "x'", "end", "9", "*/", "é")
"""Names for variables and steps."""


@st.composite
def machines(draw: st.DrawFn, *, faults: bool = False, max_vars: int = 3, max_steps: int = 4) -> Machine:
    """A machine of up to so many variables and steps; with `faults`, some step may leave its sort."""
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=max_vars, unique=True))
    variables = [draw(_variables(name)) for name in names]
    steps = [
        draw(_steps(name, variables, faults))
        for name in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=max_steps, unique=True))
    ]
    return Machine(
        draw(st.sampled_from(WORDS)),
        start={one: draw(_starts(one)) for one in variables},
        steps=tuple(steps),
    )


def laws(machine: Machine) -> SearchStrategy[Law]:
    """A law of any form over a machine's variables; its name is as hostile as theirs."""
    here, names = conditions(list(machine.start)), st.sampled_from(WORDS)
    both = conditions([*machine.start, *map(after, machine.start)])
    return st.one_of(
        st.builds(lambda name, holds, when: always(name, machine, holds, when=when), names, here, here),
        st.builds(lambda name, holds, when: every_step(name, machine, holds, when=when), names, both, here),
        st.builds(lambda name, holds: sometimes(name, machine, holds), names, here),
        st.builds(lambda name, when, holds: leads_to(name, machine, when, holds), names, here, here),
    )


def conditions(variables: list[Term], depth: int = 2) -> SearchStrategy[Term]:
    """A Bool term over variables."""
    plain = st.one_of(st.sampled_from(variables).flatmap(_tests), st.booleans().map(const))
    if not depth:
        return plain
    inner = st.deferred(lambda: conditions(variables, depth - 1))
    some = st.lists(inner, min_size=1, max_size=3)
    options = [plain, some.map(all_of), some.map(any_of), inner.map(lambda term: ~term)]
    numbers = [one for one in variables if one.sort is Sort.INT]
    if numbers:
        amount = _amounts(numbers)
        options.append(st.builds(lambda left, right: left <= right, amount, amount))
        options.append(st.builds(lambda left, right: left.eq(right), amount, amount))
    return st.one_of(options)


def _variables(name: str) -> SearchStrategy[Term]:
    numbers = st.tuples(st.integers(-2, 1), st.integers(0, 4)).map(lambda two: between(name, two[0], two[0] + two[1]))
    return st.one_of(st.just(boolean(name)), numbers, st.sampled_from((Colour, Mode)).map(lambda k: one_of(name, k)))


def _starts(one: Term) -> SearchStrategy[Plain | tuple[Plain, ...]]:
    values = var(one).values
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
    return st.one_of(st.sampled_from(values), some, st.just(ANY))


def _tests(one: Term) -> SearchStrategy[Term]:
    if one.sort is Sort.BOOL:
        return st.sampled_from((one, ~one))
    return st.builds(
        lambda value, eq: one.eq(value) if eq else ~one.eq(value), st.sampled_from(var(one).values), st.booleans()
    )


def _amounts(numbers: list[Term]) -> SearchStrategy[Term]:
    plain = st.one_of(st.sampled_from(numbers), st.integers(-3, 4).map(const))
    return st.one_of(
        plain,
        st.builds(lambda left, right: left + right, plain, plain),
        st.builds(lambda left, right: left - right, plain, plain),
        st.builds(lambda left, right: left * right, plain, plain),
        st.builds(lambda left, right: left // right, plain, plain),
    )


@st.composite
def _steps(draw: st.DrawFn, name: str, variables: list[Term], faults: bool) -> Step:
    changed = draw(st.lists(st.sampled_from(variables), min_size=1, max_size=2, unique=True))
    return Step(
        name,
        draw(st.sampled_from(("kubelet", "user"))),
        when=draw(conditions(variables, 1)),
        sets={one: draw(_effects(one, variables, faults)) for one in changed},
        fair=draw(st.booleans()),
    )


def _effects(one: Term, variables: list[Term], faults: bool) -> SearchStrategy[Term | Plain]:
    values = st.sampled_from(var(one).values)
    if one.sort is Sort.BOOL:
        return st.one_of(values, conditions(variables, 1))
    same = st.sampled_from([other for other in variables if var(other)[1:4] == var(one)[1:4]])
    tested = st.builds(lambda test, yes, no: test.then(yes, no), conditions(variables, 0), values, same)
    if one.sort is Sort.ENUM:
        return st.one_of(values, same, tested)
    amount = _amounts([other for other in variables if other.sort is Sort.INT])
    low, high = var(one).low, var(one).high
    kept = st.builds(lambda found, or_: ((found >= low) & (found <= high)).then(found, or_), amount, values)
    return st.one_of(values, same, tested, kept, amount) if faults else st.one_of(values, same, tested, kept)
