"""The args of the descheduler's plugins, as pluginConfig holds them, read, defaulted and checked (v0.34).

Errors carry a path within the args. Left out, with NotModelled: metrics of real use, priorities by the name of a class,
storage classes of protected claims, and eviction modes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from immutables import Map
from lightkube.models import meta_v1

from kubeproof.model.descheduler import policy as p
from kubeproof.model.descheduler.policy import Evictor, Namespaces, Plugin, Protection
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.logic import goduration
from kubeproof.model.manifests import typed
from kubeproof.model.objects import selectors
from kubeproof.model.objects.selectors import EVERYTHING, BadSelector, Selector

T = TypeVar("T")
SECOND = 1_000_000_000


class Reader(NamedTuple, Generic[T]):
    """How args are read: their shape, and what they make."""

    shape: type[Any]
    use: Callable[[Any], T]

    def read(self, raw: Mapping[str, Any]) -> T:
        """What these args make. Raises BadInput and NotModelled, with a path within the args."""
        try:
            own = msgspec.convert(raw, self.shape)
        except msgspec.ValidationError as error:
            path, problem = typed.explained(raw, str(error))
            raise BadInput(problem, path=path) from None
        return self.use(own)


class _Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    api_version: str = ""
    kind: str = ""


class _Namespaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    include: list[str] | None = None
    exclude: list[str] | None = None


class _Duplicates(_Args, frozen=True):
    namespaces: _Namespaces | None = None
    exclude_owner_kinds: list[str] | None = None


class _Spread(_Args, frozen=True):
    namespaces: _Namespaces | None = None
    label_selector: meta_v1.LabelSelector | None = None
    constraints: list[Literal["DoNotSchedule", "ScheduleAnyway"]] | None = None
    topology_balance_node_fit: bool | None = None


class _Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: int | None = None


class _Utilization(_Args, frozen=True):
    use_deviation_thresholds: bool = False
    thresholds: dict[str, float] | None = None
    target_thresholds: dict[str, float] | None = None
    number_of_nodes: int = 0
    metrics_utilization: dict[str, Any] | None = None
    evictable_namespaces: _Namespaces | None = None
    eviction_limits: _Limits | None = None
    eviction_modes: list[str] | None = None


class _Taints(_Args, frozen=True):
    namespaces: _Namespaces | None = None
    label_selector: meta_v1.LabelSelector | None = None
    include_prefer_no_schedule: bool = False
    excluded_taints: list[str] | None = None
    included_taints: list[str] | None = None


class _Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: int | None = None
    name: str = ""


class _Protections(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    extra_enabled: list[str] | None = None
    default_disabled: list[str] | None = None
    config: dict[str, Any] | None = None


class _Evictor(_Args, frozen=True):
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


def _duplicates(own: _Duplicates) -> Plugin:
    return p.RemoveDuplicates(_namespaces(own.namespaces), frozenset(own.exclude_owner_kinds or ()))


def _spread(own: _Spread) -> Plugin:
    asked = own.constraints or ["DoNotSchedule"]
    fit = own.topology_balance_node_fit is None or own.topology_balance_node_fit
    selector = _selector(own.label_selector)
    return p.TopologySpread(
        _namespaces(own.namespaces), selector, "DoNotSchedule" in asked, "ScheduleAnyway" in asked, fit
    )


def _utilization(own: _Utilization) -> Plugin:
    if own.metrics_utilization:
        raise NotModelled("metricsUtilization", "metrics of real use; what pods ask for counts")
    if own.eviction_modes:
        raise NotModelled("evictionModes", "eviction modes")
    if own.evictable_namespaces is not None and own.evictable_namespaces.include:
        raise BadInput("only exclude can be set, inclusion is not supported", path="evictableNamespaces.include")
    low, high = own.thresholds or {}, own.target_thresholds or {}
    for field, told in (("thresholds", low), ("targetThresholds", high)):
        if not told:
            raise BadInput("no resource threshold is configured", path=field)
        for name, percent in told.items():
            if not 0 <= percent <= 100:
                raise BadInput(f"a percentage is from 0 to 100, not {percent:g}", path=f"{field}.{name}")
    if low.keys() != high.keys():
        raise BadInput("thresholds and targetThresholds configure different resources", path="targetThresholds")
    for name, percent in low.items():
        if percent > high[name] and not own.use_deviation_thresholds:
            problem = f"{percent:g} is more than the target, {high[name]:g}"
            raise BadInput(problem, path=f"thresholds.{name}")
    return p.LowNodeUtilization(
        Map(low),
        Map(high),
        own.use_deviation_thresholds,
        _counted(own.number_of_nodes, "numberOfNodes"),
        _namespaces(own.evictable_namespaces, "evictableNamespaces"),
        _limit(own.eviction_limits),
    )


def _limit(own: _Limits | None) -> int | None:
    return None if own is None or own.node is None else _counted(own.node, "evictionLimits.node")


def _taints(own: _Taints) -> Plugin:
    excluded, included = frozenset(own.excluded_taints or ()), frozenset(own.included_taints or ())
    selector = _selector(own.label_selector)
    return p.NodeTaints(_namespaces(own.namespaces), selector, own.include_prefer_no_schedule, excluded, included)


def _evictor(own: _Evictor) -> Evictor:
    try:
        nodes = selectors.parse(own.node_selector) if own.node_selector else EVERYTHING
    except BadSelector as bad:
        raise BadInput(str(bad), path="nodeSelector") from None
    return Evictor(
        protections=_protections(own),
        node_fit=own.node_fit,
        node_selector=nodes,
        selector=_selector(own.label_selector),
        below_priority=_priority(own.priority_threshold),
        min_replicas=_counted(own.min_replicas, "minReplicas"),
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


def _namespaces(own: _Namespaces | None, path: str = "namespaces") -> Namespaces:
    if own is None:
        return Namespaces()
    if own.include and own.exclude:
        raise BadInput("only one of include and exclude can be set", path=path)
    return Namespaces(frozenset(own.include or ()), frozenset(own.exclude or ()))


def _selector(raw: meta_v1.LabelSelector | None) -> Selector:
    try:
        return EVERYTHING if raw is None else selectors.of_label_selector(raw)
    except BadSelector as bad:
        raise BadInput(str(bad), path="labelSelector") from None


def _counted(number: int, path: str) -> int:
    if number < 0:
        raise BadInput(f"at least 0 is needed, not {number}", path=path)
    return number


PLUGINS: Mapping[type[Plugin], Reader[Plugin]] = {
    p.RemoveDuplicates: Reader(_Duplicates, _duplicates),
    p.TopologySpread: Reader(_Spread, _spread),
    p.LowNodeUtilization: Reader(_Utilization, _utilization),
    p.NodeTaints: Reader(_Taints, _taints),
}
evictor: Reader[Evictor] = Reader(_Evictor, _evictor)
"""How the args of DefaultEvictor are read."""
