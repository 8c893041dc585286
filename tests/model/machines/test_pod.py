"""The pod machine says of its containers what the exact functions say, in every state that it can be in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import numpy as np
import pytest

from kubeproof.model.logic.terms import Term
from kubeproof.model.logic.value import value
from kubeproof.model.machine import Plain
from kubeproof.model.machines import container as c
from kubeproof.model.machines.container import Exit, Policy
from kubeproof.model.machines.pod import POD, App, Init, Phase, Sidecar, reported_phase, runs_again
from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.node.kubelet.restarts import should_restart
from kubeproof.model.objects.container import Container, RestartPolicy, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus, Running, Terminated, Waiting
from kubeproof.model.state import StateEnv, coded, initial, plain
from kubeproof.properties.engines.explore import reachable

APP, INIT, SIDECAR = Container("app"), Container("init"), Container("sidecar", restart_policy="Always")

RUNS, WAITS = ContainerStatus("", Running(), started=True), ContainerStatus("", Waiting())
APPS = {
    App.WAITING: WAITS,
    App.RUNNING: RUNS,
    App.SUCCEEDED: ContainerStatus("", Terminated(0)),
    App.FAILED: ContainerStatus("", Terminated(1)),
    App.BACK_OFF_SUCCEEDED: ContainerStatus("", Waiting("CrashLoopBackOff"), last=Terminated(0)),
    App.BACK_OFF_FAILED: ContainerStatus("", Waiting("CrashLoopBackOff"), last=Terminated(1)),
}
INITS = {
    Init.WAITING: WAITS,
    Init.RUNNING: RUNS,
    Init.SUCCEEDED: ContainerStatus("", Terminated(0)),
    Init.FAILED: ContainerStatus("", Terminated(1)),
}
SIDECARS = {Sidecar.WAITING: WAITS, Sidecar.RUNNING: RUNS, Sidecar.EXITED: ContainerStatus("", Terminated(1))}


def named(status: ContainerStatus, container: Container) -> ContainerStatus:
    return ContainerStatus(container.name, status.state, status.last, started=status.started)


WHAT_COUNTS = ("policy", "init", "sidecar", "app", "appStarted", "stopped")


def states() -> Iterator[dict[str, Plain]]:
    """A reachable state for each way in which what the phase depends on can be."""
    found = reachable(POD)
    everything = found.everything
    read = {one.name: field.read(everything) for one, field in found.layout.fields.items()}
    _, first = np.unique(np.stack([read[name] for name in WHAT_COUNTS]), axis=1, return_index=True)
    return (plain(POD, found.layout.unpack(everything, int(at))) for at in first)


def read(term: Term, state: dict[str, Plain]) -> int:
    return int(value(term, StateEnv(POD, coded(POD, state))))


def test_the_phase_is_the_kubelets_in_every_state() -> None:
    asked = 0
    for state in states():
        init, sidecar, running_app = state["init"], state["sidecar"], state["app"]
        assert isinstance(init, Init)
        assert isinstance(sidecar, Sidecar)
        assert isinstance(running_app, App)
        inits = [INIT] * (init is not Init.NONE) + [SIDECAR] * (sidecar is not Sidecar.NONE)
        statuses = [named(APPS[running_app], APP)]
        if init is not Init.NONE:
            statuses.append(named(INITS[init], INIT))
        if sidecar is not Sidecar.NONE:
            statuses.append(named(SIDECARS[sidecar], SIDECAR))
        run = RunSpec((APP,), tuple(inits), restart_policy=policy_of(state["policy"]))
        exact = phase(run, statuses, terminal=bool(state["stopped"]), initialized=bool(state["appStarted"]))
        assert tuple(Phase)[read(reported_phase, state)].value == exact, state
        asked += 1
    assert asked > 100


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("code", [Exit.ZERO, Exit.OTHER, Exit.KILLED])
def test_both_machines_restart_what_the_kubelet_restarts(policy: Policy, code: Exit) -> None:
    exact = should_restart(APP, policy_of(policy), int(code.value))
    container_state = next(iter(initial(c.CONTAINER)))
    here = plain(c.CONTAINER, container_state) | {"policy": policy, "exit": code}
    assert bool(value(c.should_restart, StateEnv(c.CONTAINER, coded(c.CONTAINER, here)))) is exact
    pod_state = plain(POD, next(iter(initial(POD)))) | {"policy": policy}
    pod_state["app"] = App.SUCCEEDED if code is Exit.ZERO else App.FAILED
    assert bool(read(runs_again, pod_state)) is exact


def policy_of(policy: Plain) -> RestartPolicy:
    assert isinstance(policy, Policy)
    match policy:
        case Policy.ALWAYS:
            return "Always"
        case Policy.ON_FAILURE:
            return "OnFailure"
        case Policy.NEVER:
            return "Never"
        case _:
            assert_never(policy)
