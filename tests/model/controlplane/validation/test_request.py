"""What the API server says to requests: a table of refusals with their exact texts, and what is stored else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from kubeproof.model.controlplane.validation.request import Accepted, Refused, Request, answer
from kubeproof.model.errors import NotModelled

Json = Any
POD: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "labels": {"app": "p"}},
    "spec": {"containers": [{"name": "c", "image": "app:v1"}]},
}
_TEMPLATE: Json = {"metadata": {"labels": {"app": "w"}}, "spec": {"containers": [{"name": "c", "image": "app:v1"}]}}
_ONCE: Json = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "app:v1"}]}}
_WORKLOAD: Json = {"selector": {"matchLabels": {"app": "w"}}, "template": _TEMPLATE}
_ON_CPU: Json = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 5}},
}
BASES: dict[str, Json] = {
    "Pod": POD,
    "Deployment": {"apiVersion": "apps/v1", "metadata": {"name": "w"}, "spec": {"replicas": 1, **_WORKLOAD}},
    "ReplicaSet": {"apiVersion": "apps/v1", "metadata": {"name": "w"}, "spec": {"replicas": 1, **_WORKLOAD}},
    "StatefulSet": {"apiVersion": "apps/v1", "metadata": {"name": "w"}, "spec": {"serviceName": "w", **_WORKLOAD}},
    "DaemonSet": {"apiVersion": "apps/v1", "metadata": {"name": "w"}, "spec": {**_WORKLOAD}},
    "Job": {"apiVersion": "batch/v1", "metadata": {"name": "j"}, "spec": {"template": _ONCE}},
    "CronJob": {
        "apiVersion": "batch/v1",
        "metadata": {"name": "cj"},
        "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": _ONCE}}},
    },
    "Service": {"apiVersion": "v1", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}},
    "PodDisruptionBudget": {"apiVersion": "policy/v1", "metadata": {"name": "b"}, "spec": {"selector": {}}},
    "HorizontalPodAutoscaler": {
        "apiVersion": "autoscaling/v2",
        "metadata": {"name": "h"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "w"}, "maxReplicas": 3, "metrics": [_ON_CPU]},
    },
    "Node": {"apiVersion": "v1", "metadata": {"name": "n"}, "spec": {}},
    "PriorityClass": {"apiVersion": "scheduling.k8s.io/v1", "metadata": {"name": "pc"}, "value": 5},
}
UID = "6b4b36ab-0000-4000-8000-000000000000"


class Case(NamedTuple):
    """A sentence, the kind, what is put into its base at which path, and what the server says of it."""

    sentence: str
    kind: str
    put: dict[str, Json]
    says: str


C = "spec.containers.0"
ONE_PORT = "must be between 1 and 65535, inclusive"
CASES = (
    Case(
        "two probes of one container are two handlers",
        "Pod",
        {f"{C}.livenessProbe": {"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}},
        "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
    ),
    Case(
        "a liveness probe succeeds at once",
        "Pod",
        {f"{C}.livenessProbe": {"tcpSocket": {"port": 1}, "successThreshold": 2}},
        "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
    ),
    Case(
        "a probe's port is a port",
        "Pod",
        {f"{C}.readinessProbe": {"tcpSocket": {"port": 65536}}},
        f"spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: 65536: {ONE_PORT}",
    ),
    Case(
        "sleep ends within the grace period",
        "Pod",
        {f"{C}.lifecycle": {"preStop": {"sleep": {"seconds": 31}}}},
        "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: "
        "must be non-negative and less than terminationGracePeriodSeconds (30)",
    ),
    Case(
        "a mount needs its volume",
        "Pod",
        {f"{C}.volumeMounts": [{"name": "v", "mountPath": "/x"}]},
        'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ),
    Case(
        "a path in a volume stays in it",
        "Pod",
        {
            "spec.volumes": [{"name": "v"}],
            f"{C}.volumeMounts": [{"name": "v", "mountPath": "/x", "subPath": "a/../b"}],
        },
        "spec.containers[0].volumeMounts[0].subPath: Invalid value: \"a/../b\": must not contain '..'",
    ),
    Case(
        "a volume has one source",
        "Pod",
        {"spec.volumes": [{"name": "v", "emptyDir": {}, "hostPath": {"path": "/x"}}]},
        "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
    ),
    Case(
        "a variable has one source",
        "Pod",
        {f"{C}.env": [{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]},
        'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ),
    Case(
        "a port of the node is taken once",
        "Pod",
        {f"{C}.ports": [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9}]},
        'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//9"',
    ),
    Case(
        "an amount is not negative",
        "Pod",
        {f"{C}.resources": {"requests": {"cpu": "-1"}}},
        'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ),
    Case(
        "an extended resource is whole and needs its limit",
        "Pod",
        {f"{C}.resources": {"requests": {"a.b/c": "500m"}}},
        '[spec.containers[0].resources.requests[a.b/c]: Invalid value: "500m": must be an integer, '
        "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources]",
    ),
    Case(
        "tolerations without key tolerate everything",
        "Pod",
        {"spec.tolerations": [{"operator": "Equal"}]},
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, '
        'which means "match all values and all keys"',
    ),
    Case(
        "minDomains is for hard constraints",
        "Pod",
        {
            "spec.topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "ScheduleAnyway", "minDomains": 2}
            ]
        },
        "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: "
        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
    ),
    Case(
        "a node selector has terms",
        "Pod",
        {"spec.affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}},
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: "
        "Required value: must have at least one node selector term",
    ),
    Case(
        "DNS of its own needs servers",
        "Pod",
        {"spec.dnsPolicy": "None"},
        "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None",
    ),
    Case(
        "a user is no negative number",
        "Pod",
        {"spec.securityContext": {"runAsUser": -1}},
        "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
    ),
    Case(
        "rules of restarts need a policy",
        "Pod",
        {f"{C}.restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]},
        "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used",
    ),
    Case(
        "finalizers are qualified, and all that is wrong is told",
        "Pod",
        {"metadata.finalizers": ["a"], "spec.hostname": "-"},
        '[metadata.finalizers[0]: Invalid value: "a": name is neither a standard finalizer name nor is it fully '
        'qualified, spec.hostname: Invalid value: "-": a lowercase RFC 1123 label must consist of lower case '
        "alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
        "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]",
    ),
    Case(
        "memory comes in whole huge pages",
        "Pod",
        {f"{C}.resources": {"limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}, "requests": {"hugepages-2Mi": "3Mi"}}},
        '[spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": '
        "3Mi is not positive integer multiple of hugepages-2Mi, "
        'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": '
        "3Mi is not positive integer multiple of hugepages-2Mi]",
    ),
    Case(
        "a pod asks for what its containers ask for",
        "Pod",
        {"spec.resources": {"requests": {"a.b/c": "1"}}},
        '[spec.resources.requests[a.b/c]: Unsupported value: "a.b/c": supported values: "cpu", "hugepages-", "memory", '
        "spec.resources.limits: Required value: Limit must be set for non overcommitable resources]",
    ),
    Case(
        "a key is matched once",
        "Pod",
        {
            "spec.topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "z",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"app": "p"}},
                    "matchLabelKeys": ["app"],
                }
            ]
        },
        'spec.topologySpreadConstraints[0][0]: Invalid value: "app": exists in both matchLabelKeys and labelSelector',
    ),
    Case(
        "a gated pod has no node yet",
        "Pod",
        {"spec.schedulingGates": [{"name": "g"}], "spec.nodeName": "n"},
        "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
    ),
    Case(
        "ephemeral containers come later",
        "Pod",
        {"spec.ephemeralContainers": [{"name": "e", "image": "i"}]},
        "spec.ephemeralContainers: Forbidden: cannot be set on create",
    ),
    Case(
        "unavailability is at most all",
        "Deployment",
        {"spec.strategy": {"rollingUpdate": {"maxUnavailable": "101%"}}},
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ),
    Case(
        "a selector is needed",
        "ReplicaSet",
        {"spec.selector": None},
        '[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"w"}: '
        "`selector` does not match template `labels`]",
    ),
    Case(
        "claims are kept or deleted",
        "StatefulSet",
        {"spec.persistentVolumeClaimRetentionPolicy": {"whenScaled": "Keep"}},
        'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": '
        'supported values: "Retain", "Delete"',
    ),
    Case(
        "a surge and unavailability exclude each other",
        "DaemonSet",
        {"spec.updateStrategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}}},
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
    ),
    Case(
        "an Indexed Job's pods need names",
        "Job",
        {"metadata.name": "a" * 62, "spec.completionMode": "Indexed"},
        f'metadata.name: Invalid value: "{"a" * 62}": will not able to create pod with invalid DNS label: {"a" * 62}-0',
    ),
    Case(
        "failed indices need a back-off of each",
        "Job",
        {"spec.completionMode": "Indexed", "spec.completions": 2, "spec.maxFailedIndexes": 3},
        "[spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified, "
        "spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions]",
    ),
    Case(
        "indices come in order",
        "Job",
        {
            "spec.completionMode": "Indexed",
            "spec.completions": 5,
            "spec.successPolicy": {"rules": [{"succeededIndexes": "3,1"}]},
        },
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "3,1": '
        "error parsing succeededIndexes: non-increasing order, previous: 3, current: 1",
    ),
    Case(
        "a CronJob's name leaves room",
        "CronJob",
        {"metadata.name": "a" * 53},
        f'metadata.name: Invalid value: "{"a" * 53}": must be no more than 52 characters',
    ),
    Case(
        "a CronJob's Jobs select their own pods",
        "CronJob",
        {"spec.jobTemplate.spec.manualSelector": True},
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    ),
    Case(
        "a port of the nodes is for other types",
        "Service",
        {"spec.ports.0.nodePort": 30000},
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ),
    Case(
        "the nodes' ports are a range",
        "Service",
        {"spec.type": "NodePort", "spec.ports.0.nodePort": 80},
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
        "The range of valid ports is 30000-32767",
    ),
    Case(
        "a budget says one of the two",
        "PodDisruptionBudget",
        {"spec.minAvailable": -1},
        "spec.minAvailable: Invalid value: -1: must be greater than or equal to 0",
    ),
    Case(
        "a budget does not say both",
        "PodDisruptionBudget",
        {"spec.minAvailable": 1, "spec.maxUnavailable": "1%"},
        'spec: Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":"1%",'
        '"UnhealthyPodEvictionPolicy":null}: '
        "minAvailable and maxUnavailable cannot be both set",
    ),
    Case(
        "a strategy is one of two",
        "StatefulSet",
        {"spec.updateStrategy": {"type": "Foo"}},
        'spec.updateStrategy: Invalid value: {"Type":"Foo","RollingUpdate":null}: '
        "must be 'RollingUpdate' or 'OnDelete'",
    ),
    Case(
        "a Job's own selector is told to be its own",
        "Job",
        {"spec.selector": {"matchLabels": {"z": "1", "a": "2"}}},
        '[spec.selector: Invalid value: {"matchLabels":{"a":"2","z":"1"}}: `selector` not auto-generated, '
        'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":'
        f'"{UID}","batch.kubernetes.io/job-name":"j","controller-uid":"{UID}","job-name":"j"}}: '
        "`selector` does not match template `labels`]",
    ),
    Case(
        "an autoscaler has room",
        "HorizontalPodAutoscaler",
        {"spec.maxReplicas": 0},
        "[spec.maxReplicas: Invalid value: 0: must be greater than 0, "
        "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`]",
    ),
    Case(
        "a metric says where it comes from",
        "HorizontalPodAutoscaler",
        {"spec.metrics": [{"type": "Pods"}]},
        "spec.metrics[0].pods: Required value: must populate information for the given metric source",
    ),
    Case(
        "a taint has an effect",
        "Node",
        {"spec.taints": [{"key": "a"}]},
        "metadata.taints[0].effect: Required value",
    ),
    Case(
        "a system class is known",
        "PriorityClass",
        {"metadata.name": "system-node-critical"},
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. "
        "error: value of system-node-critical PriorityClass must be 2000001000",
    ),
)


def made(kind: str, put: dict[str, Json]) -> Json:
    """The base of a kind with these values at these paths; None takes a field away."""
    manifest = {**deepcopy(BASES[kind]), "kind": kind}
    for path, value in put.items():
        *steps, last = path.split(".")
        at: Json = manifest
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        at[last] = value
    return manifest


def case(sentence: str) -> Case:
    """The case of a sentence."""
    return next(one for one in CASES if one.sentence == sentence)


def check(one: Case) -> None:
    """The server refuses it with that text."""
    answered = answer(Request(one.kind, made(one.kind, one.put), uid=UID))
    assert isinstance(answered, Refused)
    assert answered.message.partition(" is invalid: ")[2] == one.says
    assert (answered.code, answered.reason) == (422, "Invalid")


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.sentence)
def test_a_field_is_refused(one: Case) -> None:
    check(one)


@pytest.mark.parametrize("kind", BASES)
def test_a_base_is_accepted_and_what_is_stored_is_accepted_again(kind: str) -> None:
    first = answer(Request(kind, made(kind, {}), uid=UID))
    assert isinstance(first, Accepted)
    again = answer(Request(kind, first.stored, old=first.stored))
    assert again == Accepted(200, first.stored)


STORED: tuple[tuple[str, str, dict[str, Json]], ...] = (
    ("an autoscaler's behaviour is completed", "HorizontalPodAutoscaler", {"spec.behavior": {"scaleUp": {}}}),
    ("a claim's template has a mode", "StatefulSet", {"spec.volumeClaimTemplates": [{"metadata": {"name": "d"}}]}),
)
WITH = {
    "an autoscaler's behaviour is completed": {
        "scaleUp": {
            "stabilizationWindowSeconds": 0,
            "selectPolicy": "Max",
            "policies": [
                {"type": "Pods", "value": 4, "periodSeconds": 15},
                {"type": "Percent", "value": 100, "periodSeconds": 15},
            ],
        },
        "scaleDown": {
            "selectPolicy": "Max",
            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
        },
    },
    "a claim's template has a mode": [
        {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            "metadata": {"name": "d"},
            "spec": {"resources": {}, "volumeMode": "Filesystem"},
            "status": {"phase": "Pending"},
        }
    ],
}


@pytest.mark.parametrize(("sentence", "kind", "put"), STORED)
def test_defaults_are_filled_in(sentence: str, kind: str, put: dict[str, Json]) -> None:
    answered = answer(Request(kind, made(kind, put)))
    assert isinstance(answered, Accepted)
    assert answered.stored["spec"][next(iter(put)).partition(".")[2]] == WITH[sentence]


def test_unknown_fields_are_dropped_or_with_strict_validation_refused() -> None:
    manifest = made("Pod", {"spec.foo": 1, f"{C}.bar": {}})
    assert isinstance(answer(Request("Pod", manifest)), Accepted)
    assert answer(Request("Pod", manifest, strict=True)) == Refused(
        400,
        "BadRequest",
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.foo", unknown field "spec.containers[0].bar"',
    )


MALFORMED: tuple[tuple[str, dict[str, Json], str, str], ...] = (
    ("a map of text holds text", {"metadata.labels": {"a": 1}}, "number", "ObjectMeta.metadata.labels of type string"),
    ("a list is a list", {"spec.containers": {}}, "object", "PodSpec.spec.containers of type []v1.Container"),
    ("a struct is a struct", {"spec": []}, "array", "Pod.spec of type v1.PodSpec"),
    ("a number is whole", {"spec.priority": 1.5}, "number 1.5", "PodSpec.spec.priority of type int32"),
    ("a policy is text", {"spec.restartPolicy": True}, "bool", "PodSpec.spec.restartPolicy of type v1.RestartPolicy"),
)


@pytest.mark.parametrize(("sentence", "put", "given", "place"), MALFORMED)
def test_a_wrong_type_is_told_as_go_does(sentence: str, put: dict[str, Json], given: str, place: str) -> None:
    answered = answer(Request("Pod", made("Pod", put)))
    assert isinstance(answered, Refused), sentence
    assert answered.message == (
        f'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal {given} into Go struct field {place}'
    )


FORBIDDEN = (
    ("spec.serviceAccountName", "x", 'error looking up service account default/x: serviceaccount "x" not found'),
    ("spec.priorityClassName", "x", "no PriorityClass with name x was found"),
    ("spec.runtimeClassName", "x", 'pod rejected: RuntimeClass "x" not found'),
)


@pytest.mark.parametrize(("path", "name", "why"), FORBIDDEN)
def test_admission_looks_names_up(path: str, name: str, why: str) -> None:
    answered = answer(Request("Pod", made("Pod", {path: name})))
    assert answered == Refused(403, "Forbidden", f'pods "p" is forbidden: {why}')


def test_what_is_not_modelled_is_said() -> None:
    with pytest.raises(NotModelled) as caught:
        answer(Request("Pod", made("Pod", {"spec.volumes": [{"name": "v", "csi": {"driver": "d"}}]})))
    assert caught.value.path == "spec.volumes[0].csi"
