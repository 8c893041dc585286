"""A descheduler that looks at one constraint at a time: what mends the one breaks the other, and is undone.

Zones of five, two and two nodes, hard spread by zone and soft spread by host, nine pods: three in each zone, so that a
host of a small zone has two and one of the large zone none. The descheduler sees the hosts alone, and evicts; the
zones let the pod go nowhere but back. Without the soft constraint in its sight it rests.
"""

from __future__ import annotations

from kubeproof.model.descheduler.policy import TopologySpread
from kubeproof.properties.studies.duplicates_put_back import descheduling
from kubeproof.properties.studies.study import Case, Study, node, spread, workload
from kubeproof.properties.studies.tolerated_nowhere import ENDS
from kubeproof.properties.verdict import Outcome

NODES = "".join(node(f"n{number}", zone) for number, zone in enumerate("aaaaabbcc"))


def cluster(outcome: Outcome, *, soft: bool) -> Case:
    """Nine pods on the nine nodes."""
    constraints = f"{spread('topology.kubernetes.io/zone')}, {spread('kubernetes.io/hostname', hard=False)}"
    pod = f"terminationGracePeriodSeconds: 1, topologySpreadConstraints: [{constraints}]"
    extras = descheduling(TopologySpread(soft=soft))
    web = workload(9, pod, kind="ReplicaSet")
    return Case(NODES + web, ((ENDS, outcome),), settles=False, old=20, extras=extras, runs=3)


CONSTRAINTS_APART = Study(
    "two spread constraints, each looked at for itself",
    "https://github.com/kubernetes-sigs/descheduler/issues/1219",
    cluster(Outcome.VIOLATED, soft=True),
    cluster(Outcome.HELD, soft=False),
)
