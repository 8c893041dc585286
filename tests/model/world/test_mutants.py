"""Broken copies of components, each noticed by a named test."""

import pytest

from tests.model.scheduler.mutants.mutant import in_place
from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world import (
    claim_mutants,
    extras_mutants,
    node_mutants,
    quota_mutants,
    race_mutants,
    workload_mutants,
)

MUTANTS = (
    *workload_mutants.MUTANTS,
    *node_mutants.MUTANTS,
    *quota_mutants.MUTANTS,
    *claim_mutants.MUTANTS,
    *race_mutants.MUTANTS,
    *extras_mutants.MUTANTS,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant) -> None:
    mutant.test()
    with in_place(mutant.rule, mutant.broken()), pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
