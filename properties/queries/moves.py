"""Which steps of a machine really lead from which value of a variable to which: by complete search, not by its guards.

What guards allow by themselves may be more: a guard is read without knowing what else holds wherever it is asked.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from kubeproof.model.machine import Machine, Var, shown
from kubeproof.properties.engines.explore import reachable
from kubeproof.properties.engines.stepping import compiled, taken

LIMIT = 2_000_000
"""States that are looked at for a picture."""

Move = tuple[str, str, str]
"""The name of a step, the value that it leads from and the value that it leads to, in words."""


def moves(machine: Machine, one: Var) -> frozenset[Move] | None:
    """All moves that happen, by that variable; None where there are too many states to say."""
    return _moves(_Of(machine), one)


class _Of:
    """A machine as a key: the same one, not an equal one."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and other.machine is self.machine

    def __hash__(self) -> int:
        return id(self.machine)


@lru_cache(maxsize=32)
def _moves(of: _Of, one: Var) -> frozenset[Move] | None:
    found = reachable(of.machine, limit=LIMIT, symmetry=False)
    if found.cut:
        return None
    layout, everything = found.layout, found.everything
    field = layout.fields[one]
    words = [shown(value) for value in one.values]
    known: set[Move] = set()
    for step in compiled(layout.machine, layout):
        behind, where = taken(step, layout, everything)
        before = field.read([column[where] for column in everything]).astype(np.int64) - one.low
        after = field.read(behind).astype(np.int64) - one.low
        pairs = np.unique(before * one.size + after).tolist()
        known |= {(step.step.name, words[pair // one.size], words[pair % one.size]) for pair in pairs}
    return frozenset(known)
