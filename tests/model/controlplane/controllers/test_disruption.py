"""What budgets allow: whom they count, how many they expect, and what they say where that cannot be found."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.disruption.status import (
    Expected,
    Scaled,
    Scales,
    expected_pods,
    stale_at,
    still_disrupted,
    sync,
    taken_back,
)
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.selectors import EVERYTHING
from tests.model.controlplane.controllers.made import budget, owned, owner, pod


def scaled(kind: str, name: str, replicas: int, *owners: Owner, uid: str = "") -> Scales:
    return {(kind, "shop", name): Scaled(Meta(name, "shop", uid=uid or name, owners=owners), replicas)}


RS = owner("ReplicaSet", "web")
WEB = scaled("ReplicaSet", "web", 5)
DEPLOYED = scaled("ReplicaSet", "web", 5, owner("Deployment", "shop"))


class Count(NamedTuple):
    sentence: str
    budget: LiveBudget
    pods: list[LivePod]
    scales: Scales
    expected: Expected


A, B = owned("a", RS), owned("b", RS)
COUNTS = (
    Count("a number that must be there counts the pods there are", budget(min_available=2), [A, pod("x")], WEB,
         Expected(2, 2)),
    Count("a share is of the controller's scale", budget(min_available="50%"), [A], WEB, Expected(5, 3)),
    Count("a controller counts once", budget(min_available="100%"), [A, B], WEB, Expected(5, 5)),
    Count("what may be missing is of the scale, too", budget(max_unavailable=2), [A, B], WEB, Expected(5, 3)),
    Count("its share is rounded up", budget(max_unavailable="25%"), [A], WEB, Expected(5, 3)),
    Count("more than all may be missing", budget(max_unavailable=9), [A], WEB, Expected(5, 0)),
    Count("pods that nobody controls are not expected", budget(max_unavailable=1), [pod("x")], {}, Expected(0, 0,
         ("x",))),
    Count("a deployment stands for its replica set", budget(max_unavailable=0), [A],
          {**DEPLOYED, **scaled("Deployment", "shop", 7)}, Expected(7, 7)),
    Count("where it is gone the replica set does", budget(max_unavailable=0), [A], DEPLOYED, Expected(5, 5)),
    Count("another one by its name does not count", budget(max_unavailable=0), [A],
          {**DEPLOYED, **scaled("Deployment", "shop", 7, uid="new")}, Expected(5, 5)),
    Count("a stateful set", budget(max_unavailable=0), [owned("a", owner("StatefulSet", "db"))],
          scaled("StatefulSet", "db", 3), Expected(3, 3)),
    Count("a replication controller", budget(max_unavailable=0), [owned("a", owner("ReplicationController", "rc",
         "v1"))],
          scaled("ReplicationController", "rc", 2), Expected(2, 2)),
    Count("anything else that has a scale", budget(max_unavailable=0), [owned("a", owner("Rollout", "r",
         "argoproj.io/v1alpha1"))],
          scaled("Rollout", "r", 4), Expected(4, 4)),
    Count("a budget that asks nothing expects nothing", budget(), [A], WEB, Expected(0, 0)),
)  # fmt: skip


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: case.sentence)
def test_how_many_pods_are_expected(case: Count) -> None:
    assert expected_pods(case.budget, case.pods, case.scales) == case.expected


HUGE = 2**63
FAILS: tuple[tuple[str, LiveBudget, list[LivePod], Scales, str], ...] = (
    ("a text that is no share", budget(min_available="abc"), [A], WEB,
     "invalid value for IntOrString: invalid type: string is not a percentage"),
    ("a share without a number", budget(max_unavailable="x%"), [A], WEB,
     'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax'),
    ("a share beyond all numbers", budget(max_unavailable=f"{HUGE}%"), [A], WEB,
     f'invalid value for IntOrString: invalid value "{HUGE}%": strconv.Atoi: parsing "{HUGE}": value out of range'),
    ("a controller that is gone", budget(max_unavailable=1), [A], {}, 'found no controllers for pod "a"'),
    ("another one by its name", budget(max_unavailable=1), [A], scaled("ReplicaSet", "web", 5, uid="new"),
     'found no controllers for pod "a"'),
    ("a controller without a scale", budget(max_unavailable=1), [owned("a", owner("DaemonSet", "d"))], {},
     "daemonsets.apps does not implement the scale subresource"),
)  # fmt: skip


@pytest.mark.parametrize("case", FAILS, ids=lambda case: case[0])
def test_where_that_cannot_be_found_nothing_is_allowed(
    case: tuple[str, LiveBudget, list[LivePod], Scales, str],
) -> None:
    _, asked, pods, scales, why = case
    asked = replace(asked, status=replace(asked.status, allowed=3, current_healthy=4))
    done = sync(asked, pods, scales, 9)
    said = Condition("DisruptionAllowed", "False", "SyncFailed", why, changed_at=9, observed_generation=1)
    assert done.status == BudgetStatus(0, 4, observed_generation=1, conditions=(said,))
    assert (done.failed, done.recheck_at) == (why, None)


def test_a_kind_that_nobody_knows_is_not_guessed_at() -> None:
    with pytest.raises(NotModelled, match=r"whether a Rollout of argoproj\.io/v1alpha1 has a scale"):
        sync(budget(max_unavailable=1), [owned("a", owner("Rollout", "r", "argoproj.io/v1alpha1"))], {}, 0)


class Allowed(NamedTuple):
    sentence: str
    pods: list[LivePod]
    healthy: int
    allowed: int
    disrupted: Map[str, int] = Map()


UP, DOWN = pod("a", ready="True"), pod("b", ready="False")
ALLOWED = (
    Allowed("those beyond the number may go", [UP, pod("b", ready="True")], 2, 1),
    Allowed("pods that are not ready are not healthy", [UP, DOWN], 1, 0),
    Allowed("a pod that is being deleted is not", [UP, pod("b", ready="True", deleted_at=1)], 1, 0),
    Allowed("one whose eviction was allowed is not", [UP, pod("b", ready="True")], 1, 0, Map(b=100)),
    Allowed("two minutes later it is again", [UP, pod("b", ready="True")], 2, 1, Map(b=-20)),
    Allowed("a ready pod that failed still is", [UP, pod("b", "Failed", ready="True")], 2, 1),
    Allowed("pods of others do not count", [UP, pod("b", ready="True", labels=Map(app="db"))], 1, 0),
    Allowed("no pods, no disruptions", [], 0, 0),
)


@pytest.mark.parametrize("case", ALLOWED, ids=lambda case: case.sentence)
def test_how_many_may_go(case: Allowed) -> None:
    status = sync(budget(min_available=1, disrupted=case.disrupted), case.pods, {}, 100).status
    assert status is not None
    assert (status.current_healthy, status.allowed) == (case.healthy, case.allowed)
    (said,) = status.conditions
    wanted = ("True", "SufficientPods") if case.allowed else ("False", "InsufficientPods")
    assert (said.type, said.status, said.reason) == ("DisruptionAllowed", *wanted)


def test_none_may_go_where_none_is_expected() -> None:
    status = sync(budget(max_unavailable=1), [UP], {}, 0).status
    assert status is not None
    assert (status.expected, status.current_healthy, status.allowed) == (0, 1, 0)


def test_a_budget_that_is_up_to_date_is_not_written() -> None:
    asked = budget(min_available=1)
    first = sync(asked, [UP], {}, 0).status
    assert first is not None
    assert sync(replace(asked, status=first), [UP], {}, 5).status is None
    newer = replace(asked, meta=replace(asked.meta, generation=2), status=first)
    again = sync(newer, [UP], {}, 5).status
    assert again is not None
    assert again.observed_generation == 2
    assert again.conditions[0].changed_at == 0  # its status is what it was


def test_a_condition_that_no_longer_fits_is_written() -> None:
    asked = budget(min_available=1)
    done = sync(asked, [UP], {}, 0).status
    assert done is not None
    wrong = replace(done, conditions=(replace(done.conditions[0], reason="SyncFailed"),))
    assert sync(replace(asked, status=wrong), [UP], {}, 5).status == done


WAITS: tuple[tuple[str, dict[str, int], list[LivePod], Map[str, int], int | None], ...] = (
    ("one that is still there is awaited", {"a": 90}, [UP], Map(a=90), 210),
    ("until its last second", {"a": -20}, [UP], Map(a=-20), 100),
    ("and then no more", {"a": -21}, [UP], Map(), None),
    ("one that is being deleted is not", {"a": 90}, [pod("a", deleted_at=95)], Map(), None),
    ("one that is gone is not", {"z": 90}, [UP], Map(), None),
    ("the first to come tells when to look again", {"a": 90, "b": 50}, [UP, DOWN], Map(a=90, b=50), 170),
)


@pytest.mark.parametrize("case", WAITS, ids=lambda case: case[0])
def test_whom_a_budget_waits_for(case: tuple[str, dict[str, int], list[LivePod], Map[str, int], int | None]) -> None:
    _, disrupted, pods, kept, recheck_at = case
    assert still_disrupted(disrupted, pods, 100) == (kept, recheck_at)


TARGET = Condition("DisruptionTarget", "True", "EvictionByEvictionAPI", changed_at=10)
STALE = (
    ("two minutes after it was said", pod(), TARGET, 130),
    ("not of a pod that is being deleted", pod(deleted_at=11), TARGET, None),
    ("not of one that has ended", pod(phase="Failed"), TARGET, None),
    ("not what the kubelet said", pod(), replace(TARGET, reason="TerminationByKubelet"), None),
    ("not what is taken back already", pod(), replace(TARGET, status="False"), None),
    ("not what was never said", pod(), replace(TARGET, type="Ready"), None),
)


@pytest.mark.parametrize("case", STALE, ids=lambda case: case[0])
def test_when_a_disruption_that_did_not_come_is_taken_back(case: tuple[str, LivePod, Condition, int | None]) -> None:
    _, at, said, when = case
    assert stale_at(replace(at, status=replace(at.status, conditions=(said,)))) == when


def test_what_is_taken_back() -> None:
    at = replace(pod(), status=replace(pod().status, conditions=(TARGET,)))
    assert taken_back(at, 130).conditions == (Condition("DisruptionTarget", "False", changed_at=130),)


def test_an_empty_selector_guards_its_namespace() -> None:
    whole = replace(budget(), selector=EVERYTHING)
    assert whole.guards(pod(labels=Map()).meta)
    assert not whole.guards(Meta("p", "other"))
    assert not budget().guards(pod(labels=Map()).meta)


def test_what_the_scheduler_sees_of_a_budget() -> None:
    seen = budget(2, disrupted=Map(a=9)).for_scheduler
    assert (seen.namespace, seen.name, seen.allowed, seen.disrupted) == ("shop", "guard", 2, frozenset({"a"}))
    assert seen.selector == budget().selector
