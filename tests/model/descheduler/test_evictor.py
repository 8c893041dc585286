"""Which pods may be evicted, and when a pod is taken to fit on another node."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.descheduler.evictor import Evictable, Evictions
from kubeproof.model.descheduler.node_fit import fits_another
from kubeproof.model.descheduler.policy import DEFAULT_PROTECTIONS, DeschedulerPolicy, Evictor, Protection
from kubeproof.model.descheduler.view import view
from kubeproof.model.objects.affinity import NodeSelectorTerm, PodAffinityTerm
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.selectors import EVERYTHING, NOTHING, Requirement, of_labels
from kubeproof.model.objects.taints import Taint, Toleration
from tests.model.descheduler.build import HOST, budget, look, node, pod

EVICT = {"descheduler.alpha.kubernetes.io/evict": "true"}
PREFERS = {"descheduler.alpha.kubernetes.io/prefer-no-eviction": "true"}
CLAIM = core_v1.Volume("v", persistentVolumeClaim=core_v1.PersistentVolumeClaimVolumeSource("c"))
SCRATCH = core_v1.Volume("v", emptyDir=core_v1.EmptyDirVolumeSource())
HOST_PATH = core_v1.Volume("v", hostPath=core_v1.HostPathVolumeSource("/"))
CONFIG = core_v1.Volume("v", configMap=core_v1.ConfigMapVolumeSource(name="c"))


def without(*names: Protection) -> Evictor:
    return Evictor(protections=DEFAULT_PROTECTIONS - set(names))


def extra(name: Protection) -> Evictor:
    added: frozenset[Protection] = frozenset({name})
    return Evictor(protections=DEFAULT_PROTECTIONS | added)


class Case(NamedTuple):
    sentence: str
    pod: LivePod
    may: bool
    evictor: Evictor = Evictor()


MAY = (
    Case("a pod of a ReplicaSet", pod("a", "n1"), True),
    Case("one that nobody owns", pod("a", "n1", owner=""), False),
    Case("nor where it has failed", pod("a", "n1", owner="", phase="Failed"), False),
    Case("which it may where failed ones are let go", pod("a", "n1", owner="", phase="Failed"), True,
         without("FailedBarePods")),
    Case("but not while it runs", pod("a", "n1", owner=""), False, without("FailedBarePods")),
    Case("one of a DaemonSet", pod("a", "n1", owner="DaemonSet/d"), False),
    Case("unless those are let go", pod("a", "n1", owner="DaemonSet/d"), True, without("DaemonSetPods")),
    Case("one that is critical to the system", pod("a", "n1", priority=2_000_000_000), False),
    Case("unless those are let go, too", pod("a", "n1", priority=2_000_000_000), True, without("SystemCriticalPods")),
    Case("one at the priority threshold", pod("a", "n1", priority=100), False, Evictor(below_priority=100)),
    Case("one below it", pod("a", "n1", priority=99), True, Evictor(below_priority=100)),
    Case("the threshold does not count where critical ones are let go", pod("a", "n1", priority=100), True,
         Evictor(protections=frozenset(), below_priority=100)),
    Case("one with an emptyDir", pod("a", "n1", volumes=[SCRATCH]), False),
    Case("one with a path of its node", pod("a", "n1", volumes=[HOST_PATH]), False),
    Case("one with a config map", pod("a", "n1", volumes=[CONFIG]), True),
    Case("local storage can be let go", pod("a", "n1", volumes=[SCRATCH]), True, without("PodsWithLocalStorage")),
    Case("one with a claim", pod("a", "n1", volumes=[CLAIM]), True),
    Case("which can be protected", pod("a", "n1", volumes=[CLAIM]), False, extra("PodsWithPVC")),
    Case("one with a claim of a device", pod("a", "n1", resource_claims=("gpu",)), True),
    Case("which can be protected as well", pod("a", "n1", resource_claims=("gpu",)), False,
         extra("PodsWithResourceClaims")),
    Case("one that no budget guards", pod("a", "n1", labels={"app": "x"}), True),
    Case("which can be protected, too", pod("a", "n1", labels={"app": "x"}), False, extra("PodsWithoutPDB")),
    Case("one that a budget guards", pod("a", "n1", labels={"app": "guarded"}), True, extra("PodsWithoutPDB")),
    Case("one that is being deleted", pod("a", "n1", deleted=True), False),
    Case("a mirror of a static pod", pod("a", "n1", annotations={"kubernetes.io/config.mirror": ""}), False),
    Case("a static pod", pod("a", "n1", annotations={"kubernetes.io/config.source": "file"}), False),
    Case("one that came by the API", pod("a", "n1", annotations={"kubernetes.io/config.source": "api"}), True),
    Case("one that asks for it, whatever protects it", pod("a", "n1", owner="", annotations=EVICT), True),
    Case("one that would rather stay", pod("a", "n1", annotations=PREFERS), True),
    Case("where that is mandatory", pod("a", "n1", annotations=PREFERS), False, Evictor(mandatory=True)),
    Case("one that asks for it and would rather stay", pod("a", "n1", annotations={**EVICT, **PREFERS}), True,
         Evictor(mandatory=True)),
    Case("one of other labels", pod("a", "n1"), False, Evictor(selector=of_labels({"app": "x"}))),
    Case("one with as many siblings as are asked for", pod("a", "n1"), True, Evictor(min_replicas=2)),
    Case("one with too few", pod("a", "n1"), False, Evictor(min_replicas=3)),
    Case("one that is old enough", pod("a", "n1", started=400), True, Evictor(min_age=600)),
    Case("one that is too young", pod("a", "n1", started=401), False, Evictor(min_age=600)),
)  # fmt: skip


def check_may(case: Case) -> None:
    seen = view(look([node("n1"), node("n2")], [case.pod, pod("z", "n2")], [budget(app="guarded")]), EVERYTHING)
    evictable = Evictable(Evictions(seen, DeschedulerPolicy()), case.evictor)
    assert evictable.allows(case.pod) is case.may


@pytest.mark.parametrize("case", MAY, ids=lambda case: case.sentence)
def test_which_pods_may_be_evicted(case: Case) -> None:
    check_may(case)


def test_a_pod_is_evicted_once_in_a_pass() -> None:
    one = pod("a", "n1")
    evictions = Evictions(view(look([node("n1")], [one]), EVERYTHING), DeschedulerPolicy())
    evictable = Evictable(evictions, Evictor())
    assert evictable.allows(one)
    assert [write.key.name for write in evictions.evict(one, "test")] == ["a"]
    assert not evictable.allows(one)


class Fit(NamedTuple):
    sentence: str
    pod: LivePod
    other: LiveNode
    fits: bool
    there: tuple[LivePod, ...] = ()


def anti(*namespaces: str, key: str = HOST) -> dict[str, Any]:
    term = PodAffinityTerm(key, of_labels({"app": "web"}), frozenset(namespaces), NOTHING)
    return {"anti_affinity": (term,)}


def on_host(*names: str) -> NodeSelectorTerm:
    return NodeSelectorTerm((Requirement(HOST, "In", names),))


TAINTS = (Taint("k", "v", "NoSchedule"),)
FITS = (
    Fit("an empty node", pod("a", "n1"), node("n2"), True),
    Fit("one with just enough room", pod("a", "n1", cpu=500), node("n2", 600), True, (pod("x", "n2"),)),
    Fit("one with too little", pod("a", "n1", cpu=501), node("n2", 600), False, (pod("x", "n2"),)),
    Fit("a pod on its way out still takes its part", pod("a", "n1", cpu=501), node("n2", 600), False,
        (pod("x", "n2", deleted=True),)),
    Fit("one that has ended does not", pod("a", "n1", cpu=501), node("n2", 600), True,
        (pod("x", "n2", phase="Failed"),)),
    Fit("one without a place for one more pod", pod("a", "n1"), node("n2", pods=1), False, (pod("x", "n2", cpu=0),)),
    Fit("one with a taint", pod("a", "n1"), node("n2", taints=TAINTS), False),
    Fit("that the pod tolerates", pod("a", "n1", tolerations=(Toleration("k", "Exists"),)), node("n2", taints=TAINTS),
        True),
    Fit("one with a soft taint", pod("a", "n1"), node("n2", taints=(Taint("k", "v", "PreferNoSchedule"),)), True),
    Fit("a cordoned one", pod("a", "n1"), node("n2", cordoned=True), False),
    Fit("one that its node selector does not select", pod("a", "n1", node_selector=Map({HOST: "n1"})), node("n2"),
        False),
    Fit("one that its affinity does not select", pod("a", "n1", node_terms=(on_host("n1"),)), node("n2"), False),
    Fit("one that it does", pod("a", "n1", node_terms=(on_host("n1", "n2"),)), node("n2"), True),
    Fit("one with a pod that its anti-affinity means", pod("a", "n1", **anti("shop")), node("n2"), False,
        (pod("x", "n2"),)),
    Fit("a pod of another namespace is none of them", pod("a", "n1", **anti("shop")), node("n2"), True,
        (pod("x", "n2", namespace="other"),)),
    Fit("without a namespace its own is meant", pod("a", "n1", **anti()), node("n2"), False, (pod("x", "n2"),)),
    Fit("a node without the topology key is no such place", pod("a", "n1", **anti("shop", key="zone")), node("n2"),
        True, (pod("x", "n2"),)),
    Fit("topology spread is not asked", pod("a", "n1"), node("n2"), True, (pod("x", "n2"), pod("y", "n2"))),
)  # fmt: skip


def check_fit(case: Fit) -> None:
    nodes: Iterable[LiveNode] = (node("n1"), case.other)
    seen = view(look(nodes, [case.pod, *case.there]), EVERYTHING)
    assert fits_another(seen, case.pod, seen.nodes) is case.fits


@pytest.mark.parametrize("case", FITS, ids=lambda case: case.sentence)
def test_where_a_pod_fits(case: Fit) -> None:
    check_fit(case)


def test_its_own_node_is_not_another_one() -> None:
    seen = view(look([node("n1")], [pod("a", "n1")]), EVERYTHING)
    assert not fits_another(seen, pod("a", "n1"), seen.nodes)
