"""How a condition is written into a list of them."""

from __future__ import annotations

import pytest

from kubeproof.model.objects.conditions import updated, with_condition
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod_status import Condition, PodStatus
from kubeproof.model.objects.taints import Taint
from tests.model.controlplane.controllers.made import node

OLD = Condition("Ready", "True", "Up", changed_at=3)
OTHER = Condition("Other", "True", changed_at=1)
CASES = (
    ("a new one comes last, and changes now", (OTHER,), OLD, (OTHER, Condition("Ready", "True", "Up", changed_at=9))),
    ("another status changes now", (OLD, OTHER), Condition("Ready", "False"), (Condition("Ready", "False",
     changed_at=9), OTHER)),
    ("another reason keeps its time", (OLD,), Condition("Ready", "True", "Well"), (Condition("Ready", "True", "Well",
     changed_at=3),)),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_pods_condition(case: tuple[str, tuple[Condition, ...], Condition, tuple[Condition, ...]]) -> None:
    _, before, new, after = case
    assert updated(PodStatus(conditions=before), new, 9).conditions == after


def test_what_says_nothing_new_is_not_written() -> None:
    status = PodStatus(conditions=(OLD,))
    assert updated(status, Condition("Ready", "True", "Up", observed_generation=5), 9) is status


KEPT = (
    ("a new one comes last", (OTHER,), Condition("Ready", "True"), (OTHER, Condition("Ready", "True", changed_at=9))),
    ("one that knows its time keeps it", (), OLD, (OLD,)),
    ("the same status keeps the old time", (OLD,), Condition("Ready", "True", changed_at=8), (Condition("Ready",
     "True", changed_at=3),)),
    ("another has its own", (OLD,), Condition("Ready", "False", changed_at=8), (Condition("Ready", "False",
     changed_at=8),)),
    ("or changes now", (OLD,), Condition("Ready", "False"), (Condition("Ready", "False", changed_at=9),)),
)  # fmt: skip


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case[0])
def test_the_condition_of_another_object(
    case: tuple[str, tuple[Condition, ...], Condition, tuple[Condition, ...]],
) -> None:
    _, before, new, after = case
    assert with_condition(before, new, 9) == after


def test_what_the_scheduler_sees_of_a_node() -> None:
    live = node("n1", "True", Taint("gpu"), labels={"zone": "a"}, unschedulable=True)
    assert live.for_scheduler == Node("n1", live.meta.labels, (Taint("gpu"),), True)
