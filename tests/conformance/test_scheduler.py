"""Golden scheduler cases recorded from kube-scheduler v1.34.1: every day an even sample, all of them at night."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance import golden, scheduler
from kubeproof.model.conformance.run import TOPICS, Report, run
from kubeproof.model.errors import BadInput

DATA = Path(__file__).parent / "data" / "scheduler"
NIGHTLY = os.environ.get("KUBEPROOF_PROFILE") == "nightly"


@pytest.mark.parametrize(
    ("kind", "sample", "compared"), [("scheduler", 400, "filter"), ("preemption", 150, "preemption")]
)
def test_the_model_agrees_with_kube_scheduler(kind: str, sample: int, compared: str) -> None:
    (file,) = DATA.glob(f"{kind}-v*.jsonl.gz")
    report = run([file], sample=0 if NIGHTLY else sample)
    assert not report.disagreements
    assert report.all_agree
    assert {row.topic for row in report.rows if row.total} == set(scheduler.TOPICS)
    assert sum(row.total for row in report.rows if row.topic == compared) > sample * 0.9


def written(folder: Path, *lines: Any, name: str = "cases.jsonl.gz") -> Path:
    file = folder / name
    with gzip.open(file, "wt", encoding="utf-8") as text:
        text.writelines((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return file


def objects(name: str, **parts: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, **parts}


POD = objects("p", spec={"containers": [{"name": "c", "resources": {"requests": {"cpu": "2"}}}], "priority": 5})
SMALL = objects("n1", status={"allocatable": {"cpu": "1", "pods": "10"}})
REFUSED = {"plugin": "NodeResourcesFit", "code": "UnschedulableAndUnresolvable", "reasons": ["Insufficient cpu"]}
TEXT = "0/1 nodes are available: 1 Insufficient cpu."
AFTER = "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
CASE: dict[str, Any] = {"id": "small", "nodes": [SMALL], "pods": [], "pod": POD}
EXPECT = {
    "result": "Unschedulable",
    "filter": {"n1": REFUSED},
    "message": f"{TEXT} {AFTER}",
    "messageNoPreemption": TEXT,
    "preemption": {"code": "Unschedulable", "message": AFTER},
}


def judged(folder: Path, case: Any = CASE, expect: Any = EXPECT, **options: Any) -> Report:
    return run([written(folder, {"case": case, "expect": expect})], **options)


def test_a_right_case_agrees(tmp_path: Path) -> None:
    report = judged(tmp_path)
    assert report.all_agree
    assert [(row.topic, row.agree, row.total) for row in report.rows] == [
        ("filter", 1, 1),
        ("message", 1, 1),
        ("preemption", 1, 1),
    ]


WRONG = {
    "another plugin": ("filter", {"filter": {"n1": {**REFUSED, "plugin": "NodePorts"}}}),
    "another code": ("filter", {"filter": {"n1": {**REFUSED, "code": "Unschedulable"}}}),
    "another reason": ("filter", {"filter": {"n1": {**REFUSED, "reasons": ["Insufficient memory"]}}}),
    "a node that fits": ("filter", {"filter": {"n1": "Success"}}),
    "a node that is not there": ("filter", {"filter": {"n1": REFUSED, "n2": REFUSED}}),
    "another result": ("filter", {"result": "Scheduled"}),
    "another text": ("message", {"message": f"{TEXT} "}),
    "a nomination": ("preemption", {"preemption": {"code": "Success", "nominatedNodes": ["n1"]}}),
}


@pytest.mark.parametrize(("topic", "change"), WRONG.values(), ids=WRONG)
def test_a_wrong_golden_line_is_a_disagreement(tmp_path: Path, topic: str, change: dict[str, Any]) -> None:
    report = judged(tmp_path, expect={**EXPECT, **change})
    (found,) = report.disagreements
    assert not report.all_agree
    assert (found.topic, found.line, found.case) == (topic, 1, "small")
    assert found.recorded != found.model


def test_a_plugins_own_wrong_verdict_is_a_disagreement(tmp_path: Path) -> None:
    own = {"NodeResourcesFit": {"nodes": {}}, "NodePorts": {"prefilter": "Skip"}}
    report = judged(tmp_path, expect={"result": "Unschedulable", "filterAll": own}, only=["plugin-filters"])
    rows = {row.plugin: (row.agree, row.total) for row in report.rows}
    assert rows == {"NodeResourcesFit": (0, 1), "NodePorts": (1, 1)}


def test_a_case_is_judged_by_its_own_scheduler_configuration(tmp_path: Path) -> None:
    head = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
    plugins = {"filter": {"disabled": [{"name": "NodeResourcesFit"}]}}
    case = {**CASE, "profile": {**head, "profiles": [{"plugins": plugins}]}}
    fits = {"result": "Scheduled", "filter": {"n1": "Success"}, "feasible": ["n1"]}
    assert judged(tmp_path, case=case, expect=fits, only=["filter"]).all_agree
    case = {**CASE, "profile": {**head, "extenders": [{}]}}
    report = judged(tmp_path, case=case, expect=fits, only=["filter"])
    assert [(row.total, row.missing) for row in report.rows] == [(0, {"extenders[0]": 1})]
    assert not report.all_agree, "nothing was compared"


def test_what_a_pod_asks_that_is_not_modelled_is_counted_apart(tmp_path: Path) -> None:
    pod = {**POD, "spec": {**POD["spec"], "resourceClaims": [{"name": "gpu"}]}}
    report = judged(tmp_path, case={**CASE, "pod": pod}, only=["filter"])
    assert [(row.total, row.missing) for row in report.rows] == [(0, {"spec.resourceClaims": 1})]


MARKS = {"NodeResourcesFit": [25, 25, 25], "TaintToleration": [0, 100, 300], "ImageLocality": [0, 0, 0]}
SCORED: dict[str, Any] = {
    "result": "Scheduled",
    "scores": {"n1": {"plugins": {**MARKS, "NodeResourcesBalancedAllocation": [75, 75, 75]}, "total": 400}},
    "best": ["n1"],
}
ROOMY = objects("n1", status={"allocatable": {"cpu": "4", "memory": "200Mi", "pods": "10"}})


def test_right_scores_agree(tmp_path: Path) -> None:
    report = judged(tmp_path, {**CASE, "nodes": [ROOMY]}, SCORED, only=["score"])
    assert not report.disagreements
    assert {row.plugin: (row.agree, row.total) for row in report.rows} == dict.fromkeys(
        ("", *MARKS, "NodeResourcesBalancedAllocation"), (1, 1)
    )


WRONG_SCORES = {
    "another score": ("NodeResourcesFit", {**MARKS, "NodeResourcesFit": [26, 25, 25]}),
    "another share of 100": ("TaintToleration", {**MARKS, "TaintToleration": [0, 99, 300]}),
    "another weight": ("TaintToleration", {**MARKS, "TaintToleration": [0, 100, 200]}),
    "a plugin that did not score": ("NodeAffinity", {**MARKS, "NodeAffinity": [0, 0, 0]}),
}


@pytest.mark.parametrize(("plugin", "marks"), WRONG_SCORES.values(), ids=WRONG_SCORES)
def test_a_wrong_golden_score_is_a_disagreement(tmp_path: Path, plugin: str, marks: dict[str, Any]) -> None:
    scores = {"n1": {"plugins": marks, "total": 400}}
    report = judged(tmp_path, {**CASE, "nodes": [ROOMY]}, {**SCORED, "scores": scores}, only=["score"])
    assert plugin in {found.plugin for found in report.disagreements}


def test_wrong_totals_and_wrong_best_nodes_are_disagreements(tmp_path: Path) -> None:
    changes: tuple[dict[str, Any], ...] = ({"best": []}, {"scores": {"n1": {**SCORED["scores"]["n1"], "total": 401}}})
    for change in changes:
        report = judged(tmp_path, {**CASE, "nodes": [ROOMY]}, {**SCORED, **change}, only=["score"])
        assert [found.plugin for found in report.disagreements] == [""]


def test_a_topic_that_is_not_known_is_named(tmp_path: Path) -> None:
    line = {"case": {"restartPolicy": "Never"}, "expect": "Pending"}
    report = run([written(tmp_path, line, line, name="weather-report-v1.36.2-train.jsonl.gz")])
    assert report.unknown == {"weather-report": 2}
    assert not report.all_agree


def test_a_lifecycle_file_is_known_by_its_name(tmp_path: Path) -> None:
    right = {"case": {"intOrPercent": "25%", "total": 9, "roundUp": True}, "expect": {"value": 3}}
    wrong = {**right, "expect": {"value": 2}}
    report = run([written(tmp_path, right, wrong, name="intstr-scaling-v1.36.2-other.jsonl.gz")])
    assert [(row.topic, row.agree, row.total) for row in report.rows] == [("intstr-scaling", 1, 2)]
    assert [found.line for found in report.disagreements] == [2]


BROKEN = {
    "not JSON": ("{", "not a line of JSON"),
    "no object": ("[]", "neither a case"),
    "no expectation": ({"case": {}}, "neither a case"),
    "nested without end": ("[" * 100_000, "not a line of JSON"),
    "no metadata": ({"case": {**CASE, "nodes": [{}]}, "expect": EXPECT}, "an object of nodes has no metadata"),
    "a wrong type": (
        {"case": {**CASE, "nodes": [objects("n", spec=3)]}, "expect": EXPECT},
        "Expected `object | null`, got `int`",
    ),
    "no pods' list": ({"case": {**CASE, "pods": 3}, "expect": EXPECT}, "cannot be read as a case"),
}


@pytest.mark.parametrize(("line", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_by_file_and_line(tmp_path: Path, line: Any, problem: str) -> None:
    file = written(tmp_path, {"case": CASE, "expect": EXPECT}, line)
    with pytest.raises(BadInput, match=re.escape(problem)) as caught:
        run([file])
    assert (caught.value.file, caught.value.line) == (str(file), 2)


def test_a_file_that_is_not_gzip_is_named(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl.gz"
    file.write_text("{}\n")
    with pytest.raises(BadInput, match=r"plain.jsonl.gz.*cannot be read as gzip"):
        run([file])


def test_a_file_that_ends_early_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, {"case": CASE, "expect": EXPECT})
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(BadInput, match="cannot be read as gzip"):
        run([file])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        run([tmp_path / "none.jsonl.gz"])


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "LONGEST_LINE", 100)
    with pytest.raises(BadInput, match="more than 100 bytes"):
        run([written(tmp_path, '"' + "x" * 200 + '"')])


def test_a_topic_that_only_names_wrongly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no topic 'filters'; topics are filter, "):
        judged(tmp_path, only=["filters"])
    assert {"filter", "plugin-filters", "message", "score", "preemption", "queue", "qos"} <= set(TOPICS)


@pytest.mark.parametrize("sample", [1, 3, 7, 10, 50])
def test_a_sample_has_so_many_cases_evenly_spread(tmp_path: Path, sample: int) -> None:
    file = written(tmp_path, *range(10))
    numbers = [line.number for line in golden.read(file, sample)]
    assert len(numbers) == min(sample, 10)
    gaps = {after - before for before, after in itertools.pairwise(numbers)}
    assert max(gaps, default=0) - min(gaps, default=0) <= 1
