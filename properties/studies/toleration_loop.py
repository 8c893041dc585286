"""Pods that come and go for ever: a NoExecute taint that they tolerate for some seconds only.

The scheduler takes the toleration for whole and binds the pod; when the seconds are over it is evicted, replaced, and
the new pod is bound to the same node. A toleration without seconds ends that.
"""

from __future__ import annotations

from kubeproof.properties.studies.study import Case, Study
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end


def cluster(seconds: str) -> str:
    """One tainted node, and a ReplicaSet whose pods tolerate the taint."""
    return f"""---
apiVersion: v1
kind: Node
metadata: {{name: n1, labels: {{kubernetes.io/hostname: n1}}}}
spec: {{taints: [{{key: upkeep, value: "yes", effect: NoExecute}}]}}
status: {{allocatable: {{cpu: "4", memory: 8Gi, pods: "110"}}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: web}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{{name: web, image: "web:1"}}]
      tolerations: [{{key: upkeep, operator: Exists, effect: NoExecute{seconds}}}]
"""


ENDS = in_the_end("the pods come to rest")

TOLERATION_LOOP = Study(
    "a taint that is tolerated for a while",
    "https://github.com/kubernetes/kubernetes/issues/117520",
    Case(cluster(", tolerationSeconds: 10"), ((ENDS, Outcome.VIOLATED),), settles=False, old=60),
    Case(cluster(""), ((ENDS, Outcome.PROVED),), settles=False, old=60),
)
