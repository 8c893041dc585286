"""Which pods the collector deletes, in which order, and what it says of them before."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map

from kubeproof.model.controlplane.controllers.pod_gc import OUT_OF_SERVICE, collect
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint
from tests.model.controlplane.controllers.made import node, pod

OUT = Taint(OUT_OF_SERVICE, "nodeshutdown", NO_EXECUTE)


def ended(name: str, hour: int = 0, reason: str = "") -> LivePod:
    return pod(name, "Failed", created_at=hour * 3600, reason=reason)


class Case(NamedTuple):
    sentence: str
    pods: tuple[LivePod, ...]
    nodes: tuple[LiveNode, ...]
    deleted: tuple[tuple[str, str], ...]
    threshold: int = 1


N1 = (node("n1"),)
CASES = (
    Case("as many as the threshold stay", (ended("a"),), N1, ()),
    Case("of more the oldest go", (ended("a", 2), ended("b", 1)), N1, (("b", "terminated"),)),
    Case("of the same age by name", (ended("b"), ended("a")), N1, (("a", "terminated"),)),
    Case("evicted ones go first, however young", (ended("a", 1), ended("b", 9, "Evicted")), N1, (("b", "terminated"),)),
    Case("none go where the threshold is 0", (ended("a"), ended("b")), N1, (), 0),
    Case("a pod without a phase counts as ended", (pod("a", ""), ended("b")), N1, (("a", "terminated"),)),
    Case("a pod that runs does not, nor one nobody knows of", (pod("a"), pod("b", "Unknown"), pod("c")), N1, ()),
    Case("a pod of a node that is not there", (pod("a", node="n2"),), N1, (("a", "orphaned"),)),
    Case("a pod that waits for a node is no orphan", (pod("a", "Pending", node=""),), N1, ()),
    Case("one that is deleted while it waits", (pod("a", "Pending", node="", deleted_at=1),), N1, (("a",
         "unscheduled"),)),
    Case("one that is deleted on its node is the kubelet's", (pod("a", deleted_at=1),), N1, ()),
    Case("on a node out of service it is not", (pod("a", deleted_at=1),), (node("n1", "Unknown", OUT),), (("a",
         "out of service"),)),
    Case("a pod that nobody deleted stays there", (pod("a"),), (node("n1", "Unknown", OUT),), ()),
    Case("a ready node is not out of service", (pod("a", deleted_at=1),), (node("n1", "True", OUT),), ()),
    Case("one that never spoke may be", (pod("a", deleted_at=1),), (node("n1", None, OUT),), (("a",
         "out of service"),)),
    Case("the taint's effect does not matter", (pod("a", deleted_at=1),),
         (node("n1", "False", Taint(OUT_OF_SERVICE, "", NO_SCHEDULE)),), (("a", "out of service"),)),
    Case("a pod can go for two reasons", (ended("a"), pod("b", "Failed", node="n2", created_at=-1)), N1,
         (("b", "terminated"), ("b", "orphaned"))),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_who_is_deleted(case: Case) -> None:
    found = collect(case.pods, case.nodes, 100, threshold=case.threshold, quarantine_for=0)
    assert tuple((one.pod.meta.name, one.why) for one in found.removals) == case.deleted


def test_a_missing_node_is_in_quarantine_first() -> None:
    orphan = [pod(node="n2")]
    first = collect(orphan, N1, 100)
    assert (first.removals, first.quarantine) == ((), Map({"n2": 140}))
    waits = collect(orphan, N1, 139, first.quarantine)
    assert (waits.removals, waits.quarantine) == ((), Map({"n2": 140}))
    over = collect(orphan, N1, 140, waits.quarantine)
    assert [one.why for one in over.removals] == ["orphaned"]
    assert over.quarantine == Map({"n2": 180})


def test_a_node_that_came_back_keeps_its_pods() -> None:
    orphan, quarantine = [pod(node="n2")], Map({"n2": 140})
    assert collect(orphan, (node("n2"),), 140, quarantine).removals == ()
    assert collect(orphan, N1, 140, quarantine, really=("n2",)).removals == ()


def test_a_pod_is_failed_before_it_is_deleted() -> None:
    (removal,) = collect([pod(node="", deleted_at=1)], N1, 100).removals
    assert removal.status is not None
    assert (removal.status.phase, removal.status.conditions) == ("Failed", ())


def test_an_orphan_says_what_disrupted_it() -> None:
    (removal,) = collect([pod(node="n2", generation=4)], N1, 100, quarantine_for=0).removals
    assert removal.status is not None
    (said,) = removal.status.conditions
    assert (said.type, said.status, said.reason) == ("DisruptionTarget", "True", "DeletionByPodGC")
    assert (said.message, said.changed_at, said.observed_generation) == ("PodGC: node no longer exists", 100, 4)


def test_a_pod_that_has_ended_is_deleted_as_it_is() -> None:
    (removal,) = collect([pod(phase="Succeeded", node="n2")], N1, 100, quarantine_for=0).removals
    assert removal.status is None
