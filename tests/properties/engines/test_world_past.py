"""Late components in the search of worlds: what they would do without what keeps them from it."""

from __future__ import annotations

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Server, Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.plain import Plain
from kubeproof.model.world import World, asked
from kubeproof.properties.engines import world_past as past
from kubeproof.properties.engines.world_moves import pod_deleted
from kubeproof.properties.engines.world_past import Late
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, verify
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import always, in_the_end
from tests.model.world.made import SPACE, runs_for_ever
from tests.properties.engines.test_world_flight import COUNTED, A, W, active, adds_one, start, two

HOLDS, BROKEN = Outcome.PROVED, Outcome.VIOLATED
NOT_TOO_MANY = always("never too many", lambda world: active(world.store) <= 2)
ENOUGH = in_the_end("as many as asked", lambda world: active(world.store) == 2)
NAIVE = REPLICASET._replace(reads_own_writes=False)


def late(by: int, *names: str) -> Options:
    return Options(Order.INTERLEAVED, late=Late(frozenset(names or ("replicaset-controller",)), by), limit=20_000)


def cluster(controller: Component, replicas: int = 2) -> Cluster:
    return Cluster(start(replicas), (controller, scheduler(), kubelet(runs_for_ever)))


@pytest.mark.parametrize(("by", "states"), [(1, 247), (2, 525)])
def test_a_late_replica_set_controller_that_waits_for_its_own_writes_makes_no_pod_twice(by: int, states: int) -> None:
    found = verify([NOT_TOO_MANY, ENOUGH], cluster(REPLICASET), late(by))
    assert [(verdict.outcome, verdict.states) for verdict in found] == [(HOLDS, states)] * 2


def test_one_that_does_not_wait_makes_a_pod_too_many() -> None:
    (verdict,) = verify([NOT_TOO_MANY], cluster(NAIVE), late(2))
    assert verdict.outcome is BROKEN
    assert verdict.trace is not None
    told = [moment.step.split("-")[0] for moment in verdict.trace.moments[1:]]
    assert told == [
        "begins with replicaset/shop/web",
        "creates pod web",
        "creates pod web",
        "reports replicaset web",
        "begins with replicaset/shop/web as it was 2 requests ago",
        "creates pod web",
    ]
    assert (
        verdict.assumes[1]
        == "replicaset-controller may see a state that is up to 2 requests old, the others see the latest"
    )


def test_what_others_do_is_late_news_too() -> None:
    one = always("never two", lambda world: active(world.store) <= 1)
    (verdict,) = verify([one], Cluster(start(1), (REPLICASET,), (pod_deleted(),)), late(1))
    assert (verdict.outcome, verdict.complete) == (HOLDS, True)


@pytest.mark.parametrize(("by", "outcome"), [(0, HOLDS), (1, BROKEN)])
def test_who_writes_what_it_made_of_an_old_object_loses_the_newer_one(by: int, outcome: Outcome) -> None:
    parts = (adds_one("x", "written"), adds_one("y", "written"))
    options = late(by, "y") if by else Options(Order.ATOMIC)
    (verdict,) = verify([COUNTED], Cluster(two(), parts), options)
    assert verdict.outcome is outcome


def test_who_is_refused_looks_again_when_it_sees_more() -> None:
    parts = (adds_one("x", "refused"), adds_one("y", "refused"))
    (verdict,) = verify([COUNTED], Cluster(two(), parts), late(1, "x", "y"))
    assert verdict.outcome is HOLDS


SERVER, LATE = Server(), Late(frozenset({"y"}), 2)


def marked(world: World, mark: str, by: tuple[str, Key] | None = None) -> World:
    """The world after somebody marked an object."""
    held = world.store.objects[A]
    assert isinstance(held, Plain)
    write = Write("update", A, replace(held, meta=replace(held.meta, annotations=Map({"mark": mark}))))
    world, _, changes = asked(world, SERVER, write, "somebody")
    return past.then(world, LATE, changes, write, by)


def seen(world: World, name: str = "y") -> list[str]:
    """The marks in the stores with which a look may begin, the latest first."""
    return [store.objects[A].meta.annotations.get("mark", "") for store in past.stores(world, LATE, name)]


def test_how_far_back_a_look_may_see() -> None:
    world = past.begun(two(), LATE)
    assert seen(world) == [""]
    world = marked(world, "1")
    assert seen(world) == ["1", ""]
    world = marked(marked(world, "2"), "3")
    assert (seen(world), seen(world, "x")) == (["3", "2", "1"], ["3"])
    world = past.looked(world, LATE, "y", 1)  # it has seen the second
    assert seen(world) == ["3", "2"]
    world = past.looked(world, LATE, "y", 0)
    assert seen(world) == ["3"]
    assert seen(marked(world, "4")) == ["4", "3"]


def test_an_old_store_has_what_was_deleted_and_lacks_what_was_made() -> None:
    world = past.begun(two(), LATE)
    made = Key("ConfigMap", SPACE, "c")
    for write in (Write("delete", A), Write("create", made, Plain(Meta("c", SPACE)))):
        world, _, changes = asked(world, SERVER, write, "somebody")
        world = past.then(world, LATE, changes, write)
    told = [(A in store.objects, made in store.objects) for store in past.stores(world, LATE, "y")]
    assert told == [(False, True), (False, False), (True, False)]


def test_own_writes_are_waited_for_and_own_deletions_expected() -> None:
    world = past.begun(two(), LATE)
    waits = REPLICASET._replace(name="y")
    assert past.freshness(world, waits, W, 0)
    world = marked(world, "1", ("y", W))
    assert (past.freshness(world, waits, W, 0), past.freshness(world, waits, W, 1)) == (True, None)
    assert past.freshness(world, waits, A, 1)  # a look at another object
    assert past.freshness(world, NAIVE._replace(name="y"), W, 1)
    world, _, changes = asked(world, SERVER, Write("delete", A), "y")
    world = past.then(world, LATE, changes, Write("delete", A), ("y", W))
    assert past.freshness(world, waits, W, 1) is False
