"""Published failures come out as they were reported, and what mends them does."""

from __future__ import annotations

import pytest

from kubeproof.properties.studies.conflicting_spread import CONFLICTING_SPREAD
from kubeproof.properties.studies.drain_and_budget import DRAIN_AND_BUDGET
from kubeproof.properties.studies.rollout_deadlock import ROLLOUT_DEADLOCK
from kubeproof.properties.studies.study import Case, Study, verdicts

STUDIES = (ROLLOUT_DEADLOCK, DRAIN_AND_BUDGET, CONFLICTING_SPREAD)
CASES = [(f"{study.name}: {name}", case) for study in STUDIES for name, case in (("fails", study.fails), ("mended", study.mended))]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_a_study_comes_out_as_it_was_reported(case: Case) -> None:
    found = verdicts(case)
    for one in found: print(one.law, one.outcome, one.why, one.states, one.depth); print(one.trace.story if one.trace else "")
    assert [(one.law, one.outcome) for one in found] == [(law.name, outcome) for law, outcome in case.asked]
