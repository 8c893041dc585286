"""Pods without end: a template that names its node, where the node's kubelet takes none.

spec.nodeName goes past the scheduler, so that nothing keeps the pod off a node that is full; its kubelet refuses it
(OutOfcpu), the pod is Failed for good, and the ReplicaSet makes the next. Without nodeName the pod waits.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import always, in_the_end

MANY = 10
"""Pods that are more than one replica ever needs."""


def cluster(where: str) -> str:
    """A node with one cpu, and a ReplicaSet whose one pod asks for two."""
    return (
        node("n1", cpu="1")
        + f"""---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: web}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      {where}
      containers: [{{name: web, image: "web:1", resources: {{requests: {{cpu: "2"}}}}}}]
"""
    )


def few(world: World) -> bool:
    """Whether there are no more pods than one replica ever needs."""
    return len(world.store.bucket(of_kind("Pod"))) <= MANY


BOUNDED = always(f"there are never more than {MANY} pods", few)

ADMISSION_STORM = Study(
    "a template that names a node which is full",
    "https://github.com/kubernetes/kubernetes/issues/134712",
    Case(cluster("nodeName: n1"), ((BOUNDED, Outcome.VIOLATED),), settles=False),
    Case(
        cluster("nodeSelector: {kubernetes.io/hostname: n1}"),
        ((BOUNDED, Outcome.PROVED), (in_the_end("the pod waits"), Outcome.PROVED)),
        settles=False,
    ),
)
