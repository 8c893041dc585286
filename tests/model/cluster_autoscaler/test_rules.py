"""What a cluster autoscaler decides: which pods may be moved, how many nodes are asked for, and which are unneeded."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.cluster_autoscaler import scale_down, scale_up
from kubeproof.model.cluster_autoscaler.movable import SAFE, SAFE_VOLUMES, blocked, to_move
from kubeproof.model.cluster_autoscaler.policy import AutoscalerPolicy, NodeGroup
from kubeproof.model.component import first
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition, PodStatus
from kubeproof.model.objects.taints import Taint
from tests.model.descheduler.build import budget, look, node, pod

SCRATCH = core_v1.Volume("v", emptyDir=core_v1.EmptyDirVolumeSource())
IN_MEMORY = core_v1.Volume("v", emptyDir=core_v1.EmptyDirVolumeSource(medium="Memory"))
HOST_PATH = core_v1.Volume("v", hostPath=core_v1.HostPathVolumeSource("/"))


def allowing(allowed: int) -> LiveBudget:
    return replace(budget(app="web"), status=BudgetStatus(allowed))


class Move(NamedTuple):
    sentence: str
    pods: tuple[LivePod, ...]
    why: str
    budgets: tuple[LiveBudget, ...] = ()
    policy: AutoscalerPolicy = AutoscalerPolicy()


SYSTEM = pod("a", "n1", namespace="kube-system")
MOVES = (
    Move("a pod of a ReplicaSet", (pod("a", "n1"),), ""),
    Move("one of a Job", (pod("a", "n1", owner="Job/j"),), ""),
    Move("one that nobody owns", (pod("a", "n1", owner=""),), "a is not replicated"),
    Move("unless it says that it may be evicted", (pod("a", "n1", owner="", annotations={SAFE: "true"}),), ""),
    Move("one of an owner that is not known to make it anew", (pod("a", "n1", owner="Rollout/r"),),
         "a is not replicated"),
    Move("one that says that it may not", (pod("a", "n1", annotations={SAFE: "false"}),), "a is not safe to evict"),
    Move("one of a DaemonSet goes with its node", (pod("a", "n1", owner="DaemonSet/d"),), ""),
    Move("so does a mirror of a static pod",
         (pod("a", "n1", owner="", annotations={"kubernetes.io/config.mirror": ""}),), ""),
    Move("one that has ended is not looked at", (pod("a", "n1", owner="", phase="Failed"),), ""),
    Move("one of the system", (SYSTEM,), "a is of kube-system, and no budget guards it"),
    Move("that a budget guards", (SYSTEM,), "",
         (replace(allowing(1), meta=replace(budget().meta, namespace="kube-system")),)),
    Move("or where such pods are not spared", (SYSTEM,), "", (), AutoscalerPolicy(skip_system_pods=False)),
    Move("one with an emptyDir", (pod("a", "n1", volumes=[SCRATCH]),), "a has local storage"),
    Move("in memory it is none", (pod("a", "n1", volumes=[IN_MEMORY]),), ""),
    Move("one with a path of its node", (pod("a", "n1", volumes=[HOST_PATH]),), "a has local storage"),
    Move("which it says is safe", (pod("a", "n1", volumes=[HOST_PATH], annotations={SAFE_VOLUMES: "w, v"}),), ""),
    Move("or where such pods are not spared, either", (pod("a", "n1", volumes=[SCRATCH]),), "", (),
         AutoscalerPolicy(skip_local_storage=False)),
    Move("one that a budget does not let go", (pod("a", "n1"),), "the budget b does not let all of them go",
         (allowing(0),)),
    Move("one that it does", (pod("a", "n1"),), "", (allowing(1),)),
    Move("two where it lets go of one", (pod("a", "n1"), pod("b", "n1")), "the budget b does not let all of them go",
         (allowing(1),)),
)  # fmt: skip


def check_move(case: Move) -> None:
    assert blocked(case.policy, to_move(case.pods), case.budgets) == case.why


@pytest.mark.parametrize("case", MOVES, ids=lambda case: case.sentence)
def test_whether_pods_may_be_moved(case: Move) -> None:
    check_move(case)


def waiting(name: str, reason: str = "Unschedulable", **told: Any) -> LivePod:
    said = Condition("PodScheduled", "False", reason)
    return replace(pod(name, "", phase="Pending", **told), status=PodStatus("Pending", conditions=(said,)))


WAITING = (
    ("one that fits nowhere", waiting("a"), True),
    ("one that nobody has tried to place", replace(waiting("a"), status=PodStatus("Pending")), False),
    ("one that is gated", waiting("a", "SchedulingGated"), False),
    ("one that is being deleted", waiting("a", deleted=True), False),
    ("one of a DaemonSet", waiting("a", owner="DaemonSet/d"), False),
    ("one that is expendable", waiting("a", priority=-11), False),
    ("one that hardly is not", waiting("a", priority=-10), True),
)


def check_waiting(one: LivePod, asks: bool) -> None:
    assert scale_up.unschedulable([one]) == ([one] if asks else [])


@pytest.mark.parametrize(("one", "asks"), [row[1:] for row in WAITING], ids=[row[0] for row in WAITING])
def test_which_pods_ask_for_a_node(one: LivePod, asks: bool) -> None:
    check_waiting(one, asks)


def group(name: str = "pool", cpu: int = 1000, most: int = 9, **told: Any) -> NodeGroup:
    return NodeGroup(name, 0, most, node(f"{name}-1", cpu, **told).for_scheduler)


TAINT = (Taint("k", "v", "NoSchedule"),)


class Up(NamedTuple):
    """`asked`: of which group, how many."""

    sentence: str
    nodes: tuple[LiveNode, ...]
    pods: tuple[LivePod, ...]
    groups: tuple[NodeGroup, ...]
    asked: tuple[str, int] | None


SMALL, LARGE = group("small", 1000), group("large", 4000)
UPS = (
    Up("one pod, one node", (), (waiting("a", cpu=600),), (SMALL,), ("small", 1)),
    Up("two that share one", (), (waiting("a", cpu=500), waiting("b", cpu=500)), (SMALL,), ("small", 1)),
    Up("two that do not", (), (waiting("a", cpu=600), waiting("b", cpu=600)), (SMALL,), ("small", 2)),
    Up("the largest are packed first", (),
       tuple(waiting(name, cpu=cpu) for name, cpu in (("a", 400), ("b", 400), ("c", 600), ("d", 600))), (SMALL,),
       ("small", 2)),
    Up("no more than there may be", (), tuple(waiting(name, cpu=600) for name in "abc"), (group(most=2),), ("pool", 2)),
    Up("one that a node has room for by now asks for none", (node("n1", 1000),), (waiting("a", cpu=600),), (SMALL,),
       None),
    Up("one that is too large for any", (), (waiting("a", cpu=5000),), (SMALL, LARGE), None),
    Up("one that would not tolerate the new node", (), (waiting("a"),), (group(taints=TAINT),), None),
    Up("the group with the least waste", (), (waiting("a", cpu=900),), (LARGE, SMALL), ("small", 1)),
    Up("also where that is the larger one", (), tuple(waiting(name, cpu=1300) for name in "abc"), (SMALL, LARGE),
       ("large", 1)),
    Up("the first of two alike", (), (waiting("a"),), (group("x"), group("y")), ("x", 1)),
    Up("one that is nominated has its place", (node("n1", 1000),),
       (replace(waiting("a", cpu=900), nominated="n1"), pod("victim", "n1", cpu=900)), (SMALL,), None),
)  # fmt: skip


def check_up(case: Up) -> None:
    snapshot = scale_up.settled(seen(look(case.nodes, case.pods)), ())
    keys = [f"shop/{one.meta.name}" for one in scale_up.unschedulable(case.pods)]
    snapshot, left = scale_up.helpless(snapshot, None, keys)
    found = scale_up.best(snapshot, None, left, [(one, one.most) for one in case.groups], first)
    assert (found and (found.group.name, found.nodes)) == case.asked


@pytest.mark.parametrize("case", UPS, ids=lambda case: case.sentence)
def test_which_nodes_are_asked_for(case: Up) -> None:
    check_up(case)


class Down(NamedTuple):
    sentence: str
    nodes: tuple[LiveNode, ...]
    pods: tuple[LivePod, ...]
    unneeded: str


N1, N2, N3 = (node(name, 1000) for name in ("n1", "n2", "n3"))
KEPT = replace(N1, meta=replace(N1.meta, annotations=Map({scale_down.DISABLED: "true"})))
DOWNS = (
    Down("an empty node", (N1, N2), (pod("a", "n2", cpu=600),), "n1"),
    Down("one whose pods fit elsewhere", (N1, N2), (pod("a", "n1", cpu=400), pod("b", "n2", cpu=600)), "n1"),
    Down("one whose pods do not", (N1, N2), (pod("a", "n1", cpu=400), pod("b", "n2", cpu=700)), ""),
    Down("one that is asked for half of what it has", (N1, N2), (pod("a", "n1", cpu=500), pod("b", "n2", cpu=500)), ""),
    Down("one with less", (N1, N2), (pod("a", "n1", cpu=499), pod("b", "n2", cpu=500)), "n1"),
    Down("two that cannot both go", (N1, N2), (pod("a", "n1", cpu=400), pod("b", "n2", cpu=400)), "n1"),
    Down("two that can", (N1, N2, node("n3", 4000)), (pod("a", "n1", cpu=400), pod("b", "n2", cpu=400),
                                                     pod("c", "n3", cpu=2000)), "n1 n2"),
    Down("what was moved to a node has to leave it, too", (N1, N2, node("n3", 4000)),
         (pod("a", "n1", cpu=400), pod("b", "n2", cpu=400), pod("c", "n3", cpu=3500)), "n1"),
    Down("one with a pod that may not be moved", (N1, N2), (pod("a", "n1", cpu=100, owner=""),
                                                            pod("b", "n2", cpu=600)), ""),
    Down("one that says so", (KEPT, N2), (pod("b", "n2", cpu=600),), ""),
    Down("one that is not ready", (node("n1", 1000, ready="False"), N2), (pod("b", "n2", cpu=600),), ""),
    Down("pods of DaemonSets do not have to fit", (N1, N2),
         (pod("a", "n1", cpu=450, owner="DaemonSet/d"), pod("b", "n2", cpu=900)), "n1"),
    Down("but they use the node", (N1, N2), (pod("a", "n1", cpu=500, owner="DaemonSet/d"), pod("b", "n2", cpu=900)),
         ""),
    Down("a pod that has ended uses nothing", (N1, N2), (pod("a", "n1", cpu=900, phase="Succeeded"),
                                                         pod("b", "n2", cpu=900)), "n1"),
)  # fmt: skip


def check_down(case: Down) -> None:
    at = look(case.nodes, case.pods)
    assert scale_down.unneeded(AutoscalerPolicy(), at, seen(at), None, case.nodes) == case.unneeded.split()


@pytest.mark.parametrize("case", DOWNS, ids=lambda case: case.sentence)
def test_which_nodes_are_not_needed(case: Down) -> None:
    check_down(case)
