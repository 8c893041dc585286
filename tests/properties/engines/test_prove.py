"""Proofs by the solver: what is found, over how many steps, and what is said where nothing is."""

from typing import NamedTuple

import pytest

from kubeproof.model.machine import Machine, Outside, Step, between, boolean
from kubeproof.model.run import replay
from kubeproof.properties.engines.prove import prove
from kubeproof.properties.law import Law, always, every_step, leads_to, sometimes
from kubeproof.properties.verdict import Outcome
from tests.properties.engines import container as c

x, y, on = between("x", 0, 9), between("y", 0, 9), boolean("on")

# From 0 it goes 0, 1, 2, 0, ...; from 4 to 8 there is a chain that ends in 9, but nothing leads into it.
CHAIN = Machine(
    "chain",
    start={x: 0},
    steps=(
        Step("round", "user", x <= 2, {x: x.eq(2).then(0, x + 1)}),
        Step("on", "user", (x >= 4) & (x < 9), {x: x + 1}),
    ),
)
# What is not reached goes round for ever: only where no two states of a path are alike does induction end.
RING = CHAIN.with_steps(Step("on", "user", (x >= 4) & (x < 9), {x: x.eq(8).then(4, x + 1)})).with_steps(
    Step("falls", "user", x.eq(6), {x: 9})
)
SWAP = Machine("swap", start={x: 1, y: 2}, steps=(Step("swap", "user", on.eq(on), {x: y, y: x}),))
COUNT = Machine("count", start={x: 0}, steps=(Step("add", "user", x <= 9, {x: x + 1}),))
LAMP = Machine(
    "lamp",
    start={on: False, x: 0},
    steps=(
        Step("switch on", "kubelet", ~on, {on: True}),
        Step("knock", "user", x < 9, {x: x + 1}, fair=False),
        Step("still", "user", x.eq(9), {x: 0}, fair=False),
    ),
)


class Case(NamedTuple):
    says: str
    law: Law
    outcome: Outcome
    depth: int
    why: str = ""
    steps: tuple[str, ...] | None = None


PROVED, VIOLATED = Outcome.PROVED, Outcome.VIOLATED
CASES = (
    Case("one step is enough", c.RUNS_WHEN_READY, PROVED, 1, "by induction over 1 step"),
    Case("a state that is no start needs none", c.NEVER_AGAIN, PROVED, 1, "by induction over 1 step"),
    Case("a law about steps holds wherever one is", c.RESTARTS_GROW, PROVED, 0, "by induction over 0 steps"),
    Case("a law about steps with a premise", c.STAYS, PROVED, 0, "by induction over 0 steps"),
    Case("the shortest run that breaks it", c.FEW_RESTARTS, VIOLATED, 9),
    Case("the step that breaks a law about steps is told", c.PULLED_ONCE, VIOLATED, 1, "", ("start",)),
    Case("what may happen is shown", c.READY_AGAIN, PROVED, 12),
    Case("what never happens is proved", c.RESTARTS_ANYWAY, VIOLATED, 1, "by induction over 1 step"),
    Case("standing still for want of an owed step", c.GETS_KILLED, VIOLATED, 9),
    Case("a chain is gone back to its end", always("never 9", CHAIN, x < 9), PROVED, 6, "by induction over 6 steps"),
    Case("a ring is gone round once", always("never 9", RING, x < 9), PROVED, 6, "by induction over 6 steps"),
    Case("an owed step comes", leads_to("it lights", LAMP, ~on, on), PROVED, 0, ""),
    Case(
        "a step that is not owed need not",
        leads_to("it is knocked", LAMP, on, x.eq(9)),
        VIOLATED,
        1,
        "",
        ("switch on",),
    ),
    Case("all effects at once", always("one is 1", SWAP, x.eq(1) | y.eq(1)), PROVED, 1, "by induction over 1 step"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_what_is_proved(case: Case) -> None:
    found = prove(case.law)
    assert found.outcome is case.outcome, found
    if case.why or found.trace:
        assert (found.why, found.depth) == (case.why, case.depth)
    if case.steps is not None:
        assert found.trace is not None
        assert found.trace.steps == case.steps
    assert found.complete is (found.trace is None)


def test_a_trace_runs_on_transitions() -> None:
    trace = prove(c.GETS_READY).trace
    assert trace is not None
    assert trace.loop is not None
    run = replay(c.CONTAINER, trace)
    assert run.values["readiness"] is c.Probe.UNKNOWN


def test_a_step_that_leaves_its_sort_is_an_error_that_names_it() -> None:
    with pytest.raises(Outside, match=r"^count: step 'add' makes x 10, but it is 0 to 9 \(in x=9\)$"):
        prove(always("small", COUNT, x <= 9))


def test_a_law_that_breaks_before_is_told_first() -> None:
    assert prove(always("small", COUNT, x < 9)).depth == 9


def test_without_the_steps_that_it_takes_nothing_is_proved() -> None:
    found = prove(always("never 9", CHAIN, x < 9), depth=4)
    assert (found.outcome, found.why, found.complete) == (
        Outcome.HELD,
        "no run of up to 4 steps decides it, and neither does induction over as many",
        False,
    )


@pytest.mark.parametrize("law", [c.READY_AGAIN, c.GETS_KILLED], ids=lambda law: law.name)
def test_what_is_neither_seen_nor_proved_is_unknown(law: Law) -> None:
    found = prove(law, depth=5)
    assert found.outcome is Outcome.UNKNOWN
    assert found.why == "no run of up to 5 steps decides it, and neither does induction over as many"


def test_the_solvers_work_is_bounded_and_the_same_each_time() -> None:
    found = prove(c.FEW_RESTARTS, rlimit=20_000)
    assert found.outcome is Outcome.UNKNOWN
    assert found.why == "the solver's work is bounded (rlimit 20000): it came to 3 steps"
    assert prove(c.FEW_RESTARTS, rlimit=20_000) == found


def test_a_law_about_steps_says_nothing_where_there_is_none() -> None:
    stuck = Machine("stuck", start={x: 0}, steps=(Step("never", "user", x > 8, {x: 0}),))
    assert prove(every_step("no 0", stuck, ~x.eq(0))).outcome is PROVED
    assert prove(sometimes("0", stuck, x.eq(0))).outcome is PROVED
