"""One overloaded node takes all others with it: its pods move to the next, which is overloaded then.

Two nodes hold two pods each with room for half a pod more; the pod that is one too many leaves its node with less than
two hundredths of its cpu, and the node panics. Its five minutes of tolerations over, its pods go where the others are,
and so does the panic. Nodes that keep something for themselves (allocatable below capacity) never fill up so far.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model import environment
from kubeproof.model.component import Look
from kubeproof.model.controlplane.etcd import of_kind, on_node
from kubeproof.model.node.leases import is_silent
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import always

CPU, EACH = 64_000, 21_000
"""Millicores of each machine, and what each pod asks for."""


def silent(world: World, node: LiveNode) -> bool:
    """Whether nothing is heard of a node's machine."""
    return is_silent(Look(world.store, world.now), node.meta.name)


def overload(world: World) -> Iterator[Act]:
    """Machines whose pods ask for nearly all there is may panic."""
    for node in Look(world.store, world.now).all("Node", LiveNode):
        used = EACH * len(world.store.bucket(on_node(node.meta.name)))
        if CPU - used <= CPU * 2 // 100 and not silent(world, node):
            yield Act(f"node {node.meta.name} panics", environment.lost(world.store, node.meta.name, world.now))


def one_at_most(world: World) -> bool:
    """Whether not two machines are silent at once."""
    found = [node for node in world.store.bucket(of_kind("Node")).values() if isinstance(node, LiveNode)]
    return sum(silent(world, node) for node in found) < 2


def cluster(count: int, cpu: str, outcome: Outcome) -> Case:
    """So many nodes that offer so much cpu, and a pod more than two for each."""
    web = workload(2 * count + 1, container=f"resources: {{requests: {{cpu: {EACH}m}}}}")
    return Case(
        nodes(count, cpu) + web,
        ((always("a node that panics takes no other with it", one_at_most), outcome),),
        moves=(Move("a node panics", overload, 2),),
        assumes=("a machine panics at any time while its pods ask for 98 % of its cpu or more, and stays silent",),
    )


CASCADING_OVERLOAD = Study(
    "an overloaded node whose pods overload the next",
    "https://www.usenix.org/conference/atc24/presentation/liu-bingzhe",
    cluster(2, "64", Outcome.VIOLATED),
    cluster(2, "62", Outcome.PROVED),
    least=2,
    sized=lambda count: cluster(count, "64", Outcome.VIOLATED),
)
