"""Laws about worlds: what must hold of a whole cluster, each a value whose name is a sentence about it.

Conditions are plain functions of a world (of a step: the world before, its events, the world after). `premise` is what
a law is about: where no world that can be reached is like that, the law holds for want of a case. No engine is named
here: properties/engines/worlds.py asks them, and answers with a Verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from kubeproof.model.world import Event, World

Holds = Callable[[World], bool]
HoldsAcross = Callable[[World, Sequence[Event], World], bool]


class Form(Enum):
    """How a law about worlds is told."""

    ALWAYS = "always"
    EVERY_STEP = "every step"
    SOMETIMES = "sometimes"
    IN_THE_END = "in the end"


class WorldLaw(NamedTuple):
    """One law. `condition` is of a world, `across` of a step where the form is EVERY_STEP; `premise`: in which worlds
    there is what it is about, None where there always is."""

    name: str
    form: Form
    condition: Holds = lambda world: True
    across: HoldsAcross = lambda before, events, after: True
    premise: Holds | None = None


def always(name: str, condition: Holds, *, about: Holds | None = None) -> WorldLaw:
    """In every world that can be reached, `condition` holds."""
    return WorldLaw(name, Form.ALWAYS, condition, premise=about)


def every_step(name: str, across: HoldsAcross, *, about: Holds | None = None) -> WorldLaw:
    """Across every step, `across` holds of the world before it, its events, and the world after it."""
    return WorldLaw(name, Form.EVERY_STEP, across=across, premise=about)


def sometimes(name: str, condition: Holds) -> WorldLaw:
    """A world can be reached in which `condition` holds."""
    return WorldLaw(name, Form.SOMETIMES, condition)


def in_the_end(name: str, condition: Holds = lambda world: True, *, about: Holds | None = None) -> WorldLaw:
    """Whatever happens, in the end no object changes any more, and then `condition` holds, as long as every component
    that always could look does look at some time (weak fairness)."""
    return WorldLaw(name, Form.IN_THE_END, condition, premise=about)


def witness(law: WorldLaw) -> WorldLaw | None:
    """The `sometimes` that there is what a law is about; None where there always is."""
    return None if law.premise is None else sometimes(f"it happens: {law.name}", law.premise)


def with_witnesses(laws: Iterable[WorldLaw]) -> Iterator[WorldLaw]:
    """The laws, and behind each that has one its witness: none holds for want of a case."""
    for law in laws:
        yield law
        if (seen := witness(law)) is not None:
            yield seen
