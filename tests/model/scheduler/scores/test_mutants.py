"""Broken copies of the scores, each noticed by a named case: no rule is there that nothing holds in place."""

import pytest

from tests.model.scheduler.mutants.mutant import in_place
from tests.model.scheduler.mutants.scores import MUTANTS, ScoreMutant
from tests.model.scheduler.scores.scored import points


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: ScoreMutant) -> None:
    assert points(mutant.witness) == mutant.witness.gives
    with in_place(mutant.rule, mutant.broken()):
        assert points(mutant.witness) != mutant.witness.gives


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.rule, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)
