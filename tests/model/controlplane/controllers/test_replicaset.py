"""Which pods a ReplicaSet lets go first, and what it reports."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map

from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.controllers import replicaset
from kubeproof.model.controlplane.controllers.replicaset import Ranked
from kubeproof.model.logic.gosort import go_sort
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from kubeproof.model.objects.template import PodTemplate
from tests.model.controlplane.controllers.build import NOW, pod


class Case(NamedTuple):
    sentence: str
    first: LivePod
    second: LivePod
    ranks: tuple[int, int] = (0, 0)


ORDER = (
    Case("a pod without a node goes first", pod("a", node="", phase="Pending"), pod("b", phase="Pending")),
    Case("even one that nobody could delete for free", pod("a", node="", cost="9"), pod("b", cost="-9")),
    Case("a pending pod goes before one that is lost", pod("a", phase="Pending"), pod("b", phase="Unknown")),
    Case("a lost pod goes before a running one", pod("a", phase="Unknown"), pod("b")),
    Case("a pod that is not ready goes before a ready one", pod("a", cost="9"), pod("b", ready=9)),
    Case("the cheaper pod goes first", pod("a", cost="-1", ready=9), pod("b", ready=9)),
    Case("a cost with a plus sign is no cost", pod("a", cost="+9", ready=9), pod("b", cost="1", ready=9)),
    Case("a cost with a leading zero is no cost", pod("a", cost="09", ready=9), pod("b", cost="1", ready=9)),
    Case("a cost beyond int32 is no cost", pod("a", cost="2147483648", ready=9), pod("b", cost="1", ready=9)),
    Case("a minus sign may stand before zeros", pod("a", cost="-09", ready=9), pod("b", ready=9)),
    Case("the pod with more siblings on its node goes first", pod("a", ready=9), pod("b", ready=9), (2, 1)),
    Case("the pod that was ready for a shorter time goes first", pod("a", ready=3), pod("b", ready=300)),
    Case("times of one size are told apart by uid", pod("a", ready=30), pod("b", ready=20)),
    Case("a pod with more restarts goes first", pod("b", restarts=2, ready=9), pod("a", restarts=1, ready=9)),
    Case("after containers the restarts of sidecars count", pod("b", sidecar=1), pod("a")),
    Case("the younger pod goes first", pod("b", age=1), pod("a", age=1000)),
    Case("a pod of unknown age counts as the youngest", pod("b", age=None), pod("a", age=1)),
)


@pytest.mark.parametrize("case", ORDER, ids=lambda case: case.sentence)
def test_the_order_in_which_pods_go(case: Case) -> None:
    check_order(case)


def check_order(case: Case) -> None:
    first, second = (Ranked(pod, rank) for pod, rank in zip((case.first, case.second), case.ranks, strict=True))
    assert replicaset.goes_first(first, second, NOW)
    assert not replicaset.goes_first(second, first, NOW)


def order(sentence: str) -> Case:
    return next(case for case in ORDER if case.sentence == sentence)


def test_init_containers_that_end_do_not_count_as_sidecars() -> None:
    assert p.most_restarts(pod("a", restarts=1, sidecar=2)) == (1, 2)


def test_a_pod_shares_its_node_with_active_pods_alone() -> None:
    mine = (pod("a", ready=9), pod("b", node="n2", ready=9))
    others = (pod("c"), pod("d", phase="Succeeded"), pod("e", deleted=True), pod("f", node="n2"))
    assert [rank for _, rank in replicaset.ranked(mine, (*mine, *others))] == [2, 2]


def test_siblings_crowd_a_node() -> None:
    """Of two equal pods the one goes whose node has more pods of the Deployment, old ReplicaSets included."""
    mine = (pod("a", node="n1", ready=9), pod("b", node="n2", ready=9))
    old = (pod("c", node="n2"),)
    (gone,) = replicaset.pods_to_delete(mine, (*mine, *old), 1, NOW)
    assert gone.meta.name == "b"


def test_all_go_in_the_order_in_which_they_came_where_none_stays() -> None:
    mine = (pod("a", ready=9), pod("b", phase="Pending"))
    assert replicaset.pods_to_delete(mine, mine, 2, NOW) == mine


def test_ages_have_sizes() -> None:
    ages = (0, -1, 1e-9, 1, 1.07, 1.08, 2.14, 2.15, 86_400)
    assert [replicaset.age_size(age) for age in ages] == [-1, -1, 0, 29, 29, 30, 30, 31, 46]


STATUS = (
    ("a pod of the template's labels is fully labelled", pod("a", labels=("app", "x")), (1, 1, 0, 0, 0)),
    ("a pod without one of them is a replica all the same", pod("a"), (1, 0, 0, 0, 0)),
    ("a pod that was ready for long enough to the second is available", pod("a", ready=10), (1, 0, 1, 1, 0)),
    ("a pod that was not is just ready", pod("a", ready=9), (1, 0, 1, 0, 0)),
    ("a pod that is being deleted is no replica", pod("a", ready=10, deleted=True), (0, 0, 0, 0, 1)),
    ("a pod that ended is neither a replica nor terminating", pod("a", phase="Failed", deleted=True), (0, 0, 0, 0, 0)),
)


@pytest.mark.parametrize(
    ("sentence", "owned", "expect"), STATUS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_what_a_replica_set_reports(sentence: str, owned: LivePod, expect: tuple[int, ...]) -> None:
    check_status(sentence, owned, expect)


def check_status(sentence: str, owned: LivePod, expect: tuple[int, ...]) -> None:
    spec = ReplicaSetSpec(1, 10, template=PodTemplate(Map({"app": ""})))
    got = replicaset.status_of(ReplicaSet(Meta("web"), spec), (owned,), NOW)
    counts = (got.replicas, got.fully_labeled_replicas, got.ready_replicas, got.available_replicas)
    assert (*counts, got.terminating_replicas) == expect, sentence


def test_a_failure_is_reported_until_a_sync_goes_well() -> None:
    web = ReplicaSet(Meta("web"), ReplicaSetSpec(1))
    failed = replicaset.status_of(web, (), NOW, failed="quota")
    assert failed.conditions == (Condition("ReplicaFailure", "True", "FailedCreate", "quota", NOW),)
    again = ReplicaSet(web.meta, web.spec, failed)
    assert replicaset.status_of(again, (), NOW + 9, failed="other", creating=False) == failed
    assert replicaset.status_of(again, (), NOW + 9).conditions == ()


def test_one_sync_creates_or_deletes_five_hundred_pods() -> None:
    web = ReplicaSet(Meta("web"), ReplicaSetSpec(1000), ReplicaSetStatus())
    assert [replicaset.replicas_to_change(web, there) for there in (0, 999, 1000, 1002, 9000)] == [500, 1, 0, -2, -500]


def test_more_than_twelve_are_sorted_too() -> None:
    assert go_sort(range(20, 0, -1), lambda a, b: a < b) == tuple(range(1, 21))


def test_an_order_that_is_not_transitive_is_left_as_insertion_leaves_it() -> None:
    """Paper comes before the rock that it beats; nobody asks about the scissors that beat the paper."""
    beats = {("rock", "scissors"), ("scissors", "paper"), ("paper", "rock")}
    assert go_sort(("rock", "paper", "scissors"), lambda a, b: (a, b) in beats) == ("paper", "rock", "scissors")
