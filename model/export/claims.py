"""What other checkers are asked of a machine, and what they must be told of its names; shared by all exports."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from typing import Literal, NamedTuple

from kubeproof.model.errors import NotModelled
from kubeproof.model.export.names import identifiers
from kubeproof.model.logic.terms import TRUE, Op, Term, members, subterms
from kubeproof.model.logic.text import text
from kubeproof.model.machine import Machine, Var

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

    variables: Mapping[str, str]
    members: Mapping[Enum, str]
    steps: Mapping[str, str]

    def variable(self, data: Hashable) -> str:
        """The name of the variable that a leaf stands for."""
        assert isinstance(data, Var)
        return self.variables[data.name]


def words(machine: Machine) -> Words:
    """The names of a machine. Raises NotModelled where two variables have one name."""
    names = [one.name for one in machine.vars]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise NotModelled(machine.name, f"two variables are called {twice[0]!r}, in an export")
    kinds = dict.fromkeys(one.kind for one in machine.vars if one.kind)
    classes = dict(zip(kinds, identifiers([f"{at} {kind.__name__}" for at, kind in enumerate(kinds)], "").values(), strict=True))
    every = [member for kind in kinds for member in members(kind)]
    called = identifiers([f"{classes[type(member)]}_{member.name}" for member in every], "e")
    return Words(
        identifiers(names, "v_"),
        dict(zip(every, called.values(), strict=True)),
        identifiers([step.name for step in machine.steps], "s_"),
    )


def known(machine: Machine, claims: Iterable[Claim]) -> None:
    """Nothing, where all that the machine and the claims say can be exported. Raises NotModelled where not."""
    asked = [part for claim in claims for part in (claim.term, claim.premise)]
    told = [part for step in machine.steps for part in (step.when, *step.effects.values())]
    for part in subterms(*told, *asked):
        if part.op not in OPERATORS:
            raise NotModelled(text(part), f"{part.op.value} in an export to another checker")
