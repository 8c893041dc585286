"""What one pass of each plugin evicts, a table a plugin."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from immutables import Map

from kubeproof.model.descheduler.evictor import EVICT
from kubeproof.model.descheduler.policy import (
    Evictor,
    LowNodeUtilization,
    Namespaces,
    NodeTaints,
    Plugin,
    RemoveDuplicates,
    TopologySpread,
)
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.taints import Taint, Toleration
from tests.model.descheduler.build import goes, node, pod, spread

SOFT, HARD = Taint("k", "v", "PreferNoSchedule"), Taint("k", "v", "NoSchedule")
AWAY = Taint("k", "v", "NoExecute")
PUTS_UP = (Toleration("k", "Exists"),)
FIT = Evictor(node_fit=True)
N1, N2, N3 = node("n1"), node("n2"), node("n3")


class Case(NamedTuple):
    """`gone`: the names of the pods that are evicted, in order."""

    sentence: str
    nodes: tuple[LiveNode, ...]
    pods: tuple[LivePod, ...]
    gone: str
    plugin: Plugin
    evictor: Evictor | None = None
    limits: dict[str, Any] | None = None


def check(case: Case) -> None:
    assert goes(case.plugin, case.nodes, case.pods, case.evictor, **(case.limits or {})) == case.gone.split()


D = RemoveDuplicates()
A4 = tuple(pod(name, "n1") for name in "abcd")
DUPLICATES = (
    Case("two pods of an owner on one of two nodes", (N1, N2), A4[:2], "b", D),
    Case("as many stay as fall to each node, rounded up", (N1, N2, N3), A4, "c d", D),
    Case("one on each node is fine", (N1, N2), (pod("a", "n1"), pod("b", "n2")), "", D),
    Case("where there is one node, nobody leaves", (N1,), A4, "", D),
    Case("a node that is not ready is no node", (N1, node("n2", ready="Unknown")), A4, "", D),
    Case("a cordoned one is", (N1, node("n2", cordoned=True)), A4[:2], "b", D),
    Case("another image is another pod", (N1, N2), (pod("a", "n1"), pod("b", "n1", image="other")), "", D),
    Case("another owner, too", (N1, N2), (pod("a", "n1"), pod("b", "n1", owner="ReplicaSet/x")), "", D),
    Case("another namespace, too", (N1, N2), (pod("a", "n1"), pod("b", "n1", namespace="x")), "", D),
    Case("a pod that nobody owns has no duplicates", (N1, N2), (pod("a", "n1", owner=""), pod("b", "n1", owner="")), "",
         D, Evictor(protections=frozenset())),
    Case("a pod that has ended is no duplicate", (N1, N2), (pod("a", "n1", phase="Succeeded"), pod("b", "n1")), "", D),
    Case("a taint that is not tolerated leaves one node, which is too few", (N1, node("n2", taints=(HARD,))), A4, "",
         D),
    Case("one that is tolerated does not", (N1, node("n2", taints=(HARD,))),
         tuple(pod(name, "n1", tolerations=PUTS_UP) for name in "ab"), "b", D),
    Case("a node selector leaves one node", (N1, N2),
         tuple(pod(name, "n1", node_selector=Map({"kubernetes.io/hostname": "n1"})) for name in "ab"), "", D),
    Case("room is not asked for", (N1, node("n2", cpu=50)), A4[:2], "b", D),
    Case("unless nodeFit asks", (N1, node("n2", cpu=50)), A4[:2], "", D, FIT),
    Case("kinds of owners can be left out", (N1, N2), A4, "", RemoveDuplicates(exclude_owner_kinds=frozenset(
        {"ReplicaSet"}))),
    Case("namespaces can be left out", (N1, N2), A4, "", RemoveDuplicates(Namespaces(exclude=frozenset({"shop"})))),
    Case("others can be named alone", (N1, N2), A4[:2], "b", RemoveDuplicates(Namespaces(frozenset({"shop"})))),
    Case("no more leave a node than its limit lets", (N1, N2, N3), A4, "c", D, None, {"per_node": 1}),
    Case("nor a namespace", (N1, N2, N3), A4, "c", D, None, {"per_namespace": 1}),
    Case("nor in all", (N1, N2, N3), A4, "", D, None, {"in_total": 0}),
    Case("nodes that the policy does not select do not count", (N1, N2, N3), A4, "", D, None,
         {"node_selector": of_labels({"kubernetes.io/hostname": "n1"})}),
)  # fmt: skip


def zoned(name: str, zone: str, **told: Any) -> LiveNode:
    return node(name, labels={"zone": zone}, **told)


def spread_pods(on: str, *names: str, **told: Any) -> tuple[LivePod, ...]:
    return tuple(pod(name, on, spread=(spread(),), **told) for name in names)


A, B, C = zoned("n1", "a"), zoned("n2", "b"), zoned("n3", "c")
LINUX_A, LINUX_B = (node(name, labels={"zone": name, "kubernetes.io/os": "linux"}) for name in ("n1", "n2"))
T = TopologySpread()
SOFTLY = TopologySpread(soft=True)
SPREADS = (
    Case("four against none", (A, B), spread_pods("n1", *"abcd"), "a b", T),
    Case("within maxSkew nobody leaves", (A, B), spread_pods("n1", "a"), "", T),
    Case("only as many as bring the skew within it", (A, B), spread_pods("n1", *"abc"), "a", T),
    Case("what is too much of three domains", (A, B, C), spread_pods("n1", *"abcdef"), "a b c d", T),
    Case("a pod that is being deleted does not count, even if it asks to be evicted", (A, B),
         (*spread_pods("n1", "a"), *spread_pods("n1", "c", deleted=True, annotations={EVICT: ""})), "", T),
    Case("soft constraints do not count", (A, B), tuple(pod(x, "n1", spread=(spread(hard=False),)) for x in "abcd"), "",
         T),
    Case("unless they are asked for", (A, B), tuple(pod(x, "n1", spread=(spread(hard=False),)) for x in "abcd"), "a b",
         SOFTLY),
    Case("hard ones do not where only soft ones are asked for", (A, B), spread_pods("n1", *"abcd"), "",
         TopologySpread(hard=False, soft=True)),
    Case("pods that no other node would take stay", (A, zoned("n2", "b", cpu=50)), spread_pods("n1", *"abcd"), "", T),
    Case("unless topologyBalanceNodeFit is off", (A, zoned("n2", "b", cpu=50)), spread_pods("n1", *"abcd"), "a b",
         TopologySpread(node_fit=False)),
    Case("nodeFit of the evictor asks then, too", (A, zoned("n2", "b", cpu=50)), spread_pods("n1", *"abcd"), "",
         TopologySpread(node_fit=False), FIT),
    Case("a pod that would fit goes before one that would not", (A, zoned("n2", "b", cpu=150)),
         (*spread_pods("n1", "a", "b", cpu=200), *spread_pods("n1", "c")), "c", T),
    Case("a pod that asks for nodes goes last", (LINUX_A, LINUX_B),
         (*spread_pods("n1", "a", node_selector=Map({"kubernetes.io/os": "linux"})), *spread_pods("n1", "b", "c")), "b",
         T),
    Case("the highest priority goes first", (A, B),
         (*spread_pods("n1", "a", "b"), *spread_pods("n1", "c", priority=7)), "c", T),
    Case("a tainted node is an empty domain", (A, zoned("n2", "b", taints=(HARD,))), spread_pods("n1", *"abcd"), "a b",
         TopologySpread(node_fit=False)),
    Case("but not where the constraint honours taints", (A, zoned("n2", "b", taints=(HARD,))),
         tuple(pod(x, "n1", spread=(spread(honor_taints=True),)) for x in "abcd"), "",
         TopologySpread(node_fit=False)),
    Case("a node without the label is no domain", (A, node("n2")), spread_pods("n1", *"abcd"), "", T),
    Case("pods that may not be evicted are not counted", (A, B),
         (*spread_pods("n1", *"ab"), *spread_pods("n1", "x", "y", owner="DaemonSet/d")), "a", T),
    Case("pods of other labels are not counted", (A, B), spread_pods("n1", *"abcd"), "",
         TopologySpread(selector=of_labels({"app": "other"}))),
    Case("the limit of a node holds", (A, B), spread_pods("n1", *"abcd"), "a", T, None, {"per_node": 1}),
)  # fmt: skip

LOW = LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 50.0}))
FULL4 = tuple(pod(name, "n1", cpu=1000) for name in "abc")
UTILIZATION = (
    Case("pods leave until the node is at its target", (N1, N2), FULL4, "a", LOW),
    Case("where no node is below the thresholds, nobody leaves", (N1, N2), (*FULL4, pod("x", "n2", cpu=1000)), "", LOW),
    Case("where none is above a target, either", (N1, N2), FULL4[:2], "", LOW),
    Case("a cordoned node is no place to go", (N1, node("n2", cordoned=True)), FULL4, "", LOW),
    Case("the lowest priority goes first", (N1, N2),
         (pod("a", "n1", cpu=1000, priority=5), *FULL4[1:]), "b", LOW),
    Case("then what is guaranteed the least", (N1, N2), (*FULL4, pod("z", "n1", cpu=0)), "z a", LOW),
    Case("a pod that tolerates no taint of the places to go stays", (N1, node("n2", taints=(SOFT,))), FULL4, "", LOW),
    Case("one that tolerates it goes", (N1, node("n2", taints=(SOFT,))),
         (pod("a", "n1", cpu=1000), pod("b", "n1", cpu=1000), pod("c", "n1", cpu=1000, tolerations=PUTS_UP)), "c", LOW),
    Case("room elsewhere ends it", (N1, node("n2", cpu=1000)), tuple(pod(x, "n1", cpu=1000) for x in "abcd"), "a",
         LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 25.0}))),
    Case("few nodes that are hardly used do not count", (N1, N2), FULL4, "",
         LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 50.0}), more_than=1)),
    Case("a namespace can be left out", (N1, N2), FULL4, "",
         LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 50.0}), excluded=Namespaces(exclude=frozenset({"shop"})))),
    Case("thresholds can be distances from the average", (N1, N2), FULL4, "a b",
         LowNodeUtilization(Map({"cpu": 10.0}), Map({"cpu": 10.0}), deviation=True)),
    Case("all resources have to be below the thresholds", (N1, N2), (*FULL4, pod("x", "n2", cpu=0)), "",
         LowNodeUtilization(Map({"cpu": 20.0, "pods": 0.5}), Map({"cpu": 50.0, "pods": 50.0}))),
    Case("any one above its target is enough", (node("n1", pods=4), N2), FULL4, "a",
         LowNodeUtilization(Map({"cpu": 20.0, "pods": 10.0}), Map({"cpu": 90.0, "pods": 50.0}))),
    Case("the plugin's own limit holds", (N1, N2), tuple(pod(x, "n1", cpu=1000) for x in "abcd"), "a",
         LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 25.0}), per_node=1)),
)  # fmt: skip

TAINTED = node("n1", taints=(HARD,))
W = NodeTaints()
TAINTS = (
    Case("a pod that does not tolerate its node's taint", (TAINTED, N2), (pod("a", "n1"), pod("b", "n2")), "a", W),
    Case("one that does stays", (TAINTED, N2), (pod("a", "n1", tolerations=PUTS_UP),), "", W),
    Case("NoExecute is somebody else's business", (node("n1", taints=(AWAY,)), N2), (pod("a", "n1"),), "", W),
    Case("soft taints do not count", (node("n1", taints=(SOFT,)), N2), (pod("a", "n1"),), "", W),
    Case("unless they are asked for", (node("n1", taints=(SOFT,)), N2), (pod("a", "n1"),), "a",
         NodeTaints(prefer=True)),
    Case("a taint can be left out by its key", (TAINTED, N2), (pod("a", "n1"),), "",
         NodeTaints(excluded=frozenset({"k"}))),
    Case("and by key and value", (TAINTED, N2), (pod("a", "n1"),), "", NodeTaints(excluded=frozenset({"k=v"}))),
    Case("another value is another taint", (TAINTED, N2), (pod("a", "n1"),), "a",
         NodeTaints(excluded=frozenset({"k=w"}))),
    Case("where some are named, others do not count", (TAINTED, N2), (pod("a", "n1"),), "",
         NodeTaints(included=frozenset({"other"}))),
    Case("those that are named do", (TAINTED, N2), (pod("a", "n1"),), "a", NodeTaints(included=frozenset({"k=v"}))),
    Case("pods of other labels stay", (TAINTED, N2), (pod("a", "n1"),), "",
         NodeTaints(selector=of_labels({"app": "other"}))),
    Case("nodeFit keeps a pod that fits nowhere else", (TAINTED, node("n2", cpu=50)), (pod("a", "n1"),), "", W, FIT),
    Case("alone on a node nobody has a place to go", (TAINTED,), (pod("a", "n1"),), "", W),
    Case("the limit of a node holds", (TAINTED, N2), A4, "a b", W, None, {"per_node": 2}),
    Case("and the one of all", (TAINTED, N2), A4, "a", W, None, {"in_total": 1}),
)  # fmt: skip

CASES = {"duplicates": DUPLICATES, "spread": SPREADS, "utilization": UTILIZATION, "taints": TAINTS}
ALL = [pytest.param(case, id=f"{name}: {case.sentence}") for name, cases in CASES.items() for case in cases]


@pytest.mark.parametrize("case", ALL)
def test_what_a_pass_evicts(case: Case) -> None:
    check(case)
