"""StatefulSets (pkg/apis/apps/validation, v1.36.2). Left out: the claims' templates, beyond that they never change."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import int_or_percent, names, workloads
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    forbidden,
    invalid,
    required,
    unsupported,
)

Json = Any
CHANGEABLE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
"""The fields of the spec that an update may change."""


def problems(stateful_set: Json) -> Problems:
    """What is wrong with a StatefulSet, its metadata apart."""
    spec = stateful_set["spec"]
    policy = spec.get("podManagementPolicy", "")
    if not policy:
        yield required("spec.podManagementPolicy")
    elif policy not in ("OrderedReady", "Parallel"):
        yield invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")
    yield from _strategy(spec["updateStrategy"], "spec.updateStrategy")
    kept = spec.get("persistentVolumeClaimRetentionPolicy", {})
    for field in ("whenDeleted", "whenScaled"):
        if field in kept and kept[field] not in ("Retain", "Delete"):
            here = f"spec.persistentVolumeClaimRetentionPolicy.{field}"
            yield unsupported(here, kept[field], ("Retain", "Delete"))
    yield from at_least_zero("spec.replicas", spec.get("replicas"))
    yield from at_least_zero("spec.minReadySeconds", spec.get("minReadySeconds"))
    yield from at_least_zero("spec.ordinals.start", spec.get("ordinals", {}).get("start"))
    yield from workloads.selector_problems(spec, "statefulset")
    if spec.get("serviceName"):
        yield from names.each("spec.serviceName", spec["serviceName"], names.dns_label)
    yield from workloads.match_problems(spec)
    yield from workloads.template_problems(_with_claims(spec), "StatefulSet")
    yield from at_least_zero("spec.revisionHistoryLimit", spec.get("revisionHistoryLimit"))


def update_problems(new: Json, old: Json) -> Problems:
    """A change of any field of the spec but the few that may change."""
    mine, before = ({k: v for k, v in one["spec"].items() if k not in CHANGEABLE} for one in (new, old))
    if mine != before:
        told = ", ".join(f"'{name}'" for name in CHANGEABLE[:-1])
        detail = f"updates to statefulset spec for fields other than {told} and '{CHANGEABLE[-1]}' are forbidden"
        yield forbidden("spec", detail)


def _strategy(strategy: Json, path: str) -> Problems:
    rolling = strategy.get("rollingUpdate")
    match strategy.get("type", ""):
        case "":
            yield required(path)
        case "OnDelete":
            if rolling is not None:
                detail = "only allowed for updateStrategy 'RollingUpdate'"
                yield invalid(f"{path}.rollingUpdate", _go_rolling(rolling), detail)
        case "RollingUpdate":
            here = f"{path}.rollingUpdate"
            yield from at_least_zero(f"{here}.partition", (rolling or {}).get("partition"))
            if rolling and "maxUnavailable" in rolling:
                most = rolling["maxUnavailable"]
                yield from int_or_percent.problems(most, f"{here}.maxUnavailable")
                if not int_or_percent.number(most):
                    yield invalid(f"{here}.maxUnavailable", most, "cannot be 0")
                yield from int_or_percent.not_above_hundred(most, f"{here}.maxUnavailable")
        case _:
            shown = {"Type": strategy["type"], "RollingUpdate": _go_rolling(rolling)}
            yield invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'")


def _go_rolling(rolling: Json | None) -> Json:
    """The rolling update as Go's internal struct is dumped."""
    if rolling is None:
        return None
    return {"Partition": rolling.get("partition", 0), "MaxUnavailable": rolling.get("maxUnavailable")}


def _with_claims(spec: Json) -> Json:
    """The spec whose pods have the volumes that its claims will be, so that they can be mounted."""
    claims = [one["metadata"].get("name", "") for one in spec.get("volumeClaimTemplates", [])]
    if not claims:
        return spec
    pods = spec["template"]["spec"]
    own = [volume for volume in pods.get("volumes", []) if volume["name"] not in claims]
    made = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    return {**spec, "template": {**spec["template"], "spec": {**pods, "volumes": own + made}}}
