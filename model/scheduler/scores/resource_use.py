"""What of its resources a node would have given away with the pod on it: what both resource scores look at (v1.34)."""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.logic.terms import Term
from kubeproof.model.scheduler.filters.node_resources_fit import NATIVE
from kubeproof.model.scheduler.filters.node_resources_fit import counted as known
from kubeproof.model.scheduler.open_node import alloc, counted, free

COUNTED = frozenset({"cpu", "memory"})
"""The resources of which a container that asks for nothing counts as asking for something."""


class Use(NamedTuple):
    """One resource: what the node has to give, and what pods and this one ask for. It is `there` where it has any."""

    resource: str
    capacity: Term
    requested: Term

    @property
    def there(self) -> Term:
        """Whether the node has any of it; else the resource is not looked at there."""
        return (self.capacity > 0) | (self.capacity < 0)


def use(asked: int, resource: str, *, plainly: bool) -> Use | None:
    """The use of a resource of which a pod asks so much; None where no node's is looked at (resourceAllocationScorer).

    `plainly`: as requests say; else cpu and memory count as if no container asked for nothing.
    """
    if not known(resource) or (not asked and resource not in NATIVE):
        return None
    here = counted(resource) if resource in COUNTED and not plainly else alloc(resource) - free(resource)
    return Use(resource, alloc(resource), here + asked)
