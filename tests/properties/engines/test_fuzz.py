"""Random runs: what they break is small and runs again, and what they did is counted."""

import unittest

import pytest

from kubeproof.model.machine import Machine, Outside, Step, between
from kubeproof.properties.engines.fuzz import fuzz, machine_test
from kubeproof.properties.law import Law, always, every_step, leads_to, sometimes
from kubeproof.properties.verdict import Outcome
from tests.properties.engines import container as c

x = between("x", 0, 3)
CYCLE = Machine(
    "cycle",
    start={x: 0},
    steps=(
        Step("up", "user", x < 3, {x: x + 1}),
        Step("home", "user", x.eq(3), {x: 0}),
        Step("never", "user", x < 0, {x: 0}),
    ),
)
ENDS = Machine("ends", start={x: (1, 2)}, steps=(Step("up", "user", x < 3, {x: x + 1}),))

CASES = (
    ("nothing breaks it", always("small", CYCLE, x <= 3), Outcome.HELD, "never taken: never"),
    ("a run breaks it", always("not 3", CYCLE, ~x.eq(3)), Outcome.VIOLATED, ""),
    ("a step breaks it", every_step("no way home", CYCLE, x > 0, when=x.eq(3) | x.eq(0)), Outcome.VIOLATED, ""),
    (
        "it speaks of nothing",
        always("void", CYCLE, x.eq(2), when=x < 0),
        Outcome.HELD,
        "vacuous: what the law speaks of",
    ),
    ("it is seen", sometimes("3", CYCLE, x.eq(3)), Outcome.PROVED, ""),
    ("it is not seen", sometimes("none", CYCLE, x < 0), Outcome.UNKNOWN, "none shows it"),
    ("it is about the end", leads_to("3", CYCLE, x.eq(0), x.eq(3)), Outcome.UNKNOWN, "a run that ends cannot break"),
    ("nothing can happen any more", always("small", ENDS, x <= 3), Outcome.HELD, "runs, "),
)


@pytest.mark.parametrize(("says", "law", "outcome", "why"), CASES, ids=[case[0] for case in CASES])
def test_what_random_runs_find(says: str, law: Law, outcome: Outcome, why: str) -> None:
    found = fuzz(law, examples=30, depth=10)
    assert found.outcome is outcome, says
    assert why in found.why if why else not found.why


def test_a_broken_law_is_told_by_the_shortest_run_that_hypothesis_finds() -> None:
    found = fuzz(always("not 3", CYCLE, ~x.eq(3)), examples=30, depth=20)
    assert found.trace is not None
    assert found.trace.steps == ("up", "up", "up")
    assert found.depth == 3


def test_runs_are_the_same_each_time_and_by_seed() -> None:
    law = always("not 3", c.CONTAINER, c.restarts < 1)
    assert fuzz(law, examples=20) == fuzz(law, examples=20)
    assert fuzz(law, examples=20, seed=7) == fuzz(law, examples=20, seed=7)


def test_a_step_that_leaves_its_sort_is_an_error_that_names_it() -> None:
    broken = CYCLE.with_steps(Step("home", "user", x.eq(3), {x: x + 1}))
    with pytest.raises(Outside, match=r"^cycle: step 'home' makes x 4, but it is 0 to 3 \(in x=3\)$"):
        fuzz(always("small", broken, x <= 3))


def test_laws_become_a_test_case_of_ones_own() -> None:
    good = machine_test(CYCLE, [always("small", CYCLE, x <= 3)], examples=10)
    bad = machine_test(CYCLE, [always("small", CYCLE, x <= 3), always("not 2", CYCLE, ~x.eq(2))], examples=30)
    assert outcome(good).wasSuccessful()
    (_, told), *others = outcome(bad).failures
    assert not others
    assert "not 2\n   0  starts with x=0\n   1  user: up  x: 0 -> 1\n   2  user: up  x: 1 -> 2" in told
    assert "state.step_up()" in told


def outcome(case: type[unittest.TestCase]) -> unittest.TestResult:
    found = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(found)
    assert found.testsRun == 1
    return found
