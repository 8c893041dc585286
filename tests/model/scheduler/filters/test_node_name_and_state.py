"""Gates, cordons and named nodes: what SchedulingGates, NodeUnschedulable and NodeName say (v1.34)."""

import pytest

from tests.model.scheduler.witness import FITS, Witness, final, node, pod, verdict

CORDONED = final("NodeUnschedulable", "node(s) were unschedulable")
TAINT = "node.kubernetes.io/unschedulable"

GATED = Witness(
    "a pod waits for all its gates, whatever the nodes are",
    pod(schedulingGates=[{"name": "quota"}, {"name": "image"}]),
    [node("n1")],
    final("SchedulingGates", "waiting for scheduling gates: [quota image]"),
)
NO_NEW_PODS = Witness(
    "a cordoned node takes no new pod",
    pod(),
    [node("n1", cordoned=True), node("n2")],
    {"n1": CORDONED, "n2": FITS},
)
CORDON_TOLERATED = Witness(
    "a pod that tolerates the taint of cordoned nodes may land on one",
    pod(tolerations=[{"key": TAINT, "operator": "Exists", "effect": "NoSchedule"}]),
    [node("n1", cordoned=True)],
    {"n1": FITS},
)
CORDON_EFFECT = Witness(
    "a toleration of that taint with another effect does not help",
    pod(tolerations=[{"key": TAINT, "operator": "Exists", "effect": "NoExecute"}]),
    [node("n1", cordoned=True)],
    {"n1": CORDONED},
)
NAMED = Witness(
    "a pod that names its node goes there or nowhere",
    pod(node="n2"),
    [node("n1"), node("n2")],
    {"n1": final("NodeName", "node(s) didn't match the requested node name"), "n2": FITS},
)
CORDON_FIRST = Witness(
    "a cordon speaks before a taint",
    pod(),
    [node("n1", cordoned=True, taints=["gpu:NoSchedule"])],
    {"n1": CORDONED},
)

WITNESSES = (GATED, NO_NEW_PODS, CORDON_TOLERATED, CORDON_EFFECT, NAMED, CORDON_FIRST)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
