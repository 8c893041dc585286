"""What NodeAffinity's score gives (v1.34)."""

from functools import partial

import pytest

from kubeproof.model.objects.affinity import NodeSelectorTerm, PreferredNodes
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.scheduler.args import Args
from tests.model.scheduler.scores.scored import Scored, points
from tests.model.scheduler.witness import Raw, node, pod

affinity = partial(Scored, plugin="NodeAffinity")
SSD = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
ZONE_A = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
BOTH, ONE, NONE = (
    node("n1", labels={"disk": "ssd", "zone": "a"}),
    node("n2", labels={"disk": "ssd", "zone": "b"}),
    node("n3"),
)


def preferring(*terms: tuple[int, Raw]) -> Raw:
    preferred = [{"weight": weight, "preference": term} for weight, term in terms]
    return pod(affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}})


NOTHING = affinity("a pod that prefers nothing is not scored", pod=pod(), nodes=[BOTH, NONE], gives=None)
ADDED_UP = affinity(
    "the weights of all terms that match add up",
    pod=preferring((10, SSD), (5, ZONE_A)),
    nodes=[BOTH, ONE, NONE],
    gives={"n1": (15, 100), "n2": (10, 66), "n3": (0, 0)},
)
EMPTY = affinity(
    "an empty term matches no node", pod=preferring((10, {})), nodes=[BOTH, NONE], gives={"n1": (0, 0), "n3": (0, 0)}
)
PROFILE = affinity(
    "what a profile prefers counts for every pod",
    pod=pod(),
    nodes=[BOTH, NONE],
    gives={"n1": (7, 100), "n3": (0, 0)},
    args=Args(added_preferred=(PreferredNodes(7, NodeSelectorTerm((Requirement("zone", "In", ("a",)),))),)),
)

CASES = (NOTHING, ADDED_UP, EMPTY, PROFILE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_node_affinity(case: Scored) -> None:
    assert points(case) == case.gives
