"""A node as the API server holds it, and the lease by which its kubelet says that it lives.

`LiveNode.for_scheduler` is what the scheduler sees of it (node.py). Times are whole seconds on the clock of whoever
writes them. Left out: addresses, node info, a taint's timeAdded.
"""

from __future__ import annotations

import msgspec
from immutables import Map

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.objects.taints import Taint

READY = "Ready"


class NodeCondition(msgspec.Struct, frozen=True):
    """One entry of a node's status.conditions: `heard_at` is lastHeartbeatTime, `changed_at` lastTransitionTime."""

    type: str
    status: Truth
    reason: str = ""
    message: str = ""
    heard_at: int | None = None
    changed_at: int | None = None


class LiveNode(msgspec.Struct, frozen=True):
    """One node. `allocatable` and `images` as in `Node`."""

    meta: Meta
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    conditions: tuple[NodeCondition, ...] = ()
    allocatable: Map[str, int] = Map()
    images: Map[str, int] = Map()

    def condition(self, type_: str) -> NodeCondition | None:
        """The first condition of a type, None where there is none (GetNodeCondition)."""
        return next((condition for condition in self.conditions if condition.type == type_), None)

    @property
    def ready(self) -> bool:
        """Whether it says that it is ready (IsNodeReady)."""
        said = self.condition(READY)
        return said is not None and said.status == "True"

    @property
    def for_scheduler(self) -> Node:
        """What the scheduler sees of it."""
        return Node(
            self.meta.name, self.meta.labels, self.taints, self.unschedulable, self.allocatable, self.images, None
        )


class Lease(msgspec.Struct, frozen=True):
    """A node's lease in kube-node-lease: its name is the node's; None was never renewed."""

    name: str
    renewed_at: int | None = None


class LiveLease(msgspec.Struct, frozen=True):
    """A lease as the API server holds it. Renewals are not told one by one: while `lease.renewed_at` is None it is
    being renewed all the time, else that was the last time."""

    meta: Meta
    lease: Lease
