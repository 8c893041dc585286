"""Interleaved looks in the search of worlds: what only they break, and that runs and searches tell the same."""

from __future__ import annotations

from collections import Counter
from typing import cast

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.cluster import picking
from kubeproof.model.component import Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Stale, Write
from kubeproof.model.controlplane.controllers.disruption.component import DISRUPTION
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.draining import DRAIN
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.pod_state import is_active
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.world_flight import UNDER_WAY, Rest
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored, verify
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end
from tests.model.world.made import SPACE, pod, runs_for_ever

A, B = Key("ConfigMap", SPACE, "a"), Key("ConfigMap", SPACE, "b")
W = Key("ReplicaSet", SPACE, "web")
PARTS = (REPLICASET, scheduler(), kubelet(runs_for_ever))
HOLDS, BROKEN = Outcome.PROVED, Outcome.VIOLATED


def adds_one(name: str, when_stale: Stale) -> Component:
    """Adds one to a count, once."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        held = look.get(A, Plain)
        if held is None or look.memory is not None:
            return
        more = str(int(held.meta.annotations.get("count", "0")) + 1)
        meta = replace(held.meta, annotations=Map({"count": more}))
        yield Write("update", A, replace(held, meta=meta), when_stale=when_stale)
        yield Remember("done")

    return Component(name, lambda look: (A,), decide)


def marks_both(name: str, when_stale: Stale) -> Component:
    """Marks two objects as its own, if nobody has marked the first."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        first = look.get(A, Plain)
        if first is None or first.meta.annotations:
            return
        for one in (A, B):
            held = look.get(one, Plain)
            assert held is not None
            meta = replace(held.meta, annotations=Map({"by": name}))
            yield Write("update", one, replace(held, meta=meta), when_stale=when_stale)

    return Component(name, lambda look: (A,), decide)


def two() -> World:
    runner = Runner(World(), ())
    for key in (A, B):
        runner.ask(Write("create", key, Plain(Meta(key.name, SPACE))), "user")
    return runner.world


def note(world: World, key: Key, name: str) -> str:
    return world.store.objects[key].meta.annotations.get(name, "")


COUNTED = in_the_end("every one counts", lambda world: note(world, A, "count") == "2")
ALIKE = in_the_end("both are marked by the same one", lambda world: note(world, A, "by") == note(world, B, "by") != "")
RACES: tuple[tuple[str, WorldLaw, Order, Stale, Outcome], ...] = (
    ("whole looks count right", COUNTED, Order.ATOMIC, "written", HOLDS),
    ("who writes over others loses their count", COUNTED, Order.INTERLEAVED, "written", BROKEN),
    ("who is refused and tries again loses none", COUNTED, Order.INTERLEAVED, "refused", HOLDS),
    ("whole looks mark both alike", ALIKE, Order.ATOMIC, "written", HOLDS),
    ("between two requests another may mark one", ALIKE, Order.INTERLEAVED, "written", BROKEN),
    ("who is refused the first does not ask for the second", ALIKE, Order.INTERLEAVED, "refused", HOLDS),
)


@pytest.mark.parametrize(("law", "order", "when", "outcome"), [row[1:] for row in RACES], ids=[r[0] for r in RACES])
def test_what_only_interleaved_looks_break(law: WorldLaw, order: Order, when: Stale, outcome: Outcome) -> None:
    made = adds_one if law is COUNTED else marks_both
    cluster = Cluster(two(), (made("x", when), made("y", when)))
    (verdict,) = verify([law], cluster, Options(order))
    assert (verdict.outcome, verdict.complete) == (outcome, True)


def test_a_counterexample_tells_whose_look_goes_on() -> None:
    cluster = Cluster(two(), (adds_one("x", "written"), adds_one("y", "written")))
    (verdict,) = verify([COUNTED], cluster, Options(Order.INTERLEAVED))
    assert verdict.trace is not None
    told = [(moment.by, moment.step) for moment in verdict.trace.moments[1:]]
    assert told == [
        ("x", "begins with configmap/shop/a"),
        ("y", "begins with configmap/shop/a"),
        ("x", "changes configmap a"),
        ("y", "goes on with configmap/shop/a"),  # it asks for what is so already
    ]


