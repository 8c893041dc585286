"""What is known from other worlds: it is what would be decided, and carried out, anew."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Remember, each
from kubeproof.model.component import Plan as Decided
from kubeproof.model.controlplane import numbering
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import EMPTY, Key, Object, of_kind
from kubeproof.model.objects.meta import Meta
from kubeproof.model.play import play
from kubeproof.model.world import World
from kubeproof.properties.engines.world_effects import Carrier, Effect, Effects
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_known import Known, Values
from kubeproof.properties.engines.world_machine import PATIENT, start_of
from kubeproof.properties.engines.world_moves import (
    Move,
    container_exits,
    drained,
    node_back,
    node_lost,
    pod_deleted,
    restarted,
    rolled_out,
    scaled,
)
from kubeproof.properties.engines.world_plans import OfWorld, Plan, Planner, Whose
from kubeproof.properties.engines.world_run import Run
from kubeproof.properties.engines.world_steps import Cluster, Order, Taken
from kubeproof.properties.engines.world_told import Naming, Told
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.strategies import Begin, worlds
from tests.model.world.made import SPACE, pod
from tests.properties.engines.test_world_plans import WORKLOADS, cluster
from tests.properties.engines.test_worlds import start

OTHERS = """---
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {pods: "4"}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: log}
spec:
  selector: {matchLabels: {app: log}}
  template:
    metadata: {labels: {app: log}}
    spec: {containers: [{name: log, image: "log:1"}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {completions: 2, parallelism: 2, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: log}
spec: {selector: {app: log}, ports: [{port: 80}]}
"""


CLUSTERS = (
    ("workloads that start", cluster(until=None)),
    ("others that start, bounded by a quota", cluster(manifests=OTHERS, until=None)),
    ("a node is drained, a pod deleted", cluster(drained(), pod_deleted(), until=300)),
    ("an image is changed, a node is lost", cluster(rolled_out(), node_lost(), manifests=OTHERS, until=300)),
)


def checking(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Has searches decide, carry out and tell anew what they know, and compare; how often they knew it."""
    known = Counter[str]()
    plan, of, behind = Planner.plan, Carrier.of, Keys.behind

    def planned(planner: Planner, whose: Whose, world: World, told: OfWorld | None = None) -> Plan:
        found, anew = plan(planner, whose, world, told), planner.decided(whose, world, told)
        assert (found.options, found.seen, found.memory) == (anew.options, anew.seen, anew.memory)
        assert found.idle or found.until == anew.until
        known["plans"] += found.options is not anew.options
        return found

    def carried_out(carrier: Carrier, whose: Whose, plan: Plan, world: World) -> Effects:
        found, anew = of(carrier, whose, plan, world), carrier.anew(whose, plan, world)
        assert found.refused is anew.refused
        assert [one.on(world) for one in found.options] == [one.on(world) for one in anew.options]
        assert [one.on(world) for one in anew.options] == list(anew.worlds)
        if not found.refused:
            assert [_bare(one) for one in found.options] == [_bare(one) for one in anew.options]
        known["effects"] += found is of(carrier, whose, plan, world)
        return found

    def told(keys: Keys, before: Told, world: World, taken: Taken) -> tuple[bytes, Naming]:
        key, naming = behind(keys, before, world, taken)
        assert key == keys.key(taken.state.world, taken.left)
        known["keys"] += 1
        return key, naming

    monkeypatch.setattr(Planner, "plan", planned)
    monkeypatch.setattr(Carrier, "of", carried_out)
    monkeypatch.setattr(Keys, "behind", told)
    return known


@pytest.mark.parametrize("cluster", [row[1] for row in CLUSTERS], ids=[row[0] for row in CLUSTERS])
def test_what_is_known_is_what_would_be_done_anew(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    known = checking(monkeypatch)
    explored(cluster, options=Options(Order.ATOMIC, limit=400))
    assert min(known["plans"], known["effects"], known["keys"]) > 100


MOVES = (node_lost(), node_back(), pod_deleted(), drained(), rolled_out(), scaled(), container_exits(), restarted())


@given(worlds(), st.lists(st.sampled_from(MOVES), max_size=3, unique=True), st.sampled_from((None, 0, 30)))
@settings(suppress_health_check=PATIENT)
def test_so_it_is_in_worlds_at_random(begin: Begin, moves: list[Move], until: int | None) -> None:
    run = Run(start_of(begin), [])
    run.begin()
    world = run.world if until is None else play(run.setup, run.world, until).world
    cluster = Cluster(world, run.setup.components(world), moves, run.setup.server)
    with pytest.MonkeyPatch.context() as patched:
        checking(patched)
        explored(cluster, options=Options(Order.ATOMIC, limit=40))


def _bare(effect: Effect) -> Effect:
    """What an effect does, without the numbers of what it makes, which is another value each time."""
    return effect._replace(come=frozenset())


def test_worlds_share_their_objects_whatever_the_order_of_looks() -> None:
    workloads, _, _ = WORKLOADS.partition("---\napiVersion: batch/v1")
    seen, _ = explored(cluster(manifests=workloads, until=None), options=Options(Order.ATOMIC, limit=400))
    versions = Counter(held for state in seen.states for held in state.world.store.objects.values())
    values = {id(held) for state in seen.states for held in state.world.store.objects.values()}
    assert len(values) == len(versions) < 100
    assert sum(versions.values()) > 3000


def test_what_is_decided_is_found_by_what_was_read_for_it() -> None:
    known = Known[str](Values())
    a, b, pods = Key("Pod", "s", "a"), Key("Pod", "s", "b"), of_kind("Pod")
    store, other = (start(nodes=1, pods=count).store for count in (1, 2))
    seen = [(a, store.get(a)), (pods, store.bucket(pods)), (b, store.get(b))]
    known.note("it", seen, "this")
    assert known.find("it", store) == ("this", tuple(seen))
    assert known.find("it", other) is None
    assert known.find("that", store) is None


def test_a_look_reads_what_it_read_before_where_it_sees_the_same() -> None:
    known = Known[str](Values())
    known.note("it", [(of_kind("Pod"), EMPTY)], "this")
    with pytest.raises(
        AssertionError, match=r"it looks at \('kind', 'Node'\) where it looked at \('kind', 'Pod'\) before"
    ):
        known.note("it", [(of_kind("Node"), EMPTY)], "that")


def test_buckets_of_the_same_objects_have_one_number() -> None:
    values, store = Values(), start(nodes=1, pods=2).store
    bucket = store.bucket(of_kind("Pod"))
    held: list[tuple[Key, Object]] = list(bucket.items())
    again = EMPTY
    for key, one in reversed(held):
        again = again.set(key, one)
    assert again is not bucket
    assert values.of_bucket(again) == values.of_bucket(bucket)
    assert values.of_bucket(again.delete(held[0][0])) != values.of_bucket(bucket)
    assert values.entry(held[0][0], held[0][1]) != values.entry(held[1][0], held[0][1])


def test_what_a_look_makes_and_takes_away_again_was_written() -> None:
    made = Key("Pod", SPACE, "here-and-gone")

    def decide(look: Look, key: Key, pick: Pick) -> Decided:
        if look.memory is None:
            yield Write("create", made, replace(pod("here-and-gone"), meta=Meta("here-and-gone", SPACE)))
            yield Write("delete", made, DeleteOptions(grace_period=0))
            yield Remember("done")

    one = Cluster(start(), (Component("restless", each("ReplicaSet"), decide),))
    seen, _ = explored(one, options=Options(Order.ATOMIC))
    assert len(seen.states) == 2
    assert list(seen.writes) == [1]
    first, last = (state.world.store for state in seen.states)
    assert first.objects == last.objects
    assert last.revision == first.revision + 2
    assert numbering.count(last, made) == numbering.count(first, made) + 1
