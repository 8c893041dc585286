"""Nodes in a world: how they join, fall silent and return, and what becomes of their pods."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.node_lifecycle.component import node_lifecycle
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace
from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import Settings
from kubeproof.model.controlplane.controllers.pod_gc import OUT_OF_SERVICE, POD_GC
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.node.kubelet.node_status import NODE_STATUS
from kubeproof.model.node.kubelet.processes import Process
from kubeproof.model.objects.live_node import LiveLease, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint, Toleration
from kubeproof.model.world import Runner
from tests.model.world.made import SPACE, UNREACHABLE, cluster, made, names, node, nodes_with, pod, step, there, told

A, B = Taint("a", "1", NO_EXECUTE), Taint("b", "1", NO_EXECUTE)
SILENT = (Taint(UNREACHABLE, "", NO_EXECUTE), Taint(UNREACHABLE, "", NO_SCHEDULE))


def with_pods(*pods: LivePod) -> Runner:
    runner = cluster(*nodes_with(POD_GC))
    made(runner, *pods)
    list(runner.run(0))
    return runner


def lost(runner: Runner, at: int, *nodes: str) -> None:
    runner.advance(at)
    for name in nodes:
        step(runner, environment.lost(runner.world.store, name, at))


def back(runner: Runner, at: int, name: str) -> None:
    list(runner.run(at))
    runner.advance(at)
    step(runner, environment.back(runner.world.store, name))


def taints(runner: Runner, name: str) -> set[Taint]:
    return set(there(runner, LiveNode, name).taints)


def test_a_node_that_joins_gets_a_lease_and_loses_the_taint_of_a_new_one() -> None:
    runner = cluster(NODE_STATUS, node_lifecycle(), nodes=())
    step(runner, environment.registered(node("n1"), 0))
    assert taints(runner, "n1") == {environment.NEW}
    assert told(runner.run(0)) == [
        "0 kubelet-node-status: create Lease n1",
        "0 node-lifecycle-controller: update Node n1",
    ]
    lease, own = there(runner, LiveLease, "n1", "kube-node-lease"), there(runner, LiveNode, "n1")
    assert (lease.lease.renewed_at, [owner.uid for owner in lease.meta.owners]) == (None, [own.meta.uid])
    assert [(one.type, one.status, one.reason) for one in own.conditions] == [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID"),
        ("Ready", "True", "KubeletReady"),
    ]
    assert told(runner.run(100)) == []
    assert runner.next_at is None  # nobody waits for a node that renews its lease


def test_a_silent_node_is_found_out_and_its_pods_go_as_they_tolerate_it() -> None:
    runner = with_pods(pod("a", "n1"), pod("b", "n1", 20), pod("c", "n2"))
    lost(runner, 100, "n1")
    assert told(runner.run(1000)) == [
        "155 node-lifecycle-controller: status Node n1",
        "155 node-lifecycle-controller: status Pod a",
        "155 node-lifecycle-controller: status Pod b",
        "155 node-lifecycle-controller: update Node n1",
        "155 node-lifecycle-controller: update Node n1",
        "175 taint-eviction-controller: status Pod b",
        "175 taint-eviction-controller: delete Pod b",
        "455 taint-eviction-controller: status Pod a",
        "455 taint-eviction-controller: delete Pod a",
    ]
    assert taints(runner, "n1") == set(SILENT)
    gone = there(runner, LivePod, "b")
    said = gone.status.condition("DisruptionTarget")
    assert said is not None
    assert (said.reason, gone.meta.deleted_at, gone.status.phase) == ("DeletionByTaintManager", 205, "Running")
    assert [there(runner, LivePod, name).status.is_true("Ready") for name in "abc"] == [False, False, True]


FOUND = (
    ("a renewal that a round has just seen", 100, 100, 155),
    ("one a little later is seen five seconds after that", 101, 101, 160),
    ("one before the last round was seen by that", 104, 100, 155),
    ("one that the last round but one has seen", 109, 96, 155),
)


@pytest.mark.parametrize(("at", "renewed", "found"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_when_a_silent_node_is_found_out(at: int, renewed: int, found: int) -> None:
    runner = with_pods()
    runner.advance(at)
    step(runner, environment.lost(runner.world.store, "n1", renewed))
    assert (
        told(runner.run(1000), "node-lifecycle-controller")[0] == f"{found} node-lifecycle-controller: status Node n1"
    )


def test_a_machine_that_is_lost_before_a_round_has_seen_its_lease_is_found_out_as_any() -> None:
    runner = cluster(node_lifecycle(), NODE_STATUS)
    lost(runner, 1, "n1")
    assert told(runner.run(1000))[0] == "60 node-lifecycle-controller: status Node n1"


def test_the_flags_say_when_a_silent_node_is_found_out() -> None:
    fast = node_lifecycle(Settings(Grace(8, 12)), 1)
    runner = cluster(NODE_STATUS, fast)
    lost(runner, 100, "n1")
    assert told(runner.run(1000))[0] == "109 node-lifecycle-controller: status Node n1"


def test_a_node_that_is_back_in_time_is_never_called_silent() -> None:
    runner = with_pods(pod("a", "n1"))
    lost(runner, 100, "n1")
    back(runner, 150, "n1")
    assert told(runner.run(1000)) == []
    assert runner.next_at is None


def test_a_node_that_returns_is_ready_again_and_so_are_its_pods() -> None:
    runner = with_pods(pod("a", "n1"))
    lost(runner, 100, "n1")
    back(runner, 202, "n1")
    assert told(runner.run(1000)) == [
        "202 kubelet-node-status: status Node n1",
        "202 kubelet: status Pod a",
        "202 node-lifecycle-controller: update Node n1",
        "205 node-lifecycle-controller: update Node n1",
    ]
    assert taints(runner, "n1") == set()
    ready = there(runner, LivePod, "a").status.condition("Ready")
    assert ready is not None
    assert (ready.status, there(runner, LivePod, "a").meta.deleted_at) == ("True", None)


def test_pods_that_were_deleted_meanwhile_end_when_the_node_returns() -> None:
    runner = with_pods(pod("a", "n1", 20))
    lost(runner, 100, "n1")
    list(runner.run(300))
    assert names(runner, "Pod") == ["a"]
    back(runner, 300, "n1")
    list(runner.run(300))
    assert names(runner, "Pod") == []


def test_of_two_silent_nodes_of_a_zone_the_second_waits_for_its_taint() -> None:
    runner = with_pods(pod("a", "n1", 20), pod("b", "n2", 20))
    lost(runner, 100, "n1", "n2")
    events = told(runner.run(1000), "node-lifecycle-controller", "taint-eviction-controller")
    assert [line for line in events if "delete" in line] == [
        "175 taint-eviction-controller: delete Pod a",
        "185 taint-eviction-controller: delete Pod b",
    ]


def test_where_all_nodes_are_silent_nobody_is_evicted() -> None:
    runner = with_pods(pod("a", "n1", 20))
    lost(runner, 100, "n1", "n2", "n3")
    assert [line for line in told(runner.run(1000)) if "delete" in line] == []
    assert taints(runner, "n1") == {SILENT[1]}


def test_pods_of_a_node_that_is_removed_are_taken_away_after_the_quarantine() -> None:
    runner = with_pods(pod("a", "n1"))
    runner.advance(107)
    step(runner, environment.removed(runner.world.store, "n1", 107))
    assert told(runner.run(1000), "pod-garbage-collector-controller") == [
        "160 pod-garbage-collector-controller: status Pod a",
        "160 pod-garbage-collector-controller: delete Pod a",
    ]
    assert runner.next_at is None


def test_a_timer_fires_though_the_node_is_gone() -> None:
    runner = with_pods(pod("a", "n1", 20))
    lost(runner, 100, "n1")
    list(runner.run(160))
    step(runner, [Write("delete", Key("Node", "", "n1"))])
    assert told(runner.run(179), "taint-eviction-controller") == [
        "175 taint-eviction-controller: status Pod a",
        "175 taint-eviction-controller: delete Pod a",
    ]


def test_a_node_out_of_service_lets_go_of_its_pods_at_the_next_round() -> None:
    runner = with_pods(pod("a", "n1", 0))
    lost(runner, 100, "n1")
    list(runner.run(170))
    assert names(runner, "Pod") == ["a"]
    runner.advance(170)
    step(runner, environment.tainted(runner.world.store, "n1", Taint(OUT_OF_SERVICE, "nodeshutdown", NO_EXECUTE)))
    assert told(runner.run(1000), "pod-garbage-collector-controller") == [
        "180 pod-garbage-collector-controller: status Pod a",
        "180 pod-garbage-collector-controller: delete Pod a",
    ]


class Refused(NamedTuple):
    """What a kubelet says of a pod that was put on its node past the scheduler; "": it takes it."""

    sentence: str
    pod: LivePod
    reason: str
    at: str = "n1"


BIG = pod("a", "n1")
LARGE = replace(BIG, spec=PodSpec(Map({"pods": 1, "cpu": 600})))
ADMISSIONS = (
    Refused("one that fits is taken", BIG, ""),
    Refused(
        "more than the node has left is refused", replace(BIG, spec=PodSpec(Map({"pods": 1, "cpu": 600}))), "OutOfcpu"
    ),
    Refused("a taint with NoExecute refuses", replace(BIG, node="n2"), "TaintToleration", "n2"),
    Refused("a taint with NoSchedule does not", replace(BIG, node="n3"), "", "n3"),
)


@pytest.mark.parametrize("case", ADMISSIONS, ids=lambda case: case.sentence)
def test_a_kubelet_takes_the_pods_that_its_node_can_have(case: Refused) -> None:
    runner = with_pods(replace(pod("first", "n1"), spec=PodSpec(Map({"pods": 1, "cpu": 500}))))
    step(runner, environment.tainted(runner.world.store, "n2", A))
    step(runner, environment.tainted(runner.world.store, "n3", Taint("a", "1", NO_SCHEDULE)))
    made(runner, case.pod)
    events = told(runner.run(0), "kubelet")
    if case.reason == "TaintToleration":  # the taint evicts it, too
        assert (events, names(runner, "Pod")) == (["0 kubelet: status Pod a"], ["first"])
        return
    held = there(runner, LivePod, "a")
    assert (held.status.phase, held.status.reason) == ("Failed" if case.reason else "Running", case.reason)


def test_a_pod_that_runs_stays_when_its_node_has_less() -> None:
    runner = with_pods(LARGE)
    held = there(runner, LiveNode, "n1")
    step(runner, [Write("status", Key("Node", "", "n1"), replace(held, allocatable=Map({"cpu": 100, "pods": 1})))])
    step(runner, [Write("update", Key("Pod", SPACE, "a"), replace(there(runner, LivePod, "a"), nominated=""))])
    list(runner.run(10))
    assert there(runner, LivePod, "a").status.phase == "Running"


def test_nobody_ends_the_pods_of_a_node_that_was_deleted() -> None:
    runner = cluster(*nodes_with(GARBAGE_COLLECTOR))
    made(runner, pod("a", "n1"))
    list(runner.run(0))
    step(runner, [Write("delete", Key("Node", "", "n1"))])
    list(runner.run(10))
    assert names(runner, "Lease") == ["n2", "n3"]
    step(runner, [Write("delete", Key("Pod", SPACE, "a"))])
    assert told(runner.run(1000)) == []
    assert there(runner, LivePod, "a").meta.deleted_at is not None


def test_a_node_may_join_before_it_is_ready() -> None:
    runner = cluster(NODE_STATUS, node_lifecycle(), nodes=())
    waits = replace(node("n1"), conditions=(NodeCondition("Ready", "False", "KubeletNotReady", "no network yet"),))
    step(runner, environment.registered(waits, 0))
    list(runner.run(0))
    ready = there(runner, LiveNode, "n1").condition("Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("False", "KubeletNotReady")
    assert taints(runner, "n1") == {environment.NEW}


def test_a_node_out_of_service_lets_go_of_its_pods_for_good() -> None:
    runner = with_pods(pod("a", "n1", 0))
    lost(runner, 100, "n1")
    list(runner.run(170))
    step(runner, environment.tainted(runner.world.store, "n1", Taint(OUT_OF_SERVICE, "nodeshutdown", NO_EXECUTE)))
    list(runner.run(1000))
    assert names(runner, "Pod") == []


def test_a_second_deletion_may_shorten_the_time_that_a_pod_has() -> None:
    runner = cluster(*nodes_with(does=lambda pod: {"c": Process(term_takes=20)}))
    made(runner, pod("a", "n1"))
    list(runner.run(0))
    step(runner, [Write("delete", Key("Pod", SPACE, "a"))])
    list(runner.run(5))
    runner.advance(5)
    step(runner, [Write("delete", Key("Pod", SPACE, "a"), DeleteOptions(grace_period=7))])
    assert [line for line in told(runner.run(100), "kubelet") if "delete" in line] == ["12 kubelet: delete Pod a"]


def test_a_taint_takes_the_place_of_one_with_its_key_and_effect() -> None:
    runner = with_pods()
    for value in ("1", "2"):
        step(runner, environment.tainted(runner.world.store, "n1", Taint("a", value, NO_SCHEDULE)))
    assert taints(runner, "n1") == {Taint("a", "2", NO_SCHEDULE)}


def test_a_condition_gives_its_taint_at_once() -> None:
    runner = with_pods()
    step(runner, environment.found(runner.world.store, "n1", "MemoryPressure", "True", 0))
    list(runner.run(0))
    assert taints(runner, "n1") == {Taint("node.kubernetes.io/memory-pressure", "", NO_SCHEDULE)}
    step(runner, environment.cordoned(runner.world.store, "n1"))
    list(runner.run(0))
    assert Taint("node.kubernetes.io/unschedulable", "", NO_SCHEDULE) in taints(runner, "n1")
    step(runner, environment.cordoned(runner.world.store, "n1", on=False))
    step(runner, environment.found(runner.world.store, "n1", "MemoryPressure", "False", 0))
    list(runner.run(0))
    assert taints(runner, "n1") == set()


def test_a_node_that_says_itself_that_it_is_not_ready_keeps_saying_so() -> None:
    runner = with_pods(pod("a", "n1"))
    runner.advance(100)
    step(runner, environment.found(runner.world.store, "n1", "Ready", "False", 100))
    list(runner.run(300))
    ready = there(runner, LiveNode, "n1").condition("Ready")
    assert ready is not None
    assert ready.status == "False"
    assert {one.effect for one in taints(runner, "n1")} == {NO_SCHEDULE, NO_EXECUTE}
    assert there(runner, LivePod, "a").status.is_true("Ready")  # its kubelet is there, and said nothing else of it


class Stay(NamedTuple):
    """How long a pod stays after a taint at 10 and another at 20; None: for ever."""

    sentence: str
    tolerations: tuple[Toleration, ...]
    gone_at: int | None


def of(key: str, seconds: int | None = None) -> Toleration:
    return Toleration(key, "Exists", effect=NO_EXECUTE, seconds=seconds)


STAYS = (
    Stay("one that tolerates nothing goes at once", (), 10),
    Stay("one goes when its time is over", (of("a", 12), of("b")), 22),
    Stay("a second taint that is not tolerated ends it", (of("a", 12),), 20),
    Stay("a second taint does not shorten a time that runs", (of("a", 12), of("b", 4)), 22),
    Stay("a time of 0 is none", (of("a", 0),), 10),
    Stay("without a time it is for ever", (of("a"), of("b")), None),
    Stay("a time begins with the taint that it is for", (of("a"), of("b", 4)), 24),
)


@pytest.mark.parametrize("case", STAYS, ids=lambda case: case.sentence)
def test_how_long_a_pod_stays_on_a_tainted_node(case: Stay) -> None:
    one = pod("a", "n1")
    runner = with_pods(replace(one, spec=replace(one.spec, tolerations=case.tolerations)))
    events = []
    for at, added in ((10, A), (20, B)):
        events += list(runner.run(at))
        runner.advance(at)
        step(runner, environment.tainted(runner.world.store, "n1", added))
    events += list(runner.run(1000))
    gone = [event.at for event in events if (event.by, event.write.verb) == ("taint-eviction-controller", "delete")]
    assert gone == ([] if case.gone_at is None else [case.gone_at])


def test_a_taint_that_goes_in_time_evicts_nobody() -> None:
    one = pod("a", "n1")
    runner = with_pods(replace(one, spec=replace(one.spec, tolerations=(of("a", 12),))))
    step(runner, environment.tainted(runner.world.store, "n1", A))
    list(runner.run(5))
    runner.advance(5)
    step(runner, environment.untainted(runner.world.store, "n1", "a"))
    assert told(runner.run(1000)) == []
    step(runner, environment.tainted(runner.world.store, "n1", A))
    start = runner.world.now
    assert next(line for line in told(runner.run(1000)) if "delete Pod" in line).startswith(f"{start + 12} ")


def test_what_happens_to_no_node_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no Node n9; there are: n1, n2, n3"):
        environment.cordoned(with_pods().world.store, "n9")
    with pytest.raises(BadInput, match="there is no Instance n1; there are: none"):
        environment.machine_stopped(with_pods().world.store, "n1", 0)
