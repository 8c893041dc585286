"""The laws of every cluster: each holds of a small one, and each is broken by what it is there to catch."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.world_moves import Act, Move, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.worlds import verify
from kubeproof.properties.laws.world import STANDARD, never_fewer_available
from kubeproof.properties.verdict import Outcome
from tests.model.world.made import SPACE, pod, runs_for_ever

PARTS = (REPLICASET, scheduler(), kubelet(runs_for_ever))
W = Key("ReplicaSet", SPACE, "web")
STATEFUL = Owner("apps/v1", "StatefulSet", "db", "replicaset-3", controller=True)


def _bound(look: Look, key: Key, pick: Pick) -> Plan:
    held = look.get(key, LivePod)
    if held is not None and not held.node:
        yield Write("bind", key, "full")


def _renumbered(world: World) -> Iterable[Act]:
    """Somebody who turns the count of writes back."""

    def back(after: World) -> World:
        held = after.store.objects[W]
        assert isinstance(held, ReplicaSet)
        old = replace(held, meta=replace(held.meta, resource_version=0, labels=Map({"a": "b"})))
        return after._replace(store=Store(after.store.revision, after.store.objects.set(W, old), after.store.buckets))

    yield Act("turns back", outside=back)


def _with_pod(*owned: LivePod) -> World:
    runner = Runner(_small(), ())
    for one in owned:
        runner.ask(Write("create", Key("Pod", SPACE, one.meta.name), one), "user")
    return runner.world


def _small(replicas: int = 0) -> World:
    runner = Runner(World(), ())
    ready = (NodeCondition("Ready", "True"),)
    for name, room in (("n1", 10), ("full", 0)):
        node = LiveNode(Meta(name), conditions=ready, allocatable=Map({"cpu": 1000, "pods": room}))
        runner.ask(Write("create", Key("Node", "", name), node), "user")
    like = pod("x", app="web")
    template = PodTemplate(Map({"app": "web"}), run=like.run, spec=like.spec)
    spec = ReplicaSetSpec(replicas, selector=of_labels({"app": "web"}), template=template)
    runner.ask(Write("create", W, ReplicaSet(Meta("web", SPACE), spec)), "user")
    return runner.world


def _of(name: str, *owners: Owner) -> LivePod:
    made = pod(name, "n1")
    return replace(made, meta=replace(made.meta, owners=owners))


BROKEN: tuple[tuple[str, int, Cluster], ...] = (
    (
        "a binding that no filter was asked about",
        0,
        Cluster(_with_pod(pod("p")), (Component("rash", each("Pod"), _bound),)),
    ),
    ("two pods of one ordinal", 1, Cluster(_with_pod(_of("db-0", STATEFUL), _of("db-old-0", STATEFUL)), ())),
    ("a count of writes that goes back", 2, Cluster(_small(), (), (Move("turns back", _renumbered),))),
    ("a pod whose owner is gone", 3, Cluster(_with_pod(_of("left", Owner("apps/v1", "ReplicaSet", "w", "gone"))), ())),
)


@pytest.mark.parametrize(("law", "cluster"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_each_law_is_broken_by_what_it_is_there_for(law: int, cluster: Cluster) -> None:
    outcomes = [verdict.outcome for verdict in verify(STANDARD, cluster)]
    assert outcomes == [Outcome.VIOLATED if at == law else Outcome.PROVED for at in range(len(STANDARD))]


def test_a_small_cluster_keeps_them_all() -> None:
    found = verify(STANDARD, Cluster(_small(2), PARTS, (pod_deleted(),)))
    assert [verdict.outcome for verdict in found] == [Outcome.PROVED] * len(STANDARD)
    assert found[0].complete


def test_fewer_pods_than_a_rollout_allows_are_seen() -> None:
    runner = Runner(_small(2), PARTS)
    list(runner.run(10))
    cluster = Cluster(runner.world, PARTS, (pod_deleted(),))
    laws = [never_fewer_available("web", least, SPACE, "ReplicaSet") for least in (1, 2)]
    assert [verdict.outcome for verdict in verify(laws, cluster)] == [Outcome.PROVED, Outcome.VIOLATED]
