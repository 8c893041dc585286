"""The start-up order is the kubelet's: in every state, the machine starts what computePodActions starts."""

from __future__ import annotations

from typing import Any

import pytest

from kubeproof.model.machines.pod_order import (
    APP_NAMES,
    INIT_NAMES,
    ORDER,
    POD_ORDER,
    SIDECAR_NAMES,
    STARTED,
    Stage,
)
from kubeproof.model.node.kubelet.actions import pod_actions
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox
from kubeproof.model.node.kubelet.runtime_state import RuntimeState, State
from kubeproof.model.objects.container import Container, Probe, RunSpec
from kubeproof.model.state import coded, enabled, plain
from kubeproof.properties.engines.explore import reachable

NAMES = {**INIT_NAMES, **SIDECAR_NAMES, **APP_NAMES}


def spec(policy: Any) -> RunSpec:
    inits = tuple(
        Container(NAMES[one], restart_policy="Always", startup=Probe())
        if one in SIDECAR_NAMES
        else Container(NAMES[one])
        for one in ORDER
    )
    return RunSpec(tuple(map(Container, APP_NAMES.values())), inits, restart_policy=policy.value)


def made(name: str, stage: Stage) -> Made:
    state: State = "running" if stage is Stage.RUNNING else "exited"
    return Made(name, RuntimeState(state, exit_code=int(stage is Stage.FAILED), id=name), "s")


def states() -> list[dict[str, Any]]:
    found = reachable(POD_ORDER)
    everything = found.everything
    return [plain(POD_ORDER, found.layout.unpack(everything, at)) for at in range(len(everything[0]))]


def started_by_the_machine(state: dict[str, Any]) -> set[str]:
    steps = enabled(POD_ORDER, coded(POD_ORDER, state))
    return {step.name.removeprefix("re").removeprefix("start ") for step in steps if "start " in step.name}


def started_by_the_kubelet(state: dict[str, Any]) -> tuple[set[str], bool]:
    run = spec(state["policy"])
    there = tuple(made(name, state[name]) for name in NAMES.values() if state[name] is not Stage.WAITING)
    results: dict[Any, Any] = {
        (SIDECAR_NAMES[one], "startup"): "success" if state[str(STARTED[one])] else "unknown" for one in STARTED
    }
    actions = pod_actions(run, PodRuntime((Sandbox("s", ip="10.0.0.1"),), there), results)
    names = [run.init_containers[i].name for i in actions.start_init] + [run.containers[i].name for i in actions.start]
    return set(names), actions.kill_pod


def test_the_machine_starts_what_the_kubelet_starts() -> None:
    asked = 0
    for state in states():
        if state["deleted"] or state["stopping"]:
            continue
        exact, over = started_by_the_kubelet(state)
        if not over:
            assert started_by_the_machine(state) == exact, state
            asked += 1
    assert asked > 300


def test_the_machine_begins_to_stop_when_the_kubelet_kills_the_pod() -> None:
    for state in states():
        if state["deleted"] or state["stopping"]:
            continue
        _, over = started_by_the_kubelet(state)
        begins = "begin to stop" in {step.name for step in enabled(POD_ORDER, coded(POD_ORDER, state))}
        assert begins is over, state


@pytest.mark.parametrize("name", NAMES.values())
def test_every_container_is_started_somewhere(name: str) -> None:
    assert any(name in started_by_the_machine(state) for state in states())
