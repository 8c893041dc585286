"""Pictures as data and as text: exact, so that a change of words is seen."""

from dataclasses import dataclass

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.diagrams.graph import LONGEST, Bar, Edge, Graph, Tone, elided, said
from kubeproof.diagrams.nodes import ZONE, amount, short
from kubeproof.diagrams.of_pending import of_pending
from kubeproof.diagrams.of_placement import of_placement
from kubeproof.diagrams.render_text import text
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint
from kubeproof.model.scheduler.cycle import Cycle

GI = 1 << 30
GPU = Taint("a", "", "NoExecute")


def node(name: str, zone: str, taints: tuple[Taint, ...] = ()) -> Node:
    room = Map({"cpu": 4000, "memory": 16 * GI, "pods": 110})
    return Node(name, labels=Map({ZONE: zone}), taints=taints, allocatable=room)


def pod(name: str, cpu: int, on: str = "", owner: str = "") -> Pod:
    return Pod("shop", name, spec=PodSpec(requests=Map({"cpu": cpu, "memory": GI})), node=on, owner=owner)


SHOP = Snapshot(
    nodes=(node("b1", "b"), node("a1", "a"), node("a2", "a", (GPU,))),
    pods=(pod("web", 3000), pod("db-0", 2000, "a1"), pod("db-1", 3500, "b1")),
)


def pending(snapshot: Snapshot, words: tuple[str, ...], limit: int = 24) -> Graph:
    decision = Cycle(snapshot).decide(next(p for p in snapshot.pods if p.name == "web"))
    core = [at for at, rule in enumerate(decision.findings.rules) if rule.clause.rule.startswith(words)]
    return of_pending(decision, core, limit=limit)


CLOSED = ("the request of 3 cpu", "the untolerated taint")


def test_why_a_pod_is_pending_reads_so() -> None:
    assert (
        text(pending(SHOP, CLOSED))
        == """\
shop/web is Pending: 0 of 3 nodes can take it

web
  pod of namespace shop
  asks for 3 cpu, 1Gi memory
  [1] the untolerated taint a:NoExecute
      spec.tolerations
      closes 1 node
  [2] the request of 3 cpu
      spec.containers[].resources.requests.cpu
      closes 2 nodes

zone a
  a1  cpu #####!!!!! 2 / 4  memory #+........ 1Gi / 16Gi  pods #+........ 1 / 110  [2] the request of 3 cpu
  a2  cpu ++++++++.. 0 / 4  memory +......... 0 / 16Gi    pods +......... 0 / 110  [1] the untolerated taint a:NoExecute

zone b
  b1  cpu #########! 3.5 / 4  memory #+........ 1Gi / 16Gi  pods #+........ 1 / 110  [2] the request of 3 cpu

[1] the rule with this number closes the node; # in use; + what this pod asks for; ! asked for, but not there
"""
    )


def test_a_placement_reads_so() -> None:
    assert (
        text(of_placement(SHOP, {"shop/web": "a2"}))
        == """\
1 pod placed on 1 of 3 nodes

zone a
  a1  cpu #####..... 2 / 4  memory #......... 1Gi / 16Gi  pods #......... 1 / 110
      db-0
  a2  cpu ++++++++.. 0 / 4  memory +......... 0 / 16Gi    pods +......... 0 / 110
    > web

zone b
  b1  cpu #########. 3.5 / 4  memory #......... 1Gi / 16Gi  pods #......... 1 / 110
      db-1

> a pod that is placed here; # in use before; + what the new pods ask for
"""
    )


def test_pods_that_wait_stand_apart_with_their_reasons() -> None:
    more = SHOP.with_pods([pod("late", 1), pod("later", 1), pod("gated", 1)])
    why = ["2 Insufficient cpu", "1 had untolerated taint {a: }", "3 x", "4 y"]
    waiting = {"shop/gated": ["waiting for scheduling gates: [a]"], "shop/late": why, "shop/later": why}
    picture = text(of_placement(more, {"shop/web": "a2"}, waiting))
    assert picture.startswith("1 pod placed on 1 of 3 nodes, 3 still Pending\n")
    assert (
        """
Pending
  2 pods wait  2 Insufficient cpu; 1 had untolerated taint {a: }; and 2 more reasons
      late
      later
  1 pod waits  waiting for scheduling gates: [a]
      gated
"""
        in picture
    )


