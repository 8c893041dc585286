"""Golden cases recorded from Kubernetes v1.36: every day an even sample of each topic, all of them at night."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance import in_place, lifecycle, undetermined
from kubeproof.model.errors import NotModelled

DATA = Path(__file__).parent / "data" / "lifecycle"
SAMPLE = 1500
NIGHTLY = os.environ.get("KUBEPROOF_PROFILE") == "nightly"


def golden(topic: str) -> Iterator[dict[str, Any]]:
    (path,) = (path for path in DATA.iterdir() if re.fullmatch(rf"{topic}(-v\d.*)?\.jsonl\.gz", path.name))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    step = 1 if NIGHTLY else -(-len(lines) // SAMPLE)
    return (json.loads(line) for line in lines[::step])


@pytest.mark.parametrize("topic", lifecycle.TOPICS)
def test_the_model_agrees_with_kubernetes(topic: str) -> None:
    asked = 0
    for line in golden(topic):
        asked += 1
        got = lifecycle.answer(topic, line["case"])
        assert lifecycle.agrees(topic, line["expect"], got), f"{line['case']} is {line['expect']}, not {got}"
    assert asked > 0


def test_an_error_agrees_with_an_error_whatever_its_words() -> None:
    assert lifecycle.agrees("label-selector", {"error": "as v1.36 says it"}, {"error": "as v1.34 says it"})


def test_an_error_never_agrees_with_an_answer() -> None:
    answer = {"match": True, "empty": False, "selectorString": "a"}
    assert not lifecycle.agrees("label-selector", {"error": "refused"}, answer)
    assert not lifecycle.agrees("label-selector", answer, {"error": "refused"})


def test_a_refusal_of_an_eviction_agrees_only_in_its_own_words() -> None:
    right = lifecycle.answer("eviction-api", FORBIDDEN)
    assert right["code"] == 403
    assert lifecycle.agrees("eviction-api", right, right)
    assert not lifecycle.agrees("eviction-api", {**right, "message": "no"}, right)


def test_an_eviction_may_come_after_the_last_step_but_only_at_its_time() -> None:
    topic, step, goes = "taint-eviction-sequence", {"scheduledAt": 61}, {"evictedAt": 61}
    got = lifecycle.answer(topic, TAINTED)
    assert got == [step, goes]
    assert lifecycle.agrees(topic, [step], got)
    assert not lifecycle.agrees(topic, [step, {"evictedAt": 60}], got)
    assert not lifecycle.agrees(topic, [], got)
    gone = [{"evictedAt": 1}]
    assert not lifecycle.agrees(topic, [], gone)
    assert lifecycle.agrees(topic, gone, gone)


def test_a_wrong_number_does_not_agree() -> None:
    assert not lifecycle.agrees("intstr-scaling", {"value": 2}, lifecycle.answer("intstr-scaling", SCALED_UP))


def test_requests_without_the_overhead_do_not_agree() -> None:
    """Where Go may have changed the case in place there are two right answers; this is neither of them."""
    right = lifecycle.answer("pod-requests", HALF_A_GIBIBYTE)
    plain = {name: value for name, value in right.items() if name != in_place.KEY}
    forgotten = {**plain, "requests": {"memory": "544Mi"}}
    assert right["requests"] == {"memory": "560Mi"}
    assert lifecycle.agrees("pod-requests", plain, right)
    assert not lifecycle.agrees("pod-requests", forgotten, right)


FORBIDDEN = {
    "pdbs": [
        {
            "currentHealthy": 1,
            "desiredHealthy": 3,
            "disruptionsAllowed": -1,
            "generation": 2,
            "observedGeneration": 2,
            "unhealthyPodEvictionPolicy": "",
        }
    ],
    "phase": "Running",
    "ready": True,
}
TAINTED = {
    "steps": [{"at": 60, "taints": [{"key": "a", "effect": "NoExecute"}]}],
    "tolerations": [{"operator": "Exists", "tolerationSeconds": 1}],
}


def test_pods_deleted_in_another_order_do_not_agree() -> None:
    """A clock that is a few seconds late may change who goes, but never lets a ready pod go before a pending one."""
    right = lifecycle.answer("replicaset-pods-to-delete", YOUNG_PODS)
    assert right["deleted"] == ["pending", "b"]
    assert [other["deleted"] for other in right[undetermined.KEY]] == [["pending", "a"]]
    told = {name: value for name, value in right.items() if name != undetermined.KEY}
    for deleted, agrees in ((["pending", "b"], True), (["pending", "a"], True), (["b", "pending"], False)):
        assert lifecycle.agrees("replicaset-pods-to-delete", {**told, "deleted": deleted}, right) is agrees


def test_the_message_of_either_failed_pod_agrees_and_no_other() -> None:
    right = lifecycle.answer("job-sync", TWO_FAILED)
    plain = {name: value for name, value in right.items() if name != undetermined.KEY}
    for pod, agrees in (("p0", True), ("p1", True), ("p2", False)):
        message = f"Container c for pod ns/{pod} failed with exit code 1 matching FailJob rule at index 0"
        conditions = [{**condition, "message": message} for condition in plain["conditions"]]
        assert lifecycle.agrees("job-sync", {**plain, "conditions": conditions}, right) is agrees


YOUNG_PODS = {
    "count": 2,
    "pods": [
        {"name": "a", "uid": "1", "node": "n", "phase": "Running", "ready": True, "readyForSeconds": 3},
        {"name": "b", "uid": "2", "node": "n", "phase": "Running", "ready": True, "readyForSeconds": 1},
        {"name": "pending", "uid": "3", "node": "n", "phase": "Pending"},
    ],
}
TWO_FAILED = {
    "backoffLimit": 6,
    "completionMode": "NonIndexed",
    "completions": 3,
    "parallelism": 3,
    "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1]}}]},
    "podReplacementPolicy": "Failed",
    "pods": [
        {"name": "p0", "phase": "Failed", "exitCode": 1, "finishedSecondsAgo": 9},
        {"name": "p1", "phase": "Failed", "exitCode": 1, "finishedSecondsAgo": 9},
        {"name": "p2", "phase": "Failed", "exitCode": 2, "finishedSecondsAgo": 9},
    ],
    "suspend": False,
    "templateRestartPolicy": "Never",
}
SCALED_UP = {"intOrPercent": "25%", "total": 9, "roundUp": True}
HALF_A_GIBIBYTE = {
    "containers": [{"name": "c0", "resources": {}}],
    "initContainers": [],
    "overhead": {"memory": "16Mi"},
    "resources": {"requests": {"memory": "544Mi"}},
}


def test_what_is_not_modelled_is_no_error_that_could_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    def outside(case: object) -> object:
        raise NotModelled("spec", f"{case} is outside")

    monkeypatch.setattr(lifecycle, "TOPICS", {"qos": outside})
    with pytest.raises(NotModelled):
        lifecycle.answer("qos", {})
