"""A rollout that waits for ever: as many replicas as nodes, each node taken by required anti-affinity.

25 % of three replicas is one pod more (rounded up) and none less (rounded down): the new pod finds no node, and no old
pod may go before it is ready. Letting one pod be unavailable ends it.
"""

from __future__ import annotations

from kubeproof.properties.laws.world import never_fewer_available, whole
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end

NODES = "".join(node(f"n{number}") for number in (1, 2, 3))


def web(image: str, unavailable: str) -> str:
    """The Deployment: three replicas, no two on a node."""
    return f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 3
  strategy: {{rollingUpdate: {{maxSurge: 25%, maxUnavailable: {unavailable}}}}}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{{name: web, image: "{image}"}}]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {{topologyKey: kubernetes.io/hostname, labelSelector: {{matchLabels: {{app: web}}}}}}
"""


ENDS = in_the_end("the rollout ends", whole)

ROLLOUT_DEADLOCK = Study(
    "a rollout under required anti-affinity with no node to spare",
    "https://github.com/kubernetes/kubernetes/issues/116891",
    Case(
        NODES + web("web:1", "25%"),
        ((ENDS, Outcome.VIOLATED), (never_fewer_available("web", 3), Outcome.PROVED)),
        change=web("web:2", "25%"),
    ),
    Case(
        NODES + web("web:1", "1"),
        ((ENDS, Outcome.PROVED), (never_fewer_available("web", 2), Outcome.PROVED)),
        change=web("web:2", "1"),
    ),
)
