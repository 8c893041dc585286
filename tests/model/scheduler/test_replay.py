"""A cluster over time: who gets a node when, as pods and nodes come and go (v1.34)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.errors import BadInput
from kubeproof.model.objects.pod import Pod, SpreadConstraint
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Board, Outcome
from kubeproof.model.scheduler.levels import Span, levels
from kubeproof.model.scheduler.replay import Replay, replay
from kubeproof.model.scheduler.run import by_name, schedule
from kubeproof.model.scheduler.timeline import Happening, NodeAdded, NodeRemoved, PodCreated, PodDeleted, in_order
from kubeproof.properties.queries.over_time import duration, text
from kubeproof.properties.strategies import busy_clusters, nodes, pods
from tests.model.scheduler.test_run import DB, WEB, A, B, near, node, pod


def run(timeline: Sequence[Happening], *there: Pod, victims_take: float = 0) -> Replay:
    return replay(Snapshot((A,), there, Map({"default": Map()})), timeline, victims_take=victims_take)


def told(found: Replay) -> list[tuple[str, float | None, str, float | None]]:
    return [(stay.key.partition("/")[2], stay.bound, stay.node, stay.gone) for stay in found.stays]


BIG = pod("big", 2)
CASES: tuple[tuple[str, Sequence[Happening], list[tuple[str, float | None, str, float | None]]], ...] = (
    ("who finds room has it at once", [PodCreated(5, BIG)], [("big", 5, "a", None)]),
    ("who finds none has it when another leaves", [
        PodCreated(1, BIG), PodCreated(2, pod("next")), PodDeleted(7, "default/big"),
    ], [("big", 1, "a", 7), ("next", 7, "a", None)]),
    ("or when a node comes", [
        PodCreated(1, BIG), PodCreated(2, pod("next")), NodeAdded(9, B),
    ], [("big", 1, "a", None), ("next", 9, "b", None)]),
    ("a node takes its pods with it, and they do not come back", [
        PodCreated(1, BIG), NodeRemoved(3, "a"), NodeAdded(4, B),
    ], [("big", 1, "a", 3)]),
    ("who is deleted while it waits is never placed", [
        PodCreated(1, BIG), PodCreated(2, pod("next")), PodDeleted(3, "default/next"), PodDeleted(4, "default/big"),
    ], [("big", 1, "a", 4), ("next", None, "", 3)]),
    ("who has a node already takes room, whether there is any or not", [
        PodCreated(1, pod("there", 2, node="a")), PodCreated(2, pod("more", 2, node="a")), PodCreated(3, pod("next")),
    ], [("there", 1, "a", None), ("more", 2, "a", None), ("next", None, "", None)]),
    ("a name may come again", [
        PodCreated(1, BIG), PodDeleted(2, "default/big"), PodCreated(3, BIG),
    ], [("big", 1, "a", 2), ("big", 3, "a", None)]),
    ("of one moment the order given counts", [
        PodCreated(1, BIG), PodCreated(2, pod("next")), PodDeleted(2, "default/big"), PodDeleted(2, "default/next"),
    ], [("big", 1, "a", 2), ("next", 2, "a", 2)]),
    ("who needs company has it when that comes", [
        PodCreated(1, pod("follower", labels=DB, affinity=near(WEB))), PodCreated(6, pod("leader")),
    ], [("follower", 6, "a", None), ("leader", 6, "a", None)]),
    ("who wants to be alone has it when the last of those whom it shuns is lost with its node", [
        NodeAdded(0, node("b", labels=Map({"zone": "a"}))), PodCreated(1, pod("web", 1, node="b")),
        PodCreated(2, pod("db", 1, node="b", labels=DB)),
        PodCreated(3, pod("alone", labels=DB, anti_affinity=near(WEB))), NodeRemoved(9, "b"),
    ], [("web", 1, "b", 9), ("db", 2, "b", 9), ("alone", 9, "a", None)]),
    ("who has to spread over zones has it when the zone without room is gone", [
        NodeAdded(0, node("b", 0)), PodCreated(1, pod("web")),
        PodCreated(2, pod("more", spread=(SpreadConstraint(1, "zone", True, of_labels(WEB), 1, True, False),))),
        NodeRemoved(9, "b"),
    ], [("web", 1, "a", None), ("more", 9, "a", None)]),
    ("of those that hints pass over each is tried after five minutes, whatever happens in between", [
        PodCreated(0, pod("shy", 1, anti_affinity=near(DB))), PodCreated(1, pod("db", 1, 0, DB)),
        PodDeleted(11, "default/shy"), PodCreated(500, pod("late")),
    ], [("shy", 0, "a", 11), ("db", 330, "a", None), ("late", 500, "a", None)]),
    ("who needs company has it when that comes on a node", [
        PodCreated(1, pod("follower", labels=DB, affinity=near(WEB))), PodCreated(6, pod("leader", node="a")),
    ], [("follower", 6, "a", None), ("leader", 6, "a", None)]),
    ("who wants to be alone is left alone by those that come later", [
        PodCreated(1, pod("alone", labels=DB, anti_affinity=near(WEB))), PodCreated(6, pod("web")),
    ], [("alone", 1, "a", None), ("web", None, "", None)]),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "timeline", "stays"), CASES, ids=[case[0] for case in CASES])
def test_who_gets_a_node_when(
    sentence: str, timeline: Sequence[Happening], stays: list[tuple[str, float | None, str, float | None]]
) -> None:
    assert told(run(timeline)) == stays, sentence


def test_a_node_that_is_of_no_use_to_a_pod_does_not_wake_it() -> None:
    found = run([PodCreated(1, pod("big", 3)), NodeAdded(2, B), PodDeleted(100, "default/big")])
    assert [stay.attempts for stay in found.stays] == [1]


def test_whom_no_new_node_is_of_use_to_is_tried_once_more_after_five_minutes() -> None:
    found = run([PodCreated(1, pod("big", 3)), NodeAdded(2, B), NodeAdded(3, node("c"))])
    assert ([stay.attempts for stay in found.stays], found.end) == ([2], 330)


def test_who_was_passed_over_and_is_deleted_is_not_waited_for() -> None:
    found = run([
        PodCreated(0, pod("shy", 1, anti_affinity=near(DB))), PodCreated(1, pod("db", 1, 0, DB)),
        PodDeleted(11, "default/shy"), PodDeleted(12, "default/db"), PodCreated(13, pod("db", 3, 0, DB)),
    ])  # fmt: skip
    assert told(found) == [("shy", 0, "a", 11), ("db", None, "", 12), ("db", None, "", None)]
    assert found.end == 13


def test_victims_leave_in_their_time_and_whoever_waits_for_them_then_has_their_place() -> None:
    found = run([PodCreated(10, pod("high", 2, 9)), PodDeleted(90, "default/low")], pod("low", 2, node="a"),
                victims_take=30)  # fmt: skip
    assert told(found) == [("low", 0, "a", 40), ("high", 40, "a", None)]
    assert [stay.key for stay in found.waited] == ["default/high"]
    assert found.stays[1].waited(found.end) == 30


def test_a_victim_that_is_deleted_leaves_at_once() -> None:
    found = run([PodCreated(10, pod("high", 2, 9)), PodDeleted(20, "default/low")], pod("low", 2, node="a"),
                victims_take=30)  # fmt: skip
    assert told(found) == [("low", 0, "a", 20), ("high", 20, "a", None)]


def test_a_nominated_pod_that_is_deleted_lets_others_in() -> None:
    found = run(
        [PodCreated(1, pod("high", 2, 9)), PodCreated(2, pod("small", 1, 9)), PodDeleted(3, "default/high")],
        pod("low", 1, node="a"), victims_take=30,
    )  # fmt: skip
    assert told(found) == [("low", 0, "a", 31), ("high", None, "", 3), ("small", 3, "a", None)]


def test_pods_of_other_schedulers_are_neither_placed_nor_counted_as_waiting() -> None:
    found = run([PodCreated(1, pod("theirs", scheduler="another")), PodCreated(4, pod("mine", 3))])
    assert found.passed_over == {"default/theirs"}
    assert [stay.key for stay in found.never] == ["default/mine"]
    assert (found.waiting.at(3), found.waiting.at(4)) == (0, 1)


def test_a_pod_that_rests_on_what_is_not_modelled_is_set_aside() -> None:
    found = run([PodCreated(1, pod("claims", resource_claims=("gpu",))), PodCreated(2, BIG)])
    assert told(found) == [("claims", None, "", None), ("big", 2, "a", None)]
    assert (found.never, found.waiting.at(1)) == ([], 0)
    assert text(found, {"cpu": "cpu"}).endswith(
        "0 pods never got a node.\n"
        "1 pod set aside; the others were scheduled as if they were not there:\n"
        "    default/claims: spec.resourceClaims: not modelled: dynamic resource allocation "
        "(kube-scheduler's DynamicResources)"
    )


WRONG: tuple[tuple[str, Sequence[Happening], str], ...] = (
    ("time does not go back", [PodCreated(5, BIG), NodeAdded(4, B)], "a timeline that goes back from 5 s to 4 s"),
    ("nor start before zero", [PodCreated(-1, BIG)], "a timeline that goes back from 0.0 s to -1 s"),
    ("nor is it no number", [PodCreated(float("nan"), BIG)], "a timeline that goes back from 0.0 s to nan s"),
    ("a pod comes once", [PodCreated(1, BIG), PodCreated(2, BIG)], "the pod default/big is created a second time"),
    ("a pod goes once", [PodDeleted(1, "default/x")], "the pod default/x is deleted, but does not exist"),
    ("a node comes once", [NodeAdded(1, A)], "the node a is created a second time"),
    ("a node goes once", [NodeRemoved(1, "b")], "the node b is deleted, but does not exist"),
)


@pytest.mark.parametrize(("sentence", "timeline", "problem"), WRONG, ids=[case[0] for case in WRONG])
def test_a_timeline_that_cannot_be(sentence: str, timeline: Sequence[Happening], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        run(timeline)
    assert str(caught.value) == problem, sentence


def test_use_over_time_is_what_pods_on_nodes_ask_for() -> None:
    found = run([PodCreated(10, BIG), PodCreated(20, pod("next")), PodDeleted(30, "default/big"), NodeAdded(40, B)])
    cpu = found.used("cpu")
    assert [cpu.at(time) for time in (0, 10, 29, 30, 40)] == [0, 2, 2, 1, 1]
    assert (cpu.mean(0, 40), cpu.most(0, 10), cpu.most(0, 40)) == (2 * 20 / 40 + 1 * 10 / 40, 0, 2)
    assert [found.there("cpu").at(time) for time in (0, 39, 40)] == [2, 2, 4]
    assert text(found, {"cpu": "cpu"}, 2) == (
        "from day  cpu mean  cpu most  running  waiting\n"
        "0         50.0 %    100.0 %   1        0\n"
        "0         75.0 %    100.0 %   1        1\n"
        "all       62.5 %    100.0 %   1        1\n"
        "\n"
        "1 of 2 pods got a node at once, 1 waited for one.\n"
        "They waited 10 s (median), at most 10 s; the longest:\n"
        "    default/next: 10 s, then a; 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.\n"
        "0 pods never got a node."
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_405, "1 d 5 s")],
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.lists(st.builds(Span, st.integers(0, 9), st.none() | st.integers(0, 9), st.integers(0, 5)), max_size=6))
def test_levels_are_the_sums_of_their_spans(spans: list[Span]) -> None:
    proper = [span for span in spans if span.end is None or span.end >= span.start]
    found = levels(proper)
    each = [sum(s.amount for s in proper if s.start <= t and (s.end is None or t < s.end)) for t in range(12)]
    assert [found.at(time) for time in range(12)] == each
    assert found.mean(2, 9) == pytest.approx(sum(each[2:9]) / 7)
    assert found.most(2, 9) == max(each[2:9])


@given(busy_clusters())
def test_pods_that_come_all_at_once_go_where_a_run_puts_them_one_by_one(snapshot: Snapshot) -> None:
    """Of one priority, so that the order of coming is the order of trying; nominations come from attempts alone."""
    asked = [replace(pod, nominated="", spec=replace(pod.spec, priority=0)) for pod in snapshot.pods]
    start = replace(snapshot, pods=tuple(pod for pod in asked if pod.node))
    waiting = [pod for pod in asked if not pod.node]
    one_by_one = schedule(replace(snapshot, pods=(*start.pods, *waiting)), pick=by_name)
    found = replay(start, [PodCreated(0, pod) for pod in waiting])
    assert found.set_aside == one_by_one.set_aside
    asked_about = {stay.key: stay.node for stay in found.stays[len(start.pods) :] if stay.key not in found.set_aside}
    assert asked_about == {key: node for key, node in one_by_one.placement.items() if key not in found.set_aside}


@st.composite
def stories(draw: st.DrawFn) -> tuple[Snapshot, Sequence[Happening]]:
    """A cluster, and pods and nodes that come and go."""
    snapshot = draw(busy_clusters(max_pods=4))
    there, names = {pod.key for pod in snapshot.pods}, {node.name for node in snapshot.nodes}
    steps: list[Happening] = []
    for at in range(draw(st.integers(1, 8))):
        time = at * draw(st.sampled_from((0, 1, 400)))
        match draw(st.sampled_from(("pod", "pod", "gone", "node", "lost"))):
            case "gone" if there:
                there.discard(key := draw(st.sampled_from(sorted(there))))
                steps.append(PodDeleted(time, key))
            case "node":
                names.add(f"new{at}")
                steps.append(NodeAdded(time, draw(nodes(f"new{at}"))))
            case "lost" if names:
                names.discard(name := draw(st.sampled_from(sorted(names))))
                steps.append(NodeRemoved(time, name))
            case _:
                new = draw(pods(f"q{at}"))
                there.add(new.key)
                steps.append(PodCreated(time, new))
    by_hand = [step._replace(at=float(at)) for at, step in enumerate(steps)]
    return snapshot, draw(st.sampled_from((by_hand, [step._replace(at=0.0) for step in steps])))


@given(stories())
def test_whatever_happens_nobody_who_waits_in_the_end_fits(story: tuple[Snapshot, Sequence[Happening]]) -> None:
    """Whoever could have been let in was woken; and a board kept up to date says what one made anew says."""
    snapshot, timeline = story
    found = replay(snapshot, in_order(timeline))
    assert {pod.key for pod in found.snapshot.pods} == {stay.key for stay in found.stays if stay.gone is None}
    board = Board(found.snapshot)
    for one in found.snapshot.pending:
        if one.key in found.set_aside:
            continue
        assert board.attempt(one.key, by_name).outcome is not Outcome.SCHEDULED


def test_a_cluster_that_grows_is_read_anew() -> None:
    found = run([PodCreated(0, pod("one", 2)), NodeAdded(1, node("c", 9)), PodCreated(2, pod("two", 3))])
    assert told(found) == [("one", 0, "a", None), ("two", 2, "c", None)]
