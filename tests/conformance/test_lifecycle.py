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

from kubeproof.model.conformance import in_place, lifecycle
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
