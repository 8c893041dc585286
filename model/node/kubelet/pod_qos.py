"""The quality-of-service class of a pod that runs, and what the kernel is told of it when memory runs out.

Follows pkg/kubelet/qos/policy.go (v1.36). Amounts: cpu in millicores, memory in bytes. Left out: pod-level resources.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.qos import COUNTED, Class, class_of

GUARANTEED_SCORE, BEST_EFFORT_SCORE = -997, 1000
NODE_CRITICAL = 2_000_001_000
"""The lowest priority of a pod that is treated as guaranteed when memory runs out (system-node-critical)."""


def qos_of(run: RunSpec) -> Class:
    """A pod's class, from what its containers and init containers ask for and may use."""
    containers = (*run.containers, *run.init_containers)
    return class_of(((_counted(each.requests), _counted(each.limits)) for each in containers), operator.eq)


def oom_score_adjustment(pod: LivePod, container: Container, capacity: int) -> int:
    """How readily the kernel kills a container, -997 (hardly) to 1000 (first); `capacity`: the node's memory, bytes."""
    qos = qos_of(pod.run)
    if pod.spec.priority >= NODE_CRITICAL or qos == "Guaranteed":
        return GUARANTEED_SCORE
    if qos == "BestEffort":
        return BEST_EFFORT_SCORE
    score = _score(container.requests.get("memory", 0), capacity)
    if container.is_sidecar and container in pod.run.init_containers:
        # A sidecar is to outlive the app container that asks for least.
        least = min((each.requests.get("memory", 0) for each in pod.run.containers), default=0)
        score = min(score, _score(least, capacity))
    # Above every guaranteed container, below every best-effort one.
    return min(max(score, 1000 + GUARANTEED_SCORE), BEST_EFFORT_SCORE - 1)


def _score(request: int, capacity: int) -> int:
    return 1000 - 1000 * request // capacity


def _counted(amounts: Mapping[str, int]) -> dict[str, int]:
    return {name: amounts[name] for name in COUNTED if amounts.get(name, 0) > 0}
