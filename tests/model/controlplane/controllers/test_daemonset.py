"""On which nodes a DaemonSet's pod belongs."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.controlplane.controllers.daemonset.eligibility import ShouldRun, should_run
from kubeproof.model.objects import defaults
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, of_toleration
from kubeproof.model.scheduler.values import ClusterValues

NO, STAYS, YES = ShouldRun(False, False), ShouldRun(False, True), ShouldRun(True, True)
IN_A, IN_B = Map({"zone": "a"}), Map({"zone": "b"})


class Case(NamedTuple):
    sentence: str
    then: ShouldRun
    taints: tuple[Taint, ...] = ()
    spec: PodSpec = PodSpec()
    named: str = ""
    host_network: bool = False
    given: tuple[core_v1.Toleration, ...] = ()


CUSTOM = core_v1.Toleration(key="custom", operator="Exists", effect="NoExecute")
CASES = (
    Case("any node", YES),
    Case("the node that the template names", YES, named="n1"),
    Case("another than it names", NO, named="n2"),
    Case("a node that it selects", YES, spec=PodSpec(node_selector=IN_A)),
    Case("one that it does not select", NO, spec=PodSpec(node_selector=IN_B)),
    Case("one that its affinity does not select", NO,
         spec=PodSpec(node_terms=(NodeSelectorTerm((Requirement("zone", "In", ("b",)),), ()),))),
    Case("a taint keeps it from starting", STAYS, (Taint("custom", "", "NoSchedule"),)),
    Case("one that is NoExecute ends it", NO, (Taint("custom", "", "NoExecute"),)),
    Case("the worse of two counts", NO, (Taint("a", "", "NoSchedule"), Taint("b", "", "NoExecute"))),
    Case("one that it tolerates does not matter", YES, (Taint("custom", "", "NoExecute"),), given=(CUSTOM,)),
    Case("a soft taint does not matter", YES, (Taint("custom", "", "PreferNoSchedule"),)),
    Case("a cordon does not matter", YES, (Taint("node.kubernetes.io/unschedulable", "", "NoSchedule"),)),
    Case("nor that the node is unreachable", YES, (Taint("node.kubernetes.io/unreachable", "", "NoExecute"),)),
    Case("but that it is not ready for new pods", STAYS, (Taint("node.kubernetes.io/not-ready", "", "NoSchedule"),)),
    Case("without a network it waits", STAYS, (Taint("node.kubernetes.io/network-unavailable", "", "NoSchedule"),)),
    Case("on the host's own it does not", YES, (Taint("node.kubernetes.io/network-unavailable", "", "NoSchedule"),),
         host_network=True),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_where_it_belongs(case: Case) -> None:
    made = tuple(map(of_toleration, defaults.daemonset_tolerations(case.given, case.host_network)))
    spec = PodSpec(node_selector=case.spec.node_selector, node_terms=case.spec.node_terms, tolerations=made)
    at = ClusterValues(Snapshot(nodes=(Node("n1", IN_A, case.taints),))).nodes[0]
    assert should_run(Pod("shop", "d", spec=spec, node=case.named), at) == case.then
