"""The world's own rules: who looks when, what a write does, and that the same world runs the same way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, Store, of_kind, on_node, owned_by
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import BUSY, Event, Runner, World

POD = LivePod(Meta("p", "shop"), RunSpec((Container("c"),)), PodSpec(Map({"pods": 1})))
P = Key("Pod", "shop", "p")
WEB = ReplicaSet(
    Meta("web", "shop"),
    ReplicaSetSpec(
        2, selector=of_labels({"app": "web"}), template=PodTemplate(Map({"app": "web"}), run=POD.run, spec=POD.spec)
    ),
)
W = Key("ReplicaSet", "shop", "web")


def node(name: str) -> Write:
    made = LiveNode(
        Meta(name), conditions=(NodeCondition("Ready", "True"),), allocatable=Map({"cpu": 1000, "pods": 10})
    )
    return Write("create", Key("Node", "", name), made)


def runner(*components: Component) -> Runner:
    return Runner(World(), components)


def cluster() -> Runner:
    made = runner(REPLICASET, scheduler(), kubelet(lambda pod: {}))
    for name in ("n1", "n2"):
        made.ask(node(name), "user")
    return made


def told(events: Iterator[Event]) -> list[str]:
    return [f"{event.at} {event.by}: {event.write.verb} {event.key.kind}" for event in events]


def test_a_replica_set_gets_its_pods_and_they_run() -> None:
    made = cluster()
    made.ask(Write("create", W, WEB), "user")
    assert told(made.run(60)) == [
        "0 replicaset-controller: create Pod",
        "0 replicaset-controller: create Pod",
        "0 replicaset-controller: status ReplicaSet",
        "0 scheduler: bind Pod",
        "0 scheduler: bind Pod",
        "0 replicaset-controller: status ReplicaSet",
        *["0 kubelet: status Pod"] * 4,
        "0 replicaset-controller: status ReplicaSet",
    ]
    web = made.world.store.get(W)
    assert isinstance(web, ReplicaSet)
    assert (web.status.replicas, web.status.ready_replicas, web.status.observed_generation) == (2, 2, 1)
    assert made.next_at is None


def test_a_deleted_pod_ends_and_is_replaced() -> None:
    made = cluster()
    made.ask(Write("create", W, WEB), "user")
    list(made.run(10))
    gone = min(made.world.store.bucket(of_kind("Pod")))
    made.ask(Write("delete", gone), "user")
    list(made.run(60))
    pods = made.world.store.bucket(of_kind("Pod"))
    assert len(pods) == 2
    assert gone not in pods


def test_the_same_world_runs_the_same_way() -> None:
    def story() -> list[Event]:
        made = cluster()
        made.ask(Write("create", W, WEB), "user")
        return list(made.run(60))

    assert story() == story()


def test_a_store_finds_objects_by_kind_owner_and_node_and_forgets_them() -> None:
    owned = replace(POD, meta=replace(POD.meta, owners=(Owner("apps/v1", "ReplicaSet", "web", "u1"),)), node="n1")
    before = Store().put(P, owned)
    after = before.put(P, replace(owned, node="n2"))
    assert set(after.bucket(of_kind("Pod"))) == set(after.bucket(owned_by("Pod", "u1"))) == {P}
    assert (set(after.bucket(on_node("n1"))), set(after.bucket(on_node("n2")))) == (set(), {P})
    assert set(before.bucket(on_node("n1"))) == {P}
    assert dict(after.remove(P).buckets) == {}
    assert after.remove(P).revision == 3


REFUSED = (
    ("a name that is taken", Write("create", P, POD), 409, 'pods "p" already exists'),
    ("what is not there", Write("delete", P._replace(name="q")), 404, 'pods "q" not found'),
    (
        "an old revision",
        Write("update", P, POD, revision=99),
        409,
        'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the',
    ),
    (
        "another pod of that name",
        Write("delete", P, DeleteOptions(uid="other")),
        409,
        "the UID in the precondition (other)",
    ),
)


@pytest.mark.parametrize(("write", "code", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_api_server_refuses(write: Write, code: int, words: str) -> None:
    made = runner()
    made.ask(Write("create", P, POD), "user")
    refused = made.ask(write, "user").refused
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert str(refused).startswith(words)
    assert made.world.store.revision == 1


def test_a_bound_pod_is_not_bound_again() -> None:
    made = cluster()
    made.ask(Write("create", P, POD), "user")
    made.ask(Write("bind", P, "n1"), "user")
    assert str(made.ask(Write("bind", P, "n2"), "user").refused) == "pod p is already assigned to node 'n1'"


def test_a_write_that_changes_nothing_is_none() -> None:
    made = runner()
    made.ask(Write("create", P, POD), "user")
    held = made.world.store.get(P)
    made.ask(Write("update", P, held), "user")
    made.ask(Write("status", P, held), "user")
    assert made.world.store.revision == 1


def test_status_and_the_rest_are_written_apart_and_the_rest_counts_generations() -> None:
    made = runner()
    made.ask(Write("create", W, WEB), "user")
    more = replace(WEB, spec=replace(WEB.spec, replicas=5), status=replace(WEB.status, replicas=9))
    made.ask(Write("status", W, more), "user")
    held = made.world.store.get(W)
    assert isinstance(held, ReplicaSet)
    assert (held.spec.replicas, held.status.replicas, held.meta.generation) == (2, 9, 1)
    made.ask(Write("update", W, more), "user")
    held = made.world.store.get(W)
    assert isinstance(held, ReplicaSet)
    assert (held.spec.replicas, held.status.replicas, held.meta.generation) == (5, 9, 2)


def test_a_finalizer_holds_an_object_until_it_is_taken_off() -> None:
    made = runner()
    made.ask(Write("create", W, replace(WEB, meta=replace(WEB.meta, finalizers=("wait",)))), "user")
    made.ask(Write("delete", W), "user")
    held = made.world.store.get(W)
    assert isinstance(held, ReplicaSet)
    assert held.meta.deleted_at == 0
    made.ask(Write("update", W, replace(held, meta=replace(held.meta, finalizers=()))), "user")
    assert made.world.store.get(W) is None


def test_who_wants_to_look_again_is_asked_then_and_the_clock_goes_there() -> None:
    seen: list[tuple[int, object]] = []

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        seen.append((look.now, look.memory))
        yield Remember(len(seen))
        if look.now < 20:
            yield Again(look.now + 10)

    made = runner(Component("clock", each("ReplicaSet"), decide))
    made.ask(Write("create", W, WEB), "user")
    assert list(made.run(25)) == []
    assert seen == [(0, None), (10, 1), (20, 2)]
    assert (made.world.now, made.next_at) == (20, None)


def test_a_component_that_never_rests_gets_so_many_looks_a_second() -> None:
    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        web = look.get(key, ReplicaSet)
        assert web is not None
        yield Write("status", key, replace(web, status=replace(web.status, replicas=web.status.replicas + 1)))

    made = runner(Component("restless", each("ReplicaSet"), decide))
    made.ask(Write("create", W, WEB), "user")
    events = list(made.run(2))
    assert [event.at for event in events] == [0] * BUSY + [1] * BUSY + [2] * BUSY


def test_what_was_not_looked_at_wakes_nobody() -> None:
    looks: list[Key] = []

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        looks.append(key)
        look.get(key, ReplicaSet)
        yield from ()

    made = runner(Component("one", each("ReplicaSet"), decide))
    made.ask(Write("create", W, WEB), "user")
    list(made.run(1))
    made.ask(Write("create", P, POD), "user")
    list(made.run(2))
    assert looks == [W]
    made.ask(Write("delete", W), "user")
    list(made.run(3))
    assert looks == [W, W]
