"""Which pods the kubelet ends to make room for a critical one (pkg/kubelet/preemption/preemption.go, v1.36).

As few as it can, guaranteed pods last: among pods of a class, again and again the one that comes nearest to what is
still missing. Amounts: cpu in millicores, everything else in units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kubeproof.model.node.kubelet.admission import Refusal, is_critical, refusals
from kubeproof.model.node.kubelet.pod_qos import qos_of
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod_status import Condition, PodStatus
from kubeproof.model.objects.qos import Class

REASON, MESSAGE = "Preempting", "Preempted in order to admit critical pod"
DISRUPTION = Condition(
    "DisruptionTarget",
    "True",
    "TerminationByKubelet",
    "Pod was preempted by Kubelet to accommodate a critical pod.",
)

Missing = Mapping[str, float]
"""How much is missing of each resource, all more than zero."""


def preempted_status() -> PodStatus:
    """The status of a pod that is ended to make room."""
    return PodStatus(phase="Failed", reason=REASON, message=MESSAGE, conditions=(DISRUPTION,))


def victims(pod: LivePod, node: Node, others: Sequence[LivePod]) -> tuple[LivePod, ...] | None:
    """The pods to end so that a critical pod fits; none where it fits, None where that cannot be had."""
    refused = refusals(pod, node, others)
    if not refused:
        return ()
    if not is_critical(pod) or any(refusal.resource is None for refusal in refused):
        return None
    missing = _missing(refused)
    classes: dict[Class, list[LivePod]] = {"BestEffort": [], "Burstable": [], "Guaranteed": []}
    for other in others:
        if _yields(other, pod):
            classes[qos_of(other.run)].append(other)
    best, burst, guaranteed = classes.values()
    if _less(missing, (*best, *burst, *guaranteed)):
        return None
    last = _nearest(guaranteed, _less(missing, (*best, *burst)))
    middle = _nearest(burst, _less(missing, (*best, *last)))
    first = _nearest(best, _less(missing, (*middle, *last)))
    return (*first, *middle, *last)


def _missing(refused: Iterable[Refusal]) -> Missing:
    return {refusal.resource[0]: refusal.resource[1] for refusal in refused if refusal.resource is not None}


def _yields(pod: LivePod, to: LivePod) -> bool:
    """Whether a pod may be ended for another (Preemptable): a critical one for no pod that is not, nor for an equal."""
    if is_critical(to) and not is_critical(pod):
        return True
    return to.spec.priority > pod.spec.priority


def _request(pod: LivePod, resource: str) -> int:
    return 1 if resource == PODS else pod.spec.requests.get(resource, 0)


def _less(missing: Missing, pods: Iterable[LivePod]) -> Missing:
    """What is still missing once these pods are gone."""
    gone = tuple(pods)
    left = {name: amount - sum(_request(pod, name) for pod in gone) for name, amount in missing.items()}
    return {name: amount for name, amount in left.items() if amount > 0}


def _nearest(pods: Sequence[LivePod], missing: Missing) -> tuple[LivePod, ...]:
    chosen: list[LivePod] = []
    left = list(pods)
    while missing and left:
        best = 0
        for at, pod in enumerate(left):
            ours, theirs = _distance(pod, missing), _distance(left[best], missing)
            if ours < theirs or (ours == theirs and _asks_less(pod, left[best])):
                best = at
        missing = _less(missing, [left[best]])
        chosen.append(left[best])
        # The last takes the place of the chosen, as upstream's slice has it.
        left[best] = left[-1]
        left.pop()
    return tuple(chosen)


def _distance(pod: LivePod, missing: Missing) -> float:
    return sum((max(amount - _request(pod, name), 0) / amount) ** 2 for name, amount in missing.items())


def _asks_less(pod: LivePod, than: LivePod) -> bool:
    for resource in ("memory", "cpu"):
        ours, theirs = _request(pod, resource), _request(than, resource)
        if ours != theirs:
            return ours < theirs
    return True
