"""The args of the descheduler's plugins, as pluginConfig holds them, read, defaulted and checked (v0.34).

Errors carry a path within the args. Left out, with NotModelled: metrics of real use and eviction modes. The args of
DefaultEvictor: evictor_args.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from immutables import Map
from lightkube.models import meta_v1

from kubeproof.model.descheduler import policy as p
from kubeproof.model.descheduler.policy import Namespaces, Plugin
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.manifests import typed
from kubeproof.model.objects import selectors
from kubeproof.model.objects.selectors import EVERYTHING, BadSelector, Selector

T = TypeVar("T")


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


class Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the args of all plugins share: no other fields than their own."""

    api_version: str = ""
    kind: str = ""


class _Namespaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    include: list[str] | None = None
    exclude: list[str] | None = None


class _Duplicates(Args, frozen=True):
    namespaces: _Namespaces | None = None
    exclude_owner_kinds: list[str] | None = None


class _Spread(Args, frozen=True):
    namespaces: _Namespaces | None = None
    label_selector: meta_v1.LabelSelector | None = None
    constraints: list[Literal["DoNotSchedule", "ScheduleAnyway"]] | None = None
    topology_balance_node_fit: bool | None = None


class _Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: int | None = None


class _Utilization(Args, frozen=True):
    use_deviation_thresholds: bool = False
    thresholds: dict[str, float] | None = None
    target_thresholds: dict[str, float] | None = None
    number_of_nodes: int = 0
    metrics_utilization: dict[str, Any] | None = None
    evictable_namespaces: _Namespaces | None = None
    eviction_limits: _Limits | None = None
    eviction_modes: list[str] | None = None


class _Taints(Args, frozen=True):
    namespaces: _Namespaces | None = None
    label_selector: meta_v1.LabelSelector | None = None
    include_prefer_no_schedule: bool = False
    excluded_taints: list[str] | None = None
    included_taints: list[str] | None = None


def _duplicates(own: _Duplicates) -> Plugin:
    return p.RemoveDuplicates(_namespaces(own.namespaces), frozenset(own.exclude_owner_kinds or ()))


def _spread(own: _Spread) -> Plugin:
    asked = own.constraints or ["DoNotSchedule"]
    fit = own.topology_balance_node_fit is None or own.topology_balance_node_fit
    selector = label_selector(own.label_selector)
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
        counted(own.number_of_nodes, "numberOfNodes"),
        _namespaces(own.evictable_namespaces, "evictableNamespaces"),
        _limit(own.eviction_limits),
    )


def _limit(own: _Limits | None) -> int | None:
    return None if own is None or own.node is None else counted(own.node, "evictionLimits.node")


def _taints(own: _Taints) -> Plugin:
    excluded, included = frozenset(own.excluded_taints or ()), frozenset(own.included_taints or ())
    selector = label_selector(own.label_selector)
    return p.NodeTaints(_namespaces(own.namespaces), selector, own.include_prefer_no_schedule, excluded, included)


def _namespaces(own: _Namespaces | None, path: str = "namespaces") -> Namespaces:
    if own is None:
        return Namespaces()
    if own.include and own.exclude:
        raise BadInput("only one of include and exclude can be set", path=path)
    return Namespaces(frozenset(own.include or ()), frozenset(own.exclude or ()))


def label_selector(raw: meta_v1.LabelSelector | None) -> Selector:
    """The selector of the field labelSelector; without one all pods are meant. Raises BadInput."""
    try:
        return EVERYTHING if raw is None else selectors.of_label_selector(raw)
    except BadSelector as bad:
        raise BadInput(str(bad), path="labelSelector") from None


def counted(number: int, path: str) -> int:
    """The number, which is at least 0. Raises BadInput."""
    if number < 0:
        raise BadInput(f"at least 0 is needed, not {number}", path=path)
    return number


PLUGINS: Mapping[type[Plugin], Reader[Plugin]] = {
    p.RemoveDuplicates: Reader(_Duplicates, _duplicates),
    p.TopologySpread: Reader(_Spread, _spread),
    p.LowNodeUtilization: Reader(_Utilization, _utilization),
    p.NodeTaints: Reader(_Taints, _taints),
}
