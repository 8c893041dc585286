"""The args of the descheduler's DefaultEvictor, as pluginConfig holds them, read, defaulted and checked (v0.34).

Errors carry a path within the args. Left out, with NotModelled: priorities by the name of a class, storage classes of
protected claims, PodsWithPDBBlockingSingleReplicaOwner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from lightkube.models import meta_v1

from kubeproof.model.descheduler import policy as p
from kubeproof.model.descheduler.policy import Evictor, Protection
from kubeproof.model.descheduler.policy_args import Args, Reader, counted, label_selector
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.logic import goduration
from kubeproof.model.objects import selectors
from kubeproof.model.objects.selectors import EVERYTHING, BadSelector

SECOND = 1_000_000_000


class _Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: int | None = None
    name: str = ""


class _Protections(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    extra_enabled: list[str] | None = None
    default_disabled: list[str] | None = None
    config: dict[str, Any] | None = None


class _Evictor(Args, frozen=True):
    node_selector: str = ""
    label_selector: meta_v1.LabelSelector | None = None
    priority_threshold: _Threshold | None = None
    node_fit: bool = False
    min_replicas: int = 0
    min_pod_age: str | None = None
    no_eviction_policy: Literal["", "Preferred", "Mandatory"] = ""
    pod_protections: _Protections | None = None
    evict_local_storage_pods: bool = False
    evict_daemon_set_pods: bool = False
    evict_system_critical_pods: bool = False
    ignore_pvc_pods: bool = False
    ignore_pods_without_pdb: bool = msgspec.field(default=False, name="ignorePodsWithoutPDB")
    evict_failed_bare_pods: bool = False


def _evictor(own: _Evictor) -> Evictor:
    try:
        nodes = selectors.parse(own.node_selector) if own.node_selector else EVERYTHING
    except BadSelector as bad:
        raise BadInput(str(bad), path="nodeSelector") from None
    return Evictor(
        protections=_protections(own),
        node_fit=own.node_fit,
        node_selector=nodes,
        selector=label_selector(own.label_selector),
        below_priority=_priority(own.priority_threshold),
        min_replicas=counted(own.min_replicas, "minReplicas"),
        min_age=_age(own.min_pod_age),
        mandatory=own.no_eviction_policy == "Mandatory",
    )


def _priority(threshold: _Threshold | None) -> int:
    if threshold is None or (threshold.value is None and not threshold.name):
        return p.CRITICAL
    if threshold.value is None:
        raise NotModelled("priorityThreshold.name", "a priority class by its name (give its value)")
    if threshold.name:
        raise BadInput("only one of name and value can be set", path="priorityThreshold")
    if threshold.value > p.CRITICAL:
        problem = f"{threshold.value} is more than the priority of system-critical pods, {p.CRITICAL}"
        raise BadInput(problem, path="priorityThreshold.value")
    return threshold.value


def _age(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return -(-goduration.nanoseconds(text) // SECOND)
    except goduration.BadDuration as bad:
        raise BadInput(str(bad), path="minPodAge") from None


def _protections(own: _Evictor) -> frozenset[Protection]:
    """What is protected: as podProtections says, or where it says nothing, as the older fields do."""
    told = own.pod_protections or _Protections()
    if told.config:
        raise NotModelled("podProtections.config", "protection of single storage classes")
    if told.extra_enabled or told.default_disabled:
        disabled = _named(told.default_disabled, p.DEFAULT_PROTECTIONS, "podProtections.defaultDisabled")
        return p.DEFAULT_PROTECTIONS - disabled | _named(
            told.extra_enabled, p.EXTRA_PROTECTIONS, "podProtections.extraEnabled"
        )
    older: Mapping[Protection, bool] = {
        "PodsWithLocalStorage": not own.evict_local_storage_pods,
        "DaemonSetPods": not own.evict_daemon_set_pods,
        "SystemCriticalPods": not own.evict_system_critical_pods,
        "FailedBarePods": not own.evict_failed_bare_pods,
        "PodsWithPVC": own.ignore_pvc_pods,
        "PodsWithoutPDB": own.ignore_pods_without_pdb,
    }
    return frozenset(name for name, on in older.items() if on)


def _named(names: list[str] | None, known: frozenset[Protection], path: str) -> frozenset[Protection]:
    for at, name in enumerate(names or ()):
        if name == "PodsWithPDBBlockingSingleReplicaOwner":
            raise NotModelled(f"{path}[{at}]", "the protection PodsWithPDBBlockingSingleReplicaOwner")
        if name not in known:
            raise BadInput(f"{name!r} is no protection; known: {', '.join(sorted(known))}", path=f"{path}[{at}]")
    return frozenset(one for one in known if one in (names or ()))


EVICTOR: Reader[Evictor] = Reader(_Evictor, _evictor)
"""How the args are read."""
