"""Proof by a solver (z3): runs of any length are looked at as formulas, not one by one.

A state is a z3 variable for each of the machine's, a step a formula over two states. For each length k in turn two
questions are asked. Does a run of k steps from a start end in a state that breaks the law (then it is the shortest)?
Can a path of k steps through states that are no starts and keep the law, no two alike, end in one that breaks it, from
wherever it starts? If neither, the law holds: by induction over k steps. As no two states of a path are alike, some k
answers every question about a finite machine; but it may be large, so `depth` bounds it, and `rlimit` bounds the
solver's work in its own units, which are the same on every machine.

Laws about steps become laws about states (machine.before_and_after), laws about for ever too (for_ever.py).
A step that leaves its sort is looked for together with the law, and raises Outside.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import z3

from kubeproof.model.bounds import bounds
from kubeproof.model.logic.symbol import Symbol, formula, symbol
from kubeproof.model.logic.terms import Term, any_of
from kubeproof.model.machine import Machine, Step, Var
from kubeproof.model.run import replay
from kubeproof.model.state import State, enabled, holds, take, traced
from kubeproof.model.trace import Trace
from kubeproof.properties.engines import for_ever
from kubeproof.properties.engines.explore import goals
from kubeproof.properties.engines.lasso import WEAK_FAIRNESS
from kubeproof.properties.law import Form, Law
from kubeproof.properties.verdict import Outcome, Verdict

ENGINE = "z3"

DEPTH = 60
"""How many steps are looked at unless told."""

INTERRUPTED = ("canceled", "interrupted from keyboard")
"""What z3 says where it was interrupted, and of the first also where its work was bounded."""

RLIMIT = 50_000_000
"""The solver's work unless told: about ten seconds of a processor of 2025."""


def prove(law: Law, *, depth: int = DEPTH, rlimit: int = RLIMIT) -> Verdict:
    """PROVED by induction, VIOLATED with the shortest trace, HELD up to `depth` steps, or UNKNOWN and why.

    A `sometimes` is PROVED by the shortest run that shows it, and VIOLATED by induction. Raises Outside where a step
    leaves its sort, unless the law is decided by a shorter run.
    """
    if law.form is Form.LEADS_TO:
        return _for_ever(law, depth, rlimit)
    wanted, decides = law.form is Form.SOMETIMES, list(goals(law))
    match _Question(law.machine, [goal.term for goal in decides], rlimit).ask(depth):
        case _Never(steps):
            found, why = (Outcome.VIOLATED if wanted else Outcome.PROVED), _induction(steps)
            return _verdict(law, found, why, steps, complete=True)
        case _Seen(states, taken):
            goal = next(goal for goal in decides if holds(law.machine, goal.term, states[-1]))
            if goal.step is not None:
                states, taken = [*states, take(law.machine, goal.step, states[-1])], [*taken, goal.step]
            trace = traced(law.machine, states, taken)
            replay(law.machine, trace)
            return _verdict(law, Outcome.PROVED if wanted else Outcome.VIOLATED, depth=len(taken), trace=trace)
        case _Open(steps, why):
            held = not wanted and not why
            return _verdict(law, Outcome.HELD if held else Outcome.UNKNOWN, why or _not_proved(steps), steps)


def _for_ever(law: Law, depth: int, rlimit: int) -> Verdict:
    watched = for_ever.watched(law)
    match _Question(watched.machine, [~watched.whole], rlimit).ask(depth):
        case _Never(steps):
            return _verdict(law, Outcome.PROVED, _induction(steps), steps, complete=True)
        case _Seen(states, taken):
            trace = traced(law.machine, *for_ever.unwatched(law, states, taken))
            replay(law.machine, trace)
            return _verdict(law, Outcome.VIOLATED, depth=len(trace.steps), trace=trace)
        case _Open(steps, why):
            return _verdict(law, Outcome.UNKNOWN, why or _not_proved(steps), steps)


def _verdict(
    law: Law, outcome: Outcome, why: str = "", depth: int = 0, *, complete: bool = False, trace: Trace | None = None
) -> Verdict:
    assumes = (*law.machine.assumes, WEAK_FAIRNESS) if law.form is Form.LEADS_TO else law.machine.assumes
    return Verdict(law.name, ENGINE, outcome, why, depth=depth, complete=complete, assumes=assumes, trace=trace)


def _induction(steps: int) -> str:
    return f"by induction over {_steps(steps)}"


def _not_proved(steps: int) -> str:
    return f"no run of up to {_steps(steps)} decides it, and neither does induction over as many"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


class _Never(NamedTuple):
    """No run reaches what is asked for: proved over so many steps."""

    steps: int


class _Seen(NamedTuple):
    """The shortest run that reaches what is asked for."""

    states: list[State]
    taken: list[Step]


class _Open(NamedTuple):
    """Not decided with so many steps; `why` is empty where all of them were looked at."""

    steps: int
    why: str


class _Moment:
    """A state with unknowns, as the symbol reading asks for leaves."""

    def __init__(self, machine: Machine, name: str, context: z3.Context) -> None:
        self.context = context
        self.of: dict[Var, z3.BoolRef | z3.ArithRef] = {
            one: (z3.Bool if one.is_bool else z3.Int)(f"{at} {one.name} {name}", context)
            for at, one in enumerate(machine.vars)
        }
        self.memo: dict[Term, Symbol] = {}
        self.shared: dict[tuple[Term, str | None], z3.ArithRef] = {}

    def leaf(self, data: Hashable) -> Symbol:
        """The variable's unknown at this moment."""
        assert isinstance(data, Var)
        return self.of[data]

    def nodes(self) -> Sequence[_Moment]:
        """The state alone."""
        return (self,)

    def values(self, key: str) -> Mapping[str, z3.BoolRef]:
        """None: a state has no labels."""
        return {}

    def sorts(self) -> Iterator[z3.BoolRef]:
        """Each variable is within its sort."""
        for one, unknown in self.of.items():
            if isinstance(unknown, z3.ArithRef):
                yield z3.And(unknown >= one.low, unknown <= one.high)

    def state(self, model: z3.ModelRef) -> State:
        """What the model makes of it."""
        return tuple(_known(model.eval(unknown, model_completion=True)) for unknown in self.of.values())


