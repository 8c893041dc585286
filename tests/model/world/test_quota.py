"""ResourceQuotas in a world: what counts, who is refused, and what comes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

import kubeproof as kp
from kubeproof.model.component import QUEUE, BackOff
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.job.component import API_BACK_OFF
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.resource_quota import RESOURCE_QUOTA
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.namespace import Namespace
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.objects.pod_status import PodStatus
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.resource_quota import ResourceQuota, ResourceQuotaSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.service import Service, ServicePort
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Event, Runner, World
from kubeproof.properties.engines import world_steps
from kubeproof.properties.engines.world_shapes import Shapes
from tests.model.world.workloads import Cluster

GI = 1 << 30


def pod(name: str, cpu: int = 0, memory: int = 0, limit: int = 0, **run: Any) -> LivePod:
    requests = Map({name: amount for name, amount in (("cpu", cpu), ("memory", memory)) if amount})
    container = Container("c", requests=requests, limits=Map({"cpu": limit} if limit else {}))
    return LivePod(Meta(name, "shop"), RunSpec((container,), **run), PodSpec(requests))


def service(name: str, **fields: Any) -> Service:
    return Service(Meta(name, "shop"), ports=(ServicePort(80), ServicePort(81)), **fields)


def with_quota(*scopes: str, **hard: int) -> Runner:
    """A namespace with a quota q that the controller has looked at; names are told with _ for what stands in them."""
    runner = Runner(World(), (RESOURCE_QUOTA,))
    bounds = Map({name.replace("__", "/").replace("_", "."): amount for name, amount in hard.items()})
    create(runner, ResourceQuota(Meta("q", "shop"), ResourceQuotaSpec(bounds, scopes)))
    list(runner.run(0))
    return runner


def create(runner: Runner, made: Any) -> Event:
    kind = {"LivePod": "Pod", "Plain": "ConfigMap"}.get(type(made).__name__, type(made).__name__)
    return runner.ask(Write("create", Key(kind, "shop", made.meta.name), made), "user")


def used(runner: Runner) -> dict[str, int]:
    held = runner.world.store.objects[Key("ResourceQuota", "shop", "q")]
    assert isinstance(held, ResourceQuota)
    return dict(held.status.used)


REFUSED: tuple[tuple[str, dict[str, int], LivePod, str], ...] = (
    ("one pod too many", {"pods": 1}, pod("b"), "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"),
    (
        "only what is exceeded is told, by name",
        {"requests_memory": 2 * GI, "requests_cpu": 1500, "pods": 9, "limits_cpu": 900},
        pod("b", 600, 2 * GI, 100),
        ("exceeded quota: q, requested: requests.cpu=600m,requests.memory=2Gi, "
        "used: requests.cpu=1,requests.memory=1Gi, limited: requests.cpu=1500m,requests.memory=2Gi"),
    ),
    (
        "who names nothing of what is bounded is not counted but refused",
        {"requests_cpu": 9000, "memory": 9 * GI, "limits_cpu": 9000},
        pod("b", limit=1),
        "failed quota: q: must specify memory for: c; requests.cpu for: c",
    ),
    ("all objects are counted", {"count__pods": 1}, pod("b"),
     "exceeded quota: q, requested: count/pods=1, used: count/pods=1, limited: count/pods=1"),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "hard", "second", "why"), REFUSED, ids=[one[0] for one in REFUSED])
def test_who_is_refused_once_there_is_a_pod(sentence: str, hard: dict[str, int], second: LivePod, why: str) -> None:
    runner = with_quota(**hard)
    assert create(runner, pod("a", 1000, GI, 800)).refused is None
    before = runner.world.store
    refused = create(runner, second).refused
    assert refused is not None, sentence
    assert (refused.code, refused.reason, str(refused)) == (403, "Forbidden", f'pods "b" is forbidden: {why}')
    assert runner.world.store is before


def test_what_is_created_is_counted_at_once_and_what_is_exactly_enough_is_let_in() -> None:
    runner = with_quota(cpu=1000, requests_memory=GI)
    assert create(runner, pod("a", 400, GI - 1)).refused is None
    assert used(runner) == {"cpu": 400, "requests.memory": GI - 1}
    assert create(runner, pod("b", 600, 1)).refused is None
    assert used(runner) == {"cpu": 1000, "requests.memory": GI}
    assert list(runner.run(10)) == []


def test_a_quota_that_nobody_has_looked_at_bounds_nothing() -> None:
    runner = Runner(World(), (RESOURCE_QUOTA,))
    create(runner, ResourceQuota(Meta("q", "shop"), ResourceQuotaSpec(Map({"pods": 0}))))
    assert create(runner, pod("a")).refused is None
    list(runner.run(0))
    assert used(runner) == {"pods": 1}
    assert create(runner, pod("b")).refused is not None


def test_a_pod_that_is_gone_or_has_ended_makes_room() -> None:
    runner = with_quota(pods=2, count__pods=9)
    for name in ("a", "b"):
        create(runner, pod(name))
    runner.ask(Write("delete", Key("Pod", "shop", "a"), DeleteOptions(0)), "user")
    ended = replace(pod("b"), status=PodStatus(phase="Succeeded"))
    runner.ask(Write("status", Key("Pod", "shop", "b"), ended), "kubelet")
    list(runner.run(0))
    assert used(runner) == {"pods": 0, "count/pods": 1}


def test_a_pod_that_should_have_ended_long_ago_makes_room() -> None:
    runner = with_quota(pods=2)
    create(runner, replace(pod("a"), meta=Meta("a", "shop", uid="a", deleted_at=40, grace_period=30)))
    list(runner.run(70))
    assert used(runner) == {"pods": 1}
    list(runner.run(71))
    assert used(runner) == {"pods": 0}


SCOPED: tuple[tuple[str, str, LivePod, int], ...] = (
    ("a pod with a deadline is one that terminates", "Terminating", pod("a", active_deadline=5), 1),
    ("a pod without is not", "Terminating", pod("a"), 0),
    ("a pod without a deadline does not terminate", "NotTerminating", pod("a"), 1),
    ("a pod that asks for nothing is of best effort", "BestEffort", pod("a"), 1),
    ("a pod that asks for something is not", "BestEffort", pod("a", cpu=1), 0),
    ("a limit alone is something", "NotBestEffort", pod("a", limit=1), 1),
)


@pytest.mark.parametrize(("sentence", "scope", "made", "counts"), SCOPED, ids=[one[0] for one in SCOPED])
def test_what_a_scope_counts(sentence: str, scope: str, made: LivePod, counts: int) -> None:
    runner = with_quota(scope, pods=5)
    create(runner, made)
    assert used(runner) == {"pods": counts}, sentence
    assert list(runner.run(5)) == []


def test_other_objects_are_counted_too() -> None:
    runner = with_quota(services=2, services_nodeports=5, services_loadbalancers=1, configmaps=1)
    create(runner, service("a", type="NodePort"))
    create(runner, service("b", type="LoadBalancer"))
    create(runner, Plain(Meta("c", "shop")))
    everything = {"services": 2, "services.nodeports": 4, "services.loadbalancers": 1, "configmaps": 1}
    assert used(runner) == everything
    assert list(runner.run(5)) == []
    refused = create(runner, service("d")).refused
    assert str(refused) == (
        'services "d" is forbidden: exceeded quota: q, requested: services=1, used: services=2, limited: services=2'
    )


def test_limits_of_init_containers_count_where_they_are_larger() -> None:
    def amounts(limit: int, **more: Any) -> Container:
        return Container("x", limits=Map({"cpu": limit}), **more)

    inits = (amounts(300, restart_policy="Always"), amounts(900))
    runner = with_quota(limits_cpu=9000)
    create(runner, replace(pod("a", limit=500), run=RunSpec((amounts(500),), inits)))
    assert used(runner) == {"limits.cpu": 1200}


def failure(status: Any) -> list[tuple[str, str, str, int]]:
    """What a workload's conditions say of a failure; letters that names were given are dots."""
    found = [one for one in status.conditions if one.type == "ReplicaFailure"]
    return [(one.status, one.reason, re.sub(r"-\w+-\w{5}\"", '-…"', one.message), one.changed_at) for one in found]


