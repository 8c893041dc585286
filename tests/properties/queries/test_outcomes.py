"""What may become of pods that wait: small races told by hand, the words, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.profile import Profile
from kubeproof.properties.queries.chances import Chance, Outcomes
from kubeproof.properties.queries.explains import Contradiction, explains
from kubeproof.properties.queries.outcomes import ALL_LOOKED_AT, outcomes
from kubeproof.properties.queries.seen import Preempts, Step
from tests.properties.queries.sketches import GPU, HOSTNAME, ZONE, cluster, near, node, pod, spread

ALWAYS, SOMETIMES, NEVER, UNDECIDED = Chance.ALWAYS, Chance.SOMETIMES, Chance.NEVER, Chance.UNDECIDED


def chances(found: Outcomes) -> dict[str, Chance]:
    return {key.partition("/")[2]: group.chance for group in found.groups for key in group.pods}


def pods(count: int, **spec: Any) -> list[Pod]:
    """Pods of one kind."""
    first = pod("p0", **spec)
    return [replace(first, name=f"p{at}") for at in range(count)]


def conflict(count: int) -> Snapshot:
    """Zones of two nodes and one; both spreads at most 1 apart: zones want them even, and so do nodes."""
    nodes = [node("n1", zone="a"), node("n2", zone="a"), node("n3", zone="b")]
    return cluster(nodes, pods(count, spread=(spread(ZONE), spread(HOSTNAME))))


def greedy(zones: str, count: int) -> Snapshot:
    """The classic of a greedy dead end, on nodes so large that room does not matter."""
    nodes = [node(f"n{at}", zone=zone, cpu=10**6) for at, zone in enumerate(zones)]
    amounts = Map({"cpu": 1, "memory": 1})
    asked: dict[str, Any] = {"cpu": 1, "scored": amounts, "scored_asking": amounts}
    return cluster(nodes, pods(count, spread=(spread(ZONE), spread(HOSTNAME, 2)), **asked))


CASES = (
    ("room for all", cluster([node("n1")], pods(3, cpu=100)), {"p0": ALWAYS, "p1": ALWAYS, "p2": ALWAYS}),
    ("room for one of two alike", cluster([node("n1", cpu=100)], pods(2, cpu=100)), {"p0": SOMETIMES, "p1": SOMETIMES}),
    (
        "room for one of two, the more important one goes first",
        cluster([node("n1", cpu=100)], [pod("hi", cpu=100, priority=9), pod("lo", cpu=60)]),
        {"hi": ALWAYS, "lo": NEVER},
    ),
    (
        "room for one of two, and either comes first",
        cluster([node("n1", cpu=100)], [pod("big", cpu=100), pod("small", cpu=60)]),
        {"big": SOMETIMES, "small": SOMETIMES},
    ),
    (
        "who was refused comes back once somebody it wants to be near is there",
        cluster([node("n1")], [pod("hi", app="db", affinity=(near(HOSTNAME, "web"),), priority=9), pod("lo")]),
        {"hi": ALWAYS, "lo": ALWAYS},
    ),
    (
        "a tie decides whether the next one has room",
        cluster(
            [node("n1", cpu=2000), node("n2", cpu=2000, disk="ssd")],
            [pod("hi", cpu=2000, priority=9), pod("lo", cpu=2000, node_selector=Map({"disk": "ssd"}))],
        ),
        {"hi": ALWAYS, "lo": SOMETIMES},
    ),
    ("a taint nobody tolerates", cluster([node("n1", taints=[GPU])], [pod("p0")]), {"p0": NEVER}),
    ("a gate", cluster([node("n1")], [pod("p0", gates=("wait",)), pod("p1")]), {"p0": NEVER, "p1": ALWAYS}),
    (
        "being deleted",
        cluster([node("n1")], [replace(pod("p0"), deleting=True)]),
        {"p0": NEVER},
    ),
    ("no nodes", cluster([], [pod("p0")]), {"p0": NEVER}),
    ("spreads in conflict", conflict(6), {f"p{at}": SOMETIMES for at in range(6)}),
    ("spreads in conflict, one pod fewer", conflict(5), {f"p{at}": ALWAYS for at in range(5)}),
)


@pytest.mark.parametrize(("snapshot", "want"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_becomes_of_the_pods(snapshot: Snapshot, want: dict[str, Chance]) -> None:
    found = outcomes(snapshot)
    assert found.complete
    assert chances(found) == want


def test_the_conflict_leaves_one_pod_whoever_it_is() -> None:
    group = outcomes(conflict(6)).of("shop/p3")
    assert (group.fewest, group.most, group.nodes) == (5, 5, ("n1", "n2", "n3"))
    assert group.leaving
    assert group.leaving[-1] == Step("shop/p3")
    assert group.placing
    assert Step("shop/p3") not in group.placing


@pytest.mark.parametrize(
    ("zones", "count", "want", "states"),
    [("abcabcabca", 60, (28, 55), 370), ("abcabcabcabca", 60, (37, 60), 838), ("abcabca", 40, (19, 31), 114)],
)
def test_a_greedy_dead_end_where_scores_do_not_tell_nodes_apart(
    zones: str, count: int, want: tuple[int, int], states: int
) -> None:
    found = outcomes(greedy(zones, count))
    (group,) = found.groups
    assert (found.complete, group.fewest, group.most, found.states) == (True, *want, states)


def test_a_run_says_who_had_to_be_refused_before_others_could_go_ahead() -> None:
    wants = pod("hi", app="db", cpu=100, affinity=(near(HOSTNAME, "web"),), priority=9)
    snapshot = cluster([node("n1", cpu=100), node("n2", cpu=100)], [wants, pod("lo"), pod("other", app="x", cpu=100)])
    group = outcomes(snapshot).of("shop/hi")
    assert group.chance is SOMETIMES
    for run in (group.placing, group.leaving):
        assert run
        assert run[0] == Step("shop/hi")
        assert explains(snapshot, run) is None


def test_kinds_that_never_meet_race_apart() -> None:
    def pool(name: str) -> tuple[Node, Node]:
        return node(f"{name}1", pool=name), node(f"{name}2", pool=name)

    def waiting(name: str) -> list[Pod]:
        first = pod(name, app=name, cpu=100, node_selector=Map({"pool": name}))
        return [replace(first, name=f"{name}{at}") for at in range(4)]

    alone = outcomes(cluster(pool("a"), waiting("a")))
    both = outcomes(cluster([*pool("a"), *pool("b")], [*waiting("a"), *waiting("b")]))
    assert (alone.states, both.states) == (5, 10)
    assert set(chances(both).values()) == {ALWAYS}


def test_kinds_that_look_at_each_other_from_afar_race_together() -> None:
    nodes = [node("a1", cpu=100, zone="z", pool="a"), node("b1", zone="z", pool="b")]
    rivals = [
        pod("a", app="a", cpu=100, node_selector=Map({"pool": "a"})),
        pod("c", app="c", cpu=100, node_selector=Map({"pool": "a"})),
    ]
    wants = pod("b", app="b", affinity=(near(ZONE, "a"),), node_selector=Map({"pool": "b"}))
    assert chances(outcomes(cluster(nodes, [*rivals, wants]))) == {"a": SOMETIMES, "c": SOMETIMES, "b": SOMETIMES}


def test_domains_that_cross_are_not_swapped() -> None:
    nodes = [node(f"{zone}{rack}", zone=zone, rack=rack) for zone in "ab" for rack in "xy"]
    first = pod("a0", app="a", anti_affinity=(near(ZONE, "a"),), priority=9)
    shy = pod("b", app="b", anti_affinity=(near("rack", "a"),))
    found = outcomes(cluster(nodes, [first, replace(first, name="a1"), shy]))
    assert chances(found) == {"a0": ALWAYS, "a1": ALWAYS, "b": SOMETIMES}
    assert found.of("shop/b").nodes == ("ax", "ay", "bx", "by")


def test_a_node_without_the_label_is_not_like_one_that_has_it() -> None:
    nodes = [node("n1", cpu=200, zone="z"), node("n2", cpu=200)]
    first = pod("b0", app="b", cpu=100, anti_affinity=(near(ZONE, "a"),))
    shy = [replace(first, name=f"b{at}") for at in range(3)]
    group = outcomes(cluster(nodes, [pod("a", app="a", cpu=100, priority=9), *shy])).of("shop/b0")
    assert (group.fewest, group.most) == (2, 3)


def test_only_the_pods_that_are_asked_about_are_told() -> None:
    snapshot = cluster([node("n1", cpu=100)], [pod("big", cpu=100), pod("small", cpu=60)])
    assert chances(outcomes(snapshot, pods=["shop/small"])) == {"small": SOMETIMES}


def test_where_the_search_is_cut_off_it_says_what_it_knows() -> None:
    told: list[tuple[int, int]] = []
    found = outcomes(greedy("abcabcabca", 60), limit=30, on_progress=lambda done, left: told.append((done, left)))
    assert [done for done, _ in told] == list(range(1, 31))
    assert not found.complete
    (group,) = found.groups
    assert (group.chance, group.fewest, group.nodes) == (UNDECIDED, None, tuple(f"n{at}" for at in range(10)))
    assert group.reason == "The search was cut off after 30 states, of which 0 ends."
    late = outcomes(greedy("abcabcabca", 60), limit=150)
    assert (late.complete, late.groups[0].chance) == (False, SOMETIMES)


def test_what_no_run_could_change_is_known_even_where_the_search_is_cut_off() -> None:
    snapshot = cluster([node("n1", taints=[GPU])], [pod("p0")])
    found = outcomes(snapshot, limit=0)
    assert found.complete
    assert found.groups[0].reason.startswith("No node could ever take it, whatever else happens. 0/1 nodes are")


LOW = pod("low", on="n1", cpu=100)
HI = pod("hi", cpu=100, priority=9)
FULL = [node("n1", cpu=100)]
TWO = [node("n1", cpu=100), node("n2", cpu=100)]


def goes(found: Outcomes) -> dict[str, tuple[Chance, int | None, int | None]]:
    return {key: (one.chance, one.fewest, one.most) for one in found.preempted for key in one.pods}


PREEMPTIONS: tuple[tuple[str, Snapshot, dict[str, Chance], dict[str, Any]], ...] = (
    ("the more important pod takes the place", cluster(FULL, [LOW, HI]), {"hi": ALWAYS}, {"shop/low": (ALWAYS, 1, 1)}),
    (
        "nobody goes for a pod that does not preempt",
        cluster(FULL, [LOW, pod("hi", cpu=100, priority=9, preemption_policy="Never")]),
        {"hi": NEVER},
        {},
    ),
    ("nobody goes for an equal", cluster(FULL, [LOW, pod("p", cpu=100)]), {"p": NEVER}, {}),
    (
        "either node may be picked",
        cluster(TWO, [LOW, replace(LOW, name="low2", node="n2"), HI]),
        {"hi": ALWAYS},
        {"shop/low": (SOMETIMES, 1, 1), "shop/low2": (SOMETIMES, 1, 1)},
    ),
    (
        "of two nodes, one of either kind, any may be picked",
        cluster([node("n1", cpu=100), node("n2", cpu=200)], [LOW, pod("low2", on="n2", cpu=200), HI]),
        {"hi": ALWAYS},
        {"shop/low": (SOMETIMES, 0, 1), "shop/low2": (SOMETIMES, 0, 1)},
    ),
    (
        "of two nodes the one is picked whose pod started later",
        cluster(TWO, [replace(LOW, start_time="1"), replace(LOW, name="low2", node="n2", start_time="2"), HI]),
        {"hi": ALWAYS},
        {"shop/low2": (ALWAYS, 1, 1)},
    ),
    (
        "who waits for a place that is being left may lose it to somebody more important",
        cluster(FULL, [LOW, HI, pod("hr", cpu=100, priority=99)]),
        {"hr": ALWAYS, "hi": NEVER},
        {"shop/low": (ALWAYS, 1, 1)},
    ),
    (
        "a pod that was placed may have to go again",
        cluster(FULL, [pod("hi", app="db", cpu=100, affinity=(near(HOSTNAME, "web"),), priority=9), pod("x", cpu=40)]),
        {"hi": NEVER, "x": ALWAYS},
        {},
    ),
    (
        "a nominated pod waits for who is being deleted",
        cluster(FULL, [replace(LOW, deleting=True, preempted=True), replace(HI, nominated="n1")]),
        {"hi": ALWAYS},
        {},
    ),
    (
        "a nominated pod keeps its place from a pod that is no more important",
        cluster(FULL, [replace(HI, nominated="n1"), pod("other", app="x", cpu=100, priority=9)]),
        {"hi": ALWAYS, "other": NEVER},
        {},
    ),
    (
        "a nomination to a node that is gone keeps nothing",
        cluster(FULL, [replace(HI, nominated="gone"), pod("other", app="x", cpu=100, priority=9)]),
        {"hi": SOMETIMES, "other": SOMETIMES},
        {},
    ),
    (
        "who is being deleted makes room",
        cluster(FULL, [replace(LOW, deleting=True), pod("p", cpu=100)]),
        {"p": ALWAYS},
        {},
    ),
    (
        "of two pods that are equally important any may have started first",
        cluster(
            FULL,
            [replace(LOW, spec=replace(LOW.spec, requests=Map({"cpu": cpu})), name=f"low{cpu}") for cpu in (49, 51)]
            + [pod("hi", cpu=40, priority=9)],
        ),
        {"hi": ALWAYS},
        {"shop/low49": (SOMETIMES, 0, 1), "shop/low51": (SOMETIMES, 0, 1)},
    ),
)


@pytest.mark.parametrize(
    ("snapshot", "want", "victims"), [case[1:] for case in PREEMPTIONS], ids=[case[0] for case in PREEMPTIONS]
)
def test_what_becomes_of_pods_that_preempt(
    snapshot: Snapshot, want: dict[str, Chance], victims: dict[str, Any]
) -> None:
    found = outcomes(snapshot)
    assert found.complete
    assert (chances(found), goes(found)) == (want, victims)


def test_a_profile_without_preemption() -> None:
    found = outcomes(cluster(FULL, [LOW, HI]), profile=Profile(post_filters=()))
    assert (chances(found), found.preempted) == ({"hi": NEVER}, ())


def test_preemption_in_the_middle_of_a_run_is_followed() -> None:
    wants = pod("hi", app="db", cpu=100, affinity=(near(ZONE, "web"),), priority=9)
    nodes = [node("n1", cpu=100, zone="a"), node("n2", cpu=100, zone="a")]
    found = outcomes(cluster(nodes, [wants, pod("lo", cpu=100), pod("other", app="x", cpu=100)]))
    assert (chances(found), goes(found)) == (
        {"hi": ALWAYS, "lo": ALWAYS, "other": NEVER},
        {"shop/other": (SOMETIMES, 0, 1)},
    )
    reason = found.of("shop/other").reason
    assert reason.startswith("Wherever a run ends, it waits or has been preempted.")


def test_runs_with_preemption_are_shown_and_can_be_replayed() -> None:
    ssd = [TWO[0], node("n2", cpu=100, disk="ssd")]
    picky = pod("picky", cpu=100, priority=9, node_selector=Map({"disk": "ssd"}), preemption_policy="Never")
    snapshot = cluster(ssd, [LOW, HI, replace(HI, name="hi2"), picky])
    group = outcomes(snapshot).of("shop/picky")
    assert group.chance is SOMETIMES
    for run in (group.placing, group.leaving):
        assert run
        assert any(isinstance(step, Preempts) for step in run)
        assert explains(snapshot, run) is None


def test_what_is_left_out_of_preemption_is_said() -> None:
    owned = replace(LOW, owner="ReplicaSet low")
    found = outcomes(replace(cluster(FULL, [owned, HI]), budgets=(Budget("shop", "b"),)))
    assert found.assumptions == (
        "preempted pods stay gone; their controllers would replace them: shop/low",
        "disruption budgets allow as much as they do now, also once pods were preempted",
    )
    many = [node(f"n{at}", cpu=100) for at in range(ALL_LOOKED_AT + 1)]
    found = outcomes(cluster(many, [*(replace(LOW, name=one.name, node=one.name) for one in many), HI]))
    assert found.assumptions == (
        "every node is looked at, also to preempt; kube-scheduler stops early where there are more than 100",
    )


def test_preemption_in_words_and_as_data() -> None:
    far = pod("far", cpu=100, priority=9, node_selector=Map({"disk": "ssd"}), preemption_policy="Never")
    nodes = [node("n1", cpu=100), node("n2", cpu=100, disk="ssd")]
    found = outcomes(cluster(nodes, [LOW, pod("hi", cpu=100, priority=9), far]))
    assert found.text == (
        "2 pending pods over every tie and every order of equal priority: 1 always and 1 sometimes placed.\n"
        "  always: shop/hi, on n1 and n2\n"
        "  sometimes: shop/far, on n2\n"
        "     shop/far is placed: "
        "shop/far -> n2, shop/hi preempts shop/low on n1, shop/low is gone, shop/hi -> n1\n"
        "     shop/far is not placed: shop/hi -> n2, shop/far -> Pending\n"
        "  sometimes preempted: shop/low\n"
        "6 states; every run was followed."
    )
    assert found.data()["preempted"] == [{"pods": ["shop/low"], "chance": "sometimes", "fewest": 0, "most": 1}]
    assert found.of("shop/far").data()["placing"] == [
        {"pod": "shop/far", "node": "n2"},
        {"pod": "shop/hi", "node": "", "nominated": "n1", "victims": ["shop/low"]},
        {"pod": "shop/low", "gone": True},
        {"pod": "shop/hi", "node": "n1"},
    ]


def test_many_nodes_are_all_looked_at_and_that_is_said() -> None:
    few, many = ([node(f"n{at}") for at in range(size)] for size in (ALL_LOOKED_AT, ALL_LOOKED_AT + 1))
    assert not outcomes(cluster(few, [pod("p")])).assumptions
    (told,) = outcomes(cluster(many, [pod("p")])).assumptions
    assert told == "every node is looked at; kube-scheduler stops early where there are more than 100"


def test_pods_of_another_scheduler_do_not_race() -> None:
    found = outcomes(cluster([node("n1")], [pod("p0", scheduler="mine"), pod("p1")]))
    assert (chances(found), found.passed_over) == ({"p1": ALWAYS}, ("shop/p0",))


def test_pods_that_another_scheduler_nominates_are_not_modelled() -> None:
    with pytest.raises(NotModelled, match=r"shop/p0: status\.nominatedNodeName"):
        outcomes(cluster([node("n1")], [replace(pod("p0", scheduler="mine"), nominated="n1")]))


def test_the_words() -> None:
    snapshot = cluster(
        [node("n1", cpu=100)],
        [pod("big", cpu=100), pod("small", cpu=60), pod("far", node_selector=Map({"disk": "ssd"}))],
    )
    assert outcomes(snapshot).text == (
        "3 pending pods over every tie and every order of equal priority: 2 sometimes and 1 never placed.\n"
        "  sometimes: shop/big, on n1\n"
        "     shop/big is placed: shop/big -> n1, shop/small -> Pending\n"
        "     shop/big is not placed: shop/small -> n1, shop/big -> Pending\n"
        "  sometimes: shop/small, on n1\n"
        "     shop/small is placed: shop/small -> n1, shop/big -> Pending\n"
        "     shop/small is not placed: shop/big -> n1, shop/small -> Pending\n"
        "  never: shop/far\n"
        "     No node could ever take it, whatever else happens. 0/1 nodes are available: 1 node(s) didn't match Pod's "
        "node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not "
        "helpful for scheduling.\n"
        "3 states; every run was followed."
    )
    assert outcomes(cluster([node("n1")])).text == "No pod is pending."


def test_the_data() -> None:
    assert outcomes(cluster([node("n1", cpu=100)], pods(2, cpu=100))).data() == {
        "complete": True,
        "states": 2,
        "groups": [
            {
                "pods": ["shop/p0", "shop/p1"],
                "chance": "sometimes",
                "fewest": 1,
                "most": 1,
                "nodes": ["n1"],
                "reason": "",
                "placing": [{"pod": "shop/p0", "node": "n1"}, {"pod": "shop/p1", "node": ""}],
                "leaving": [{"pod": "shop/p1", "node": "n1"}, {"pod": "shop/p0", "node": ""}],
            }
        ],
        "preempted": [],
        "assumptions": [],
        "passedOver": [],
    }


def test_a_step_that_nothing_explains_is_named() -> None:
    snapshot = cluster([node("n1", cpu=100), node("n2", cpu=50)], [pod("p0", cpu=100)])
    assert explains(snapshot, [Step("shop/p0", "n2")]) == Contradiction(1, Step("shop/p0", "n2"), "it goes to n1")
    assert str(explains(snapshot, [Step("shop/p0")])) == "step 1: shop/p0 was refused; instead: it goes to n1"


def test_bindings_seen_out_of_order_are_explained_within_the_slack() -> None:
    wants = pod("hi", app="db", affinity=(near(HOSTNAME, "web"),))
    snapshot = cluster([node("n1")], [wants, pod("lo")])
    seen = [Step("shop/hi", "n1"), Step("shop/lo", "n1")]
    assert explains(snapshot, seen) is not None
    assert explains(snapshot, seen, slack=1) is None
