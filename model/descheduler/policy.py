"""What a descheduler is told, as values: which plugins run in which order, with what, and which pods it may evict.

    DeschedulerPolicy((profile(RemoveDuplicates(), evictor=Evictor(node_fit=True)),), interval=10)

The names and defaults are those of the API descheduler/v1alpha2 (v0.34); policy_file.py reads that API's own YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from immutables import Map

from kubeproof.model.objects.selectors import EVERYTHING, Selector

CRITICAL = 2_000_000_000
"""The priority from which on a pod is critical to the system."""

INTERVAL = 300
"""Seconds from one pass to the next, as the descheduler's Helm chart sets it (the program itself runs once)."""


class Namespaces(msgspec.Struct, frozen=True):
    """Whose pods a plugin looks at: all of `include` (all where it is empty) but those of `exclude`."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def allow(self, namespace: str) -> bool:
        """Whether pods of this namespace are looked at."""
        return (not self.include or namespace in self.include) and namespace not in self.exclude


class RemoveDuplicates(msgspec.Struct, frozen=True, tag=True):
    """Pods of one owner are spread over the nodes; those of owners of `exclude_owner_kinds` are left alone."""

    namespaces: Namespaces = Namespaces()
    exclude_owner_kinds: frozenset[str] = frozenset()


class TopologySpread(msgspec.Struct, frozen=True, tag=True):
    """RemovePodsViolatingTopologySpreadConstraint. `hard`, `soft`: whether DoNotSchedule and ScheduleAnyway count;
    `node_fit` is topologyBalanceNodeFit; `joint`: a pod's other hard constraints are kept, which no release does."""

    namespaces: Namespaces = Namespaces()
    selector: Selector = EVERYTHING
    hard: bool = True
    soft: bool = False
    node_fit: bool = True
    joint: bool = False


class LowNodeUtilization(msgspec.Struct, frozen=True, tag=True):
    """Pods leave nodes that are above `targets` while others are below `thresholds` (percent, by resource).

    `deviation`: both are distances from the average. `more_than`: numberOfNodes; `excluded`: evictableNamespaces;
    `per_node`: evictionLimits.node.
    """

    thresholds: Map[str, float]
    targets: Map[str, float]
    deviation: bool = False
    more_than: int = 0
    excluded: Namespaces = Namespaces()
    per_node: int | None = None


class NodeTaints(msgspec.Struct, frozen=True, tag=True):
    """RemovePodsViolatingNodeTaints. `prefer`: PreferNoSchedule counts, too; `excluded` and `included` name taints by
    KEY or KEY=VALUE (none included: all are)."""

    namespaces: Namespaces = Namespaces()
    selector: Selector = EVERYTHING
    prefer: bool = False
    excluded: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()


Plugin = RemoveDuplicates | TopologySpread | LowNodeUtilization | NodeTaints

NAMES: Mapping[type[Plugin], str] = {
    RemoveDuplicates: "RemoveDuplicates",
    TopologySpread: "RemovePodsViolatingTopologySpreadConstraint",
    LowNodeUtilization: "LowNodeUtilization",
    NodeTaints: "RemovePodsViolatingNodeTaints",
}
"""What the plugins are called."""

Protection = Literal[
    "PodsWithLocalStorage",
    "SystemCriticalPods",
    "FailedBarePods",
    "DaemonSetPods",
    "PodsWithPVC",
    "PodsWithoutPDB",
    "PodsWithResourceClaims",
]
DEFAULT_PROTECTIONS: frozenset[Protection] = frozenset(
    {"PodsWithLocalStorage", "SystemCriticalPods", "FailedBarePods", "DaemonSetPods"}
)
EXTRA_PROTECTIONS: frozenset[Protection] = frozenset({"PodsWithPVC", "PodsWithoutPDB", "PodsWithResourceClaims"})


class Evictor(msgspec.Struct, frozen=True):
    """The args of DefaultEvictor: which pods may be evicted at all. `min_age` is in seconds.

    `below_priority` counts while system-critical pods are protected. `node_fit`: only what fits on another node, of
    those that `node_selector` selects. `mandatory`: pods that prefer not to be evicted never are.
    """

    protections: frozenset[Protection] = DEFAULT_PROTECTIONS
    node_fit: bool = False
    node_selector: Selector = EVERYTHING
    selector: Selector = EVERYTHING
    below_priority: int = CRITICAL
    min_replicas: int = 0
    min_age: int | None = None
    mandatory: bool = False


class Profile(msgspec.Struct, frozen=True):
    """Plugins that share an evictor. All `deschedule` plugins run before all `balance` plugins, in their order."""

    deschedule: tuple[Plugin, ...] = ()
    balance: tuple[Plugin, ...] = ()
    evictor: Evictor = Evictor()


class DeschedulerPolicy(msgspec.Struct, frozen=True):
    """All of it. `interval` is --descheduling-interval (seconds); `per_…` and `in_total` limit one pass (None: not at
    all); `grace`: how many seconds pods get to end, None: as they say themselves."""

    profiles: tuple[Profile, ...] = ()
    interval: int = INTERVAL
    node_selector: Selector = EVERYTHING
    per_node: int | None = None
    per_namespace: int | None = None
    in_total: int | None = None
    grace: int | None = None


DESCHEDULES = frozenset({NodeTaints})
"""The plugins that run at the extension point deschedule; the others balance."""


def profile(*plugins: Plugin, evictor: Evictor | None = None) -> Profile:
    """A profile of these plugins, each at its extension point."""
    first = tuple(one for one in plugins if type(one) in DESCHEDULES)
    then = tuple(one for one in plugins if type(one) not in DESCHEDULES)
    return Profile(first, then, evictor or Evictor())