class _Question:
    """Whether a run leads to a state in which one of `goals` holds, or a step leaves its sort."""

    def __init__(self, machine: Machine, goals: Sequence[Term], rlimit: int) -> None:
        self.machine, self.steps = machine, sorted(machine.steps, key=lambda step: step.name)
        self.goal, self.leaves = any_of(goals), any_of(~bound.law for bound in bounds(machine))
        self.ends = self.goal | self.leaves
        self.context, self.rlimit, self.asked = z3.Context(), rlimit, 0

    def ask(self, depth: int) -> _Never | _Seen | _Open:
        """What is found with runs of up to `depth` steps. Raises Outside."""
        run, path = [self._moment("run 0")], [self._moment("path 0")]
        runs, paths = self._solver(), self._solver()
        runs.add(*run[0].sorts(), formula(self.machine.initial, run[0]))
        paths.add(*path[0].sorts(), formula(self.ends, path[0]), formula(~self.machine.initial, path[0]))
        for steps in range(depth + 1):
            ends = z3.Bool(f"ends {steps}", self.context)
            runs.add(z3.Implies(ends, formula(self.ends, run[-1])))
            answer = self._check(runs, ends)
            if answer == z3.sat:
                return self._seen([moment.state(runs.model()) for moment in run])
            if answer == z3.unsat:
                answer = self._path(paths, path)
            if answer == z3.unsat:
                return _Never(steps)
            if answer == z3.unknown:
                return _Open(steps, f"the solver's work is bounded (rlimit {self.rlimit}): it came to {_steps(steps)}")
            run.append(self._moment(f"run {steps + 1}"))
            runs.add(formula(~self.ends, run[-2]), *run[-1].sorts(), self._step(run[-2], run[-1]))
            path.append(self._moment(f"path {steps + 1}"))
            paths.add(
                *path[-1].sorts(), formula(~self.ends & ~self.machine.initial, path[-1]), self._step(path[-1], path[-2])
            )
        return _Open(depth, "")

    def _path(self, paths: z3.Solver, path: Sequence[_Moment]) -> z3.CheckSatResult:
        """Whether there is a path. One that comes twice to a state is no answer: the two moments are told to differ."""
        while (answer := self._check(paths)) == z3.sat:
            states = [moment.state(paths.model()) for moment in path]
            alike = [(a, b) for a, b in combinations(range(len(path)), 2) if states[a] == states[b]]
            if not alike:
                break
            paths.add(*(_differ(path[a], path[b]) for a, b in alike))
        return answer

    def _check(self, solver: z3.Solver, *assumed: z3.BoolRef) -> z3.CheckSatResult:
        """The solver's answer, within what is left of its work. Raises KeyboardInterrupt."""
        left = self.rlimit - self.asked
        if left <= 0:
            return z3.unknown
        solver.set(rlimit=left)
        answer = solver.check(*assumed)
        self.asked = _work(solver)
        if answer == z3.unknown and self.asked < self.rlimit and solver.reason_unknown() in INTERRUPTED:
            raise KeyboardInterrupt  # z3 takes the signal for itself, and whoever gave it means all of us
        return answer

    def _seen(self, states: list[State]) -> _Seen:
        """The run with its steps. Raises Outside where it ends because a step leaves its sort."""
        taken = [self._between(*pair) for pair in pairwise(states)]
        if not holds(self.machine, self.goal, states[-1]):
            for step in enabled(self.machine, states[-1]):
                take(self.machine, step, states[-1])
        return _Seen(states, taken)

    def _between(self, state: State, behind: State) -> Step:
        return next(step for step in enabled(self.machine, state) if take(self.machine, step, state) == behind)

    def _step(self, here: _Moment, behind: _Moment) -> z3.BoolRef:
        """Some step leads from one moment to the other; what it does not set stays."""
        return z3.Or([self._leads(step, here, behind) for step in self.steps], self.context)

    def _leads(self, step: Step, here: _Moment, behind: _Moment) -> z3.BoolRef:
        effects = step.effects
        return z3.And(
            [
                formula(step.when, here),
                *(behind.of[one] == symbol(effects.get(one.term, one.term), here) for one in self.machine.vars),
            ],
            self.context,
        )

    def _moment(self, name: str) -> _Moment:
        return _Moment(self.machine, name, self.context)

    def _solver(self) -> z3.Solver:
        solver = z3.Solver(ctx=self.context)
        solver.set(random_seed=0)
        return solver


def _differ(one: _Moment, other: _Moment) -> z3.BoolRef:
    return z3.Or([here != there for here, there in zip(one.of.values(), other.of.values(), strict=True)])


def _known(value: z3.ExprRef) -> int:
    return value.as_long() if isinstance(value, z3.IntNumRef) else int(z3.is_true(value))


def _work(solver: z3.Solver) -> int:
    """The solver's work in the whole context so far."""
    return int(solver.statistics().get_key_value("rlimit count"))