def start(replicas: int, pods: int = 0, nodes: int = 1) -> World:
    """Nodes, a ReplicaSet, and pods of it that run; nobody has looked yet."""
    runner = Runner(World(), PARTS)
    for number in range(nodes):
        ready = (NodeCondition("Ready", "True"),)
        made = LiveNode(Meta(f"n{number}"), conditions=ready, allocatable=Map({"cpu": 1000, "pods": 10}))
        runner.ask(Write("create", Key("Node", "", made.meta.name), made), "user")
    like = pod("x", app="web")
    shape = PodTemplate(Map({"app": "web"}), run=like.run, spec=like.spec)
    spec = ReplicaSetSpec(replicas, selector=of_labels({"app": "web"}), template=shape)
    runner.ask(Write("create", W, ReplicaSet(Meta("web", SPACE), spec)), "user")
    owner = Owner("apps/v1", "ReplicaSet", "web", runner.world.store.objects[W].meta.uid, controller=True)
    for number in range(pods):
        one = pod("web-", f"n{number % nodes}", app="web")
        made_ = replace(one, meta=replace(one.meta, owners=(owner,)))
        runner.ask(Write("create", Key("Pod", SPACE, "web-"), made_), "user")
    return runner.world


def active(store: Store) -> int:
    return sum(isinstance(one, LivePod) and is_active(one) for one in store.objects.values())


def test_a_replica_set_has_never_more_pods_than_it_asks_for_whoever_comes_between() -> None:
    laws = [
        always("never too many", lambda world: active(world.store) <= 2),
        in_the_end("as many as asked", lambda world: active(world.store) == 2),
    ]
    found = verify(laws, Cluster(start(2), PARTS), Options(Order.INTERLEAVED))
    assert [verdict.outcome for verdict in found] == [HOLDS, HOLDS]
    assert found[0].states == 114


def told(store: Store) -> tuple[tuple[str, int], ...]:
    """What a store is, in a few words that do not depend on names."""
    found = Counter(
        f"{one.status.phase} {bool(one.node)} {one.meta.deleted_at}" if isinstance(one, LivePod) else repr(status)
        for one in store.objects.values()
        if isinstance(one, LivePod | ReplicaSet)
        for status in [one.status if isinstance(one, ReplicaSet) else None]
    )
    return tuple(sorted(found.items()))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_run_comes_to_is_among_the_worlds_of_the_search(seed: int) -> None:
    seen, _ = explored(Cluster(start(2), PARTS), options=Options(Order.INTERLEAVED))
    met = {told(state.world.store) for state in seen.states}
    runner = Runner(start(2), PARTS, pick=picking(seed), interleaved=True)
    stores = [told(runner.world.store) for _ in runner.run(5)]
    assert set(stores) <= met


def test_two_drains_at_once_spend_no_more_than_a_budget_allows() -> None:
    parts = (REPLICASET, scheduler(), DRAIN, DISRUPTION)
    runner = Runner(start(2, pods=2, nodes=2), (kubelet(runs_for_ever), DISRUPTION))
    guard = LiveBudget(Meta("guard", SPACE), of_labels({"app": "web"}), min_available=1)
    runner.ask(Write("create", Key("PodDisruptionBudget", SPACE, "guard"), guard), "user")
    list(runner.run(5))
    world = runner.world
    for node in ("n0", "n1"):
        world = world._replace(memory=world.memory.set(("drain", Key("Node", "", node)), world.now))
    law = every_step("one may go", lambda before, events, after: active(after.store) >= 1)
    (verdict,) = verify([law], Cluster(world, parts), Options(Order.INTERLEAVED, limit=1500))
    assert verdict.outcome is not BROKEN
    assert verdict.states > 1000


def test_the_rest_of_a_look_is_told_by_the_key_and_ends_with_a_refusal() -> None:
    cluster = Cluster(two(), (marks_both("x", "refused"), marks_both("y", "refused")))
    seen, _ = explored(cluster, options=Options(Order.INTERLEAVED))
    under_way = [
        sorted((whose[0].removesuffix(UNDER_WAY), len(cast("Rest", rest).parts)) for whose, rest in memory.items())
        for memory in (state.world.memory for state in seen.states)
    ]
    assert [("x", 2), ("y", 2)] in under_way
    assert [("x", 1), ("y", 2)] in under_way
    assert [("x", 1), ("y", 1)] not in under_way  # one of them is refused the first, and breaks off
