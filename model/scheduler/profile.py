"""What decides about pods of one scheduler name: its plugins, their order, weights and args (v1.34's default profile).

Left out: how a configuration file asks for another profile (configuration.py).
"""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.pod import DEFAULT_SCHEDULER
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.filters.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.filters.node_affinity import NODE_AFFINITY
from kubeproof.model.scheduler.filters.node_name import NODE_NAME
from kubeproof.model.scheduler.filters.node_ports import NODE_PORTS
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.node_unschedulable import NODE_UNSCHEDULABLE
from kubeproof.model.scheduler.filters.node_volume_limits import NODE_VOLUME_LIMITS
from kubeproof.model.scheduler.filters.pod_topology_spread import POD_TOPOLOGY_SPREAD
from kubeproof.model.scheduler.filters.scheduling_gates import SCHEDULING_GATES
from kubeproof.model.scheduler.filters.taint_toleration import TAINT_TOLERATION
from kubeproof.model.scheduler.filters.volume_binding import VOLUME_BINDING
from kubeproof.model.scheduler.filters.volume_restrictions import VOLUME_RESTRICTIONS
from kubeproof.model.scheduler.filters.volume_zone import VOLUME_ZONE
from kubeproof.model.scheduler.plugin_sets import merged
from kubeproof.model.scheduler.queue import Backoff

DEFAULT: tuple[Constraint, ...] = (
    SCHEDULING_GATES,
    NODE_UNSCHEDULABLE,
    NODE_NAME,
    TAINT_TOLERATION,
    NODE_AFFINITY,
    NODE_PORTS,
    NODE_RESOURCES_FIT,
    VOLUME_RESTRICTIONS,
    NODE_VOLUME_LIMITS,
    VOLUME_BINDING,
    VOLUME_ZONE,
    POD_TOPOLOGY_SPREAD,
    INTER_POD_AFFINITY,
)
"""In kube-scheduler's Filter order, which is also the order in which PreFilter rejections speak."""

CLAIMS_PLUGIN, PREEMPTION_PLUGIN = "DynamicResources", "DefaultPreemption"
_DEFAULT_SETS = merged({})
POST_FILTERS = tuple(_DEFAULT_SETS["postFilter"])
"""In the order in which they speak where a pod fits nowhere."""

WEIGHTS = tuple(_DEFAULT_SETS["score"].items())
"""The plugins that score, each with its weight."""


class Profile(msgspec.Struct, frozen=True):
    """How pods that name this scheduler are decided about; the default is kube-scheduler's own.

    `weights`: the plugins that score, with their weights. `args`: what single plugins are asked.
    `backoff`: how long refused pods are held back.
    """

    scheduler: str = DEFAULT_SCHEDULER
    filters: tuple[Constraint, ...] = DEFAULT
    post_filters: tuple[str, ...] = POST_FILTERS
    weights: tuple[tuple[str, int], ...] = WEIGHTS
    args: Args = Args()
    backoff: Backoff = Backoff()
