"""Components that see an older store: what they do then, what is refused, and what keeps them from doing harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model import views
from kubeproof.model.component import Component, Look, first
from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.controllers.endpoint_slice import ENDPOINT_SLICE
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.taint_eviction import TAINT_EVICTION
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.service import Service, ServicePort
from kubeproof.model.views import LATEST, Lag
from kubeproof.model.world import Event, Runner, World
from tests.model.world.workloads import NAMESPACE, Cluster, template

RS, DEPLOY, SCHEDULER = "replicaset-controller", "deployment-controller", "scheduler"


def pods_made(told: list[str]) -> int:
    return sum(line.startswith(f"{RS}: create Pod") for line in told)


def test_a_lagging_controller_hears_of_a_change_so_much_later() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="20s")
    cluster.patch("ReplicaSet", replicas=3)
    assert cluster.run(29) == []
    assert pods_made(cluster.run(30)) == 2


def test_what_there_is_to_look_at_is_seen_late_too() -> None:
    seen = list[int]()

    def counts(look: Look) -> Iterable[Key]:
        seen.append(len(keys := look.keys("ConfigMap")))
        return keys

    world = World()._replace(views=views.lagging(LATEST, "late", Lag(20, 0, None, Store())))
    runner = Runner(world, (Component("late", counts, lambda look, key, pick: iter(())),))
    runner.ask(Write("create", Key("ConfigMap", "", "a"), Plain(Meta("a"))), "user")
    list(runner.run(30))
    assert seen == [0, 1]


def test_a_look_that_waited_is_made_up_for() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="20s")
    cluster.patch("ReplicaSet", replicas=3)
    cluster.run(32)  # it has made two pods at 30, which it sees at 50
    cluster.happens("node-condition", node="n1", type="Ready", status="True")  # whoever runs the world begins anew
    cluster.run(60)
    assert cluster.get("ReplicaSet").status.replicas == 3


def test_who_lags_stands_still_at_first_and_never_goes_back() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=2)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="1h")
    assert cluster.run(100) == []  # an hour ago there was no ReplicaSet, nor any pod
    assert len(cluster.pods()) == 2


def test_a_lag_that_is_over_is_caught_up_with_at_once() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="10m", lasts="30s")
    cluster.patch("ReplicaSet", replicas=2)
    assert cluster.run(39) == []
    assert pods_made(cluster.run(40)) == 1
    assert cluster.runner.world.views is LATEST


def test_a_component_that_starts_anew_lists_everything() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="10m")
    cluster.patch("ReplicaSet", replicas=2)
    cluster.run(20)
    cluster.happens("restart-controller", component=RS)
    assert pods_made(cluster.run(20)) == 1
    assert len(cluster.pods()) == 2


def test_a_replica_set_makes_no_pod_twice_because_it_does_not_see_the_first() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="20s")
    cluster.patch("ReplicaSet", replicas=3)
    cluster.run(15)
    cluster.change("ReplicaSet", "web", lambda one: replace(one, meta=replace(one.meta, labels=Map({"a": "b"}))))
    assert pods_made(cluster.run(33)) == 2  # at 30; it sees them at 50, and the label at 35
    told = [line for until in range(34, 100) for line in cluster.run(until)]
    assert pods_made(told) == 0
    assert len(cluster.pods()) == 3


@pytest.mark.parametrize("fresh", [True, False])
def test_a_replica_set_deletes_no_pod_for_one_that_it_has_deleted(fresh: bool) -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=3)
    cluster.run(10)
    cluster.patch("ReplicaSet", replicas=2)
    look = Look(cluster.runner.world.store, 10)
    look.fresh = fresh
    plan = REPLICASET.decide(look, Key("ReplicaSet", NAMESPACE, "web"), first)
    verbs = [part.verb for part in plan if isinstance(part, Write)]
    assert verbs == [*(["delete"] if fresh else []), "status"]


def test_a_deletion_that_nobody_sees_is_expected_for_five_minutes() -> None:
    seen, whose = Store(revision=5), (RS, Key("ReplicaSet", NAMESPACE, "web"))
    gone = Write("delete", Key("Pod", NAMESPACE, "web-1"))
    after = views.written(LATEST, whose, gone, None, revision=9, now=100)
    assert [views.as_expected(after, whose, seen, now) for now in (100, 400, 401)] == [False, False, True]
    assert views.as_expected(after, whose, Store(revision=9), 100)
    assert views.has_own_writes(after, whose, seen)  # a deletion has no resourceVersion to wait for


def test_a_status_of_an_old_deployment_is_refused_and_told_again_later() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=DEPLOY, by="20s", lasts="2m")
    cluster.patch("Deployment", replicas=2)
    cluster.run(25)
    cluster.patch("Deployment", replicas=3)  # at 30 it sees the first change alone
    events: list[Event] = list(cluster.runner.run(35))
    refused = [event for event in events if event.refused]
    assert [(one.at, one.write.verb, one.key.kind) for one in refused] == [
        (30, "status", "Deployment"),  # it is another one already
        (31, "update", "ReplicaSet"),  # and so is that, by its own hand; it is tried ever later
        (33, "update", "ReplicaSet"),
    ]
    assert isinstance(refused[0].refused, Refused)
    assert str(refused[0].refused) == (
        'Operation cannot be fulfilled on deployments "web": the object has been modified; please apply your changes '
        "to the latest version and try again"
    )
    cluster.run(300)
    held = cluster.get("Deployment")
    assert (held.spec.replicas, held.status.replicas, len(cluster.pods())) == (3, 3, 3)


def test_a_deployment_that_does_not_see_its_replica_set_makes_no_second_one() -> None:
    cluster = Cluster()
    cluster.create("Deployment", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=DEPLOY, by="20s", lasts="5m")
    cluster.patch("Deployment", template=template("app:v2"))
    cluster.run(35)  # at 30 it has made the new ReplicaSet
    cluster.change("Deployment", "web", lambda one: replace(one, meta=replace(one.meta, labels=Map({"a": "b"}))))
    cluster.run(400)
    assert len(cluster.all("ReplicaSet")) == 2
    assert cluster.get("Deployment").status.collision_count is None


def test_a_lagging_scheduler_binds_to_a_node_that_is_cordoned_and_counts_what_it_has_bound() -> None:
    cluster = Cluster(nodes=2)
    cluster.run(5)
    cluster.happens("lag", component=SCHEDULER, by="60s")
    cluster.change_node("n2", lambda node: replace(node, unschedulable=True))
    requests = {"containers": [{"name": "c", "image": "app:v1", "resources": {"requests": {"cpu": "3"}}}]}
    cluster.run(10)
    cluster.create("ReplicaSet", replicas=1, template={"metadata": {"labels": {"app": "web"}}, "spec": requests})
    cluster.run(30)
    cluster.patch("ReplicaSet", replicas=2)
    cluster.run(64)
    assert [pod.node for pod in cluster.pods()] == ["", ""]
    cluster.run(200)
    assert sorted(pod.node for pod in cluster.pods()) == ["", "n1"]  # at 70 it sees the cordon, and at 90 its own pod
    cluster.run(300)


def test_a_lagging_scheduler_counts_what_it_has_bound() -> None:
    cluster = Cluster(nodes=2)
    cluster.run(5)
    cluster.happens("lag", component=SCHEDULER, by="20s")
    requests = {"containers": [{"name": "c", "image": "app:v1", "resources": {"requests": {"cpu": "3"}}}]}
    shape = {"metadata": {"labels": {"app": "web"}}, "spec": requests}
    cluster.create("ReplicaSet", replicas=1, template=shape)
    cluster.run(10)
    cluster.patch("ReplicaSet", replicas=2)
    events = list(cluster.runner.run(40))  # it binds one at 25, and at 30 the other, when it does not see the first yet
    assert [event for event in events if event.refused] == []
    assert sorted(pod.node for pod in cluster.pods()) == ["n1", "n2"]


def test_a_pod_is_bound_by_its_uid() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("StatefulSet", serviceName="web", replicas=1)
    cluster.run(10)
    held = cluster.get("Pod", "web-0")
    key = Key("Pod", NAMESPACE, "web-0")
    refused = cluster.runner.ask(Write("bind", key, "n1", uid="another"), SCHEDULER).refused
    assert refused is not None
    assert str(refused) == (
        f'Operation cannot be fulfilled on pods "web-0": Precondition failed: UID in precondition: another, UID in '
        f"object meta: {held.meta.uid}"
    )


def test_a_patch_of_another_object_of_that_name_is_refused() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("ReplicaSet", replicas=0)
    held = cluster.get("ReplicaSet")
    patch = Write("status", Key("ReplicaSet", NAMESPACE, "web"), held, when_stale="merged", uid="another")
    refused = cluster.runner.ask(patch, "somebody").refused
    assert isinstance(refused, Refused)
    assert (refused.code, str(refused)) == (
        422,
        'ReplicaSet "web" is invalid: metadata.uid: Invalid value: "another": field is immutable',
    )


def test_a_lagging_kubelet_tells_only_its_own_part_of_a_pod() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(0)
    cluster.happens("lag", component="kubelet", by="20s")
    cluster.patch("ReplicaSet", replicas=2)
    cluster.run(5)
    (new,) = [pod for pod in cluster.pods() if pod.status.phase == "Pending"]
    cluster.run(10)
    cluster.change("Pod", new.meta.name, lambda pod: replace(pod, meta=replace(pod.meta, labels=LABELS)))
    cluster.run(21)
    after = cluster.get("Pod", new.meta.name)
    assert (after.status.phase, after.meta.labels) == ("Running", LABELS)


LABELS = Map({"app": "web", "more": "yes"})


def test_a_stateful_set_has_one_pod_of_each_number_however_late_it_hears() -> None:
    for by in ("1s", "7s", "40s"):
        cluster = Cluster()
        cluster.create("StatefulSet", serviceName="web", replicas=1)
        cluster.run(10)
        cluster.happens("lag", component="statefulset-controller", by=by)
        cluster.patch("StatefulSet", replicas=3)
        refused = [event for event in cluster.runner.run(400) if event.refused]
        assert (by, refused) == (by, [])
        assert [pod.meta.name for pod in cluster.pods()] == ["web-0", "web-1", "web-2"]


def test_a_job_that_does_not_see_its_pods_makes_no_more_of_them() -> None:
    cluster = Cluster()
    cluster.happens("lag", component="job-controller", by="20s")
    spec = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "a"}]}
    ends = {"metadata": {"annotations": {"fake/exit.c": "0:5"}}, "spec": spec}
    cluster.create("Job", "batch", completions=2, parallelism=2, template=ends)
    told = cluster.run(400)
    assert sum(line.startswith("job-controller: create Pod") for line in told) == 2
    assert (cluster.get("Job", "batch").status.succeeded, cluster.get("Job", "batch").finished) == (2, "Complete")


def test_a_daemon_set_that_does_not_see_its_pods_makes_no_more_of_them() -> None:
    cluster = Cluster()
    cluster.happens("lag", component="daemonset-controller", by="20s")
    cluster.create("DaemonSet")
    cluster.run(25)
    cluster.node("n4")
    cluster.run(200)
    assert sorted(pod.node for pod in cluster.pods()) == ["n1", "n2", "n3", "n4"]


def test_a_service_has_one_slice_though_its_controller_does_not_see_it() -> None:
    cluster = Cluster(ENDPOINT_SLICE)
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(5)
    cluster.happens("lag", component="endpointslice-controller", by="20s")
    service = Service(Meta("web", NAMESPACE), Map({"app": "web"}), ports=(ServicePort(80, 80),))
    cluster.runner.ask(Write("create", Key("Service", NAMESPACE, "web"), service), "user")
    for until in range(10, 100, 3):
        cluster.patch("ReplicaSet", replicas=1 + until % 2)
        cluster.run(until)
    cluster.run(200)
    (slice_,) = cluster.all("EndpointSlice")
    assert len(slice_.endpoints) == len(cluster.pods())


def test_whoever_is_being_deleted_adopts_nobody_though_it_does_not_know_yet() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("lag", component=RS, by="20s")
    cluster.change("ReplicaSet", "web", lambda one: replace(one, meta=replace(one.meta, finalizers=("wait",))))
    (first,) = cluster.pods()
    cluster.change("Pod", first.meta.name, lambda pod: replace(pod, meta=replace(pod.meta, owners=())))
    cluster.run(12)
    cluster.delete("ReplicaSet", "web")  # at 30 it sees the orphan, at 32 that it is being deleted itself
    cluster.run(100)
    assert [pod.meta.owners for pod in cluster.pods()] == [()]


def test_of_two_that_would_adopt_a_pod_one_is_refused() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(5)
    (pod,) = cluster.pods()
    (owner,) = pod.meta.owners
    both = (owner, replace(owner, name="api", uid="u2"))
    change = Write("update", Key("Pod", NAMESPACE, pod.meta.name), replace(pod, meta=replace(pod.meta, owners=both)))
    refused = cluster.runner.ask(change, "somebody").refused
    assert str(refused) == (
        f'Pod "{pod.meta.name}" is invalid: metadata.ownerReferences: Invalid value: Only one reference can have '
        'Controller set to true. Found "true" in references for web and api'
    )


def test_an_owner_that_the_garbage_collector_does_not_see_yet_is_looked_up() -> None:
    cluster = Cluster()
    cluster.happens("lag", component="garbage-collector-controller", by="20s")
    cluster.create("Deployment", replicas=1)
    cluster.run(200)
    assert len(cluster.pods()) == 1


def test_a_lost_event_is_made_up_for_by_the_next_one() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("miss", component=RS, object=f"rs/{NAMESPACE}/web")
    cluster.patch("ReplicaSet", replicas=3)
    assert pods_made(cluster.run(50)) == 0
    cluster.patch("ReplicaSet", replicas=4)
    assert pods_made(cluster.run(60)) == 3
    assert cluster.runner.world.views.missed == Map()


def test_a_lost_event_is_made_up_for_by_a_new_start() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    cluster.happens("miss", component=RS, object=f"rs/{NAMESPACE}/web")
    cluster.patch("ReplicaSet", replicas=3)
    cluster.run(50)
    cluster.happens("restart-controller", component=RS)
    assert pods_made(cluster.run(50)) == 2


def test_a_removal_and_a_creation_can_be_lost_too() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    (pod,) = cluster.pods()
    cluster.happens("miss", component="taint-eviction-controller", object="node/n9")
    cluster.happens("miss", component=RS, object=f"pod/{NAMESPACE}/{pod.meta.name}")
    cluster.runner.ask(Write("delete", Key("Pod", NAMESPACE, pod.meta.name), DeleteOptions(grace_period=0)), "user")
    assert cluster.runner.world.store.get(Key("Pod", NAMESPACE, pod.meta.name)) is None
    assert cluster.runner.world.seen_by(RS).get(Key("Pod", NAMESPACE, pod.meta.name)) is not None
    cluster.node("n9")
    assert cluster.runner.world.seen_by(TAINT_EVICTION.name).get(Key("Node", "", "n9")) is None
    assert cluster.runner.world.store.get(Key("Node", "", "n9")) is not None


def test_only_who_lags_pays_for_it() -> None:
    cluster = Cluster()
    cluster.create("ReplicaSet", replicas=1)
    cluster.run(10)
    assert cluster.runner.world.views is LATEST
    cluster.happens("lag", component=RS, by="30s")
    for until in range(10, 2000, 10):
        cluster.patch("ReplicaSet", replicas=1 + until % 3)
        cluster.run(until)
    assert len(cluster.runner.world.views.past) < 40  # what happened in the last half a minute, and once before


def test_the_same_lag_tells_the_same_story() -> None:
    def story() -> list[str]:
        cluster = Cluster()
        cluster.create("Deployment", replicas=3)
        cluster.run(10)
        cluster.happens("lag", component=DEPLOY, by="15s")
        cluster.patch("Deployment", template=template("app:v2"))
        return cluster.run(300)

    assert story() == story()


def at(second: int, name: str = "a") -> Store:
    """A store that was written so often."""
    store = Store()
    for _ in range(second):
        store = store.put(Key("ConfigMap", "", name), Plain(Meta(name)))
    return store


AGES: tuple[tuple[str, Callable[[views.Views], Any], int, int], ...] = (
    ("before anything can be late it stands still", lambda one: one, 14, 1),
    ("then it sees the end of that second", lambda one: one, 15, 2),
    ("and goes on so much later", lambda one: one, 17, 4),
    ("of a second without changes the last before it", lambda one: one, 16, 2),
)


@pytest.mark.parametrize(("how", "now", "revision"), [row[1:] for row in AGES], ids=[row[0] for row in AGES])
def test_how_old_a_view_is(how: Callable[[views.Views], Any], now: int, revision: int) -> None:
    late = views.lagging(LATEST, RS, Lag(5, 10, None, at(1)))
    late = views.ticked(late, at(2), 10, 12)
    late = views.ticked(late, at(4), 12, 20)
    late = late._replace(past=((10, at(2)), (12, at(4))))
    assert views.view(how(late), RS, at(9), now).revision == revision
    assert views.view(late, DEPLOY, at(9), now).revision == 9


def test_a_look_with_expectations_is_the_only_one_that_waits() -> None:
    assert REPLICASET.reads_own_writes
    assert not TAINT_EVICTION.reads_own_writes
