"""Quality-of-service classes: the traps of pod-level resources, zeros and what does not count."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1

from kubeproof.model.objects.defaults import default_pod
from kubeproof.model.objects.qos import qos_class

BOTH = {"cpu": "1", "memory": "1Gi"}
FULL = {"requests": BOTH, "limits": BOTH}


def spec(*containers: dict[str, Any], **more: Any) -> core_v1.PodSpec:
    named = [{"name": f"c{i}", "resources": asked} for i, asked in enumerate(containers)]
    return msgspec.convert({"containers": named, **more}, core_v1.PodSpec)


CASES = (
    ("nothing asked for", spec({}), "BestEffort", "BestEffort"),
    ("requests equal to limits everywhere", spec(FULL, FULL), "Guaranteed", "Guaranteed"),
    ("one container without", spec(FULL, {}), "Burstable", "Burstable"),
    ("an init container without", spec(FULL, initContainers=[{"name": "i"}]), "Burstable", "Burstable"),
    ("limits alone, until requests are defaulted from them", spec({"limits": BOTH}), "Burstable", "Guaranteed"),
    ("zeros do not count", spec({"limits": {"cpu": "0", "memory": "0"}}), "BestEffort", "BestEffort"),
    ("devices do not count", spec({"limits": {"example.com/gpu": "1"}}), "BestEffort", "BestEffort"),
    ("other texts of one amount are equal", spec({"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": BOTH}),
     "Guaranteed", "Guaranteed"),
    ("pod-level resources replace the containers' view", spec({}, resources=FULL), "Guaranteed", "Guaranteed"),
    ("pod-level limits alone, until defaulting", spec({}, resources={"limits": BOTH}), "Burstable", "Guaranteed"),
    ("empty pod-level resources hide the containers", spec(FULL, resources={}), "BestEffort", "BestEffort"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_class_as_given_and_after_defaulting(case: tuple[str, core_v1.PodSpec, str, str]) -> None:
    _, pod, given, defaulted = case
    assert (qos_class(pod), qos_class(default_pod(pod))) == (given, defaulted)
