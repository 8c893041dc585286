"""Recorded queues of pods (kube-scheduler v1.34.1), step by step. Where a pod goes is told: scores are not modelled."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from kubeproof.model.conformance import golden, scheduler
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.event import event
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import preempt

(FILE,) = (Path(__file__).parent / "data" / "scheduler").glob("queue-v*.jsonl.gz")
SAMPLE = 0 if os.environ.get("KUBEPROOF_PROFILE") == "nightly" else 40
FIRST_BINDING = datetime(2026, 3, 1, tzinfo=UTC)


def test_every_step_of_every_queue() -> None:
    lines = list(golden.read(FILE, SAMPLE))
    assert len(lines) >= max(SAMPLE, 1)
    for line in lines:
        replay(line.content)


def replay(line: Any) -> None:
    """Every step of a queue, with the model's word for it beside what was recorded."""
    case, bound = line["case"], 0
    read = [scheduler.snapshot({**case, "pod": raw}) for raw in case["pending"]]
    pending = {pod.key: pod for _, pod in read}
    cluster = read[0][0]
    for step in line["expect"]["steps"]:
        pod = pending[step["pod"]]
        said, victims = answers(cluster, pod, step, with_preemption=case["options"]["preemption"])
        assert said == {name: step[name] for name in said}, f"{case['id']} {step}"
        cluster = cluster.without_pods([pod.key, *victims])
        if step["result"] == "Scheduled":
            started = str(FIRST_BINDING + timedelta(seconds=bound))
            pod, bound = msgspec.structs.replace(pod, node=step["node"], phase="Running", start_time=started), bound + 1
        pending[pod.key] = pod = msgspec.structs.replace(pod, nominated=step.get("nominatedNode", ""))
        if pod.node or pod.nominated:
            cluster = cluster.with_pods([pod])


def answers(cluster: Snapshot, pod: Pod, step: Any, *, with_preemption: bool) -> tuple[dict[str, Any], list[str]]:
    """What the model says of a step, and who has to go for it."""
    cycle = Cycle(cluster)
    decision = cycle.decide(pod)
    if step["result"] == "Scheduled":
        assert step["node"] in decision.feasible
        return {"feasible": sorted(decision.feasible)}, []
    assert not decision.feasible
    if step["result"] == "Unschedulable":
        return {"message": event(decision, cycle.columns) if with_preemption else message(decision)}, []
    found = preempt(decision, cycle.columns)
    assert found
    assert sorted(found.nominated) == sorted(step.get("tiedNominatedNodes", [step["nominatedNode"]]))
    victims = [victim.key for victim in found.candidates[step["nominatedNode"]].victims]
    return {"message": event(decision, cycle.columns), "victims": victims}, victims
