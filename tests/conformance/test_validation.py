"""Requests recorded from a control plane of v1.36.2: refusals, their texts, and what is stored."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance import golden, run, validation

FILE = Path(__file__).parent / "data" / "controlplane" / "validation.jsonl.gz"
KINDS = {
    "Pod": 110,
    "Node": 11,
    "Deployment": 23,
    "ReplicaSet": 7,
    "StatefulSet": 16,
    "DaemonSet": 9,
    "Job": 26,
    "CronJob": 9,
    "PodDisruptionBudget": 8,
    "Service": 9,
    "PriorityClass": 6,
    "HorizontalPodAutoscaler": 5,
}


def recorded(number: int) -> dict[str, Any]:
    """The case of a number."""
    return next(line.content for line in golden.read(FILE, 0) if line.content["id"] == number)


def test_the_model_answers_as_the_server_did() -> None:
    report = run.run([FILE])
    assert report.disagreements == ()
    assert {row.plugin: (row.agree, row.total) for row in report.rows} == {kind: (n, n) for kind, n in KINDS.items()}
    assert [row.missing for row in report.rows if row.missing] == [{"metadata.resourceVersion": 1}]
    assert report.unknown == {}


REFUSED, STORED, INTERNAL = 26, 2, 1044
CHANGES = (
    ("another code disagrees", REFUSED, "code", 400),
    ("another reason disagrees", REFUSED, "reason", "BadRequest"),
    ("another text disagrees", REFUSED, "message", 'Pod "p" is invalid: spec: Required value'),
    ("other fields disagree", REFUSED, "causes", [{"field": "spec"}]),
    ("an acceptance disagrees with a refusal", REFUSED, "accepted", True),
    ("another object disagrees", STORED, "defaulted", {"apiVersion": "v1", "kind": "Pod"}),
    ("around a dump, another text disagrees", INTERNAL, "message", 'Job.batch "u44" is invalid: x'),
)


@pytest.mark.parametrize(("sentence", "number", "field", "value"), CHANGES)
def test_a_changed_recording_disagrees(sentence: str, number: int, field: str, value: object) -> None:
    right = recorded(number)
    assert validation.check(right)[1], sentence
    assert not validation.check({"defaulted": {}, **deepcopy(right), field: value})[1]
