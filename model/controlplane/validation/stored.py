"""What is neither given nor defaulted: what admission and the registry put into an object (v1.36.2).

Service accounts, priorities and tolerations of pods; generated selectors of Jobs; generations; statuses, which belong
to their own subresource. Services: stored_service.py. Follows plugin/pkg/admission and the strategies of pkg/registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lightkube.models import core_v1, meta_v1

from kubeproof.model.controlplane.admission import BUILT_IN_PRIORITIES, Admission
from kubeproof.model.controlplane.validation import defaulting, stored_service
from kubeproof.model.objects.daemonset import TEMPLATE_GENERATION
from kubeproof.model.objects.job import CONTROLLER_UID, JOB_NAME
from kubeproof.model.objects.label_keys import merge_label_keys
from kubeproof.model.objects.qos import qos_class

Json = Any
WITHOUT_GENERATION = frozenset({"Node", "Service"})
"""The kinds among these whose generation is not counted."""

_SERVERS_OWN = frozenset({"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"})
_NOT_READY: Json = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
_STATUS: Mapping[str, Json] = {
    "StatefulSet": {"replicas": 0, "availableReplicas": 0},
    "ReplicaSet": {"replicas": 0},
    "HorizontalPodAutoscaler": {"desiredReplicas": 0},
    "DaemonSet": {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    },
    "PodDisruptionBudget": {
        "disruptionsAllowed": 0,
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "expectedPods": 0,
    },
    "Service": {"loadBalancer": {}},
}


def refusal(kind: str, given: Json) -> str:
    """Why admission refuses a new object (403), "" where it does not.

    Of priority classes there are the built-in ones, of service accounts the default one, of runtime classes none.
    """
    return _refused_pod(given["spec"], given["metadata"]["namespace"]) if kind == "Pod" else ""


def prepared(kind: str, made: Json, uid: str) -> Json:
    """A new object before it is validated. `uid`: the one that it will have."""
    about = {field: value for field, value in made["metadata"].items() if field not in _SERVERS_OWN}
    if kind not in WITHOUT_GENERATION:
        about["generation"] = 1
    made = {**made, "metadata": about}
    if kind not in ("Node", "PriorityClass"):
        made["status"] = _STATUS.get(kind, {})
    rule = _CREATED.get(kind)
    return rule(made, uid) if rule else made


def completed(kind: str, made: Json) -> Json:
    """A new object after it was validated: what no longer is refused."""
    if kind == "Pod":
        return _pod(made)
    if kind == "Service":
        return stored_service.completed(made)
    if kind == "Node":
        taints = made["spec"].get("taints", [])
        known = any(all(one.get(f) == v for f, v in _NOT_READY.items()) for one in taints)
        spec = {**made["spec"], "taints": taints if known else [*taints, _NOT_READY]}
        return {**made, "spec": spec}
    return made


def updated(kind: str, new: Json, old: Json, uid: str = "") -> Json:
    """An update before it is validated: the status stays, the generation counts changes of the spec.

    What only the server sets stays, too. `uid`: that of the object, where `old` does not say it.
    """
    if rule := _UPDATED.get(kind):
        new = rule(new, old)
    about, known = dict(new["metadata"]), old["metadata"]
    if uid := known.get("uid", uid):
        about.setdefault("uid", uid)
    for field in ("creationTimestamp", "deletionTimestamp"):
        if field in known:
            about[field] = known[field]
    if "deletionGracePeriodSeconds" in known:
        about.setdefault("deletionGracePeriodSeconds", known["deletionGracePeriodSeconds"])
    changed = new.get("spec") != old.get("spec")
    if kind not in WITHOUT_GENERATION:
        about["generation"] = known.get("generation", 0) + (changed and kind != "PriorityClass")
    kept = {"status": old["status"]} if "status" in old else {}
    return {**new, "metadata": about, **kept}


def _refused_pod(spec: Json, namespace: str) -> str:
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    if account != "default":
        return f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
    name = spec.get("priorityClassName", "")
    if name and name not in BUILT_IN_PRIORITIES:
        return f"no PriorityClass with name {name} was found"
    value = BUILT_IN_PRIORITIES.get(name, 0)
    computed = "priority admission controller computed"
    if spec.get("priority", value) != value:
        given = f"the integer value of priority ({spec['priority']}) must not be provided in pod spec"
        return f"{given}; {computed} {value} from the given PriorityClass name"
    policy = spec.get("preemptionPolicy") or "PreemptLowerPriority"
    if policy != "PreemptLowerPriority":
        given = f"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec"
        return f"{given}; {computed} PreemptLowerPriority from the given PriorityClass name"
    if spec.get("runtimeClassName"):
        return f'pod rejected: RuntimeClass "{spec["runtimeClassName"]}" not found'
    return ""


def _new_pod(made: Json, _: str) -> Json:
    merged = merge_label_keys(defaulting.typed_pod(made["spec"]), made["metadata"].get("labels"))
    spec = {**defaulting.pod_json(merged), "serviceAccountName": "default", "serviceAccount": "default"}
    return {**made, "spec": spec}


def _pod(made: Json) -> Json:
    about = meta_v1.ObjectMeta(labels=made["metadata"].get("labels"))
    admitted = Admission({}, {}, {}).pod(core_v1.Pod(metadata=about, spec=defaulting.typed_pod(made["spec"])))
    assert admitted.spec is not None
    spec = defaulting.pod_json(admitted.spec)
    status = {"phase": "Pending", "qosClass": str(qos_class(admitted.spec))}
    return {**made, "spec": spec, "status": status}


def _job(made: Json, uid: str) -> Json:
    """A Job that selects its pods by its uid (generateSelector)."""
    if made["spec"].get("manualSelector"):
        return made
    template = made["spec"]["template"]
    own = {**dict.fromkeys(CONTROLLER_UID, uid), **dict.fromkeys(JOB_NAME, made["metadata"].get("name", ""))}
    labels = dict(sorted({**template["metadata"].get("labels", {}), **own}.items()))
    about = {**made["metadata"], "uid": uid}
    if not made["metadata"].get("labels") or made["metadata"]["labels"] == template["metadata"].get("labels"):
        about["labels"] = labels
    spec = {**made["spec"], "template": {**template, "metadata": {**template["metadata"], "labels": labels}}}
    if "selector" not in spec:
        spec["selector"] = {"matchLabels": {CONTROLLER_UID[0]: uid}}
    return {**made, "metadata": about, "spec": spec}


def _stateful_set(made: Json, _: str) -> Json:
    """The gate of maxUnavailable is off: it is dropped."""
    update = made["spec"]["updateStrategy"]
    if "rollingUpdate" not in update:
        return made
    rolling = {field: value for field, value in update["rollingUpdate"].items() if field != "maxUnavailable"}
    return {**made, "spec": {**made["spec"], "updateStrategy": {**update, "rollingUpdate": rolling}}}


def _daemon_set(made: Json, _: str) -> Json:
    return _annotated(made, 1)


def _annotated(made: Json, number: int) -> Json:
    annotations = {**made["metadata"].get("annotations", {}), TEMPLATE_GENERATION: str(number)}
    return {**made, "metadata": {**made["metadata"], "annotations": annotations}}


def _counted(new: Json, old: Json) -> Json:
    told = old["metadata"].get("annotations", {}).get(TEMPLATE_GENERATION, "")
    number = int(told) if told.isdecimal() else 0
    return _annotated(new, number + (new["spec"]["template"] != old["spec"]["template"]))


def _stateful_set_update(new: Json, old: Json) -> Json:
    """maxUnavailable is dropped, unless it was there before its gate went off."""
    used = "maxUnavailable" in old["spec"]["updateStrategy"].get("rollingUpdate", {})
    return new if used else _stateful_set(new, "")


_CREATED: Mapping[str, Callable[[Json, str], Json]] = {
    "Pod": _new_pod,
    "Job": _job,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Service": stored_service.prepared,
}

_UPDATED: Mapping[str, Callable[[Json, Json], Json]] = {
    "DaemonSet": _counted,
    "Service": stored_service.updated,
    "StatefulSet": _stateful_set_update,
}
