"""What InterPodAffinity's score gives (v1.34)."""

from functools import partial

import pytest

from kubeproof.model.scheduler.args import Args
from tests.model.scheduler.scores.scored import Scored, points, preferring
from tests.model.scheduler.witness import node, pod

near = partial(Scored, plugin="InterPodAffinity")
N1, N2, N3 = node("n1", labels={"zone": "a"}), node("n2", labels={"zone": "b"}), node("n3")
WEB = pod("web-1", node="n1", labels={"app": "web"})
WEB_2 = pod("web-2", node="n2", labels={"app": "web"})
DRAWN = pod(affinity=preferring("podAffinity", 10))
REQUIRING = pod(
    "other",
    node="n1",
    affinity={
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "web"}}}
            ]
        }
    },
)

NOBODY = near("where nobody pulls the plugin is skipped", pod=DRAWN, nodes=[N1, N2], gives=None)
DRAWS = near(
    "pods that are preferred draw to their domain",
    pod=DRAWN,
    nodes=[N1, N2],
    pods=[WEB],
    gives={"n1": (10, 100), "n2": (0, 0)},
)
PUSHES = near(
    "pods that are shunned push away",
    pod=pod(affinity=preferring("podAntiAffinity", 10)),
    nodes=[N1, N2],
    pods=[WEB],
    gives={"n1": (-10, 0), "n2": (0, 100)},
)
ALL_PUSH = near(
    "the least bad is best, though it is bad",
    pod=pod(affinity=preferring("podAntiAffinity", 10)),
    nodes=[N1, N2],
    pods=[WEB, WEB_2, pod("web-3", node="n1", labels={"app": "web"})],
    gives={"n1": (-20, 0), "n2": (-10, 100)},
)
BETWEEN = near(
    "between the lowest and the highest a node gets its share, cut off",
    pod=DRAWN,
    nodes=[N1, N2, N3],
    pods=[WEB, WEB_2, *(pod(f"more-{at}", node="n1", labels={"app": "web"}) for at in range(2))],
    gives={"n1": (30, 100), "n2": (10, 33), "n3": (0, 0)},
)
EVERYWHERE = near(
    "where it is the same everywhere nobody gets anything",
    pod=DRAWN,
    nodes=[N1, N2],
    pods=[WEB, WEB_2],
    gives={"n1": (10, 0), "n2": (10, 0)},
)
DELETING = near(
    "pods that are being deleted draw, too",
    pod=DRAWN,
    nodes=[N1, N2],
    pods=[pod("web-1", node="n1", labels={"app": "web"}, deleting=True)],
    gives={"n1": (10, 100), "n2": (0, 0)},
)
OTHERS = near(
    "pods on nodes draw the pods that they prefer",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[pod("other", node="n1", affinity=preferring("podAffinity", 10))],
    gives={"n1": (10, 100), "n2": (0, 0)},
)
OTHERS_PUSH = near(
    "and push away those that they shun",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[pod("other", node="n1", affinity=preferring("podAntiAffinity", 10))],
    gives={"n1": (-10, 0), "n2": (0, 100)},
)
REPEATED = near(
    "a term that is said twice counts twice",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[pod("other", node="n1", affinity=preferring("podAffinity", 10, times=2))],
    gives={"n1": (20, 100), "n2": (0, 0)},
)
HARD = near(
    "pods that require this one nearby draw it with the weight of hard affinity",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[REQUIRING],
    gives={"n1": (1, 100), "n2": (0, 0)},
)
NO_HARD = near(
    "unless that is 0",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[REQUIRING],
    gives=None,
    args=Args(hard_affinity_weight=0),
)
IGNORED = near(
    "a profile may ignore what others prefer",
    pod=pod(labels={"app": "web"}),
    nodes=[N1, N2],
    pods=[pod("other", node="n1", affinity=preferring("podAffinity", 10))],
    gives=None,
    args=Args(ignore_preferred_of_others=True),
)
NOT_IGNORED = near(
    "but not for a pod that prefers something itself",
    pod=pod(labels={"app": "web"}, affinity=preferring("podAffinity", 5, app="db")),
    nodes=[N1, N2],
    pods=[pod("other", node="n1", affinity=preferring("podAffinity", 10))],
    gives={"n1": (10, 100), "n2": (0, 0)},
    args=Args(ignore_preferred_of_others=True),
)
OTHER_NAMESPACE = near(
    "a pod of another namespace is not meant",
    pod=DRAWN,
    nodes=[N1, N2],
    pods=[pod("web-1", node="n1", namespace="ops", labels={"app": "web"})],
    gives=None,
)
NO_DOMAIN = near(
    "a pod on a node without the label pulls nowhere",
    pod=DRAWN,
    nodes=[N1, N3],
    pods=[pod("web-1", node="n3", labels={"app": "web"})],
    gives=None,
)
EVEN = near(
    "where all pulls even out, nodes are scored with nothing",
    pod=pod(affinity={**preferring("podAffinity", 10), **preferring("podAntiAffinity", 10)}),
    nodes=[N1, N2],
    pods=[WEB],
    gives={"n1": (0, 0), "n2": (0, 0)},
)

CASES = (
    *(NOBODY, DRAWS, PUSHES, ALL_PUSH, BETWEEN, EVERYWHERE, DELETING, OTHERS, OTHERS_PUSH, REPEATED, HARD, NO_HARD),
    *(IGNORED, NOT_IGNORED, OTHER_NAMESPACE, NO_DOMAIN, EVEN),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_inter_pod_affinity(case: Scored) -> None:
    assert points(case) == case.gives
