"""Published failures come out as they were reported, and what mends them does."""

from __future__ import annotations

import pytest

from kubeproof.properties.studies import STUDIES, named
from kubeproof.properties.studies.study import RUNS, Case, Question, verdicts

CASES = [(f"{name}: {called}", case) for name in STUDIES for called, case in named(name).cases]
SIZED = [
    (f"{name} with {count} nodes", name, count)
    for name in STUDIES
    if named(name).sized is not None
    for count in (3, 20)
]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_a_study_comes_out_as_it_was_reported(case: Case | Question) -> None:
    found = verdicts(case)
    assert [one.outcome for one in found] == [outcome for _, outcome in case.asked]


@pytest.mark.parametrize(("name", "count"), [row[1:] for row in SIZED], ids=[row[0] for row in SIZED])
def test_what_fails_on_few_nodes_fails_on_more(name: str, count: int) -> None:
    sized = named(name).sized
    assert sized is not None
    case = sized(count)
    found = verdicts(case._replace(runs=RUNS))
    assert [one.outcome for one in found] == [outcome for _, outcome in case.asked]
