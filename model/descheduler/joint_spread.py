"""Whether a pod could move without breaking its other hard spread constraints: what descheduler PR #1918 proposes.

No release has it: policies ask for it by `TopologySpread(joint=True)` alone, and no file can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kubeproof.model.descheduler.node_fit import fits
from kubeproof.model.descheduler.spread_asked import Asked
from kubeproof.model.descheduler.view import View
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod


def could_move(view: View, pod: LivePod, balanced: Asked, wanting: Iterable[LiveNode], pods: Sequence[LivePod]) -> bool:
    """Whether it fits on one of the wanting nodes, and no constraint but the balanced one is broken there
    (podFitsAnyNodeWithoutViolatingConstraints). `pods`: those of its namespace that are counted."""
    others = [Asked(one, pod) for one in pod.spec.spread if one.hard and not _is_balanced(one.topology_key, balanced)]
    counts = [(one, _counted(view, one, pods)) for one in others]
    return not others or any(
        node.meta.name != pod.node and fits(view, pod, node) and all(_keeps(one, at, node) for one, at in counts)
        for node in wanting
    )


def _is_balanced(key: str, balanced: Asked) -> bool:
    return balanced.constraint.hard and balanced.constraint.topology_key == key


def _counted(view: View, asked: Asked, pods: Iterable[LivePod]) -> Counter[str]:
    """How many pods each domain has once the pod has left (countPodsPerDomain)."""
    key, moving = asked.constraint.topology_key, asked.pod.meta
    nodes = {node.meta.name: node.meta.labels.get(key) for node in view.nodes if asked.counts(node)}
    found = Counter(dict.fromkeys((value for value in nodes.values() if value is not None), 0))
    for pod in pods:
        value = nodes.get(pod.node)
        counted = pod.meta.deleted_at is None and asked.constraint.selector.matches(pod.meta.labels)
        if value is not None and counted and pod.meta.name != moving.name:
            found[value] += 1
    return found


def _keeps(asked: Asked, counts: Counter[str], node: LiveNode) -> bool:
    """Whether one pod more on a node keeps the constraint; a node without its label is exempt."""
    value = node.meta.labels.get(asked.constraint.topology_key)
    fewest = min(counts.values(), default=0) if len(counts) >= asked.constraint.min_domains else 0
    return value is None or counts[value] + 1 - fewest <= asked.constraint.max_skew
