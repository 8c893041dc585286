"""A control plane that nobody may use counts as an empty domain: pods wait for a balance that cannot be.

Spread by host counts every node that node affinity leaves, taints or not. The tainted control plane has no pod and can
get none, so no other node may have more than one. nodeTaintsPolicy: Honor leaves it out. Recorded on v1.36: two of four
pods wait; with Honor none does.
"""

from __future__ import annotations

from kubeproof.properties.studies.conflicting_spread import all_placed, placed
from kubeproof.properties.studies.study import Case, Study, node, nodes, spread, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end, sometimes

CONTROL_PLANE = node("cp") + "spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}\n"


def cluster(count: int, more: str = "") -> str:
    """A control plane, so many workers, and two pods for each of them."""
    constraint = spread("kubernetes.io/hostname", more=more)
    web = workload(2 * count, f"topologySpreadConstraints: [{constraint}]", kind="ReplicaSet")
    return CONTROL_PLANE + nodes(count) + web


ALL = in_the_end("all pods are placed", all_placed)

TAINTED_DOMAIN = Study(
    "a tainted node that counts as an empty domain",
    "https://github.com/kubernetes/kubernetes/issues/116118",
    Case(
        cluster(2),
        (
            (sometimes("all four pods are placed", all_placed), Outcome.VIOLATED),
            (in_the_end("two pods are placed", lambda world: placed(world) == 2), Outcome.PROVED),
        ),
        settles=False,
    ),
    Case(cluster(2, "nodeTaintsPolicy: Honor"), ((ALL, Outcome.PROVED),), settles=False),
    sized=lambda count: Case(cluster(count), ((ALL, Outcome.VIOLATED),), settles=False),
)
