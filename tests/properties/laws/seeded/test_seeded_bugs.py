"""Every seeded bug is found by the standard laws, and by no others than those that it is said to break."""

from __future__ import annotations

from functools import cache

import pytest

from kubeproof.properties.engines.world_steps import Order
from kubeproof.properties.engines.worlds import Options, verify
from kubeproof.properties.laws.world import COMES_TO_REST, standard
from kubeproof.properties.studies.study import Case, cluster
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import with_witnesses
from tests.model.scheduler.mutants.mutant import in_place
from tests.properties.laws.seeded import clusters
from tests.properties.laws.seeded.bugs import BUGS, Bug
from tests.properties.laws.seeded.clusters import Given

GIVEN = {name: one for name, one in vars(clusters).items() if isinstance(one, Given)}


def verdicts(given: Given, limit: int) -> list[Verdict]:
    """The verdicts on all standard laws of a cluster, each with its witness behind it."""
    found = cluster(Case(given.text, (), moves=given.moves, settles=False))
    return verify(list(with_witnesses(standard(found.world))), found, Options(old=given.old, limit=limit))


@cache
def honest(name: str) -> list[Verdict]:
    """The verdicts where nothing is broken."""
    return verdicts(GIVEN[name], 5000 if GIVEN[name].ends else 300)


def laws(found: list[Verdict]) -> list[Verdict]:
    """The verdicts on laws, without those on witnesses."""
    return [one for one in found if not one.law.startswith("it happens: ")]


@pytest.mark.parametrize("name", GIVEN)
def test_without_a_bug_the_laws_hold_and_all_worlds_are_seen(name: str) -> None:
    found = laws(honest(name))
    assert tuple(one.law for one in found if one.outcome is Outcome.VIOLATED) == GIVEN[name].breaks
    assert {one.complete for one in found} == {GIVEN[name].ends}


WHOEVER = ("SPREAD", "PREEMPTING", "HELD_UP", "PAUSED", "CROWDED", "OWNED", "SOON_GONE", "AT_ONCE", "OUT_OF_REACH")
"""Clusters whose worlds are few even where anybody may be next."""


@pytest.mark.parametrize("name", WHOEVER)
def test_the_laws_hold_whoever_is_next(name: str) -> None:
    given = GIVEN[name]
    found = cluster(Case(given.text, (), moves=given.moves, settles=False))
    told = verify(standard(found.world), found, Options(Order.ATOMIC, old=given.old, limit=5000))
    assert tuple(one.law for one in told if one.outcome is not Outcome.PROVED) == given.breaks


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.sentence)
def test_a_seeded_bug_is_found(bug: Bug) -> None:
    with in_place(bug.rule, bug.broken()):
        found = [one for one in laws(verdicts(bug.given, bug.limit)) if one.outcome is Outcome.VIOLATED]
    told = [one for one in found if one.law not in bug.given.breaks]
    # where something goes round for ever no law about the end holds: the one that says so speaks for them
    own = [one.law for one in told if one.law == COMES_TO_REST.name or not one.why.startswith("oscillation")]
    assert len(own) == len(bug.finds)
    assert [sum(law.startswith(begins) for law in own) for begins in bug.finds] == [1] * len(bug.finds)


def test_every_law_is_met_by_what_it_is_about_in_some_cluster() -> None:
    found = [one for name in GIVEN for one in honest(name) if one.law.startswith("it happens: ")]
    asked = {one.law.removeprefix("it happens: ") for one in found}
    met = {one.law.removeprefix("it happens: ") for one in found if one.outcome is Outcome.PROVED}
    assert asked - met == set()


def test_every_bug_is_another_and_there_are_enough() -> None:
    assert len({bug.sentence for bug in BUGS}) == len(BUGS) >= 50
