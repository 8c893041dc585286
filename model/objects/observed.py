"""Typed API objects as a cluster was seen to hold them: ours with their statuses, and what of them nobody reads.

`LIVE` (typed.py) reads what is asked for; here is what the API server and the components add: uids, generations, times
(whole seconds since 1970) and statuses, so that an object that was seen equals one that a component would write.
Statuses whose fields have the API's own names are read by those names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Literal, cast, get_args, get_type_hints

import msgspec
from immutables import Map
from lightkube.models import apps_v1, core_v1, discovery_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.objects.budget import BudgetStatus
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.cronjob import JobReference
from kubeproof.model.objects.endpoint_slice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from kubeproof.model.objects.job import UncountedTerminatedPods
from kubeproof.model.objects.live_node import NodeCondition
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerState,
    ContainerStatus,
    Phase,
    PodStatus,
    Running,
    Terminated,
    Truth,
    Waiting,
)
from kubeproof.model.objects.resource_quota import ResourceQuotaStatus
from kubeproof.model.objects.typed import LIVE, bounds
from kubeproof.model.objects.typed_meta import meta, template

Raw = Any
"""A typed object of lightkube-models, or a part of one."""


def observed(kind: str, raw: Raw) -> Any:
    """Ours for a typed object that was seen. Raises KeyError for a kind that `SEEN` does not have, and BadInput."""
    made = SEEN[kind](raw)
    made = replace(made, meta=_seen(made.meta, raw.metadata))
    if reader := STATUSES.get(kind):
        return replace(made, **reader(made, raw))
    if hasattr(made, "status") and getattr(raw, "status", None) is not None:
        return replace(made, status=by_name(type(made.status), raw.status))
    return made


def seconds(time: datetime | None) -> int | None:
    """A time as whole seconds since 1970."""
    return None if time is None else int(time.timestamp() // 1)


def by_name(status: type, raw: Raw) -> Any:
    """A status whose fields are called as the API calls them, in snake case; what is not there has its default."""
    found = {}
    for ours, theirs in names(status).items():
        value = getattr(raw, theirs, None)
        if value is not None:
            found[ours] = conditions(value, _condition(status)) if ours == "conditions" else _value(ours, value)
    return status(**found)


@cache
def names(status: type) -> Mapping[str, str]:
    """The API's names of a status's fields."""
    fields = [field.name for field in msgspec.structs.fields(status)]
    return {ours: re.sub(r"_(\w)", lambda found: found[1].upper(), ours) for ours in fields}


def _value(name: str, value: Raw) -> Any:
    if name == "uncounted_terminated_pods":
        return UncountedTerminatedPods(tuple(value.succeeded or ()), tuple(value.failed or ()))
    if name == "active" and isinstance(value, list):
        return tuple(JobReference(one.namespace or "", one.name or "", one.uid or "") for one in value)
    if isinstance(value, datetime):
        return seconds(value)
    return tuple(value) if isinstance(value, list) else value


def _seen(given: Meta, raw: meta_v1.ObjectMeta) -> Meta:
    """The metadata with what the API server gives."""
    version = raw.resourceVersion or "0"
    return replace(
        given,
        name=raw.name or given.name,
        generation=raw.generation or 0,
        resource_version=int(version) if version.isdecimal() else 0,
        created_at=seconds(raw.creationTimestamp),
        deleted_at=seconds(raw.deletionTimestamp),
        grace_period=raw.deletionGracePeriodSeconds,
    )


@cache
def _condition(status: type) -> type[Condition]:
    """Of which struct of ours the conditions of a status are."""
    found: type[Condition] = get_args(get_type_hints(status)["conditions"])[0]
    return found


def conditions(raw: Iterable[Raw] | None, of: type[Condition] = Condition) -> tuple[Any, ...]:
    """Ours for the conditions of any kind but Node; `of`: the struct that they become."""
    return tuple(map(partial(_one, of), raw or ()))


def _one(of: type[Condition], raw: Raw) -> Condition:
    known = Condition(
        raw.type,
        cast("Truth", raw.status),
        getattr(raw, "reason", None) or "",
        getattr(raw, "message", None) or "",
        seconds(raw.lastTransitionTime),
        getattr(raw, "observedGeneration", None) or 0,
    )
    if of is Condition:
        return known
    more: dict[str, Any] = {"updated_at": seconds(getattr(raw, "lastUpdateTime", None))}
    return of(**msgspec.structs.asdict(known), **more)


def _pod(made: Raw, raw: core_v1.Pod) -> dict[str, Any]:
    found = raw.status or core_v1.PodStatus()
    status = PodStatus(
        phase=cast("Phase", found.phase or ""),
        reason=found.reason or "",
        message=found.message or "",
        conditions=conditions(found.conditions),
        containers=_containers(found.containerStatuses),
        init_containers=_containers(found.initContainerStatuses),
        ephemeral_containers=_containers(found.ephemeralContainerStatuses),
        start_time=seconds(found.startTime),
        ips=tuple(one.ip for one in found.podIPs or ()),
    )
    return {"status": status, "nominated": found.nominatedNodeName or ""}


def _containers(raw: Iterable[core_v1.ContainerStatus] | None) -> tuple[ContainerStatus, ...]:
    return tuple(
        ContainerStatus(
            one.name, _state(one.state), _state(one.lastState), one.ready, one.started, one.restartCount,
            one.containerID or "",
        )
        for one in raw or ()
    )  # fmt: skip


def _state(raw: core_v1.ContainerState | None) -> ContainerState | None:
    if raw is None:
        return None
    if raw.waiting is not None:
        return Waiting(raw.waiting.reason or "", raw.waiting.message or "")
    if raw.running is not None:
        return Running(seconds(raw.running.startedAt))
    if (end := raw.terminated) is not None:
        return Terminated(
            end.exitCode, end.reason or "", end.message or "", end.signal or 0, seconds(end.startedAt),
            seconds(end.finishedAt), end.containerID or "",
        )  # fmt: skip
    return None


def _node(made: Raw, raw: core_v1.Node) -> dict[str, Any]:
    told = (raw.status and raw.status.conditions) or ()
    return {
        "conditions": tuple(
            NodeCondition(
                one.type,
                cast("Literal['True', 'False', 'Unknown']", one.status),
                one.reason or "",
                one.message or "",
                seconds(one.lastHeartbeatTime),
                seconds(one.lastTransitionTime),
            )
            for one in told
        )
    }


def _budget(made: Raw, raw: Raw) -> dict[str, Any]:
    found = raw.status
    if found is None:
        return {}
    disrupted = found.disruptedPods or {}
    return {
        "status": BudgetStatus(
            allowed=found.disruptionsAllowed or 0,
            current_healthy=found.currentHealthy or 0,
            desired_healthy=found.desiredHealthy or 0,
            expected=found.expectedPods or 0,
            disrupted=Map({name: _time(text) for name, text in disrupted.items()}),
            observed_generation=found.observedGeneration or 0,
            conditions=conditions(found.conditions),
        )
    }


def _quota(made: Raw, raw: core_v1.ResourceQuota) -> dict[str, Any]:
    found = raw.status or core_v1.ResourceQuotaStatus()
    return {"status": ResourceQuotaStatus(bounds(found.hard), bounds(found.used))}


def _time(text: Raw) -> int:
    time = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return int(time.timestamp() // 1)


def _revision(raw: apps_v1.ControllerRevision) -> ControllerRevision:
    own = meta(raw.metadata)
    data: Any = raw.data or {}
    given = (data.get("spec") or {}).get("template") or {}
    typed = msgspec.convert({k: v for k, v in given.items() if k != "$patch"}, core_v1.PodTemplateSpec, strict=False)
    return ControllerRevision(own, template(typed, own.namespace), raw.revision or 0)


def _slice(raw: discovery_v1.EndpointSlice) -> EndpointSlice:
    """Endpoints are in any order: here, as the controller's own, by their pods' names."""
    return EndpointSlice(
        meta(raw.metadata),
        tuple(sorted((_endpoint(one) for one in raw.endpoints or ()), key=lambda one: (one.pod, one.addresses))),
        tuple(EndpointPort(one.name or "", one.port or 0, one.protocol or "TCP") for one in raw.ports or ()),
    )


def _endpoint(raw: discovery_v1.Endpoint) -> Endpoint:
    said = raw.conditions or discovery_v1.EndpointConditions()
    of = raw.targetRef or core_v1.ObjectReference()
    held = EndpointConditions(bool(said.ready), bool(said.serving), bool(said.terminating))
    return Endpoint(of.name or "", of.uid or "", tuple(raw.addresses), held, raw.nodeName or "", raw.zone or "")


SEEN: Mapping[str, Callable[[Any], Any]] = {**LIVE, "ControllerRevision": _revision, "EndpointSlice": _slice}
"""How an object of each kind is read that a cluster may show."""

STATUSES: Mapping[str, Callable[[Any, Any], dict[str, Any]]] = {
    "Pod": _pod,
    "Node": _node,
    "PodDisruptionBudget": _budget,
    "ResourceQuota": _quota,
}
"""How the status of a kind is read whose fields are not called as the API calls them."""
