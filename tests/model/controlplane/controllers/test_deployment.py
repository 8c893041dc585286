"""How far a rollout may go, what its next step is, and how a change of size is spread over ReplicaSets."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment import fenceposts, rolling, scaling
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec, DeploymentStatus
from kubeproof.model.objects.intstr import BadPercentage
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetStatus
from tests.model.controlplane.controllers.build import replica_set

POSTS = (
    ("surge is rounded up, unavailable down", "25%", "25%", 10, (3, 2)),
    ("both at none become one unavailable", 0, 0, 10, (0, 1)),
    ("also where rounding makes them none", "0%", "1%", 10, (0, 1)),
    ("nothing is changed where one is there", 1, 0, 10, (1, 0)),
)


@pytest.mark.parametrize(("sentence", "surge", "unavailable", "size", "expect"), POSTS, ids=[row[0] for row in POSTS])
def test_fenceposts(
    sentence: str, surge: int | str, unavailable: int | str, size: int, expect: tuple[int, int]
) -> None:
    assert fenceposts.resolve_fenceposts(surge, unavailable, size) == expect, sentence


def test_no_more_are_unavailable_than_there_are() -> None:
    assert fenceposts.max_unavailable(DeploymentSpec(3, max_unavailable="150%")) == 3
    assert fenceposts.max_unavailable(DeploymentSpec(0, max_surge=0, max_unavailable=0)) == 0


def test_a_bad_percentage_lets_nothing_happen() -> None:
    bad = DeploymentSpec(3, max_unavailable="some")
    assert (fenceposts.max_surge(bad), fenceposts.max_unavailable(bad)) == (0, 0)
    with pytest.raises(BadPercentage, match="'some' is neither a number nor a percentage"):
        fenceposts.resolve_fenceposts(1, "some", 3)


def test_recreate_has_no_fenceposts() -> None:
    assert fenceposts.max_surge(DeploymentSpec(4, "Recreate", max_surge=3)) == 0


class Step(NamedTuple):
    sentence: str
    spec: DeploymentSpec
    new: ReplicaSet
    old: tuple[ReplicaSet, ...]
    expect: dict[str, int]


def spec(size: int, surge: int | str = 1, unavailable: int | str = 0) -> DeploymentSpec:
    return DeploymentSpec(size, max_surge=surge, max_unavailable=unavailable)


STEPS = (
    Step("the new one grows by the surge", spec(4), replica_set("new", 0), (replica_set("old", 4),), {"new": 1}),
    Step(
        "it never grows past what is asked for", spec(4, 9), replica_set("new", 3), (replica_set("old", 1),), {"new": 4}
    ),
    Step("it waits while there is no room", spec(4, 1), replica_set("new", 1, 0), (replica_set("old", 4),), {}),
    Step("it shrinks at once", spec(4), replica_set("new", 6), (replica_set("old", 4),), {"new": 4}),
    Step(
        "old pods go for new ones that are available",
        spec(4),
        replica_set("new", 1),
        (replica_set("old", 4),),
        {"old": 3},
    ),
    Step(
        "as many as may be unavailable go before that",
        spec(4, 0, 2),
        replica_set("new", 0),
        (replica_set("old", 4),),
        {"old": 2},
    ),
    Step(
        "what is unavailable of the new one is held back",
        spec(10, 3, 2),
        replica_set("new", 5, 0),
        (replica_set("old", 8, 7),),
        {},
    ),
    Step(
        "unhealthy old pods go first, of the oldest first",
        spec(10, 3, 2),
        replica_set("new", 0),
        (replica_set("b", 6, 4, age=10), replica_set("a", 7, 5, age=20)),
        {"a": 4, "b": 4},
    ),
    Step(
        "unhealthy ones go only as far as the minimum lets them",
        spec(3, 0, 1),
        replica_set("new", 0),
        (replica_set("a", 3, 0),),
        {"a": 2},
    ),
    Step(
        "one that has more available than it asks for ends the step",
        spec(4, 0, 4),
        replica_set("new", 0),
        (replica_set("a", 2, 0, age=30), replica_set("b", 1, 3, age=20), replica_set("c", 1, 1, age=10)),
        {"a": 0},
    ),
    Step("a complete rollout rests", spec(4), replica_set("new", 4), (replica_set("old", 0),), {}),
)


@pytest.mark.parametrize("case", STEPS, ids=lambda case: case.sentence)
def test_a_rolling_step(case: Step) -> None:
    check_step(case)


def check_step(case: Step) -> None:
    assert rolling.rolling_step(case.spec, case.new, case.old) == case.expect


def step(sentence: str) -> Step:
    return next(case for case in STEPS if case.sentence == sentence)


def test_a_recreate_deployment_grows_to_its_size() -> None:
    asked = DeploymentSpec(4, "Recreate")
    assert rolling.new_replica_set_size(asked, replica_set("new", 0), (replica_set("old", 4),)) == 4


def test_a_bad_surge_stops_a_rollout_that_should_grow() -> None:
    with pytest.raises(BadPercentage):
        rolling.rolling_step(spec(4, "some"), replica_set("new", 0), ())


@given(
    size=st.integers(0, 8),
    surge=st.integers(0, 4) | st.sampled_from(("25%", "50%", "100%")),
    unavailable=st.integers(0, 4) | st.sampled_from(("25%", "50%")),
    old=st.lists(st.integers(0, 4), max_size=3),
    data=st.data(),
)
def test_a_rollout_of_healthy_pods_ends_and_stays_within_its_posts(
    size: int, surge: int | str, unavailable: int | str, old: list[int], data: st.DataObject
) -> None:
    """Pods become available late, in any order; no step takes down more available pods than may be missing."""
    asked = spec(size, surge, unavailable)
    most = max(sum(old), size + fenceposts.max_surge(asked))
    least = min(sum(old), size - fenceposts.max_unavailable(asked))
    sets = {f"old{i}": replica_set(f"old{i}", count, age=i) for i, count in enumerate(old)}
    sets["new"] = replica_set("new", 0)
    for _ in range(80):
        sizes = rolling.rolling_step(asked, sets["new"], [each for name, each in sets.items() if name != "new"])
        ready = not sizes or data.draw(st.booleans())
        for name, each in sets.items():
            count = sizes.get(name, each.spec.replicas)
            there = count if ready else min(count, each.status.available_replicas)
            sets[name] = replace(
                each, spec=replace(each.spec, replicas=count), status=ReplicaSetStatus(count, available_replicas=there)
            )
        assert sum(each.spec.replicas for each in sets.values()) <= most
        assert sum(each.status.available_replicas for each in sets.values()) >= least
        if {name: each.spec.replicas for name, each in sets.items() if each.spec.replicas} == (
            {"new": size} if size else {}
        ):
            return
    pytest.fail(f"the rollout does not end: {sets}")


class Scale(NamedTuple):
    sentence: str
    deployment: Deployment
    new: ReplicaSet | None
    old: tuple[ReplicaSet, ...]
    expect: dict[str, int]


def web(size: int, surge: int | str = 0, unavailable: int | str = 1, there: int = 0) -> Deployment:
    return Deployment(Meta("web"), spec(size, surge, unavailable), DeploymentStatus(there))


SCALES = (
    Scale("the only one with pods takes all", web(9), replica_set("new", 0), (replica_set("a", 3),), {"a": 9}),
    Scale("without any the new one does", web(9), replica_set("new", 0), (replica_set("a", 0),), {"new": 9}),
    Scale("without a new one the newest", web(9), None, (replica_set("a", 0, age=1), replica_set("b", 0)), {"a": 9}),
    Scale("nothing to scale is left alone", web(9), None, (), {}),
    Scale(
        "a complete new one sees the old ones off",
        web(5),
        replica_set("new", 5, desired="5"),
        (replica_set("a", 3),),
        {"a": 0},
    ),
    Scale(
        "one that was asked for another size is not complete",
        web(5),
        replica_set("new", 5, desired="9", most="10"),
        (replica_set("a", 5, most="10"),),
        {"new": 3, "a": 2},
    ),
    Scale(
        "each keeps its share, the largest gets the rest",
        web(15),
        replica_set("new", 4, most="10"),
        (replica_set("a", 6, most="10"),),
        {"a": 9, "new": 6},
    ),
    Scale(
        "of one size the newer gets the rest when it grows",
        web(5),
        replica_set("new", 2, most="4", age=1),
        (replica_set("a", 2, most="4", age=9),),
        {"new": 3},
    ),
    Scale(
        "of one size the older gives the rest when it shrinks",
        web(3),
        replica_set("new", 2, most="4", age=1),
        (replica_set("a", 2, most="4", age=9),),
        {"a": 1},
    ),
    Scale(
        "to none all go",
        web(0, surge=2),
        replica_set("new", 2, most="4"),
        (replica_set("a", 2, most="4"),),
        {"a": 0, "new": 0},
    ),
    Scale(
        "what was never annotated is a share of what there is",
        web(8, there=4),
        replica_set("new", 1),
        (replica_set("a", 3),),
        {"a": 6, "new": 2},
    ),
    Scale(
        "without either the largest takes all that is new",
        web(8),
        replica_set("new", 1),
        (replica_set("a", 3),),
        {"a": 7},
    ),
    Scale(
        "recreate does not spread",
        Deployment(Meta("web"), DeploymentSpec(9, "Recreate")),
        replica_set("new", 1),
        (replica_set("a", 3),),
        {},
    ),
)


@pytest.mark.parametrize("case", SCALES, ids=lambda case: case.sentence)
def test_a_change_of_size(case: Scale) -> None:
    check_scale(case)


def check_scale(case: Scale) -> None:
    assert scaling.scale(case.deployment, case.new, case.old) == case.expect


def scale(sentence: str) -> Scale:
    return next(case for case in SCALES if case.sentence == sentence)


def test_sizes_are_multiplied_as_int32() -> None:
    """50,000 of 50,001 becoming 60,000: Go's product wraps around, and the share is far below nothing."""
    large = replica_set("a", 50_000, most="50001")
    assert scaling.proportion(web(60_000), large, 9_999, 0) == round((50_000 * 60_000 - 2**32) / 50_001) - 50_000
