"""Which nodes a cluster autoscaler could do without: its scale-down planner (1.34), simulated by the scheduler itself.

Left out: that a node which could not be emptied is not tried again for five minutes, soft taints of candidates, nodes
that are not ready, and gpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from kubeproof.model.cluster_autoscaler import simulated
from kubeproof.model.cluster_autoscaler.movable import blocked, stays, to_move
from kubeproof.model.cluster_autoscaler.policy import AutoscalerPolicy
from kubeproof.model.cluster_autoscaler.simulated import placed
from kubeproof.model.component import Look
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.profile import Profile

DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled"


def unneeded(
    policy: AutoscalerPolicy, look: Look, snapshot: Snapshot, profile: Profile | None, nodes: Iterable[LiveNode]
) -> list[str]:
    """The nodes of these whose pods would all fit elsewhere, each with those before it gone (categorizeNodes)."""
    budgets = look.all("PodDisruptionBudget", LiveBudget)
    found: list[str] = []
    for node in nodes:
        pods = look.pods_on(node.meta.name)
        if node.meta.annotations.get(DISABLED) == "true" or not node.ready:
            continue
        if utilisation(node, pods) >= policy.threshold or blocked(policy, to_move(pods), budgets):
            continue
        without = moved(snapshot, profile, node.meta.name, pods)
        if without is not None:
            snapshot = without
            found.append(node.meta.name)
    return found


def utilisation(node: LiveNode, pods: Iterable[LivePod]) -> float:
    """The larger share of cpu and memory that is asked for (utilization.Calculate); 0 where a node lacks either."""
    running = [pod for pod in pods if not is_terminal(pod)]
    shares = []
    for name in ("cpu", "memory"):
        has = node.allocatable.get(name, 0)
        if not has:
            return 0.0
        shares.append(sum(pod.spec.requests.get(name, 0) for pod in running) / has)
    return max(shares)


def moved(snapshot: Snapshot, profile: Profile | None, node: str, pods: Sequence[LivePod]) -> Snapshot | None:
    """The cluster without a node, its pods on others, but for those that go with it; None where one fits on none.

    `pods` are those that are on the node; the snapshot may have put more there (SimulateNodeRemoval).
    """
    going = {f"{pod.meta.namespace}/{pod.meta.name}" for pod in pods if stays(pod)}
    leaving = [
        replace(pod, node="", deleting=False) for pod in snapshot.pods if pod.node == node and pod.key not in going
    ]
    without = snapshot.without_nodes([node])
    if not leaving:
        return without
    board = simulated.board(without.with_pods(leaving), profile)
    return board.snapshot if all(placed(board, pod.key) for pod in leaving) else None
