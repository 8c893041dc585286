"""The taints that the node machine puts on a node are those that the node controller really puts there."""

from __future__ import annotations

import pytest

from kubeproof.model.controlplane.controllers.node_lifecycle import tainting
from kubeproof.model.logic.value import value
from kubeproof.model.machines.node import NODE, Ready, Taint, cause
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.state import StateEnv, coded, initial, plain

CONDITIONS: tuple[tuple[Ready, Truth], ...] = ((Ready.TRUE, "True"), (Ready.FALSE, "False"), (Ready.UNKNOWN, "Unknown"))


def caused(ready: Ready) -> Taint:
    state = plain(NODE, next(iter(initial(NODE)))) | {"Ready": ready}
    return tuple(Taint)[int(value(cause, StateEnv(NODE, coded(NODE, state))))]


@pytest.mark.parametrize(("ready", "status"), CONDITIONS)
def test_a_condition_causes_the_same_taint(ready: Ready, status: Truth) -> None:
    condition = NodeCondition("Ready", status)
    wanted = [] if caused(ready) is Taint.NONE else [f"node.kubernetes.io/{caused(ready).value}"]
    placed = tainting.no_schedule(LiveNode(Meta("n1"), conditions=(condition,)))
    assert [taint.key for taint in placed if taint.effect == "NoSchedule"] == wanted
    assert [taint.key for taint in tainting.no_execute(condition, ())] == wanted
