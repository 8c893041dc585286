"""Whether the Eviction API lets a pod go: EvictionREST.Create (pkg/registry/core/pod/storage/eviction.go, v1.36).

One request on one state of the store: nobody else writes in between, so nothing is tried again. Times are seconds.
Left out: admission, and what the deletion itself does (the caller deletes the pod where `evicted`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec.structs import replace

from kubeproof.model.controlplane import deletion
from kubeproof.model.controlplane.controllers.disruption.status import with_allowed_condition
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.objects import conditions
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready, is_terminal
from kubeproof.model.objects.pod_status import Condition, PodStatus

MOST_DISRUPTED = 2000
"""How many allowed evictions a budget may wait for (MaxDisruptedPodSize)."""

REASON, MESSAGE = "EvictionByEvictionAPI", "Eviction API: evicting"
WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget."
TWO_BUDGETS = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
RETRY_AFTER = 10


class Refusal(NamedTuple):
    """An answer that is no success: `code` as of HTTP, `reason` "" where the API server gives none.

    `cause` is the detail of a 429; `retry_after` are seconds.
    """

    code: Literal[403, 404, 409, 429, 500]
    reason: Literal["Forbidden", "NotFound", "Conflict", "TooManyRequests", ""]
    message: str
    retry_after: int = 0
    cause: str = ""


class Eviction(NamedTuple):
    """What a request comes to. The pod is deleted if `evicted`, after its status is written where there is one.

    `budget` is what is written to the budget that guards it, even where the deletion is refused then.
    """

    refusal: Refusal | None = None
    status: PodStatus | None = None
    budget: LiveBudget | None = None

    @property
    def evicted(self) -> bool:
        """Whether the pod is deleted."""
        return self.refusal is None


PLAIN = DeleteOptions()
"""A request that asks nothing of the pod."""


def evict(
    name: str,
    pod: LivePod | None,
    budgets: Iterable[LiveBudget],
    now: int,
    *,
    options: DeleteOptions = PLAIN,
    dry_run: bool = False,
) -> Eviction:
    """What evicting the pod of this name comes to; `pod` is None where there is none. `dry_run` writes nothing.

    `options` are its deleteOptions: their preconditions are looked at last, when the budget is written already. Where
    they fail for a pod that goes uncounted, upstream takes that for its own doing and asks to try again.
    """
    if pod is None:
        return Eviction(Refusal(404, "NotFound", f'pods "{name}" not found'))
    written = uncounted = None
    if not ignores_budgets(pod):
        guards = [budget for budget in budgets if budget.guards(pod.meta)]
        if len(guards) > 1:
            return Eviction(Refusal(500, "", TWO_BUDGETS))
        uncounted = next((budget for budget in guards if unhealthy_may_go(pod, budget)), None)
        if guards and uncounted is None:
            refused = refusal(guards[0])
            if refused:
                return Eviction(refused)
            written = None if dry_run else counted(guards[0], pod.meta.name, now)
    conflict = _conflict(pod, options)
    if conflict and uncounted is not None and options.resource_version is None:
        return Eviction(_in_process(uncounted))
    if conflict:
        return Eviction(conflict, budget=written)
    return Eviction(None, None if dry_run else marked(pod, now), written)


def marked(pod: LivePod, now: int) -> PodStatus:
    """The status that is written before the pod is deleted; it does not say which generation it speaks of."""
    return conditions.updated(pod.status, Condition(conditions.DISRUPTION_TARGET, "True", REASON, MESSAGE), now)


def ignores_budgets(pod: LivePod) -> bool:
    """Whether no budget is asked: the pod has ended, has not started, or is being deleted already (canIgnorePDB)."""
    return is_terminal(pod) or pod.status.phase == "Pending" or pod.meta.deleted_at is not None


def unhealthy_may_go(pod: LivePod, budget: LiveBudget) -> bool:
    """Whether the pod may go without being counted because it is not ready.

    Always, if the budget says AlwaysAllow; otherwise where enough others are healthy and some have to be.
    """
    if is_ready(pod):
        return False
    status = budget.status
    return budget.unhealthy == "AlwaysAllow" or status.current_healthy >= status.desired_healthy > 0


def refusal(budget: LiveBudget) -> Refusal | None:
    """Why the budget lets no pod go now, None where it does (checkAndDecrement)."""
    name, status = budget.meta.name, budget.status
    if status.observed_generation < budget.meta.generation:
        return _in_process(budget)
    if status.allowed < 0:
        return _forbidden(name, "pdb disruptions allowed is negative")
    if len(status.disrupted) > MOST_DISRUPTED:
        return _forbidden(name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
    if status.allowed == 0:
        needs, has = status.desired_healthy, status.current_healthy
        cause = f"The disruption budget {name} needs {needs} healthy pods and has {has} currently"
        return Refusal(429, "TooManyRequests", WOULD_VIOLATE, 0, cause)
    return None


def _in_process(budget: LiveBudget) -> Refusal:
    cause = f"The disruption budget {budget.meta.name} is still being processed by the server."
    return Refusal(429, "TooManyRequests", WOULD_VIOLATE, RETRY_AFTER, cause)


def _forbidden(name: str, why: str) -> Refusal:
    return Refusal(403, "Forbidden", f'poddisruptionbudget.policy "{name}" is forbidden: {why}')


def counted(budget: LiveBudget, pod: str, now: int) -> LiveBudget:
    """The budget with one disruption less, and the pod of this name among those that are awaited to go."""
    status = replace(budget.status, allowed=budget.status.allowed - 1)
    if status.allowed == 0:
        status = with_allowed_condition(status, now)
    return replace(budget, status=replace(status, disrupted=status.disrupted.set(pod, now)))


def _conflict(pod: LivePod, options: DeleteOptions) -> Refusal | None:
    try:
        deletion.check(pod, options)
    except deletion.Conflict as conflict:
        message = f'Operation cannot be fulfilled on Pod "{pod.meta.name}": {conflict}'
        return Refusal(409, "Conflict", message)
    return None
