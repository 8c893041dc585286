"""Which fields of an API object no struct of ours holds: what is not compared when a recording is followed.

The tables say what is held: a name with a star, all that is below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

Json = Any

_META = (
    "name namespace uid labels* annotations* ownerReferences* finalizers* generation resourceVersion creationTimestamp "
    "deletionTimestamp deletionGracePeriodSeconds"
)
_PROBE = (
    "initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold terminationGracePeriodSeconds"
)
_POD_SPEC = (
    "nodeName nodeSelector* affinity* tolerations* topologySpreadConstraints* priority preemptionPolicy schedulerName "
    "schedulingGates* resourceClaims* restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds "
    "readinessGates* runtimeClassName hostNetwork os* volumes* overhead* resources*"
)
_CONTAINER = "name image restartPolicy restartPolicyRules* resources* ports*"
_CONDITION = "type status reason message lastTransitionTime lastHeartbeatTime lastUpdateTime observedGeneration"
_CONTAINER_STATUS = "name state* lastState* ready started restartCount"
_COUNTS = (
    "replicas fullyLabeledReplicas readyReplicas availableReplicas terminatingReplicas updatedReplicas "
    "unavailableReplicas currentReplicas currentRevision updateRevision collisionCount observedGeneration"
)


def _below(path: str, names: str) -> Iterator[str]:
    return (f"{path}.{name}" for name in names.split())


def _pod_spec(path: str) -> Iterator[str]:
    yield from _below(path, _POD_SPEC)
    for containers in ("containers", "initContainers"):
        yield from _below(f"{path}.{containers}", _CONTAINER)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            yield from _below(f"{path}.{containers}.{probe}", _PROBE)


def _workload(spec: str, status: str = _COUNTS) -> tuple[str, ...]:
    return (
        *_below("spec", spec),
        *_below("spec.template.metadata", "labels* annotations* finalizers*"),
        *_pod_spec("spec.template.spec"),
        *_below("status", status),
        *_below("status.conditions", _CONDITION),
    )


HELD: Mapping[str, tuple[str, ...]] = {
    "Pod": (
        *_pod_spec("spec"),
        *_below("status", "phase reason message startTime nominatedNodeName"),
        *_below("status.conditions", _CONDITION),
        *(path for part in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
          for path in _below(f"status.{part}", _CONTAINER_STATUS)),
    ),
    "Node": (
        *_below("spec", "unschedulable"),
        *_below("spec.taints", "key value effect"),
        *_below("status", "allocatable* images*"),
        *_below("status.conditions", _CONDITION),
    ),
    "ReplicaSet": _workload("replicas minReadySeconds selector*"),
    "Deployment": _workload(
        "replicas minReadySeconds selector* strategy* revisionHistoryLimit progressDeadlineSeconds paused"
    ),
    "StatefulSet": _workload(
        "replicas minReadySeconds selector* serviceName podManagementPolicy updateStrategy* revisionHistoryLimit "
        "ordinals* persistentVolumeClaimRetentionPolicy* volumeClaimTemplates*"
    ),
    "DaemonSet": _workload(
        "minReadySeconds selector* updateStrategy* revisionHistoryLimit",
        "currentNumberScheduled desiredNumberScheduled numberAvailable numberMisscheduled numberReady "
        "numberUnavailable updatedNumberScheduled observedGeneration collisionCount",
    ),
    "Job": _workload(
        "parallelism completions completionMode backoffLimit backoffLimitPerIndex maxFailedIndexes "
        "activeDeadlineSeconds ttlSecondsAfterFinished suspend podFailurePolicy* successPolicy* podReplacementPolicy "
        "managedBy selector*",
        "startTime completionTime active succeeded failed terminating ready completedIndexes failedIndexes "
        "uncountedTerminatedPods*",
    ),
    "CronJob": (
        *_below("spec", "schedule timeZone concurrencyPolicy suspend startingDeadlineSeconds jobTemplate* "
                "successfulJobsHistoryLimit failedJobsHistoryLimit"),
        *_below("status", "lastScheduleTime lastSuccessfulTime"),
        *_below("status.active", "namespace name uid"),
    ),
    "PodDisruptionBudget": (
        *_below("spec", "selector* minAvailable maxUnavailable unhealthyPodEvictionPolicy"),
        *_below("status", "disruptionsAllowed currentHealthy desiredHealthy expectedPods disruptedPods* "
                "observedGeneration"),
        *_below("status.conditions", _CONDITION),
    ),
    "ControllerRevision": ("data*", "revision"),
    "ResourceQuota": (*_below("spec", "hard* scopes scopeSelector*"), *_below("status", "hard* used*")),
    "EndpointSlice": (
        *_below("endpoints", "addresses conditions* targetRef* nodeName zone"),
        *_below("ports", "name port protocol"),
    ),
    "Service": (
        *_below("spec", "selector* type clusterIP publishNotReadyAddresses internalTrafficPolicy externalTrafficPolicy "
                "externalIPs loadBalancerClass allocateLoadBalancerNodePorts trafficDistribution sessionAffinity "
                "sessionAffinityConfig*"),
        *_below("spec.ports", "name port targetPort protocol nodePort"),
        *_below("status", "loadBalancer*"),
    ),
}  # fmt: skip
"""What is held of each kind, beside its metadata."""


def not_compared(kind: str, raw: Json) -> Iterator[str]:
    """The paths of fields that an object has and no struct of ours holds, each once, with the kind in front."""
    tree = _tree(kind)
    yield from dict.fromkeys(f"{kind} {path}" for path in _unheld(raw, tree, ""))


def _unheld(raw: Json, tree: Mapping[str, Any], path: str) -> Iterator[str]:
    if isinstance(raw, list):
        for one in raw:
            yield from _unheld(one, tree, f"{path}[]")
    elif isinstance(raw, dict):
        for name, value in raw.items():
            below, here = tree.get(name), f"{path}.{name}" if path else name
            if below is None:
                yield here
            elif below:
                yield from _unheld(value, below, here)


@cache
def _tree(kind: str) -> Mapping[str, Any]:
    held = ("kind", "apiVersion", *_below("metadata", _META), *HELD.get(kind, ()))
    return _grown(path.removesuffix("*").split(".") for path in held)


def _grown(paths: Iterable[list[str]]) -> Mapping[str, Any]:
    tree: dict[str, Any] = {}
    for path in paths:
        here = tree
        for name in path:
            here = here.setdefault(name, {})
    return tree
