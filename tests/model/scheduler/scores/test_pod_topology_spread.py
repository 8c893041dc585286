"""What PodTopologySpread's score gives (v1.34)."""

from functools import partial

import pytest

from kubeproof.model.objects.pod import SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING
from kubeproof.model.objects.storage import ZONE
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.scores.pod_topology_spread import HOSTNAME
from tests.model.scheduler.scores.scored import Scored, points, soft
from tests.model.scheduler.witness import Raw, node, pod

spread = partial(Scored, plugin="PodTopologySpread")
N1, N2, N3 = (
    node("n1", labels={"zone": "a", ZONE: "a", HOSTNAME: "n1"}),
    node("n2", labels={"zone": "b", ZONE: "b", HOSTNAME: "n2"}),
    node("n3", labels={HOSTNAME: "n3"}),
)


def web(name: str, at: str, *, deleting: bool = False) -> Raw:
    return pod(name, node=at, labels={"app": "web"}, deleting=deleting)


THREE = (web("web-1", "n1"), web("web-2", "n1"), web("web-3", "n2"))
ASKING = pod(labels={"app": "web"}, topologySpreadConstraints=[soft()])
DEFAULT = pod(labels={"app": "web"})

NOTHING_SAID = spread("a pod without constraints or services is not scored", pod=DEFAULT, nodes=[N1, N2], gives=None)
HARD = spread(
    "hard constraints score nothing",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(whenUnsatisfiable="DoNotSchedule")]),
    nodes=[N1, N2],
    gives=None,
    services=[{"app": "web"}],
)
FEWER = spread(
    "the fewer alike in the domain the better, weighed by the logarithm of how many domains there are",
    pod=ASKING,
    nodes=[N1, N2],
    pods=THREE,
    gives={"n1": (3, 33), "n2": (1, 100)},
)
SKEW = spread(
    "a larger maxSkew waters the difference down",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(skew=3)]),
    nodes=[N1, N2],
    pods=THREE,
    gives={"n1": (5, 60), "n2": (3, 100)},
)
EMPTY = spread(
    "where nobody is alike every node is best", pod=ASKING, nodes=[N1, N2], gives={"n1": (0, 100), "n2": (0, 100)}
)
MISSING = spread(
    "a node without the label gets nothing and is no domain",
    pod=ASKING,
    nodes=[N1, N2, N3],
    pods=(*THREE, web("web-4", "n3")),
    gives={"n1": (3, 33), "n2": (1, 100), "n3": (0, 0)},
)
MISSING_ONE = spread(
    "so it is where one label of several is missing",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(), soft(HOSTNAME)]),
    nodes=[N1, N2, N3],
    pods=(*THREE, web("web-4", "n3")),
    gives={"n1": (6, 50), "n2": (3, 100), "n3": (0, 0)},
)
UNFIT = spread(
    "domains of nodes that do not fit are not counted",
    pod=ASKING,
    nodes=[N1, N2, node("n4", labels={"zone": "c"}, cordoned=True)],
    pods=THREE,
    gives={"n1": (3, 33), "n2": (1, 100)},
)
ON_UNFIT = spread(
    "pods on nodes that do not fit are",
    pod=ASKING,
    nodes=[N1, N2, node("n4", labels={"zone": "a"}, cordoned=True)],
    pods=[web("web-1", "n4"), web("web-2", "n4"), web("web-3", "n2")],
    gives={"n1": (3, 33), "n2": (1, 100)},
)
DELETING = spread(
    "pods that are being deleted do not count",
    pod=ASKING,
    nodes=[N1, N2],
    pods=[*THREE, web("web-4", "n2", deleting=True)],
    gives={"n1": (3, 33), "n2": (1, 100)},
)
TAINTS = spread(
    "pods on nodes that the pod could not go to count unless taints are honored",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(nodeTaintsPolicy="Honor")]),
    nodes=[N1, N2, node("n4", labels={"zone": "b"}, taints=["gpu:NoSchedule"])],
    pods=[*THREE, web("web-4", "n4")],
    gives={"n1": (3, 33), "n2": (1, 100)},
)
HOST = spread(
    "of host names the pods on the node itself count",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(HOSTNAME)]),
    nodes=[N1, N2, N3],
    pods=THREE,
    gives={"n1": (3, 0), "n2": (2, 33), "n3": (0, 100)},
)
SHARED_NAME = spread(
    "even where another node has the same host name",
    pod=pod(labels={"app": "web"}, topologySpreadConstraints=[soft(HOSTNAME)]),
    nodes=[node("n1", labels={HOSTNAME: "same"}), node("n2", labels={HOSTNAME: "same"})],
    pods=THREE,
    gives={"n1": (3, 33), "n2": (1, 100)},
)
SERVICE = spread(
    "what a service selects is spread over hosts and zones, without constraints",
    pod=DEFAULT,
    nodes=[N1, N2],
    pods=[web("web-1", "n1")],
    gives={"n1": (9, 66), "n2": (6, 100)},
    services=[{"app": "web"}],
)
OTHER_SERVICE = spread(
    "a service that does not select the pod is none of its",
    pod=DEFAULT,
    nodes=[N1, N2],
    pods=[web("web-1", "n1")],
    gives=None,
    services=[{"app": "db"}],
)
NO_ZONE = spread(
    "by the scheduler's own constraints a node without a zone is scored, and is a domain",
    pod=DEFAULT,
    nodes=[N1, N2, N3],
    pods=[web(f"web-{at}", "n1") for at in range(3)],
    gives={"n1": (16, 12), "n2": (6, 75), "n3": (2, 100)},
    services=[{"app": "web"}],
)
NAMELESS_ZONE = spread(
    "it is the domain of those whose zone is empty",
    pod=DEFAULT,
    nodes=[N1, N2, node("n4", labels={HOSTNAME: "n4", ZONE: ""}), N3],
    pods=[web("web-1", "n1"), web("web-2", "n3")],
    gives={"n1": (9, 44), "n2": (6, 77), "n3": (4, 100), "n4": (8, 55)},
    services=[{"app": "web"}],
)
PROFILE = spread(
    "by a profile's own constraints a node without a zone gets nothing",
    pod=DEFAULT,
    nodes=[N1, N2, N3],
    pods=THREE,
    gives={"n1": (3, 33), "n2": (1, 100), "n3": (0, 0)},
    services=[{"app": "web"}],
    args=Args(default_spread=(SpreadConstraint(1, ZONE, False, NOTHING, 1, True, False),)),
)

CASES = (
    *(
        NOTHING_SAID,
        HARD,
        FEWER,
        SKEW,
        EMPTY,
        MISSING,
        MISSING_ONE,
        UNFIT,
        ON_UNFIT,
        DELETING,
        TAINTS,
        HOST,
        SHARED_NAME,
    ),
    *(SERVICE, OTHER_SERVICE, NO_ZONE, NAMELESS_ZONE, PROFILE),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_pod_topology_spread(case: Scored) -> None:
    assert points(case) == case.gives
