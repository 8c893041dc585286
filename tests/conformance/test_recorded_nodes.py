"""Recorded scenarios of nodes, evictions, Services, owners and server-side apply (v1.36.2), each run to its end.

What is there then is the same, and evictions and what was applied were answered alike; random letters, times and places
are not compared.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubeproof.model.component import Component
from kubeproof.model.conformance.recorded import Recording, differences, does, recordings, replayed
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.deployment.component import DEPLOYMENT
from kubeproof.model.controlplane.controllers.disruption.component import DISRUPTION
from kubeproof.model.controlplane.controllers.endpoint_slice import ENDPOINT_SLICE
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.job.component import JOB
from kubeproof.model.controlplane.controllers.namespace import NAMESPACES
from kubeproof.model.controlplane.controllers.node_lifecycle.component import node_lifecycle
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace
from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import Settings
from kubeproof.model.controlplane.controllers.pod_gc import POD_GC
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.statefulset.component import STATEFULSET
from kubeproof.model.controlplane.controllers.taint_eviction import TAINT_EVICTION
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.node.kubelet.node_status import NODE_STATUS
from kubeproof.model.scheduler.versions import as_of

DATA = Path(__file__).parent / "data" / "controlplane" / "nodes-v1.36.2.jsonl.gz"
CONTROLLERS = (
    DEPLOYMENT, REPLICASET, STATEFULSET, DAEMONSET, JOB, TAINT_EVICTION, POD_GC, DISRUPTION, ENDPOINT_SLICE,
    GARBAGE_COLLECTOR, NAMESPACES,
)  # fmt: skip


KUBELET = kubelet(does)


def components(given: Recording) -> tuple[Component, ...]:
    """All components, the node lifecycle controller with the flags of the recording."""
    fast = "node-monitor-grace-period=8s" in str(given.meta["nonDefaultFlags"])
    nodes = node_lifecycle(Settings(Grace(8, 12)), 1) if fast else node_lifecycle()
    return (*CONTROLLERS, nodes, scheduler(as_of("1.36")), KUBELET, NODE_STATUS)


def given() -> Mapping[str, Recording]:
    with gzip.open(DATA) as lines:
        return {one.meta["scenario"]: one for one in recordings(lines)}


RECORDED = given()

OTHERWISE = {
    "f-evict-misc-1":
        (2, "chance: of two budgets over one pod upstream keeps one up to date, whichever its cache has first"),
    "i-svc-publish":
        (4, "chance: a pod was told not to be ready just before it would have been; here it is, at once"),
    "k-concurrency-1":
        (8, "chance: the recording ends while two pods start, which here takes no time"),
    "c-nodename-noexec-deploy1":
        (151, "left out: how few requests a second the taint eviction may make, so that failed pods pile up"),
    "c-nodename-noexec-late-deploy2":
        (336, "left out: how few requests a second the taint eviction may make, so that failed pods pile up"),
    "l-kubelet-admission-rs-outofcpu":
        (35, "left out: how many requests in a burst a ReplicaSet controller may make; here ten looks a second"),
}  # fmt: skip
"""How many lines differ, where some do, and why: chance (the recording's own), or what is left out."""

ANSWERED_OTHERWISE = {
    "f-drain-seq":
        ("5.654: create web-989868d7b-tl9cs gives what was asked; 429 was recorded",
         "chance: a replacement took 0.7 s to start, which here takes no time, and so was not ready yet"),
}  # fmt: skip
"""What is answered otherwise, and why; the end is the same."""


def found(scenario: str, *without: Component) -> list[str]:
    recorded = RECORDED[scenario]
    chosen = [one for one in components(recorded) if one not in without]
    return differences(recorded, replayed(recorded, chosen).world, all_kinds=True)


@pytest.mark.parametrize("scenario", [one for one in RECORDED if one not in {*OTHERWISE, *ANSWERED_OTHERWISE}])
def test_a_recorded_scenario_ends_the_same_in_a_world(scenario: str) -> None:
    assert found(scenario) == []


@pytest.mark.parametrize("scenario", OTHERWISE)
def test_what_ends_otherwise_is_known(scenario: str) -> None:
    lines, why = OTHERWISE[scenario]
    assert len(found(scenario)) == lines, why


@pytest.mark.parametrize("scenario", ANSWERED_OTHERWISE)
def test_what_is_answered_otherwise_is_known_and_ends_the_same(scenario: str) -> None:
    recorded, (words, why) = RECORDED[scenario], ANSWERED_OTHERWISE[scenario]
    with pytest.raises(AssertionError) as differs:
        found(scenario)
    assert str(differs.value).partition("\n")[0] == words, why
    assert differences(recorded, replayed(recorded, components(recorded), answers=False).world, all_kinds=True) == []


NEEDED = (
    ("taints evict", TAINT_EVICTION, "c-multi-1"),
    ("pods of a node that is gone are collected", POD_GC, "d-nodedown-mixed-delete"),
    ("budgets are counted", DISRUPTION, "d-nodedown-pdb-service"),
    ("Services get endpoints", ENDPOINT_SLICE, "i-svc-succeeded"),
    ("what is owned goes with its owner", GARBAGE_COLLECTOR, "j-gc-deploy-foreground"),
    ("kubelets end pods", KUBELET, "j-graceful"),
)


@pytest.mark.parametrize(("component", "scenario"), [row[1:] for row in NEEDED], ids=[row[0] for row in NEEDED])
def test_without_its_component_a_recording_ends_otherwise(component: Component, scenario: str) -> None:
    try:
        differs = found(scenario, component)
    except AssertionError as refused:
        differs = [str(refused)]
    assert differs


def test_all_recordings_are_there() -> None:
    assert len(RECORDED) == 39
