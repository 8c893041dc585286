"""Every score plugin of kube-scheduler v1.34 that is modelled, by its name: all that its default profile has."""

from __future__ import annotations

from collections.abc import Mapping

from kubeproof.model.scheduler.score import Score
from kubeproof.model.scheduler.scores.image_locality import IMAGE_LOCALITY
from kubeproof.model.scheduler.scores.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.scores.node_affinity import NODE_AFFINITY
from kubeproof.model.scheduler.scores.node_resources_balanced_allocation import NODE_RESOURCES_BALANCED_ALLOCATION
from kubeproof.model.scheduler.scores.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.scores.pod_topology_spread import POD_TOPOLOGY_SPREAD
from kubeproof.model.scheduler.scores.taint_toleration import TAINT_TOLERATION
from kubeproof.model.scheduler.scores.volume_binding import VOLUME_BINDING

SCORES: Mapping[str, Score] = {
    score.name: score
    for score in (
        TAINT_TOLERATION,
        NODE_AFFINITY,
        NODE_RESOURCES_FIT,
        VOLUME_BINDING,
        POD_TOPOLOGY_SPREAD,
        INTER_POD_AFFINITY,
        NODE_RESOURCES_BALANCED_ALLOCATION,
        IMAGE_LOCALITY,
    )
}
