"""Whether a pod would fit on a node, as the descheduler asks it: less than the scheduler does (NodeFit, v0.34).

Asked: node selector and required node affinity, taints, requests and the number of pods, cordons, and the pod's own
required anti-affinity, on that node alone. Not asked, which is upstream's gap and kept: topology spread, affinity to
pods, anti-affinity of other pods or over more than a node, host ports, volumes, and whether the scheduler would rather
put the pod back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubeproof.model.descheduler.view import View
from kubeproof.model.logic.value import value
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.node import PODS
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import find_untolerated
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.values import ClusterValues

BASIC = ("cpu", "memory", PODS)


def fits_another(view: View, pod: LivePod, nodes: Iterable[LiveNode]) -> bool:
    """Whether it fits on one of these nodes that it is not on (PodFitsAnyOtherNode)."""
    return any(fits(view, pod, node) for node in nodes if node.meta.name != pod.node)


def fits(view: View, pod: LivePod, node: LiveNode) -> bool:
    """Whether it fits on a node that it is not on."""
    return (
        selects(pod, node)
        and find_untolerated(node.taints, pod.spec.tolerations) is None
        and not node.unschedulable
        and has_room(view, pod, node)
        and not _repelled(view, pod, node)
    )


def selects(pod: LivePod, node: LiveNode) -> bool:
    """Whether the pod's node selector and required node affinity select the node (PodMatchNodeSelector)."""
    if not pod.spec.node_selector and pod.spec.node_terms is None:
        return True
    [at] = ClusterValues(Snapshot((node.for_scheduler,))).nodes
    return bool(value(node_affinity.matches(pod.for_scheduler), at))


def has_room(view: View, pod: LivePod, node: LiveNode) -> bool:
    """Whether what the pod asks for is free there (fitsRequest); pods on their way out still take their part."""
    free = available(view, node, pod.spec.requests)
    return free[PODS] > 0 and all(amount <= free[name] for name, amount in pod.spec.requests.items())


def available(view: View, node: LiveNode, names: Iterable[str]) -> Mapping[str, int]:
    """What is free of these resources on a node, and of cpu, memory and pods (nodeAvailableResources)."""
    used = usage(view.pods(node.meta.name), names)
    return {name: node.allocatable.get(name, 0) - used[name] if _has(node, name) else 0 for name in used}


def usage(pods: Iterable[LivePod], names: Iterable[str]) -> dict[str, int]:
    """What pods ask for of these resources, and of cpu and memory, and how many they are (NodeUtilization)."""
    found = dict.fromkeys((*BASIC, *names), 0)
    for pod in pods:
        for name in found:
            found[name] += 1 if name == PODS else pod.spec.requests.get(name, 0)
    return found


def _has(node: LiveNode, name: str) -> bool:
    return name in BASIC or name in node.allocatable


def _repelled(view: View, pod: LivePod, node: LiveNode) -> bool:
    """Whether a pod on the node is one that the pod's required anti-affinity means (podMatchesInterPodAntiAffinity)."""
    for term in pod.spec.anti_affinity:
        namespaces = term.namespaces or {pod.meta.namespace}
        for other in view.pods(node.meta.name) if term.topology_key in node.meta.labels else ():
            meant = other.meta.namespace in namespaces and term.selector.matches(other.meta.labels)
            if meant and other.meta.name != pod.meta.name:
                return True
    return False
