"""The laws of clusters: which apply to one, and what breaks those that no seeded bug breaks (seeded/bugs.py)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.objects.job import Job, JobSpec, JobStatus
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.world_moves import Act, Move, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.worlds import verify
from kubeproof.properties.laws.world import STANDARD, SUBJECTS, never_fewer_available, standard
from kubeproof.properties.verdict import Outcome
from tests.model.world.made import SPACE, pod, runs_for_ever
from tests.properties.laws.seeded.bugs import BUGS

PARTS = (REPLICASET, scheduler(), kubelet(runs_for_ever))
W, J = Key("ReplicaSet", SPACE, "web"), Key("Job", SPACE, "sum")
STATEFUL = Owner("apps/v1", "StatefulSet", "db", "node-1", controller=True)


def _bound(look: Look, key: Key, pick: Pick) -> Plan:
    held = look.get(key, LivePod)
    if held is not None and not held.node:
        yield Write("bind", key, "full")


def _renumbered(world: World) -> Iterable[Act]:
    """Somebody who turns the count of writes back."""

    def back(after: World) -> World:
        held = after.store.objects[W]
        assert isinstance(held, ReplicaSet)
        old = replace(held, meta=replace(held.meta, resource_version=0, labels=Map({"a": "b"})))
        return after._replace(store=Store(after.store.revision, after.store.objects.set(W, old), after.store.buckets))

    yield Act("turns back", outside=back)


def _undone(world: World) -> Iterable[Act]:
    """Somebody who takes back that a Job has ended."""
    held = world.store.objects[J]
    assert isinstance(held, Job)
    yield Act("takes it back", (Write("status", J, replace(held, status=JobStatus())),))


def _with_pod(*owned: LivePod) -> World:
    runner = Runner(_small(), ())
    for one in owned:
        runner.ask(Write("create", Key("Pod", SPACE, one.meta.name), one), "user")
    return runner.world


def _small(replicas: int = 0) -> World:
    runner = Runner(World(), ())
    ready = (NodeCondition("Ready", "True"),)
    for name, room in (("n1", 10), ("full", 0)):
        node = LiveNode(Meta(name), conditions=ready, allocatable=Map({"cpu": 1000, "pods": room}))
        runner.ask(Write("create", Key("Node", "", name), node), "user")
    like = pod("x", app="web")
    template = PodTemplate(Map({"app": "web"}), run=like.run, spec=like.spec)
    spec = ReplicaSetSpec(replicas, selector=of_labels({"app": "web"}), template=template)
    runner.ask(Write("create", W, ReplicaSet(Meta("web", SPACE), spec)), "user")
    return runner.world


def _of(name: str, *owners: Owner) -> LivePod:
    made = pod(name, "n1")
    return replace(made, meta=replace(made.meta, owners=owners))


def _with_job(status: JobStatus) -> World:
    runner = Runner(_small(), ())
    runner.ask(Write("create", J, Job(Meta("sum", SPACE), JobSpec(suspend=True), status)), "user")
    return runner.world


OVER = JobStatus((Condition("Failed", "True"),))
BROKEN: tuple[tuple[str, str, Cluster], ...] = (
    (
        "a binding that no filter was asked about",
        "no pod is bound where a filter forbids it",
        Cluster(_with_pod(pod("p")), (Component("rash", each("Pod"), _bound),)),
    ),
    (
        "two pods of one ordinal",
        "there is at most one pod of each ordinal of a StatefulSet",
        Cluster(_with_pod(_of("db-0", STATEFUL), _of("db-old-0", STATEFUL)), ()),
    ),
    ("a count of writes that goes back", "revisions only grow", Cluster(_small(), (), (Move("back", _renumbered),))),
    (
        "a pod whose owner is gone",
        "nothing is left whose owners are all gone",
        Cluster(_with_pod(_of("left", Owner("apps/v1", "ReplicaSet", "w", "gone"))), ()),
    ),
    (
        "a Job that goes on after its end",
        "a Job that has ended stays as it ended",
        Cluster(_with_job(OVER), (), (Move("takes it back", _undone),)),
    ),
)
EVERYTHING = tuple(dict.fromkeys((*STANDARD, *(law for subject in SUBJECTS for law in subject.laws))))


@pytest.mark.parametrize(("law", "cluster"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_each_law_is_broken_by_what_it_is_there_for(law: str, cluster: Cluster) -> None:
    found = verify(EVERYTHING, cluster)
    assert [one.law for one in found if one.outcome is Outcome.VIOLATED] == [law]


def test_each_law_has_what_breaks_it() -> None:
    begins = tuple({begins for bug in BUGS for begins in bug.finds} | {law for _, law, _ in BROKEN})
    assert [law.name for law in EVERYTHING if not law.name.startswith(begins)] == []


def test_a_small_cluster_keeps_them_all() -> None:
    found = verify(EVERYTHING, Cluster(_small(2), PARTS, (pod_deleted(),)))
    assert {verdict.outcome for verdict in found} == {Outcome.PROVED}
    assert found[0].complete


def test_laws_apply_where_there_is_what_they_are_about() -> None:
    bare, with_job = standard(World()), standard(_with_job(OVER))
    assert bare == list(STANDARD)
    more = {law.name for law in with_job} - {law.name for law in bare}
    assert more == {
        law.name for subject in SUBJECTS if {"Node", "ReplicaSet", "Job"} & set(subject.kinds) for law in subject.laws
    }
    assert "every StatefulSet has all its pods available, of its newest template" not in more


def test_every_law_is_another() -> None:
    assert len({law.name for law in EVERYTHING}) == len(EVERYTHING)


def test_fewer_pods_than_a_rollout_allows_are_seen() -> None:
    runner = Runner(_small(2), PARTS)
    list(runner.run(10))
    cluster = Cluster(runner.world, PARTS, (pod_deleted(),))
    laws = [never_fewer_available("web", least, SPACE, "ReplicaSet") for least in (1, 2)]
    assert [verdict.outcome for verdict in verify(laws, cluster)] == [Outcome.PROVED, Outcome.VIOLATED]
