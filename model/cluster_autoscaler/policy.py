"""What a cluster autoscaler is told, as values: node groups, and when a node is taken away (its flags' defaults)."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.node import Node

STARTUP = 60
"""Seconds until a machine that was asked for is a node, unless a group says otherwise."""


class NodeGroup(msgspec.Struct, frozen=True):
    """A group of equal nodes: from `least` to `most` of them, each like `template`, `startup` seconds after it is asked
    for. The nodes `NAME-1`, `NAME-2`, … of the cluster are its own."""

    name: str
    least: int
    most: int
    template: Node
    startup: int = STARTUP

    def owns(self, node: str) -> bool:
        """Whether the node of this name is one of the group."""
        head, _, number = node.rpartition("-")
        return head == self.name and number.isdecimal()


class AutoscalerPolicy(msgspec.Struct, frozen=True):
    """All of it; times in seconds. `threshold` is scale-down-utilization-threshold, the others are called after their
    flags."""

    groups: tuple[NodeGroup, ...] = ()
    threshold: float = 0.5
    unneeded_time: int = 600
    delay_after_add: int = 600
    scan_interval: int = 10
    skip_system_pods: bool = True
    skip_local_storage: bool = True
