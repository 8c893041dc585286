"""Events in words, and what is told together."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, PodStatus, Running, Terminated, Waiting
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from kubeproof.model.objects.taints import Taint
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.story.lines import lines, shown, wide
from kubeproof.model.story.words import changes
from kubeproof.model.world import Event

P, N, R = Key("Pod", "default", "p"), Key("Node", "", "n1"), Key("ReplicaSet", "shop", "web")
POD = LivePod(Meta("p", "default"), RunSpec((Container("main", "nginx:1"),)), status=PodStatus("Pending"))
NODE = LiveNode(Meta("n1"), conditions=(NodeCondition("Ready", "True"),))
GONE = NodeCondition("Ready", "Unknown", "Gone")
SET = ReplicaSet(Meta("web", "shop"), ReplicaSetSpec(2, template=PodTemplate(run=POD.run)))
RUNNING = PodStatus("Running", containers=(ContainerStatus("main", Running(0), ready=True),))
ENDED = PodStatus("Failed", containers=(ContainerStatus("main", Terminated(137, "OOMKilled")),))
HELD = PodStatus("Pending", conditions=(Condition("PodScheduled", "False", "SchedulingGated", ""),))
WAITS = PodStatus("Running", containers=(ContainerStatus("main", Waiting("CrashLoopBackOff"), restarts=3),))


def event(key: Key, before: Any, after: Any, verb: Any = "status", why: str = "") -> Event:
    return Event(7, "who", Write(verb, key, why=why), key, before, after)


REFUSAL = Event(7, "who", Write("evict", P), P, None, None, Refused(429, "TooManyRequests", "not now"))
TOLD = (
    ("a new object", event(R, None, SET, "create"), "creates ReplicaSet shop/web"),
    ("a pod is bound", event(P, POD, replace(POD, node="n1"), "bind", "fits on 1 of 1 nodes"),
     "binds Pod p to n1 (fits on 1 of 1 nodes)"),
    ("a pod runs", event(P, POD, replace(POD, status=RUNNING)), "p: Pending -> Running, 1/1 ready"),
    ("a container ends", event(P, replace(POD, status=RUNNING), replace(POD, status=ENDED)),
     "p: Running -> OOMKilled, 0/1 ready, main ended with 137 (OOMKilled)"),
    ("a container waits", event(P, replace(POD, status=RUNNING), replace(POD, status=WAITS)),
     "p: Running -> CrashLoopBackOff, 0/1 ready, restarts 0 -> 3"),
    ("a pod is held back", event(P, POD, replace(POD, status=HELD)), "p: Pending -> SchedulingGated, not scheduled"),
    ("a pod is marked", event(P, POD, replace(POD, nominated="n1")), "p: nominated to n1"),
    ("a deletion", event(R, SET, replace(SET, meta=replace(SET.meta, deleted_at=7)), "delete"),
     "deletes ReplicaSet shop/web"),
    ("an end", event(R, SET, None, "delete"), "removes ReplicaSet shop/web"),
    ("a refusal", REFUSAL, "Pod p: evict is refused: not now"),
    ("counts", event(R, SET, replace(SET, status=ReplicaSetStatus(2, ready_replicas=1))),
     "ReplicaSet shop/web: replicas 0 -> 2; ready 0 -> 1"),
    ("a scale", event(R, SET, replace(SET, spec=replace(SET.spec, replicas=5)), "update"),
     "changes ReplicaSet shop/web: replicas 2 -> 5"),
    ("another image", event(R, SET, replace(SET, spec=replace(SET.spec, template=PodTemplate(
        run=RunSpec((Container("main", "nginx:2"),))))), "update"),
     "changes ReplicaSet shop/web: image nginx:1 -> nginx:2"),
    ("a cordon", event(N, NODE, replace(NODE, unschedulable=True), "update"), "cordons Node n1"),
    ("taints", event(N, NODE, replace(NODE, taints=(Taint("gpu", "", "NoSchedule"),)), "update"),
     "taints Node n1: +gpu:NoSchedule"),
    ("a node that is heard no more", event(N, NODE, replace(NODE, conditions=(GONE,))),
     "Node n1: Ready is Unknown (Gone)"),
    ("a label", event(R, SET, replace(SET, meta=replace(SET.meta, labels=Map({"a": "b"}))), "update"),
     "changes ReplicaSet shop/web: labels"),
)  # fmt: skip


@pytest.mark.parametrize(("happened", "words"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_what_happened_in_words(happened: Event, words: str) -> None:
    assert shown(list(lines([happened], start=5))) == f"2s  who  {words}"


QUIET = (
    ("a generation that was observed", event(R, SET, replace(SET, status=ReplicaSetStatus(observed_generation=1)))),
    ("an annotation", event(R, SET, replace(SET, meta=replace(SET.meta, annotations=Map({"a": "b"}))), "update")),
    ("a lease", event(Key("Lease", "kube-node-lease", "n1"), None, NODE, "create")),
    ("nothing", event(R, SET, SET)),
)


@pytest.mark.parametrize("happened", [row[1] for row in QUIET], ids=[row[0] for row in QUIET])
def test_what_is_no_news_is_not_told(happened: Event) -> None:
    assert list(lines([happened])) == []


def test_every_change_is_told_where_all_is_asked_for() -> None:
    happened = event(P, POD, replace(POD, node="n1", status=RUNNING), why="so it is")
    assert list(changes(happened)) == [
        "node: none -> n1",
        "status.phase: Pending -> Running",
        "status.containers[main]: none -> state=started_at=0 ready=true restarts=0",
    ]
    assert shown(list(wide([happened]))).splitlines()[0] == "7s  who  p: Pending -> Running, 1/1 ready (so it is)"


def several(count: int) -> list[Event]:
    keys = [Key("Pod", "default", f"p{number}") for number in range(count)]
    return [event(key, POD, replace(POD, status=RUNNING)) for key in keys]


def test_the_same_done_to_several_objects_is_told_once() -> None:
    assert [line.what for line in lines(several(2))] == ["p0, p1: Pending -> Running, 1/1 ready"]
    assert [line.what for line in lines(several(9))] == [
        "p0, p1, p2, p3, p4, p5 and 3 more: Pending -> Running, 1/1 ready"
    ]


def test_reports_about_one_object_within_a_second_are_one() -> None:
    creating = replace(
        POD, status=PodStatus("Pending", containers=(ContainerStatus("main", Waiting("ContainerCreating")),))
    )
    running = replace(POD, status=RUNNING)
    reports = [event(P, POD, creating), event(P, creating, running)]
    assert [line.what for line in lines(reports)] == ["p: Pending -> Running, 1/1 ready"]
    assert [line.what for line in lines([reports[0], reports[1]._replace(at=8)])] == [
        "p: Pending -> ContainerCreating",
        "p: ContainerCreating -> Running, 1/1 ready",
    ]


def test_what_is_said_again_and_again_is_counted() -> None:
    again = [REFUSAL._replace(at=at) for at in (1, 2, 3)]
    assert [(line.at, line.what) for line in lines(again)] == [
        (1, "Pod p: evict is refused: not now"),
        (3, "the same, 3 times by now"),
    ]
