"""The golden topics about what the kubelet does: back-off, probes, actions and whole lives of pods.

`TOPICS` maps a topic to a function from a case's JSON to an answer shaped like its `expect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.conformance import tokens
from kubeproof.model.node.kubelet import actions, backoff, life, probes
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox
from kubeproof.model.node.kubelet.processes import Process, Run
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import (
    ContainerState,
    ContainerStatus,
    PodStatus,
    Running,
    Terminated,
    Waiting,
)

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

_KEY = ("uid", "c0", "image")


def _crashloop_backoff(case: Json) -> Json:
    held = backoff.crash_loop(case["maxRestartPeriodSeconds"])
    now, delays = 0, []
    for seconds in case["runSeconds"]:
        finished = now = now + seconds
        now = backoff.waits_until(held, _KEY, finished, now) or now
        held = backoff.grown(held, _KEY, finished, now)
        delays.append(now - finished)
    return {
        "initialBackoffSeconds": held.first,
        "maxBackoffSeconds": held.longest,
        "restartDelaySeconds": delays,
    }


def _probe_worker(case: Json) -> Json:
    kind: ProbeKind = case["kind"]
    probe = Probe(success_threshold=case["successThreshold"], failure_threshold=case["failureThreshold"])
    container = Container(
        "c0",
        startup=probe if kind == "startup" else None,
        liveness=probe if kind == "liveness" else None,
        readiness=probe if kind == "readiness" else None,
    )
    status = ContainerStatus("c0", state=Running(), started=case["started"], container_id="id")
    worker, results, holds = probes.Worker(), [], []
    for outcome in case["outcomes"]:
        worker, then = probes.looked(worker, kind, container, status, 0, pod_policy="Always")
        if then == "probe":
            worker = probes.probed(worker, kind, probe, outcome)
        results.append(worker.result or "none")
        holds.append(worker.on_hold)
    return {"resultAfterEach": results, "onHoldAfterEach": holds}


def _compute_pod_actions(case: Json) -> Json:
    apps, inits = case["containers"], case.get("initContainers") or []
    ephemeral = [{"name": "e0", "runtimeState": case["ephemeral"]}] if "ephemeral" in case else []
    run = RunSpec(
        tuple(map(_probed, apps)),
        tuple(map(_probed, inits)),
        tuple(map(_probed, ephemeral)),
        restart_policy=case["restartPolicy"],
    )
    raws = (*apps, *inits, *ephemeral)
    runtime = PodRuntime(_sandboxes(case["sandbox"], case["sandboxAttempt"]), tuple(_made(raws)))
    told = actions.pod_actions(
        run,
        runtime,
        Map(_results(raws)),
        deleted=bool(case.get("deleted")),
        restart_all=bool(case.get("restartAllContainers")),
    )
    listed = {
        "killPod": told.kill_pod,
        "createSandbox": told.create_sandbox,
        "attempt": told.attempt,
        "initContainersToStart": list(told.start_init),
        "containersToStart": list(told.start),
        "containersToKill": [
            {"name": kill.name, **({"reason": kill.reason} if kill.reason else {}), "message": kill.message}
            for kill in sorted(told.kill)
        ],
    }
    if told.start_ephemeral:
        listed["ephemeralContainersToStart"] = list(told.start_ephemeral)
    if told.reset:
        listed["containersToReset"] = [reset.name + ("+kill" if reset.kill else "") for reset in told.reset]
    return listed


def _probed(raw: Json) -> Container:
    """A container of a case, with the probes that the case gives a result of."""
    return replace(
        tokens.container(raw),
        startup=Probe() if "startupProbe" in raw else None,
        liveness=Probe() if "livenessProbe" in raw else None,
    )


def _made(raws: Iterable[Json]) -> Iterator[Made]:
    for raw in raws:
        if raw["runtimeState"] != "none":
            state = RuntimeState(
                raw["runtimeState"],
                exit_code=raw.get("exitCode", 0),
                spec_changed=raw.get("specChanged", False),
                id=raw["name"],
            )
            yield Made(raw["name"], state)


def _results(raws: Iterable[Json]) -> Iterator[tuple[tuple[str, ProbeKind], probes.Result]]:
    fields: tuple[tuple[str, ProbeKind], ...] = (("startupProbe", "startup"), ("livenessProbe", "liveness"))
    for raw in raws:
        for field, kind in fields:
            if raw.get(field, "notrun") != "notrun":
                yield (raw["name"], kind), raw[field]


def _sandboxes(state: str, attempt: int) -> tuple[Sandbox, ...]:
    older, newer = Sandbox("s0", attempt, ip="10.0.0.1"), Sandbox("s1", attempt + 1, ip="10.0.0.2")
    return {
        "none": (),
        "ready": (older,),
        "notready": (older._replace(ready=False),),
        "noip": (older._replace(ip=""),),
        "twoready": (newer, older),
        "newnotready": (newer._replace(ready=False), older),
    }[state]


def _lifecycle_trace(case: Json) -> Json:
    apps, inits = case["containers"], case["initContainers"] or []
    run = RunSpec(
        tuple(map(_traced, apps)), tuple(map(_traced, inits)), restart_policy=case["restartPolicy"], grace_period=30
    )
    # The recorder's node has no log directories, so a container that was removed is counted afresh.
    work = Work(LivePod(Meta("pod", uid="uid"), run), logs=None)
    does = {raw["name"]: _process(raw) for raw in (*apps, *inits)}
    told = life.life(work, does, until=case["horizon"], delete_at=case.get("deleteAt"))
    listed: list[Json] = []
    for at, report in told:
        shown = _status(report.status)
        # The recorder shows neither messages nor times: what differs only in those is no entry of its own.
        if not listed or any(listed[-1][field] != shown[field] for field in shown):
            listed.append({"t": at, "step": report.step, **shown})
    return listed


def _traced(raw: Json) -> Container:
    return replace(
        tokens.container(raw),
        startup=Probe() if "startupProbePassesAfter" in raw else None,
        readiness=Probe() if "readinessProbePassesAfter" in raw else None,
    )


def _process(raw: Json) -> Process:
    fields: tuple[tuple[str, ProbeKind], ...] = (
        ("startupProbePassesAfter", "startup"),
        ("readinessProbePassesAfter", "readiness"),
    )
    return Process(
        tuple(Run(run["seconds"] if run["seconds"] >= 0 else None, run["exit"]) for run in raw["runs"]),
        raw["exitOnKill"],
        passes=Map({kind: raw[field] for field, kind in fields if field in raw}),
    )


def _status(status: PodStatus) -> Json:
    return {
        "phase": status.phase,
        "conditions": {
            each.type: {"status": each.status, **({"reason": each.reason} if each.reason else {})}
            for each in status.conditions
        },
        "containerStatuses": [_container_status(each) for each in status.containers],
        "initContainerStatuses": [_container_status(each) for each in status.init_containers],
    }


def _container_status(status: ContainerStatus) -> Json:
    listed = {
        "name": status.name,
        "ready": status.ready,
        "restartCount": status.restarts,
        "state": _state(status.state),
    }
    if status.started is not None:
        listed["started"] = status.started
    if status.last is not None:
        listed["lastState"] = _state(status.last)
    return listed


def _state(state: ContainerState | None) -> Json:
    match state:
        case None:
            return {}
        case Waiting(reason=reason):
            return {"waiting": {"reason": reason} if reason else {}}
        case Running():
            return {"running": {}}
        case Terminated(exit_code=code, reason=reason):
            return {"terminated": {"exitCode": code, "reason": reason}}


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "crashloop-backoff": _crashloop_backoff,
    "probe-worker": _probe_worker,
    "compute-pod-actions": _compute_pod_actions,
    "lifecycle-trace": _lifecycle_trace,
}
