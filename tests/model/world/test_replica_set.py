"""ReplicaSets in a world: which pods they take for their own."""

from __future__ import annotations

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.live_pod import LivePod
from tests.model.world.workloads import Cluster


def relabel(cluster: Cluster, name: str, app: str) -> None:
    def change(pod: LivePod) -> LivePod:
        return replace(pod, meta=replace(pod.meta, labels=pod.meta.labels.set("app", app)))

    cluster.change("Pod", name, change)


def test_a_pod_that_no_longer_matches_is_released_and_replaced() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    (first,) = cluster.pods()
    relabel(cluster, first.meta.name, "other")
    cluster.run(20)
    owners = {one.meta.name: one.meta.controller for one in cluster.pods()}
    assert len(owners) == 2
    assert owners.pop(first.meta.name) is None
    assert None not in owners.values()


def test_an_orphan_that_matches_is_adopted_and_one_pod_too_many_goes() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    (first,) = cluster.pods()
    relabel(cluster, first.meta.name, "other")
    cluster.run(20)
    relabel(cluster, first.meta.name, "web")
    cluster.run(40)
    assert [(one.meta.name, one.meta.controller) for one in cluster.pods()] == [
        (first.meta.name, first.meta.controller)
    ]


def test_a_set_that_is_being_deleted_adopts_nobody() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    (first,) = cluster.pods()
    held = cluster.get("ReplicaSet")
    cluster.change("ReplicaSet", "web", lambda one: replace(one, meta=replace(held.meta, finalizers=("wait",))))
    cluster.delete("ReplicaSet", "web")
    cluster.change("Pod", first.meta.name, lambda pod: replace(pod, meta=replace(pod.meta, owners=())))
    cluster.run(20)
    assert [one.meta.owners for one in cluster.pods()] == [()]
    assert cluster.get("ReplicaSet").status.replicas == 0  # it goes on counting what is its own


def test_a_pod_that_has_ended_is_not_adopted() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=0)
    cluster.create(
        "Job",
        "other",
        template={
            "metadata": {"labels": {"app": "x"}, "annotations": {"fake/exit.c": "0:1"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "a"}]},
        },
    )
    cluster.run(20)
    (ended,) = cluster.all("Pod")
    orphan = replace(ended, meta=replace(ended.meta, owners=(), labels=Map({"app": "web"})))
    cluster.change("Pod", ended.meta.name, lambda _: orphan)
    cluster.run(30)
    assert [one.meta.owners for one in cluster.all("Pod")] == [()]
