"""RemovePodsViolatingTopologySpreadConstraint: domains that hold too many pods give some away (v0.34).

Each constraint is balanced by itself, whatever that does to the pod's other ones, and where the scheduler would put the
pod then is not asked (descheduler #921, #1219; joint_spread.py is what PR #1918 proposes). Of two pods that may go
alike `pick` takes one, as upstream's order is any.
Two things are not as the documentation has them, but as the source: only pods that may be evicted, of the labels and
namespaces of the args, are counted at all; and of the evicted ones those of the highest priority go first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from kubeproof.model.component import Pick
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.descheduler.evictor import Evictable, Outcome
from kubeproof.model.descheduler.joint_spread import could_move
from kubeproof.model.descheduler.node_fit import fits_another
from kubeproof.model.descheduler.policy import NAMES, TopologySpread
from kubeproof.model.descheduler.spread_asked import Asked
from kubeproof.model.descheduler.view import View
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod

NAME = NAMES[TopologySpread]


class Domain(NamedTuple):
    """The nodes with one value of the topology key, and the pods there that the constraint selects."""

    value: str
    pods: list[LivePod]


def run(args: TopologySpread, view: View, evictable: Evictable, pick: Pick) -> Iterator[Write]:
    """One pass of the plugin (Balance)."""

    def looks_at(pod: LivePod) -> bool:
        own = args.namespaces.allow(pod.meta.namespace) and args.selector.matches(pod.meta.labels)
        return own and evictable.allows(pod)

    by_namespace: dict[str, list[LivePod]] = {}
    for node in view.nodes:
        for pod in view.pods(node.meta.name, looks_at):
            by_namespace.setdefault(pod.meta.namespace, []).append(pod)
    chosen: dict[Key, LivePod] = {}
    for _, pods in sorted(by_namespace.items()):
        for asked in constraints(args, pods):
            leaving = balanced(args, asked, pods, view, pick)
            chosen.update((key_of("Pod", pod.meta), pod) for pod in leaving)
    full: set[str] = set()
    for _, pod in sorted(chosen.items()):
        if pod.node in full or not looks_at(pod) or not evictable.fits(pod):
            continue
        outcome = yield from evictable.evictions.evict(pod, NAME)
        if outcome is Outcome.NODE_LIMIT:
            full.add(pod.node)
        elif outcome is Outcome.TOTAL_LIMIT:
            return


def constraints(args: TopologySpread, pods: Iterable[LivePod]) -> list[Asked]:
    """The constraints of these pods that the args ask about, each once."""
    found: dict[tuple[object, ...], Asked] = {}
    for pod in pods:
        for one in pod.spec.spread:
            if args.hard if one.hard else args.soft:
                affinity = (pod.spec.node_selector, pod.spec.node_terms) if one.honor_affinity else None
                tolerations = pod.spec.tolerations if one.honor_taints else None
                found.setdefault((one, affinity, tolerations), Asked(one, pod))
    return list(found.values())


def domains(asked: Asked, view: View, pods: Iterable[LivePod]) -> list[Domain]:
    """The domains, from the fewest pods to the most; nodes that do not count add none, but pods on them do."""
    key = asked.constraint.topology_key
    labels = {node.meta.name: node.meta.labels for node in view.nodes}
    found: dict[str, list[LivePod]] = {
        node.meta.labels[key]: [] for node in view.nodes if key in node.meta.labels and asked.counts(node)
    }
    for pod in pods:
        counted = pod.meta.deleted_at is None and asked.constraint.selector.matches(pod.meta.labels)
        if counted and key in labels[pod.node]:
            found.setdefault(labels[pod.node][key], []).append(pod)
    return [Domain(value, found[value]) for value in sorted(found, key=lambda value: (len(found[value]), value))]


def balanced(args: TopologySpread, asked: Asked, pods: Sequence[LivePod], view: View, pick: Pick) -> Iterator[LivePod]:
    """The pods of these that leave their domains, so that no two differ by more than maxSkew (balanceDomains)."""
    skew, found = asked.constraint.max_skew, domains(asked, view, pods)
    sizes = [len(one.pods) for one in found]
    if not found or max(sizes) - min(sizes) <= skew:
        return
    average = sum(sizes) / len(sizes)
    wanting = _nodes_below(asked, found, view, average)
    low, high = 0, len(found) - 1
    while low < high:
        if len(found[high].pods) <= average:
            high -= 1
        more, fewer = found[high].pods, found[low].pods
        distance = len(more) - len(fewer)
        moved = min(ceil(len(more) - average), ceil(average - len(fewer)), ceil((distance - skew) / 2))
        if distance <= skew or moved <= 0:
            low += 1
            continue
        for _ in range(moved):
            pod = _next(more, view, wanting, pick)
            more.remove(pod)
            fewer.append(pod)
            fits = not args.node_fit or fits_another(view, pod, wanting)
            if fits and not (args.joint and not could_move(view, pod, asked, wanting, pods)):
                yield pod


def _next(pods: Sequence[LivePod], view: View, wanting: Sequence[LiveNode], pick: Pick) -> LivePod:
    """The pod that goes first: one that fits on a wanting node, that asks for no nodes, and of the highest priority."""
    ranks = [(fits_another(view, one, wanting), not _asks_for_nodes(one), one.spec.priority) for one in pods]
    return pick([one for one, rank in zip(pods, ranks, strict=True) if rank == max(ranks)])


def _asks_for_nodes(pod: LivePod) -> bool:
    """Whether it has a node selector or node affinity of any kind (hasSelectorOrAffinity)."""
    return bool(pod.spec.node_selector or pod.spec.preferred_nodes) or pod.spec.node_terms is not None


def _nodes_below(asked: Asked, found: Iterable[Domain], view: View, average: float) -> list[LiveNode]:
    """The nodes of the domains that hold fewer pods than the average (filterNodesBelowIdealAvg)."""
    below, key = {one.value for one in found if len(one.pods) < average}, asked.constraint.topology_key
    return [node for node in view.nodes if node.meta.labels.get(key) in below and asked.counts(node)]
