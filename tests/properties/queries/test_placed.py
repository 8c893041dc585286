"""A scheduling run as an answer: fates, reasons, scores and use, for cases that small files cannot show."""

import pytest
from immutables import Map

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.properties.queries import use
from kubeproof.properties.queries.placed import Decided, Fate, place
from kubeproof.properties.queries.score_table import score_table
from kubeproof.properties.queries.table import ROWS

GI = 1 << 30


def node(name: str, cpu: int = 4000) -> Node:
    return Node(name, allocatable=Map({"cpu": cpu, "memory": 16 * GI, "pods": 110}))


def pod(name: str, cpu: int, on: str = "", priority: int = 0, scheduler: str = "default-scheduler") -> Pod:
    asked = Map({"cpu": cpu, "memory": GI})
    spec = PodSpec(requests=asked, scored=asked, scored_asking=asked, priority=priority, scheduler=scheduler)
    return Pod("a", name, spec=spec, node=on)


def test_pods_are_told_in_the_order_in_which_they_were_first_tried() -> None:
    pods = (pod("low", 1000), pod("high", 1000, priority=5), pod("second", 1000))
    answer = place(Snapshot(nodes=(node("n1"),), pods=pods))
    assert [one.pod for one in answer.decisions] == ["a/high", "a/low", "a/second"]
    assert answer.all_placed
    assert answer.waiting == {}


def test_of_equally_good_nodes_the_first_in_node_order_is_taken() -> None:
    (one,) = place(Snapshot(nodes=(node("z"), node("a")), pods=(pod("p", 1000),))).decisions
    assert (one.node, one.ties, one.text) == ("z", ("z", "a"), "a/p -> z, one of 2 equally good: z and a")


def test_another_schedulers_pods_wait_apart() -> None:
    pods = (pod("ours", 1000), pod("theirs", 1000, scheduler="volcano"))
    answer = place(Snapshot(nodes=(node("n1"),), pods=pods))
    assert [(one.pod, one.fate) for one in answer.decisions] == [("a/ours", Fate.PLACED), ("a/theirs", Fate.OTHERS)]
    assert not answer.all_placed
    assert answer.waiting == {"a/theirs": ["it names the scheduler volcano"]}
    assert answer.decisions[1].data()["scores"] is None


def test_who_preempts_is_placed_once_its_victims_are_gone() -> None:
    mine = pod("vip", 4000, priority=9)
    answer = place(Snapshot(nodes=(node("n1"),), pods=(pod("low", 3000, "n1"), mine)))
    assert answer.decisions[0].text == "a/vip -> n1, after preempting a/low"
    assert [pod.key for pod in answer.snapshot.pods] == ["a/vip"]


def test_a_pod_that_was_preempted_after_all_says_by_whom() -> None:
    one = Decided("a/p", Fate.PREEMPTED, message="preempted by a/vip")
    assert one.text == "a/p was placed, then preempted by a/vip"


REASONS = {
    "0/3 nodes are available: 1 Too many pods, 2 node(s) had untolerated taint {a: b}. preemption: 0/3 nodes are …": [
        "1 Too many pods",
        "2 had untolerated taint {a: b}",
    ],
    "0/3 nodes are available: waiting for a volume.": ["waiting for a volume"],
    "no nodes available to schedule pods": ["no nodes available to schedule pods"],
}


@pytest.mark.parametrize("message", REASONS)
def test_a_message_for_a_glance(message: str) -> None:
    assert Decided("a/p", Fate.PENDING, message=message).reasons == REASONS[message]


def test_progress_tells_each_attempt() -> None:
    told: list[tuple[int, int]] = []
    pods = (pod("p", 1000), pod("q", 9000))
    place(Snapshot(nodes=(node("n1"),), pods=pods), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_scores_are_kept_only_where_asked_for() -> None:
    snapshot = Snapshot(nodes=(node("n1"), node("n2", 8000)), pods=(pod("p", 1000),))
    assert place(snapshot).decisions[0].data()["scores"] is None
    scores = place(snapshot, scores=True).decisions[0].data()["scores"]
    assert [one["node"] for one in scores] == ["n1", "n2"]
    assert scores[1]["total"] > scores[0]["total"]


def test_one_node_that_fits_is_not_scored() -> None:
    (one,) = place(Snapshot(nodes=(node("n1"), node("n2", 10)), pods=(pod("p", 1000),)), scores=True).decisions
    assert one.data()["scores"] == []
    ranking = one.attempts[-1].ranking
    assert ranking
    assert list(score_table(ranking, "n1")) == ["no other node fits, so none is scored"]


def test_of_many_nodes_the_best_are_shown() -> None:
    nodes = tuple(node(f"n{count}", 2000 + count) for count in range(ROWS + 5))
    (one,) = place(Snapshot(nodes=nodes, pods=(pod("p", 1000),)), scores=True).decisions
    ranking = one.attempts[-1].ranking
    assert ranking
    header, *rows, more = score_table(ranking, one.node)
    assert header.split()[0] == "node"
    assert len(rows) == ROWS
    assert rows[0].split()[:2] == [">", one.node]
    assert more == "and 5 nodes more with no higher total"


def test_use_counts_what_pods_ask_for_beside_what_is_there() -> None:
    gpu = Node("g", allocatable=Map({"cpu": 1000, "gpu": 2}))
    asking = Pod("a", "p", spec=PodSpec(requests=Map({"cpu": 250, "gpu": 1})), node="g")
    snapshot = Snapshot(nodes=(gpu, node("n")), pods=(asking, pod("gone", 1, "elsewhere"), pod("waits", 1)))
    assert use.table(snapshot) == [
        ("node", "cpu", "memory", "pods", "gpu"),
        ("g", "250m/1  25 %", "-", "1/0", "1/2  50 %"),
        ("n", "0/4  0 %", "0/16Gi  0 %", "0/110  0 %", "-"),
        ("all", "250m/5  5 %", "0/16Gi  0 %", "1/110  1 %", "1/2  50 %"),
    ]
    assert use.data(snapshot)[0] == {
        "name": "g",
        "used": {"cpu": 250, "memory": 0, "pods": 1, "gpu": 1},
        "allocatable": {"cpu": 1000, "memory": 0, "pods": 0, "gpu": 2},
    }


def test_of_many_nodes_the_fullest_are_shown() -> None:
    nodes = tuple(node(f"n{count}") for count in range(ROWS + 5))
    rows = use.table(Snapshot(nodes=nodes, pods=(pod("p", 1000, "n44"), pod("q", 2000, "n43"))))
    assert [row[0] for row in rows[:4]] == ["node", "n43", "n44", "n0"]
    assert rows[-2] == ("and 5 less full", "", "", "")
    assert len(rows) == ROWS + 3
