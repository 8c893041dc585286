"""What TaintToleration's score gives (v1.34)."""

from functools import partial

import pytest

from tests.model.scheduler.scores.scored import Scored, points
from tests.model.scheduler.witness import node, pod

taints = partial(Scored, plugin="TaintToleration")
A, B, C = "a:PreferNoSchedule", "b:PreferNoSchedule", "c:PreferNoSchedule"

COSTS = taints(
    "a soft taint that is not tolerated costs",
    pod=pod(),
    nodes=[node("n1"), node("n2", taints=[A])],
    gives={"n1": (0, 100), "n2": (1, 0)},
)
EACH = taints(
    "each soft taint costs as much; what is behind the point of a share is cut off",
    pod=pod(),
    nodes=[node("n1"), node("n2", taints=[A]), node("n3", taints=[A, B, C])],
    gives={"n1": (0, 100), "n2": (1, 67), "n3": (3, 0)},
)
HARD = taints(
    "a hard taint costs nothing where it is tolerated",
    pod=pod(tolerations=[{"key": "a", "operator": "Exists"}]),
    nodes=[node("n1"), node("n2", taints=["a:NoSchedule"])],
    gives={"n1": (0, 100), "n2": (0, 100)},
)
TOLERATED = taints(
    "an empty effect tolerates soft taints, too",
    pod=pod(tolerations=[{"key": "a", "operator": "Exists"}]),
    nodes=[node("n1", taints=[A]), node("n2", taints=[A, B])],
    gives={"n1": (0, 100), "n2": (1, 0)},
)
OTHER_EFFECT = taints(
    "a toleration of another effect does not help",
    pod=pod(tolerations=[{"key": "a", "operator": "Exists", "effect": "NoSchedule"}]),
    nodes=[node("n1"), node("n2", taints=[A])],
    gives={"n1": (0, 100), "n2": (1, 0)},
)
ALL = taints(
    "where every node has the taint, every node gets nothing",
    pod=pod(),
    nodes=[node("n1", taints=[A]), node("n2", taints=[A])],
    gives={"n1": (1, 0), "n2": (1, 0)},
)
UNFIT = taints(
    "a node that does not fit is no measure",
    pod=pod(),
    nodes=[node("n1", taints=[A]), node("n2", taints=[A, B], cordoned=True)],
    gives={"n1": (1, 0)},
)

CASES = (COSTS, EACH, HARD, TOLERATED, OTHER_EFFECT, ALL, UNFIT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_taint_toleration(case: Scored) -> None:
    assert points(case) == case.gives
