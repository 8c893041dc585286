"""Nodes that have a pod's images already: kube-scheduler's ImageLocality score (v1.34).

An image counts by its size and by how many of all nodes have it, so that pods do not heap up where an image came first.
Volumes that are images count only from v1.36 on.
Left out: that a running scheduler may have seen nodes in another order than by name, where they differ about a size.
"""

from __future__ import annotations

from kubeproof.model.logic.terms import ZERO, Term, const, real, total, trunc
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import has_image
from kubeproof.model.scheduler.score import MAX_NODE_SCORE, Points, Score, total_of

MEGABYTE = 1024 * 1024
LEAST_SIZE, MOST_SIZE = 23 * MEGABYTE, 1000 * MEGABYTE
"""Sizes below the first count as nothing, and above the second, for each container, as no more."""


def points(pod: Pod, facts: Facts, args: Args) -> Points:
    """How much of its containers' images the node has, between the least and the most that counts."""
    highest = MOST_SIZE * len(pod.spec.images)
    there = total_of([_weighed(full_name(image), facts) for image in pod.spec.images])
    low = (there < LEAST_SIZE).then(LEAST_SIZE, there)
    within = (there > highest).then(highest, low)
    score = MAX_NODE_SCORE * (within - LEAST_SIZE) // (highest - LEAST_SIZE)
    return Points(score, score)


def full_name(image: str) -> str:
    """The image's name with its tag, which is `latest` where none is given (normalizedImageName)."""
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"


def _weighed(image: str, facts: Facts) -> Term:
    """The image's size, where the node has it, times the share of nodes that have it (scaledImageScore)."""
    if image not in facts.image_sizes:
        return ZERO
    size = real(const(facts.image_sizes[image]))
    spread = real(total(has_image(image).then(1, 0))) / real(total(const(1)))
    return has_image(image).then(trunc(size * spread), 0)


IMAGE_LOCALITY = Score("ImageLocality", points)
