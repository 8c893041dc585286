"""A drain that never ends: the budget wants every replica there is, so that none may be evicted.

One replica with minAvailable 1 leaves nothing that may go. A budget of maxUnavailable 1 lets the drain end.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import Key, on_node
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.script import OnNode, Scripted
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import scripted
from kubeproof.properties.laws.world_budgets import drained
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end, sometimes


def cluster(budget: str) -> str:
    """Two nodes, a Deployment of one replica, and its budget."""
    return (
        node("n1")
        + node("n2")
        + f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{{name: web, image: "web:1"}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{{budget}, selector: {{matchLabels: {{app: web}}}}}}
"""
    )


DRAINED = (scripted(Scripted(0, "drain", OnNode("n1"))),)


def emptied(world: World) -> bool:
    """Whether the node is cordoned and has no pods any more."""
    held = world.store.get(Key("Node", "", "n1"))
    return isinstance(held, LiveNode) and held.unschedulable and not world.store.bucket(on_node("n1"))


ENDS = in_the_end("a drain ends", drained)

DRAIN_AND_BUDGET = Study(
    "a drain against a budget that lets nobody go",
    "https://github.com/kubernetes/kubernetes/issues/66811",
    Case(cluster("minAvailable: 1"), ((ENDS, Outcome.VIOLATED),), moves=DRAINED, old=60),
    Case(
        cluster("maxUnavailable: 1"),
        ((ENDS, Outcome.PROVED), (sometimes("a drain empties its node", emptied), Outcome.PROVED)),
        moves=DRAINED,
        old=60,
    ),
)
