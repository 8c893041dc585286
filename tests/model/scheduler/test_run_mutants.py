"""Broken copies of runs, queues, hints, boards, preemption, profiles and outcomes, each noticed by a named test."""

import pytest

from tests.model.scheduler.mutants import hints, outcomes, queues, runs
from tests.model.scheduler.mutants.mutant import in_place
from tests.model.scheduler.mutants.runs import RunMutant

MUTANTS = (*runs.MUTANTS, *queues.MUTANTS, *hints.MUTANTS, *outcomes.MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant) -> None:
    mutant.test()
    with in_place(mutant.rule, mutant.broken()), pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
