"""Whether a container is run again: its own rules and policy first, then the pod's policy.

Follows pkg/api/v1/pod/util.go and pkg/kubelet/container/helpers.go (v1.36; ContainerRestartRules and
RestartAllContainersOnContainerExits on). When it is run again, and what is killed for it, is not decided here.
"""

from __future__ import annotations

import itertools
from typing import Literal, assert_never

from kubeproof.model.node.kubelet.runtime_state import RuntimeState, RuntimeStates
from kubeproof.model.objects.container import Container, RestartPolicy, RestartRule, RunSpec
from kubeproof.model.objects.pod_status import PodStatus, Terminated, named

ALL_CONTAINERS_RESTARTING = "AllContainersRestarting"
"""The pod condition that is True while all containers are being restarted."""


def matching_rule(container: Container, exit_code: int) -> RestartRule | None:
    """The first of a container's rules that speaks of this exit code (FindMatchingContainerRestartRule)."""
    return next((rule for rule in container.restart_rules if _speaks_of(rule, exit_code)), None)


def should_restart(container: Container, pod_policy: RestartPolicy | Literal[""], exit_code: int) -> bool:
    """Whether a container that exited with this code is to run again (ContainerShouldRestart).

    Rules count only beside a policy of the container's own. No policy at all ("") is Always.
    """
    if container.restart_policy and matching_rule(container, exit_code):
        return True
    policy = container.restart_policy or pod_policy
    match policy:
        case "Always" | "":
            return True
        case "OnFailure":
            return exit_code != 0
        case "Never":
            return False
        case _:
            assert_never(policy)


def is_restartable(container: Container, pod_policy: RestartPolicy | Literal[""]) -> bool:
    """Whether the container may run again after some exit (IsContainerRestartable). Of rules, only "Restart" counts."""
    if container.restart_policy and any(rule.action == "Restart" for rule in container.restart_rules):
        return True
    return (container.restart_policy or pod_policy) != "Never"


def should_be_restarted(
    container: Container, pod_policy: RestartPolicy | Literal[""], state: RuntimeState | None, *, deleted: bool
) -> bool:
    """Whether the kubelet has a container to start, for the first time or again (ShouldContainerBeRestarted).

    `state`: None where the runtime knows no such container. `deleted`: somebody has deleted the pod.
    """
    if deleted:
        return False
    if state is None or state.state in ("unknown", "created"):
        return True
    return state.state == "exited" and should_restart(container, pod_policy, state.exit_code)


def should_all_restart(run: RunSpec, states: RuntimeStates | None, reported: PodStatus | None) -> bool:
    """Whether all containers of the pod are to be restarted, as one exited that says so (ShouldAllContainersRestart).

    `states` is what the runtime says, `reported` what was last reported; None where there is none. What was reported to
    be under way stays under way. Whether the pod is being deleted is not asked.
    """
    if reported is not None and reported.is_true(ALL_CONTAINERS_RESTARTING):
        return True
    return any(
        any(_restarts_all(container, code) for code in _exit_codes(container, states, reported))
        for container in itertools.chain(run.init_containers, run.containers)
    )


def could_all_restart(run: RunSpec) -> bool:
    """Whether a container has a rule that restarts all (AllContainersCouldRestart)."""
    containers = (*run.init_containers, *run.containers)
    return any(rule.action == "RestartAllContainers" for one in containers for rule in one.restart_rules)


def _exit_codes(container: Container, states: RuntimeStates | None, reported: PodStatus | None) -> list[int]:
    codes = []
    if states is not None:
        state = states.get(container.name)
        if state is None or state.state != "exited":
            return []
        codes.append(state.exit_code)
    if reported is not None:
        status = named((*reported.init_containers, *reported.containers), container.name)
        if status is not None and isinstance(status.state, Terminated):
            codes.append(status.state.exit_code)
    return codes


def _restarts_all(container: Container, exit_code: int) -> bool:
    rule = matching_rule(container, exit_code)
    return rule is not None and rule.action == "RestartAllContainers"


def _speaks_of(rule: RestartRule, exit_code: int) -> bool:
    return (exit_code in rule.values) == (rule.operator == "In")
