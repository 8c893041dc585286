"""A drain that waits for pods that never get well: the budget counts the healthy, and has none to give.

Pods that run but are never ready may go only while the budget is met (IfHealthyBudget, the default), and it never is.
unhealthyPodEvictionPolicy: AlwaysAllow lets go what is of no use to anybody.
"""

from __future__ import annotations

from kubeproof.properties.studies.drain_and_budget import DRAINED, ENDS
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome


def cluster(policy: str, outcome: Outcome) -> Case:
    """Two pods on two nodes, none of which ever gets ready, and their budget."""
    budget = f"""---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{maxUnavailable: 1, {policy}selector: {{matchLabels: {{app: web}}}}}}
"""
    web = workload(
        2, "terminationGracePeriodSeconds: 1", kind="ReplicaSet", container="readinessProbe: {exec: {command: [x]}}"
    )
    return Case(
        nodes(2) + web + budget,
        ((ENDS, outcome),),
        moves=DRAINED,
        old=60,
        script='[{at: 1, probe-fail: {pod: "web-*"}}]',
    )


CRASHING_AND_BUDGET = Study(
    "a drain against a budget whose pods never get ready",
    "https://github.com/kubernetes/kubernetes/issues/72320",
    cluster("", Outcome.VIOLATED),
    cluster("unhealthyPodEvictionPolicy: AlwaysAllow, ", Outcome.PROVED),
)
