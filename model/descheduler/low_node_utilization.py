"""LowNodeUtilization: pods leave nodes that are asked for too much while others are hardly asked for anything (v0.34).

What pods ask for counts, not what they use. Left out: metrics of real use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.descheduler.evictor import Evictable, Outcome
from kubeproof.model.descheduler.node_fit import usage
from kubeproof.model.descheduler.policy import NAMES, LowNodeUtilization
from kubeproof.model.descheduler.view import View
from kubeproof.model.node.kubelet.pod_qos import qos_of
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import matching_tolerations

NAME = NAMES[LowNodeUtilization]
QOS = ("BestEffort", "Burstable", "Guaranteed")

Percent = Mapping[str, float]
Amounts = dict[str, int]


class Used(NamedTuple):
    """A node, what its pods ask for, that in percent of what it has, and how much of it the targets allow."""

    node: LiveNode
    amounts: Amounts
    percent: Percent
    most: Mapping[str, int]


def run(args: LowNodeUtilization, view: View, evictable: Evictable) -> Iterator[Write]:
    """One pass of the plugin (Balance)."""
    low, high = classified(args, view)
    if not low or len(low) <= args.more_than or len(low) == len(view.nodes):
        return
    room = {name: sum(one.most[name] - one.amounts[name] for one in low) for name in low[0].amounts}
    destinations = [one.node for one in low]
    for source in sorted(high, key=_weight, reverse=True):
        pods = sorted(view.pods(source.node.meta.name, evictable.allows), key=_first_to_go)
        evicted = 0
        for pod in pods:
            if not _goes_on(source, room) or (args.per_node is not None and evicted >= args.per_node):
                break
            allowed = args.excluded.allow(pod.meta.namespace)
            if not (allowed and tolerates_one(pod, destinations) and evictable.fits(pod)):
                continue
            outcome = yield from evictable.evictions.evict(pod, NAME)
            if outcome is Outcome.NODE_LIMIT:
                break
            if outcome is Outcome.TOTAL_LIMIT:
                return
            if outcome is Outcome.EVICTED:
                evicted += 1
                for name, amount in usage([pod], room).items():
                    source.amounts[name] -= amount
                    room[name] -= amount


def classified(args: LowNodeUtilization, view: View) -> tuple[list[Used], list[Used]]:
    """The nodes below the thresholds in every resource, and of the others those above a target in any of them."""
    found = [_used(node, view.pods(node.meta.name), args.thresholds) for node in view.nodes]
    under, over = _limits(args, [one.percent for one in found])
    low = [one for one in found if not one.node.unschedulable and not _above(one.percent, under)]
    names = {one.node.meta.name for one in low}
    high = [one for one in found if one.node.meta.name not in names and _above(one.percent, over)]
    return [_capped(one, over) for one in low], [_capped(one, over) for one in high]


def tolerates_one(pod: LivePod, nodes: Iterable[LiveNode]) -> bool:
    """Whether it tolerates all taints of one of these nodes, soft ones too, having as many tolerations as the node has
    taints (PodToleratesTaints)."""
    told = pod.spec.tolerations
    return any(len(told) >= len(node.taints) and matching_tolerations(node.taints, told) is not None for node in nodes)


def _used(node: LiveNode, pods: Iterable[LivePod], names: Iterable[str]) -> Used:
    amounts = usage(pods, names)
    has = node.allocatable
    percent = {name: 100 * amount / has[name] if has[name] else 0.0 for name, amount in amounts.items() if name in has}
    return Used(node, amounts, percent, {})


def _limits(args: LowNodeUtilization, found: Sequence[Percent]) -> tuple[Percent, Percent]:
    """The thresholds and the targets, in percent."""
    if not args.deviation:
        return args.thresholds, args.targets
    average = {name: _mean([one[name] for one in found if name in one]) for name in args.thresholds}
    under = {name: _clamped(average[name] - away) for name, away in args.thresholds.items()}
    return under, {name: _clamped(average[name] + away) for name, away in args.targets.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _clamped(percent: float) -> float:
    return min(max(percent, 0.0), 100.0)


def _above(percent: Percent, limits: Percent) -> bool:
    """Whether any resource is above its limit (isNodeAboveThreshold); a node that lacks it uses none."""
    return any(limit < percent.get(name, 0.0) for name, limit in limits.items())


def _capped(one: Used, targets: Percent) -> Used:
    """With how much of each resource the node may be asked for; all of one that has no target."""
    has = one.node.allocatable
    return one._replace(
        most={
            name: int(targets[name] * 0.01 * has.get(name, 0)) if name in targets else has.get(name, 0)
            for name in one.amounts
        }
    )


def _goes_on(source: Used, room: Mapping[str, int]) -> bool:
    """Whether the node is still above a target, and there is room left elsewhere (continueEvictionCond)."""
    above = any(source.most[name] < amount for name, amount in source.amounts.items())
    return above and all(left > 0 for left in room.values())


def _weight(one: Used) -> tuple[int, str]:
    """All amounts added up, whatever they are of, as upstream sorts nodes."""
    return sum(one.amounts.values()), one.node.meta.name


def _first_to_go(pod: LivePod) -> tuple[int, int, str, str]:
    """Low priorities first, then the less guaranteed ones (SortPodsBasedOnPriorityLowToHigh)."""
    return pod.spec.priority, QOS.index(qos_of(pod.run)), pod.meta.namespace, pod.meta.name
