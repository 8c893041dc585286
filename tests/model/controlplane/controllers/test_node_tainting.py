"""Which taints a node gets from its conditions."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.node_lifecycle.tainting import no_execute, no_schedule, reachable
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint
from tests.model.controlplane.controllers.made import node

PREFIX = "node.kubernetes.io/"
NOT_READY, UNREACHABLE = Taint(f"{PREFIX}not-ready", "", NO_EXECUTE), Taint(f"{PREFIX}unreachable", "", NO_EXECUTE)


def with_condition(type_: str, status: Truth) -> LiveNode:
    return replace(node(), conditions=(NodeCondition(type_, status),))


def soft(key: str) -> Taint:
    return Taint(PREFIX + key, "", NO_SCHEDULE)


class Case(NamedTuple):
    sentence: str
    node: LiveNode
    taints: tuple[Taint, ...]


CASES = (
    Case("a ready node has none", node(), ()),
    Case("a node that is not ready", node(ready="False"), (soft("not-ready"),)),
    Case("a node that is unknown", node(ready="Unknown"), (soft("unreachable"),)),
    Case("a node that never spoke has none", node(ready=None), ()),
    Case("memory", with_condition("MemoryPressure", "True"), (soft("memory-pressure"),)),
    Case("disk", with_condition("DiskPressure", "True"), (soft("disk-pressure"),)),
    Case("processes", with_condition("PIDPressure", "True"), (soft("pid-pressure"),)),
    Case("network", with_condition("NetworkUnavailable", "True"), (soft("network-unavailable"),)),
    Case("unknown pressure is none", with_condition("MemoryPressure", "Unknown"), ()),
    Case("a condition of somebody else's", with_condition("Sunny", "True"), ()),
    Case("a cordon", node(unschedulable=True), (soft("unschedulable"),)),
    Case("what is over goes", node("n1", "True", soft("not-ready"), soft("unschedulable")), ()),
    Case("one takes the other's place", node("n1", "Unknown", soft("not-ready")), (soft("unreachable"),)),
    Case("NoExecute is left alone", node("n1", "True", NOT_READY), (NOT_READY,)),
    Case("so are other keys", node("n1", "True", soft("out-of-service")), (soft("out-of-service"),)),
    Case("a value is kept", node("n1", "False", Taint(PREFIX + "not-ready", "x", NO_SCHEDULE)),
         (Taint(PREFIX + "not-ready", "x", NO_SCHEDULE),)),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_no_schedule_taints_follow_the_conditions(case: Case) -> None:
    assert no_schedule(case.node) == case.taints
    assert no_schedule(replace(case.node, taints=case.taints)) == case.taints


EXECUTE: tuple[tuple[str, Truth, tuple[Taint, ...], tuple[Taint, ...]], ...] = (
    ("not ready", "False", (), (NOT_READY,)),
    ("unknown", "Unknown", (), (UNREACHABLE,)),
    ("never both", "Unknown", (NOT_READY,), (UNREACHABLE,)),
    ("a node that is ready by now is left alone", "True", (NOT_READY,), (NOT_READY,)),
    ("one of that key and effect is replaced", "False", (Taint(NOT_READY.key, "x", NO_EXECUTE),), (NOT_READY,)),
)


@pytest.mark.parametrize("case", EXECUTE, ids=lambda case: case[0])
def test_no_execute_taints_follow_ready(case: tuple[str, Truth, tuple[Taint, ...], tuple[Taint, ...]]) -> None:
    _, status, before, after = case
    assert no_execute(NodeCondition("Ready", status), before) == after


def test_a_node_that_is_ready_again_loses_what_was_seen() -> None:
    both = (NOT_READY, soft("not-ready"), UNREACHABLE)
    assert reachable(both, both) == (soft("not-ready"),)
    assert reachable(both, (UNREACHABLE,)) == (NOT_READY, soft("not-ready"))
