"""Broken copies of what the workload controllers do, each noticed by a named test."""

import pytest

from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world.mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.test()
    monkeypatch.setattr(mutant.rule, "__code__", mutant.broken().__code__)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
