"""What the kubelet does about a pod's init containers: the next one to start, sidecars to restart or to kill.

Follows computeInitContainerActions (kuberuntime_container.go, v1.36). An init container whose own restartPolicy is
Always is a sidecar: it counts as done once it has started, and is kept running. Left out: resizing in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.kills import Kill
from kubeproof.model.node.kubelet.probes import Result
from kubeproof.model.node.kubelet.runtime_state import RuntimeState, RuntimeStates
from kubeproof.model.objects.container import Container, ProbeKind, RunSpec

Results = Mapping[tuple[str, ProbeKind], Result]
"""What probes say, by the container's id and the kind of probe; without an entry where none has said anything."""


class InitPlan(NamedTuple):
    """`initialized`: app containers may run. `failed`: one failed for good, the pod is to be killed.

    `start`: indices of init containers, in the pod's order.
    """

    initialized: bool
    failed: bool = False
    start: tuple[int, ...] = ()
    kill: tuple[Kill, ...] = ()


class _Step(NamedTuple):
    """What one init container asks for. `done`: the next one may start; `fails`: the pod fails."""

    start: bool = False
    kill: Kill | None = None
    done: bool = False
    fails: bool = False


def init_plan(run: RunSpec, states: RuntimeStates, results: Results, *, deleted: bool) -> InitPlan:
    """What a pod's init containers call for, in the state in which the runtime has them.

    Read from the last one backwards, as completed ones may be gone from the runtime: the last that is known decides
    how far the pod has come.
    """
    initialized = any(_made(states, container) for container in run.containers)
    later_known = initialized
    start: list[int] = []
    kill: list[Kill] = []
    if not run.init_containers:
        return InitPlan(initialized=True)
    last = len(run.init_containers) - 1
    for index in range(last, -1, -1):
        container = run.init_containers[index]
        state = states.get(container.name)
        if state is None:
            if later_known and container.is_sidecar:
                start.append(index)
            continue
        if later_known and not container.is_sidecar:
            continue
        step = (
            _sidecar_step(container, state, results) if container.is_sidecar else _step(container, state, run, deleted)
        )
        if step.fails:
            return InitPlan(initialized=False, failed=True, kill=tuple(kill))
        if step.done and index == last:
            initialized = True
        elif step.done and not later_known:
            start.append(index + 1)
        if step.start:
            start.append(index)
        if step.kill is not None:
            kill.append(step.kill)
        later_known = True
    if not later_known:
        start.append(0)
    return InitPlan(initialized, start=tuple(reversed(start)), kill=tuple(kill))


def _made(states: RuntimeStates, container: Container) -> bool:
    """Whether an app container is there and not over: an exited one may be of an earlier sandbox."""
    state = states.get(container.name)
    return state is not None and state.state in ("created", "running")


def _step(container: Container, state: RuntimeState, run: RunSpec, deleted: bool) -> _Step:
    match state.state:
        case "created":
            return _Step(start=True)
        case "running":
            return _Step()
        case "exited" if state.exit_code == 0:
            return _Step(done=True)
        case "exited":
            again = restarts.should_be_restarted(container, run.restart_policy, state, deleted=deleted)
            return _Step(start=again, fails=not again)
        case "unknown":
            # It may still run, so there is no exit code that a rule could speak of.
            if (container.restart_policy or run.restart_policy) == "Never":
                return _Step(fails=True)
            return _Step(start=True, kill=_unknown(container, state))


def _sidecar_step(container: Container, state: RuntimeState, results: Results) -> _Step:
    match state.state:
        case "created" | "exited":
            return _Step(start=True)
        case "unknown":
            return _Step(start=True, kill=_unknown(container, state))
        case "running":
            return _running_sidecar(container, state, results)


def _running_sidecar(container: Container, state: RuntimeState, results: Results) -> _Step:
    startup = results.get((state.id, "startup"))
    if container.startup is not None and startup != "success":
        if startup != "failure":
            return _Step()
        problem = f"Init container {container.name} failed startup probe"
        return _Step(start=True, kill=Kill(container.name, state.id, "StartupProbe", problem))
    if state.spec_changed:
        problem = f"Init container {container.name} definition changed"
        return _Step(start=True, kill=Kill(container.name, state.id, "", problem), done=True)
    if container.liveness is not None and results.get((state.id, "liveness")) == "failure":
        problem = f"Init container {container.name} failed liveness probe"
        return _Step(start=True, kill=Kill(container.name, state.id, "LivenessProbe", problem), done=True)
    return _Step(done=True)


def _unknown(container: Container, state: RuntimeState) -> Kill:
    message = 'Init container is in "unknown" state, try killing it before restart'
    return Kill(container.name, state.id, "Unknown", message)
