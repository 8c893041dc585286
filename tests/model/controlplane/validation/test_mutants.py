"""Broken copies of the rules of validation, each noticed by a named test."""

import pytest

from tests.model.controlplane.validation.mutants import MUTANTS, Mutant
from tests.model.scheduler.mutants.mutant import edited


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.test()
    broken = edited(mutant.sentence, mutant.rule, mutant.old, mutant.new)
    monkeypatch.setattr(mutant.rule, "__code__", broken.__code__)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
