"""What other checkers are asked of a machine, and what they must be told of its names; shared by all exports."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from typing import Literal, NamedTuple, TypeVar

from kubeproof.model.errors import NotModelled
from kubeproof.model.export.names import identifiers
from kubeproof.model.logic.terms import TRUE, Op, Term, members, subterms
from kubeproof.model.logic.text import text
from kubeproof.model.machine import Machine, Var

T = TypeVar("T")

Kind = Literal["always", "every step", "sometimes", "leads to"]

OPERATORS = frozenset(
    {
        Op.CONST,
        Op.LEAF,
        Op.AND,
        Op.OR,
        Op.NOT,
        Op.ADD,
        Op.SUB,
        Op.MUL,
        Op.DIV,
        Op.LE,
        Op.LT,
        Op.EQ,
        Op.ITE,
    }
)
"""What machines may use where they are exported: no floats, and no aggregates over nodes."""


class Claim(NamedTuple):
    """A law in plain: a name, its kind, what holds, and where (`leads to`: from where on)."""

    name: str
    kind: Kind
    term: Term
    premise: Term = TRUE

    @property
    def whole(self) -> Term:
        """Premise and term as one implication."""
        return self.term if self.premise is TRUE else ~self.premise | self.term


class Words(NamedTuple):
    """The names of an export: of variables, of Enum members, and of steps."""

    variables: Mapping[Var, str]
    members: Mapping[Enum, str]
    steps: Mapping[str, str]

    def variable(self, data: Hashable) -> str:
        """The name of the variable that a leaf stands for, before or behind a step."""
        assert isinstance(data, Var)
        return self.variables[data._replace(after=False)]


def words(machine: Machine) -> Words:
    """The names of a machine, no two alike, whatever its own are."""
    kinds = dict.fromkeys(one.kind for one in machine.vars if one.kind)
    every = [member for kind in kinds for member in members(kind)]
    steps = [step.name for step in machine.steps]
    return Words(
        _named(machine.vars, identifiers([one.name for one in machine.vars], "v_")),
        _named(every, identifiers([f"{type(member).__name__}_{member.name}" for member in every], "e_")),
        _named(steps, identifiers(steps, "s_")),
    )


def _named(what: Iterable[T], names: Iterable[str]) -> dict[T, str]:
    return dict(zip(what, names, strict=True))


def known(machine: Machine, claims: Iterable[Claim]) -> None:
    """Nothing, where all that the machine and the claims say can be exported. Raises NotModelled where not."""
    asked = [part for claim in claims for part in (claim.term, claim.premise)]
    told = [part for step in machine.steps for part in (step.when, *step.effects.values())]
    for part in subterms(*told, *asked):
        if part.op not in OPERATORS:
            raise NotModelled(text(part), f"{part.op.value} in an export to another checker")
