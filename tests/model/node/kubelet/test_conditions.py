"""The conditions that the kubelet generates (v1.36), texts included: what people get wrong, told as cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from kubeproof.model.node.kubelet import conditions
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import Condition, Phase, PodStatus
from tests.model.node.kubelet.pods import ALL_ON_42, run, said


class Case(NamedTuple):
    """`expect`: status, reason, message. `statuses`: None where nothing is known."""

    sentence: str
    run: RunSpec
    statuses: str | None
    expect: tuple[str, str, str]
    phase: Phase = "Running"
    others: tuple[Condition, ...] = ()


UNKNOWN_GATE = 'the status of pod readiness gate "example.com/g" is not "True", but Unknown'
YES, GATE = ("True", "", ""), "example.com/g"
WAS = (Condition("Initialized", "True"),)
INITIALIZED = (
    Case("nothing is known", run("a", init=("i",)), None, ("False", "UnknownContainerStatuses", "")),
    Case("nothing is known, but there is nothing to initialize", run("a"), None, YES),
    Case("an init container is ready when it is done", run("a", init=("i",)), "i=terminated=0+ready", YES),
    Case("one that is not, and one that is not there", run("a", init=("i", "j")), "i=running",
         ("False", "ContainersNotInitialized",
          "containers with unknown status: [j], containers with incomplete status: [i]")),
    Case("a sidecar needs to have started, not to be ready", run("a", init=("s",)), "s=running+started", YES),
    Case("a sidecar that is ready but has not started is incomplete", run("a", init=("s",)), "s=running+ready",
         ("False", "ContainersNotInitialized", "containers with incomplete status: [s]")),
    Case("a regular container that runs tells that all is initialized", run("a", init=("i",)), "a=running", YES),
    Case("also one that ended", run("a", init=("i",)), "a=terminated=1", YES),
    Case("one that waits again does not", run("a", init=("i",)), "i=waiting a=waiting/last=1",
         ("False", "ContainersNotInitialized", "containers with incomplete status: [i]")),
    Case("once initialized, always initialized", run("a", init=("i",)), "i=waiting a=waiting", YES, others=WAS),
    Case("a pod that succeeded says so", run("a", init=("i",)), "i=terminated=0 a=terminated=0",
         ("True", "PodCompleted", ""), "Succeeded"),
)  # fmt: skip
CONTAINERS_READY = (
    Case("nothing is known", run("a"), None, ("False", "UnknownContainerStatuses", "")),
    Case("sidecars count, init containers do not", run("a", init=("i", "s")), "i=running s=running a=running+ready",
         ("False", "ContainersNotReady", "containers with unready status: [s]")),
    Case("names stand in a row, unknown ones first", run("a", "b", "c"), "a=running b=running",
         ("False", "ContainersNotReady",
          "containers with unknown status: [c], containers with unready status: [a b]")),
    Case("all are ready", run("a", init=("s",)), "s=running+ready a=running+ready", YES),
    Case("a failed pod is not ready though its containers are", run("a"), "a=running+ready",
         ("False", "PodFailed", ""), "Failed"),
    Case("nor is one that succeeded", run("a"), "a=terminated=0", ("False", "PodCompleted", ""), "Succeeded"),
    Case("a pod that succeeded with an unknown container names it", run("a"), "",
         ("False", "ContainersNotReady", "containers with unknown status: [a]"), "Succeeded"),
)  # fmt: skip
READY = (
    Case("what keeps the containers from being ready keeps the pod", run("a", gates=(GATE,)), "a=running",
         ("False", "ContainersNotReady", "containers with unready status: [a]")),
    Case("a gate without a condition", run("a", gates=(GATE,)), "a=running+ready",
         ("False", "ReadinessGatesNotReady",
          'corresponding condition of pod readiness gate "example.com/g" does not exist.')),
    Case("a gate that is Unknown", run("a", gates=(GATE, GATE)), "a=running+ready",
         ("False", "ReadinessGatesNotReady",
          f"{UNKNOWN_GATE}, {UNKNOWN_GATE}"),
         others=(Condition(GATE, "Unknown"),)),
    Case("a gate that is True", run("a", gates=(GATE,)), "a=running+ready", YES, others=(Condition(GATE, "True"),)),
)  # fmt: skip


def initialized(case: Case) -> None:
    old = PodStatus(conditions=case.others)
    same(conditions.initialized(case.run, old, known(case), case.phase, generation=7), "Initialized", case)


def containers_ready(case: Case) -> None:
    same(conditions.containers_ready(case.run, known(case), case.phase, generation=7), "ContainersReady", case)


def ready(case: Case) -> None:
    same(conditions.ready(case.run, case.others, known(case), case.phase, generation=7), "Ready", case)


def known(case: Case) -> conditions.Statuses:
    return None if case.statuses is None else said(case.statuses)


def same(got: Condition, type_: str, case: Case) -> None:
    assert (got.type, got.observed_generation) == (type_, 7)
    assert (got.status, got.reason, got.message) == case.expect


ALL = [(initialized, one) for one in INITIALIZED] + [(containers_ready, one) for one in CONTAINERS_READY]
ALL += [(ready, one) for one in READY]


@pytest.mark.parametrize(("check", "case"), ALL, ids=[f"{check.__name__}: {case.sentence}" for check, case in ALL])
def test_the_condition(check: Callable[[Case], None], case: Case) -> None:
    check(case)


def test_a_pod_is_ready_to_start_containers_when_it_has_a_sandbox() -> None:
    assert conditions.ready_to_start_containers(sandbox=True) == Condition("PodReadyToStartContainers", "True")
    assert conditions.ready_to_start_containers(sandbox=False).status == "False"


def test_what_a_kubelet_sees_is_scheduled() -> None:
    assert conditions.scheduled(generation=3) == Condition("PodScheduled", "True", observed_generation=3)


RESTARTER = run(Container("a", restart_policy="Never", restart_rules=ALL_ON_42), "b")
ASKED = Condition(
    "AllContainersRestarting", "True", "RestartAllContainersStarted", "container exited with restart policy rule"
)


def test_all_containers_restart_from_the_exit_that_asks_for_it() -> None:
    states = {"a": RuntimeState("exited", 42), "b": RuntimeState("running")}
    assert conditions.all_containers_restarting(RESTARTER, states, PodStatus(), "Running") == ASKED


def test_until_the_runtime_has_none_of_them() -> None:
    under_way = PodStatus(conditions=(ASKED,))
    left = {"b": RuntimeState("running")}
    assert conditions.all_containers_restarting(RESTARTER, left, under_way, "Running") == ASKED
    assert conditions.all_containers_restarting(RESTARTER, {}, under_way, "Pending").status == "False"


def test_not_in_a_pod_that_has_ended() -> None:
    states = {"a": RuntimeState("exited", 42)}
    got = conditions.all_containers_restarting(RESTARTER, states, PodStatus(), "Failed")
    assert got == Condition("AllContainersRestarting", "False", "PodFailed")
