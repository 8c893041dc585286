"""Scheduling runs: who goes where, in which order, and who waits for whom (v1.34)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import PersistentVolumeClaim, Storage, StorageClass
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.queue import Backoff
from kubeproof.model.scheduler.run import Run, by_name, schedule, seeded
from kubeproof.properties.strategies import clusters

WEB, DB = Map({"app": "web"}), Map({"app": "db"})


def node(name: str, cpu: int = 2, **more: Any) -> Node:
    labels = Map({"zone": name})
    return Node(name, **{"labels": labels, "allocatable": Map({"cpu": cpu, "memory": 100, "pods": 9}), **more})


def pod(name: str, cpu: int = 1, priority: int = 0, labels: Map[str, str] = WEB, node: str = "", **spec: Any) -> Pod:
    asked = Map({"cpu": cpu})
    own = PodSpec(**{"requests": asked, "scored": asked, "scored_asking": asked, "priority": priority, **spec})
    return Pod("default", name, labels, own, node=node)


def near(labels: Map[str, str]) -> tuple[PodAffinityTerm, ...]:
    return (PodAffinityTerm("zone", of_labels(labels), frozenset({"default"}), NOTHING),)


def run(nodes: tuple[Node, ...], *pods: Pod, **more: Any) -> Run:
    return schedule(Snapshot(nodes, pods, Map({"default": Map()}), **more), pick=by_name)


def told(found: Run) -> list[tuple[str, str, str]]:
    return [(one.pod.name, one.outcome.value, one.node) for one in found.attempts]


A, B = node("a"), node("b")


def test_priority_goes_first_then_the_order_given() -> None:
    found = run((A, B), pod("x"), pod("y", priority=5), pod("z", 2))
    assert told(found) == [("y", "Scheduled", "a"), ("x", "Scheduled", "b"), ("z", "Unschedulable", "")]
    assert found.placement == {"default/y": "a", "default/x": "b", "default/z": ""}
    assert found.attempts[0].best == ["a", "b"]
    assert found.attempts[2].message.startswith("0/2 nodes are available: 2 Insufficient cpu.")


def test_one_node_that_fits_is_not_scored() -> None:
    one, two = run((A, node("b", 4)), pod("large", 3), pod("small")).attempts
    assert (one.fits, one.score) == (1, None)
    assert two.fits == 2
    assert two.score is not None


def test_victims_end_after_the_pass_and_whoever_preempts_then_has_its_node() -> None:
    found = run((A,), pod("low", 2, node="a"), pod("high", 2, 9), pod("other", 1, 5))
    assert told(found) == [
        ("high", "Preempting", "a"),
        ("other", "Unschedulable", ""),
        ("high", "Scheduled", "a"),
        ("other", "Unschedulable", ""),
    ]
    assert [victim.name for victim in found.victims] == ["low"]
    assert [one.name for one in found.snapshot.bound] == ["high"]


def test_victims_take_their_time_and_only_then_the_clock_moves() -> None:
    cluster = Snapshot((A,), (pod("low", 2, node="a"), pod("high", 2, 9), pod("other", 1, 5)), Map({"default": Map()}))
    tried = [(one.pod.name, one.at) for one in schedule(cluster, victims_take=30).attempts]
    assert tried == [("high", 0), ("other", 0), ("high", 30), ("other", 30)]


def test_while_victims_end_whoever_waits_for_too_long_is_tried_in_vain() -> None:
    lost = pod("lost", node_selector=Map({"zone": "nowhere"}))
    cluster = Snapshot((A,), (pod("low", 2, node="a"), pod("high", 2, 9), lost), Map({"default": Map()}))
    long, short = (
        [(one.pod.name, one.at) for one in schedule(cluster, victims_take=seconds).attempts] for seconds in (600, 30)
    )
    assert long == [("high", 0), ("lost", 0), ("high", 600), ("lost", 600)]
    assert short == [("high", 0), ("lost", 0), ("high", 30)]


@pytest.mark.parametrize(
    ("sentence", "backoff", "last"),
    [
        ("who was refused more often backs off longer", Backoff(), ["low", "high"]),
        ("where back-off does not grow, priority decides", Backoff(7, 7), ["high", "low"]),
    ],
)
def test_back_off_says_who_goes_first(sentence: str, backoff: Backoff, last: list[str]) -> None:
    team = near(Map({"team": "blue"}))
    pods = (
        pod("high", 1, 9, DB, affinity=team, anti_affinity=team),
        pod("follower", 1, 7, DB.set("team", "blue"), affinity=near(WEB)),
        pod("leader", 1, 5, WEB.set("team", "blue")),
        pod("low", 1, 0, DB, affinity=team, anti_affinity=team),
    )
    cluster = Snapshot((node("a", 9),), pods, Map({"default": Map()}))
    tried = [one.pod.name for one in schedule(cluster, Profile(backoff=backoff)).attempts]
    assert tried == ["high", "follower", "leader", "low", "high", "follower", *last], sentence


def test_the_less_important_has_to_go_however_long_it_runs() -> None:
    found = run((A,), pod("low", node="a"), pod("middle", 1, 5, node="a"), pod("high", 1, 9))
    assert [victim.name for victim in found.victims] == ["low"]


def test_a_nomination_keeps_its_node_from_those_that_are_no_more_important() -> None:
    found = run((A,), pod("low", 1, node="a"), pod("high", 2, 9), pod("second", 1, 9))
    assert told(found)[:2] == [("high", "Preempting", "a"), ("second", "Unschedulable", "")]


def test_a_nomination_of_lower_priority_is_lost() -> None:
    low = replace(pod("second", 2, 5), nominated="a")
    cluster = Snapshot((A,), (pod("there", 2, node="a"), low, pod("first", 2, 9)), Map({"default": Map()}))
    board = Board(cluster)
    attempt = board.attempt("default/first", by_name)
    board.terminate(attempt.victims)
    board.nominate(attempt)
    assert {one.name: one.nominated for one in board.snapshot.pending} == {"first": "a", "second": ""}
    assert [(one.deleting, one.preempted) for one in board.snapshot.bound] == [(True, True)]


def test_a_nomination_that_leads_nowhere_is_cleared() -> None:
    found = run((A,), replace(pod("big", 3, 9), nominated="a"))
    assert [one.nominated for one in found.snapshot.pending] == [""]


def test_pods_that_never_preempt_keep_theirs() -> None:
    found = run((A,), replace(pod("big", 3, 9, preemption_policy="Never"), nominated="a"))
    assert [one.nominated for one in found.snapshot.pending] == ["a"]


def test_a_pod_that_needs_company_is_tried_again_when_it_has_come() -> None:
    found = run((A, B), pod("follower", labels=DB, affinity=near(WEB)), pod("leader"))
    assert told(found) == [
        ("follower", "Unschedulable", ""),
        ("leader", "Scheduled", "a"),
        ("follower", "Scheduled", "a"),
    ]


def test_a_pod_that_lacks_room_is_not_tried_again_when_others_come() -> None:
    assert [one.pod.name for one in run((A,), pod("big", 3), pod("small")).attempts] == ["big", "small"]


def test_spread_lets_in_more_as_the_emptiest_fills() -> None:
    even = (SpreadConstraint(1, "zone", True, of_labels(WEB), 1, False, False),)
    to_a, to_b = Map({"zone": "a"}), Map({"zone": "b"})
    there = pod("one", node="a")
    found = run((A, B), there, pod("two", node_selector=to_a, spread=even), pod("three", node_selector=to_b))
    assert told(found) == [("two", "Unschedulable", ""), ("three", "Scheduled", "b"), ("two", "Scheduled", "a")]


def test_gated_and_terminating_pods_are_tried_once_and_those_of_other_schedulers_never() -> None:
    gated, gone = pod("gated", gates=("wait",)), replace(pod("gone"), deleting=True)
    found = run((A,), gated, gone, pod("theirs", scheduler="another"), pod("mine"))
    assert told(found) == [("gated", "Gated", ""), ("gone", "Skipped", ""), ("mine", "Scheduled", "a")]
    assert found.passed_over == ("default/theirs",)


@pytest.mark.parametrize(("cpu", "outcome"), [(1, "Scheduled"), (9, "Unschedulable")])
def test_who_is_being_deleted_is_skipped_whatever_becomes_of_its_like(cpu: int, outcome: str) -> None:
    stays = pod("stays", cpu)
    found = run((A,), stays, replace(stays, name="goes", deleting=True))
    assert [(one.pod.name, one.outcome.value) for one in found.attempts] == [("stays", outcome), ("goes", "Skipped")]


def test_a_profile_schedules_the_pods_that_name_it() -> None:
    snapshot = Snapshot((A,), (pod("theirs", scheduler="another"), pod("mine")), Map({"default": Map()}))
    found = schedule(snapshot, Profile("another", post_filters=()))
    assert list(found.placement) == ["default/theirs"]
    assert found.passed_over == ("default/mine",)


def test_a_seed_decides_ties_the_same_way_each_time() -> None:
    nodes = tuple(node(f"n{at}") for at in range(9))
    snapshot = Snapshot(nodes, tuple(pod(f"p{at}") for at in range(9)), Map({"default": Map()}))
    runs = [schedule(snapshot, pick=seeded(seed)).placement for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_each_attempt_is_told_and_holds_its_details_where_asked() -> None:
    seen: list[Attempt] = []
    snapshot = Snapshot((A, B), (pod("one"), pod("two", 3)), Map({"default": Map()}))
    found = schedule(snapshot, detail=True, on_attempt=seen.append)
    assert tuple(seen) == found.attempts
    assert [bool(one.decision) for one in seen] == [True, True]
    assert seen[0].ranking is not None
    assert [one.decision for one in schedule(snapshot).attempts] == [None, None]


def test_claims_that_pods_would_bind_together_are_named() -> None:
    claims = {("default", "shared"): PersistentVolumeClaim("default", "shared", storage_class="late")}
    storage = Storage(claims=Map(claims), classes=Map({"late": StorageClass("late", "example.com/disk", waits=True)}))
    users = (pod("one", volumes=(Claim("shared"),)), pod("two", volumes=(Claim("shared"),)))
    together = run((A,), *users, pod("three"), storage=storage)
    assert told(together) == [("three", "Scheduled", "a")]
    assert list(together.set_aside) == ["default/one", "default/two"]
    assert together.set_aside["default/one"].startswith("default/one: spec.volumes[0]: not modelled: ")
    assert told(run((A,), users[0], storage=storage)) == [("one", "Scheduled", "a")]


@given(clusters(max_pods=8))
def test_a_board_says_at_every_step_what_one_made_anew_says(snapshot: Snapshot) -> None:
    board = Board(snapshot)
    for turn, key in enumerate([pod.key for pod in snapshot.pending] * 2):
        one = board.pod(key)
        if one is None or one.node:
            continue
        attempt = board.attempt(key, by_name)
        whole = Board(board.snapshot).attempt(key, by_name, detail=True)
        assert attempt == replace(whole, decision=None, ranking=None)
        match attempt.outcome:
            case Outcome.SCHEDULED:
                try:
                    board.bind(attempt)
                except NotModelled:
                    return
            case Outcome.PREEMPTING:
                (board.remove if turn % 2 else board.terminate)(attempt.victims)
                board.nominate(attempt)


@given(clusters(max_pods=8))
def test_a_run_leaves_a_cluster_in_which_nobody_who_waits_fits(snapshot: Snapshot) -> None:
    """Whatever happens: nobody is lost but victims, and who waits at the end could not be put anywhere."""
    found = schedule(snapshot)
    left = {pod.key for pod in found.snapshot.pods}
    assert {pod.key for pod in snapshot.pods} - left == {victim.key for victim in found.victims}
    board = Board(found.snapshot)
    for key, last in found.last.items():
        if last.outcome is Outcome.UNSCHEDULABLE and key not in found.set_aside:
            assert board.attempt(key, by_name).outcome is Outcome.UNSCHEDULABLE


def test_whom_a_hint_passes_over_is_tried_after_five_minutes() -> None:
    shy = pod("shy", 1, 0, node="a", anti_affinity=near(DB))
    found = run((A,), shy, pod("hi", 1, 9, DB))
    assert [(one.pod.name, one.outcome.value, one.at) for one in found.attempts] == [
        ("hi", "Preempting", 0),
        ("hi", "Scheduled", 330),
    ]


def test_who_is_not_passed_over_is_tried_at_once() -> None:
    there = pod("there", 1, 0, node="a")
    found = run((A,), there, pod("hi", 1, 9, DB, anti_affinity=near(WEB)))
    assert [(one.pod.name, one.outcome.value, one.at) for one in found.attempts] == [
        ("hi", "Preempting", 0),
        ("hi", "Scheduled", 0),
    ]
