"""A machine as a TLA+ module and the configuration that TLC wants beside it: a fourth reading of its terms.

Weak fairness is TLA+'s own: `WF_vars` of each fair step. Laws about steps are `[][...]_vars`, which says nothing of a
step that changes nothing; all else means what it means here. A `sometimes` is told as its contrary, an invariant that
TLC is to break, and so is left out of the configuration. A step that leaves its sort breaks `TypeOK`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import NamedTuple

from kubeproof.model.export.claims import Claim, Words, known, words
from kubeproof.model.export.names import identifiers, remark
from kubeproof.model.logic.terms import Op, Term, members
from kubeproof.model.machine import Machine, Plain, Step, Var, var


class Module(NamedTuple):
    """The text of a module, which belongs in a file `name`.tla, and that of its configuration, `name`.cfg."""

    name: str
    text: str
    configuration: str


def tla(machine: Machine, claims: Sequence[Claim] = ()) -> Module:
    """The machine and its claims; `law_1` is the first. Raises NotModelled for floats, and for terms over nodes."""
    known(machine, claims)
    named = words(machine)
    name = identifiers([machine.name], "M_")[0]
    lines = [*_head(machine, name, named), *_steps(machine, named), *_whole(machine, named), *_laws(claims, named)]
    return Module(name, "\n".join([*lines, "=" * 4]) + "\n", "\n".join(_configuration(claims)) + "\n")


def expression(term: Term, named: Words) -> str:
    """A term as a TLA+ expression."""
    return TABLE[term.op](term, named)


def _infix(sign: str) -> Callable[[Term, Words], str]:
    return lambda term, named: "(" + f" {sign} ".join(expression(arg, named) for arg in term.args) + ")"


def _const(term: Term, named: Words) -> str:
    assert isinstance(term.data, (bool, int, Enum))
    return _value(term.data, named)


def _leaf(term: Term, named: Words) -> str:
    assert isinstance(term.data, Var)
    return named.variable(term.data) + ("'" if term.data.after else "")


def _div(term: Term, named: Words) -> str:
    return f"Quotient({', '.join(expression(arg, named) for arg in term.args)})"


def _ite(term: Term, named: Words) -> str:
    return "(IF {} THEN {} ELSE {})".format(*(expression(arg, named) for arg in term.args))


TABLE: Mapping[Op, Callable[[Term, Words], str]] = {
    Op.CONST: _const,
    Op.LEAF: _leaf,
    Op.AND: _infix("/\\"),
    Op.OR: _infix("\\/"),
    Op.NOT: lambda term, named: f"~({expression(term.args[0], named)})",
    Op.ADD: _infix("+"),
    Op.SUB: _infix("-"),
    Op.MUL: _infix("*"),
    Op.DIV: _div,
    Op.LE: _infix("<="),
    Op.LT: _infix("<"),
    Op.EQ: _infix("="),
    Op.ITE: _ite,
}


def _head(machine: Machine, name: str, named: Words) -> Iterator[str]:
    yield f"---- MODULE {name} ----"
    yield f"\\* {remark(machine.name)}, a machine of kubeproof"
    yield "EXTENDS Integers"
    yield f"VARIABLES {', '.join(named.variables.values())}"
    yield f"vars == <<{', '.join(named.variables.values())}>>"
    yield "Size(a) == IF a < 0 THEN -a ELSE a"
    yield "Quotient(a, b) == IF b = 0 THEN 0 ELSE"
    yield "  IF (a < 0) = (b < 0) THEN Size(a) \\div Size(b) ELSE -(Size(a) \\div Size(b))"
    yield "TypeOK =="
    yield from (f"  /\\ {named.variables[one]} \\in {_sort(one, named)}" for one in machine.vars)
    yield "Init =="
    for one in machine.vars:
        firsts = ", ".join(_value(first, named) for first in machine.starts(one))
        yield f"  /\\ {named.variables[one]} \\in {{{firsts}}}"


def _sort(one: Var, named: Words) -> str:
    if one.is_bool:
        return "BOOLEAN"
    return (
        f"{{{', '.join(_value(value, named) for value in one.values)}}}"
        if one.kind
        else f"{_value(one.low, named)}..{_value(one.high, named)}"
    )


def _value(value: Plain, named: Words) -> str:
    if isinstance(value, Enum):
        return f'"{value.value if _readable(type(value)) else named.members[value]}"'
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if value >= 0 else f"({value})"


@cache
def _readable(kind: type[Enum]) -> bool:
    """Whether its members' own words can stand between quotation marks as they are."""
    said = [str(member.value) for member in members(kind)]
    return len(set(said)) == len(said) and all(re.fullmatch(r"[A-Za-z0-9 _.:/-]+", word) for word in said)


def _steps(machine: Machine, named: Words) -> Iterator[str]:
    for step in machine.steps:
        yield f"\\* {remark(step.by)}: {remark(step.name)}"
        yield f"{named.steps[step.name]} =="
        yield f"  /\\ {expression(step.when, named)}"
        effects = step.effects
        for one, effect in effects.items():
            yield f"  /\\ {named.variables[var(one)]}' = {expression(effect, named)}"
        kept = [named.variables[one] for one in machine.vars if one.term not in effects]
        if kept:
            yield f"  /\\ UNCHANGED <<{', '.join(kept)}>>"


def _whole(machine: Machine, named: Words) -> Iterator[str]:
    def name(step: Step) -> str:
        return named.steps[step.name]

    yield "Next == " + (" \\/ ".join(map(name, machine.steps)) or "FALSE")
    fair = [f"WF_vars({name(step)})" for step in machine.steps if step.fair]
    yield "Spec == " + " /\\ ".join(["Init", "[][Next]_vars", *fair])


def _laws(claims: Sequence[Claim], named: Words) -> Iterator[str]:
    for number, claim in enumerate(claims, start=1):
        yield f"\\* {claim.kind}: {remark(claim.name)}"
        whole = expression(claim.whole, named)
        match claim.kind:
            case "always":
                yield f"law_{number} == {whole}"
            case "every step":
                yield f"law_{number} == [][{whole}]_vars"
            case "sometimes":
                yield f"law_{number} == ~{whole}"
            case "leads to":
                yield f"law_{number} == {expression(claim.premise, named)} ~> {expression(claim.term, named)}"


def _configuration(claims: Sequence[Claim]) -> Iterator[str]:
    yield "SPECIFICATION Spec"
    yield "CHECK_DEADLOCK FALSE"
    yield "INVARIANT TypeOK"
    for number, claim in enumerate(claims, start=1):
        if claim.kind != "sometimes":
            yield f"{'INVARIANT' if claim.kind == 'always' else 'PROPERTY'} law_{number}"
