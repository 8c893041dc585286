"""What the kubelet does about a pod next: its sandbox, the containers to kill, start and remove (computePodActions).

Follows pkg/kubelet/kuberuntime/kuberuntime_manager.go (v1.36); init containers are told in init_actions.py.
Left out: resizing in place, and a pod whose network changes between host and pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.init_actions import InitPlan, Results, init_plan
from kubeproof.model.node.kubelet.kills import Kill
from kubeproof.model.node.kubelet.pod_runtime import PodRuntime, SandboxNeed, sandbox_need
from kubeproof.model.node.kubelet.runtime_state import RuntimeState, RuntimeStates
from kubeproof.model.objects.container import Container, RunSpec


class Reset(NamedTuple):
    """One container that is removed so that all can start afresh; `kill`: it may still run, so it is killed first."""

    name: str
    id: str
    kill: bool


class Actions(NamedTuple):
    """What is to be done, in this order: kill, remove, make a sandbox, start. Containers to start are indices."""

    kill_pod: bool
    create_sandbox: bool
    attempt: int
    kill: tuple[Kill, ...] = ()
    reset: tuple[Reset, ...] = ()
    start_ephemeral: tuple[int, ...] = ()
    start_init: tuple[int, ...] = ()
    start: tuple[int, ...] = ()


class _AppStep(NamedTuple):
    keep: bool = False
    start: bool = False
    kill: Kill | None = None


def pod_actions(
    run: RunSpec, runtime: PodRuntime, results: Results, *, deleted: bool = False, restart_all: bool = False
) -> Actions:
    """What a pod calls for, given what the runtime has of it and what probes say.

    `restart_all`: the AllContainersRestarting condition is True, so everything there is removed first.
    """
    need = sandbox_need(runtime.sandboxes, host_network=run.host_network)
    actions = Actions(need.changed, need.changed, need.attempt)
    states = runtime.latest
    if restart_all:
        return actions._replace(reset=_resets(run, runtime))
    if need.changed:
        return _in_new_sandbox(run, states, need, actions)
    ephemeral = tuple(i for i, container in enumerate(run.ephemeral_containers) if container.name not in states)
    init = init_plan(run, states, results, deleted=deleted)
    actions = actions._replace(kill_pod=init.failed, kill=init.kill, start_ephemeral=ephemeral, start_init=init.start)
    return _with_apps(run, states, results, init, actions, deleted=deleted) if init.initialized else actions


def _in_new_sandbox(run: RunSpec, states: RuntimeStates, need: SandboxNeed, actions: Actions) -> Actions:
    if run.restart_policy == "Never" and need.attempt != 0 and states:
        return actions._replace(create_sandbox=False)
    start = tuple(i for i, container in enumerate(run.containers) if not _is_done(run, container, states))
    if not start and any(_was_made(states.get(container.name)) for container in run.containers):
        return actions._replace(create_sandbox=False)
    if run.init_containers:
        return actions._replace(start_init=(0,))
    return actions._replace(start=start)


def _is_done(run: RunSpec, container: Container, states: RuntimeStates) -> bool:
    state = states.get(container.name)
    runs_once = (container.restart_policy or run.restart_policy) == "OnFailure"
    return runs_once and state is not None and state.state == "exited" and state.exit_code == 0


def _was_made(state: RuntimeState | None) -> bool:
    return state is not None and state.state != "unknown"


def _with_apps(
    run: RunSpec, states: RuntimeStates, results: Results, init: InitPlan, actions: Actions, *, deleted: bool
) -> Actions:
    steps = [_app_step(run, container, states.get(container.name), results, deleted) for container in run.containers]
    start = tuple(i for i, step in enumerate(steps) if step.start)
    kill = (*init.kill, *(step.kill for step in steps if step.kill is not None))
    actions = actions._replace(kill=kill, start=start)
    if start or any(step.keep for step in steps):
        return actions
    # Nothing is left to run: sidecars must not keep the pod alive.
    return actions._replace(kill_pod=True, start_init=())


def _app_step(
    run: RunSpec, container: Container, state: RuntimeState | None, results: Results, deleted: bool
) -> _AppStep:
    if state is None or state.state != "running":
        start = restarts.should_be_restarted(container, run.restart_policy, state, deleted=deleted)
        if start and state is not None and state.state == "unknown":
            message = 'Container is in "unknown" state, try killing it before restart'
            return _AppStep(start=True, kill=Kill(container.name, state.id, "Unknown", message))
        return _AppStep(start=start)
    again = (container.restart_policy or run.restart_policy) != "Never"
    if state.spec_changed:
        kill, again = Kill(container.name, state.id, "", f"Container {container.name} definition changed"), True
    elif results.get((state.id, "liveness")) == "failure":
        kill = Kill(container.name, state.id, "LivenessProbe", f"Container {container.name} failed liveness probe")
    elif results.get((state.id, "startup")) == "failure":
        kill = Kill(container.name, state.id, "StartupProbe", f"Container {container.name} failed startup probe")
    else:
        return _AppStep(keep=True)
    message = f"{kill.message}, will be restarted" if again else kill.message
    return _AppStep(start=again, kill=kill._replace(message=message))


def _resets(run: RunSpec, runtime: PodRuntime) -> tuple[Reset, ...]:
    """All containers there are, those last whose exit asked for it: what is left of them keeps the restart going."""
    told = [
        (container, made) for container in _spoken_of(run) for made in runtime.containers if made.name == container.name
    ]
    sources = [made for container, made in told if _asks(container, made.state)]
    targets = [made for container, made in told if not _asks(container, made.state)]
    return tuple(Reset(made.name, made.state.id, made.state.state != "exited") for made in (*targets, *sources))


def _spoken_of(run: RunSpec) -> Iterator[Container]:
    yield from run.containers
    yield from run.init_containers


def _asks(container: Container, state: RuntimeState) -> bool:
    rule = restarts.matching_rule(container, state.exit_code) if state.state == "exited" else None
    return rule is not None and rule.action == "RestartAllContainers"
