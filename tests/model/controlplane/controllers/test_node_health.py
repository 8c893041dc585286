"""When a node counts as silent, and what is said of it then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.node_lifecycle.health import Health, judge
from kubeproof.model.objects.live_node import Lease, LiveNode, NodeCondition
from tests.model.controlplane.controllers.made import node

SPOKE = Health(0, node().conditions[0])
"""A node that was heard at 0."""

SILENCE = (
    ("for 50 seconds a node is believed", node(), None, SPOKE, 50, "True"),
    ("a second later it is not", node(), None, SPOKE, 51, "Unknown"),
    ("a renewed lease is as good as a heartbeat", node(), Lease("n1", 1), replace(SPOKE, lease=Lease("n1", 0)), 51,
     "True"),
    ("one that was not renewed is not", node(), Lease("n1", 0), replace(SPOKE, lease=Lease("n1", 0)), 51, "Unknown"),
    ("what counts is when it is seen", node(), None, replace(SPOKE, probed_at=40), 90, "True"),
    ("a new heartbeat is seen now, whatever its time", node(), None, Health(0, NodeCondition("Ready", "True",
     heard_at=-9)), 99, "True"),
    ("a node is not known yet: its time starts now", node(), None, None, 1000, "True"),
    ("a node that says it is not ready goes silent, too", node(ready="False"), None, Health(0,
     node(ready="False").conditions[0]), 51, "Unknown"),
)  # fmt: skip


@pytest.mark.parametrize("case", SILENCE, ids=lambda case: case[0])
def test_a_silent_node_is_unknown(case: tuple[str, LiveNode, Lease | None, Health | None, int, str]) -> None:
    _, at, lease, health, now, status = case
    current = judge(at, lease, health, now).current
    assert current is not None
    assert current.status == status


STARTS = (
    ("for 60 seconds it may start", 60, None),
    ("a second later it is unknown", 61, "NodeStatusNeverUpdated"),
)


@pytest.mark.parametrize("case", STARTS, ids=lambda case: case[0])
def test_a_node_that_never_spoke(case: tuple[str, int, str | None]) -> None:
    _, now, reason = case
    judged = judge(node(ready=None), None, None, now)
    assert (judged.current and judged.current.reason) == reason
    assert judged.observed.status == "Unknown"


def test_what_is_said_of_a_silent_node() -> None:
    at = node()
    at = replace(at, conditions=(*at.conditions, NodeCondition("NetworkUnavailable", "False")))
    said = {
        one.type: (one.status, one.reason, one.heard_at, one.changed_at)
        for one in judge(at, None, SPOKE, 51).conditions
    }
    assert said == {
        "Ready": ("Unknown", "NodeStatusUnknown", 0, 51),
        "NetworkUnavailable": ("False", "", None, None),
        "MemoryPressure": ("Unknown", "NodeStatusNeverUpdated", 0, 51),
        "DiskPressure": ("Unknown", "NodeStatusNeverUpdated", 0, 51),
        "PIDPressure": ("Unknown", "NodeStatusNeverUpdated", 0, 51),
    }  # fmt: skip


def test_a_node_that_calls_itself_unknown_is_left_as_it_is() -> None:
    """Nothing is written while Ready stays as it is, so its other conditions stay, too."""
    at = node(ready="Unknown")
    judged = judge(at, None, Health(0, at.conditions[0]), 51)
    assert judged.conditions == at.conditions


def test_a_heartbeat_makes_the_lease_new_again() -> None:
    """A heartbeat starts the memory anew without its lease: at the next look an old lease counts as renewed then."""
    old = Lease("n1", 0)
    spoke = judge(node(), old, Health(0, NodeCondition("Ready", "True", heard_at=-9), old), 40)
    assert spoke.health == Health(40, node().conditions[0])
    later = judge(node(), old, spoke.health, 91)
    assert later.current == node().conditions[0]
    assert later.health.probed_at == 91


def test_what_was_written_is_no_news_at_the_next_look() -> None:
    first = judge(node(), None, SPOKE, 51)
    at = replace(node(), conditions=first.conditions)
    again = judge(at, None, first.health, 56)
    assert (again.observed.status, again.conditions, again.health) == ("Unknown", first.conditions, first.health)
