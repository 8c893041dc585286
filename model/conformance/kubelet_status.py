"""The lifecycle golden topics on what a kubelet reports: restarts, phase, conditions, status updates, deletion.

`TOPICS` has the shape of the one in lifecycle.py, which takes it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from kubeproof.model.conformance import tokens
from kubeproof.model.controlplane.deletion import Conflict, DeleteOptions, Deletion, before_delete
from kubeproof.model.node.kubelet import conditions, restarts, status_manager
from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerState,
    ContainerStatus,
    PodStatus,
    Terminated,
    Waiting,
)

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

NOW = 1_000_000
"""The time of a case, in seconds."""

_SET_BY_CLOCK = "deletionTimestampInSeconds"


def agrees(expect: Json, got: Json) -> bool:
    """Whether an answer is the recorded one, to the letter; a time read off a clock may be a second off."""
    if isinstance(expect, dict) and isinstance(got, dict) and {_SET_BY_CLOCK} <= expect.keys() & got.keys():
        if abs(expect[_SET_BY_CLOCK] - got[_SET_BY_CLOCK]) > 1:
            return False
        got = {**got, _SET_BY_CLOCK: expect[_SET_BY_CLOCK]}
    return bool(expect == got)


def _should_restart(case: Json) -> Json:
    policy, state = tokens.policy(case["podRestartPolicy"]), _runtime_state(case)
    own = tokens.policy(case["containerRestartPolicy"])
    container = Container("c", restart_policy=own, restart_rules=tokens.rules(case))
    known = {} if state is None else {container.name: state}
    answer: dict[str, Json] = {
        "isContainerRestartable": restarts.is_restartable(container, policy),
        "shouldAllContainersRestart": restarts.should_all_restart(RunSpec((container,)), known, None),
        "shouldBeRestarted": restarts.should_be_restarted(container, policy, state, deleted=case["deleted"]),
    }
    if state is not None and state.state == "exited":
        rule = restarts.matching_rule(container, state.exit_code)
        answer["containerShouldRestart"] = restarts.should_restart(container, policy, state.exit_code)
        answer |= {"matchingRuleAction": rule.action} if rule is not None else {}
    return answer


def _runtime_state(case: Json) -> RuntimeState | None:
    state = case["runtimeState"]
    found = {"state": state, "exit_code": case.get("exitCode", 0)}
    return None if state == "none" else msgspec.convert(found, RuntimeState)


def _phase(case: Json) -> Json:
    statuses = (*tokens.statuses(case["containers"]), *tokens.statuses(case.get("initContainers")))
    run = tokens.run_spec(case)
    return phase(run, statuses, terminal=case["podIsTerminal"], initialized=case["podHasInitialized"])


def _conditions(case: Json) -> Json:
    run, old = tokens.run_spec(case), case["oldInitialized"]
    listed = (*tokens.statuses(case.get("initContainers")), *tokens.statuses(case["containers"]))
    statuses = None if case["statusesNil"] else listed
    before = PodStatus(conditions=(Condition("Initialized", old),) if old else ())
    gates = _read_conditions(case.get("gateConditions"))
    return {
        "Initialized": _plain(conditions.initialized(run, before, statuses, case["phase"])),
        "ContainersReady": _plain(conditions.containers_ready(run, statuses, case["phase"])),
        "Ready": _plain(conditions.ready(run, gates, statuses, case["phase"])),
        "hasAnyRegularContainerStarted": conditions.has_any_regular_started(run, statuses or ()),
    }


def _merge(case: Json) -> Json:
    old = PodStatus(case["oldPhase"], "oldReason", "oldMessage", _read_conditions(case["oldConditions"]))
    new = PodStatus(case["newPhase"], "newReason", "newMessage", _read_conditions(case["newConditions"]))
    merged = status_manager.merge(old, new, NOW, could_run=case["couldHaveRunningContainers"])
    listed = [{"type": one.type, **_plain(one)} for one in merged.conditions]
    return {"phase": merged.phase, "reason": merged.reason, "message": merged.message, "conditions": listed}


def _transition(case: Json) -> Json:
    run = tokens.run_spec(case)
    old = PodStatus(
        containers=tokens.statuses(case["containers"]), init_containers=tokens.statuses(case["initContainers"])
    )
    new = PodStatus(
        containers=tokens.statuses_of(run.containers, case["newStatus"]),
        init_containers=tokens.statuses_of(run.init_containers, case["newInitStatus"]),
    )
    error = status_manager.transition_error(run, old, new)
    return {"allowed": True} if error is None else {"allowed": False, "error": error}


def _terminate(case: Json) -> Json:
    status = PodStatus(
        case["phase"],
        containers=tokens.statuses(case["containers"]),
        init_containers=tokens.statuses(case["initContainers"]),
    )
    last = status_manager.terminate(tokens.run_spec(case), status, NOW)
    if last is None:
        return {"stored": False}
    return {
        "stored": True,
        "phase": last.phase,
        "containerStatuses": [_status_json(one) for one in last.containers],
        "initContainerStatuses": [_status_json(one) for one in last.init_containers],
    }


def _active(case: Json) -> Json:
    since, ready = case.get("readySinceSeconds"), case.get("readyCondition")
    changed_at = None if since is None else NOW - since
    shown = (Condition("Ready", ready, changed_at=changed_at),) if ready else ()
    meta = Meta("p", deleted_at=NOW if case.get("deleted") else None)
    pod = LivePod(meta, RunSpec(()), status=PodStatus(case["phase"], conditions=shown))
    return {
        "active": pod_state.is_active(pod),
        "terminating": pod_state.is_terminating(pod),
        "available": pod_state.is_available(pod, case["minReadySeconds"], NOW),
        "terminal": pod_state.is_terminal(pod),
    }


def _delete(case: Json) -> Json:
    before = case.get("alreadyDeleting")
    meta = Meta("p", uid="u", generation=case["generation"])
    if before:
        at, grace = NOW + before["deletionTimestampInSeconds"], before["deletionGracePeriodSeconds"]
        meta = Meta("p", uid="u", generation=case["generation"], deleted_at=at, grace_period=grace)
    # A pod that says nothing gets no time: only defaulting, which is not part of the case, would give it 30 seconds.
    run = RunSpec((), grace_period=case.get("terminationGracePeriodSeconds") or 0)
    pod = LivePod(meta, run, node=case["nodeName"], status=PodStatus(case["phase"]))
    options = DeleteOptions(case.get("optionsGracePeriodSeconds"), case.get("preconditionUID") or "")
    refused = {}
    try:
        deletion = before_delete(pod, options, NOW)
    except Conflict:
        deletion, refused = Deletion(pod, options), {"error": "Conflict"}
    after = deletion.pod.meta
    return {
        **refused,
        "graceful": deletion.graceful,
        "gracefulPending": deletion.pending,
        "generationAfter": after.generation,
        **_given("deletionTimestampInSeconds", None if after.deleted_at is None else after.deleted_at - NOW),
        **_given("deletionGracePeriodSeconds", after.grace_period),
        **_given("optionsGracePeriodSecondsAfter", deletion.options.grace_period),
    }


def _read_conditions(listed: Iterable[Json] | None) -> tuple[Condition, ...]:
    return tuple(Condition(raw["type"], raw["status"], raw.get("reason", "")) for raw in listed or ())


def _plain(condition: Condition) -> dict[str, str]:
    texts = {"reason": condition.reason, "message": condition.message}
    return {"status": condition.status, **{name: text for name, text in texts.items() if text}}


def _status_json(status: ContainerStatus) -> Json:
    return {
        "name": status.name,
        "ready": status.ready,
        "restartCount": status.restarts,
        **_given("started", status.started),
        **_given("state", _state_json(status.state)),
        **_given("lastState", _state_json(status.last)),
    }


def _state_json(state: ContainerState | None) -> Json:
    match state:
        case None:
            return None
        case Terminated():
            return {"terminated": {"exitCode": state.exit_code, "reason": state.reason}}
        case Waiting():
            return {"waiting": {"reason": state.reason}}
        case _:
            return {"running": {}}


def _given(name: str, value: Json) -> dict[str, Json]:
    return {} if value is None else {name: value}


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "container-should-restart": _should_restart,
    "pod-phase": _phase,
    "pod-phase-restart-rules": _phase,
    "pod-phase-upstream-table": _phase,
    "pod-conditions": _conditions,
    "status-merge": _merge,
    "status-container-transition": _transition,
    "status-terminate-pod": _terminate,
    "pod-active-available": _active,
    "pod-delete": _delete,
}