def test_a_replica_set_says_that_its_pods_were_refused_and_goes_on_once_there_is_room() -> None:
    cluster = Cluster(RESOURCE_QUOTA, nodes=1)
    cluster.create("ResourceQuota", "q", hard={"pods": "3"})
    cluster.run(0)
    cluster.create("Deployment", replicas=5)
    cluster.run(5)
    (held,) = cluster.all("ReplicaSet")
    why = 'pods "web-…" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3'
    told = [("True", "FailedCreate", why, 0)]
    assert (held.status.replicas, failure(held.status)) == (3, told)
    assert failure(cluster.get("Deployment").status) == told
    cluster.patch("Deployment", replicas=2)
    cluster.run(60)
    (held,) = cluster.all("ReplicaSet")
    assert (held.status.replicas, failure(held.status), failure(cluster.get("Deployment").status)) == (2, [], [])
    cluster.patch("Deployment", replicas=5)
    cluster.run(65)
    assert len(cluster.pods()) == 3
    cluster.patch("ResourceQuota", "q", hard={"pods": "10"})
    cluster.run(80)
    (held,) = cluster.all("ReplicaSet")
    assert (held.status.replicas, failure(held.status)) == (5, [])
    assert dict(cluster.get("ResourceQuota", "q").status.used) == {"pods": 5}


