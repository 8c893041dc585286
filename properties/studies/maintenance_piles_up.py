"""Maintenance that leaves pods piled up: two nodes drained one after the other take two pods at once.

Soft spread is looked at only when a pod is placed. The pod of the first drained node goes to another one, and nothing
brings it back after the uncordon; if that other is drained next, two of the replicas are gone at a time. A budget lets
them go one by one; hard spread keeps the first pod waiting until its node is back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubeproof.model import environment
from kubeproof.model.component import Look
from kubeproof.model.controlplane import draining
from kubeproof.model.controlplane.etcd import Key, on_node
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.script import OnNode
from kubeproof.model.steps import outside
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.laws.world import never_fewer_available
from kubeproof.properties.studies.study import Case, Study, nodes, spread, workload
from kubeproof.properties.verdict import Outcome

BUDGET = """---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""


def upkeep(world: World) -> Iterator[Act]:
    """One node after the other: drained while no other is (those with the most pods first), uncordoned once it is
    empty."""
    store = world.store
    found = Look(store, world.now).all("Node", LiveNode)
    down = next((node.meta.name for node in found if node.unschedulable), "")
    if down and (draining.NAME, Key("Node", "", down)) not in world.memory:
        yield Act(f"uncordons {down}", environment.cordoned(store, down, on=False))
    names = [node.meta.name for node in found if not down]
    for name in sorted(names, key=lambda name: -len(store.bucket(on_node(name)))):
        yield Act(f"drains {name}", environment.cordoned(store, name), _drained(name))


def _drained(node: str) -> Callable[[World], World]:
    return lambda world: outside(world, "drain", OnNode(node))


def cluster(count: int, outcome: Outcome, *, hard: bool = False, more: str = "") -> Case:
    """So many nodes with a pod each, of which two are drained in turn."""
    web = workload(
        count,
        "terminationGracePeriodSeconds: 1, topologySpreadConstraints: ["
        + spread("kubernetes.io/hostname", hard=hard)
        + "]",
    )
    law = never_fewer_available("web", count - 1)
    return Case(nodes(count) + web + more, ((law, outcome),), moves=(Move("upkeep", upkeep, 3),), old=5)


MAINTENANCE_PILES_UP = Study(
    "nodes drained in turn under soft spread",
    "https://github.com/kubernetes/kubernetes/issues/122909",
    cluster(3, Outcome.VIOLATED),
    cluster(3, Outcome.PROVED, more=BUDGET),
    also=(("with hard spread", cluster(3, Outcome.PROVED, hard=True)),),
    least=3,
    sized=lambda count: cluster(count, Outcome.VIOLATED),
)
