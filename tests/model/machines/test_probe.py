"""The probe machine and the exact worker go the same way, step by step, in every state that the machine can be in."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from kubeproof.model.machine import Plain
from kubeproof.model.machines.probe import PROBE, Kind, Result
from kubeproof.model.node.kubelet.probes import INITIAL, Outcome, Worker, looked, probed
from kubeproof.model.objects.container import Container, Probe, ProbeKind
from kubeproof.model.objects.pod_status import ContainerStatus, Running
from kubeproof.model.state import coded, enabled, plain, take
from kubeproof.properties.engines.explore import reachable

KINDS: dict[Kind, ProbeKind] = {Kind.STARTUP: "startup", Kind.LIVENESS: "liveness", Kind.READINESS: "readiness"}


def states() -> list[dict[str, Plain]]:
    found = reachable(PROBE)
    everything = found.everything
    return [plain(PROBE, found.layout.unpack(everything, at)) for at in range(len(everything[0]))]


def worker(state: dict[str, Plain]) -> Worker:
    """The exact worker in the machine's state; a streak that reached the machine's longest may be any longer one."""
    last = cast("Result", state["lastOutcome"])
    return Worker(
        container_id="id" if state["running"] else "",
        result=cast("Result", state["result"]).value,
        last=None if last is Result.UNKNOWN else last.value,
        streak=int(cast("int", state["streak"])),
        on_hold=bool(state["onHold"]),
    )


def probe(state: dict[str, Plain]) -> Probe:
    """Its thresholds: a success threshold is readiness's alone."""
    successes = int(cast("int", state["successThreshold"])) if state["kind"] is Kind.READINESS else 1
    return Probe(success_threshold=successes, failure_threshold=int(cast("int", state["failureThreshold"])))


OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("success", "see a success"),
    ("warning", "see a success"),
    ("failure", "see a failure"),
    ("unknown", "see a failure"),
    ("error", "fail to ask"),
)


@pytest.mark.parametrize(("outcome", "step"), OUTCOMES)
def test_each_outcome_does_to_the_machine_what_it_does_to_the_worker(outcome: Outcome, step: str) -> None:
    asked = 0
    for state in states():
        here = coded(PROBE, state)
        if step not in {one.name for one in enabled(PROBE, here)}:
            continue
        kind = KINDS[cast("Kind", state["kind"])]
        exact = probed(worker(state), kind, probe(state), outcome)
        found = worker(plain(PROBE, take(PROBE, PROBE.step(step), here)))
        bounds = probe(state)
        enough = bounds.failure_threshold if exact.last == "failure" else bounds.success_threshold
        told = (one._replace(container_id="id", streak=min(one.streak, enough)) for one in (found, exact))
        assert next(told) == next(told), state
        asked += 1
    assert asked > 30


def test_the_machine_asks_exactly_when_the_worker_does() -> None:
    for state in states():
        kind = KINDS[cast("Kind", state["kind"])]
        status = ContainerStatus(
            "c",
            Running() if state["running"] else None,
            started=bool(state["started"]),
            container_id="id" if state["running"] else "",
        )
        exact = looked(worker(state), kind, Container("c"), status, 0, pod_policy="Always").then == "probe"
        machine = "see a failure" in {step.name for step in enabled(PROBE, coded(PROBE, state))}
        assert machine is exact, state


@pytest.mark.parametrize("kind", Kind)
def test_a_new_container_begins_with_the_result_that_the_kubelet_gives_it(kind: Kind) -> None:
    begin = next(state for state in states() if state["kind"] is kind and not state["running"])
    got = plain(PROBE, take(PROBE, PROBE.step("get a container"), coded(PROBE, begin)))
    assert cast("Result", got["result"]).value == INITIAL[KINDS[kind]]
    assert not got["onHold"]


def test_the_states_are_all_there_are() -> None:
    assert len(states()) == len(np.unique(reachable(PROBE).everything[0]))
