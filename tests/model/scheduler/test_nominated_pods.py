"""Pods that are nominated to a node count as if they ran there already, for those that go after them (v1.34)."""

from typing import Any

import pytest

from kubeproof.model.scheduler.filters.inter_pod_affinity import AFFINITY, REQUIRED
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, refusal, verdict

NO_CPU = refusal("NodeResourcesFit", "Insufficient cpu")
TWO = [node("n1"), node("n2")]


def asking(priority: int = 5, **more: Any) -> Raw:
    return pod(**{"requests": {"cpu": "3"}, "priority": priority, **more})


def nominated(priority: int = 5, to: str = "n1", name: str = "before", **more: Any) -> Raw:
    status = {"nominatedNodeName": to}
    return pod(name, **{"requests": {"cpu": "3"}, "priority": priority, "status": status, **more})


EQUAL = Witness(
    "a pod that is nominated and no less important takes its room",
    asking(),
    TWO,
    {"n1": NO_CPU, "n2": FITS},
    [nominated()],
)
HIGHER = Witness("one that is more important does so, too", asking(), TWO, {"n1": NO_CPU, "n2": FITS}, [nominated(9)])
LOWER = Witness("one that is less important does not", asking(), TWO, {"n1": FITS, "n2": FITS}, [nominated(1)])
TOGETHER = Witness(
    "those of one node count together",
    asking(requests={"cpu": "2"}),
    [node("n1")],
    {"n1": NO_CPU},
    [nominated(requests={"cpu": "2"}), nominated(name="too", requests={"cpu": "1"})],
)
NOT_RELIED_ON = Witness(
    "nobody relies on a pod that may never come",
    asking(
        affinity={"podAffinity": {REQUIRED: [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "db"}}}]}}
    ),
    [node("n1", labels={"zone": "a"})],
    {"n1": final("InterPodAffinity", AFFINITY)},
    [nominated(requests={}, labels={"app": "db"})],
)
OWN = Witness(
    "its own nominated node is the only one looked at, if it fits",
    asking(status={"nominatedNodeName": "n2"}),
    TWO,
    {"n2": FITS},
)
OWN_FULL = Witness(
    "where that does not fit, all are looked at",
    asking(status={"nominatedNodeName": "n2"}),
    TWO,
    {"n1": FITS, "n2": NO_CPU},
    [pod("held", node="n2", requests={"cpu": "2"})],
)
GONE = Witness(
    "a nomination to a node that is gone is none", asking(), [node("n2")], {"n2": FITS}, [nominated(to="n1")]
)

WITNESSES = (EQUAL, HIGHER, LOWER, TOGETHER, NOT_RELIED_ON, OWN, OWN_FULL, GONE)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
