"""What preemption can do for a pod that fits nowhere: kube-scheduler's PostFilter plugins (v1.34).

DynamicResources speaks first, then DefaultPreemption looks for nodes that would do without some pods (victims.py) and
picks the one where that hurts least.
Left out: extenders, and carrying a preemption out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cached_property

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Code, Decision, Result, Verdict
from kubeproof.model.scheduler.message import unavailable
from kubeproof.model.scheduler.profile import CLAIMS_PLUGIN, POST_FILTERS, PREEMPTION_PLUGIN
from kubeproof.model.scheduler.victims import Candidate, Search, started

NO_CLAIMS = "no new claims to deallocate"
NO_STATE = "not found"
NEVER = "not eligible due to preemptionPolicy=Never."
TERMINATING = "not eligible due to a terminating pod on the nominated node."
NOT_HELPFUL = "Preemption is not helpful for scheduling"
LOWEST_PRIORITY = -(2**31)


class Outcome(Enum):
    """The status code of PostFilter."""

    SUCCESS = "Success"
    UNSCHEDULABLE = "Unschedulable"
    ERROR = "Error"


class Preemption:
    """What PostFilter answers: `outcome`, and `message`, which the event says after the filters' reasons.

    Which victims would go is found when first asked for.
    """

    def __init__(self, outcome: Outcome, message: str = "", search: Search | None = None) -> None:
        self.outcome, self.message, self._search = outcome, message, search

    @property
    def searched(self) -> bool:
        """Whether nodes were tried at all; if in vain, the pod's nomination is cleared (Evaluator.Preempt)."""
        return self._search is not None

    @cached_property
    def statuses(self) -> Mapping[str, Verdict]:
        """Why a node that was tried is no candidate."""
        return self._search.statuses() if self._search else {}

    @cached_property
    def candidates(self) -> Mapping[str, Candidate]:
        """Every node on which preemption helps, by name, in node order."""
        found = self._search.candidates() if self._search else ()
        return {candidate.node: candidate for candidate in found}

    @cached_property
    def nominated(self) -> Sequence[str]:
        """The best nodes; of several, which are equal in all that kube-scheduler compares, it takes any."""
        return pick(self.candidates.values())

    @cached_property
    def ways(self) -> tuple[Sequence[Candidate], bool]:
        """All that may become of it, whatever the order of equally important pods; and whether these are all."""
        options, whole = self._search.options() if self._search else ({}, True)
        return likely(options), whole

    @property
    def victims(self) -> Sequence[Pod] | None:
        """The pods that will go, where it is certain which."""
        return self.candidates[self.nominated[0]].victims if len(self.nominated) == 1 else None


def preempt(
    decision: Decision, columns: ClusterColumns | None = None, plugins: Collection[str] = POST_FILTERS
) -> Preemption | None:
    """What PostFilter answers to a decision; None where it is not asked (the pod fits, or there are no nodes).

    `columns`: those of the decision's snapshot, where they are at hand. `plugins`: a profile's `post_filters`.
    """
    if decision.result is not Result.UNSCHEDULABLE or not decision.snapshot.nodes or not plugins:
        return None
    claims = [NO_CLAIMS] if CLAIMS_PLUGIN in plugins else []
    if decision.whole and claims:
        # DynamicResources looks for what its PreFilter, which was never reached, should have left for it.
        return Preemption(Outcome.ERROR, NO_STATE)
    if PREEMPTION_PLUGIN not in plugins:
        return _unschedulable(claims)
    if reason := _ineligible(decision):
        return _unschedulable([*claims, f"preemption: {reason}"])
    search = Search(decision, columns)
    if next(search.tried(), None):
        return Preemption(Outcome.SUCCESS, "", search)
    total, statuses = len(decision.snapshot.nodes), search.statuses()
    reasons = Counter(reason for verdict in statuses.values() for reason in verdict.reasons)
    if len(statuses) < total:
        reasons[NOT_HELPFUL] += total - len(statuses)
    return _unschedulable([*claims, f"preemption: {unavailable(total, reasons)}"], search)


def _unschedulable(reasons: Iterable[str], search: Search | None = None) -> Preemption:
    return Preemption(Outcome.UNSCHEDULABLE, ", ".join(reasons), search)


def _ineligible(decision: Decision) -> str:
    """Why the pod may not preempt at all; "" where it may (PodEligibleToPreemptOthers)."""
    pod = decision.pod
    if pod.spec.preemption_policy == "Never":
        return NEVER
    own = decision.nodes.get(pod.nominated)
    if own and own.code is Code.UNSCHEDULABLE:
        on_it = (other for other in decision.snapshot.bound if other.node == pod.nominated)
        if any(other.preempted and other.spec.priority < pod.spec.priority for other in on_it):
            return TERMINATING
    return ""


def likely(options: Mapping[str, Sequence[Candidate]]) -> Sequence[Candidate]:
    """The candidates that `pick` may take, where at each node it is any of several."""
    every = [candidate for several in options.values() for candidate in several]
    dear_last = sorted(every, key=lambda candidate: _earliest(candidate.victims), reverse=True)
    hurts: dict[Hashable, int] = {}
    for candidate in sorted(dear_last, key=_cost):
        hurts.setdefault(_compared(candidate), len(hurts))
    # At each node it may be the dearest: taken is what hurts no more than the cheapest of those.
    dearest = (max(hurts[_compared(candidate)] for candidate in several) for several in options.values())
    most = min(dearest, default=0)
    return [candidate for candidate in every if hurts[_compared(candidate)] <= most]


def _compared(candidate: Candidate) -> Hashable:
    return _cost(candidate), _earliest(candidate.victims)


def pick(candidates: Iterable[Candidate]) -> Sequence[str]:
    """The best of the candidates, all of those that are equal (pickOneNodeForPreemption)."""
    scored = [(_cost(candidate), _earliest(candidate.victims), candidate.node) for candidate in candidates]
    cheap = min((cost for cost, _, _ in scored), default=())
    left = [(start, node) for cost, start, node in scored if cost == cheap]
    latest = max((start for start, _ in left), default=())
    return [node for start, node in left if start == latest]


def _cost(candidate: Candidate) -> tuple[int, int, int, int]:
    """Budgets broken, the highest priority, the sum of priorities (raised to be at least 0), the number of victims."""
    priorities = [victim.spec.priority for victim in candidate.victims]
    return candidate.violations, max(priorities), sum(p - LOWEST_PRIORITY for p in priorities), len(priorities)


def _earliest(victims: Sequence[Pod]) -> tuple[bool, str]:
    """When the first of the most important victims started (GetEarliestPodStartTime)."""
    highest = max(victim.spec.priority for victim in victims)
    return min(started(victim) for victim in victims if victim.spec.priority == highest)
