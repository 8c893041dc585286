"""Every filter says the same however it is read, over random clusters and wherever the pods are."""

from typing import get_args

import msgspec
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from kubeproof.model.logic.symbol import formula
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import NOTHING, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler import columns, encode, open_node, values
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.encode import ClusterSymbols, Unknown
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import Findings, by_columns, by_values, rules
from kubeproof.model.scheduler.open_node import Matching
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.strategies import clusters, pods, questions


def test_every_reading_knows_every_leaf() -> None:
    assert set(values.LEAVES) == set(columns.LEAVES) == set(encode.LEAVES) == set(get_args(open_node.Leaf))


def said_by_values(snapshot: Snapshot, pod: Pod) -> Findings:
    return by_values(rules(pod, Facts(snapshot), DEFAULT), ClusterValues(snapshot, frozenset({pod.key})).nodes)


@given(questions())
def test_values_and_columns_find_the_same(question: tuple[Snapshot, Pod]) -> None:
    snapshot, pod = question
    asked = rules(pod, Facts(snapshot), DEFAULT)
    assert by_columns(asked, ClusterColumns(snapshot)) == said_by_values(snapshot, pod)


@given(clusters(), st.data())
def test_a_pod_of_the_cluster_is_not_in_its_own_way(snapshot: Snapshot, data: st.DataObject) -> None:
    pod = data.draw(st.sampled_from(snapshot.pods)) if snapshot.pods else data.draw(pods())
    gone = snapshot.without_pods([pod.key])
    asked = rules(pod, Facts(snapshot), DEFAULT)
    seen = by_columns(asked, ClusterColumns(snapshot, frozenset({pod.key})))
    assert seen == by_values(asked, ClusterValues(gone).nodes) == said_by_values(snapshot, pod)


@given(questions())
def test_symbols_find_the_same_wherever_the_pods_are(question: tuple[Snapshot, Pod]) -> None:
    """The places of all pods are unknown while the formulas are made, and pinned when they are asked."""
    snapshot, pod = question
    asked = rules(pod, Facts(snapshot), DEFAULT)
    cluster = ClusterSymbols(snapshot, [rule.clause.holds for rule in asked], Unknown(places=snapshot.pods))
    read = [[formula(rule.clause.holds, node) for rule in asked] for node in cluster.nodes]
    solver = z3.Solver(ctx=cluster.context)
    solver.add(*cluster.laws, *cluster.facts.values())
    assert solver.check() == z3.sat
    model = solver.model()
    found = said_by_values(snapshot, pod)
    for node, formulas in zip(snapshot.nodes, read, strict=True):
        fails = {at for at, holds in enumerate(formulas) if z3.is_false(model.eval(holds, model_completion=True))}
        assert fails == set(found.failing(node.name)), node.name


@given(questions(), st.data())
def test_columns_kept_up_to_date_are_columns_made_anew(question: tuple[Snapshot, Pod], data: st.DataObject) -> None:
    """Some columns are read before pods come and go, others after; both are what a fresh start would give."""
    snapshot, pod = question
    asked = rules(pod, Facts(snapshot), DEFAULT)
    kept = ClusterColumns(snapshot)
    if data.draw(st.booleans(), label="read before"):
        by_columns(asked, kept)
    now = snapshot
    node_names = st.sampled_from([node.name for node in snapshot.nodes])
    for moved in data.draw(st.lists(st.sampled_from(snapshot.pods), unique_by=id)) if snapshot.pods else ():
        if moved.node:
            kept.place(moved, moved.node, -1)
            now = now.without_pods([moved.key])
        if data.draw(st.booleans(), label=f"{moved.key} is placed"):
            node = data.draw(node_names)
            kept.place(moved, node)
            now = now.with_pods([msgspec.structs.replace(moved, node=node)])
    assert (
        by_columns(asked, kept) == by_columns(asked, ClusterColumns(now)) == by_values(asked, ClusterValues(now).nodes)
    )


def test_a_count_column_that_was_dropped_is_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "QUERIES_KEPT", 1)
    cluster = ClusterColumns(Snapshot((Node("n1"), Node("n2"))))
    web, db = (
        Matching((PodAffinityTerm("", of_labels({"app": app}), frozenset({"shop"}), NOTHING),)) for app in ("web", "db")
    )
    assert [cluster.pods(query).tolist() for query in (web, db)] == [[0, 0], [0, 0]]
    cluster.place(Pod("shop", "web-1", Map({"app": "web"})), "n2")
    assert [cluster.pods(query).tolist() for query in (web, db, web)] == [[0, 1], [0, 0], [0, 1]]
