"""HorizontalPodAutoscalers: what follows from metrics, how fast the size may change, and what they report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from immutables import Map

from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler import behavior as b
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.behavior import Change, Memory
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.component import horizontal_pod_autoscaler
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.metrics import (
    Load,
    Sample,
    Seen,
    Tolerances,
    Unable,
    proposal,
)
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.hpa import Behavior, HpaSpec, Policy, ResourceMetric, Rules, Target
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition, Phase, PodStatus, Truth
from tests.model.world.workloads import Cluster

NOW = 10_000
HALF = ResourceMetric("cpu", 50)


class Seconds(NamedTuple):
    """A pod of a case: its phase, readiness, what it uses (None: no metrics), and how long ago it started."""

    used: int | None = 50
    phase: Phase = "Running"
    ready: Truth = "True"
    started: int = 1000
    changed: int = 900
    deleted: bool = False


OK = Seconds()


def pods(told: Sequence[Seconds], request: int = 100) -> list[LivePod]:
    return [
        LivePod(
            Meta(f"p{at}", deleted_at=NOW if one.deleted else None),
            RunSpec((Container("c", requests=Map({"cpu": request, "memory": request}) if request else Map()),)),
            status=PodStatus(
                one.phase,
                conditions=(Condition("Ready", one.ready, changed_at=NOW - one.changed),),
                start_time=NOW - one.started,
            ),
        )
        for at, one in enumerate(told)
    ]


def samples(told: Sequence[Seconds]) -> dict[str, Sample]:
    return {f"p{at}": Sample(one.used, NOW) for at, one in enumerate(told) if one.used is not None}


class Case(NamedTuple):
    sentence: str
    pods: tuple[Seconds, ...]
    replicas: int
    metric: ResourceMetric = HALF


USING_100, USING_20, MISSING = Seconds(100), Seconds(20), Seconds(None)
PENDING = Seconds(None, "Pending", "False")
COLD = Seconds(100, ready="False", started=100, changed=90)

CASES = (
    Case("what uses as much as it may stays", (OK, OK), 2),
    Case("what uses twice as much is doubled", (USING_100, USING_100), 4),
    Case("what uses less shrinks", (USING_20, USING_20, USING_20), 2),
    Case("a tenth more changes nothing", (Seconds(55), Seconds(55)), 2),
    Case("more than a tenth does", (Seconds(56), Seconds(56)), 3),
    Case("a tenth less changes nothing", (Seconds(45),) * 10, 10),
    Case("numbers are rounded up", (Seconds(70), Seconds(70)), 3),
    Case("a target may be an amount", (USING_100, USING_100), 4, ResourceMetric("cpu", value=50)),
    Case("pods without metrics use nothing when the size grows", (USING_100, USING_100, MISSING), 4),
    Case("and all of their request when it shrinks", (USING_20, USING_20, USING_20, MISSING), 4),
    Case("pods without metrics never turn growth into shrinking", (Seconds(60), MISSING, MISSING), 3),
    Case("pods that wait use nothing when the size grows", (*(Seconds(65),) * 4, PENDING), 5),
    Case("and are left out when it shrinks", (USING_20, USING_20, PENDING), 1),
    Case("pods that end are left out", (OK, OK, Seconds(500, deleted=True)), 3),
    Case("failed pods are left out", (OK, OK, Seconds(500, "Failed", "False")), 3),
    Case("the cpu of a pod that starts and is not ready does not count", (OK, COLD), 2),
    Case("its memory does", (OK, COLD), 3, ResourceMetric("memory", 50)),
    Case("nor that of one that just got ready", (OK, Seconds(100, started=100, changed=10)), 2),
    Case("later a pod that became unready counts", (OK, Seconds(100, ready="False", started=1000, changed=10)), 3),
    Case("but not one that was never ready", (OK, Seconds(100, ready="False", started=1000, changed=990)), 2),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_how_many_replicas_follow(case: Case) -> None:
    seen = Seen(len(case.pods), pods(case.pods), samples(case.pods), NOW)
    assert proposal(case.metric, seen, Tolerances()).replicas == case.replicas


NO_METRICS = "no metrics returned from resource metrics API"

UNABLE: tuple[tuple[str, tuple[Seconds, ...], int, str], ...] = (
    (
        "nobody has metrics",
        (MISSING,),
        100,
        "failed to get cpu utilization: unable to get metrics for resource cpu: " + NO_METRICS,
    ),
    (
        "nobody is ready",
        (COLD,),
        100,
        "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)",
    ),
    (
        "a container requests nothing",
        (OK,),
        0,
        "failed to get cpu utilization: missing request for cpu in container c of Pod p0",
    ),
)


@pytest.mark.parametrize("case", UNABLE, ids=lambda case: case[0])
def test_why_nothing_follows(case: tuple[str, tuple[Seconds, ...], int, str]) -> None:
    _, told, request, why = case
    with pytest.raises(Unable) as raised:
        proposal(HALF, Seen(1, pods(told, request), samples(told), NOW), Tolerances())
    assert str(raised.value) == why


def spec(most: int = 100, least: int = 1, **rules: Rules) -> HpaSpec:
    return HpaSpec(Target("Deployment", "web"), most, least, behavior=Behavior(**rules) if rules else None)


ONE_A_MINUTE = Rules((Policy("Pods", 1, 60),))
SLOW = Rules((Policy("Pods", 4, 60), Policy("Percent", 10, 60)), "Min")
NEVER = Rules((Policy("Pods", 4, 60),), "Disabled")
FAST = Rules((Policy("Percent", 100, 15),))
CALM = Rules((Policy("Percent", 100, 15),), window=60)

LIMITS: tuple[tuple[str, HpaSpec, Memory, int, int, tuple[int, str, str]], ...] = (
    ("what is asked for is done", spec(), Memory(), 4, 6, (6, "ReadyForNewScale", "DesiredWithinRange")),
    ("at most twice as many come at once", spec(), Memory(), 5, 50, (10, "ReadyForNewScale", "ScaleUpLimit")),
    ("of few, four", spec(), Memory(), 1, 50, (4, "ReadyForNewScale", "ScaleUpLimit")),
    ("never more than the most", spec(most=6), Memory(), 5, 50, (6, "ReadyForNewScale", "TooManyReplicas")),
    ("never fewer than the least", spec(least=3), Memory(), 5, 1, (3, "ReadyForNewScale", "TooFewReplicas")),
    (
        "for five minutes the most that was recommended counts",
        spec(),
        Memory((Change(9, NOW - 300), Change(20, NOW - 301))),
        9,
        2,
        (9, "ScaleDownStabilized", "DesiredWithinRange"),
    ),
    (
        "so many pods in a period",
        spec(up=ONE_A_MINUTE, down=FAST), Memory(), 5, 9, (6, "ReadyForNewScale", "ScaleUpLimit"),
    ),
    (
        "what came in this period counts",
        spec(up=ONE_A_MINUTE, down=FAST),
        Memory(ups=(Change(1, NOW - 59),)),
        6,
        9,
        (6, "ReadyForNewScale", "ScaleUpLimit"),
    ),
    (
        "what came before it does not",
        spec(up=ONE_A_MINUTE, down=FAST),
        Memory(ups=(Change(1, NOW - 60),)),
        6,
        9,
        (7, "ReadyForNewScale", "ScaleUpLimit"),
    ),
    (
        "the slower of two policies",
        spec(up=SLOW, down=FAST), Memory(), 10, 50, (11, "ReadyForNewScale", "ScaleUpLimit"),
    ),
    (
        "the slower of two ways down",
        spec(up=FAST, down=SLOW), Memory(), 30, 1, (27, "ReadyForNewScale", "ScaleDownLimit"),
    ),
    ("a direction may be closed", spec(up=FAST, down=NEVER), Memory(), 9, 2, (9, "ReadyForNewScale", "ScaleDownLimit")),
    (
        "on the way up the least of a window counts",
        spec(up=CALM, down=FAST),
        Memory((Change(6, NOW - 59), Change(2, NOW - 60))),
        5,
        9,
        (6, "ScaleUpStabilized", "DesiredWithinRange"),
    ),
    (
        "on the way down the most of a window counts",
        spec(up=FAST, down=CALM),
        Memory((Change(7, NOW - 59),)),
        9,
        2,
        (7, "ScaleDownStabilized", "DesiredWithinRange"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: case[0])
def test_how_fast_the_size_changes(case: tuple[str, HpaSpec, Memory, int, int, tuple[int, str, str]]) -> None:
    _, asked, memory, current, wanted, expected = case
    normal = b.normalised(asked, memory, current, wanted, NOW)
    assert (normal.replicas, normal.able.reason, normal.limited.reason) == expected
    assert normal.memory.recommended[-1] == Change(wanted, NOW)


def each_uses(millicores: int) -> Load:
    def load(found: Sequence[LivePod], resource: str, now: int) -> Mapping[str, Sample]:
        return {one.meta.name: Sample(millicores, now) for one in found if one.status.phase == "Running"}

    return load


def together(millicores: int) -> Load:
    """So much in all, spread evenly over the pods that are ready."""

    def load(found: Sequence[LivePod], resource: str, now: int) -> Mapping[str, Sample]:
        ready = [one for one in found if one.status.is_true("Ready") and one.meta.deleted_at is None]
        return {one.meta.name: Sample(millicores // len(ready), now) for one in ready}

    return load


def scaled(load: Load, replicas: int = 2, **hpa: Any) -> Cluster:
    cluster = Cluster(horizontal_pod_autoscaler(load), nodes=4)
    container = {"name": "c", "image": "a", "resources": {"requests": {"cpu": "100m"}}}
    cluster.create(
        "Deployment",
        replicas=replicas,
        template={"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
    )
    target = {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}
    cluster.create("HorizontalPodAutoscaler", **{"scaleTargetRef": target, "maxReplicas": 10, **hpa})
    return cluster


def said(cluster: Cluster) -> dict[str, tuple[str, str]]:
    conditions = cluster.get("HorizontalPodAutoscaler").status.conditions
    return {one.type: (one.status, one.reason) for one in conditions}


def test_a_workload_grows_until_its_load_is_spread() -> None:
    cluster = scaled(together(480))
    cluster.run(14)
    assert len(cluster.pods()) == 2
    cluster.run(400)
    assert len(cluster.pods()) == 6
    assert said(cluster) == {
        "AbleToScale": ("True", "ReadyForNewScale"),
        "ScalingActive": ("True", "ValidMetricFound"),
        "ScalingLimited": ("False", "DesiredWithinRange"),
    }
    status = cluster.get("HorizontalPodAutoscaler").status
    assert (status.current_replicas, status.desired_replicas) == (6, 6)
    assert [(one.resource, one.utilization, one.value) for one in status.current_metrics] == [("cpu", 80, 80)]


def test_a_workload_shrinks_only_after_five_minutes() -> None:
    cluster = scaled(each_uses(8), replicas=4)
    cluster.run(300)
    assert len(cluster.pods()) == 4
    cluster.run(340)
    assert len(cluster.pods()) == 1


def test_without_metrics_nothing_happens_and_it_is_said_why() -> None:
    cluster = scaled(lambda found, resource, now: {})
    cluster.run(60)
    assert len(cluster.pods()) == 2
    assert said(cluster)["ScalingActive"] == ("False", "FailedGetResourceMetric")


def test_a_workload_of_none_is_left_alone() -> None:
    cluster = scaled(each_uses(500), replicas=0)
    cluster.run(60)
    assert cluster.pods() == []
    assert said(cluster)["ScalingActive"] == ("False", "ScalingDisabled")


OUTSIDE = (("above the most", 8, {"maxReplicas": 3}, 3), ("below the least", 1, {"minReplicas": 3}, 3))


@pytest.mark.parametrize("case", OUTSIDE, ids=lambda case: case[0])
def test_a_size_outside_of_the_bounds_is_corrected_without_metrics(case: tuple[str, int, dict[str, int], int]) -> None:
    _, before, bounds, after = case
    cluster = scaled(lambda found, resource, now: {}, replicas=before, **bounds)
    cluster.run(14)
    assert cluster.get("Deployment").spec.replicas == before
    cluster.run(20)
    assert cluster.get("Deployment").spec.replicas == after
    assert said(cluster)["AbleToScale"] == ("True", "SucceededRescale")


def test_a_target_that_is_not_there_is_told() -> None:
    cluster = Cluster(horizontal_pod_autoscaler(each_uses(1)))
    target = {"kind": "Deployment", "name": "web"}
    cluster.create("HorizontalPodAutoscaler", scaleTargetRef=target, maxReplicas=3)
    cluster.run(20)
    (condition,) = cluster.get("HorizontalPodAutoscaler").status.conditions
    assert (condition.status, condition.reason, condition.message) == (
        "False",
        "FailedGetScale",
        'the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
    )


def test_a_behavior_is_read_with_what_it_leaves_out() -> None:
    up = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}], "tolerance": "0.5"}
    cluster = scaled(each_uses(100), behavior={"scaleUp": up})
    found = cluster.get("HorizontalPodAutoscaler").spec.behavior
    assert found.up == Rules((Policy("Pods", 1, 60),), "Max", 0, 0.5)
    assert (found.down.window, found.down.policies) == (300, (Policy("Percent", 100, 15),))
    cluster.run(100)
    assert len(cluster.pods()) == 2
