"""Broken copies of the descheduler, each noticed by a named test."""

import pytest

from tests.model.descheduler.mutants import MUTANTS
from tests.model.scheduler.mutants.mutant import in_place
from tests.model.scheduler.mutants.runs import RunMutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant) -> None:
    mutant.test()
    with in_place(mutant.rule, mutant.broken()), pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