def test_a_resource_that_only_one_node_gives_away_is_shown_there_alone() -> None:
    gpus = Node("g1", labels=Map({ZONE: "a"}), allocatable=Map({"gpu": 2}))
    trains = Pod("shop", "train", spec=PodSpec(requests=Map({"gpu": 1})))
    picture = text(of_placement(Snapshot((gpus, node("a1", "a")), (trains,)), {"shop/train": "g1"}))
    assert (
        picture.split("\n\n")[1]
        == """\
zone a
  g1  cpu .......... none   memory .......... none      pods !!!!!!!!!! none     gpu +++++..... 0 / 2
    > train
  a1  cpu .......... 0 / 4  memory .......... 0 / 16Gi  pods .......... 0 / 110"""
    )


def test_pods_that_wait_for_many_reasons_are_few_boxes() -> None:
    pods = [pod(f"p{number}", 1) for number in range(20)]
    waiting = {pod.key: [f"reason {number}"] for number, pod in enumerate(pods)}
    (*_, last) = of_placement(SHOP.with_pods(pods), {}, waiting).clusters
    assert [box.title for box in last.boxes] == [*["1 pod waits"] * 8, "12 pods wait"]
    assert last.boxes[-1].notes == ("for several reasons",)


def test_a_rule_that_closes_a_whole_zone_is_what_decides_there_and_else_all_that_close_a_part() -> None:
    assert pending(SHOP, CLOSED).edges == (Edge(1, 0), Edge(2, 0), Edge(2, 1))


def test_a_node_that_only_fails_other_rules_is_muted_and_says_which() -> None:
    boxes = {box.title: box for cluster in pending(SHOP, CLOSED[:1]).clusters for box in cluster.boxes}
    assert (boxes["a2"].tone, boxes["a2"].marks) == (Tone.MUTED, ())
    assert boxes["a2"].notes == ("fails the untolerated taint a:NoExecute",)
    assert boxes["a1"].tone is Tone.PLAIN


def test_a_node_that_takes_the_pod_is_open() -> None:
    picture = pending(SHOP.with_nodes([node("c1", "c")]), CLOSED)
    assert picture.title == "shop/web can be scheduled: 1 of 4 nodes can take it"
    assert [box.tone for box in picture.clusters[2].boxes] == [Tone.OPEN]
    assert "\n* c1  " in text(picture)


def test_a_cluster_without_nodes_has_a_picture_too() -> None:
    assert text(pending(SHOP.without_nodes(["a1", "a2", "b1"]), ())).startswith(
        "shop/web is Pending: 0 of 0 nodes can take it\n"
    )


def test_many_nodes_are_shown_as_classes_with_what_a_node_has_on_average() -> None:
    many = SHOP.with_nodes(node(f"x{count}", "a", (GPU,)) for count in range(37))
    boxes = [box for cluster in pending(many, CLOSED).clusters for box in cluster.boxes]
    assert [box.title for box in boxes] == ["a1", "38 nodes like a2", "b1"]
    assert boxes[1].bars[0] == Bar("cpu", 0, 3000, 4000, "0 / 4")


def test_more_classes_than_fit_are_told_across_zones_and_the_smallest_together() -> None:
    many = SHOP.with_nodes(node(f"x{count}", f"z{count}", (GPU,)) for count in range(37))
    assert [box.title for box in pending(many, CLOSED, limit=2).clusters[0].boxes] == [
        "2 nodes like b1",
        "38 nodes like a2",
    ]
    assert [box.title for box in pending(many, CLOSED, limit=1).clusters[0].boxes] == ["40 other nodes"]
    assert pending(many, CLOSED, limit=1).clusters[0].title == "all zones"


def test_zones_stand_in_the_order_a_person_counts_in_and_nodes_without_one_come_last() -> None:
    odd = Snapshot(nodes=(Node("n"), node("a", "z-10"), node("b", "z-9")))
    assert [cluster.title for cluster in of_placement(odd, {}).clusters] == ["zone z-9", "zone z-10", "no zone"]


