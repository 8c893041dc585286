"""Random runs (Hypothesis): for machines too large to be searched, and for tests of one's own.

    class TestMyContainer(machine_test(MY_CONTAINER, MY_LAWS)):
        pass                                    # unittest and pytest run it; a failure is shrunk, and told step by step

One rule a step, one invariant a law. What a run breaks Hypothesis makes smaller; it is then run again on `transitions`.
Which steps were taken, and how often each law said anything at all, is counted: a law whose premise never held was not
tested, and `why` says so. Laws about what happens in the end cannot be broken by a run that ends: UNKNOWN.
"""

from __future__ import annotations

import unittest
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from kubeproof.model.export.names import identifiers
from kubeproof.model.machine import Machine, Step
from kubeproof.model.run import replay
from kubeproof.model.state import State, enabled, holds, take, traced
from kubeproof.model.trace import Trace
from kubeproof.properties.law import Form, Law
from kubeproof.properties.verdict import Outcome, Verdict

ENGINE = "random runs"
EXAMPLES = 200
"""Runs, unless told."""
DEPTH = 50
"""Steps of a run, unless told."""

NEVER_ENDS = "a run that ends cannot break what may still happen: ask for a search"


class Broken(AssertionError):
    """A run that breaks a law (or shows a `sometimes`); the text tells it step by step."""

    def __init__(self, law: Law, trace: Trace) -> None:
        self.law, self.trace = law, trace
        super().__init__(f"{law.name}\n{trace.story}")


class Tally:
    """What random runs did: how many there were, the longest, which steps were taken, how often each premise held."""

    def __init__(self) -> None:
        self.runs = self.longest = 0
        self.steps: Counter[str] = Counter()
        self.premises: Counter[str] = Counter()


def fuzz(law: Law, *, examples: int = EXAMPLES, depth: int = DEPTH, seed: int | None = None) -> Verdict:
    """HELD after so many runs, or VIOLATED with a small trace; a `sometimes` PROVED where it was seen, else UNKNOWN.

    Without a `seed` the runs are the same each time. Raises Outside where a step leaves its sort.
    """
    if law.form is Form.LEADS_TO:
        return Verdict(law.name, ENGINE, Outcome.UNKNOWN, NEVER_ENDS, assumes=law.machine.assumes)
    tally = Tally()
    runs = rules(law.machine, [law], tally)
    if seed is not None:
        hypothesis.seed(seed)(runs)
    how = settings(
        max_examples=examples,
        stateful_step_count=depth,
        derandomize=seed is None,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        phases=(Phase.generate, Phase.shrink),
        verbosity=hypothesis.Verbosity.quiet,
    )
    trace = None
    try:
        run_state_machine_as_test(runs, settings=how)
    except Broken as found:
        trace = found.trace
        replay(law.machine, trace)
    outcome = _outcome(law, trace)
    return Verdict(
        law.name,
        ENGINE,
        outcome,
        _why(law, tally, outcome),
        transitions=tally.steps.total(),
        depth=len(trace.steps) if trace else tally.longest,
        assumes=law.machine.assumes,
        trace=trace,
    )


def machine_test(
    machine: Machine, laws: Iterable[Law], *, examples: int | None = None, depth: int = DEPTH
) -> type[unittest.TestCase]:
    """A class of tests that runs a machine at random and checks its laws (but `sometimes` and `leads_to`) on the way.

        class TestContainer(machine_test(CONTAINER, LAWS)):
            pass

    Hypothesis' profile says how broadly it looks unless `examples` does; `--hypothesis-show-statistics` tells which
    steps were taken and how often each law's premise held.
    """
    runs = rules(machine, [law for law in laws if law.form in _SAFE], Tally())
    how = settings(stateful_step_count=depth, deadline=None)
    if examples is not None:
        how = settings(how, max_examples=examples)
    return type("Runs", (runs.TestCase,), {"settings": how, "__doc__": machine.name})


def rules(machine: Machine, laws: Sequence[Law], tally: Tally) -> type[RuleBasedStateMachine]:
    """Hypothesis' own form of a machine: a rule for each step, and the laws checked at each state and step."""
    names = identifiers([step.name for step in machine.steps], "step_")
    starts = st.tuples(*(st.sampled_from([one.code(v) for v in machine.starts(one)]) for one in machine.vars))

    def begins(self: _Run, state: State) -> None:
        tally.runs += 1
        self.begin(state)

    body: dict[str, Any] = {"machine": machine, "laws": tuple(laws), "tally": tally, "__doc__": machine.name}
    body["starts"] = initialize(state=starts)(begins)
    body["nothing_can_happen"] = precondition(lambda self: self.states and not self.can)(rule()(lambda self: None))
    for step, name in zip(machine.steps, names, strict=True):
        body[name] = precondition(_can(step))(rule()(_takes(step, name)))
    return type("Runs", (_Run,), body)


class _Run(RuleBasedStateMachine):
    """A machine at some state, with what led there."""

    machine: Machine
    laws: tuple[Law, ...]
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.states: list[State] = []
        self.taken: list[Step] = []
        self.can: list[Step] = []

    def begin(self, state: State) -> None:
        """Starts there."""
        self._at(state)

    def go(self, step: Step) -> None:
        """Takes a step. Raises Broken and Outside."""
        self.tally.steps[step.name] += 1
        hypothesis.event(f"step: {step.name}")
        self.taken.append(step)
        self.tally.longest = max(self.tally.longest, len(self.taken))
        self._at(take(self.machine, step, self.states[-1]))

    def _at(self, state: State) -> None:
        self.states.append(state)
        self.can = enabled(self.machine, state)
        for law in self.laws:
            self._check(law)

    def _check(self, law: Law) -> None:
        if law.is_about_steps:
            if not self.taken:
                return
            here = self.states[-2:]
        else:
            here = self.states[-1:]
        if holds(self.machine, law.premise, *here):
            self.tally.premises[law.name] += 1
            hypothesis.event(f"premise: {law.name}")
            if holds(self.machine, law.condition, *here) is (law.form is Form.SOMETIMES):
                raise Broken(law, traced(self.machine, self.states, self.taken))


def _can(step: Step) -> Callable[[_Run], bool]:
    return lambda run: step in run.can


def _takes(step: Step, name: str) -> Callable[[_Run], None]:
    def takes(self: _Run) -> None:
        self.go(step)

    takes.__name__ = takes.__qualname__ = name
    return takes


_SAFE = frozenset({Form.ALWAYS, Form.EVERY_STEP})


def _outcome(law: Law, trace: Trace | None) -> Outcome:
    if law.form is Form.SOMETIMES:
        return Outcome.PROVED if trace else Outcome.UNKNOWN
    return Outcome.VIOLATED if trace else Outcome.HELD


def _why(law: Law, tally: Tally, outcome: Outcome) -> str:
    if outcome not in (Outcome.HELD, Outcome.UNKNOWN):
        return ""
    said = [f"{tally.runs} runs, {tally.steps.total()} steps"]
    if outcome is Outcome.UNKNOWN:
        said.append("none shows it")
    elif not tally.premises[law.name]:
        said.append("vacuous: what the law speaks of never happened")
    if idle := [step.name for step in law.machine.steps if not tally.steps[step.name]]:
        said.append(f"never taken: {', '.join(idle)}")
    return "; ".join(said)
