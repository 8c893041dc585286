"""DaemonSets in a world: a pod for each node, and how they are replaced."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.daemonset.manage import Change, Delay, failed
from kubeproof.model.controlplane.controllers.daemonset.nodes import Daemons
from kubeproof.model.controlplane.controllers.daemonset.pod import place
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.daemonset import DaemonSet
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.world import Runner
from tests.model.world.workloads import NAMESPACE, Cluster, template

TAINT = {"key": "x", "effect": "NoSchedule"}


def placed(cluster: Cluster) -> dict[str, str]:
    """The image on each node."""
    return {one.node: one.run.containers[0].image for one in cluster.pods()}


def counts(cluster: Cluster) -> tuple[int, ...]:
    status = cluster.get("DaemonSet").status
    return (
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
        status.number_unavailable,
        status.number_misscheduled,
    )


def deleted(cluster: Cluster, until: int) -> int:
    return sum(line.startswith("daemonset-controller: delete Pod") for line in cluster.run(until))


def test_each_node_gets_a_pod_that_is_pinned_to_it() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    assert placed(cluster) == dict.fromkeys(("n1", "n2", "n3"), "app:v1")
    assert sorted(place("", one.spec) for one in cluster.pods()) == ["n1", "n2", "n3"]
    assert counts(cluster) == (3, 3, 3, 3, 3, 0, 0)
    (pod, *_), (revision,) = cluster.pods(), cluster.all("ControllerRevision")
    assert pod.meta.labels["controller-revision-hash"] == revision.meta.labels["controller-revision-hash"]
    assert pod.meta.labels["pod-template-generation"] == "1"
    assert pod.meta.name.startswith("web-")


def test_a_new_node_gets_a_pod() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.node("n2")
    cluster.run(20)
    assert set(placed(cluster)) == {"n1", "n2"}


def test_a_cordoned_node_gets_a_pod_all_the_same() -> None:
    cluster = Cluster(nodes=1)
    cluster.node("n2", unschedulable=True, taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}])
    cluster.create("DaemonSet")
    cluster.run(10)
    assert set(placed(cluster)) == {"n1", "n2"}


TAINTED: tuple[tuple[str, str, int, tuple[int, ...]], ...] = (
    ("a taint that keeps pods off lets one that runs stay", "NoSchedule", 3, (2, 2, 2, 2, 2, 0, 1)),
    ("a taint that ends pods takes one away", "NoExecute", 2, (2, 2, 2, 2, 2, 0, 0)),
)


@pytest.mark.parametrize("case", TAINTED, ids=lambda case: case[0])
def test_what_a_new_taint_does(case: tuple[str, str, int, tuple[int, ...]]) -> None:
    _, effect, pods, status = case
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("Node", "n1", taints=[{"key": "x", "effect": effect}])
    cluster.run(20)
    cluster.patch("DaemonSet", revisionHistoryLimit=5)
    cluster.run(30)
    assert (len(cluster.pods()), counts(cluster)) == (pods, status)


def test_a_node_whose_pod_stays_is_counted_until_something_else_happens() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("Node", "n1", taints=[TAINT])
    cluster.run(20)
    assert counts(cluster) == (3, 3, 3, 3, 3, 0, 0)


def test_a_node_whose_taint_goes_is_counted_again_where_pods_were_misplaced() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("Node", "n1", taints=[TAINT])
    cluster.patch("DaemonSet", revisionHistoryLimit=5)
    cluster.run(20)
    assert counts(cluster) == (2, 2, 2, 2, 2, 0, 1)
    cluster.patch("Node", "n1", taints=[])
    cluster.run(30)
    assert counts(cluster) == (3, 3, 3, 3, 3, 0, 0)


def test_a_node_that_goes_is_still_counted_where_pods_are_misplaced() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("Node", "n1", taints=[TAINT])
    cluster.patch("DaemonSet", revisionHistoryLimit=5)
    cluster.run(20)
    cluster.delete("Node", "n1")
    cluster.run(30)
    assert counts(cluster) == (2, 2, 2, 2, 2, 0, 1)


STRATEGIES: tuple[tuple[str, dict[str, Any], tuple[int, int]], ...] = (
    ("by default one node after the other is without a pod", {}, (2, 3)),
    ("as many nodes at a time as may be without one", {"rollingUpdate": {"maxUnavailable": "50%"}}, (1, 3)),
    ("with surge the new pod comes first", {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, (3, 4)),
)


@pytest.mark.parametrize("case", STRATEGIES, ids=lambda case: case[0])
def test_how_few_and_how_many_pods_there_are_during_an_update(
    case: tuple[str, dict[str, Any], tuple[int, int]],
) -> None:
    _, strategy, expected = case
    cluster = Cluster()
    slow = {"fake/term-delay": "3"}
    cluster.create("DaemonSet", updateStrategy=strategy, template=template(annotations=slow))
    cluster.run(10)
    cluster.patch("DaemonSet", template=template("app:v2", slow))
    seen = []
    for _ in cluster.runner.run(100):
        staying = cluster.pods()
        ready = sum(one.status.is_true("Ready") for one in staying)
        seen.append((ready, len(staying)))
    assert (min(ready for ready, _ in seen), max(count for _, count in seen)) == expected
    assert placed(cluster) == dict.fromkeys(("n1", "n2", "n3"), "app:v2")
    assert cluster.get("DaemonSet").meta.annotations["deprecated.daemonset.template.generation"] == "2"


def test_a_broken_update_stops_at_the_first_node() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("DaemonSet", template=template("app:broken"))
    cluster.run(40)
    assert sorted(placed(cluster).values()) == ["app:broken", "app:v1", "app:v1"]
    assert counts(cluster) == (3, 3, 2, 1, 2, 1, 0)
    cluster.patch("DaemonSet", template=template("app:v1"))
    cluster.run(80)
    assert sorted(placed(cluster).values()) == ["app:v1"] * 3
    assert sorted(one.revision for one in cluster.all("ControllerRevision")) == [2, 3]


def test_an_old_pod_that_is_not_available_counts_as_one_that_may_go() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    for at, broken in ((40, "1"), (70, "2"), (100, "3")):
        cluster.patch("DaemonSet", template=template("app:broken", annotations={"try": broken}))
        cluster.run(at)
        assert sorted(placed(cluster).values()) == ["app:broken", "app:v1", "app:v1"]


def test_with_on_delete_only_deleted_pods_are_replaced() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet", updateStrategy={"type": "OnDelete"})
    cluster.run(10)
    cluster.patch("DaemonSet", template=template("app:v2"))
    cluster.run(20)
    assert set(placed(cluster).values()) == {"app:v1"}
    gone = next(one for one in cluster.pods() if one.node == "n2")
    cluster.delete("Pod", gone.meta.name)
    cluster.run(40)
    assert placed(cluster) == {"n1": "app:v1", "n2": "app:v2", "n3": "app:v1"}


def test_old_revisions_beyond_the_history_go() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet", revisionHistoryLimit=1)
    for number in (2, 3, 4):
        cluster.run(number * 30)
        cluster.patch("DaemonSet", template=template(f"app:v{number}"))
    cluster.run(200)
    assert sorted(one.revision for one in cluster.all("ControllerRevision")) == [3, 4]


def test_a_node_that_no_longer_selects_loses_its_pod() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet")
    cluster.run(10)
    cluster.patch("DaemonSet", template=template(nodeSelector={"kubernetes.io/hostname": "n1"}))
    cluster.run(40)
    assert set(placed(cluster)) == {"n1"}


DELAYS = (
    ("the first failed pod goes at once", None, 100, (1, Delay(1, 100), None)),
    ("the next one waits", Delay(4, 98), 100, (0, Delay(4, 98), 4)),
    ("and then twice as long", Delay(4, 96), 100, (1, Delay(8, 100), None)),
    ("at most a quarter of an hour", Delay(900, 100), 1000, (1, Delay(900, 1000), None)),
    ("after half an hour all is forgotten", Delay(900, 100), 1901, (1, Delay(1, 1901), None)),
)


@pytest.mark.parametrize("case", DELAYS, ids=lambda case: case[0])
def test_when_a_failed_pod_is_deleted(case: tuple[str, Delay | None, int, tuple[int, Delay, int | None]]) -> None:
    _, known, now, (gone, delay, again_in) = case
    seen = Daemons(DaemonSet(Meta("web")), {}, {}, "", now)
    before = Change(delays=Map() if known is None else Map({"n1": known}))
    after = failed(seen, "n1", LivePod(Meta("p"), RunSpec(())), before)
    assert (len(after.deleted), after.delays["n1"], after.again_in) == (gone, delay, again_in)


def test_a_pod_that_fails_is_replaced_ever_more_slowly() -> None:
    cluster = Cluster(nodes=1)
    ends = template(annotations={"fake/exit.c": "1:1"}, restartPolicy="Always")
    cluster.create("DaemonSet", template=ends)
    cluster.run(3)
    assert deleted(cluster, 10) == 0


@pytest.mark.parametrize(("changed", "gone"), [(False, 0), (True, 1)])
def test_another_generation_of_the_set_is_not_held_up_by_the_delays_of_the_last(changed: bool, gone: int) -> None:
    cluster = Cluster(nodes=1)
    cluster.create("DaemonSet")
    for now in (10, 15, 20, 30, 32):
        cluster.run(now)
        [pod] = cluster.pods()
        evicted = replace(pod, status=replace(pod.status, phase="Failed"))
        cluster.runner.ask(Write("status", Key("Pod", NAMESPACE, pod.meta.name), evicted), "kubelet")
    if changed:
        cluster.patch("DaemonSet", minReadySeconds=1)
    assert deleted(cluster, 34) == gone


def test_pods_become_available_in_a_run_that_is_begun_anew() -> None:
    cluster = Cluster()
    cluster.create("DaemonSet", minReadySeconds=5)
    cluster.run(2)
    cluster.runner = Runner(cluster.runner.world, (DAEMONSET,))
    cluster.run(20)
    assert cluster.get("DaemonSet").status.number_available == 3
