"""Pods that could all be placed, and are not: one by one the scheduler walks into a dead end, whatever it takes.

Ten nodes in zones of four, three and three, sixty pods; by zone one more at most, by host two more. The two small zones
come to four pods on every node while a node of the large zone has two, and the large zone is one ahead already: nothing
can move any more. Recorded on v1.36: 37 of 60, in every repeat. Equal nodes were nearly always taken in their order
there; were they drawn, it would also end at 55, where v1.34 always ends. With a host skew of three all sixty go.
"""

from __future__ import annotations

from kubeproof.properties.studies.placement import first_choices, placed, possible, worst
from kubeproof.properties.studies.study import Question, Study, node
from kubeproof.properties.verdict import Outcome


def cluster(skew: int) -> str:
    """Ten nodes and sixty pods, whose counts by host may differ by so many."""
    nodes = "".join(node(f"n{number}", "abc"[number % 3], cpu="8", memory="16Gi") for number in range(10))
    pods = "".join(
        f"""---
apiVersion: v1
kind: Pod
metadata: {{name: p{number}, labels: {{app: web}}}}
spec:
  containers: [{{name: web, image: "web:1", resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}}}]
  topologySpreadConstraints:
  - {{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
     labelSelector: {{matchLabels: {{app: web}}}}}}
  - {{topologyKey: kubernetes.io/hostname, maxSkew: {skew}, whenUnsatisfiable: DoNotSchedule,
     labelSelector: {{matchLabels: {{app: web}}}}}}
"""
        for number in range(60)
    )
    return nodes + pods


GREEDY_DEAD_END = Study(
    "a greedy dead end of two hard spread constraints",
    "https://github.com/kubernetes/kubernetes/issues/129067",
    Question(
        cluster(2),
        (
            (placed, Outcome.VIOLATED),
            (worst(37, "1.36"), Outcome.PROVED),
            (worst(55, "1.34"), Outcome.PROVED),
            (first_choices(37), Outcome.PROVED),
            (possible, Outcome.PROVED),
        ),
    ),
    Question(cluster(3), ((placed, Outcome.PROVED),)),
)
