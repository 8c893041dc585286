"""What is alike is tried once: fewer choices and looks, the same worlds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeproof.model.play import play
from kubeproof.model.world import World
from kubeproof.properties.engines import world_steps
from kubeproof.properties.engines.world_alike import Alike
from kubeproof.properties.engines.world_graph import Seen
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_machine import PATIENT, start_of
from kubeproof.properties.engines.world_moves import Move, drained, node_lost, pod_deleted
from kubeproof.properties.engines.world_plans import OfWorld, Plan, Planner, Whose
from kubeproof.properties.engines.world_run import Run
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.strategies import Begin, worlds
from kubeproof.properties.studies.study import node, workload
from tests.properties.engines.test_world_known import MOVES, OTHERS
from tests.properties.engines.test_world_plans import WORKLOADS, cluster
from tests.properties.engines.test_worlds import SMALL, start


def many(*moves: Move, count: int = 4) -> Cluster:
    more = "".join(node(f"n{number}") for number in range(2, count))
    return cluster(*moves, manifests=more + workload(3), until=300 if moves else None)


TIMELESS, _, _ = WORKLOADS.partition("---\napiVersion: batch/v1")
CLUSTERS = (
    ("three pods on four nodes", Order.CALM, many()),
    ("… in any order", Order.ATOMIC, many(count=3)),
    ("… at rest, of which one is lost, and a pod deleted", Order.CALM, many(node_lost(), pod_deleted())),
    ("… at rest, of which one is drained", Order.CALM, many(drained())),
    ("workloads of several kinds", Order.CALM, cluster(pod_deleted(), manifests=TIMELESS, until=300)),
    ("others", Order.CALM, cluster(node_lost(), manifests=OTHERS, until=300)),
    ("two pods on two nodes", Order.ATOMIC, Cluster(start(*SMALL, nodes=2, replicas=2), SMALL)),
)


def both(cluster: Cluster, options: Options) -> tuple[Seen, Seen]:
    """A search, and the same where all that is alike is tried."""
    fewer, _ = explored(cluster, options=options)
    decided = Planner.decided

    def anyhow(planner: Planner, whose: Whose, world: World, told: OfWorld | None = None) -> Plan:
        return decided(planner, whose, world)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Planner, "decided", anyhow)
        patched.setattr(world_steps, "_unlike", lambda turns, told: turns)
        every, _ = explored(cluster, options=options._replace(limit=10 * options.limit))
    return fewer, every


def are_the_same(cluster: Cluster, one: Seen, other: Seen) -> bool:
    """Whether two searches met the same worlds."""
    keys = Keys((one.name for one in cluster.components), Shapes(name for move in cluster.moves for name in move.names))
    ours, theirs = ({keys.key(state.world, state.left) for state in seen.states} for seen in (one, other))
    return ours == theirs


@pytest.mark.parametrize(("order", "cluster"), [row[1:] for row in CLUSTERS], ids=[row[0] for row in CLUSTERS])
def test_the_worlds_are_the_same(order: Order, cluster: Cluster) -> None:
    fewer, every = both(cluster, Options(order, limit=3000, sleeps=False))
    assert fewer.cut == every.cut == ""
    assert are_the_same(cluster, fewer, every)
    assert len(fewer.sources) <= len(every.sources)


@given(
    worlds(),
    st.lists(st.sampled_from(MOVES), max_size=2, unique=True),
    st.sampled_from((None, 0, 30, 300)),
    st.sampled_from((Order.CALM, Order.ATOMIC)),
)
@settings(suppress_health_check=PATIENT)
def test_so_they_are_at_random(begin: Begin, moves: list[Move], until: int | None, order: Order) -> None:
    run = Run(start_of(begin), [])
    run.begin()
    world = run.world if until is None else play(run.setup, run.world, until).world
    cluster = Cluster(world, run.setup.components(world), moves, run.setup.server)
    fewer, every = both(cluster, Options(order, limit=200, sleeps=False))
    assert fewer.cut or are_the_same(cluster, fewer, every)


def test_of_equal_nodes_one_is_tried_and_what_was_taken_is_like_no_other() -> None:
    one = many(count=4)
    keys = Keys((), Shapes())
    alike, names = Alike(keys.told(one.world)), ["n0", "n1", "n2", "n3"]
    assert alike.firsts(names) == (0,)
    alike.takes("n0")
    assert alike.firsts(names) == (0, 1)
    alike.takes("n1")
    assert alike.firsts(names) == (0, 1, 2)
    assert alike.firsts(["no", "such", "nodes"]) == (0, 1, 2)
    alike.takes(7)
    assert alike.firsts(names) == (0, 1, 2, 3)


def test_nodes_of_which_somebody_remembers_the_same_are_alike() -> None:
    rested = many(node_lost())
    assert any(component == "node-lifecycle-controller" for component, _ in rested.world.memory)
    alike = Alike(Keys((), Shapes()).told(rested.world))
    assert len(alike.firsts(["n0", "n1", "n2", "n3"])) == 2  # with a pod, and without


def test_of_equal_pods_one_is_tried() -> None:
    one = start(nodes=2, pods=2)
    pods = [held for key, held in one.store.objects.items() if key.kind == "Pod"]
    assert Alike(Keys((), Shapes()).told(one)).firsts(pods) == (0,)
    together = start(nodes=1, pods=2)
    pods = [held for key, held in together.store.objects.items() if key.kind == "Pod"]
    assert Alike(Keys((), Shapes()).told(together)).firsts(pods) == (0, 1)
