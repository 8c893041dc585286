"""Deployments in a world: rollouts, their limits, what they report, and how they go back."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment import progress, revisions
from kubeproof.model.controlplane.controllers.deployment.new_replicaset import find_new, made
from kubeproof.model.controlplane.controllers.deployment.status import condition
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec, DeploymentStatus
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from tests.model.world.workloads import Cluster, template


def conditions(cluster: Cluster) -> list[tuple[str, str, str]]:
    return sorted((one.type, one.status, one.reason) for one in cluster.get("Deployment").status.conditions)


def rolled(cluster: Cluster, until: int = 40) -> None:
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:v2"))
    cluster.run(until)


def sizes(cluster: Cluster) -> dict[str, int]:
    """How many pods the ReplicaSet of each image asks for."""
    return {one.spec.template.run.containers[0].image: one.spec.replicas for one in cluster.all("ReplicaSet")}


def test_a_deployment_makes_a_replica_set_and_says_when_it_is_there() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=3)
    cluster.run(10)
    web, (replica_set,) = cluster.get("Deployment"), cluster.all("ReplicaSet")
    assert replica_set.meta.name == f"web-{replica_set.meta.labels['pod-template-hash']}"
    assert replica_set.spec.selector.text == f"app=web,pod-template-hash={replica_set.meta.labels['pod-template-hash']}"
    assert dict(replica_set.meta.annotations) == {
        "deployment.kubernetes.io/desired-replicas": "3",
        "deployment.kubernetes.io/max-replicas": "4",
        "deployment.kubernetes.io/revision": "1",
    }
    assert dict(web.meta.annotations) == {"deployment.kubernetes.io/revision": "1"}
    assert web.status == DeploymentStatus(3, 3, 3, 3, 0, 0, 1, None, web.status.conditions)
    assert [(one.type, one.status, one.reason, one.message) for one in web.status.conditions] == [
        ("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        (
            "Progressing",
            "True",
            "NewReplicaSetAvailable",
            f'ReplicaSet "{replica_set.meta.name}" has successfully progressed.',
        ),
    ]


class Step(NamedTuple):
    sentence: str
    strategy: dict[str, Any]
    first: dict[str, int]
    """What the ReplicaSets ask for right after the change, while new pods never get ready."""


STEPS = (
    Step("by default one pod more comes first", {}, {"app:v1": 3, "app:broken": 1}),
    Step(
        "without surge an old pod goes first",
        {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
        {"app:v1": 2, "app:broken": 1},
    ),
    Step(
        "a surge of all lets all new pods come at once",
        {"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}},
        {"app:v1": 3, "app:broken": 3},
    ),
    Step(
        "surge is rounded up and unavailable down",
        {"rollingUpdate": {"maxSurge": "10%", "maxUnavailable": "30%"}},
        {"app:v1": 3, "app:broken": 1},
    ),
    Step("Recreate ends all old pods before it makes new ones", {"type": "Recreate"}, {"app:v1": 0, "app:broken": 3}),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.sentence)
def test_how_far_a_rollout_goes_whose_pods_never_get_ready(step: Step) -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=3, strategy=step.strategy)
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:broken"))
    cluster.run(20)
    assert sizes(cluster) == step.first


def test_never_are_there_more_pods_or_fewer_ready_ones_than_the_strategy_allows() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=8)
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:v2"))
    seen: list[tuple[int, int]] = []
    for _ in cluster.runner.run(60):
        ready = sum(one.status.is_true("Ready") for one in cluster.pods())
        asked = sum(one.spec.replicas for one in cluster.all("ReplicaSet"))
        seen.append((asked, ready))
    assert max(asked for asked, _ in seen) == 10
    assert min(ready for _, ready in seen) == 6
    assert cluster.images() == ["app:v2"] * 8


def test_a_new_replica_set_is_made_empty_where_there_may_be_no_more_pods() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=3, strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}})
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:v2"))
    created = [one for one in cluster.runner.run(10) if one.write.verb == "create" and one.key.kind == "ReplicaSet"]
    assert [one.write.body.spec.replicas for one in created] == [0]


def test_recreate_waits_until_old_pods_have_ended() -> None:
    cluster = Cluster()
    slow = template(annotations={"fake/term-delay": "20"})
    cluster.create("Deployment", replicas=2, strategy={"type": "Recreate"}, template=slow)
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:v2"))
    cluster.run(25)
    assert (cluster.images(), len(cluster.all("Pod"))) == ([], 2)
    cluster.run(40)
    assert cluster.images() == ["app:v2"] * 2


def test_a_rollback_takes_the_old_replica_set_again_with_the_newest_number() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=2)
    rolled(cluster)
    cluster.patch("Deployment", template=template("app:v1"))
    cluster.run(80)
    assert cluster.images() == ["app:v1"] * 2
    told = {one.spec.template.run.containers[0].image: one.meta.annotations for one in cluster.all("ReplicaSet")}
    assert {image: each[revisions.REVISION] for image, each in told.items()} == {"app:v1": "3", "app:v2": "2"}
    assert told["app:v1"][revisions.HISTORY] == "1"
    assert cluster.get("Deployment").meta.annotations[revisions.REVISION] == "3"


def test_a_rollout_that_does_not_get_on_is_reported_once_its_deadline_has_passed() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=3, progressDeadlineSeconds=8)
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:broken"))
    cluster.run(18)
    assert ("Progressing", "True", "ReplicaSetUpdated") in conditions(cluster)
    cluster.run(19)
    assert ("Progressing", "False", "ProgressDeadlineExceeded") in conditions(cluster)
    cluster.patch("Deployment", template=template("app:v1"))
    cluster.run(30)
    assert conditions(cluster) == [
        ("Available", "True", "MinimumReplicasAvailable"),
        ("Progressing", "True", "NewReplicaSetAvailable"),
    ]


def test_a_paused_deployment_is_scaled_but_not_rolled_out() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=2)
    cluster.run(10)
    cluster.patch("Deployment", paused=True, replicas=4, template=template("app:v2"))
    cluster.run(20)
    assert cluster.images() == ["app:v1"] * 4
    assert ("Progressing", "Unknown", "DeploymentPaused") in conditions(cluster)
    cluster.patch("Deployment", paused=False)
    cluster.run(40)
    assert cluster.images() == ["app:v2"] * 4


def test_a_change_of_size_in_the_middle_of_a_rollout_is_spread() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=4, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:broken"))
    cluster.run(20)
    assert sizes(cluster) == {"app:v1": 4, "app:broken": 2}
    cluster.patch("Deployment", replicas=8)
    cluster.run(30)
    assert sizes(cluster) == {"app:v1": 7, "app:broken": 3}
    told = {one.meta.annotations["deployment.kubernetes.io/desired-replicas"] for one in cluster.all("ReplicaSet")}
    assert told == {"8"}


def test_a_replica_set_that_keeps_its_size_hears_of_the_new_one_all_the_same() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=4, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
    cluster.run(10)
    cluster.patch("Deployment", template=template("app:broken"))
    cluster.run(20)
    cluster.patch("Deployment", replicas=5)
    cluster.run(30)
    assert sizes(cluster) == {"app:v1": 5, "app:broken": 2}
    told = {one.meta.annotations["deployment.kubernetes.io/max-replicas"] for one in cluster.all("ReplicaSet")}
    assert told == {"7"}


TIMES = (
    ("nothing is late without a condition", None, 100, False),
    ("what is done is never late", ("NewReplicaSetAvailable", 0), 100, False),
    ("what was late stays so", ("ProgressDeadlineExceeded", 99), 100, True),
    ("in its last second a rollout is not late", ("ReplicaSetUpdated", 90), 100, False),
    ("after it a rollout is late", ("ReplicaSetUpdated", 90), 101, True),
)


@pytest.mark.parametrize("case", TIMES, ids=lambda case: case[0])
def test_when_a_rollout_is_late(case: tuple[str, tuple[str, int] | None, int, bool]) -> None:
    _, said, now, late = case
    told = () if said is None else (condition("Progressing", "True", said[0], "", said[1]),)
    web = Deployment(Meta("web"), DeploymentSpec(progress_deadline_seconds=10))
    assert progress.timed_out(web, DeploymentStatus(conditions=told), now) is late


def test_old_replica_sets_beyond_the_history_go() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1, revisionHistoryLimit=1)
    for number in (2, 3, 4):
        cluster.run(number * 20)
        cluster.patch("Deployment", template=template(f"app:v{number}"))
    cluster.run(100)
    assert sizes(cluster) == {"app:v3": 0, "app:v4": 1}


def test_a_pod_counts_as_available_only_after_min_ready_seconds() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1, minReadySeconds=5)
    cluster.run(4)
    assert cluster.get("Deployment").status.available_replicas == 0
    cluster.run(5)
    assert cluster.get("Deployment").status.available_replicas == 1


def test_a_name_that_is_taken_is_counted_as_a_collision_and_another_is_found() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1)
    name = made(cluster.get("Deployment"), ()).meta.name
    cluster.create("ReplicaSet", name, replicas=0, selector={"matchLabels": {"app": "other"}})
    cluster.change("ReplicaSet", name, lambda one: replace(one, meta=replace(one.meta, labels=one.meta.labels)))
    cluster.run(10)
    web = cluster.get("Deployment")
    assert web.status.collision_count == 1
    assert (web.status.ready_replicas, len(cluster.all("ReplicaSet"))) == (1, 2)


def test_of_equal_replica_sets_the_oldest_is_the_new_one() -> None:
    older, newer = (ReplicaSet(Meta(name, created_at=at)) for name, at in (("b", 1), ("a", 2)))
    assert find_new(Deployment(Meta("web")), (newer, older)) == older


HISTORIES: tuple[tuple[str, dict[str, str], int, dict[str, str]], ...] = (
    ("a first number has no history", {}, 1, {"revision": "1"}),
    ("a number that stays is no history", {"revision": "2"}, 2, {"revision": "2"}),
    ("a lower number never comes back", {"revision": "5"}, 2, {"revision": "5"}),
    ("the number before is remembered", {"revision": "1"}, 3, {"revision": "3", "revision-history": "1"}),
    (
        "numbers are remembered in order",
        {"revision": "3", "revision-history": "1"},
        5,
        {"revision": "5", "revision-history": "1,3"},
    ),
    ("a text that is no number stays", {"revision": "x"}, 3, {"revision": "x"}),
)


@pytest.mark.parametrize("case", HISTORIES, ids=lambda case: case[0])
def test_what_is_annotated_of_revisions(case: tuple[str, dict[str, str], int, dict[str, str]]) -> None:
    _, before, number, after = case
    prefix = "deployment.kubernetes.io/"
    one = ReplicaSet(Meta("web"))
    annotations = one.meta.annotations.update({prefix + name: text for name, text in before.items()})
    one = replace(one, meta=replace(one.meta, annotations=annotations))
    told = revisions.annotated(Deployment(Meta("web")), one, number, exists=True).meta.annotations
    assert dict(told) == {prefix + name: text for name, text in after.items()}


def test_a_history_that_gets_too_long_forgets_its_beginning() -> None:
    numbers = ",".join(str(number) for number in range(1, 600))
    annotations = {revisions.REVISION: "600", revisions.HISTORY: numbers[: revisions.MOST_HISTORY - 2]}
    one = ReplicaSet(Meta("web"))
    one = replace(one, meta=replace(one.meta, annotations=one.meta.annotations.update(annotations)))
    told = revisions.annotated(Deployment(Meta("web")), one, 601, exists=True).meta.annotations[revisions.HISTORY]
    assert told.startswith("2,3,")
    assert told.endswith(",600")
    assert len(told) <= revisions.MOST_HISTORY


def test_only_empty_replica_sets_are_cleaned_up_lowest_number_first() -> None:
    def old(number: int, replicas: int) -> ReplicaSet:
        meta = Meta(f"r{number}")
        meta = replace(meta, annotations=meta.annotations.set(revisions.REVISION, str(number)))
        return ReplicaSet(meta, ReplicaSetSpec(replicas))

    web = Deployment(Meta("web"), DeploymentSpec(revision_history_limit=1))
    found = revisions.to_clean_up(web, [old(10, 0), old(9, 0), old(3, 1)])
    assert [one.meta.name for one in found] == ["r9"]


def test_without_a_deadline_nothing_is_said_of_progress() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1, progressDeadlineSeconds=progress.NO_DEADLINE)
    cluster.run(10)
    assert conditions(cluster) == [("Available", "True", "MinimumReplicasAvailable")]
