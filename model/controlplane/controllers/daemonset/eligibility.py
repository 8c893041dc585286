"""On which nodes a DaemonSet's pod runs: daemon.NodeShouldRunDaemonPod (v1.36), read off the scheduler's own rules.

The pod is one that the controller made: its tolerations are those of its template and the ones that every daemon's pod
gets (objects/defaults.py). Whether a node is cordoned does not matter by itself, nor does room for the pod.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.logic.value import value
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.taints import NO_EXECUTE, find_untolerated
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.values import NodeValues


class ShouldRun(NamedTuple):
    """Whether a pod is made on the node if it has none, and whether one that runs there may stay."""

    run: bool
    stay: bool


def should_run(pod: Pod, at: NodeValues) -> ShouldRun:
    """Whether the DaemonSet's pod belongs on the node.

    A pod whose template names another node, or that does not select this one, neither starts nor stays. A taint that it
    does not tolerate keeps it from starting; only one that is NoExecute ends it.
    """
    node, tolerations = at.node, pod.spec.tolerations
    if pod.node not in ("", node.name) or not value(node_affinity.matches(pod), at):
        return ShouldRun(run=False, stay=False)
    if find_untolerated(node.taints, tolerations) is None:
        return ShouldRun(run=True, stay=True)
    return ShouldRun(run=False, stay=find_untolerated(node.taints, tolerations, (NO_EXECUTE,)) is None)
