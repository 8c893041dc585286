"""The clusters of published eviction loops, as manifests."""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.descheduler.policy import DeschedulerPolicy
from kubeproof.model.extras import Extras
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.play import Played, Setup, begun, play


def node(name: str, cpu: int = 8, labels: str = "") -> str:
    """A node; `labels` are more of them, as YAML in braces."""
    return f"""---
apiVersion: v1
kind: Node
metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}{labels and ", "}{labels}}}}}
status: {{allocatable: {{cpu: "{cpu}", memory: 64Gi, pods: "110"}}}}
"""


def pinned(name: str, node_: str, cpu: int) -> str:
    """A pod without an owner that a user has put on a node."""
    return f"""---
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec: {{nodeName: {node_}, containers: [{{name: c, image: app, resources: {{requests: {{cpu: "{cpu}"}}}}}}]}}
"""


def deployment(replicas: int, cpu: int = 1, more: str = "") -> str:
    """A Deployment whose pods end at once; `more` stands in the pod's spec, indented by six."""
    return f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{{name: c, image: app, resources: {{requests: {{cpu: "{cpu}"}}}}}}]
{more}
"""


SOFT_SPREAD = """
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 20, preference: {matchExpressions: [{key: lifecycle, operator: In, values: [spot]}]}}
          - {weight: 5, preference: {matchExpressions: [{key: lifecycle, operator: In, values: [on-demand]}]}}
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: web}}
      - maxSkew: 1
        topologyKey: lifecycle
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: web}}
"""
SPOT = (
    node("a1", labels="lifecycle: on-demand")
    + node("s1", labels="lifecycle: spot")
    + node("s2", labels="lifecycle: spot")
    + deployment(6, more=SOFT_SPREAD)
)
"""descheduler #921: one node on demand, two on the spot market, where six pods would rather be, and spread softly."""

FULL = node("n1", 4) + node("n2", 6) + pinned("background", "n1", 3) + deployment(2, cpu=2)
"""descheduler #1237: one node is nearly full, and the other holds both pods."""


def zones(replicas: int) -> str:
    """descheduler PR #1918: zones of five, two and two nodes; spread hard over zones and softly over nodes."""
    constraint = "- {maxSkew: 1, topologyKey: KEY, whenUnsatisfiable: WHEN, labelSelector: {matchLabels: {app: web}}}"
    both = (("zone", "DoNotSchedule"), ("kubernetes.io/hostname", "ScheduleAnyway"))
    asked = "".join(f"\n      {constraint.replace('KEY', key).replace('WHEN', when)}" for key, when in both)
    nodes = "".join(node(f"{zone}{at}", labels=f"zone: {zone}") for at, zone in enumerate("aaaaabbcc"))
    return nodes + deployment(replicas, more=f"      topologySpreadConstraints:{asked}")


def run(policy: DeschedulerPolicy, text: str, until: int) -> Played:
    """What happens to a cluster with a descheduler until a time."""
    first = begun(Setup(extras=Extras(descheduler=policy)), stated_text(text))
    return play(first.setup, first.world, until)


def evictions(played: Played) -> dict[int, int]:
    """How many pods the descheduler evicted, by time; refused requests do not count."""
    found: dict[int, int] = {}
    for event in played.events:
        if event.by == "descheduler" and event.refused is None:
            found[event.at] = found.get(event.at, 0) + 1
    return found


def placed(played: Played) -> dict[str, str]:
    """Where the pods are that nobody has deleted, by name."""
    pods = played.world.store.bucket(of_kind("Pod")).values()
    return {one.meta.name: one.node for one in pods if isinstance(one, LivePod) and one.meta.deleted_at is None}
