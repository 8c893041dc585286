"""`kubeproof conform` as it is typed: its exit statuses, its text and its JSON."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kubeproof.cli import run

DATA = Path("tests/conformance/data/controlplane/recordings")
BASIC = DATA / "l-kubelet-admission-direct.jsonl.gz"


def lines() -> list[Any]:
    with gzip.open(BASIC, "rt") as file:
        return [json.loads(line) for line in file]


def written(path: Path, events: list[Any]) -> str:
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)
    return str(path)


def test_a_recording_that_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["conform", str(BASIC)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("l-kubelet-admission-direct: 19 of 19 events explained\n")
    assert "  not modelled: Event 1\n" in said
    assert "not compared: Node status.addresses, " in said


def test_json_has_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["conform", str(BASIC), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["agree"], found["total"]) == (19, 19)
    assert found["recordings"][0]["notModelled"] == {"Event": 1}


def test_an_event_that_is_not_explained_is_told_with_its_guard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = lines()
    failed = next(one for one in events if one.get("kind") == "Pod" and "OutOfcpu" in json.dumps(one.get("object")))
    failed["object"]["status"]["message"] = "Pod was rejected: for fun"
    assert run(["conform", written(tmp_path / "x.jsonl.gz", events)]) == 1
    said = capsys.readouterr().out
    assert f"revision {failed['rv']}: MODIFIED Pod l-ka-direct/cpu is not explained" in said
    assert "'Pod was rejected: for fun' seen" in said


def test_kinds_that_are_not_modelled_alone_decide_nothing(tmp_path: Path) -> None:
    events = [one for one in lines() if one["type"] == "META" or one.get("kind") == "Event"]
    assert run(["conform", written(tmp_path / "x.jsonl.gz", events)]) == 3


def test_what_is_no_recording_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["conform", written(tmp_path / "x.jsonl.gz", [{"type": "META"}])]) == 2
    assert run(["conform", str(tmp_path / "none.json")]) == 2
    assert [line.count("\n") for line in capsys.readouterr().err.splitlines()] == [0, 0]
