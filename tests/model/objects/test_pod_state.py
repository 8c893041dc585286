"""What controllers ask of a pod (v1.36)."""

from __future__ import annotations

import pytest

from kubeproof.model.objects import pod_state
from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition, Phase, PodStatus

NOW = 100
STATES: tuple[tuple[str, Phase, bool, bool, bool], ...] = (
    ("a pod is active from the start", "", False, True, False),
    ("also while it is pending", "Pending", False, True, False),
    ("a deleted pod terminates", "Running", True, False, True),
    ("one that has ended is neither", "Succeeded", False, False, False),
    ("not even when it is deleted", "Failed", True, False, False),
)


@pytest.mark.parametrize(("sentence", "phase", "deleted", "active", "ends"), STATES, ids=[row[0] for row in STATES])
def test_active_and_terminating(sentence: str, phase: Phase, deleted: bool, active: bool, ends: bool) -> None:
    pod = LivePod(Meta("p", deleted_at=NOW if deleted else None), RunSpec(()), status=PodStatus(phase))
    assert (pod_state.is_active(pod), pod_state.is_terminating(pod)) == (active, ends), sentence


SINCE = (
    ("ready for exactly the time is available", 90, 10, True),
    ("a second less is not", 91, 10, False),
    ("no time asked, none needed", None, 0, True),
    ("nobody knows since when", None, 10, False),
)


@pytest.mark.parametrize(("sentence", "since", "least", "available"), SINCE, ids=[row[0] for row in SINCE])
def test_available(sentence: str, since: int | None, least: int, available: bool) -> None:
    ready = Condition("Ready", "True", changed_at=since)
    pod = LivePod(Meta("p"), RunSpec(()), status=PodStatus("Running", conditions=(ready,)))
    assert pod_state.is_available(pod, least, NOW) is available, sentence


def test_a_failed_pod_may_still_count_as_ready() -> None:
    pod = LivePod(Meta("p"), RunSpec(()), status=PodStatus("Failed", conditions=(Condition("Ready", "True"),)))
    assert pod_state.is_ready(pod)
    assert pod_state.is_terminal(pod)
