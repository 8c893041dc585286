"""Recorded scenarios of a real control plane (v1.36.2), each run in a world to its end: what is there then is the same.

The recordings hold what was asked, and the objects at the end; random letters, times and nodes are not compared.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubeproof.model.component import Component
from kubeproof.model.conformance.checkpoints import missed
from kubeproof.model.conformance.recorded import Recording, differences, does, recordings, replayed
from kubeproof.model.controlplane.controllers.cronjob.component import CRONJOB
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.deployment.component import DEPLOYMENT
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.job.component import JOB
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.resource_quota import RESOURCE_QUOTA
from kubeproof.model.controlplane.controllers.statefulset.component import STATEFULSET
from kubeproof.model.controlplane.controllers.ttl_after_finished import TTL_AFTER_FINISHED
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.scheduler.versions import as_of

DATA = Path(__file__).parent / "data" / "controlplane" / "workloads-v1.36.2.jsonl.gz"
CONTROLLERS = (
    DEPLOYMENT, REPLICASET, STATEFULSET, DAEMONSET, JOB, CRONJOB, TTL_AFTER_FINISHED, GARBAGE_COLLECTOR, RESOURCE_QUOTA,
)  # fmt: skip


def components() -> tuple[Component, ...]:
    return (*CONTROLLERS, scheduler(as_of("1.36")), kubelet(does))


def given() -> Mapping[str, Recording]:
    with gzip.open(DATA) as lines:
        return {one.meta["scenario"]: one for one in recordings(lines)}


RECORDED = given()

OTHERWISE = {
    "h-ds-full-node":
        (2, "left out: a queue that says that a node less helps no pod; the new message wakes the DaemonSet"),
}  # fmt: skip
"""How many lines differ, where some do, and why."""


@pytest.mark.parametrize("scenario", [name for name in RECORDED if name not in OTHERWISE])
def test_a_recorded_scenario_ends_the_same_in_a_world(scenario: str) -> None:
    assert differences(RECORDED[scenario], replayed(RECORDED[scenario], components()).world) == []


@pytest.mark.parametrize("scenario", [name for name in RECORDED if name not in OTHERWISE])
def test_a_recorded_scenario_goes_the_same_way_in_a_world(scenario: str) -> None:
    assert missed(RECORDED[scenario], components()) == []


def test_without_its_controller_a_recording_goes_another_way() -> None:
    others = tuple(one for one in components() if one is not STATEFULSET)
    assert missed(RECORDED["h-sts-ordered"], others)


@pytest.mark.parametrize("scenario", OTHERWISE)
def test_what_ends_otherwise_is_known(scenario: str) -> None:
    found = differences(RECORDED[scenario], replayed(RECORDED[scenario], components()).world)
    lines, why = OTHERWISE[scenario]
    assert len(found) == lines, why


def test_without_its_controller_a_recording_ends_otherwise() -> None:
    others = tuple(one for one in components() if one is not DEPLOYMENT)
    assert differences(RECORDED["a-roll-25-25-r3"], replayed(RECORDED["a-roll-25-25-r3"], others).world)


def test_all_recordings_are_there() -> None:
    assert (len(RECORDED), sum(len(one.checkpoints) for one in RECORDED.values())) == (50, 115)
