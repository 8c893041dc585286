"""Nodes that a pod, or a profile of the scheduler, prefers: kube-scheduler's NodeAffinity score (v1.34)."""

from __future__ import annotations

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.score import Points, Score, share_of_most, total_of


def points(pod: Pod, facts: Facts, args: Args) -> Points | None:
    """The summed weights of the preferred terms that match the node; None where nothing is preferred."""
    preferred = (*args.added_preferred, *pod.spec.preferred_nodes)
    if not preferred:
        return None
    raw = total_of([node_affinity.term(one.term).then(one.weight, 0) for one in preferred])
    return Points(raw, share_of_most(raw))


NODE_AFFINITY = Score("NodeAffinity", points)
