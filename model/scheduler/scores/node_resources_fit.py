"""Nodes with more left, or with less left, are better: kube-scheduler's NodeResourcesFit score (v1.34)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from kubeproof.model.logic.terms import ZERO, Term, const, real, rounded
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import LEAST, MOST, RATIO, Args, Strategy
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.remember import remembered
from kubeproof.model.scheduler.score import MAX_NODE_SCORE, Points, Score, total_of
from kubeproof.model.scheduler.scores.resource_use import Use, use

Weighed = Sequence[tuple[Use, int]]
HIGHEST_SHAPE_SCORE, FULL = 10, 100


def points(pod: Pod, facts: Facts, args: Args) -> Points:
    """The weighed mean of the resources' scores, by the profile's strategy."""
    return _points(tuple(pod.spec.scored_asking.get(name, 0) for name, _ in args.strategy.resources), args.strategy)


@remembered
def _points(amounts: Sequence[int], strategy: Strategy) -> Points:
    """The score for what is asked of each resource of the strategy: many pods ask alike, whatever else differs."""
    asked = zip(amounts, strategy.resources, strict=True)
    found = ((use(amount, name, plainly=False), weight) for amount, (name, weight) in asked)
    score = STRATEGIES[strategy.type](strategy, [(one, weight) for one, weight in found if one])
    return Points(score, score)


def least_allocated(asked: Strategy, uses: Weighed) -> Term:
    """What is left, in percent; 0 where more is asked for than there is."""
    return _mean([(u, (u.requested > u.capacity).then(0, _percent(u.capacity - u.requested, u)), w) for u, w in uses])


def most_allocated(asked: Strategy, uses: Weighed) -> Term:
    """What is given away, in percent."""
    return _mean([(u, _percent((u.requested > u.capacity).then(u.capacity, u.requested), u), w) for u, w in uses])


def requested_to_capacity_ratio(asked: Strategy, uses: Weighed) -> Term:
    """The shape's score at what is given away; resources that score 0 do not count for the mean, which is rounded."""
    parts = [(one, (one.requested > one.capacity).then(FULL, one.requested * FULL // one.capacity)) for one, _ in uses]
    scores = [one.there.then(broken_line(asked.shape, used), 0) for one, used in parts]
    weights = [weight for _, weight in uses]
    summed = total_of([(score > 0).then(score * weight, 0) for score, weight in zip(scores, weights, strict=True)])
    weight = total_of([(score > 0).then(weight, 0) for score, weight in zip(scores, weights, strict=True)])
    return rounded(real(summed) / real(weight))


def broken_line(shape: Sequence[tuple[int, int]], used: Term) -> Term:
    """The score at a utilisation on the lines between the shape's points (helper.BuildBrokenLinearFunction)."""
    scaled = [(percent, score * (MAX_NODE_SCORE // HIGHEST_SHAPE_SCORE)) for percent, score in shape]
    found = const(scaled[-1][1])
    for (start, low), (end, high) in reversed(list(pairwise(scaled))):
        between = (used - start) * (high - low) // (end - start) + low
        found = (used <= end).then(between, found)
    first, score = scaled[0]
    return (used <= first).then(score, found)


def _percent(part: Term, of: Use) -> Term:
    return part * MAX_NODE_SCORE // of.capacity


def _mean(scores: Sequence[tuple[Use, Term, int]]) -> Term:
    """The mean over the resources that the node has, without what is behind its point; 0 where it has none."""
    summed, weights = ZERO, ZERO
    for one, score, weight in scores:
        summed, weights = summed + one.there.then(score * weight, 0), weights + one.there.then(weight, 0)
    return summed // weights


STRATEGIES: Mapping[str, Callable[[Strategy, Weighed], Term]] = {
    LEAST: least_allocated,
    MOST: most_allocated,
    RATIO: requested_to_capacity_ratio,
}

NODE_RESOURCES_FIT = Score("NodeResourcesFit", points)
