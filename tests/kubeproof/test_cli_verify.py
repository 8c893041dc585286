"""Verify from the command line: what is proved, what is broken and how, and what was not decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kubeproof.test_cli import run

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: x, resources: {requests: {cpu: "2"}}}]
"""
NODES = ("--nodes", "n{1..2} cpu=3 memory=4Gi")
HOPED = "in the end every Deployment has all its pods available, of its newest template"


def web(tmp_path: Path, replicas: int) -> str:
    file = tmp_path / "web.yaml"
    file.write_text(WEB.replace("REPLICAS", str(replicas)))
    return str(file)


def test_with_room_for_a_lost_node_everything_is_proved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "verify", web(tmp_path, 1), *NODES)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("PROVED    revisions only grow  [")
    assert [line.split()[0] for line in lines[:6]] == ["PROVED"] * 6
    assert all(line.endswith("worlds, complete]") for line in lines[:6])


def test_without_room_the_shortest_way_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, "--law", "in the end every")
    assert status == 1
    assert out.startswith(f"VIOLATED  {HOPED} (it waits for ever: ")
    story = out.split("the shortest way to break it\n")[1]
    assert "  10m0s  environment: changes lease n" in story
    assert "taint-eviction-controller: reports pod " in story
    assert "without a node: empty -> web-" in story


def test_where_nothing_happens_the_same_cluster_is_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, "--budget", "")
    assert status == 0


def test_a_pod_that_somebody_deletes_comes_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, "--budget", "pod-deleted=1", "--json")
    told = json.loads(out)
    assert (status, told["outcome"], told["rested"]) == (0, "PROVED", True)
    assert {one["law"] for one in told["verdicts"]} >= {HOPED, "the cluster comes to rest"}


def test_what_is_cut_off_is_unknown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, "--limit", "20")
    assert status == 3
    assert "UNKNOWN" in out
    assert "cut off]" in out


REFUSED = (
    (("--budget", "meteor=1"), "--budget: nothing is called 'meteor'; a budget names node-lost, pod-deleted"),
    (("--budget", "node-lost=many"), "--budget: 'many' is not a number from 1 to 9"),
    (("--law", "world peace"), "no law contains 'world peace'; there are: revisions only grow; "),
)


@pytest.mark.parametrize(("options", "says"), REFUSED)
def test_what_cannot_be_asked_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    status, _, err = run(capsys, "verify", web(tmp_path, 1), *NODES, *options)
    assert status == 2
    assert err.startswith(f"kubeproof: {says}")


def test_something_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = "kubeproof: nothing to verify: name a file or folder, or - for standard input\n"
    assert run(capsys, "verify") == (2, "", said)
