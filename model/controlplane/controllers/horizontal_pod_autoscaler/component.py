"""The HorizontalPodAutoscaler controller as a component: one look each 15 seconds (reconcileAutoscaler, v1.36.2).

What pods use comes from the environment (`Load`), as metrics come from a metrics server. Left out: other targets than
Deployments, ReplicaSets and StatefulSets; two autoscalers for the same pods (AmbiguousSelector).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.behavior import (
    Change,
    Memory,
    Said,
    normalised,
    with_change,
)
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.metrics import (
    Load,
    Proposal,
    Seen,
    Unable,
    proposal,
    tolerances,
)
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.conditions import with_condition
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.hpa import HorizontalPodAutoscaler, HpaStatus
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.statefulset import StatefulSet

PERIOD = 15
"""Seconds from look to look (horizontal-pod-autoscaler-sync-period)."""

Scalable = Deployment | ReplicaSet | StatefulSet
_KINDS: Mapping[str, type[Scalable]] = {
    "Deployment": Deployment,
    "ReplicaSet": ReplicaSet,
    "StatefulSet": StatefulSet,
}


class Desired(NamedTuple):
    """The size that is wanted (None where nothing follows), the status that says why, and what is remembered."""

    replicas: int | None
    status: HpaStatus
    memory: Memory


def horizontal_pod_autoscaler(load: Load) -> Component:
    """The controller of all autoscalers under a load."""
    name = "horizontal-pod-autoscaler"
    return Component(name, each("HorizontalPodAutoscaler"), lambda look, key, pick: _decide(look, key, load))


def _decide(look: Look, key: Key, load: Load) -> Plan:
    hpa = look.get(key, HorizontalPodAutoscaler)
    if hpa is None:
        yield Remember(None)
        return
    memory = cast("Memory | None", look.memory) or Memory()
    due = look.now + PERIOD if memory.due is None else memory.due
    if look.now < due:
        yield Remember(memory._replace(due=due))
        yield Again(due)
        return
    yield Again(look.now + PERIOD)
    memory = memory._replace(due=look.now + PERIOD)
    to = hpa.spec.target
    at = Key(to.kind, key.namespace, to.name)
    target = look.get(at, _KINDS[to.kind]) if to.kind in _KINDS else None
    if target is None:
        missing = f'{to.kind.lower()}s.apps "{to.name}" not found'
        said = Said(
            False, "FailedGetScale", f"the HPA controller was unable to get the target's current scale: {missing}"
        )
        yield Remember(memory)
        yield Write("status", key, replace(hpa, status=_said(hpa.status, "AbleToScale", said, look.now)))
        return
    desired = _desired(look, hpa, target, memory, load)
    current, wanted = target.spec.replicas, desired.replicas
    status, memory = desired.status, desired.memory
    rescale = wanted is not None and wanted != current
    if wanted is not None and rescale:
        why = f"the autoscaler {hpa.meta.name} wants {wanted}"
        new = _sized(target, wanted)
        yield Write("update", at, new, why=why, when_stale="merged", subresource="scale")
        told = f"the HPA controller was able to update the target scale to {wanted}"
        status = _said(status, "AbleToScale", Said(True, "SucceededRescale", told), look.now)
        status = replace(status, last_scale_time=look.now)
        memory = with_change(memory, hpa.spec.behavior, current, wanted, look.now)
    if wanted is not None:
        status = replace(status, desired_replicas=wanted)
    yield Remember(memory)
    yield Write("status", key, replace(hpa, status=replace(status, current_replicas=current)))


def _desired(look: Look, hpa: HorizontalPodAutoscaler, target: Scalable, memory: Memory, load: Load) -> Desired:
    """The size that is wanted for a target."""
    spec, current, now = hpa.spec, target.spec.replicas, look.now
    got = Said(True, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
    status = replace(_said(hpa.status, "AbleToScale", got, now), current_metrics=())
    if not memory.recommended:
        memory = memory._replace(recommended=(Change(current, now),))
    if current == 0 and spec.min_replicas != 0:
        text = "scaling is disabled since the replica count of the target is zero"
        return Desired(0, _said(status, "ScalingActive", Said(False, "ScalingDisabled", text), now), memory)
    if current > spec.max_replicas:
        return Desired(spec.max_replicas, status, memory)
    if current < spec.min_replicas:
        return Desired(spec.min_replicas, status, memory)
    selected = target.spec.selector
    pods = [pod for pod in look.within("Pod", hpa.meta.namespace, LivePod) if selected.matches(pod.meta.labels)]
    found, failed = _proposals(hpa, current, pods, load, now)
    status = replace(status, current_metrics=tuple(one.status for one in found))
    best = max(found, key=lambda one: one.replicas, default=None)
    if best is None or (failed and best.replicas < current):
        text = f"the HPA was unable to compute the replica count: {failed[0]}"
        return Desired(None, _said(status, "ScalingActive", Said(False, "FailedGetResourceMetric", text), now), memory)
    text = f"the HPA was able to successfully calculate a replica count from {best.name}"
    status = _said(status, "ScalingActive", Said(True, "ValidMetricFound", text), now)
    normal = normalised(spec, memory, current, best.replicas, now)
    status = _said(status, "AbleToScale", normal.able, now)
    return Desired(normal.replicas, _said(status, "ScalingLimited", normal.limited, now), normal.memory)


def _proposals(
    hpa: HorizontalPodAutoscaler, current: int, pods: Sequence[LivePod], load: Load, now: int
) -> tuple[list[Proposal], list[Unable]]:
    """What each metric asks for, and why some ask for nothing (computeReplicasForMetrics)."""
    within = tolerances(hpa.spec.behavior)
    found: list[Proposal] = []
    failed: list[Unable] = []
    for metric in hpa.spec.metrics:
        try:
            found.append(proposal(metric, Seen(current, pods, load(pods, metric.resource, now), now), within))
        except Unable as why:
            failed.append(why)
    return found, failed


def _sized(target: Scalable, replicas: int) -> Scalable:
    match target:
        case Deployment():
            return replace(target, spec=replace(target.spec, replicas=replicas))
        case ReplicaSet():
            return replace(target, spec=replace(target.spec, replicas=replicas))
        case StatefulSet():
            return replace(target, spec=replace(target.spec, replicas=replicas))


def _said(status: HpaStatus, type_: str, said: Said, now: int) -> HpaStatus:
    new = Condition(type_, "True" if said.holds else "False", said.reason, said.message)
    return replace(status, conditions=with_condition(status.conditions, new, now))
