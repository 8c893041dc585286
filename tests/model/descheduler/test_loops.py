"""Published loops of a descheduler and a scheduler: each goes on at every pass, and ends with what mends it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.descheduler.policy import (
    DeschedulerPolicy,
    Evictor,
    Plugin,
    RemoveDuplicates,
    TopologySpread,
    profile,
)
from tests.model.descheduler.manifests import FULL, SPOT, deployment, evictions, node, pinned, placed, run, zones

FIT = Evictor(node_fit=True)


class Case(NamedTuple):
    sentence: str
    cluster: str
    plugin: Plugin
    evictor: Evictor
    evicted: dict[int, int]


CASES = (
    Case("a duplicate that fits nowhere else is evicted at every pass", FULL, RemoveDuplicates(), Evictor(),
         {30: 1, 60: 1, 90: 1, 120: 1}),
    Case("nodeFit sees that it fits nowhere else", FULL, RemoveDuplicates(), FIT, {}),
    Case("so does leaving ReplicaSets alone", FULL,
         RemoveDuplicates(exclude_owner_kinds=frozenset({"ReplicaSet"})), Evictor(), {}),
    Case("pods that the scheduler wants elsewhere violate soft constraints at every pass", SPOT,
         TopologySpread(soft=True), Evictor(), {30: 2, 60: 2, 90: 2, 120: 2}),
    Case("nodeFit does not help: they would fit, but are put back", SPOT, TopologySpread(soft=True), FIT,
         {30: 2, 60: 2, 90: 2, 120: 2}),
    Case("two constraints, each balanced alone, are never both kept", zones(9), TopologySpread(soft=True), FIT,
         {30: 2, 60: 2, 90: 2, 120: 2}),
    Case("eight pods are enough for that", zones(8), TopologySpread(soft=True), FIT, {30: 1, 60: 1, 90: 1, 120: 1}),
    Case("seven are not", zones(7), TopologySpread(soft=True), FIT, {}),
    Case("nor are nine where the other constraint is looked at, too", zones(9), TopologySpread(soft=True, joint=True),
         Evictor(), {}),
    Case("hard constraints alone are none of these", SPOT, TopologySpread(), Evictor(), {}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_how_often_pods_are_evicted(case: Case) -> None:
    policy = DeschedulerPolicy((profile(case.plugin, evictor=case.evictor),), interval=30)
    played = run(policy, case.cluster, 120)
    assert evictions(played) == case.evicted


def test_what_a_loop_evicts_comes_back_to_the_same_node() -> None:
    policy = DeschedulerPolicy((profile(RemoveDuplicates()),), interval=30)
    before, after = (placed(run(policy, FULL, until)) for until in (29, 119))
    assert sorted(before.values()) == sorted(after.values()) == ["n1", "n2", "n2"]
    assert before.keys() != after.keys()


BUDGET = """---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
"""


def test_a_budget_is_asked_and_a_refusal_is_not_asked_again_before_the_next_pass() -> None:
    policy = DeschedulerPolicy((profile(RemoveDuplicates()),), interval=30)
    played = run(policy, FULL + BUDGET, 70)
    assert evictions(played) == {}
    asked = [(event.at, event.refused.code) for event in played.events if event.by == "descheduler" and event.refused]
    assert asked == [(30, 429), (60, 429)]


def test_a_refused_eviction_uses_up_no_limit() -> None:
    policy = DeschedulerPolicy((profile(RemoveDuplicates()),), interval=30, in_total=1)
    other = deployment(2).replace("name: web", "name: xtra").replace("app: web", "app: xtra")
    nodes = node("n1", 4) + node("n2", 10) + pinned("background", "n1", 4)
    played = run(policy, nodes + deployment(2) + other + BUDGET, 40)
    gone = [event.key.name[:5] for event in played.events if event.by == "descheduler" and not event.refused]
    assert gone == ["xtra-"]
