"""What NodeResourcesFit's score gives (v1.34)."""

from functools import partial

import pytest

from kubeproof.model.scheduler.args import MOST, RATIO, Args, Strategy
from tests.model.scheduler.scores.scored import Scored, points
from tests.model.scheduler.witness import Raw, container, node, pod

fit = partial(Scored, plugin="NodeResourcesFit")
GPUS: Raw = {"example.com/gpu": "4"}
CPU_AND_GPU = (("cpu", 1), ("example.com/gpu", 1))
UP, DOWN = ((0, 0), (100, 10)), ((0, 10), (100, 0))


def strategy(type: str, shape: tuple[tuple[int, int], ...] = ()) -> Args:  # noqa: A002  (the API's word)
    return Args(strategy=Strategy(type, shape=shape))


LEFT = fit(
    "what is left of cpu and memory, in percent, counts alike",
    pod=pod(requests={"cpu": "1", "memory": "4Gi"}),
    nodes=[node()],
    gives={"n1": (62, 62)},
)
NOT_ASKED = fit(
    "a container that asks for nothing counts as 100m and 200Mi",
    pod=pod(),
    nodes=[node()],
    gives={"n1": (97, 97)},
)
ON_NODE = fit(
    "so it does on a node",
    pod=pod(),
    nodes=[node("n1"), node("n2")],
    pods=[pod("other", node="n2")],
    gives={"n1": (97, 97), "n2": (95, 95)},
)
INIT = fit(
    "init containers count where they ask for more than the rest",
    pod=pod(initContainers=[container("init", {"cpu": "2", "memory": "4Gi"})]),
    nodes=[node()],
    gives={"n1": (50, 50)},
)
OVER = fit(
    "a resource of which more is asked for than there is scores nothing",
    pod=pod(),
    nodes=[node(cpu="150m")],
    pods=[pod("other", node="n1")],
    gives={"n1": (47, 47)},
)
ABSENT = fit(
    "a resource that a node has not is left out of the mean",
    pod=pod(),
    nodes=[node(memory="0")],
    gives={"n1": (97, 97)},
)
BARE = fit(
    "where a node has none of them it gets nothing", pod=pod(), nodes=[node(cpu="0", memory="0")], gives={"n1": (0, 0)}
)
WHOLE_ASKING = fit(
    "what the pod asks for as a whole is not looked at while it asks",
    pod=pod(resources={"requests": {"cpu": "2"}}),
    nodes=[node()],
    gives={"n1": (97, 97)},
)
WHOLE_ON_NODE = fit(
    "on a node it is, and what the pod as a whole does not name counts as if it asked for little",
    pod=pod(),
    nodes=[node()],
    pods=[pod("other", node="n1", resources={"requests": {"cpu": "2"}})],
    gives={"n1": (71, 71)},
)
WEIGHED = fit(
    "resources weigh as the profile says",
    pod=pod(requests={"cpu": "2", "memory": "2Gi"}),
    nodes=[node()],
    gives={"n1": (56, 56)},
    args=Args(strategy=Strategy(resources=(("cpu", 3), ("memory", 1)))),
)
EXTENDED = fit(
    "an extended resource counts where the pod asks for it",
    pod=pod(requests={"cpu": "2", "example.com/gpu": "1"}),
    nodes=[node(**GPUS)],
    gives={"n1": (62, 62)},
    args=Args(strategy=Strategy(resources=CPU_AND_GPU)),
)
NOT_EXTENDED = fit(
    "and not where it does not",
    pod=pod(requests={"cpu": "2"}),
    nodes=[node(**GPUS)],
    gives={"n1": (50, 50)},
    args=Args(strategy=Strategy(resources=CPU_AND_GPU)),
)
MOST_USED = fit(
    "MostAllocated: what is given away, in percent",
    pod=pod(requests={"cpu": "1", "memory": "4Gi"}),
    nodes=[node()],
    gives={"n1": (37, 37)},
    args=strategy(MOST),
)
MOST_OVER = fit(
    "MostAllocated: more than there is counts as all of it",
    pod=pod(),
    nodes=[node(cpu="150m")],
    pods=[pod("other", node="n1")],
    gives={"n1": (52, 52)},
    args=strategy(MOST),
)
LINE = fit(
    "RequestedToCapacityRatio: on the line between the shape's points, the mean rounded",
    pod=pod(requests={"cpu": "1", "memory": "2130Mi"}),
    nodes=[node()],
    gives={"n1": (26, 26)},
    args=strategy(RATIO, UP),
)
DOWN_LINE = fit(
    "RequestedToCapacityRatio: a falling line is cut off towards zero on its way",
    pod=pod(requests={"cpu": "1", "memory": "2Gi"}),
    nodes=[node()],
    gives={"n1": (67, 67)},
    args=strategy(RATIO, ((0, 10), (30, 6), (100, 0))),
)
ZERO = fit(
    "RequestedToCapacityRatio: a resource that scores nothing is left out of the mean",
    pod=pod(requests={"cpu": "4", "memory": "2Gi"}),
    nodes=[node()],
    gives={"n1": (75, 75)},
    args=strategy(RATIO, DOWN),
)
BEYOND = fit(
    "RequestedToCapacityRatio: before the first point and behind the last the line is level",
    pod=pod(requests={"cpu": "1", "memory": "8Gi"}),
    nodes=[node()],
    gives={"n1": (50, 50)},
    args=strategy(RATIO, ((40, 2), (60, 8))),
)

CASES = (
    *(LEFT, NOT_ASKED, ON_NODE, INIT, OVER, ABSENT, BARE, WHOLE_ASKING, WHOLE_ON_NODE, WEIGHED, EXTENDED, NOT_EXTENDED),
    *(MOST_USED, MOST_OVER, LINE, DOWN_LINE, ZERO, BEYOND),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_node_resources_fit(case: Scored) -> None:
    assert points(case) == case.gives
