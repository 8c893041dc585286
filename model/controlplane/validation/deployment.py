"""Deployments and ReplicaSets (pkg/apis/apps/validation and their registry strategies, v1.36.2).

Left out: disks that several replicas would write to (gcePersistentDisk), which need a source that is not looked into.
"""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import int_or_percent, workloads
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    forbidden,
    invalid,
    required,
    unsupported,
)

Json = Any


def problems(deployment: Json) -> Problems:
    """What is wrong with a Deployment, its metadata apart."""
    spec = deployment["spec"]
    yield from _replicated(spec)
    yield from _strategy(spec["strategy"], "spec.strategy")
    yield from at_least_zero("spec.minReadySeconds", spec.get("minReadySeconds"))
    yield from at_least_zero("spec.revisionHistoryLimit", spec.get("revisionHistoryLimit"))
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None:
        yield from at_least_zero("spec.progressDeadlineSeconds", deadline)
        if deadline <= spec.get("minReadySeconds", 0):
            yield invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")


def replica_set_problems(replica_set: Json) -> Problems:
    """What is wrong with a ReplicaSet, its metadata apart."""
    spec = replica_set["spec"]
    yield from at_least_zero("spec.replicas", spec.get("replicas"))
    yield from at_least_zero("spec.minReadySeconds", spec.get("minReadySeconds"))
    yield from workloads.selector_problems(spec, "deployment")
    yield from workloads.match_problems(spec)
    yield from workloads.template_problems(spec, "ReplicaSet")


def _replicated(spec: Json) -> Problems:
    yield from at_least_zero("spec.replicas", spec.get("replicas"))
    yield from workloads.selector_problems(spec, "deployment")
    yield from workloads.match_problems(spec)
    yield from workloads.template_problems(spec, "ReplicaSet")


def _strategy(strategy: Json, path: str) -> Problems:
    rolling, here = strategy.get("rollingUpdate"), f"{path}.rollingUpdate"
    match strategy.get("type", ""):
        case "Recreate":
            if rolling is not None:
                yield forbidden(here, "may not be specified when strategy `type` is 'Recreate'")
        case "RollingUpdate":
            if rolling is None:
                yield required(here, "this should be defaulted and never be nil")
            else:
                yield from _rolling(rolling, here)
        case other:
            yield unsupported(f"{path}.type", other, ("Recreate", "RollingUpdate"))


def _rolling(rolling: Json, path: str) -> Problems:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    yield from int_or_percent.problems(unavailable, f"{path}.maxUnavailable")
    yield from int_or_percent.problems(surge, f"{path}.maxSurge")
    if not int_or_percent.number(unavailable) and not int_or_percent.number(surge):
        yield invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    yield from int_or_percent.not_above_hundred(unavailable, f"{path}.maxUnavailable")
