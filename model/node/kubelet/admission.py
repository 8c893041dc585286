"""What the kubelet refuses when a pod arrives, in its own words (pkg/kubelet/lifecycle/predicate.go, v1.36).

The scheduler's filters decide (AdmissionCheck calls them), read at one node; the kubelet looks at resources first, then
at affinity, name, ports, and at NoExecute taints alone. What it does for a critical pod is told in critical.py.
Left out: device plugins, CPU and topology managers, security profiles, node shutdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.pod_status import PodStatus
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import find_untolerated
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters.node_affinity import NODE_AFFINITY
from kubeproof.model.scheduler.filters.node_name import NODE_NAME
from kubeproof.model.scheduler.filters.node_ports import NODE_PORTS
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT, extended
from kubeproof.model.scheduler.filters.taint_toleration import TAINT_TOLERATION
from kubeproof.model.scheduler.findings import by_values, rules
from kubeproof.model.scheduler.open_node import requested
from kubeproof.model.scheduler.values import ClusterValues

OS_LABEL = "kubernetes.io/os"
CRITICAL = 2_000_000_000
"""The lowest priority of a pod that the kubelet makes room for (scheduling.SystemCriticalPriority)."""

TOO_MANY_PODS = "Too many pods"
_FIRST = (PODS, "cpu", "memory", "ephemeral-storage")
_INSUFFICIENT = "Insufficient "
_OUT_OF = "OutOf"
_UNTOLERATED = "node(s) had taints that the pod didn't tolerate"


class Refusal(NamedTuple):
    """Why a pod is not taken. `resource` is what it lacks and how much, None where it is not for a resource."""

    reason: str
    message: str
    resource: tuple[str, int] | None = None


def refusal(pod: LivePod, node: Node, others: Sequence[LivePod], *, os: str = "linux") -> Refusal | None:
    """Why a node's kubelet does not take a pod beside those it has; None where it does. `os`: the node's."""
    wanted = pod.meta.labels.get(OS_LABEL)
    if wanted is not None and wanted != os:
        problem = f"Failed to admit pod as the `{OS_LABEL}` label doesn't match node label"
        return Refusal("PodOSSelectorNodeLabelDoesNotMatch", problem)
    if pod.run.os and pod.run.os != os:
        return Refusal("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
    return next(iter(refusals(pod, node, others)), None)


def refusals(pod: LivePod, node: Node, others: Sequence[LivePod]) -> Sequence[Refusal]:
    """All that the node's predicates have against a pod, in the kubelet's order; the first is what it says."""
    asking, there = _asking(pod, node), [_scheduled(other, node) for other in others]
    found = [*_lacking(asking, node, there), *_unfit(asking, node, there)]
    if not pod.run.static and find_untolerated(node.taints, pod.spec.tolerations, ("NoExecute",)) is not None:
        found.append(_predicate(TAINT_TOLERATION, _UNTOLERATED))
    return found


def rejected(refused: Refusal) -> PodStatus:
    """The status of a pod that was refused (rejectPod)."""
    return PodStatus(phase="Failed", reason=refused.reason, message=f"Pod was rejected: {refused.message}")


def is_critical(pod: LivePod) -> bool:
    """Whether the kubelet makes room for a pod rather than refuse it (IsCriticalPod): static or of system priority."""
    return pod.run.static or pod.spec.priority >= CRITICAL


def _lacking(pod: Pod, node: Node, others: Sequence[Pod]) -> Iterator[Refusal]:
    short = {
        PODS if reason == TOO_MANY_PODS else reason.removeprefix(_INSUFFICIENT)
        for _, reason in _failing(pod, node, others, (NODE_RESOURCES_FIT,))
    }
    asked = requested(pod)
    for name in (*(name for name in _FIRST if name in short), *sorted(short.difference(_FIRST))):
        want, used = asked[name], sum(requested(other).get(name, 0) for other in others)
        capacity = node.allocatable.get(name, 0)
        numbers = f"{name}, requested: {want}, used: {used}, capacity: {capacity}"
        missing = want - (capacity - used)
        yield Refusal(f"{_OUT_OF}{name}", f"Node didn't have enough resource: {numbers}", (name, missing))


def _unfit(pod: Pod, node: Node, others: Sequence[Pod]) -> Iterator[Refusal]:
    said: set[str] = set()
    for plugin, reason in _failing(pod, node, others, (NODE_AFFINITY, NODE_NAME, NODE_PORTS)):
        if plugin.name not in said:
            yield _predicate(plugin, reason)
        said.add(plugin.name)


def _predicate(plugin: Constraint, reason: str) -> Refusal:
    return Refusal(plugin.name, f"Predicate {plugin.name} failed: {reason}")


def _failing(
    pod: Pod, node: Node, others: Sequence[Pod], plugins: Sequence[Constraint]
) -> Iterator[tuple[Constraint, str]]:
    snapshot = Snapshot(nodes=(node,), pods=tuple(others))
    asked = rules(pod, Facts(snapshot, [pod]), plugins)
    failing = by_values(asked, ClusterValues(snapshot).nodes).failing(node.name)
    yield from ((asked[at].plugin, asked[at].clause.reason) for at in failing)


def _asking(pod: LivePod, node: Node) -> Pod:
    """The pod without the extended resources that the node does not know: another keeper gives those out."""
    known = {name: want for name, want in pod.spec.requests.items() if not extended(name) or name in node.allocatable}
    spec = replace(pod.spec, requests=type(pod.spec.requests)(known))
    return Pod(pod.meta.namespace, pod.meta.name, pod.meta.labels, spec, node=pod.node, uid=pod.meta.uid)


def _scheduled(pod: LivePod, node: Node) -> Pod:
    return Pod(pod.meta.namespace, pod.meta.name, pod.meta.labels, pod.spec, node=node.name, uid=pod.meta.uid)
