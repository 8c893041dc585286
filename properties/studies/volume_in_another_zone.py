"""A volume that is made where its pod may not go: a claim that is bound at once, in a cluster of two zones.

The pod may run in zone b alone, but of that the driver hears nothing: it makes the volume in any of its zones. Bound in
zone a the pod waits for ever. A class that waits for the first consumer has the volume made where the pod goes.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end

ZONE = "topology.kubernetes.io/zone"


def reached(name: str) -> str:
    """What the driver says of a node: it reaches the volumes of the node's zone."""
    driver = f"{{name: csi.example, nodeID: {name}, topologyKeys: [{ZONE}]}}"
    spec = f"metadata: {{name: {name}}}, spec: {{drivers: [{driver}]}}"
    return f"---\n{{apiVersion: storage.k8s.io/v1, kind: CSINode, {spec}}}\n"


def cluster(mode: str) -> str:
    """A node in each of two zones, and a StatefulSet of one pod that has to be in the second."""
    return f"""{node("n1", "a")}{node("n2", "b")}{reached("n1")}{reached("n2")}---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: disks}}
provisioner: csi.example
volumeBindingMode: {mode}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  serviceName: db
  replicas: 1
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec:
      nodeSelector: {{{ZONE}: b}}
      containers: [{{name: db, image: "db:1", volumeMounts: [{{name: data, mountPath: /data}}]}}]
  volumeClaimTemplates:
  - metadata: {{name: data}}
    spec: {{accessModes: [ReadWriteOnce], storageClassName: disks, resources: {{requests: {{storage: 1Gi}}}}}}
"""


def _runs(world: World) -> bool:
    pods = [held for held in world.store.bucket(of_kind("Pod")).values() if isinstance(held, LivePod)]
    return bool(pods) and all(map(is_ready, pods))


RUNS = in_the_end("in the end the pod runs", _runs)

VOLUME_IN_ANOTHER_ZONE = Study(
    "a volume that is made in a zone where its pod may not run",
    "https://github.com/kubernetes/kubernetes/issues/91299",
    Case(cluster("Immediate"), ((RUNS, Outcome.VIOLATED),), settles=False),
    Case(cluster("WaitForFirstConsumer"), ((RUNS, Outcome.PROVED),), settles=False),
)
