"""What a KubeSchedulerConfiguration's pluginConfig asks of single plugins, defaulted and checked (v1.34).

Left out: what the plugins do with it (filters/, scores/), and fields that change no decision (time limits).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import typed
from kubeproof.model.objects import affinity
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.pod import spread_constraint
from kubeproof.model.objects.selectors import BadSelector, check_key
from kubeproof.model.scheduler.args import CPU_AND_MEMORY, LEAST, MOST, RATIO, Args, Strategy
from kubeproof.model.scheduler.filters.node_affinity import problems

HIGHEST_WEIGHT, HIGHEST_SHAPE_SCORE = 100, 10


class _Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    api_version: str = ""
    kind: str = ""


class _Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = ""
    weight: int = 0


class _Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    utilization: int = 0
    score: int = 0


class _Ratio(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shape: list[_Point] | None = None


class _Strategy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    type: str = ""
    resources: list[_Resource] | None = None
    requested_to_capacity_ratio: _Ratio | None = None


class _NodeAffinity(_Args, frozen=True):
    added_affinity: core_v1.NodeAffinity | None = None


class _Fit(_Args, frozen=True):
    ignored_resources: list[str] | None = None
    ignored_resource_groups: list[str] | None = None
    scoring_strategy: _Strategy | None = None


class _Balanced(_Args, frozen=True):
    resources: list[_Resource] | None = None


class _InterPod(_Args, frozen=True):
    hard_pod_affinity_weight: int | None = None
    ignore_preferred_terms_of_existing_pods: bool | None = None


class _Spread(_Args, frozen=True):
    default_constraints: list[core_v1.TopologySpreadConstraint] | None = None
    defaulting_type: Literal["", "System", "List"] | None = None


class _Preemption(_Args, frozen=True):
    min_candidate_nodes_percentage: int | None = None
    min_candidate_nodes_absolute: int | None = None


class _VolumeBinding(_Args, frozen=True):
    bind_timeout_seconds: int | None = None
    shape: list[_Point] | None = None


class _DynamicResources(_Args, frozen=True):
    filter_timeout: str | None = None


def read(plugin: str, raw: Mapping[str, Any], args: Args) -> Args:
    """The args with what one entry of pluginConfig asks of a plugin. Raises BadInput, its path within the entry's args.

    A plugin that takes no args is left as it is, whatever is asked: kube-scheduler does not read it (v1.34).
    """
    if plugin not in _READ:
        return args
    kind, use = _READ[plugin]
    try:
        own = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        path, problem = typed.explained(raw, str(error))
        raise BadInput(problem, path=path) from None
    if own.kind not in ("", f"{plugin}Args"):
        raise BadInput(f"the args of {plugin} are of kind {plugin}Args, not {own.kind!r}", path="kind")
    return use(own, args)


def _node_affinity(own: _NodeAffinity, args: Args) -> Args:
    added = own.added_affinity
    required, preferred = affinity.required_nodes(added), affinity.preferred_nodes(added)
    for index, term in enumerate(required or ()):
        _check_term(term, f"addedAffinity.{REQUIRED}.nodeSelectorTerms[{index}]")
    for index, one in enumerate(preferred):
        _check_term(one.term, f"addedAffinity.{PREFERRED}[{index}].preference")
    return replace(args, added_nodes=required, added_preferred=preferred)


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def _check_term(term: NodeSelectorTerm, path: str) -> None:
    for problem in problems(term):
        raise BadInput(problem, path=path)


def _fit(own: _Fit, args: Args) -> Args:
    for index, name in enumerate(own.ignored_resources or ()):
        _check_name(name, f"ignoredResources[{index}]")
    for index, group in enumerate(own.ignored_resource_groups or ()):
        if "/" in group:
            raise BadInput(f"the group {group!r} cannot contain '/'", path=f"ignoredResourceGroups[{index}]")
        _check_name(group, f"ignoredResourceGroups[{index}]")
    return replace(
        args,
        ignored_resources=frozenset(own.ignored_resources or ()),
        ignored_groups=frozenset(own.ignored_resource_groups or ()),
        strategy=_strategy(own.scoring_strategy) if own.scoring_strategy else args.strategy,
    )


def _strategy(raw: _Strategy) -> Strategy:
    path = "scoringStrategy"
    if raw.type not in (LEAST, MOST, RATIO):
        raise BadInput(f"{raw.type!r} is no strategy; known: {LEAST}, {MOST}, {RATIO}", path=f"{path}.type")
    resources = tuple((one.name, one.weight or 1) for one in raw.resources or ()) or CPU_AND_MEMORY
    for index, (name, weight) in enumerate(resources):
        if not 0 < weight <= HIGHEST_WEIGHT:
            problem = f"the weight of {name} is from 1 to {HIGHEST_WEIGHT}, not {weight}"
            raise BadInput(problem, path=f"{path}.resources[{index}].weight")
    ratio, path = raw.requested_to_capacity_ratio, f"{path}.requestedToCapacityRatio"
    if (raw.type == RATIO) != (ratio is not None):
        problem = f"{RATIO} needs it" if raw.type == RATIO else f"the strategy {raw.type} takes none"
        raise BadInput(problem, path=path)
    shape = () if ratio is None else _shape(ratio.shape or (), f"{path}.shape")
    return Strategy(raw.type, resources, shape)


def _shape(points: Sequence[_Point], path: str) -> tuple[tuple[int, int], ...]:
    if not points:
        raise BadInput("at least one point is needed", path=path)
    before = -1
    for index, point in enumerate(points):
        if not 0 <= point.utilization <= 100 or point.utilization <= before:
            problem = f"utilizations are from 0 to 100 and rise, not {point.utilization}"
            raise BadInput(problem, path=f"{path}[{index}].utilization")
        if not 0 <= point.score <= HIGHEST_SHAPE_SCORE:
            problem = f"a score is from 0 to {HIGHEST_SHAPE_SCORE}, not {point.score}"
            raise BadInput(problem, path=f"{path}[{index}].score")
        before = point.utilization
    return tuple((point.utilization, point.score) for point in points)


def _balanced(own: _Balanced, args: Args) -> Args:
    names = [one.name for one in own.resources or ()]
    for index, one in enumerate(own.resources or ()):
        if one.weight not in (0, 1):
            raise BadInput(f"the weight is 1, not {one.weight}", path=f"resources[{index}].weight")
        if one.name in names[:index]:
            raise BadInput(f"{one.name} stands twice", path=f"resources[{index}].name")
    return replace(args, balanced=tuple(names)) if names else args


def _inter_pod(own: _InterPod, args: Args) -> Args:
    weight = args.hard_affinity_weight if own.hard_pod_affinity_weight is None else own.hard_pod_affinity_weight
    if not 0 <= weight <= HIGHEST_WEIGHT:
        raise BadInput(f"a weight from 0 to {HIGHEST_WEIGHT} is needed, not {weight}", path="hardPodAffinityWeight")
    ignore = bool(own.ignore_preferred_terms_of_existing_pods)
    return replace(args, hard_affinity_weight=weight, ignore_preferred_of_others=ignore)


def _spread(own: _Spread, args: Args) -> Args:
    listed = own.default_constraints or ()
    if own.defaulting_type != "List":
        if listed:
            raise BadInput("constraints need defaultingType List", path="defaultConstraints")
        return args
    seen: set[tuple[str, str]] = set()
    for index, raw in enumerate(listed):
        _check_default(raw, f"defaultConstraints[{index}]")
        if (raw.topologyKey, raw.whenUnsatisfiable) in seen:
            problem = f"{raw.topologyKey} stands twice with {raw.whenUnsatisfiable}"
            raise BadInput(problem, path=f"defaultConstraints[{index}]")
        seen.add((raw.topologyKey, raw.whenUnsatisfiable))
    return replace(args, default_spread=tuple(spread_constraint(raw, {}) for raw in listed))


def _check_default(raw: core_v1.TopologySpreadConstraint, path: str) -> None:
    if raw.maxSkew <= 0:
        raise BadInput(f"maxSkew is at least 1, not {raw.maxSkew}", path=f"{path}.maxSkew")
    if raw.whenUnsatisfiable not in ("DoNotSchedule", "ScheduleAnyway"):
        problem = f"{raw.whenUnsatisfiable!r} is neither DoNotSchedule nor ScheduleAnyway"
        raise BadInput(problem, path=f"{path}.whenUnsatisfiable")
    if raw.labelSelector is not None:
        raise BadInput("the selector is deduced for each pod, none may stand here", path=f"{path}.labelSelector")
    _check_name(raw.topologyKey, f"{path}.topologyKey")


def _preemption(own: _Preemption, args: Args) -> Args:
    """Which share of the nodes is tried changes nothing here, where all are (see Configuration.notes)."""
    percentage, absolute = own.min_candidate_nodes_percentage, own.min_candidate_nodes_absolute
    if percentage is not None and not 0 <= percentage <= 100:
        raise BadInput(f"a percentage is from 0 to 100, not {percentage}", path="minCandidateNodesPercentage")
    if absolute is not None and absolute < 0:
        raise BadInput(f"at least 0 is needed, not {absolute}", path="minCandidateNodesAbsolute")
    if percentage == absolute == 0:
        raise BadInput("cannot be 0 where minCandidateNodesAbsolute is", path="minCandidateNodesPercentage")
    return args


def _volume_binding(own: _VolumeBinding, args: Args) -> Args:
    if own.bind_timeout_seconds is not None and own.bind_timeout_seconds < 0:
        raise BadInput("cannot be negative", path="bindTimeoutSeconds")
    if own.shape is not None:
        raise BadInput("needs the feature gate StorageCapacityScoring, which is off", path="shape")
    return args


def _dynamic_resources(own: _DynamicResources, args: Args) -> Args:
    return args


def _check_name(name: str, path: str) -> None:
    try:
        check_key(name)
    except BadSelector as bad:
        raise BadInput(str(bad), path=path) from None


_Read = tuple[type[Any], Callable[[Any, Args], Args]]
_READ: Mapping[str, _Read] = {
    "NodeAffinity": (_NodeAffinity, _node_affinity),
    "NodeResourcesFit": (_Fit, _fit),
    "NodeResourcesBalancedAllocation": (_Balanced, _balanced),
    "InterPodAffinity": (_InterPod, _inter_pod),
    "PodTopologySpread": (_Spread, _spread),
    "DefaultPreemption": (_Preemption, _preemption),
    "VolumeBinding": (_VolumeBinding, _volume_binding),
    "DynamicResources": (_DynamicResources, _dynamic_resources),
}
