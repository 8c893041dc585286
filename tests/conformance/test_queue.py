"""Golden queues, recorded from kube-scheduler v1.34.1: every day an even sample, all of them at night."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance import golden, queue
from kubeproof.model.conformance.run import run

(FILE,) = (Path(__file__).parent / "data" / "scheduler").glob("queue-v*.jsonl.gz")
SAMPLE = 0 if os.environ.get("KUBEPROOF_PROFILE") == "nightly" else 100


def test_every_step_of_every_queue() -> None:
    report = run([FILE], sample=SAMPLE)
    assert not report.disagreements
    (row,) = report.rows
    assert (row.topic, row.agree) == ("queue", row.total)
    assert row.total >= max(SAMPLE, 1)


@pytest.fixture(scope="module", name="line")
def a_line_with_preemption() -> Any:
    lines = (line.content for line in golden.read(FILE))
    return next(line for line in lines if any(step["result"] == "Preempting" for step in line["expect"]["steps"]))


def changed(line: Any, **step: Any) -> Any:
    """The expectation with its first step that preempts told otherwise."""
    steps = line["expect"]["steps"]
    at = next(at for at, one in enumerate(steps) if one["result"] == "Preempting")
    return {**line["expect"], "steps": [*steps[:at], {**steps[at], **step}, *steps[at + 1 :]]}


WRONG: dict[str, dict[str, Any]] = {
    "another node": {"nominatedNode": "elsewhere"},
    "another victim": {"victims": ["default/somebody"]},
    "another text": {"message": ""},
    "another round": {"round": 2},
}


@pytest.mark.parametrize("step", WRONG.values(), ids=WRONG)
def test_a_wrong_step_is_a_disagreement(line: Any, step: dict[str, Any]) -> None:
    check = queue.check(line["case"], changed(line, **step))
    (number,) = check.want
    assert number.startswith("step ")
    assert check.want[number] == {**check.got[number], **step}


def test_a_step_too_few_is_a_disagreement(line: Any) -> None:
    steps = line["expect"]["steps"]
    check = queue.check(line["case"], {**line["expect"], "steps": steps[:-1]})
    assert check.want == {f"step {len(steps)}": None}


def test_a_wrong_placement_is_a_disagreement(line: Any) -> None:
    assert queue.check(line["case"], line["expect"]).want == queue.check(line["case"], line["expect"]).got
    check = queue.check(line["case"], {**line["expect"], "placement": {}})
    assert check.want != check.got


def test_what_a_queue_asks_that_is_not_modelled_is_counted_apart(line: Any, tmp_path: Path) -> None:
    head = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
    case = {**line["case"], "profile": {**head, "extenders": [{}]}}
    file = tmp_path / "queue.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as text:
        text.write(json.dumps({"case": case, "expect": line["expect"]}))
    assert [(row.total, row.missing) for row in run([file]).rows] == [(0, {"extenders[0]": 1})]
    assert not run([file], only=["filter"]).rows


def node(name: str, cpu: int) -> Any:
    return {"metadata": {"name": name}, "status": {"allocatable": {"cpu": str(cpu), "memory": "4Gi", "pods": "9"}}}


def pod(name: str, cpu: int, priority: int = 0, on: str = "") -> Any:
    where = {"nodeName": on} if on else {}
    container = {"name": "c", "resources": {"requests": {"cpu": str(cpu)}}}
    return {"metadata": {"name": name}, "spec": {"containers": [container], "priority": priority, **where}}


def answer(*pending: Any, rounds: int = 1, preemption: bool = True, pods: Any = (), size: int = 2) -> Any:
    options = {"preemption": preemption, "maxRounds": rounds}
    return queue.answer(
        {"nodes": [node("b", size), node("a", size)], "pods": pods, "pending": pending, "options": options}
    )


def steps(said: Any) -> list[tuple[str, str, str]]:
    return [
        (one["pod"].split("/")[1], one["result"], one.get("node") or one.get("nominatedNode") or "")
        for one in said["steps"]
    ]


def test_priority_goes_first_and_of_equal_nodes_the_first_by_name() -> None:
    said = answer(pod("low", 1), pod("high", 1, 5))
    assert steps(said) == [("high", "Scheduled", "a"), ("low", "Scheduled", "b")]
    assert said["steps"][0]["best"] == ["a", "b"]


def test_who_preempts_goes_to_the_end_of_its_class_and_what_was_bound_does_not_come_back() -> None:
    there = [pod("x", 2, on="a"), pod("y", 2, on="b")]
    said = answer(pod("one", 2, 5), pod("two", 2, 5), pod("late", 1), pods=there)
    assert steps(said) == [
        ("one", "Preempting", "a"),
        ("two", "Preempting", "b"),
        ("one", "Scheduled", "a"),
        ("two", "Scheduled", "b"),
        ("late", "Unschedulable", ""),
    ]
    assert said["steps"][0]["tiedNominatedNodes"] == ["a", "b"]


def test_without_preemption_nothing_is_said_of_it() -> None:
    said = answer(pod("one", 3, 5), pods=[pod("x", 2, on="a")], preemption=False)
    assert said["steps"][0]["message"] == "0/2 nodes are available: 2 Insufficient cpu."


def test_rounds_go_on_while_something_happens() -> None:
    assert answer(pod("one", 3), rounds=3)["rounds"] == 1
    said = answer(pod("big", 3, 5), pod("small", 1), rounds=3)
    assert (said["rounds"], len(said["steps"])) == (2, 3)
    assert said["placement"] == {"default/big": "", "default/small": "a"}


def test_gated_pods_are_not_tried() -> None:
    gated = pod("gated", 1)
    gated["spec"]["schedulingGates"] = [{"name": "wait"}]
    said = answer(gated)
    assert (said["steps"], said["placement"]) == ([], {"default/gated": "(gated)"})
