"""RemoveDuplicates: pods of one owner with equal images that share a node are spread (v0.34).

Where pods could go is asked of taints, node selectors and required node affinity alone (getTargetNodes), not of room:
with DefaultEvictor's nodeFit off, a pod that fits nowhere else is evicted all the same (descheduler #1237). With it on,
such a pod is not seen at all. Of the pods on a node the first by name is kept; upstream's order is any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import ceil
from typing import NamedTuple

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.descheduler.evictor import Evictable, Outcome
from kubeproof.model.descheduler.node_fit import selects
from kubeproof.model.descheduler.policy import NAMES, RemoveDuplicates
from kubeproof.model.descheduler.view import View
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import find_untolerated

NAME = NAMES[RemoveDuplicates]


class Family(NamedTuple):
    """Whose pods count as the same: an owner, and the images of their containers."""

    namespace: str
    kind: str
    name: str
    images: tuple[str, ...]


class Duplicates(NamedTuple):
    """`on`: by family and node, the pods beside the first one; `counts`: how many pods a family has in all."""

    on: dict[Family, dict[str, list[LivePod]]]
    counts: Counter[Family]


def run(args: RemoveDuplicates, view: View, evictable: Evictable) -> Iterator[Write]:
    """One pass of the plugin (Balance)."""
    found = duplicates(args, view, evictable)
    for family, on in found.on.items():
        targets = target_nodes((pod for pods in on.values() for pod in pods), view.nodes)
        if len(targets) < 2:
            continue
        most = ceil(found.counts[family] / len(targets))
        for pods in on.values():
            for pod in pods[most - 1 :]:
                outcome = yield from evictable.evictions.evict(pod, NAME)
                if outcome is Outcome.NODE_LIMIT:
                    break
                if outcome is Outcome.TOTAL_LIMIT:
                    return


def duplicates(args: RemoveDuplicates, view: View, evictable: Evictable) -> Duplicates:
    """Which pods share a node with one like them."""
    found = Duplicates({}, Counter())
    for node in view.nodes:
        seen: set[tuple[Family, ...]] = set()
        for pod in view.pods(node.meta.name, evictable.allows_and_fits):
            owners = pod.meta.owners
            excluded = any(owner.kind in args.exclude_owner_kinds for owner in owners)
            if not owners or excluded or not args.namespaces.allow(pod.meta.namespace):
                continue
            own = families(pod)
            found.counts.update(own)
            if own in seen:
                for family in own:
                    found.on.setdefault(family, {}).setdefault(node.meta.name, []).append(pod)
            seen.add(own)
    return found


def families(pod: LivePod) -> tuple[Family, ...]:
    """The families that a pod is of, one for each owner; pods are alike that are of the same ones."""
    images = tuple(sorted(one.image for one in pod.run.containers))
    return tuple(sorted(Family(pod.meta.namespace, one.kind, one.name, images) for one in pod.meta.owners))


def target_nodes(pods: Iterable[LivePod], nodes: Iterable[LiveNode]) -> frozenset[str]:
    """The nodes on which these pods could be; a pod that has only one does not count (getTargetNodes)."""
    found: frozenset[str] = frozenset()
    asked = {(pod.spec.node_selector, pod.spec.node_terms, pod.spec.tolerations): pod for pod in pods}
    for pod in asked.values():
        own = frozenset(
            node.meta.name
            for node in nodes
            if find_untolerated(node.taints, pod.spec.tolerations) is None and selects(pod, node)
        )
        found |= own if len(own) > 1 else frozenset()
    return found
