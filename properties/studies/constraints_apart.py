"""A descheduler that looks at one constraint at a time: what mends the one breaks the other, and is undone.

Zones of five, two and two nodes, hard spread by zone and soft spread by host, nine pods: three in each zone, so that a
host of a small zone has two and one of the large zone none. The descheduler sees the hosts alone, and evicts; the
zones let the pod go nowhere but back; eight pods are enough for that, seven are not. It ends where the descheduler
looks at both constraints together (proposed, in no release), or at hard ones alone, its default.
"""

from __future__ import annotations

from kubeproof.model.descheduler.policy import TopologySpread
from kubeproof.properties.studies.duplicates_put_back import descheduling
from kubeproof.properties.studies.study import Case, Study, node, spread, workload
from kubeproof.properties.studies.tolerated_nowhere import ENDS
from kubeproof.properties.verdict import Outcome

NODES = "".join(node(f"n{number}", zone) for number, zone in enumerate("aaaaabbcc"))


def cluster(pods: int, plugin: TopologySpread, outcome: Outcome) -> Case:
    """So many pods on the nine nodes."""
    constraints = f"{spread('topology.kubernetes.io/zone')}, {spread('kubernetes.io/hostname', hard=False)}"
    pod = f"terminationGracePeriodSeconds: 1, topologySpreadConstraints: [{constraints}]"
    web = workload(pods, pod, kind="ReplicaSet")
    return Case(NODES + web, ((ENDS, outcome),), settles=False, old=20, extras=descheduling(plugin))


APART = TopologySpread(soft=True)

CONSTRAINTS_APART = Study(
    "two spread constraints, each looked at for itself",
    "https://github.com/kubernetes-sigs/descheduler/issues/1219",
    cluster(9, APART, Outcome.VIOLATED),
    cluster(9, TopologySpread(soft=True, joint=True), Outcome.PROVED),
    also=(
        ("eight pods", cluster(8, APART, Outcome.VIOLATED)),
        ("seven pods", cluster(7, APART, Outcome.PROVED)),
        ("hard constraints alone", cluster(9, TopologySpread(), Outcome.PROVED)),
    ),
)
