"""Which plugins run at which extension point: kube-scheduler's merging of a profile with its defaults (v1.34).

`merged` is mergePlugins, then the framework's expansion of multiPoint. Left out: what the plugins do, and their args.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kubeproof.model.errors import BadInput, NotModelled

ALL = "*"
MULTI_POINT = "multiPoint"
POINTS = (
    *("preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score"),
    *("reserve", "permit", "preBind", "bind", "postBind"),
)
_FILTERS = ("preFilter", "filter")
_SCORES = ("preScore", "score")
PLUGINS: Mapping[str, tuple[str, ...]] = {
    "SchedulingGates": ("preEnqueue",),
    "PrioritySort": ("queueSort",),
    "NodeUnschedulable": ("filter",),
    "NodeName": ("filter",),
    "TaintToleration": ("filter", *_SCORES),
    "NodeAffinity": (*_FILTERS, *_SCORES),
    "NodePorts": _FILTERS,
    "NodeResourcesFit": (*_FILTERS, *_SCORES),
    "VolumeRestrictions": _FILTERS,
    "NodeVolumeLimits": _FILTERS,
    "VolumeBinding": (*_FILTERS, *_SCORES, "reserve", "preBind"),
    "VolumeZone": _FILTERS,
    "PodTopologySpread": (*_FILTERS, *_SCORES),
    "InterPodAffinity": (*_FILTERS, *_SCORES),
    "DynamicResources": ("preEnqueue", *_FILTERS, "postFilter", "reserve", "preBind"),
    "DefaultPreemption": ("preEnqueue", "postFilter"),
    "NodeResourcesBalancedAllocation": _SCORES,
    "ImageLocality": ("score",),
    "DefaultBinder": ("bind",),
}
"""kube-scheduler's own plugins in the order of its default profile, each with the extension points that it has."""

REMOVED = frozenset({"AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"})
"""Plugins that older versions had; kube-scheduler refuses a configuration that enables them."""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plugin in a list of a profile; weight 0 stands for none told."""

    name: str = ""
    weight: int = 0


class PluginSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a profile enables and disables at one extension point, or at all of them (multiPoint)."""

    enabled: tuple[Named, ...] | None = None
    disabled: tuple[Named, ...] | None = None

    @property
    def on(self) -> Sequence[Named]:
        """The plugins that are enabled, in their order."""
        return self.enabled or ()

    @property
    def off(self) -> frozenset[str]:
        """The names that are disabled."""
        return frozenset(one.name for one in self.disabled or ())


_WEIGHTS = {"TaintToleration": 3, "NodeAffinity": 2, "PodTopologySpread": 2, "InterPodAffinity": 2}
DEFAULT_SET = PluginSet(tuple(Named(name, _WEIGHTS.get(name, 0)) for name in PLUGINS))
"""multiPoint of the default profile."""

Merged = Mapping[str, Mapping[str, int]]
"""For each extension point the plugins that run there, in their order, with their weights as scores."""


def merged(asked: Mapping[str, PluginSet]) -> Merged:
    """What runs where in a profile that asks this (an entry for multiPoint, or for an extension point).

    Raises BadInput where kube-scheduler would not start, NotModelled for a plugin that is not one of its own; paths are
    within `plugins`.
    """
    for point, plugins in asked.items():
        _check(point, plugins)
    everywhere = _multi_point(asked.get(MULTI_POINT, PluginSet()))
    found = {point: _expanded(point, asked.get(point, PluginSet()), everywhere) for point in POINTS}
    if not found["bind"]:
        raise BadInput("at least one bind plugin is needed", path="bind")
    if len(found["queueSort"]) != 1:
        raise BadInput("exactly one queueSort plugin is needed", path="queueSort")
    return found


def _check(point: str, plugins: PluginSet) -> None:
    names = [one.name for one in plugins.on]
    for index, name in enumerate(names):
        path = f"{point}.enabled[{index}].name"
        if name in REMOVED:
            raise BadInput(f"{name} was removed from kube-scheduler", path=path)
        if name not in PLUGINS:
            raise NotModelled(path, f"the plugin {name!r}, which is not one of kube-scheduler's own")
        if name in names[:index]:
            raise BadInput(f"{name} stands twice", path=path)
        if point != MULTI_POINT and point not in PLUGINS[name]:
            raise BadInput(f"{name} has nothing to do at {point}: only at {', '.join(PLUGINS[name])}", path=path)


def _multi_point(asked: PluginSet) -> Sequence[Named]:
    """The defaults that are left, those that are asked anew in their places, then the others that are asked."""
    anew = {one.name: one for one in asked.on}
    kept = [] if ALL in asked.off else [one for one in DEFAULT_SET.on if one.name not in asked.off]
    names = {one.name for one in kept}
    return [*(anew.get(one.name, one) for one in kept), *(one for one in asked.on if one.name not in names)]


def _expanded(point: str, asked: PluginSet, everywhere: Iterable[Named]) -> Mapping[str, int]:
    """What runs at one point: what it asks anew of multiPoint's plugins, the rest of those, then what else it asks."""
    weights = {one.name: one.weight or 1 for one in (*everywhere, *asked.on)}
    names = [one.name for one in asked.on]
    if ALL not in asked.off:
        from_all = [one.name for one in everywhere if point in PLUGINS[one.name] and one.name not in asked.off]
        again = [name for name in names if name in from_all]
        names = [*again, *(n for n in from_all if n not in again), *(n for n in names if n not in again)]
    return {name: weights[name] for name in names}
