"""Spread that holds whenever a pod is placed, and not once the rollout is over.

While old and new pods are there together both count; then the old ones go, and what is left of the balance is chance.
matchLabelKeys: [pod-template-hash] counts each template's pods for themselves. Recorded on v1.36 with six pods on three
nodes: after ten rollouts a skew of 2, 2, 0, 0, 2, 2, 0, 2, 2, 2, and with matchLabelKeys always 0.
"""

from __future__ import annotations

from collections import Counter

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, nodes, pods, spread, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end


def even(world: World) -> bool:
    """Whether no node has two pods more than another."""
    found = [node.meta.name for node in world.store.bucket(of_kind("Node")).values() if isinstance(node, LiveNode)]
    counts = Counter(pod.node for pod in pods(world))
    numbers = [counts[name] for name in found]
    return max(numbers) - min(numbers) <= 1


def web(image: str, replicas: int, more: str = "") -> str:
    """The Deployment."""
    pod = (
        f"terminationGracePeriodSeconds: 1, topologySpreadConstraints: [{spread('kubernetes.io/hostname', more=more)}]"
    )
    return workload(replicas, pod, container=f'image: "{image}"')


def cluster(count: int, replicas: int, outcome: Outcome, more: str = "") -> Case:
    """A rollout of so many pods on so many nodes."""
    law = in_the_end("no node has two pods more than another", even)
    return Case(
        nodes(count) + web("web:1", replicas, more), ((law, outcome),), change=web("web:2", replicas, more), old=10
    )


SKEW_AFTER_ROLLOUT = Study(
    "hard spread, and what a rollout leaves of it",
    "https://github.com/kubernetes/kubernetes/issues/98215",
    cluster(3, 4, Outcome.VIOLATED),
    cluster(3, 4, Outcome.PROVED, "matchLabelKeys: [pod-template-hash]"),
    also=(("as recorded", cluster(3, 6, Outcome.VIOLATED)),),
    sized=lambda count: cluster(count, 2 * count, Outcome.VIOLATED),
    least=3,
)
