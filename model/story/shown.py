"""A world's objects as `kubectl get -o yaml` would show them: what was given, and what the world filled in.

Times are the world's seconds, counted from 1970. Left out: fields that no struct of model/objects has, but for a pod's
own spec, which is the manifest's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any

import msgspec
from immutables import Map

from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.controlplane.fields import owners
from kubeproof.model.manifests.schema import VERSIONS
from kubeproof.model.objects.limit_range import LiveLimitRange
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import CLAIM, CSIFact, LiveClaim, LiveClass, LiveVolume
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Running, Terminated, Waiting
from kubeproof.model.objects.selectors import Selector
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.story.words import HIDDEN
from kubeproof.model.world import World

TIMES = frozenset({"start_time", "completion_time", "last_schedule_time", "last_successful_time"})
NAMES: Mapping[str, str] = {
    "changed_at": "lastTransitionTime",
    "heard_at": "lastHeartbeatTime",
    "containers": "containerStatuses",
    "init_containers": "initContainerStatuses",
    "ephemeral_containers": "ephemeralContainerStatuses",
    "restarts": "restartCount",
    "last": "lastState",
    "container_id": "containerID",
    "ips": "podIPs",
    "allowed": "disruptionsAllowed",
    "expected": "expectedPods",
    "disrupted": "disruptedPods",
}
"""Fields that are not called as in Kubernetes, by what they are called there."""

ALWAYS = frozenset({"replicas", "ready", "restarts", "status", "exit_code", "allowed", "expected"})
"""Fields that are shown where they are 0 or false, too."""


def objects(world: World, *, managed_fields: bool = False) -> list[dict[str, Any]]:
    """All objects of a world as plain data, by kind and name; `managed_fields`: with who owns which field."""
    listed = sorted(world.store.objects.items())
    return [shown(key, held, managed_fields=managed_fields) for key, held in listed if key.kind not in HIDDEN]


def yaml(found: Iterable[Mapping[str, Any]]) -> str:
    """Plain data as YAML documents."""
    import yaml

    return "---\n".join(
        yaml.dump(one, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=10_000) for one in found
    )


def shown(key: Key, held: Object, *, managed_fields: bool = False) -> dict[str, Any]:
    """One object as plain data; `managed_fields`: with who owns which field, where that is known."""
    found: dict[str, Any] = {"apiVersion": VERSIONS.get(key.kind, "v1"), "kind": key.kind, "metadata": _meta(held.meta)}
    managed = held.meta.managed
    if managed_fields and managed is not None and managed.owners:
        found["metadata"]["managedFields"] = owners.managed_fields(managed.owners, timestamp)
    match held:
        case LivePod():
            found["spec"] = {**_json(held.manifest), **({"nodeName": held.node} if held.node else {})}
            status = _plain(held.status)
            found["status"] = {**status, **({"nominatedNodeName": held.nominated} if held.nominated else {})}
        case LiveNode():
            taints = [
                {"key": t.key, **({"value": t.value} if t.value else {}), "effect": t.effect} for t in held.taints
            ]
            spec: dict[str, Any] = {"taints": taints} if taints else {}
            found["spec"] = {**spec, **({"unschedulable": True} if held.unschedulable else {})}
            found["status"] = {"allocatable": _amounts(held.allocatable), "conditions": _plain(held.conditions)}
        case LiveLimitRange():
            found["spec"] = _json(held.manifest)
        case LiveClaim():
            named = {"volumeName": held.volume} if held.volume else {}
            found["spec"], found["status"] = {**_json(held.manifest), **named}, _claim_status(held)
        case LiveVolume():
            kept = {"claimRef": {"kind": CLAIM, **_plain(held.claim)}} if held.claim else {}
            csi = held.given.csi
            made = {"csi": {"driver": csi.driver, "volumeHandle": csi.handle}} if csi else {}
            found["spec"], found["status"] = {**made, **_json(held.manifest), **kept}, _plain(held.status)
        case LiveClass() | CSIFact():
            found |= {name: told for name, told in _json(held.manifest).items() if name not in found}
        case _:
            parts: Any = held
            spec = _plain(parts.spec) if hasattr(held, "spec") else _rest(parts)
            if spec:
                found["spec"] = spec
            if hasattr(held, "status"):
                found["status"] = _plain(parts.status)
    return found


def _claim_status(held: LiveClaim) -> dict[str, Any]:
    status = held.status
    modes = {"accessModes": sorted(status.access_modes)} if status.access_modes else {}
    return {
        "phase": status.phase,
        **modes,
        **({"capacity": {"storage": str(status.capacity)}} if status.capacity else {}),
    }


def timestamp(seconds: int) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _meta(meta: Meta) -> dict[str, Any]:
    told = {
        "name": meta.name,
        "namespace": meta.namespace,
        "uid": meta.uid,
        "resourceVersion": str(meta.resource_version),
        "generation": meta.generation,
        "creationTimestamp": None if meta.created_at is None else timestamp(meta.created_at),
        "deletionTimestamp": None if meta.deleted_at is None else timestamp(meta.deleted_at),
        "deletionGracePeriodSeconds": meta.grace_period,
        "labels": _plain(meta.labels),
        "annotations": _plain(meta.annotations),
        "finalizers": list(meta.finalizers),
        "ownerReferences": _plain(meta.owners),
    }
    return {
        name: value for name, value in told.items() if value or (name == "deletionGracePeriodSeconds" and value == 0)
    }


def _amounts(amounts: Map[str, int]) -> dict[str, str]:
    return {
        name: f"{amount}m" if name == "cpu" and amount % 1000 else str(amount // 1000 if name == "cpu" else amount)
        for name, amount in sorted(amounts.items())
    }


def _rest(held: Any) -> dict[str, Any]:
    """A struct without a part called spec: its fields are that."""
    return _fields(held, [name for name in held.__struct_fields__ if name not in ("meta", "status")])


def _json(manifest: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(manifest) if manifest else {}
    return found


@singledispatch
def _plain(value: Any) -> Any:
    return _fields(value, value.__struct_fields__) if isinstance(value, msgspec.Struct) else value


@_plain.register(Map)
def _of_map(value: Map[str, Any]) -> dict[str, Any]:
    return {name: _plain(value[name]) for name in sorted(value)}


@_plain.register(tuple)
def _of_tuple(value: tuple[Any, ...]) -> Any:
    names = getattr(value, "_fields", None)
    if names is not None:
        return {_camel(name): _plain(one) for name, one in zip(names, value, strict=True)}
    return [_plain(one) for one in value]


@_plain.register(PodTemplate)
def _of_template(value: PodTemplate) -> dict[str, Any]:
    meta = {"labels": _plain(value.labels), "annotations": _plain(value.annotations)}
    return {"metadata": {name: one for name, one in meta.items() if one}, "spec": _json(value.manifest)}


@_plain.register(Selector)
def _of_selector(value: Selector) -> dict[str, Any]:
    plain = {r.key: r.values[0] for r in value.requirements if r.operator in ("=", "==", "In") and len(r.values) == 1}
    rest = [
        {"key": r.key, "operator": r.operator, **({"values": list(r.values)} if r.values else {})}
        for r in value.requirements
        if r.key not in plain
    ]
    return {**({"matchLabels": plain} if plain else {}), **({"matchExpressions": rest} if rest else {})}


@_plain.register(Waiting)
@_plain.register(Running)
@_plain.register(Terminated)
def _of_state(value: Waiting | Running | Terminated) -> dict[str, Any]:
    return {type(value).__name__.lower(): _fields(value, value.__struct_fields__)}


def _fields(held: Any, names: Iterable[str]) -> dict[str, Any]:
    """The fields that say something, called as in Kubernetes."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(held, name)
        said = NAMES.get(name) or _camel(name)
        if isinstance(value, int) and (name.endswith("_at") or name in TIMES):
            found[said] = timestamp(value)
        elif value or isinstance(value, Waiting | Running) or (value is not None and name in ALWAYS):
            found[said] = _plain(value)
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))
