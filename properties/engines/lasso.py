"""What must happen in the end: such a law is broken by a run that goes round for ever without it, a lasso.

While the law waits, its premise has held and its condition not since. A run can wait for ever where no fair step is
possible, or in a strongly connected part of the waiting states in which each fair step is taken, or somewhere
impossible (weak fairness). The counterexample is a way there and a tour that does for every fair step what is owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from kubeproof.model.logic.column import column
from kubeproof.model.machine import Machine
from kubeproof.model.run import replay
from kubeproof.model.state import take, traced
from kubeproof.model.trace import Trace
from kubeproof.properties.engines.graph import Graph, Hop, Mask, Numbers, joined, marked
from kubeproof.properties.engines.packing import Block, PackedEnv
from kubeproof.properties.engines.search import Found, OnProgress, path_to, search
from kubeproof.properties.engines.stepping import compiled, taken
from kubeproof.properties.law import Law
from kubeproof.properties.verdict import Outcome, Verdict

ENGINE = "search"
WEAK_FAIRNESS = "weak fairness: a fair step that stays possible is taken at some time"


class Waiting(NamedTuple):
    """The states in which a law waits: `begins` where it begins to, `states` all of them, `graph` the steps between.

    `can`: for each step of the machine, where it is possible, whether it ends the waiting or not.
    """

    begins: Mask
    states: Mask
    graph: Graph
    can: list[Mask]


def lassos(laws: Sequence[Law], *, limit: int, on_progress: OnProgress | None = None) -> list[Verdict]:
    """The verdicts on `leads_to` laws of one machine, from one search, with a lasso where a law is broken."""
    machine = msgspec.structs.replace(laws[0].machine, alike=())
    found = search(machine, (), limit=limit, on_progress=on_progress)
    if found.cut:
        return [_verdict(law, found, None) for law in laws]
    everything = found.everything
    env = PackedEnv(found.layout, everything)
    graph, can = _whole(found, everything)
    return [_verdict(law, found, _broken(law, found, graph, can, env)) for law in laws]


def _verdict(law: Law, found: Found, trace: Trace | None) -> Verdict:
    return Verdict(
        law.name,
        ENGINE,
        Outcome.UNKNOWN if found.cut else Outcome.VIOLATED if trace else Outcome.PROVED,
        why=f"cut off: {found.cut}" if found.cut else "",
        states=found.states,
        transitions=found.transitions,
        depth=found.depth,
        complete=not found.cut,
        assumes=(*law.machine.assumes, WEAK_FAIRNESS),
        trace=trace,
    )


def _whole(found: Found, everything: Block) -> tuple[Graph, list[Mask]]:
    """All steps between all states, and for each step of the machine where it is possible."""
    layout, size = found.layout, len(everything[0])
    index, edges, can = _Index(everything), [], []
    for step in compiled(layout.machine, layout):
        behind, where = taken(step, layout, everything)
        edges.append((where, index.of(behind)))
        can.append(marked(size, where))
    return joined(size, edges), can


def _broken(law: Law, found: Found, graph: Graph, can: list[Mask], env: PackedEnv) -> Trace | None:
    """The lasso that breaks the law, replayed on `transitions` before anybody sees it; None where there is none."""
    without = ~column(law.condition, env, env.memo)
    begins = column(law.premise, env, env.memo) & without
    inside = graph.within(without)
    states = inside.closure(begins)
    waiting = Waiting(begins, states, inside.within(states), can)
    stays = _stays(law.machine, waiting)
    if not stays.any():
        return None
    trace = _trace(law.machine, found, waiting, stays)
    replay(law.machine, trace)
    return trace


def _stays(machine: Machine, waiting: Waiting) -> Mask:
    """The states of one part in which a fair run can stay for ever; no state where there is no such part."""
    owed = [can for step, can in zip(machine.steps, waiting.can, strict=True) if step.fair]
    still = waiting.states & ~np.any(owed, axis=0) if owed else waiting.states
    if still.any():
        return marked(len(still), [int(np.argmax(still))])
    count, part = waiting.graph.parts()
    inside = part[waiting.graph.sources] == part[waiting.graph.targets]
    good = marked(count, part[waiting.graph.sources[inside]])
    for number, step in enumerate(machine.steps):
        if step.fair:
            by_it = part[waiting.graph.sources[inside & (waiting.graph.steps == number)]]
            idle = part[waiting.states & ~waiting.can[number]]
            good &= marked(count, by_it) | marked(count, idle)
    found: Mask = waiting.states & good[part] & np.equal(part, np.argmax(good))
    return found


def _trace(machine: Machine, found: Found, waiting: Waiting, stays: Mask) -> Trace:
    """To where the waiting begins, on to where it stays, and once around there."""
    able = waiting.graph.reversed().closure(stays)
    begin = int(np.argmax(waiting.begins & able))
    states, steps = path_to(found, begin)
    there = waiting.graph.way(begin, stays)
    around = list(_tour(machine, waiting, stays, there[-1].target if there else begin))
    for hop in (*there, *around):
        states.append(take(machine, machine.steps[hop.step], states[-1]))
        steps.append(machine.steps[hop.step])
    return traced(machine, states, steps, loop=len(steps) - len(around))


def _tour(machine: Machine, waiting: Waiting, stays: Mask, entry: int) -> Iterator[Hop]:
    """A way round from `entry` and back, on which each fair step is taken or somewhere impossible.

    Nothing where the run can stand still there.
    """
    inside = waiting.graph.within(stays)
    at, been, done = entry, marked(inside.size, [entry]), set[int]()
    for number, step in enumerate(machine.steps):
        idle = stays & ~waiting.can[number]
        if not step.fair or number in done or (been & idle).any():
            continue
        if idle.any():
            hops = inside.way(at, idle)
        else:
            hops = inside.way(at, marked(inside.size, inside.sources[inside.steps == number]))
            hops.append(inside.hop(hops[-1].target if hops else at, number))
        for hop in hops:
            at = hop.target
            been[at] = True
            done.add(hop.step)
            yield hop
    if not done and len(inside.sources):
        hop = inside.hop(at)
        at = hop.target
        yield hop
    yield from inside.way(at, marked(inside.size, [entry]))


class _Index:
    """Where a state stands among many."""

    def __init__(self, block: Block) -> None:
        self._order = np.lexsort(block[::-1])
        self._rows = _rows([word[self._order] for word in block])

    def of(self, block: Block) -> Numbers:
        """The place of each of these states, all of which are there."""
        return np.asarray(self._order[np.searchsorted(self._rows, _rows(block))])


def _rows(block: Block) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """One comparable value a state: its word, or the record of its words."""
    return block[0] if len(block) == 1 else np.rec.fromarrays(block)