def test_after_a_batch_with_a_refusal_no_more_is_asked_for() -> None:
    cluster = Cluster(RESOURCE_QUOTA, nodes=1)
    cluster.create("ResourceQuota", "q", hard={"pods": "2"})
    cluster.run(0)
    cluster.create("ReplicaSet", replicas=50)
    cluster.runner.look("replicaset-controller", Key("ReplicaSet", "shop", "web"))
    assert len(cluster.pods()) == 2
    events = cluster.runner.look("replicaset-controller", Key("ReplicaSet", "shop", "web"))
    assert [(one.write.verb, one.refused is None) for one in events] == [("create", False), ("status", True)]


def test_in_a_namespace_that_goes_a_refusal_is_no_failure() -> None:
    runner = Runner(World(), (REPLICASET,))
    going = Namespace(Meta("shop", "", uid="n", finalizers=("kubernetes",), deleted_at=0))
    template = PodTemplate(Map({"app": "web"}), run=RunSpec((Container("c"),)))
    spec = ReplicaSetSpec(1, selector=of_labels({"app": "web"}), template=template)
    create(runner, ReplicaSet(Meta("web", "shop"), spec))
    runner.ask(Write("create", Key("Namespace", "", "shop"), going), "user")
    events = list(runner.run(0))
    assert {str(one.refused) for one in events if one.refused is not None} == {
        'pods "web-" is forbidden: unable to create new content in namespace shop because it is being terminated'
    }
    held = runner.world.store.objects[Key("ReplicaSet", "shop", "web")]
    assert isinstance(held, ReplicaSet)
    assert held.status.conditions == ()


def test_a_search_of_all_worlds_hears_of_refusals_too() -> None:
    runner = with_quota(pods=0)
    template = PodTemplate(Map({"app": "web"}), run=RunSpec((Container("c"),)))
    spec = ReplicaSetSpec(1, selector=of_labels({"app": "web"}), template=template)
    create(runner, ReplicaSet(Meta("web", "shop"), spec))
    steps = world_steps.Steps(
        world_steps.Cluster(runner.world, (REPLICASET, RESOURCE_QUOTA)), world_steps.Order.ATOMIC, Shapes()
    )
    (taken, *_), _ = steps.of(world_steps.State(runner.world))
    held = taken.state.world.store.objects[Key("ReplicaSet", "shop", "web")]
    assert isinstance(held, ReplicaSet)
    assert [one.reason for one in held.status.conditions] == ["FailedCreate"]


