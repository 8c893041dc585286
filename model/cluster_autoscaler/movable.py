"""Whether a node's pods may be moved for a cluster autoscaler that wants the node: its drainability rules (1.34).

Left out: pods that take too long to end (they are waited for), and --min-replica-count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubeproof.model.cluster_autoscaler.policy import AutoscalerPolicy
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_volumes import volumes

SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"
SAFE_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"
MIRROR = "kubernetes.io/config.mirror"
REPLICATED = frozenset({"ReplicationController", "Job", "ReplicaSet", "StatefulSet"})
"""Kinds of owners that make a pod anew."""


def stays(pod: LivePod) -> bool:
    """Whether nobody moves the pod: it goes with its node."""
    owner = pod.meta.controller
    return MIRROR in pod.meta.annotations or (owner is not None and owner.kind == "DaemonSet")


def to_move(pods: Iterable[LivePod]) -> list[LivePod]:
    """The pods of a node that have to go before it does."""
    return [pod for pod in pods if not stays(pod) and not pod_state.is_terminal(pod)]


def blocked(policy: AutoscalerPolicy, pods: Sequence[LivePod], budgets: Sequence[LiveBudget]) -> str:
    """Why these pods, which have to go, may not; "" where they may. Budgets have to let all of them go."""
    for pod in pods:
        if why := _blocks(policy, pod, budgets):
            return f"{pod.meta.name} {why}"
    for budget in budgets:
        if sum(budget.guards(pod.meta) for pod in pods) > budget.status.allowed:
            return f"the budget {budget.meta.name} does not let all of them go"
    return ""


def _blocks(policy: AutoscalerPolicy, pod: LivePod, budgets: Sequence[LiveBudget]) -> str:
    """Why a pod may not go. What is said to be safe to evict may, but for budgets, which are asked for all at once."""
    told, owner = pod.meta.annotations, pod.meta.controller
    if told.get(SAFE) == "true":
        return ""
    if owner is None or owner.kind not in REPLICATED:
        return "is not replicated"
    guarded = any(budget.guards(pod.meta) for budget in budgets)
    if policy.skip_system_pods and pod.meta.namespace == "kube-system" and not guarded:
        return "is of kube-system, and no budget guards it"
    if told.get(SAFE) == "false":
        return "is not safe to evict"
    if policy.skip_local_storage and has_local_storage(pod):
        return "has local storage"
    return ""


def has_local_storage(pod: LivePod) -> bool:
    """Whether it has a volume that is its node's, but for those that it says are safe, and for memory."""
    safe = {name.strip() for name in pod.meta.annotations.get(SAFE_VOLUMES, "").split(",")}
    return any(
        one.hostPath is not None or (one.emptyDir is not None and one.emptyDir.medium != "Memory")
        for one in volumes(pod.manifest)
        if one.name not in safe
    )
