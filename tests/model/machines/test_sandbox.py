"""The calls that the kubelet makes for a pod, from its start to its removal, are a run of the sandbox machine."""

from __future__ import annotations

import pytest

from kubeproof.model.machines.sandbox import SANDBOX, Handler
from kubeproof.model.node.kubelet.actions import pod_actions
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.runtime import NoSandbox, calls, end_calls, handler_of
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.run import Run

POD = LivePod(Meta("p", "shop", uid="u"), RunSpec((Container("c", image="shop/web:1"),)))
UP = PodRuntime((Sandbox("s", ip="10.0.0.1"),), (Made("c", RuntimeState("running", id="c"), "s"),))


def started(pulls: frozenset[str]) -> list[str]:
    actions = pod_actions(POD.run, PodRuntime(), {})
    asked = calls(POD, actions, PodRuntime(), pulls=pulls)
    return [call.verb for call in asked if call.verb != "PodSandboxStatus"]  # a question: it changes nothing


@pytest.mark.parametrize("is_there", [False, True])
def test_from_start_to_removal(is_there: bool) -> None:
    begin = started(frozenset() if is_there else frozenset({"shop/web:1"}))
    assert begin == ["RunPodSandbox", *([] if is_there else ["PullImage"]), "CreateContainer", "StartContainer"]
    run = Run(SANDBOX, image=is_there).take(*begin)
    end = [call.verb for call in end_calls(POD, UP)]
    assert end == ["StopContainer", "StopPodSandbox", "RemoveContainer", "RemovePodSandbox"]
    run.take("end the pod", *end)
    assert run.can() == ()


@pytest.mark.parametrize(
    ("runtime_class", "handler"),
    [("", Handler.DEFAULT), ("kata", Handler.NAMED), ("gone", Handler.UNKNOWN), ("odd", Handler.UNKNOWN)],
)
def test_a_handler_is_found_or_nothing_runs(runtime_class: str, handler: Handler) -> None:
    found = handler_of(runtime_class, {"kata": "kata", "odd": "missing"}, frozenset({"kata"}))
    assert isinstance(found, NoSandbox) is (handler is Handler.UNKNOWN)
    assert ("RunPodSandbox" in Run(SANDBOX, handler=handler).can()) is not isinstance(found, NoSandbox)
