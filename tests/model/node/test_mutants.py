"""Broken copies of what the kubelet decides and of what becomes of pods, each noticed by a named test."""

import pytest

from tests.model.node.mutants import kubelet, pods, sync
from tests.model.scheduler.mutants.runs import RunMutant

MUTANTS = (*kubelet.MUTANTS, *pods.MUTANTS, *sync.MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: RunMutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.test()
    monkeypatch.setattr(mutant.rule, "__code__", mutant.broken().__code__)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        mutant.test()


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
