"""Whole lives of pods as a real kubelet reported them are runs of the pod machine.

Between two reports the machine takes a few steps that nobody sees, then `report`. A recorded status tells where its
containers, its phase and its conditions are; the machine must be able to be there too.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kubeproof.model.machines.pod import FAILURES, POD, App, Init, Phase, Sidecar
from kubeproof.model.state import initial, plain
from kubeproof.properties.engines.packing import Block, Layout
from kubeproof.properties.engines.stepping import compiled, taken

Json = Any
DATA = Path(__file__).parent.parent.parent / "conformance" / "data" / "lifecycle"
LAYOUT = Layout(POD)
STEPS = {step.step.name: step for step in compiled(POD, LAYOUT)}
UNSEEN = 7
"""Steps that the machine may take between two reports."""
LOST = "ContainerStatusUnknown"
"""The reason of a container that never ran in a pod that was ended."""


def fits(case: Json) -> bool:
    """Whether the machine speaks of such a pod: one app, at most one init container and one sidecar, no rules."""
    inits = [one for one in case["initContainers"] if one.get("restartPolicy") != "Always"]
    everyone = (*case["containers"], *case["initContainers"])
    special = ("restartPolicyRules", "startupProbePassesAfter", "livenessProbe")
    own_policy = any("restartPolicy" in one for one in (*case["containers"], *inits))
    first_is_sidecar = not inits or case["initContainers"][-1] is inits[0]
    return (
        len(case["containers"]) == 1
        and len(inits) <= 1
        and len(case["initContainers"]) - len(inits) <= 1
        and first_is_sidecar
        and not own_policy
        and not any(name in one for one in everyone for name in special)
    )


def lives() -> Iterator[tuple[Json, Json]]:
    (path,) = DATA.glob("lifecycle-trace-v*.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        cases = (json.loads(line) for line in file)
        yield from ((line["case"], line["expect"]) for line in cases if fits(line["case"]))


LIVES = [life for number, life in enumerate(lives()) if number % 4 == 0]


def ended(state: Json) -> Json | None:
    return state.get("terminated")


def app_of(status: Json) -> App:
    state, last = status["state"], (status.get("lastState") or {}).get("terminated")
    if "running" in state:
        return App.RUNNING
    if end := ended(state):
        if end["reason"] == LOST:
            return App.WAITING if last is None else App.BACK_OFF_FAILED if last["exitCode"] else App.BACK_OFF_SUCCEEDED
        return App.FAILED if end["exitCode"] else App.SUCCEEDED
    if last is None:
        return App.WAITING
    return App.BACK_OFF_FAILED if last["exitCode"] else App.BACK_OFF_SUCCEEDED


def init_of(status: Json | None) -> Init:
    if status is None:
        return Init.NONE
    state, last = status["state"], (status.get("lastState") or {}).get("terminated")
    if "running" in state:
        return Init.RUNNING
    end = ended(state)
    if end and end["reason"] != LOST:
        return Init.FAILED if end["exitCode"] else Init.SUCCEEDED
    return Init.WAITING if last is None else Init.FAILED


def sidecar_of(status: Json | None) -> Sidecar:
    if status is None:
        return Sidecar.NONE
    state, last = status["state"], (status.get("lastState") or {}).get("terminated")
    if "running" in state:
        return Sidecar.RUNNING
    end = ended(state)
    if end and end["reason"] != LOST:
        return Sidecar.EXITED
    return Sidecar.WAITING if last is None else Sidecar.EXITED


def seen(case: Json, status: Json) -> dict[str, Any]:
    """Where a recorded status says that the machine's variables are."""
    inits = {one["name"]: one for one in status["initContainerStatuses"]}
    kinds = {one["name"]: one.get("restartPolicy") == "Always" for one in case["initContainers"]}
    init = next((inits[name] for name, is_sidecar in kinds.items() if not is_sidecar), None)
    sidecar = next((inits[name] for name, is_sidecar in kinds.items() if is_sidecar), None)
    conditions = {name: one["status"] == "True" for name, one in status["conditions"].items()}
    phase = Phase(status["phase"])
    runs = any("running" in one["state"] for one in (*inits.values(), *status["containerStatuses"]))
    # The status manager holds a terminal phase back while a container runs; the recording is of before that.
    held_back = runs and phase in (Phase.SUCCEEDED, Phase.FAILED)
    return {
        **({} if held_back else {"phase": phase}),
        "app": app_of(status["containerStatuses"][0]),
        "init": init_of(init),
        "sidecar": sidecar_of(sidecar),
        "Ready": conditions["Ready"],
        "ContainersReady": conditions["ContainersReady"],
        "Initialized": conditions["Initialized"],
    }


