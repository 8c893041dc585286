"""What each field of an API object holds, as Go's structs say it: numbers' widths, what is never left out, and what is
left out when it is zero (k8s.io/api types, v1.36.2).

The fields themselves are those of lightkube-models' structs; what those do not say stands here in tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec

from kubeproof.model.manifests import schema

NUMBER, WORD, FLAG, EITHER, AMOUNT, TIME, FREE = "number", "string", "bool", "either", "amount", "time", "free"


class Field(NamedTuple):
    """One field. `kind`: NUMBER, WORD, FLAG, EITHER (a number or text), AMOUNT, TIME, FREE, or "" for a struct.

    `listed`: a list of these; `mapped`: a map of these. `go`: the Go type of one of them. `kept`: there even when it
    is zero; `pointer`: there even when it is zero, if it was given.
    """

    kind: str
    listed: bool
    mapped: bool
    struct: type[msgspec.Struct] | None
    go: str
    kept: bool
    pointer: bool


_INT64 = frozenset(
    {"terminationGracePeriodSeconds", "activeDeadlineSeconds", "tolerationSeconds", "startingDeadlineSeconds"}
    | {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "generation", "observedGeneration", "sizeBytes"}
    | {"deletionGracePeriodSeconds", "expirationSeconds", "seconds"}
)
_NAMED = {
    "restartPolicy": "RestartPolicy",
    "dnsPolicy": "DNSPolicy",
    "imagePullPolicy": "PullPolicy",
    "terminationMessagePolicy": "TerminationMessagePolicy",
    "protocol": "Protocol",
    "preemptionPolicy": "PreemptionPolicy",
    "effect": "TaintEffect",
    "whenUnsatisfiable": "UnsatisfiableConstraintAction",
    "nodeAffinityPolicy": "NodeInclusionPolicy",
    "nodeTaintsPolicy": "NodeInclusionPolicy",
    "scheme": "URIScheme",
    "concurrencyPolicy": "ConcurrencyPolicy",
    "completionMode": "CompletionMode",
    "podManagementPolicy": "PodManagementPolicyType",
    "sessionAffinity": "ServiceAffinity",
    "uid": "types.UID",
}
_ALWAYS = frozenset(
    {"Container.resources", "EphemeralContainer.resources", "PodTemplateSpec.metadata", "PodTemplateSpec.spec"}
    | {"JobTemplateSpec.metadata", "JobTemplateSpec.spec", "PersistentVolumeClaim.metadata"}
    | {"PersistentVolumeClaim.spec", "PersistentVolumeClaim.status", "PersistentVolumeClaimSpec.resources"}
    | {"DeploymentSpec.strategy", "StatefulSetSpec.updateStrategy", "DaemonSetSpec.updateStrategy"}
    | {"ReplicaSetSpec.template", "NodeStatus.daemonEndpoints", "NodeStatus.nodeInfo"}
    | {"NodeDaemonEndpoints.kubeletEndpoint", "ServiceStatus.loadBalancer", "StatefulSetStatus.availableReplicas"}
    | {f"PodDisruptionBudgetStatus.{name}" for name in ("disruptionsAllowed", "currentHealthy", "desiredHealthy")}
    | {"PodDisruptionBudgetStatus.expectedPods", "PriorityClass.metadata", "PriorityClass.value"}
    | {f"{kind}.{part}" for kind in ("Pod", "Node", "Service") for part in ("metadata", "spec", "status")}
    | {f"{kind}.{part}" for kind in ("Deployment", "ReplicaSet", "Job") for part in ("metadata", "spec", "status")}
    | {f"{kind}.{part}" for kind in ("StatefulSet", "DaemonSet") for part in ("metadata", "spec", "status")}
    | {f"{kind}.{part}" for kind in ("CronJob", "PodDisruptionBudget") for part in ("metadata", "spec", "status")}
    | {f"HorizontalPodAutoscaler.{part}" for part in ("metadata", "spec", "status")}
)
_NIL = frozenset(f"{kind}Spec.selector" for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"))
_POINTERS = frozenset(
    {"selector", "Container.restartPolicy", "preemptionPolicy", "runtimeClassName", "hostnameOverride"}
    | {"mountPropagation", "recursiveReadOnly", "nodeAffinityPolicy", "nodeTaintsPolicy", "completionMode"}
    | {"podReplacementPolicy", "managedBy", "timeZone", "ipFamilyPolicy", "internalTrafficPolicy", "storageClassName"}
    | {"trafficDistribution", "loadBalancerClass", "GRPCAction.service", "unhealthyPodEvictionPolicy", "volumeMode"}
    | {"appProtocol", "selectPolicy", "succeededIndexes", "procMount", "containerName", "HostPathVolumeSource.type"}
)
_ZERO_IS_NONE = frozenset(
    {"minReadySeconds", "hostPort", "initialDelaySeconds", "Probe.timeoutSeconds", "Probe.periodSeconds", "nodePort"}
    | {"successThreshold", "failureThreshold", "healthCheckNodePort", "generation", "observedGeneration"}
    | {f"{kind}Status.{name}" for kind in ("Deployment", "ReplicaSet") for name in ("replicas", "availableReplicas")}
    | {f"{kind}Status.readyReplicas" for kind in ("Deployment", "ReplicaSet", "StatefulSet")}
    | {"updatedReplicas", "unavailableReplicas", "fullyLabeledReplicas", "StatefulSetStatus.currentReplicas"}
    | {"updatedNumberScheduled", "numberAvailable", "numberUnavailable", "active", "succeeded", "failed"}
    | {"stdin", "stdinOnce", "tty", "hostNetwork", "hostPID", "hostIPC", "paused", "publishNotReadyAddresses"}
    | {"unschedulable", "globalDefault", "readOnly", "HorizontalPodAutoscalerStatus.currentReplicas"}
)
_KINDS = {"str": WORD, "int": NUMBER, "bool": FLAG, "FieldsV1": FREE, "Time": TIME, "IntOrString": EITHER}
_LIGHTKUBE = "lightkube.models."


@cache
def fields(cls: type[msgspec.Struct]) -> Mapping[str, Field]:
    """The fields of a struct, by their names in JSON, in their order."""
    texts, needed = _annotations(cls), schema.required_fields(cls)
    return {
        name: _field(cls, name, texts[name], shape, name in needed)
        for name, shape in schema.shapes(cls).items()
        if name != "managedFields"
    }


def go_type(cls: type[msgspec.Struct]) -> str:
    """The Go type of a struct, with the version of its package before it (v1.PodSpec)."""
    return f"{cls.__module__.rpartition('_')[2]}.{cls.__name__}"


def _field(cls: type[msgspec.Struct], name: str, text: str, shape: schema.Shape, needed: bool) -> Field:
    listed, plain = text.startswith(("List[", "Optional[List[")), re.sub(r"Optional|List|[\[\]]", "", text)
    own = f"{cls.__name__}.{name}"
    known = {name, own}
    mapped = shape.struct is None and plain == "dict"
    if shape.struct is not None:
        kind, go = "", go_type(shape.struct)
    elif mapped:
        kind = AMOUNT if shape.values == schema.Amount | None else FREE if shape.values is Any else WORD
        go = "string"
    elif plain.endswith("Quantity"):
        kind, go = AMOUNT, "resource.Quantity"
    else:
        kind = _KINDS.get(plain.rpartition(".")[2], FREE)
        width = "int64" if name in _INT64 else "int32"
        named = _NAMED.get(name, "string")
        named = named if named == "string" or "." in named else f"{go_type(cls).partition('.')[0]}.{named}"
        go = {NUMBER: width, FLAG: "bool", EITHER: "int32"}.get(kind, named)
    if cls.__name__ == "EnvVar" and name == "value":
        needed = False
    pointer = bool(known & _POINTERS) or (kind in (NUMBER, FLAG) and not known & _ZERO_IS_NONE) or kind == EITHER
    always = own in _ALWAYS or (needed and own not in _NIL)
    return Field(kind, listed, mapped, shape.struct, go, always, pointer or kind in ("", AMOUNT, TIME, FREE))


def _annotations(cls: type[msgspec.Struct]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith(_LIGHTKUBE):
            found.update(base.__annotations__)
    encoded = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    return {json: found[name] for name, json in encoded if name in found}