WAITS = (
    (
        "most controllers wait ever longer, up to 1,000 s",
        QUEUE,
        [1, 2, 3, 6, 11, 21, 41, 82, 164, 328, 656, 1000, 1000],
    ),
    ("the Job controller up to a minute", API_BACK_OFF, [1, 2, 4, 8, 16, 32, 60, 60]),
)  # fmt: skip


@pytest.mark.parametrize(("back_off", "waits"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS])
def test_how_long_a_controller_waits_after_refusals_in_a_row(back_off: BackOff, waits: list[int]) -> None:
    assert [back_off.after(count) for count in range(1, len(waits) + 1)] == waits


def full(*names: str) -> kp.World:
    """A full namespace, in which one of each of these kinds was applied a second after that."""
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "a"}]}}
    whole = {"selector": {"matchLabels": {"app": "x"}}, "template": template}
    task: dict[str, Any] = {"containers": [{"name": "c", "image": "a"}], "restartPolicy": "Never"}
    specs: dict[str, Any] = {
        "ReplicaSet": {**whole, "replicas": 3},
        "StatefulSet": {**whole, "replicas": 3, "serviceName": "x"},
        "DaemonSet": whole,
        "Job": {"parallelism": 3, "completions": 3, "template": {"spec": task}},
    }
    bounds = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}}
    world = kp.world(nodes="n{1..3} cpu=4").apply(bounds).advance(1)
    for name in names:
        version = "batch/v1" if name == "Job" else "apps/v1"
        made = {"apiVersion": version, "kind": name, "metadata": {"name": name.lower()}, "spec": specs[name]}
        world = world.apply(made)
    return world


REFUSED_AT = (
    ("ReplicaSet", [1, 1, 2, 4, 7, 13, 24, 45, 86]),
    ("StatefulSet", [1, 1, 2, 4, 7, 13, 24, 45, 86]),
    ("DaemonSet", [1, 1, 2, 4, 7, 13, 24, 45, 86]),
    ("Job", [1, 2, 4, 8, 16, 32, 64]),
)


@pytest.mark.parametrize(("kind", "times"), REFUSED_AT, ids=[row[0] for row in REFUSED_AT])
def test_in_a_full_namespace_one_pod_is_asked_for_ever_later(kind: str, times: list[int]) -> None:
    world = full(kind).advance("2m")
    refused = [event.at for event in world.events if event.refused is not None]
    assert refused == times
    ended = world.ran().ending
    assert ended.stable
    assert [(key.kind, words.partition(":")[0]) for key, words in ended.unwell] == [(kind, "its pods are refused")]
    words = "is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0"
    assert ended.unwell[0][1].endswith(words)


def test_pods_that_are_refused_are_not_active() -> None:
    held: Any = full("Job").advance("1m").get("job/job")
    assert held.status.active == 0


def test_once_there_is_room_nobody_is_refused_any_more() -> None:
    world = full("Job", "ReplicaSet").advance("10s").do("delete", object="quota/q").advance("3m")
    assert world.ran().ending.stable
    assert world.ran().ending.unwell == ()


LIMITS = {
    "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"},
    "spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "1"}}]},
}  # fmt: skip


def test_a_limit_range_acts_from_its_creation_on_until_it_goes() -> None:
    def one(name: str, cpu: str = "") -> dict[str, Any]:
        resources = {"resources": {"limits": {"cpu": cpu}, "requests": {"cpu": cpu}}} if cpu else {}
        container = {"name": "c", "image": "a", **resources}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container]}}

    world = kp.world(nodes="n1 cpu=4").apply(one("a")).apply(LIMITS).apply(one("b")).apply(one("c", cpu="2"))
    told = 'pods "c" is forbidden: maximum cpu usage per Container is 1, but limit is 2'
    assert str(world.events[-1].refused) == told
    world = world.do("delete", object="limits/l").apply(one("d")).apply(one("c", cpu="2"))
    asked = {pod.meta.name: dict(pod.run.containers[0].requests) for pod in world.pods}
    assert asked == {"a": {}, "b": {"cpu": 100}, "c": {"cpu": 2000}, "d": {}}