def matching(block: Block, wanted: dict[str, Any]) -> Block:
    mask: NDArray[np.bool_] = np.ones(len(block[0]), dtype=bool)
    for one, field in LAYOUT.fields.items():
        if one.name in wanted:
            mask &= np.equal(field.read(block), one.code(wanted[one.name]))
    return [column[mask] for column in block]


def unique(blocks: list[Block]) -> Block:
    return [np.unique(np.concatenate([block[0] for block in blocks]))]


def after_report(block: Block, without: str = "") -> Block:
    """Where the machine may be after a few steps that nobody sees and a report (or, where none is due, none)."""
    everywhere, layer = [block], block
    for _ in range(UNSEEN):
        layer = unique(
            [taken(step, LAYOUT, layer)[0] for name, step in STEPS.items() if name not in ("report", without)]
        )
        everywhere.append(layer)
    hidden = unique(everywhere)
    return unique([hidden, taken(STEPS["report"], LAYOUT, hidden)[0]])


def ends(status: Json) -> int:
    """How often a container has ended; one that waits with a last exit has ended once more than it was restarted."""
    waits_again = "waiting" in status["state"] and "terminated" in (status.get("lastState") or {})
    return int(status["restartCount"]) + ("terminated" in status["state"] or waits_again)


def explained(case: Json, statuses: Json, without: str = "") -> bool:
    """Whether the machine (without a step) can be wherever a life was, as far as its budget of failures promises."""
    first = seen(case, statuses[0])
    block = LAYOUT.pack([state for state in initial(POD) if _begins(plain(POD, state), case, first)])
    for status in statuses:
        if sum(map(ends, (*status["containerStatuses"], *status["initContainerStatuses"]))) > FAILURES:
            break
        block = matching(after_report(block, without), seen(case, status))
        if not len(block[0]):
            return False
    return True


def _begins(state: dict[str, Any], case: Json, first: dict[str, Any]) -> bool:
    return (
        (state["policy"].value, state["gated"], state["readinessGate"]) == (case["restartPolicy"], False, False)
        and (state["init"] is Init.NONE) == (first["init"] is Init.NONE)
        and (state["sidecar"] is Sidecar.NONE) == (first["sidecar"] is Sidecar.NONE)
    )


@pytest.mark.parametrize("number", range(len(LIVES)))
def test_a_recorded_life_is_a_run_of_the_machine(number: int) -> None:
    assert explained(*LIVES[number]), LIVES[number]


SAME_REPORT = {
    "delete": "an eviction ends a pod too",
    "stop the app": "exit 1 is reported like SIGKILL",
    "end well on SIGTERM": "exit 0 is reported alike, whyever",
    "stop the init container": "exit 1 is reported like SIGKILL",
    "stop the sidecar": "a sidecar that fails is reported alike",
    "see that all has stopped": "its report is the next one",
    "begin to stop": "its report is the next one",
}
"""Steps that happen in these recordings, but another would leave the same reports."""

ELSEWHERE = {
    "lift the scheduling gate": "the recorded pods had none",
    "set the readiness gate": "the recorded pods had none",
    "refuse": "test_admission.py: what the kubelet refuses",
    "evict for pressure": "test_eviction.py: what it ends",
    "evict by the API, or preempt": "test_eviction.py of the API server",
    "pass the active deadline": "test_life.py: a pod past its deadline",
    "remove": "the recording ends before that; test_world.py removes",
    "fail readiness": "readiness is never lost in these recordings",
}
"""Steps for which these recordings have no witness, and where there is one."""


@pytest.mark.parametrize("step", sorted(STEPS.keys() - ELSEWHERE.keys() - SAME_REPORT.keys() - {"report"}))
def test_each_step_is_needed_for_some_recorded_life(step: str) -> None:
    assert any(not explained(*life, without=step) for life in LIVES[::3])


def test_there_are_many_lives() -> None:
    assert len(LIVES) > 300


def test_a_life_that_never_was_is_no_run() -> None:
    """The machine does not allow everything: no success before the app has run, no readiness too early."""
    case, statuses = next(life for life in LIVES if life[0]["containers"] and len(life[1]) > 2)
    start = matching(LAYOUT.pack(list(initial(POD))), {"init": seen(case, statuses[0])["init"]})
    first = seen(case, statuses[0])
    assert len(matching(after_report(start), first)[0])
    for wrong in (
        {"phase": Phase.SUCCEEDED},
        {"Ready": True},
        {"app": App.SUCCEEDED, "phase": Phase.PENDING, "Ready": True},
    ):
        assert not len(matching(after_report(start), {**first, **wrong})[0]), wrong
