"""What nodes are worth: the score plugins, broken."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from kubeproof.model.logic import golang
from kubeproof.model.objects import resources
from kubeproof.model.scheduler import open_node, score
from kubeproof.model.scheduler.scores import (
    image_locality,
    inter_pod_affinity,
    node_affinity,
    node_resources_balanced_allocation,
    node_resources_fit,
    pod_topology_spread,
    resource_use,
    taint_toleration,
)
from tests.model.scheduler.mutants.mutant import edited
from tests.model.scheduler.scores import test_image_locality as images
from tests.model.scheduler.scores import test_inter_pod_affinity as near
from tests.model.scheduler.scores import test_node_affinity as affinity
from tests.model.scheduler.scores import test_node_resources_balanced_allocation as balanced
from tests.model.scheduler.scores import test_node_resources_fit as fit
from tests.model.scheduler.scores import test_pod_topology_spread as spread
from tests.model.scheduler.scores import test_taint_toleration as taints
from tests.model.scheduler.scores.scored import Scored


class ScoreMutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there. `witness`: a row of a score's table."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    witness: Scored

    def broken(self) -> FunctionType:
        """The rule with the edit."""
        return edited(self.sentence, self.rule, self.old, self.new)


MUTANTS = (
    # TaintToleration and NodeAffinity
    ScoreMutant("tolerations do not help", taint_toleration.points, "if not any", "if True or any", taints.TOLERATED),
    ScoreMutant("more taints are better", taint_toleration.points, "reverse=True", "reverse=False", taints.COSTS),
    ScoreMutant(
        "the share is cut off after it is turned round",
        score.share_of_most,
        "MAX_NODE_SCORE - share",
        "(largest - raw) * MAX_NODE_SCORE // largest",
        taints.EACH,
    ),
    ScoreMutant(
        "nodes that do not fit are the measure",
        score.share_of_most,
        "most(raw, feasible)",
        "most(raw, TRUE)",
        taints.UNFIT,
    ),
    ScoreMutant(
        "a pod that prefers nothing is scored", node_affinity.points, "if not preferred", "if False", affinity.NOTHING
    ),
    ScoreMutant("weights are ignored", node_affinity.points, ".then(one.weight, 0)", ".then(1, 0)", affinity.ADDED_UP),
    ScoreMutant(
        "the profile's are ignored",
        node_affinity.points,
        "(*args.added_preferred, *pod.spec.preferred_nodes)",
        "pod.spec.preferred_nodes",
        affinity.PROFILE,
    ),
    # NodeResourcesFit
    ScoreMutant(
        "what asks for nothing counts as nothing",
        node_resources_fit.points,
        "pod.spec.scored_asking",
        "pod.spec.requests",
        fit.NOT_ASKED,
    ),
    ScoreMutant("other pods are ignored", resource_use.use, "here + asked", "asked", fit.ON_NODE),
    ScoreMutant(
        "pod-level requests count while the pod asks",
        resources.scored_asking,
        "skip_pod_level=True, ",
        "",
        fit.WHOLE_ASKING,
    ),
    ScoreMutant(
        "a pod with requests as a whole counts as if it had none",
        resources.scored_requests,
        "if not (whole and name in asked)",
        "if not whole",
        fit.WHOLE_ON_NODE,
    ),
    ScoreMutant(
        "what is overcommitted scores below nothing",
        node_resources_fit.least_allocated,
        "(u.requested > u.capacity).then(0, _percent(u.capacity - u.requested, u))",
        "_percent(u.capacity - u.requested, u)",
        fit.OVER,
    ),
    ScoreMutant(
        "a resource that is not there counts for the mean",
        node_resources_fit._mean,
        "weights + one.there.then(weight, 0)",
        "weights + weight",
        fit.ABSENT,
    ),
    ScoreMutant("resources weigh alike", node_resources_fit._mean, "score * weight", "score", fit.WEIGHED),
    ScoreMutant(
        "an extended resource counts for every pod",
        resource_use.use,
        "(not asked and resource not in NATIVE)",
        "False",
        fit.NOT_EXTENDED,
    ),
    ScoreMutant(
        "MostAllocated beyond all of it",
        node_resources_fit.most_allocated,
        "(u.requested > u.capacity).then(u.capacity, u.requested)",
        "u.requested",
        fit.MOST_OVER,
    ),
    ScoreMutant(
        "the ratio's mean is cut off",
        node_resources_fit.requested_to_capacity_ratio,
        "rounded(real(summed) / real(weight))",
        "summed // weight",
        fit.LINE,
    ),
    ScoreMutant(
        "a resource that scores 0 counts for the ratio's mean",
        node_resources_fit.requested_to_capacity_ratio,
        "(score > 0).then(weight, 0)",
        "(score >= 0).then(weight, 0)",
        fit.ZERO,
    ),
    ScoreMutant(
        "the line goes on before its first point",
        node_resources_fit.broken_line,
        "(used <= first).then(score, found)",
        "found",
        fit.BEYOND,
    ),
    # NodeResourcesBalancedAllocation
    ScoreMutant(
        "containers that ask for nothing count",
        node_resources_balanced_allocation.points,
        "pod.spec.requests",
        "pod.spec.scored_asking",
        balanced.PLAINLY,
    ),
    ScoreMutant(
        "more than all of it is used",
        node_resources_balanced_allocation._share,
        "(share > 1.0).then(1.0, share)",
        "share",
        balanced.FULL,
    ),
    ScoreMutant(
        "the whole difference is lost",
        node_resources_balanced_allocation._half_difference,
        "(first - second) / 2.0",
        "first - second",
        balanced.HALF,
    ),
    ScoreMutant(
        "the sign of the difference is kept",
        node_resources_balanced_allocation._half_difference,
        "(half < 0.0).then(0.0 - half, half)",
        "half",
        balanced.OTHER_WAY,
    ),
    ScoreMutant(
        "of three resources two are compared",
        node_resources_balanced_allocation._deviation,
        "(count <= 2) & there & too",
        "there & too",
        balanced.THIRD,
    ),
    # ImageLocality
    ScoreMutant("how many have an image is ignored", image_locality._weighed, "size * spread", "size", images.SPREAD),
    ScoreMutant(
        "a port is a tag", image_locality.full_name, 'image.rfind(":") > image.rfind("/")', '":" in image', images.PORT
    ),
    ScoreMutant(
        "the most that counts is one image's",
        image_locality.points,
        "MOST_SIZE * len(pod.spec.images)",
        "MOST_SIZE",
        images.TWO,
    ),
    # InterPodAffinity
    ScoreMutant(
        "own preferences are ignored", inter_pod_affinity.pulls, "in pod.spec.preferred_pods", "in ()", near.DRAWS
    ),
    ScoreMutant(
        "what others prefer is ignored", inter_pod_affinity.pulls, "in facts.preferred_pods", "in ()", near.OTHERS
    ),
    ScoreMutant(
        "what others require is ignored",
        inter_pod_affinity.pulls,
        "in facts.affinity if args.hard_affinity_weight else ()",
        "in ()",
        near.HARD,
    ),
    ScoreMutant(
        "a term counts once", inter_pod_affinity.pulls, "preferred.weight * times", "preferred.weight", near.REPEATED
    ),
    ScoreMutant(
        "a term is looked for once",
        open_node.counts,
        "pod.spec.preferred_pods.count(preferred) == times",
        "pod.spec.preferred_pods.count(preferred) == 1",
        near.REPEATED,
    ),
    ScoreMutant(
        "a pod that prefers ignores others, too",
        inter_pod_affinity.pulls,
        " and not pod.spec.preferred_pods",
        "",
        near.NOT_IGNORED,
    ),
    ScoreMutant(
        "the best is best only above nothing",
        inter_pod_affinity._normal,
        "most(raw, feasible)",
        "most((raw > 0).then(raw, 0), feasible)",
        near.ALL_PUSH,
    ),
    ScoreMutant(
        "pulls that even out are none",
        inter_pod_affinity.points,
        "one.pods for one in same",
        "one.pods * one.weight for one in same",
        near.EVEN,
    ),
    # PodTopologySpread
    ScoreMutant(
        "how many domains there are is ignored", pod_topology_spread.points, " * log(", " + 0.0 * log(", spread.SKEW
    ),
    ScoreMutant("maxSkew is ignored", pod_topology_spread.points, "float(one.max_skew - 1)", "0.0", spread.SKEW),
    ScoreMutant(
        "hard constraints score",
        pod_topology_spread._constraints,
        "if not one.hard)\n        return",
        ")\n        return",
        spread.HARD,
    ),
    ScoreMutant(
        "nodes without the label are scored",
        pod_topology_spread.points,
        "scored.then(rounded(score), 0)",
        "rounded(score)",
        spread.MISSING_ONE,
    ),
    ScoreMutant(
        "domains of nodes that do not fit count",
        pod_topology_spread._domains,
        "feasible & scored",
        "scored",
        spread.UNFIT,
    ),
    ScoreMutant(
        "of host names the whole domain counts",
        pod_topology_spread._here,
        "one.topology_key == HOSTNAME",
        "False",
        spread.SHARED_NAME,
    ),
    ScoreMutant(
        "the scheduler's own constraints leave nodes without a zone out",
        pod_topology_spread.points,
        "not pod.spec.spread and args.default_spread is None",
        "False",
        spread.NO_ZONE,
    ),
    ScoreMutant(
        "a node without a zone is no domain",
        pod_topology_spread._domains,
        "    if lenient:",
        "    if False:",
        spread.NO_ZONE,
    ),
    ScoreMutant(
        "an empty zone is a domain beside that of nodes without one",
        pod_topology_spread._domains,
        "without & (total((among & _empty(key)).then(1, 0)) <= 0)",
        "without",
        spread.NAMELESS_ZONE,
    ),
    ScoreMutant("a logarithm to the base of 2", golang.go_log, "return ", "return 1.4426950408889634 * ", spread.FEWER),
)
