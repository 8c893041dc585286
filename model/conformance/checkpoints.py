"""Checkpoints of recordings: how pods and workloads were in the middle of a scenario, once its driver had waited.

A world is waited for as the driver waited: our seconds are whole and some starts are later, so that a checkpoint counts
if the world gets there within `SLACK`; all that follows is then so much later, too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kubeproof.model.component import Component
from kubeproof.model.conformance import brief
from kubeproof.model.conformance.recorded import Recording, Told, admission
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.controlplane.etcd import Store
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.world import Runner, World

Json = Any
"""Decoded JSON: recordings are compared, never computed with."""

SLACK = 5
"""Seconds for which a checkpoint is waited for."""
TOLD_LATER = 0.05
"""Seconds by which what a watch tells is older than a checkpoint, at most."""
WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"})


def missed(given: Recording, components: Sequence[Component]) -> list[str]:
    """In what a run of a world on the recording differs at its checkpoints, an object a line."""
    at = int(datetime.fromisoformat(given.meta["startTime"]).timestamp())
    runner = Runner(World(now=at), components, Server(admission(given)))
    told, found = Told(given.namespace, {}, {}), list[str]()
    for step in sorted((*given.actions, *given.checkpoints), key=_turn):
        _run(runner, at + math.floor(step["t"]))
        if step["type"] == "SNAP":
            waited, unlike = _waited(runner, step)
            at += waited
            found.extend(f"{step['label']}: {one}" for one in unlike)
        elif step.get("code", 200) < 400:
            for write in told.writes(step, runner.world):
                runner.ask(write, "user")
    return found


def _turn(step: Json) -> tuple[float, bool]:
    """When a step was taken. A checkpoint shows what a watch had told by then: nothing of a request beside it."""
    return (step["t"] - TOLD_LATER, False) if step["type"] == "SNAP" else (step["t"], True)


def _run(runner: Runner, until: int) -> None:
    list(runner.run(until))
    runner.advance(until)


def _waited(runner: Runner, snap: Json) -> tuple[int, list[str]]:
    """For how many seconds a checkpoint was waited for, and in what the world differs from it all the same."""
    theirs, begun = Counter(_recorded(snap)), runner.world.now
    unlike: list[str] = []
    for waited in range(SLACK + 1):
        _run(runner, begun + waited)
        ours = Counter(_ours(runner.world.store))
        if ours == theirs:
            return waited, []
        more = (f"only in the model: {one}" for one in sorted((ours - theirs).elements()))
        unlike = unlike or [*more, *(f"only recorded: {one}" for one in sorted((theirs - ours).elements()))]
    return 0, unlike


def _recorded(snap: Json) -> Iterator[str]:
    """A line for each pod and workload of a recorded checkpoint."""
    for pod in snap["pods"]:
        yield _pod(pod["name"], pod["phase"], pod["ready"], pod["deleting"])
    for one in snap["workloads"]:
        if one["kind"] in WORKLOADS:
            said = sorted(tuple(condition) for condition in one["conditions"])
            yield _workload(one["kind"], one["name"], one["replicas"], one["status"], said)


def _ours(store: Store) -> Iterator[str]:
    """A line for each of our pods and workloads."""
    for key, held in sorted(store.objects.items()):
        raw: Any = held
        if isinstance(raw, LivePod):
            yield _pod(key.name, raw.status.phase, is_ready(raw), raw.meta.deleted_at is not None)
        elif key.kind in WORKLOADS:
            status = brief.camel(msgspec.to_builtins(raw.status, enc_hook=dict))
            said = sorted((one.type, one.status, one.reason) for one in getattr(raw.status, "conditions", ()))
            yield _workload(key.kind, key.name, getattr(raw.spec, "replicas", None), status, said)


def _pod(name: str, phase: str, ready: bool, deleting: bool) -> str:
    return f"Pod {brief.masked(name)} {phase}{' ready' if ready else ''}{' deleting' if deleting else ''}"


def _workload(kind: str, name: str, replicas: int | None, status: Json, said: Sequence[tuple[str, ...]]) -> str:
    counts = {field: value for field, value in status.items() if isinstance(value, int | str)}
    told: Json = {"annotations": {}, "replicas": replicas, "conditions": [list(one) for one in said]}
    return brief.line(kind, name, told, counts)
