"""One line for what is not a workload at the end of a recording: nodes, budgets, slices of endpoints, plain objects.

As brief.py, for the kinds that controllers of nodes and policies write. Left out: times, addresses, random letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kubeproof.model.conformance.brief import masked
from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.endpoint_slice import EndpointSlice
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.plain import Plain

Json = Any

KINDS = ("Node", "PodDisruptionBudget", "EndpointSlice", "ConfigMap")
KUBELETS = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


def recorded(kind: str, one: Json) -> Json:
    """What is compared of a recorded object."""
    meta, spec, status = one["metadata"], one.get("spec") or {}, one.get("status") or {}
    match kind:
        case "Node":
            taints = [f"{taint['key']}:{taint['effect']}" for taint in spec.get("taints") or ()]
            conditions = {said["type"]: said["status"] for said in status["conditions"] if said["type"] in KUBELETS}
            return {"taints": sorted(taints), "conditions": conditions, "cordoned": bool(spec.get("unschedulable"))}
        case "PodDisruptionBudget":
            numbers = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods", "observedGeneration")
            said = [(c["type"], c["status"], c["reason"]) for c in status.get("conditions") or ()]
            return {"numbers": [status.get(name, 0) for name in numbers], "conditions": said}
        case "EndpointSlice":
            found = [
                (masked(end["targetRef"]["name"]), end.get("zone") or "", *_flags(end["conditions"]))
                for end in one.get("endpoints") or ()
            ]
            ports = [(port.get("name") or "", port["port"]) for port in one.get("ports") or ()]
            return {"endpoints": sorted(found), "ports": ports, "labels": _sorted(meta.get("labels") or {})}
        case _:
            owners = [owner["name"] for owner in meta.get("ownerReferences") or ()]
            return {"owners": owners, "finalizers": meta.get("finalizers") or [], "going": "deletionTimestamp" in meta}


def ours(key: Key, held: Object) -> Json:
    """The same of one of our objects, None for a kind that is not compared."""
    match held:
        case LiveNode():
            conditions = {said.type: said.status for said in held.conditions if said.type in KUBELETS}
            taints = sorted(f"{taint.key}:{taint.effect}" for taint in held.taints)
            return {"taints": taints, "conditions": conditions, "cordoned": held.unschedulable}
        case LiveBudget():
            said = [(one.type, one.status, one.reason) for one in held.status.conditions]
            return {"numbers": _numbers(held.status), "conditions": said}
        case EndpointSlice():
            found = [(masked(end.pod), end.zone, *end.conditions) for end in held.endpoints]
            ports = [(port.name, port.port) for port in held.ports]
            return {"endpoints": sorted(found), "ports": ports, "labels": _sorted(held.meta.labels)}
        case Plain():
            meta = held.meta
            owners = [owner.name for owner in meta.owners]
            return {"owners": owners, "finalizers": list(meta.finalizers), "going": meta.deleted_at is not None}
    return None


def line(key_kind: str, name: str, told: Json) -> str:
    """What is compared, as one line."""
    return f"{key_kind} {name} {msgspec.json.encode(told, order='deterministic').decode()}"


def _numbers(status: BudgetStatus) -> list[int]:
    numbers = [status.allowed, status.current_healthy, status.desired_healthy, status.expected]
    return [*numbers, status.observed_generation]


def _flags(conditions: Mapping[str, bool]) -> Iterable[bool]:
    return (bool(conditions.get(name)) for name in ("ready", "serving", "terminating"))


def _sorted(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items())
