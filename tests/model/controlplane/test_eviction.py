"""Whether the Eviction API lets a pod go, and what it answers if not."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.eviction import Eviction, Refusal, evict
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition
from tests.model.controlplane.controllers.made import budget, pod

READY, UNREADY = pod(ready="True"), pod(ready="False")
VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."
FULL = budget(0, desired_healthy=3, current_healthy=3)
SHORT = budget(0, desired_healthy=3, current_healthy=2)
TAKEN = Refusal(
    429, "TooManyRequests", VIOLATES, 0, "The disruption budget guard needs 3 healthy pods and has 3 currently"
)
LACKING = TAKEN._replace(cause="The disruption budget guard needs 3 healthy pods and has 2 currently")
LATE = Refusal(
    429, "TooManyRequests", VIOLATES, 10, "The disruption budget guard is still being processed by the server."
)
FORBIDDEN = 'poddisruptionbudget.policy "guard" is forbidden: '
TWO = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."


class Case(NamedTuple):
    sentence: str
    pod: LivePod
    budgets: list[LiveBudget]
    refusal: Refusal | None = None
    left: int | None = None


CASES = (
    Case("a pod without a budget goes", READY, []),
    Case("a budget of others does not matter", pod(ready="True", labels=Map()), [FULL]),
    Case("a disruption that is allowed is used up", READY, [budget(2)], None, 1),
    Case("where none is allowed the pod stays", READY, [FULL], TAKEN),
    Case("a budget that is not up to date lets no pod go", READY, [budget(2, generation=2)], LATE),
    Case("less than none is forbidden", READY, [budget(-1)],
         Refusal(403, "Forbidden", FORBIDDEN + "pdb disruptions allowed is negative")),
    Case("2000 awaited pods are not too many", READY, [budget(1, disrupted=Map((str(n), 0) for n in range(2000)))],
         None, 0),
    Case("one more is", READY, [budget(1, disrupted=Map((str(n), 0) for n in range(2001)))],
         Refusal(403, "Forbidden",
         FORBIDDEN + "DisruptedPods map too big - too many evictions not confirmed by PDB controller")),
    Case("two budgets are an error", READY, [budget(9), budget(9)], Refusal(500, "", TWO)),
    Case("a pod that waits asks no budget", pod(phase="Pending", ready="True"), [FULL]),
    Case("nor one that failed", pod(phase="Failed", ready="True"), [FULL]),
    Case("nor one that succeeded, with two budgets", pod(phase="Succeeded"), [FULL, FULL]),
    Case("nor one that is being deleted", pod(ready="True", deleted_at=1), [FULL]),
    Case("one nobody knows of does", pod(phase="Unknown", ready="True"), [FULL], TAKEN),
    Case("an unready pod goes uncounted where enough others are healthy", UNREADY, [FULL]),
    Case("even from a budget that is not up to date", UNREADY, [replace(FULL, meta=replace(FULL.meta, generation=2))]),
    Case("where too few are it is counted", UNREADY, [SHORT], LACKING),
    Case("where none has to be healthy it is, too", UNREADY, [budget(0)],
         TAKEN._replace(cause="The disruption budget guard needs 0 healthy pods and has 0 currently")),
    Case("if unhealthy pods may always go, it goes", UNREADY, [replace(SHORT, unhealthy="AlwaysAllow")]),
    Case("if the budget says so, it is the same as nothing said", UNREADY, [replace(SHORT,
         unhealthy="IfHealthyBudget")], LACKING),
    Case("a ready pod may not always go", READY, [replace(FULL, unhealthy="AlwaysAllow")], TAKEN),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_whether_it_goes(case: Case) -> None:
    done = evict("p", case.pod, case.budgets, 50)
    assert (done.refusal, done.evicted) == (case.refusal, case.refusal is None)
    assert (done.budget and done.budget.status.allowed) == case.left
    assert (done.status is not None) is done.evicted


def test_what_is_written() -> None:
    done = evict("p", pod(ready="True", generation=2), [budget(1)], 50)
    assert done.status is not None
    assert done.status.conditions[-1] == Condition(
        "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", 50
    )
    assert done.budget is not None
    status = done.budget.status
    assert (status.allowed, status.disrupted) == (0, Map(p=50))
    assert status.conditions == (
        Condition("DisruptionAllowed", "False", "InsufficientPods", changed_at=50, observed_generation=1),
    )


def test_a_condition_is_written_only_when_the_last_one_is_used_up() -> None:
    done = evict("p", READY, [budget(2)], 50)
    assert done.budget is not None
    assert done.budget.status.conditions == ()


def test_a_dry_run_writes_nothing_and_refuses_all_the_same() -> None:
    assert evict("p", READY, [budget(1)], 50, dry_run=True) == Eviction()
    assert evict("p", READY, [FULL], 50, dry_run=True).refusal == TAKEN


def test_a_pod_that_is_not_there() -> None:
    assert evict("p", None, [FULL], 50).refusal == Refusal(404, "NotFound", 'pods "p" not found')


CONFLICTS = (
    (
        "another pod by its name",
        DeleteOptions(uid="old"),
        (
            "the UID in the precondition (old) does not match the UID in record (new). "
            "The object might have been deleted and then recreated"
        ),
    ),
    (
        "a pod that has changed",
        DeleteOptions(resource_version=6),
        (
            "the ResourceVersion in the precondition (6) does not match the ResourceVersion in record (7). "
            "The object might have been modified"
        ),
    ),
)


@pytest.mark.parametrize("case", CONFLICTS, ids=lambda case: case[0])
def test_what_the_client_asks_of_the_pod(case: tuple[str, DeleteOptions, str]) -> None:
    """The budget has been counted by then, as upstream looks at the pod last."""
    _, asked, why = case
    at = pod(ready="True", uid="new", resource_version=7)
    done = evict("p", at, [budget(1)], 50, options=asked)
    assert done.refusal == Refusal(409, "Conflict", f'Operation cannot be fulfilled on Pod "p": {why}')
    assert done.status is None
    assert done.budget is not None
    assert evict("p", at, [budget(1)], 50, options=asked, dry_run=True).refusal == done.refusal
    assert evict("p", at, [], 50, options=DeleteOptions(uid="new", resource_version=7)).evicted


def test_another_pod_that_would_go_uncounted_is_tried_again() -> None:
    at = pod(ready="False", uid="new", resource_version=7)
    assert evict("p", at, [FULL], 50, options=DeleteOptions(uid="old")) == Eviction(LATE)
    told = evict("p", at, [FULL], 50, options=DeleteOptions(uid="old", resource_version=7)).refusal
    assert told is not None
    assert told.code == 409
