"""Budgets in a world: what they say of their pods, and which evictions they allow."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.controllers.disruption.component import DISRUPTION
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.node.kubelet.processes import Process
from kubeproof.model.objects import conditions
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import PREEMPTED, LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Runner
from tests.model.world.made import SPACE, cluster, made, names, nodes_with, pod, step, there, told

GUARD = LiveBudget(Meta("guard", SPACE), of_labels({"app": "web"}), min_available=2)
WEB = pod("web", app="web")


def replicas(count: int, budget: LiveBudget) -> Runner:
    """A ReplicaSet whose pods take nine seconds to end, and a budget over them."""
    runner = cluster(*nodes_with(REPLICASET, DISRUPTION, does=lambda pod: {"c": Process(term_takes=9)}))
    template = PodTemplate(WEB.meta.labels, run=WEB.run, spec=WEB.spec)
    spec = ReplicaSetSpec(count, selector=of_labels({"app": "web"}), template=template)
    made(runner, ReplicaSet(Meta("web", SPACE), spec), budget)
    list(runner.run(0))
    return runner


def evict(runner: Runner, name: str) -> str:
    """Why the pod is not evicted, "" where it is."""
    refused = runner.ask(Write("evict", Key("Pod", SPACE, name)), "user").refused
    list(runner.run(runner.world.now))
    assert refused is None or isinstance(refused, Refused)
    return "" if refused is None else f"{refused.code} {refused.reason}"


def allowed(runner: Runner) -> tuple[int, int, int, int]:
    """What the budget says: allowed, healthy, wanted, expected."""
    status = there(runner, LiveBudget, "guard").status
    return status.allowed, status.current_healthy, status.desired_healthy, status.expected


def test_a_budget_counts_its_pods_and_lets_go_of_what_is_left_over() -> None:
    runner = replicas(3, GUARD)
    first, second, _ = names(runner, "Pod")
    assert allowed(runner) == (1, 3, 2, 3)
    assert there(runner, LiveBudget, "guard").status.observed_generation == 1
    assert evict(runner, first) == ""
    assert allowed(runner) == (1, 3, 2, 4)  # its successor is ready at once, and the pod that ends is still there
    assert evict(runner, second) == ""
    assert names(runner, "Pod") != [first, second]


def test_an_eviction_that_a_budget_forbids_is_refused_until_a_successor_is_ready() -> None:
    runner = replicas(2, GUARD)
    first, _ = names(runner, "Pod")
    assert evict(runner, first) == "429 TooManyRequests"
    assert there(runner, LivePod, first).meta.deleted_at is None
    held = there(runner, ReplicaSet, "web")
    more = replace(held, spec=replace(held.spec, replicas=3))
    step(runner, [Write("update", Key("ReplicaSet", SPACE, "web"), more)])
    list(runner.run(1))
    assert evict(runner, first) == ""


BUDGETS = (
    ("a number that has to stay", {"min_available": 2}, (1, 3, 2, 3)),
    ("a share that has to stay", {"min_available": "50%"}, (1, 3, 2, 3)),
    ("a number that may go", {"min_available": None, "max_unavailable": 2}, (2, 3, 1, 3)),
    ("a share that may go", {"min_available": None, "max_unavailable": "50%"}, (2, 3, 1, 3)),
    ("more than there are", {"min_available": 9}, (0, 3, 9, 3)),
)


@pytest.mark.parametrize(("says", "expected"), [row[1:] for row in BUDGETS], ids=[row[0] for row in BUDGETS])
def test_what_a_budget_says(says: dict[str, int | str | None], expected: tuple[int, int, int, int]) -> None:
    assert allowed(replicas(3, replace(GUARD, **says))) == expected


def test_a_share_of_pods_that_nobody_controls_is_none() -> None:
    runner = cluster(*nodes_with(DISRUPTION))
    made(runner, pod("a", "n1", app="web"), replace(GUARD, min_available=None, max_unavailable=1))
    list(runner.run(0))
    assert allowed(runner) == (0, 1, 0, 0)
    assert evict(runner, "a") == "429 TooManyRequests"


def test_a_mark_that_nobody_followed_up_is_taken_back_after_two_minutes() -> None:
    runner = cluster(*nodes_with(DISRUPTION))
    made(runner, pod("a", "n1"))
    list(runner.run(0))
    held = there(runner, LivePod, "a")
    marked = replace(held, status=conditions.disrupted(held, PREEMPTED, "", 0))
    step(runner, [Write("status", Key("Pod", SPACE, "a"), marked)])
    assert told(runner.run(1000)) == ["120 disruption-controller: status Pod a"]
    said = there(runner, LivePod, "a").status.condition("DisruptionTarget")
    assert said is not None
    assert said.status == "False"


def test_an_eviction_that_did_not_end_the_pod_counts_no_longer_after_two_minutes() -> None:
    runner = cluster(*nodes_with(DISRUPTION))
    made(runner, pod("a", "n1", app="web"), replace(GUARD, min_available=0))
    list(runner.run(0))
    held = there(runner, LiveBudget, "guard")
    awaited = replace(held.status, disrupted=held.status.disrupted.set("a", 0), allowed=0)
    step(runner, [Write("status", Key("PodDisruptionBudget", SPACE, "guard"), replace(held, status=awaited))])
    list(runner.run(0))
    assert allowed(runner)[:2] == (0, 0)
    list(runner.run(1000))
    assert allowed(runner)[:2] == (1, 1)
