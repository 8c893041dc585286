"""Whole rounds of the node lifecycle controller."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import (
    Memory,
    Settings,
    arrived,
    monitor,
    no_execute_pass,
    pods_not_ready,
)
from kubeproof.model.controlplane.controllers.node_lifecycle.zones import EXCLUDED, Rates, ZoneState
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition, Truth
from kubeproof.model.objects.taints import NO_EXECUTE, Taint
from tests.model.controlplane.controllers.made import node, pod

NOT_READY = Taint("node.kubernetes.io/not-ready", "", NO_EXECUTE)
UNREACHABLE = Taint("node.kubernetes.io/unreachable", "", NO_EXECUTE)
FAST = Settings(rates=Rates(normal=10**6))
OTHER = node("n2")


def speaks(at: LiveNode, now: int) -> LiveNode:
    return replace(at, conditions=tuple(replace(one, heard_at=now) for one in at.conditions))


def rounds(memory: Memory, nodes: Sequence[LiveNode], now: int) -> tuple[Memory, list[LiveNode], tuple[str, ...]]:
    """One look and one pass, and the nodes after both."""
    looked = monitor(memory, nodes, {}, now, FAST)
    seen = {one.meta.name: one for one in (*nodes, *looked.nodes)}
    passed = no_execute_pass(looked.memory, seen.values(), now)
    seen.update({one.meta.name: one for one in passed.nodes})
    return passed.memory, list(seen.values()), looked.pods_not_ready_on


def test_a_node_that_is_not_ready_is_tainted_in_its_turn() -> None:
    _, nodes, marked = rounds(Memory(), [node(ready="False"), OTHER], 0)
    assert [one.taints for one in nodes] == [(NOT_READY,), ()]
    assert marked == ()  # the kubelet said it itself, and said it of its pods, too


def test_a_silent_node_marks_its_pods_and_gets_its_taint_in_the_same_round() -> None:
    memory, nodes, _ = rounds(Memory(), [node(), OTHER], 0)
    memory, nodes, marked = rounds(memory, [nodes[0], speaks(OTHER, 51)], 51)
    assert (marked, nodes[0].conditions[0].status, nodes[0].taints) == (("n1",), "Unknown", (UNREACHABLE,))
    memory, nodes, marked = rounds(memory, [nodes[0], speaks(OTHER, 56)], 56)
    assert (marked, nodes[0].taints) == ((), (UNREACHABLE,))


def test_the_other_taint_is_swapped_at_once_whatever_the_rate() -> None:
    known = Memory(known=frozenset({"n1", "n2"}))
    nodes = [node("n1", "Unknown", NOT_READY), OTHER]
    stopped = monitor(known, nodes, {}, 0, Settings(rates=Rates(normal=0.0)))
    assert [one.taints for one in stopped.nodes] == [(UNREACHABLE,)]


def test_a_node_that_is_ready_again_loses_its_taint() -> None:
    known = Memory(known=frozenset({"n1", "n2"}))
    assert [one.taints for one in monitor(known, [node("n1", "True", NOT_READY), OTHER], {}, 0, FAST).nodes] == [()]


def test_a_node_that_is_new_to_the_controller_starts_without_taints() -> None:
    found = monitor(Memory(), [node("n1", "Unknown", UNREACHABLE), OTHER], {}, 0, FAST)
    assert [one.taints for one in found.nodes] == [()]


def test_where_no_node_is_ready_no_node_is_tainted() -> None:
    memory, nodes, _ = rounds(Memory(known=frozenset({"n1"})), [node("n1", "False", NOT_READY)], 0)
    assert (dict(memory.zones), nodes[0].taints) == ({"": "FullDisruption"}, ())
    memory, nodes, _ = rounds(memory, nodes, 5)
    assert nodes[0].taints == ()


def test_when_one_answers_again_the_others_get_time() -> None:
    memory, nodes, _ = rounds(Memory(), [node(), OTHER], 0)
    memory, nodes, _ = rounds(memory, nodes, 51)
    assert dict(memory.zones) == {"": "FullDisruption"}
    answers = speaks(replace(OTHER, conditions=(NodeCondition("Ready", "True"),)), 100)
    memory, _, _ = rounds(memory, [nodes[0], answers], 100)
    assert dict(memory.zones) == {"": "Normal"}
    assert {name: health.probed_at for name, health in memory.health.items()} == {"n1": 100, "n2": 100}


def test_a_node_may_be_kept_out_of_its_zone() -> None:
    hidden = node("n1", "True", labels={EXCLUDED: ""})
    states = dict(monitor(Memory(), [hidden, node("n2", "False")], {}, 0, FAST).memory.zones)
    assert states == {"": "FullDisruption"}


def test_zones_fare_by_themselves() -> None:
    east = node("n1", "False", labels={"topology.kubernetes.io/zone": "east"})
    west = node("n2", "True", labels={"topology.kubernetes.io/zone": "west"})
    states = dict(monitor(Memory(), [east, west], {}, 0, FAST).memory.zones)
    assert states == {":\0:east": "FullDisruption", ":\0:west": "Normal"}


def test_a_node_that_is_gone_is_passed_over() -> None:
    looked = monitor(Memory(), [node(ready="False"), OTHER], {}, 0, FAST)
    passed = no_execute_pass(looked.memory, [OTHER], 0)
    assert passed.nodes == ()
    assert passed.memory.queues[""].waiting == ()


def test_a_node_without_a_word_is_left_alone_while_it_starts() -> None:
    found = monitor(Memory(), [node(ready=None), OTHER], {}, 60, FAST)
    assert found.nodes == ()
    assert found.memory.queues[""].waiting == ()


def test_pods_on_the_node_are_not_ready() -> None:
    here, elsewhere, mute = pod("a", ready="True"), pod("b", ready="True", node="n2"), pod("c")
    said = replace(here.status, conditions=(Condition("Ready", "False", changed_at=9),))
    assert pods_not_ready([here, elsewhere, mute, pod("d", ready="False")], "n1", 9) == [(here, said)]


COMES: tuple[tuple[str, Truth | None, LivePod, Truth | None], ...] = (
    ("to a node that is not ready", "False", pod(ready="True"), "False"),
    ("to one that is unknown", "Unknown", pod(ready="True"), "False"),
    ("to one that is ready", "True", pod(ready="True"), None),
    ("to one that never spoke", None, pod(ready="True"), None),
    ("to one that nobody knows", "False", pod(ready="True", node="n3"), None),
    ("and is not ready itself", "False", pod(ready="False"), None),
)


@pytest.mark.parametrize("case", COMES, ids=lambda case: case[0])
def test_a_pod_that_comes(case: tuple[str, Truth | None, LivePod, Truth | None]) -> None:
    _, ready, comes, then = case
    memory = monitor(Memory(), [node(ready=ready), OTHER], {}, 0, FAST).memory
    status = arrived(memory, comes, 9)
    assert (None if status is None else status.conditions[0].status) == then


def test_what_is_remembered_of_a_zone_without_nodes_is_gone() -> None:
    before: dict[str, ZoneState] = {"east": "Normal"}
    memory = Memory(zones=Map(before))
    assert dict(monitor(memory, [OTHER], {}, 0, FAST).memory.zones) == {"": "Normal"}
