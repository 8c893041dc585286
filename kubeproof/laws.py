"""Laws about clusters: what to write one's own with, and the standard ones.

    from kubeproof.laws import always, pods

    LAWS = [always("no pod of web is ever on n1", lambda world: all(pod.node != "n1" for pod in pods(world)))]

`kubeproof verify --laws FILE.py` asks them; docs/verify.md says how.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.component import Look
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_available, is_ready
from kubeproof.model.world import Event, World
from kubeproof.properties.queries.own_laws import own_laws as load
from kubeproof.properties.queries.verified import laws_of as standard
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end, sometimes

__all__ = [
    "Event",
    "World",
    "WorldLaw",
    "always",
    "every_step",
    "in_the_end",
    "is_available",
    "is_ready",
    "load",
    "nodes",
    "pods",
    "sometimes",
    "standard",
]


def pods(world: World) -> Sequence[LivePod]:
    """All pods of a world, by name."""
    return Look(world.store, world.now).all("Pod", LivePod)


def nodes(world: World) -> Sequence[LiveNode]:
    """All nodes of a world, by name."""
    return Look(world.store, world.now).all("Node", LiveNode)