def test_many_pods_of_a_node_are_told_by_owner() -> None:
    crowd = SHOP.with_pods(pod(f"web-{count}", 1, "a1", "ReplicaSet/web") for count in range(9))
    (words,) = (box.words for box in of_placement(crowd, {}).clusters[0].boxes if box.title == "a1")
    assert [word.text for word in words] == ["web (9)", "db-0"]


@dataclass(frozen=True)
class Case:
    says: str
    bar: Bar
    parts: tuple[int, int, int]


BARS = (
    Case("a little is seen", Bar("", 1, 1, 1000, ""), (1, 1, 8)),
    Case("what does not fit is seen beside a full bar", Bar("", 1000, 1, 1000, ""), (9, 1, 0)),
    Case("nothing there and something wanted is all missing", Bar("", 0, 1, 0, ""), (0, 10, 0)),
    Case("nothing there and nothing wanted is empty", Bar("", 0, 0, 0, ""), (0, 0, 10)),
    Case("more used than there is stays in the bar", Bar("", 50, 0, 10, ""), (10, 0, 0)),
)


@pytest.mark.parametrize("case", BARS, ids=lambda case: case.says)
def test_bar(case: Case) -> None:
    assert case.bar.parts(10) == case.parts


def test_amounts_are_for_a_glance() -> None:
    told = [amount("cpu", 250), amount("cpu", 12345), amount("memory", 3 * GI // 2), amount("gpu", 8), amount("cpu", 0)]
    assert told == ["0.25", "12.3", "1.5Gi", "8", "0"]


def test_keys_lose_their_domains() -> None:
    assert short("topology.kubernetes.io/zone spread (maxSkew 1)") == "zone spread (maxSkew 1)"
    assert short("nodeSelector a/b=c") == "nodeSelector a/b=c"


def test_words_are_bounded_and_nothing_in_them_is_obeyed_or_hidden() -> None:
    assert said("a\x1b[31m\n\u202eb") == "a\\x1b[31m\\n\\u202eb"
    assert len(said("\x00" * 10_000)) == LONGEST
    assert elided("abcdefghij", 7) == "abcd…ij"


def test_a_node_closed_only_beside_a_nominated_pod_says_so() -> None:
    first = Pod("shop", "first", spec=PodSpec(requests=Map({"cpu": 3000}), priority=9), nominated="c1")
    held = SHOP.with_nodes([node("c1", "c")]).with_pods([first])
    (box,) = pending(held, CLOSED).clusters[2].boxes
    assert (box.tone, box.notes) == (Tone.MUTED, ("beside pods nominated to it: Insufficient cpu",))


def test_nodes_of_one_box_that_fail_different_rules_say_that() -> None:
    many = SHOP.with_nodes(node(f"x{count}", "a", (Taint(f"t{count}", "", "NoSchedule"),)) for count in range(30))
    titles = {box.title: box for cluster in pending(many, CLOSED[:1]).clusters for box in cluster.boxes}
    assert (titles["31 nodes like a2"].tone, titles["31 nodes like a2"].notes) == (
        Tone.MUTED,
        ("each fails something else",),
    )


def test_nodes_that_get_the_same_pods_are_one_box_where_there_are_many() -> None:
    many = SHOP.with_nodes(node(f"x{count}", "a") for count in range(40))
    picture = of_placement(many, {"shop/web": "x7"})
    assert [box.title for box in picture.clusters[0].boxes] == ["41 nodes like a1", "x7"]
    assert picture.legend[1].text == "in use before, on average"
    assert picture.clusters[0].boxes[1].bars[0].wanted == 3000


def test_marks_keep_the_order_of_the_core_and_lead_to_the_manifest() -> None:
    web = replace(pod("web", 3000), origin=Origin("web.yaml", kind="Deployment", template=("spec", "template")))
    decision = Cycle(SHOP.with_pods([web])).decide(web)
    core = [at for at, rule in enumerate(decision.findings.rules) if rule.clause.rule.startswith(CLOSED)]
    subject = of_pending(decision, core[::-1]).subject
    assert subject is not None
    assert [(mark.number, mark.text, mark.note.splitlines()[0]) for mark in subject.marks] == [
        (1, "the request of 3 cpu", "spec.template.spec.containers[].resources.requests.cpu"),
        (2, "the untolerated taint a:NoExecute", "spec.template.spec.tolerations"),
    ]
