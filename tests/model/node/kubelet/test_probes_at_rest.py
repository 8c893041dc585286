"""Turns of probes that are left out change nothing: with all of them taken, a pod's life is the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from immutables import Map

from kubeproof.model.node.kubelet import probes, probing
from kubeproof.model.node.kubelet.life import Told, life
from kubeproof.model.node.kubelet.processes import Process, Run
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta

UNTIL = 300
PROBES = st.none() | st.builds(
    Probe,
    initial_delay=st.sampled_from((0, 3, 7)),
    period=st.sampled_from((1, 5, 10)),
    success_threshold=st.sampled_from((1, 2)),
    failure_threshold=st.sampled_from((1, 3)),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(("success", "failure", "error", "unknown"))),
    max_size=5,
    unique_by=lambda step: step[0],
)


def told(container: Container, process: Process, delete_at: int | None) -> list[Told]:
    pod = LivePod(Meta("p", "default", uid="u"), RunSpec((container,)), node="n1")
    return list(life(Work(pod), {"main": process}, until=UNTIL, delete_at=delete_at))


BETWEEN: tuple[Any, ...] = (
    (Probe(period=1), Probe(period=1), Probe(period=5)),
    ([], [], [(0, "success"), (2, "failure")]),
    None,
    None,
)
"""Something else happens between the change of an outcome and the turn that notices it."""


@example(*BETWEEN)
@settings(max_examples=100, deadline=None)
@given(
    st.tuples(PROBES, PROBES, PROBES),
    st.tuples(STEPS, STEPS, STEPS),
    st.sampled_from((None, 20, 67)),
    st.none() | st.integers(0, UNTIL),
)
def test_a_life_is_the_same_without_the_turns_that_change_nothing(
    probes: tuple[Probe | None, ...], steps: tuple[list[Any], ...], runs: int | None, delete_at: int | None
) -> None:
    kinds: tuple[ProbeKind, ...] = ("startup", "liveness", "readiness")
    outcomes: dict[ProbeKind, Any] = {kind: tuple(sorted(own)) for kind, own in zip(kinds, steps, strict=True) if own}
    process = Process(runs=(Run(runs, 1),), outcomes=Map(outcomes))
    container = Container("main", startup=probes[0], liveness=probes[1], readiness=probes[2])
    resting = told(container, process, delete_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probing, "next_outcome", lambda process, kind, age: 0)
        assert told(container, process, delete_at) == resting


def test_turns_that_change_nothing_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    taken = probes.probed

    def counted(worker: Any, kind: Any, probe: Any, outcome: Any) -> Any:
        turns.append(1)
        return taken(worker, kind, probe, outcome)

    monkeypatch.setattr(probing, "probed", counted)
    told(Container("main", readiness=Probe()), Process(), None)
    assert len(turns) == 1
