"""A pod that no node can take: its two volumes are in two zones.

Claims that are bound at once (volumeBindingMode: Immediate) get volumes wherever the provisioner likes, before anybody
knows where the pod goes; with one in each zone no node reaches both. With WaitForFirstConsumer the scheduler chooses
a node first, and both volumes are made there.
"""

from __future__ import annotations

from kubeproof.properties.studies.placement import placed
from kubeproof.properties.studies.study import Question, Study, node
from kubeproof.properties.verdict import Outcome

NODES = node("n1", "a") + node("n2", "b")
POD = """---
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  containers: [{name: db, image: "db:1"}]
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: data}}
  - {name: log, persistentVolumeClaim: {claimName: log}}
"""


def storage(mode: str) -> str:
    """The class of the volumes."""
    return f"""---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: disk}}
provisioner: disk.example.com
volumeBindingMode: {mode}
"""


def claim(name: str, volume: str = "") -> str:
    """A claim, bound to a volume where one is named."""
    bound = volume and f"  volumeName: {volume}\nstatus: {{phase: Bound}}\n"
    marks = volume and ', annotations: {pv.kubernetes.io/bind-completed: "yes"}'
    return f"""---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}{marks}}}
spec:
  storageClassName: disk
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 1Gi}}}}
{bound}"""


def volume(name: str, zone: str, of: str) -> str:
    """A volume in a zone, bound to a claim."""
    return f"""---
apiVersion: v1
kind: PersistentVolume
metadata: {{name: {name}}}
spec:
  storageClassName: disk
  capacity: {{storage: 1Gi}}
  accessModes: [ReadWriteOnce]
  csi: {{driver: disk.example.com, volumeHandle: {name}}}
  claimRef: {{name: {of}, namespace: default}}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions: [{{key: topology.kubernetes.io/zone, operator: In, values: [{zone}]}}]
"""


TWO_ZONES = volume("pv-a", "a", "data") + volume("pv-b", "b", "log") + claim("data", "pv-a") + claim("log", "pv-b")

VOLUMES_IN_TWO_ZONES = Study(
    "a pod whose volumes were bound in two zones",
    "https://github.com/kubernetes/kubernetes/issues/81020",
    Question(NODES + storage("Immediate") + TWO_ZONES + POD, ((placed, Outcome.VIOLATED),)),
    Question(NODES + storage("WaitForFirstConsumer") + claim("data") + claim("log") + POD, ((placed, Outcome.PROVED),)),
)
