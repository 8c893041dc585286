"""Which pods have endpoints, and what these say."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.endpoint_slice import conditions, included
from kubeproof.model.objects.endpoint_slice import EndpointConditions
from kubeproof.model.objects.live_pod import LivePod
from tests.model.controlplane.controllers.made import pod

READY, UNREADY = pod(ready="True"), pod(ready="False")
LEAVING = pod(ready="True", deleted_at=1)


class Case(NamedTuple):
    sentence: str
    pod: LivePod
    publish: bool
    ready: bool
    serving: bool
    terminating: bool


CASES = (
    Case("a ready pod serves", READY, False, True, True, False),
    Case("one that is not does not", UNREADY, False, False, False, False),
    Case("one that does not know does not", pod(ready="Unknown"), False, False, False, False),
    Case("without the condition it is not ready", pod(), False, False, False, False),
    Case("a pod that leaves still serves, and is not ready", LEAVING, False, False, True, True),
    Case("what is published unready is ready", UNREADY, True, True, False, False),
    Case("even while it leaves", LEAVING, True, True, True, True),
    Case("a phase does not matter", pod(phase="Pending", ready="True"), False, True, True, False),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_what_an_endpoint_says(case: Case) -> None:
    expected = EndpointConditions(case.ready, case.serving, case.terminating)
    assert conditions(case.pod, publish_not_ready=case.publish) == expected


INCLUDED = (
    ("a pod with an address", pod(), True, True, True),
    ("ready or not, running or not", pod(phase="Pending"), True, True, True),
    ("a pod without an address", pod(), False, False, False),
    ("a pod that failed", pod(phase="Failed"), True, False, False),
    ("a pod that succeeded", pod(phase="Succeeded"), True, False, False),
    ("a pod that leaves", LEAVING, True, True, False),
)


@pytest.mark.parametrize("case", INCLUDED, ids=lambda case: case[0])
def test_who_has_an_endpoint(case: tuple[str, LivePod, bool, bool, bool]) -> None:
    _, at, addressed, with_terminating, without = case
    at = replace(at, status=replace(at.status, ips=("10.0.0.1",) if addressed else ()))
    assert (included(at), included(at, terminating=False)) == (with_terminating, without)
