"""What plugins of kube-scheduler can be asked by a profile, with the defaults of v1.34: `Args`.

Left out: how a configuration file asks it (plugin_args.py), and what the plugins do with it (filters/, scores/).
"""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.affinity import NodeSelectorTerm, PreferredNodes
from kubeproof.model.objects.pod import SpreadConstraint

LEAST, MOST, RATIO = "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"
CPU_AND_MEMORY = (("cpu", 1), ("memory", 1))


class Strategy(msgspec.Struct, frozen=True):
    """How NodeResourcesFit scores: by which rule, which resources with which weights.

    `shape`: for RequestedToCapacityRatio (utilisation in percent, score from 0 to 10), utilisation rising.
    """

    type: str = LEAST
    resources: tuple[tuple[str, int], ...] = CPU_AND_MEMORY
    shape: tuple[tuple[int, int], ...] = ()


class Args(msgspec.Struct, frozen=True):
    """What plugins are asked, with kube-scheduler's defaults.

    `added_nodes`: node affinity that every pod of the profile has (None: none). `default_spread`: constraints for pods
    that have none, without selectors; None stands for the scheduler's own (System), which only score.
    `balanced_change`: balance is scored by how the pod changes it, as v1.36 does (versions.py); no file asks for this.
    """

    added_nodes: tuple[NodeSelectorTerm, ...] | None = None
    added_preferred: tuple[PreferredNodes, ...] = ()
    ignored_resources: frozenset[str] = frozenset()
    ignored_groups: frozenset[str] = frozenset()
    strategy: Strategy = Strategy()
    balanced: tuple[str, ...] = ("cpu", "memory")
    balanced_change: bool = False
    hard_affinity_weight: int = 1
    ignore_preferred_of_others: bool = False
    default_spread: tuple[SpreadConstraint, ...] | None = None
