"""A machine falls silent for good: a Deployment's pod is replaced, a StatefulSet's never.

Nobody knows whether the pod on the lost node still runs. After five minutes it is told to go, but only its kubelet can
say that it has gone. A Deployment makes another in the meantime; a StatefulSet, which has each pod once at most, waits
until somebody says that the machine is off: with the out-of-service taint, by deleting the node, or by force.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model import environment
from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.node_lifecycle.tainting import UNREACHABLE
from kubeproof.model.controlplane.controllers.pod_gc import OUT_OF_SERVICE
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import key_of
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.objects.taints import Taint
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move, node_lost
from kubeproof.properties.laws.world_stateful_sets import ONE_OF_EACH
from kubeproof.properties.studies.study import Case, Study, nodes, pods, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, in_the_end

STATEFUL = workload(1, kind="StatefulSet", spec="serviceName: web")
OFF = Taint(OUT_OF_SERVICE, "", "NoExecute")


def serves(world: World) -> bool:
    """Whether a pod is ready that nobody wants to go."""
    return any(is_ready(pod) and pod.meta.deleted_at is None for pod in pods(world))


def unreachable(world: World) -> Iterator[LiveNode]:
    """The nodes that the control plane has given up."""
    for node in Look(world.store, world.now).all("Node", LiveNode):
        if any(taint.key == UNREACHABLE for taint in node.taints):
            yield node


def off(world: World) -> Iterator[Act]:
    """Somebody says that the machine is off."""
    for node in unreachable(world):
        yield Act("puts the out-of-service taint", environment.tainted(world.store, node.meta.name, OFF))


def removed(world: World) -> Iterator[Act]:
    """Somebody deletes the node."""
    for node in unreachable(world):
        yield Act(f"deletes node {node.meta.name}", (Write("delete", key_of("Node", node.meta)),))


def forced(world: World) -> Iterator[Act]:
    """Somebody deletes the pod that does not go, by force."""
    for pod in pods(world):
        if pod.meta.deleted_at is not None:
            yield Act(f"forces pod {pod.meta.name}", (Write("delete", key_of("Pod", pod.meta), DeleteOptions(0)),))


def untouched(world: World) -> bool:
    """Whether nobody has said that a machine is off, and all nodes are there."""
    return len(Look(world.store, world.now).all("Node", LiveNode)) == 2 and not any(
        taint.key == OUT_OF_SERVICE for node in unreachable(world) for taint in node.taints
    )


def terminating(world: World) -> bool:
    """Whether a pod is on its way out."""
    return any(pod.meta.deleted_at is not None for pod in pods(world))


REPLACED = in_the_end("in the end a pod serves", serves)
ONCE_SAID = in_the_end(
    "once the machine is known to be off a pod serves", lambda world: untouched(world) or serves(world)
)
ONCE_FORCED = in_the_end(
    "once the pod is deleted by force a pod serves", lambda world: terminating(world) or serves(world)
)


def cluster(web: str, law: WorldLaw, outcome: Outcome, *moves: Move) -> Case:
    """Two nodes, of which one is lost."""
    return Case(nodes(2) + web, ((law, outcome), (ONE_OF_EACH, Outcome.PROVED)), moves=(node_lost(), *moves))


NODE_LOST = Study(
    "a node lost for good, under a StatefulSet and a Deployment",
    "https://github.com/kubernetes/kubernetes/issues/72226",
    cluster(STATEFUL, REPLACED, Outcome.VIOLATED),
    cluster(STATEFUL, ONCE_SAID, Outcome.PROVED, Move("out of service", off)),
    also=(
        ("a Deployment", cluster(workload(1), REPLACED, Outcome.PROVED)),
        ("node deleted", cluster(STATEFUL, ONCE_SAID, Outcome.PROVED, Move("node deleted", removed))),
        ("pod forced", cluster(STATEFUL, ONCE_FORCED, Outcome.PROVED, Move("pod forced", forced))),
    ),
)
