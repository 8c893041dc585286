"""The golden topics about what the kubelet does: back-off, probes, actions and whole lives of pods.

`TOPICS` maps a topic to a function from a case's JSON to an answer shaped like its `expect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from immutables import Map

from kubeproof.model.node.kubelet import actions, backoff, probes
from kubeproof.model.node.kubelet.init_actions import Results
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RestartRule, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus, Running

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
    container = Container("c0", **{kind: probe})
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
        tuple(map(container_of, apps)),
        tuple(map(container_of, inits)),
        tuple(map(container_of, ephemeral)),
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


def container_of(raw: Json) -> Container:
    """A container of a golden case: its policy, its rules, and which probes it has."""
    return Container(
        raw["name"],
        restart_policy=raw.get("restartPolicy", ""),
        restart_rules=tuple(_rule(rule) for rule in raw.get("restartPolicyRules") or ()),
        startup=Probe() if "startupProbe" in raw else None,
        liveness=Probe() if "livenessProbe" in raw else None,
    )


def _rule(raw: Json) -> RestartRule:
    return RestartRule(raw["action"], raw["exitCodes"]["operator"], tuple(raw["exitCodes"].get("values") or ()))


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


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "crashloop-backoff": _crashloop_backoff,
    "probe-worker": _probe_worker,
    "compute-pod-actions": _compute_pod_actions,
}
