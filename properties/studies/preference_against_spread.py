"""A descheduler and a scheduler of two minds: pods prefer spot nodes, and are spread softly over both kinds.

The scheduler weighs the preference against the spread, and puts most pods on spot nodes; a descheduler that minds soft
constraints too sees a skew, and evicts; the scheduler puts them back. That the pods would fit elsewhere (nodeFit) helps
nothing. Hard constraints alone, the default, leave them in peace.
"""

from __future__ import annotations

from kubeproof.model.descheduler.policy import TopologySpread
from kubeproof.properties.studies.duplicates_put_back import descheduling
from kubeproof.properties.studies.study import Case, Study, spread, workload
from kubeproof.properties.studies.tolerated_nowhere import ENDS
from kubeproof.properties.verdict import Outcome

PREFERS = (
    "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: ["
    "{weight: 20, preference: {matchExpressions: [{key: lifecycle, operator: In, values: [spot]}]}}, "
    "{weight: 5, preference: {matchExpressions: [{key: lifecycle, operator: In, values: [on-demand]}]}}]}}"
)


def node(name: str, lifecycle: str) -> str:
    """A node of a kind."""
    return f"""---
apiVersion: v1
kind: Node
metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}, lifecycle: {lifecycle}}}}}
status: {{allocatable: {{cpu: "8", memory: 64Gi, pods: "110"}}}}
"""


def cluster(on_demand: int, spot: int, outcome: Outcome, *, soft: bool) -> Case:
    """So many nodes on demand and on the spot market, and two pods for each."""
    there = "".join(node(f"a{number}", "on-demand") for number in range(on_demand))
    there += "".join(node(f"s{number}", "spot") for number in range(spot))
    constraints = ", ".join(spread(key, hard=False) for key in ("kubernetes.io/hostname", "lifecycle"))
    pod = f"terminationGracePeriodSeconds: 1, {PREFERS}, topologySpreadConstraints: [{constraints}]"
    web = workload(2 * (on_demand + spot), pod, kind="ReplicaSet", container='resources: {requests: {cpu: "1"}}')
    return Case(there + web, ((ENDS, outcome),), settles=False, old=5, extras=descheduling(TopologySpread(soft=soft)))


PREFERENCE_AGAINST_SPREAD = Study(
    "soft spread against a preference, with a descheduler",
    "https://github.com/kubernetes-sigs/descheduler/issues/921",
    cluster(1, 1, Outcome.VIOLATED, soft=True),
    cluster(1, 1, Outcome.PROVED, soft=False),
    sized=lambda count: cluster(max(1, count // 5), count - max(1, count // 5), Outcome.VIOLATED, soft=True),
    least=2,
)
