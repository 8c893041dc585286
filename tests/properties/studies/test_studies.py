"""Published failures come out as they were reported, and what mends them does."""

from __future__ import annotations

import pytest

from kubeproof.properties.studies.admission_storm import ADMISSION_STORM
from kubeproof.properties.studies.conflicting_spread import CONFLICTING_SPREAD
from kubeproof.properties.studies.drain_and_budget import DRAIN_AND_BUDGET
from kubeproof.properties.studies.rollout_deadlock import ROLLOUT_DEADLOCK
from kubeproof.properties.studies.study import Case, verdicts
from kubeproof.properties.studies.toleration_loop import TOLERATION_LOOP
from kubeproof.properties.studies.volume_in_another_zone import VOLUME_IN_ANOTHER_ZONE

STUDIES = (
    ADMISSION_STORM,
    ROLLOUT_DEADLOCK,
    DRAIN_AND_BUDGET,
    CONFLICTING_SPREAD,
    TOLERATION_LOOP,
    VOLUME_IN_ANOTHER_ZONE,
)
CASES = [
    (f"{study.name}: {name}", case)
    for study in STUDIES
    for name, case in (("fails", study.fails), ("mended", study.mended))
]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_a_study_comes_out_as_it_was_reported(case: Case) -> None:
    found = verdicts(case)
    assert [(one.law, one.outcome) for one in found] == [(law.name, outcome) for law, outcome in case.asked]
