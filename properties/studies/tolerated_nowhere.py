"""Pods that name a node whose taint they do not tolerate: rejected as fast as they are made, without end.

spec.nodeName goes past the scheduler, and so past the taint. The folklore says that the pod starts and is evicted; on a
running v1.36 control plane the kubelet rejects it (Failed, TaintToleration) and the ReplicaSet makes the next at once,
ten a second, without any back-off, while taint eviction deletes the failed ones. A nodeSelector in its place leaves the
pod waiting; a toleration lets it run.
"""

from __future__ import annotations

from kubeproof.properties.laws.world import whole
from kubeproof.properties.studies.admission_storm import BOUNDED
from kubeproof.properties.studies.study import Case, Study, node, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, in_the_end

SELECTED = "nodeSelector: {kubernetes.io/hostname: n1}"


def tainted(count: int = 1) -> str:
    """So many nodes, of which the first has a NoExecute taint."""
    others = "".join(node(f"n{number}") for number in range(2, count + 1))
    return node("n1") + "spec: {taints: [{key: key1, value: value1, effect: NoExecute}]}\n" + others


ENDS = in_the_end("the pods come to rest")


def fails(count: int, law: WorldLaw) -> Case:
    """The failure with so many nodes."""
    web = workload(1, "nodeName: n1", kind="ReplicaSet")
    return Case(tainted(count) + web, ((law, Outcome.VIOLATED),), settles=False, old=10)


TOLERATED_NOWHERE = Study(
    "a template that names a node with a NoExecute taint",
    "https://github.com/keikoproj/kube-forensics/issues/5",
    fails(1, BOUNDED),
    Case(
        tainted() + workload(1, "nodeName: n1, tolerations: [{key: key1, operator: Exists}]"),
        ((in_the_end("the pod runs", whole), Outcome.PROVED),),
        settles=False,
    ),
    also=(
        ("over time", fails(1, ENDS)._replace(runs=1)),
        ("with a node selector", Case(tainted() + workload(1, SELECTED), ((ENDS, Outcome.PROVED),), settles=False)),
    ),
    sized=lambda count: fails(count, ENDS),
)
