"""What the API server fills into each kind, in decoded JSON (pkg/apis/*/v1/defaults.go, v1.36.2).

Pods and their templates are defaulted as everywhere (objects/defaults.py); this module knows where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from lightkube.models import core_v1

from kubeproof.model.controlplane.validation import decode
from kubeproof.model.manifests import schema
from kubeproof.model.objects import defaults

Json = Any
_SPEC: Any = schema.strict(core_v1.PodSpec)


def defaulted(kind: str, raw: Json) -> Json:
    """The decoded object with the defaults of its kind; a kind without any stays as it is."""
    rule = _RULES.get(kind)
    return raw if rule is None else rule(raw)


def pod_json(spec: core_v1.PodSpec) -> Json:
    """The spec of a pod as decoded JSON."""
    return decode.decoded(msgspec.to_builtins(spec), _SPEC)[0]


def typed_pod(spec: Json) -> core_v1.PodSpec:
    """The spec of a pod as a struct, from decoded JSON."""
    made: core_v1.PodSpec = msgspec.convert(spec, _SPEC)
    return made


def _with_spec(rule: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda raw: {**raw, "spec": rule(raw["spec"])}


def _or(raw: Json, values: Mapping[str, Json]) -> Json:
    """The struct with these values where it has none; "" is none, where Go has no pointer."""
    return {**raw, **{field: value for field, value in values.items() if raw.get(field) in (None, "")}}


def _pod(spec: Json) -> Json:
    if spec.get("terminationGracePeriodSeconds", 0) < 0:
        spec = {**spec, "terminationGracePeriodSeconds": 1}  # Convert_v1_Pod_To_core_Pod
    return pod_json(defaults.default_pod(typed_pod(spec)))


def _template(template: Json) -> Json:
    return {**template, "spec": pod_json(defaults.default_template(typed_pod(template["spec"])))}


def _deployment(spec: Json) -> Json:
    strategy = _or(spec["strategy"], {"type": "RollingUpdate"})
    if strategy["type"] == "RollingUpdate":
        rolling = _or(strategy.get("rollingUpdate", {}), {"maxUnavailable": "25%", "maxSurge": "25%"})
        strategy = {**strategy, "rollingUpdate": rolling}
    filled = _or(spec, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})
    return {**filled, "strategy": strategy, "template": _template(spec["template"])}


def _replica_set(spec: Json) -> Json:
    return {**_or(spec, {"replicas": 1}), "template": _template(spec["template"])}


def _stateful_set(spec: Json) -> Json:
    update = _or(spec["updateStrategy"], {"type": "RollingUpdate"})
    if update["type"] == "RollingUpdate":
        update = {**update, "rollingUpdate": _or(update.get("rollingUpdate", {}), {"partition": 0})}
    kept = _or(spec.get("persistentVolumeClaimRetentionPolicy", {}), {"whenDeleted": "Retain", "whenScaled": "Retain"})
    filled = _or(spec, {"replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"})
    filled |= {"updateStrategy": update, "persistentVolumeClaimRetentionPolicy": kept}
    if claims := spec.get("volumeClaimTemplates"):
        filled |= {"volumeClaimTemplates": [_claim(one) for one in claims]}
    return {**filled, "template": _template(spec["template"])}


def _claim(claim: Json) -> Json:
    named = _or(claim, {"kind": "PersistentVolumeClaim", "apiVersion": "v1"})
    spec = _or(claim["spec"], {"volumeMode": "Filesystem"})
    return {**named, "spec": spec, "status": _or(claim["status"], {"phase": "Pending"})}


def _daemon_set(spec: Json) -> Json:
    update = _or(spec["updateStrategy"], {"type": "RollingUpdate"})
    if update["type"] == "RollingUpdate":
        rolling = _or(update.get("rollingUpdate", {}), {"maxUnavailable": 1, "maxSurge": 0})
        update = {**update, "rollingUpdate": rolling}
    filled = _or(spec, {"revisionHistoryLimit": 10})
    return {**filled, "updateStrategy": update, "template": _template(spec["template"])}


def _job(raw: Json) -> Json:
    spec, labels = raw["spec"], raw["spec"]["template"]["metadata"].get("labels")
    if "completions" not in spec and "parallelism" not in spec:
        spec = {**spec, "completions": 1}
    policy = "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed"
    limit = 2**31 - 1 if "backoffLimitPerIndex" in spec else 6
    spec = _or(spec, {"parallelism": 1, "backoffLimit": limit, "completionMode": "NonIndexed", "suspend": False})
    spec = _or(spec, {"podReplacementPolicy": policy, "manualSelector": False})
    about = _or(raw["metadata"], {"labels": labels}) if labels else raw["metadata"]
    return {**raw, "metadata": about, "spec": _job_parts(spec)}


def _job_parts(spec: Json) -> Json:
    """What a CronJob's template of Jobs has of a Job's defaults, too: those of the parts, not those of the whole."""
    spec = {**spec, "template": _template(spec["template"])}
    if "podFailurePolicy" in spec:
        rules = [_failure_rule(rule) for rule in spec["podFailurePolicy"]["rules"]]
        spec |= {"podFailurePolicy": {**spec["podFailurePolicy"], "rules": rules}}
    return spec


def _failure_rule(rule: Json) -> Json:
    if "onPodConditions" not in rule:
        return rule
    return {**rule, "onPodConditions": [_or(one, {"status": "True"}) for one in rule["onPodConditions"]]}


def _cron_job(spec: Json) -> Json:
    filled = _or(spec, {"concurrencyPolicy": "Allow", "suspend": False})
    filled = _or(filled, {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1})
    template = spec["jobTemplate"]
    return {**filled, "jobTemplate": {**template, "spec": _job_parts(template["spec"])}}


def _service(spec: Json) -> Json:
    kind = spec.get("type") or "ClusterIP"
    spec = _or(spec, {"sessionAffinity": "None", "type": "ClusterIP"})
    if spec["sessionAffinity"] == "None":
        spec = {field: value for field, value in spec.items() if field != "sessionAffinityConfig"}
    if spec["sessionAffinity"] == "ClientIP":
        client = _or(spec.get("sessionAffinityConfig", {}).get("clientIP", {}), {"timeoutSeconds": 10_800})
        spec = {**spec, "sessionAffinityConfig": {"clientIP": client}}
    if ports := spec.get("ports"):
        spec = {**spec, "ports": [_service_port(port) for port in ports]}
    if kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs")):
        spec = _or(spec, {"externalTrafficPolicy": "Cluster"})
    if kind in ("NodePort", "LoadBalancer", "ClusterIP"):
        spec = _or(spec, {"internalTrafficPolicy": "Cluster"})
    return _or(spec, {"allocateLoadBalancerNodePorts": True}) if kind == "LoadBalancer" else spec


def _service_port(port: Json) -> Json:
    target = port.get("targetPort")
    return {**_or(port, {"protocol": "TCP"}), "targetPort": port["port"] if target in (None, 0, "") else target}


_UP: Mapping[str, Json] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: Mapping[str, Json] = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}
_ON_CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}


def _autoscaler(spec: Json) -> Json:
    spec = _or(spec, {"minReplicas": 1, "metrics": [_ON_CPU]})
    if "behavior" not in spec:
        return spec
    up, down = (spec["behavior"].get(field, {}) for field in ("scaleUp", "scaleDown"))
    return {**spec, "behavior": {"scaleUp": _or(up, _UP), "scaleDown": _or(down, _DOWN)}}


def _node(raw: Json) -> Json:
    spec, status = raw["spec"], raw["status"]
    if "podCIDR" in spec and "podCIDRs" not in spec:
        spec = {**spec, "podCIDRs": [spec["podCIDR"]]}
    elif "podCIDRs" in spec and "podCIDR" not in spec:
        spec = {**spec, "podCIDR": spec["podCIDRs"][0]}
    if "capacity" in status and "allocatable" not in status:
        status = {**status, "allocatable": status["capacity"]}
    return {**raw, "spec": spec, "status": status}


def _priority_class(raw: Json) -> Json:
    return _or(raw, {"preemptionPolicy": "PreemptLowerPriority"})


_RULES: Mapping[str, Callable[[Json], Json]] = {
    "Pod": _with_spec(_pod),
    "Node": _node,
    "Service": _with_spec(_service),
    "Deployment": _with_spec(_deployment),
    "ReplicaSet": _with_spec(_replica_set),
    "StatefulSet": _with_spec(_stateful_set),
    "DaemonSet": _with_spec(_daemon_set),
    "Job": _job,
    "CronJob": _with_spec(_cron_job),
    "HorizontalPodAutoscaler": _with_spec(_autoscaler),
    "PriorityClass": _priority_class,
}
