"""What NodeResourcesBalancedAllocation's score gives (v1.34)."""

from functools import partial

import pytest

from kubeproof.model.scheduler.args import Args
from tests.model.scheduler.scores.scored import Scored, points
from tests.model.scheduler.witness import Raw, node, pod

balanced = partial(Scored, plugin="NodeResourcesBalancedAllocation")
GPU: Raw = {"example.com/gpu": "4"}
DISK: Raw = {"ephemeral-storage": "1Gi"}
THREE = Args(balanced=("cpu", "memory", "ephemeral-storage"))

NOTHING = balanced("a pod that asks for none of the resources is not scored", pod=pod(), nodes=[node()], gives=None)
EVEN = balanced(
    "used evenly is best",
    pod=pod(requests={"cpu": "2", "memory": "4Gi"}),
    nodes=[node()],
    gives={"n1": (100, 100)},
)
HALF = balanced(
    "half of the difference of the used shares is lost",
    pod=pod(requests={"cpu": "2", "memory": "2Gi"}),
    nodes=[node()],
    gives={"n1": (87, 87)},
)
OTHER_WAY = balanced(
    "whichever is used more",
    pod=pod(requests={"cpu": "1", "memory": "4Gi"}),
    nodes=[node()],
    gives={"n1": (87, 87)},
)
PLAINLY = balanced(
    "a container that asks for nothing counts as nothing",
    pod=pod(requests={"cpu": "2"}),
    nodes=[node()],
    pods=[pod("other", node="n1")],
    gives={"n1": (75, 75)},
)
FULL = balanced(
    "a resource is used in full at most",
    pod=pod(requests={"memory": "4Gi"}),
    nodes=[node(cpu="1")],
    pods=[pod("other", node="n1", requests={"cpu": "2"})],
    gives={"n1": (75, 75)},
)
ALONE = balanced(
    "a single resource is even with itself",
    pod=pod(requests={"cpu": "2"}),
    nodes=[node(memory="0")],
    gives={"n1": (100, 100)},
)
THIRD = balanced(
    "of three resources it is the standard deviation",
    pod=pod(requests={"cpu": "2", "memory": "2Gi", "example.com/gpu": "4"}),
    nodes=[node(**GPU)],
    gives={"n1": (68, 68)},
    args=Args(balanced=("cpu", "memory", "example.com/gpu")),
)
TWO_OF_THREE = balanced(
    "of three resources of which the node has two, half of their difference",
    pod=pod(requests={"cpu": "2", "memory": "2Gi"}),
    nodes=[node("n1"), node("n2", **DISK)],
    gives={"n1": (87, 87), "n2": (79, 79)},
    args=THREE,
)

CASES = (NOTHING, EVEN, HALF, OTHER_WAY, PLAINLY, FULL, ALONE, THIRD, TWO_OF_THREE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_node_resources_balanced_allocation(case: Scored) -> None:
    assert points(case) == case.gives
