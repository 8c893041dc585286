"""Broken copies of the rules of who owns which field, each noticed by a named test."""

import pytest

from kubeproof.model.controlplane.fields.owners import Conflicts
from tests.model.controlplane.fields import mutants
from tests.model.scheduler.mutants.mutant import in_place
from tests.model.scheduler.mutants.runs import RunMutant


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant) -> None:
    mutant.test()
    noticed = (AssertionError, pytest.fail.Exception, Conflicts)
    with in_place(mutant.rule, mutant.broken()), pytest.raises(noticed):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in mutants.MUTANTS}) == len(mutants.MUTANTS)
