"""A descheduler that evicts duplicates, and a scheduler that puts them back: the other node is too full for them.

RemoveDuplicates counts the nodes that a pod could go to by taints and selectors alone. A nearly full node counts, so
that pods should be shared with it; they are evicted, do not fit there, and come back to where they were, at each pass.
nodeFit, which looks at resources before it evicts, is off unless asked for.
"""

from __future__ import annotations

from kubeproof.model.descheduler.policy import DeschedulerPolicy, Evictor, Plugin, RemoveDuplicates, profile
from kubeproof.model.extras import Extras
from kubeproof.properties.studies.study import Case, Study, node, workload
from kubeproof.properties.studies.tolerated_nowhere import ENDS
from kubeproof.properties.verdict import Outcome


def descheduling(plugin: Plugin, evictor: Evictor | None = None) -> Extras:
    """A descheduler with one plugin, every twenty seconds."""
    return Extras(descheduler=DeschedulerPolicy((profile(plugin, evictor=evictor or Evictor()),), interval=20))


def cluster(count: int, outcome: Outcome, plugin: Plugin, evictor: Evictor | None = None) -> Case:
    """So many nodes, half of them (rounded down) nearly full, and a pod more than the others are."""
    full = "".join(
        node(f"full{number}")
        + f"""---
apiVersion: v1
kind: Pod
metadata: {{name: background{number}}}
spec:
  nodeName: full{number}
  containers: [{{name: own, image: "own:1", resources: {{requests: {{cpu: "3"}}}}}}]
"""
        for number in range(count // 2)
    )
    free = "".join(node(f"free{number}", cpu="8") for number in range(count - count // 2))
    web = workload(
        count - count // 2 + 1,
        "terminationGracePeriodSeconds: 1",
        kind="ReplicaSet",
        container='resources: {requests: {cpu: "2"}}',
    )
    return Case(full + free + web, ((ENDS, outcome),), settles=False, old=20, extras=descheduling(plugin, evictor))


DUPLICATES_PUT_BACK = Study(
    "duplicates that are evicted and put back",
    "https://github.com/kubernetes-sigs/descheduler/issues/1237",
    cluster(2, Outcome.VIOLATED, RemoveDuplicates()),
    cluster(2, Outcome.PROVED, RemoveDuplicates(), Evictor(node_fit=True)),
    also=(
        (
            "ReplicaSets left alone",
            cluster(2, Outcome.PROVED, RemoveDuplicates(exclude_owner_kinds=frozenset({"ReplicaSet"}))),
        ),
    ),
    sized=lambda count: cluster(count, Outcome.VIOLATED, RemoveDuplicates()),
    least=2,
)
