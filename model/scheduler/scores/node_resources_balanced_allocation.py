"""Nodes on which resources are used evenly: kube-scheduler's NodeResourcesBalancedAllocation score (v1.34)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from kubeproof.model.logic.terms import Term, const, real, sqrt, trunc
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.remember import remembered
from kubeproof.model.scheduler.score import MAX_NODE_SCORE, Points, Score, total_of
from kubeproof.model.scheduler.scores.resource_use import Use, use

NONE = const(0.0)


def points(pod: Pod, facts: Facts, args: Args) -> Points | None:
    """100 less the standard deviation of the used shares; None where the pod asks for none of the resources.

    From v1.36 on (`args.balanced_change`), 75 and half of what the pod changes that by.
    """
    asked = tuple((name, pod.spec.requests.get(name, 0)) for name in args.balanced)
    return _points(asked, change=args.balanced_change) if any(amount for _, amount in asked) else None


@remembered
def _points(asked: Sequence[tuple[str, int]], *, change: bool) -> Points:
    """The score for what is asked of each resource: many pods ask alike, whatever else differs."""
    uses = [found for name, amount in asked if (found := use(amount, name, plainly=True))]
    score = _evenness(uses)
    if change:
        amounts = dict(asked)
        without = [one._replace(requested=one.requested - amounts[one.resource]) for one in uses]
        half = MAX_NODE_SCORE // 2
        score = half + (half + score - _evenness(without)) // 2
    return Points(score, score)


def _evenness(uses: Sequence[Use]) -> Term:
    return trunc((1.0 - _deviation(uses)) * float(MAX_NODE_SCORE))


def _deviation(uses: Sequence[Use]) -> Term:
    """By half the difference where the node has two of the resources, by the formula where it has more; else 0.

    In the order of upstream's additions, for floats are not associative.
    """
    shares = [(one.there, _share(one)) for one in uses]
    if len(uses) == 2:
        (there, first), (too, second) = shares
        return (there & too).then(_half_difference(first, second), NONE)
    count = total_of([there.then(1, 0) for there, _ in shares])
    summed = NONE
    for there, share in shares:
        summed += there.then(share, NONE)
    mean = summed / real(count)
    squares = NONE
    for there, share in shares:
        squares += there.then((share - mean) * (share - mean), NONE)
    found = (count > 2).then(sqrt(squares / real(count)), NONE)
    for (there, first), (too, second) in combinations(shares, 2):
        found = ((count <= 2) & there & too).then(_half_difference(first, second), found)
    return found


def _half_difference(first: Term, second: Term) -> Term:
    half = (first - second) / 2.0
    return (half < 0.0).then(0.0 - half, half)


def _share(one: Use) -> Term:
    """What is given away of what there is, 1 at most."""
    share = real(one.requested) / real(one.capacity)
    return (share > 1.0).then(1.0, share)


NODE_RESOURCES_BALANCED_ALLOCATION = Score("NodeResourcesBalancedAllocation", points)
