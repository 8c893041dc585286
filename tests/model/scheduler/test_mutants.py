"""Broken copies of the rules, each noticed by a named case: no rule is there that nothing holds in place."""

import pytest

from tests.model.scheduler.mutants import nominations, other_pods, volumes, what_a_node_has, what_a_node_is
from tests.model.scheduler.mutants.mutant import Mutant, in_place

MUTANTS = (
    *what_a_node_is.MUTANTS,
    *what_a_node_has.MUTANTS,
    *other_pods.MUTANTS,
    *volumes.MUTANTS,
    *nominations.MUTANTS,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: Mutant) -> None:
    assert mutant.judge(mutant.witness) == mutant.witness.says
    with in_place(mutant.rule, mutant.broken()):
        assert mutant.judge(mutant.witness) != mutant.witness.says


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.rule, mutant.old, mutant.new, mutant.witness.sentence) for mutant in MUTANTS}) == len(MUTANTS)
