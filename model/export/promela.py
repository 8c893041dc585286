"""A machine as Promela, for the model checker SPIN (6.5): a fourth reading of its terms.

    spin -o2 -o3 -a -DLAW_1 m.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan      (laws of states and of steps)
    spin -o2 -o3 -a -DLAW_2 m.pml && cc -O2 -o pan pan.c && ./pan -a            (what happens in the end)

One process, one option of its loop for each step, each a `d_step`: effects that read what the step sets go through
variables that are 0 again behind it. One law is checked at a time, chosen by its macro, so that none hides
another: an assertion, or for what happens in the end a never claim that goes round through the fair steps (SPIN's own
translation of that formula grows with two to the power of their number).

Where the machine starts is chosen in one `atomic` sequence, whose inner states SPIN does not store. So SPIN stores
MORE_STORED state more than can be reached: the one before the choice. That is so with `-o2` alone: without it SPIN
takes states for one that differ only in what is not read any more. With `-o3` it counts
MORE_DEEP step and one for each variable more than a run has, those of the choice.
A step that leaves its sort fails an assertion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum

from kubeproof.model.bounds import bounds
from kubeproof.model.errors import NotModelled
from kubeproof.model.export.claims import Claim, Words, known, words
from kubeproof.model.export.names import remark
from kubeproof.model.logic.terms import TRUE, Op, Term, any_of, leaves
from kubeproof.model.logic.text import text
from kubeproof.model.machine import Machine, Step, Var, before_and_after, var

MORE_STORED = 1
"""How many states SPIN stores beyond those that can be reached."""

MORE_DEEP = 1
"""How many steps more SPIN counts to where an assertion fails, beside one for each variable."""

BEGUN, FIRST = 1, 2
"""Codes of `last`, which says what happened last: the start, or standing still; then the steps in order."""


def promela(machine: Machine, claims: Sequence[Claim] = ()) -> str:
    """The machine and its claims as the text of a Promela file; LAW_1 is the first claim.

    Raises NotModelled for what is told with floats or over nodes, and for numbers that 32 bits do not hold.
    """
    known(machine, claims)
    named = words(machine)
    lines = [*_head(machine, claims), *_names(machine, named), *_checks(machine, claims, named)]
    lines += _process(machine, named)
    for number, claim in enumerate(claims, start=1):
        if claim.kind == "leads to":
            lines += _never(machine, claim, number, named)
    return "\n".join(lines) + "\n"


def expression(term: Term, named: Words) -> str:
    """A term as a Promela expression."""
    return TABLE[term.op](term, named)


def _infix(sign: str) -> Callable[[Term, Words], str]:
    return lambda term, named: "(" + f" {sign} ".join(expression(arg, named) for arg in term.args) + ")"


def _const(term: Term, named: Words) -> str:
    if isinstance(term.data, Enum):
        return named.members[term.data]
    return str(term.data).lower() if isinstance(term.data, bool) else f"({term.data})"


def _div(term: Term, named: Words) -> str:
    left, right = (expression(arg, named) for arg in term.args)
    return f"({right} == 0 -> 0 : {left} / ({right} == 0 -> 1 : {right}))"


def _ite(term: Term, named: Words) -> str:
    return "({} -> {} : {})".format(*(expression(arg, named) for arg in term.args))


TABLE: Mapping[Op, Callable[[Term, Words], str]] = {
    Op.CONST: _const,
    Op.LEAF: lambda term, named: named.variable(term.data),
    Op.AND: _infix("&&"),
    Op.OR: _infix("||"),
    Op.NOT: lambda term, named: f"!({expression(term.args[0], named)})",
    Op.ADD: _infix("+"),
    Op.SUB: _infix("-"),
    Op.MUL: _infix("*"),
    Op.DIV: _div,
    Op.LE: _infix("<="),
    Op.LT: _infix("<"),
    Op.EQ: _infix("=="),
    Op.ITE: _ite,
}


def _head(machine: Machine, claims: Sequence[Claim]) -> Iterator[str]:
    yield f"/* {remark(machine.name)}, a machine of kubeproof."
    yield f"   SPIN stores {MORE_STORED} state more than can be reached: the one before the start is chosen. */"
    for number, claim in enumerate(claims, start=1):
        when = "" if claim.premise is TRUE else f"{remark(text(claim.premise))} => "
        yield f"/* -DLAW_{number}: {remark(claim.name)}: {claim.kind} {when}{remark(text(claim.term))} */"
    if fair := [number for number, claim in enumerate(claims, start=1) if claim.kind == "leads to"]:
        yield f"#if {' || '.join(f'defined(LAW_{number})' for number in fair)}"
        yield "#define FOR_EVER"
        yield "#endif"


def _names(machine: Machine, named: Words) -> Iterator[str]:
    kinds: dict[type[Enum], list[Enum]] = {}
    for member in named.members:
        kinds.setdefault(type(member), []).append(member)
    for some in kinds.values():
        for code, member in enumerate(some):
            yield f"#define {named.members[member]} {code} /* {remark(str(member.value))} */"
    for one in machine.vars:
        yield f"{_type(one)} {named.variables[one]}; /* {remark(one.name)}: {remark(one.words)} */"
    for crossed in dict.fromkeys(one for step in machine.steps if _crosses(step) for one in step.effects):
        yield f"int t_{named.variables[var(crossed)]};"
    yield "#ifdef FOR_EVER"
    yield "short last; /* 0 before the start, then the step taken last */"
    yield "#define TOOK(step) last = step"
    yield "#else"
    yield "#define TOOK(step) skip"
    yield "#endif"


def _type(one: Var) -> str:
    if one.is_bool:
        return "bool"
    for name, low, high in (("byte", 0, 2**8 - 1), ("short", -(2**15), 2**15 - 1), ("int", -(2**31), 2**31 - 1)):
        if low <= one.low and one.high <= high:
            return name
    raise NotModelled(one.name, "numbers of more than 32 bits, in Promela")


def _checks(machine: Machine, claims: Sequence[Claim], named: Words) -> Iterator[str]:
    """What is asserted in each state (CHECK) and before each step (CHECK_1 and on), for the law that is chosen."""
    directive = "#if"
    for number, claim in enumerate(claims, start=1):
        if claim.kind == "leads to":
            continue
        yield f"{directive} defined(LAW_{number})"
        directive = "#elif"
        if claim.kind == "every step":
            yield "#define CHECK skip"
            for at, (_, unbroken) in enumerate(before_and_after(machine, claim.whole), start=1):
                yield f"#define CHECK_{at} assert({expression(unbroken, named)})"
        else:
            asked = ~claim.term if claim.kind == "sometimes" else claim.whole
            yield f"#define CHECK assert({expression(asked, named)})"
            yield from _no_check(machine)
    if directive == "#elif":
        yield "#else"
    yield "#define CHECK skip"
    yield from _no_check(machine)
    if directive == "#elif":
        yield "#endif"


def _no_check(machine: Machine) -> Iterator[str]:
    return (f"#define CHECK_{at} skip" for at in range(1, len(machine.steps) + 1))


def _process(machine: Machine, named: Words) -> Iterator[str]:
    yield "active proctype machine()"
    yield "{"
    yield "atomic {"
    for one in machine.vars:
        options = (f":: {named.variables[one]} = ({one.code(first)})" for first in machine.starts(one))
        yield f"  if {' '.join(options)} fi;"
    yield f"  TOOK({BEGUN}); CHECK"
    yield "}"
    yield "end: do"
    for at, step in enumerate(machine.steps):
        yield f"  :: d_step {{ /* {remark(step.by)}: {remark(step.name)} */"
        yield f"     {expression(step.when, named)} -> CHECK_{at + 1};"
        yield from (f"     {line};" for line in _effects(machine, step, named))
        yield f"     TOOK({FIRST + at}); CHECK"
        yield "     }"
    yield "#ifdef FOR_EVER"
    yield f"  :: d_step {{ !({expression(_fair(machine), named)}) -> TOOK({BEGUN}) }} /* stands still, owing nothing */"
    yield "#else"
    yield "  :: false"
    yield "#endif"
    yield "  od"
    yield "}"


def _effects(machine: Machine, step: Step, named: Words) -> Iterator[str]:
    """All effects at once."""
    for bound in bounds(machine):
        if bound.step is step:
            yield f"assert({expression(bound.stays, named)})"
    crosses = _crosses(step)
    for one, effect in step.effects.items():
        yield f"{'t_' if crosses else ''}{named.variables[var(one)]} = {expression(effect, named)}"
    if crosses:
        for one in step.effects:
            name = named.variables[var(one)]
            yield f"{name} = t_{name}"
            yield f"t_{name} = 0"


def _crosses(step: Step) -> bool:
    """Whether an effect reads what another sets."""
    effects = step.effects
    return any(
        other.data in set(leaves(effect)) for one, effect in effects.items() for other in effects if other is not one
    )


def _fair(machine: Machine) -> Term:
    return any_of(step.when for step in machine.steps if step.fair)


def _never(machine: Machine, claim: Claim, number: int, named: Words) -> Iterator[str]:
    """The runs that break the law: it begins to wait, goes on waiting, and no fair step is put off for ever."""
    premise, holds = expression(claim.premise, named), expression(claim.term, named)
    fair = [(at, step) for at, step in enumerate(machine.steps) if step.fair]
    yield f"#ifdef LAW_{number}"
    yield "/* weak fairness of the fair steps => [] (premise -> <> term), turned round */"
    yield "never {"
    yield "before:"
    yield "  if"
    yield "  :: true -> goto before"
    yield f"  :: (last > 0 && {premise} && !({holds})) -> goto {'due_1' if fair else 'accept_round'}"
    yield "  fi;"
    for place, (at, step) in enumerate(fair, start=1):
        then = f"due_{place + 1}" if place < len(fair) else "accept_round"
        yield f"due_{place}: /* {remark(step.name)} */"
        yield "  if"
        yield f"  :: (!({holds}) && (last == {FIRST + at} || !({expression(step.when, named)}))) -> goto {then}"
        yield f"  :: (!({holds})) -> goto due_{place}"
        yield "  fi;"
    yield "accept_round:"
    yield "  if"
    yield f"  :: (!({holds})) -> goto {'due_1' if fair else 'accept_round'}"
    yield "  fi"
    yield "}"
    yield "#endif"
