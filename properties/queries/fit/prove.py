"""Exact answers from z3 over the linear rows: a placement, or a minimal set of rows' causes that have no solution.

How long it thinks is bounded by `rlimit`, which counts steps and is the same on every machine, and by the time left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import z3

from kubeproof.properties.queries.fit.linear import Linear, Placed, Room, Why
from kubeproof.properties.queries.fit.state import State


class Core(NamedTuple):
    """Causes that have no solution together; without any one of them there is one, unless `minimal` is False."""

    causes: tuple[Why, ...]
    minimal: bool


def solve(linear: Linear, *, integers: bool, steps: int, seconds: float) -> State | Core | None:
    """A placement (integers only), a core, or None where z3 gave up or where the reals have a solution."""
    context = z3.Context()
    solver = z3.SolverFor("QF_LIA" if integers else "QF_LRA", ctx=context)
    solver.set("rlimit", steps)
    solver.set("random_seed", 0)
    make = z3.Int if integers else z3.Real
    variables = [make(f"v{at}", context) for at in range(linear.size)]
    switches: dict[Why, z3.BoolRef] = {}
    for why in dict.fromkeys(_causes(linear)):
        switches[why] = z3.Bool(f"cause{len(switches)}", context)
    end = time.monotonic() + seconds
    for formula in _told(linear, variables, switches, context):
        solver.add(formula)
        if time.monotonic() > end:
            return None
    # z3's own timeout overruns; an interrupt from outside is heeded within a fraction of a second.
    stop = threading.Timer(max(end - time.monotonic(), 0.01), context.interrupt)
    stop.daemon = True
    stop.start()
    try:
        verdict = solver.check(*switches.values())
        if verdict == z3.sat:
            return _placed(linear, solver.model(), variables) if integers else None
        return _least(solver, switches) if verdict == z3.unsat else None
    finally:
        stop.cancel()


def _causes(linear: Linear) -> list[Why]:
    rooms: list[Why] = [Room(at) for at in range(len(linear.problem.resources))]
    return [*rooms, *(row.why for row in linear.rows)]


def _told(
    linear: Linear, variables: Sequence[z3.ArithRef], switches: Mapping[Why, z3.BoolRef], context: z3.Context
) -> Iterator[z3.BoolRef]:
    """The rows as formulas, each under the switch of its cause."""
    yield from (variable >= 0 for variable in variables)
    own = {at for _, _, at in linear.places()}
    yield from (variables[at] <= linear.upper[at] for at in range(linear.size) if at not in own)
    for number, node, at in linear.places():
        if linear.upper[at] < linear.problem.kinds[number].size:
            yield z3.Implies(switches[Room(linear.limits(number, node))], variables[at] <= linear.upper[at])
    for row in linear.rows:
        terms = [weight * variables[at] for weight, at in zip(row.weights.tolist(), row.columns.tolist(), strict=True)]
        total = z3.Sum([*terms, z3.IntVal(0, context)])
        if row.low is not None:
            yield z3.Implies(switches[row.why], total >= row.low)
        if row.high is not None:
            yield z3.Implies(switches[row.why], total <= row.high)


def _placed(linear: Linear, model: z3.ModelRef, variables: Sequence[z3.ArithRef]) -> State:
    state = State(linear.problem)
    for number, node, at in linear.places():
        said = model.eval(variables[at], model_completion=True)
        assert isinstance(said, z3.IntNumRef)
        for _ in range(said.as_long()):
            state.place(number, node)
    return state


def _least(solver: z3.Solver, switches: Mapping[Why, z3.BoolRef]) -> Core:
    """z3's core with every cause taken out that is not needed; kinds of pods are taken out last."""
    said = {str(switch) for switch in solver.unsat_core()}
    kept = [why for why, switch in switches.items() if str(switch) in said]
    minimal = True
    for why in sorted(kept, key=lambda why: isinstance(why, Placed)):
        rest = [other for other in kept if other != why]
        verdict = solver.check(*(switches[other] for other in rest))
        if verdict == z3.unsat:
            kept = rest
        elif verdict != z3.sat:
            minimal = False
    return Core(tuple(kept), minimal)
