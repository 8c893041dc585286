"""Which taints the node lifecycle controller keeps on a node (v1.36).

NoSchedule taints follow the conditions (doNoScheduleTaintingPass); NoExecute taints follow Ready, one node after the
other at the rate of the zone (rates.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kubeproof.model.objects.live_node import READY, LiveNode, NodeCondition
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint, is_same

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"

TAINT_OF: dict[tuple[str, Truth], str] = {
    (READY, "False"): NOT_READY,
    (READY, "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
"""Which condition with which status gives which taint (nodeConditionToTaintKeyStatusMap)."""

_OWN = frozenset({*TAINT_OF.values(), UNSCHEDULABLE})
_EVICTING: dict[Truth, Taint] = {
    "False": Taint(NOT_READY, "", NO_EXECUTE),
    "Unknown": Taint(UNREACHABLE, "", NO_EXECUTE),
}


def no_schedule(node: LiveNode) -> tuple[Taint, ...]:
    """The node's taints once its NoSchedule taints are those that its conditions and its cordon call for.

    Taints of other effects and of other keys are left alone, and so is the value of one that is there already.
    """
    wanted = [
        Taint(TAINT_OF[condition.type, condition.status], "", NO_SCHEDULE)
        for condition in node.conditions
        if (condition.type, condition.status) in TAINT_OF
    ]
    if node.unschedulable:
        wanted.append(Taint(UNSCHEDULABLE, "", NO_SCHEDULE))
    have = [taint for taint in node.taints if taint.effect == NO_SCHEDULE and taint.key in _OWN]
    return swapped(node.taints, _without(wanted, have), _without(have, wanted))


def no_execute(ready: NodeCondition, taints: Iterable[Taint]) -> tuple[Taint, ...]:
    """The taints with the NoExecute one that this Ready condition calls for, and without its opposite.

    A node that is ready keeps what it has: its taints go when it is next looked at (`reachable`).
    """
    if ready.status not in _EVICTING:
        return tuple(taints)
    add = _EVICTING[ready.status]
    return swapped(taints, [add], [taint for taint in _EVICTING.values() if taint is not add])


def evicting(ready: NodeCondition, taints: Iterable[Taint], *, opposite: bool = False) -> bool:
    """Whether the taint that this Ready condition calls for is there; or, if `opposite`, the other one."""
    wanted = _EVICTING[ready.status]
    sought = [taint for taint in _EVICTING.values() if (taint is wanted) is not opposite]
    return any(is_same(taint, one) for taint in taints for one in sought)


def reachable(taints: Iterable[Taint], seen: Iterable[Taint]) -> tuple[Taint, ...]:
    """The taints of a node that is ready again, without the NoExecute ones `seen` on it (markNodeAsReachable).

    One that came since stays, as the controller does not ask for what it does not see.
    """
    seen = tuple(seen)
    return tuple(_without(taints, [own for own in _EVICTING.values() if any(is_same(own, one) for one in seen)]))


def swapped(taints: Iterable[Taint], add: Iterable[Taint], remove: Collection[Taint]) -> tuple[Taint, ...]:
    """The taints with some added, each in the place of one of its key and effect, and some removed
    (SwapNodeControllerTaint)."""
    found = list(taints)
    for new in add:
        found = [new if is_same(new, taint) else taint for taint in found]
        if new not in found:
            found.append(new)
    return tuple(_without(found, remove))


def _without(taints: Iterable[Taint], others: Collection[Taint]) -> list[Taint]:
    return [taint for taint in taints if not any(is_same(taint, other) for other in others)]
