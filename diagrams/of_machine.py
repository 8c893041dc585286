"""A machine as a picture: the values of the variable that it shows as states, and what leads from which to which.

Edges are edges.py's: more than may happen, never less, so a state to which none leads is never entered, and is drawn
without what would lead from it. Whoever knows which of them happen may say so (`happens`), and only those are drawn.
What a guard says beyond a few short words is `…`; the machine's own text has it whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from kubeproof.diagrams.graph import Tone, said
from kubeproof.diagrams.state_graph import Arrow, Line, State, StateGraph, Staying
from kubeproof.model.edges import edges
from kubeproof.model.errors import BadInput
from kubeproof.model.logic.substitute import substitute
from kubeproof.model.logic.terms import FALSE, TRUE, Term, all_of, const
from kubeproof.model.logic.text import text
from kubeproof.model.machine import Machine, Plain, Var, shown
from kubeproof.model.state import conjuncts, fitting
from kubeproof.model.trace import Trace, spelt

PART = 44
"""Characters of one condition of a long guard; a longer one is `…`."""

GUARD = 90
"""Characters of a guard."""


class Hop(NamedTuple):
    """A step from a value of the shown variable to another, in words."""

    step: str
    source: str
    target: str


Happens = Callable[[Machine, Var], Collection[tuple[str, str, str]] | None]
"""Which steps lead from which value of a variable to which (as in `Hop`), None where nobody knows."""


def of_machine(
    machine: Machine,
    runs: Sequence[Trace] = (),
    *,
    shows: str = "",
    now: bool = False,
    happens: Happens = lambda machine, one: None,
) -> StateGraph:
    """The picture of a machine by its shown variable, or by the one that `shows` names.

    `runs`: what they took is strong and the rest pale; `now`: mark the state in which the last of them is. Raises
    BadInput where the variable is not there, BadValue where a run is one of another machine.
    """
    one = variable(machine, shows)
    return _Drawing(machine, one, [fitting(machine, run) for run in runs], now, happens(machine, one)).graph()


def shortened(guard: Term) -> str:
    """A guard in short words: whole where that is short, else those of its conditions that are, and `…`."""
    whole = "" if guard is TRUE else text(guard)
    if len(whole) <= GUARD:
        return whole
    kept, long = "", False
    for part in map(text, conjuncts(guard)):
        more = f"{kept} and {part}" if kept else part
        if len(part) <= PART and len(more) <= GUARD:
            kept = more
        else:
            long = True
    return " and ".join(filter(None, (kept, "…" if long else "")))


class _Drawing:
    def __init__(
        self,
        machine: Machine,
        one: Var,
        runs: Sequence[Trace],
        now: bool,
        happen: Collection[tuple[str, str, str]] | None,
    ) -> None:
        self.machine, self.one = machine, one
        self.here = spelt(runs[-1].last[one.name]) if now else ""
        self.names = [shown(value) for value in one.values]
        self.actors = list(dict.fromkeys(step.by for step in machine.steps))
        self.guards = {hop: when for hop, when in _guards(machine, one).items() if happen is None or hop in happen}
        self.known = happen is not None
        self.starts = {shown(value) for value in machine.starts(one)}
        self.entered = _closure(self.starts, self.guards)
        self.hops = [hop for hop in self.guards if hop.source in self.entered]
        self.run = bool(runs)
        self.seen, self.taken = _taken(one, runs)

    def graph(self) -> StateGraph:
        arrows: dict[tuple[str, str], list[Hop]] = {}
        stays: dict[str, list[Hop]] = {}
        for hop in self.hops:
            if hop.source == hop.target:
                stays.setdefault(hop.step, []).append(hop)
            else:
                arrows.setdefault((hop.source, hop.target), []).append(hop)
        places = {name: place for place, name in enumerate(self.names)}
        return StateGraph(
            title=f"{said(self.machine.name)}, by its {said(self.one.name)}",
            states=tuple(self._state(value, stays) for value in self.one.values),
            arrows=tuple(
                Arrow(places[source], places[target], tuple(self._line([hop]) for hop in hops))
                for (source, target), hops in arrows.items()
            ),
            staying=tuple(self._staying(stays)),
            actors=tuple(map(said, self.actors)),
            legend=tuple(self._legend()),
            notes=tuple(self._notes()),
        )

    def _state(self, value: Plain, stays: dict[str, list[Hop]]) -> State:
        name = shown(value)
        over = substitute(self.machine.ends, {self.one.term: const(value)})
        ends = over is not FALSE and name in self.entered
        return State(
            said(name),
            self._tone(name),
            start=name in self.starts,
            end=ends,
            lines=tuple(self._line(hops) for hops in stays.values() if [hop.source for hop in hops] == [name]),
            notes=(said(f"over when {text(over)}"),) if ends and over is not TRUE and len(text(over)) <= GUARD else (),
        )

    def _tone(self, name: str) -> Tone:
        if name == self.here:
            return Tone.NEW
        if name not in self.entered or (self.run and name not in self.seen):
            return Tone.MUTED
        return Tone.OPEN if self.run else Tone.PLAIN

    def _staying(self, stays: dict[str, list[Hop]]) -> Iterator[Staying]:
        """The steps that leave several states as they are, by which states those are, most states first."""
        groups: dict[tuple[str, ...], list[list[Hop]]] = {}
        for hops in stays.values():
            if len(hops) > 1:
                groups.setdefault(tuple(hop.source for hop in hops), []).append(hops)
        for sources, found in sorted(groups.items(), key=lambda group: -len(group[0])):
            every = len(sources) == len(self.entered)
            title = "in any state" if every else f"in {', '.join(map(said, sources))}"
            yield Staying(f"{title}, without leaving it", tuple(map(self._line, found)))

    def _line(self, hops: Sequence[Hop]) -> Line:
        step = self.machine.step(hops[0].step)
        guards = {self.guards[hop] for hop in hops}
        when = next(iter(guards)) if len(guards) == 1 else step.when
        taken = any(hop in self.taken for hop in hops) if self.run else None
        return Line(said(step.name), self.actors.index(step.by) + 1, said(shortened(when)), taken)

    def _legend(self) -> Iterator[tuple[Tone | None, str]]:
        if self.run:
            states = f"{len(self.seen & self.entered)} of {len(self.entered)} states"
            taken = f"{len(self.taken & set(self.hops))} of {len(self.hops)} edges"
            yield Tone.OPEN, f"seen: {states}, {taken} (a step from a state to a state)"
            yield Tone.MUTED, "not seen"
        if self.here:
            yield Tone.NEW, "where it is now"
        if not self.run and len(self.entered) < len(self.names):
            yield Tone.MUTED, "no step leads here"
        if any(substitute(self.machine.ends, {self.one.term: const(value)}) is not FALSE for value in self.one.values):
            yield None, "double line: its life may be over here"

    def _notes(self) -> Iterator[str]:
        sorts: dict[str, list[str]] = {}
        for one in self.machine.vars:
            if one != self.one:
                sorts.setdefault(one.words, []).append(one.name)
        if sorts:
            rest = "; ".join(f"{', '.join(names)}: {words}" for words, names in sorts.items())
            yield said(f"What else it is made of: {rest}.", 1000)
        if self.known:
            yield "Drawn is what can really happen: every state was looked at."
        if self.machine.assumes:
            yield said(f"Assumed: {'; '.join(self.machine.assumes)}.", 600)


def variable(machine: Machine, name: str) -> Var:
    """The variable of that name, or without one the shown one. Raises BadInput where there is none."""
    if name:
        for one in machine.vars:
            if one.name == name:
                return one
        raise BadInput(f"{machine.name} has no variable {name!r}; it has: {', '.join(map(str, machine.vars))}")
    if machine.shown is None:
        raise BadInput(f"{machine.name} shows no variable: name one of {', '.join(map(str, machine.vars))}")
    return machine.shown


def _guards(machine: Machine, one: Var) -> dict[Hop, Term]:
    """When each step leads from a value to another: what all of its ways there have in common, and `…` for the rest."""
    found: dict[Hop, list[Term]] = {}
    for edge in edges(msgspec.structs.replace(machine, shows=one.term)):
        found.setdefault(Hop(edge.step.name, shown(edge.source), shown(edge.target)), []).append(edge.when)
    return {hop: _common(guards) for hop, guards in found.items()}


def _common(guards: Sequence[Term]) -> Term:
    if len(guards) == 1:
        return guards[0]
    first, *rest = ([*conjuncts(guard)] for guard in guards)
    return all_of(part for part in first if all(part in other for other in rest))


def _closure(start: Iterable[str], hops: Iterable[Hop]) -> set[str]:
    seen, known = set(start), list(hops)
    while more := {hop.target for hop in known if hop.source in seen} - seen:
        seen |= more
    return seen


def _taken(one: Var, runs: Sequence[Trace]) -> tuple[set[str], set[Hop]]:
    """The states that runs were in and the hops that they took."""
    seen: set[str] = set()
    taken: set[Hop] = set()
    for run in runs:
        place = run.names.index(one.name)
        was = [spelt(moment.state[place]) for moment in run.moments]
        seen |= set(was)
        taken |= {Hop(step, *way) for step, way in zip(run.steps, pairwise(was), strict=True)}
    return seen, taken
