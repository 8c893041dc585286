"""Laws by complete search: one search of a machine answers all of its laws, each with the shortest trace.

What a law asks of the search is a *goal*, a state that would decide it: for `always` one in which it is broken, for
`every_step` one in which a step may be taken that breaks it, for `sometimes` one in which it holds. Laws that speak of
what happens in the end are lasso.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import Machine, Step, before_and_after
from kubeproof.model.run import replay
from kubeproof.model.state import take, traced
from kubeproof.model.trace import Trace
from kubeproof.properties.engines import lasso
from kubeproof.properties.engines.search import Found, OnProgress, path, search
from kubeproof.properties.engines.symmetry import reduced
from kubeproof.properties.law import Form, Law
from kubeproof.properties.verdict import Outcome, Verdict

ENGINE = "search"
LIMIT = 20_000_000
"""States that are looked at by default, before a search says that it was cut off."""


class Goal(NamedTuple):
    """A state that decides a law: one in which `term` holds, and then `step` is taken (None: the state itself)."""

    term: Term
    step: Step | None


def explore(
    laws: Sequence[Law], *, limit: int = LIMIT, symmetry: bool = True, on_progress: OnProgress | None = None
) -> list[Verdict]:
    """A verdict for each law, in order; laws of one machine that stand side by side share one search.

    `symmetry`: states that differ by a swap count as one, where neither machine nor laws tell them apart. Raises
    Outside where a step leaves a variable's sort, and BadValue where `alike` names blocks that are not.
    """
    found: list[Verdict] = []
    for _, same in groupby(laws, key=lambda law: id(law.machine)):
        group = list(same)
        safe = [law for law in group if law.form is not Form.LEADS_TO]
        live = [law for law in group if law.form is Form.LEADS_TO]
        answers = iter(_searched(safe, limit, symmetry, on_progress) if safe else ())
        lassos = iter(lasso.lassos(live, limit=limit, on_progress=on_progress) if live else ())
        found += [next(lassos if law.form is Form.LEADS_TO else answers) for law in group]
    return found


def goals(law: Law) -> Iterator[Goal]:
    """The goals of a law, any of which decides it."""
    if not law.is_about_steps:
        yield Goal(law.condition if law.form is Form.SOMETIMES else ~law.whole, None)
    elif law.form is Form.SOMETIMES:
        for step, unbroken in before_and_after(law.machine, ~law.condition):
            yield Goal(~unbroken, step)
    else:
        for step, unbroken in before_and_after(law.machine, law.whole):
            yield Goal(~unbroken, step)


def reachable(
    machine: Machine, *, limit: int = LIMIT, symmetry: bool = True, on_progress: OnProgress | None = None
) -> Found:
    """All states of a machine that can be reached: their number, and in how many steps."""
    asked = reduced(machine, ()) if symmetry else msgspec.structs.replace(machine, alike=())
    return search(asked, (), limit=limit, on_progress=on_progress)


def _searched(laws: list[Law], limit: int, symmetry: bool, on_progress: OnProgress | None) -> list[Verdict]:
    machine = laws[0].machine
    asked = [list(goals(law)) for law in laws]
    terms = [goal.term for some in asked for goal in some]
    whole = msgspec.structs.replace(machine, alike=())
    found = search(reduced(machine, terms) if symmetry else whole, terms, limit=limit, on_progress=on_progress)
    return [_verdict(law, some, found) for law, some in zip(laws, asked, strict=True)]


def _verdict(law: Law, asked: list[Goal], found: Found) -> Verdict:
    hit = min((goal for goal in asked if goal.term in found.hits), key=lambda g: found.hits[g.term][0], default=None)
    wanted = law.form is Form.SOMETIMES
    if hit is None:
        outcome = Outcome.UNKNOWN if found.cut else Outcome.VIOLATED if wanted else Outcome.PROVED
    else:
        outcome = Outcome.PROVED if wanted else Outcome.VIOLATED
    return Verdict(
        law.name,
        ENGINE,
        outcome,
        why=_why(law, found, hit),
        states=found.states,
        transitions=found.transitions,
        depth=found.depth,
        complete=not found.cut,
        assumes=law.machine.assumes,
        trace=None if hit is None else _trace(law.machine, found, hit),
    )


def _why(law: Law, found: Found, hit: Goal | None) -> str:
    if hit is None and found.cut:
        return f"cut off: {found.cut}"
    if hit is None and law.form is Form.SOMETIMES:
        return "no state that can be reached is like that"
    return ""


def _trace(machine: Machine, found: Found, hit: Goal) -> Trace:
    """The way to a goal, replayed on `transitions` before anybody sees it."""
    states, steps = path(found, hit.term)
    if hit.step is not None:
        states.append(take(machine, hit.step, states[-1]))
        steps.append(hit.step)
    trace = traced(machine, states, steps)
    replay(machine, trace)
    return trace
