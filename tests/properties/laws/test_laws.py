"""Every law of every machine is proved by complete search, every study is broken as it says, and none is vacuous."""

from functools import cache

import pytest

from kubeproof.model.machine import Machine
from kubeproof.model.machines import MACHINES, machine
from kubeproof.properties.engines.explore import explore, reachable
from kubeproof.properties.law import Form, Law, with_witnesses
from kubeproof.properties.laws import laws, studies
from kubeproof.properties.verdict import Outcome, Verdict

LAWS = [(name, law) for name in MACHINES for law in with_witnesses(laws(name))]
STUDIES = [(name, law) for name in MACHINES for law in studies(name)]

COUNTS = {
    "pod": (208_321, 1_052_350, 24),
    "container": (31_180, 96_020, 17),
    "probe": (537, 1_212, 8),
    "pod_order": (3_012, 9_389, 18),
    "pod_worker": (162, 433, 9),
    "sandbox": (134, 238, 10),
    "memory": (3_292, 9_774, 10),
    "node": (4_808, 25_148, 21),
}


@cache
def verdicts(name: str) -> dict[str, Verdict]:
    asked = [*with_witnesses(laws(name)), *with_witnesses(studies(name))]
    return {verdict.law: verdict for verdict in explore(asked)}


@pytest.mark.parametrize(("name", "law"), LAWS, ids=[f"{name}: {law.name}" for name, law in LAWS])
def test_a_law_is_proved(name: str, law: Law) -> None:
    found = verdicts(name)[law.name]
    assert found.outcome is Outcome.PROVED, found.why or (found.trace and found.trace.story)
    assert found.complete
    assert (found.trace is not None) is (law.form is Form.SOMETIMES)


@pytest.mark.parametrize(("name", "law"), STUDIES, ids=[f"{name}: {law.name}" for name, law in STUDIES])
def test_a_study_has_its_counterexample(name: str, law: Law) -> None:
    found = verdicts(name)[law.name]
    assert found.outcome is Outcome.VIOLATED
    assert found.trace is not None
    assert law.note


@pytest.mark.parametrize("name", MACHINES)
def test_as_many_states_and_steps_as_before(name: str) -> None:
    found = reachable(machine(name))
    assert (found.states, found.transitions, found.depth) == COUNTS[name]


@pytest.mark.parametrize("name", MACHINES)
def test_every_step_happens(name: str) -> None:
    """A step whose guard never holds would make laws about it hold for nothing."""
    asked: Machine = machine(name)
    possible = [Law(step.name, asked, Form.SOMETIMES, step.when) for step in asked.steps]
    never = [verdict.law for verdict in explore(possible) if verdict.outcome is not Outcome.PROVED]
    assert never == []


@pytest.mark.parametrize("name", MACHINES)
def test_a_life_that_stops_is_over(name: str) -> None:
    """Where nothing can happen any more, the machine says that it has ended."""
    asked = machine(name)
    stuck = ~asked.ends
    for step in asked.steps:
        stuck &= ~step.when
    (found,) = explore([Law("stuck", asked, Form.SOMETIMES, stuck)])
    assert found.outcome is Outcome.VIOLATED, found.trace and found.trace.story


def test_there_are_many_laws_and_each_says_something_else() -> None:
    names = [(name, law.name) for name in MACHINES for law in (*laws(name), *studies(name))]
    assert len(names) >= 100
    assert len(set(names)) == len(names)
