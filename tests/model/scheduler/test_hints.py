"""Whom it is worth trying again once another pod was bound or has left: the hints of plugins (v1.34)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import ANY_ADDRESS, HostPort, Pod
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.objects.volumes import Claim, Disk
from kubeproof.model.scheduler.constraint import Hint, NodeHint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.filters.node_affinity import NODE_AFFINITY
from kubeproof.model.scheduler.filters.node_affinity import constraint as added
from kubeproof.model.scheduler.filters.node_ports import NODE_PORTS
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.node_resources_fit import constraint as ignoring
from kubeproof.model.scheduler.filters.node_unschedulable import NODE_UNSCHEDULABLE
from kubeproof.model.scheduler.filters.node_volume_limits import NODE_VOLUME_LIMITS
from kubeproof.model.scheduler.filters.pod_topology_spread import POD_TOPOLOGY_SPREAD, constraint
from kubeproof.model.scheduler.filters.taint_toleration import TAINT_TOLERATION
from kubeproof.model.scheduler.filters.volume_restrictions import VOLUME_RESTRICTIONS
from tests.properties.queries.sketches import HOSTNAME, ZONE, near, pod, spread

AFFINITY_CAME, AFFINITY_LEFT = INTER_POD_AFFINITY.came, INTER_POD_AFFINITY.left
SPREAD, PORTS, DISKS, LIMITS = (
    POD_TOPOLOGY_SPREAD.came,
    NODE_PORTS.left,
    VOLUME_RESTRICTIONS.left,
    NODE_VOLUME_LIMITS.left,
)
WEB, DB = pod("web", on="n1"), pod("db", on="n1", app="db")
ELSEWHERE = replace(WEB, namespace="ops")
WANTS = pod("p", affinity=(near(HOSTNAME),))
WANTS_BOTH = pod("p", affinity=(near(HOSTNAME), near(ZONE, "db")))
SHUNS = pod("p", anti_affinity=(near(HOSTNAME),))
SHUNS_BOTH = pod("p", anti_affinity=(near(HOSTNAME), near(ZONE, "db")))
RBD = pod("p", on="n1", volumes=(Disk("rbd", ("pool", "image")),))
SPREADS = pod("p", spread=(spread(ZONE),))
BY_HOST, BY_HOST_SOFTLY = (pod("p", spread=(spread(HOSTNAME, hard=hard),)) for hard in (True, False))
BY_BOTH = pod("p", spread=(spread(ZONE), spread(HOSTNAME)))
WANTS_Y = NodeSelectorTerm((Requirement(ZONE, "In", ("y",)),))


def port(number: int, ip: str = ANY_ADDRESS) -> Pod:
    return pod("p", on="n1", host_ports=frozenset({HostPort(ip, "TCP", number)}))


def claims(name: str, *, ephemeral: bool = False) -> Pod:
    return pod("p", on="n1", volumes=(Claim(name, ephemeral=ephemeral),))


class Case(NamedTuple):
    sentence: str
    hint: Hint
    waits: Pod
    other: Pod
    helps: bool


CASES = (
    Case("whoever leaves may leave room", NODE_RESOURCES_FIT.left, WANTS, DB, True),
    Case("who meets the affinity and came may help", AFFINITY_CAME, WANTS, WEB, True),
    Case("who does not meet it does not", AFFINITY_CAME, WANTS, DB, False),
    Case("nor who meets it in another namespace", AFFINITY_CAME, WANTS, ELSEWHERE, False),
    Case("nor who meets one of two terms", AFFINITY_CAME, WANTS_BOTH, WEB, False),
    Case("who wants nobody near is not helped by who came", AFFINITY_CAME, SHUNS, WEB, False),
    Case("who met the anti-affinity and left may have been in the way", AFFINITY_LEFT, SHUNS, WEB, True),
    Case("who did not meet it was not", AFFINITY_LEFT, SHUNS, DB, False),
    Case("nor who met one of two terms, though it was", AFFINITY_LEFT, SHUNS_BOTH, WEB, False),
    Case("who met the affinity and left is not asked about", AFFINITY_LEFT, WANTS, WEB, False),
    Case("nor is whose own anti-affinity kept it out", AFFINITY_LEFT, WEB, SHUNS, False),
    Case("a spread counts who came", SPREAD, SPREADS, WEB, True),
    Case("and who left", POD_TOPOLOGY_SPREAD.left, SPREADS, WEB, True),
    Case("but not whom it does not mean", SPREAD, SPREADS, DB, False),
    Case("nor in another namespace", SPREAD, SPREADS, ELSEWHERE, False),
    Case("a soft constraint refuses nobody", SPREAD, pod("p", spread=(spread(ZONE, hard=False),)), WEB, False),
    Case("who had the port leaves it", PORTS, port(80), port(80, "10.0.0.1"), True),
    Case("another port is of no use", PORTS, port(80), port(81), False),
    Case("the same port at another address neither", PORTS, port(80, "10.0.0.2"), port(80, "10.0.0.1"), False),
    Case("who had the claim leaves it", DISKS, claims("data"), claims("data"), True),
    Case("another claim is of no use", DISKS, claims("data"), claims("logs"), False),
    Case("nor one of the same name elsewhere", DISKS, claims("data"), replace(claims("data"), namespace="ops"), False),
    Case("an ephemeral claim is nobody else's", DISKS, claims("data"), claims("data", ephemeral=True), False),
    Case("whoever had a claim leaves an attachment", LIMITS, WEB, claims("data", ephemeral=True), True),
    Case("who had none does not", LIMITS, claims("data"), WEB, False),
    Case("who had a disk that no CSI driver has taken over does not", LIMITS, WEB, RBD, False),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_whether_another_try_is_worth_it(case: Case) -> None:
    assert case.hint(case.waits, case.other, Facts(Snapshot())) is case.helps, case.sentence


NEW = Node("new", Map({ZONE: "z"}), allocatable=Map({"cpu": 1000, "pods": 1}))
CORDONED, FULL = replace(NEW, unschedulable=True), replace(NEW, allocatable=Map({"cpu": 1000}))
SOFT, HARD = (replace(NEW, taints=(Taint("gpu", "", effect),)) for effect in ("PreferNoSchedule", "NoSchedule"))
ASKS, ASKS_MUCH = pod("p", cpu=1000), pod("p", cpu=1001)
ASKS_GPU = pod("p", requests=Map({"example.com/gpu": 1}))
IN_Z, IN_Y = (pod("p", node_selector=Map({ZONE: zone})) for zone in "zy")
TOLERATES = pod("p", tolerations=(Toleration("gpu", "Exists"),))
FIT, TAINTS, SELECTS = NODE_RESOURCES_FIT.node_came, TAINT_TOLERATION.node_came, NODE_AFFINITY.node_came
CORDON, SPREAD_CAME, SPREAD_LEFT = (
    NODE_UNSCHEDULABLE.node_came,
    POD_TOPOLOGY_SPREAD.node_came,
    POD_TOPOLOGY_SPREAD.node_left,
)


class NodeCase(NamedTuple):
    sentence: str
    hint: NodeHint
    waits: Pod
    node: Node
    helps: bool


NODE_CASES = (
    NodeCase("a node that has what is asked for helps", FIT, ASKS, NEW, True),
    NodeCase("one that has less does not", FIT, ASKS_MUCH, NEW, False),
    NodeCase("nor one that takes no pods", FIT, ASKS, FULL, False),
    NodeCase("nor one without a resource that is asked for", FIT, ASKS_GPU, NEW, False),
    NodeCase("even where the profile ignores that resource", ignoring(["example.com/gpu"], ()).node_came,
             ASKS_GPU, NEW, False),
    NodeCase("a node that is selected helps", SELECTS, IN_Z, NEW, True),
    NodeCase("another does not", SELECTS, IN_Y, NEW, False),
    NodeCase("nor one that the scheduler's own affinity leaves out", added((WANTS_Y,)).node_came, IN_Z, NEW, False),
    NodeCase("a node without taints helps", TAINTS, ASKS, NEW, True),
    NodeCase("one with a taint that is tolerated, too", TAINTS, TOLERATES, HARD, True),
    NodeCase("or one that only asks", TAINTS, ASKS, SOFT, True),
    NodeCase("one with another taint does not", TAINTS, ASKS, HARD, False),
    NodeCase("a node that is not cordoned helps", CORDON, ASKS, NEW, True),
    NodeCase("one that is cordoned does not", CORDON, ASKS, CORDONED, False),
    NodeCase("a node with the key of a spread helps by coming", SPREAD_CAME, SPREADS, NEW, True),
    NodeCase("and by leaving", SPREAD_LEFT, SPREADS, NEW, True),
    NodeCase("one without does not, when it comes", SPREAD_CAME, BY_HOST, NEW, False),
    NodeCase("nor when it leaves", SPREAD_LEFT, BY_HOST, NEW, False),
    NodeCase("nor one that has one key of two", SPREAD_CAME, BY_BOTH, NEW, False),
    NodeCase("soft constraints ask for no key", SPREAD_CAME, BY_HOST_SOFTLY, NEW, True),
)  # fmt: skip


@pytest.mark.parametrize("case", NODE_CASES, ids=lambda case: case.sentence)
def test_whether_a_node_that_came_or_left_is_worth_another_try(case: NodeCase) -> None:
    assert case.hint(case.waits, case.node, Facts(Snapshot((case.node,)))) is case.helps, case.sentence


def test_the_keys_of_the_constraints_of_a_profile() -> None:
    owned, other = pod("p", app="web"), Node("new", Map({HOSTNAME: "new"}))
    facts = Facts(Snapshot(pods=(owned,)))
    hints = constraint((spread(ZONE),))
    for waits, came in ((SPREADS, False), (BY_HOST, True)):
        assert (hints.node_came(waits, other, facts), hints.node_left(waits, other, facts)) == (came, came)
    assert hints.node_came(owned, other, facts)


def test_the_disks_of_a_pod() -> None:
    disk = Disk("gcePersistentDisk", ("data",))
    waits, had = (pod(name, on="n1", volumes=(disk,)) for name in "ab")
    assert DISKS(waits, had, Facts(Snapshot()))
    assert not DISKS(waits, pod("c", on="n1", volumes=(Disk("gcePersistentDisk", ("logs",)),)), Facts(Snapshot()))


def test_the_constraints_of_a_profile() -> None:
    hint = constraint((spread(ZONE),)).came
    owned = pod("p", app="web")
    facts = Facts(Snapshot(pods=(owned,)))
    assert not hint(owned, WEB, facts)
    assert hint(SPREADS, WEB, facts)
