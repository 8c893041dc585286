"""The ranking of the nodes that fit: every reading gives the same, kept columns stay right, and what holds of any."""

from __future__ import annotations

import msgspec
import numpy as np
import z3
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.logic.symbol import symbol
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.args import MOST, RATIO, Args, Strategy
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.encode import ClusterSymbols
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.profile import WEIGHTS
from kubeproof.model.scheduler.ranking import Judge, Ranking, by_columns, by_values, judges, rank
from kubeproof.model.scheduler.scores.pod_topology_spread import SYSTEM
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.strategies import questions
from kubeproof.properties.strategies.nodes import GPU
from kubeproof.properties.strategies.pods import preferred_nodes

SHAPES = st.sampled_from((((0, 0), (100, 10)), ((0, 10), (50, 3), (100, 0)), ((20, 5), (60, 5))))
RESOURCES = st.sampled_from(((("cpu", 1), ("memory", 1)), (("cpu", 3),), (("memory", 2), (GPU, 5), ("cpu", 1))))
STRATEGIES = st.builds(Strategy, st.sampled_from((Strategy().type, MOST, RATIO)), RESOURCES, SHAPES)
ARGS = st.just(Args()) | st.builds(
    Args,
    added_preferred=st.just(()) | preferred_nodes(),
    strategy=STRATEGIES,
    balanced=st.sampled_from((("cpu", "memory"), ("cpu",), ("cpu", GPU, "memory"))),
    hard_affinity_weight=st.sampled_from((0, 1, 100)),
    ignore_preferred_of_others=st.booleans(),
    default_spread=st.sampled_from((None, (), SYSTEM)),
    balanced_change=st.booleans(),
)


def told(ranking: Ranking) -> object:
    return ranking.table(), ranking.totals.tolist(), ranking.best


def asked(snapshot: Snapshot, pod: Pod, args: Args) -> list[Judge]:
    return list(judges(pod, Facts(snapshot), WEIGHTS, args))


@given(questions(), ARGS, st.data())
def test_values_and_columns_rank_alike(question: tuple[Snapshot, Pod], args: Args, data: st.DataObject) -> None:
    snapshot, pod = question
    fits = np.array([data.draw(st.booleans(), label=node.name) for node in snapshot.nodes])
    names = [node.name for node, fit in zip(snapshot.nodes, fits, strict=True) if fit]
    plugins = asked(snapshot, pod, args)
    found = by_columns(plugins, ClusterColumns(snapshot), fits)
    assert told(found) == told(by_values(plugins, ClusterValues(snapshot, feasible=names)))
    assert found.names == names
    assert all(0 <= score <= 100 for marks in found.marks for score in marks.normal.tolist())
    assert set(found.best) <= set(names)
    assert bool(found.best) is bool(names)


@given(questions(), ARGS)
def test_symbols_of_what_is_known_are_the_same_scores(question: tuple[Snapshot, Pod], args: Args) -> None:
    snapshot, pod = question
    found = by_values(asked(snapshot, pod, args), ClusterValues(snapshot))
    symbols = ClusterSymbols(snapshot)
    for marks in found.marks:
        points = next(judge.points for judge in asked(snapshot, pod, args) if judge.plugin == marks.plugin)
        for term, expected in ((points.raw, marks.raw), (points.normal, marks.normal)):
            read = [z3.simplify(symbol(term, node)) for node in symbols.nodes]
            assert [one.as_long() for one in read if isinstance(one, z3.IntNumRef)] == expected.tolist()


@given(questions(), st.data())
def test_columns_kept_up_to_date_rank_as_columns_made_anew(question: tuple[Snapshot, Pod], data: st.DataObject) -> None:
    snapshot, pod = question
    kept, everywhere = ClusterColumns(snapshot), np.ones(len(snapshot.nodes), dtype=np.bool_)
    plugins = asked(snapshot, pod, Args())
    by_columns(plugins, kept, everywhere)
    now = snapshot
    for moved in data.draw(st.lists(st.sampled_from(snapshot.pods), unique_by=id)) if snapshot.pods else ():
        if moved.node:
            kept.place(moved, moved.node, -1)
        to = data.draw(st.sampled_from(snapshot.nodes)).name
        kept.place(moved, to)
        now = now.with_pods([msgspec.structs.replace(moved, node=to)])
    assert told(by_columns(plugins, kept, everywhere)) == told(by_columns(plugins, ClusterColumns(now), everywhere))


@given(questions())
def test_only_nodes_that_fit_are_ranked(question: tuple[Snapshot, Pod]) -> None:
    snapshot, pod = question
    cycle = Cycle(snapshot)
    decision = cycle.decide(pod)
    found = rank(decision, cycle)
    assert found.names == decision.feasible
    totals = dict(zip(found.names, found.totals.tolist(), strict=True))
    assert totals == {name: sum(marks[2] for marks in own.values()) for name, own in found.table().items()}
    assert set(found.best) == {name for name, total in totals.items() if total == max(totals.values())}


@given(questions(), ARGS)
def test_the_order_of_nodes_does_not_matter(question: tuple[Snapshot, Pod], args: Args) -> None:
    snapshot, pod = question
    turned = msgspec.structs.replace(snapshot, nodes=snapshot.nodes[::-1])
    everywhere = np.ones(len(snapshot.nodes), dtype=np.bool_)
    found, other = (
        by_columns(asked(one, pod, args), ClusterColumns(one), everywhere).table() for one in (snapshot, turned)
    )
    assert found == other


def test_where_nothing_fits_there_is_no_best() -> None:
    cycle = Cycle(Snapshot((Node("n1", unschedulable=True),)))
    found = rank(cycle.decide(Pod("shop", "web-1")), cycle)
    assert (found.names, found.best, found.marks, found.table()) == ([], [], [], {})
