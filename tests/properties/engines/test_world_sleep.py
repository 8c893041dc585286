"""Sleeping looks: the same worlds and verdicts by fewer steps, for every study and for clusters that start or fail."""

from __future__ import annotations

import pytest

from kubeproof.model.controlplane.etcd import Bucket, Key, on_node
from kubeproof.model.controlplane.numbering import WAITING
from kubeproof.properties.engines.world_effects import Footprint
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored, verify
from kubeproof.properties.studies import STUDIES, named
from kubeproof.properties.studies.study import Case
from kubeproof.properties.studies.study import cluster as cluster_of
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import Form, WorldLaw, always, every_step, in_the_end, sometimes
from tests.properties.engines.test_world_plans import cluster
from tests.properties.engines.test_worlds import LAWS, SMALL, pods, ready, start

LIMIT = 300
WELL = always("all is well", lambda world: True)
WORLDS = (*(always(name, condition) for name, condition, _ in LAWS), sometimes("two are ready", ready(2)))
CASES: tuple[tuple[str, Cluster, tuple[WorldLaw, ...]], ...] = (
    ("two pods that start on two nodes", Cluster(start(*SMALL, nodes=2, replicas=2), SMALL), WORLDS),
    ("… of which any may be deleted", Cluster(start(*SMALL, nodes=2, replicas=2), SMALL, (pod_deleted(1),)), WORLDS),
    ("all usual components", cluster(), WORLDS),
    ("a node is lost, a pod deleted", cluster(node_lost(1), pod_deleted(1), until=300), WORLDS),
    *(
        (f"{name}, {which}", cluster_of(case), tuple(law for law, _ in case.asked if law.form is not Form.IN_THE_END))
        for name in STUDIES
        if name != "constraints_apart"  # it takes a minute in any order
        for which, case in named(name).cases
        if isinstance(case, Case) and not case.runs
    ),
)


def everything(law: WorldLaw) -> WorldLaw:
    """A law of the same form that is decided by no world, so that all are looked at."""
    return law._replace(condition=lambda world: law.form is Form.ALWAYS)


@pytest.mark.parametrize(("cluster", "laws"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_looks_that_sleep_change_no_verdict(cluster: Cluster, laws: tuple[WorldLaw, ...]) -> None:
    asked = [law for law in laws if law.form in (Form.ALWAYS, Form.SOMETIMES)] or [
        always("all is well", lambda _: True)
    ]
    awake, asleep = (Options(Order.ATOMIC, limit=LIMIT, sleeps=sleeps) for sleeps in (False, True))
    whole, fewer = (explored(cluster, [everything(asked[0])], options)[0] for options in (awake, asleep))
    assert len(fewer.sources) <= len(whole.sources)
    assert bool(fewer.cut) is bool(whole.cut)
    if not whole.cut:
        assert (len(fewer.states), fewer.depth) == (len(whole.states), whole.depth)
        assert all(fewer.number(state) is not None for state in whole.states)
    for one, other in zip(verify(asked, cluster, awake), verify(asked, cluster, asleep), strict=True):
        assert (one.law, one.outcome) == (other.law, other.outcome)
        assert (one.trace and len(one.trace.moments)) == (other.trace and len(other.trace.moments))


def test_steps_are_left_out() -> None:
    whole, fewer = (
        explored(cluster(), [WELL], Options(Order.ATOMIC, limit=LIMIT, sleeps=sleeps)) for sleeps in (False, True)
    )
    assert len(fewer[0].sources) < 0.8 * len(whole[0].sources)


@pytest.mark.parametrize(
    "law", [in_the_end("it rests"), every_step("all is well", lambda *_: True)], ids=lambda law: law.form.value
)
def test_nobody_sleeps_where_steps_count(law: WorldLaw) -> None:
    one = Cluster(start(*SMALL, nodes=2, replicas=2), SMALL)
    counts = {
        len(explored(one, [always("it is", lambda _: True), law], Options(Order.ATOMIC, sleeps=sleeps))[0].sources)
        for sleeps in (False, True)
    }
    assert len(counts) == 1


A, B = Key("Pod", "shop", "a"), Key("Pod", "shop", "b")
ON_NODE = on_node("n0")


def who(*writes: Bucket | Key, sees: tuple[Bucket | Key, ...] = ()) -> Footprint:
    return Footprint(frozenset(sees), frozenset(writes))


FOOTPRINTS = (
    ("two that write different objects", who(A, sees=(A,)), who(B, sees=(B,)), True),
    ("one that sees what the other writes", who(A, sees=(A, B)), who(B), False),
    ("two that write one object", who(A), who(A), False),
    ("two that write pods that wait", who(A, WAITING), who(B, WAITING), False),
    ("two that write pods of one node", who(A, ON_NODE), who(B, ON_NODE), True),
    ("one that sees the pods of a node", who(A, ON_NODE), who(B, sees=(ON_NODE,)), False),
)


@pytest.mark.parametrize(("one", "other", "apart"), [row[1:] for row in FOOTPRINTS], ids=[row[0] for row in FOOTPRINTS])
def test_who_has_to_do_with_whom(one: Footprint, other: Footprint, *, apart: bool) -> None:
    assert one.apart(other) is apart
    assert other.apart(one) is apart


def test_a_law_is_still_broken_by_a_shortest_way() -> None:
    law = always("two are never ready", lambda world: not ready(2)(world))
    one = Cluster(start(*SMALL, nodes=2, replicas=2), SMALL)
    [awake], [asleep] = (verify([law], one, Options(Order.ATOMIC, sleeps=sleeps)) for sleeps in (False, True))
    assert awake.outcome is asleep.outcome is Outcome.VIOLATED
    assert awake.trace == asleep.trace
    assert pods(one.world) == []
