"""Recordings of a real control plane (v1.36.2) are followed: each event is a step that the model allows."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance.run import run
from kubeproof.model.errors import BadInput
from kubeproof.model.recording.account import Account, Accounts
from kubeproof.model.recording.comparing import differences
from kubeproof.model.recording.fields import not_compared
from kubeproof.model.recording.follow import follow
from kubeproof.model.recording.lines import documents, of_file, read

DATA = Path(__file__).parents[2] / "conformance" / "data" / "controlplane" / "recordings"


def lines_of(name: str) -> list[Any]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


NAMES = sorted(path.name.removesuffix(".jsonl.gz") for path in DATA.iterdir())

MOST_OPTIONS = 2.0
"""Options an event, on average: a model that allows everything would offer far more."""


def account(name: str) -> Account:
    return follow(of_file(DATA / f"{name}.jsonl.gz"))


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_a_recording_is_explained(name: str) -> None:
    found = account(name)
    assert found.unexplained == ()
    assert found.overdue == ()
    assert found.total > 15
    assert found.options <= MOST_OPTIONS * found.agree
    assert set(found.not_modelled) <= {"Event"}


def test_a_rollout_is_explained_by_those_who_do_it() -> None:
    assert account("a-roll-25-25-r3").explained == {
        "replicaset-controller": 32,
        "kubelet": 30,
        "deployment-controller": 27,
        "node-lifecycle-controller": 6,
        "scheduler": 6,
        "user": 5,
        "ttl-controller": 3,
    }


def test_a_stream_of_kubectl_is_followed_without_knowing_what_users_asked() -> None:
    text = "\n".join(
        json.dumps({"type": one["type"], "object": one["object"]}, indent=1)
        for one in lines_of("a-roll-25-25-r3")
        if one["type"] in ("ADDED", "MODIFIED", "DELETED")
    )
    found = follow(read(documents(text, "stdin"), "stdin"))
    assert (found.agree, found.total, found.given) == (108, 108, 1)
    assert found.explained["somebody outside, as not recorded"] == 4


def test_recordings_are_a_topic_of_conformance() -> None:
    (row,) = run([DATA / "e-preempt-choose-node.jsonl.gz"]).rows
    assert (row.topic, row.agree, row.total, row.missing) == ("recording", 27, 27, {"Event": 6})


def test_what_is_not_compared_is_told_by_path() -> None:
    raw = {
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "env": []}]},
        "status": {"hostIP": ""},
    }
    assert list(not_compared("Pod", raw)) == ["Pod spec.containers[].env", "Pod status.hostIP"]


def test_an_account_tells_what_is_not_explained() -> None:
    lines = lines_of("e-preempt-choose-node")
    bound = next(
        one
        for one in lines
        if "rv" in one
        and one.get("kind") == "Pod"
        and "object" in one
        and one["object"]["spec"].get("nodeName") == "n1"
    )
    bound["object"]["spec"]["nodeName"] = "n9"
    text = Accounts((follow(read(enumerate(lines, 1), "mutated")),)).text
    assert "e-preempt-choose-node: " in text
    assert f"revision {bound['rv']}: MODIFIED Pod" in text
    assert "node: 'n1' predicted, 'n9' seen" in text


BAD: tuple[tuple[str, list[Any], str], ...] = (
    ("a file without events", [{"type": "META", "startTime": "2026-01-01T00:00:00Z"}], "holds no watch events"),
    ("an event without an object", [{"type": "ADDED", "rv": 1, "t": 0}], "cannot be read as an event"),
    ("an event that is a list", [[1]], "cannot be read as an event"),
    ("a start that is no time", [{"type": "META", "startTime": "noon"}], "cannot be read as an event"),
    (
        "a pod whose phase is a number",
        [{"type": "ADDED", "rv": 1, "t": 0, "kind": "Pod", "object": {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": []}, "status": 7}}],
        "status",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("lines", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_no_recording_is_refused_in_one_line(lines: list[Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        follow(read(enumerate(lines, start=1), "bad"))


def test_documents_are_told_apart_and_a_bad_one_is_named_by_its_line() -> None:
    assert list(documents('{"a": 1}\n{"a":\n 2}', "x")) == [(1, {"a": 1}), (2, {"a": 2})]
    with pytest.raises(BadInput, match="x:2: not JSON"):
        list(documents('{"a": 1}\n{', "x"))


def test_equal_objects_have_no_differences() -> None:
    assert list(differences((1, 2), (1, 2))) == []
    assert [str(one) for one in differences({"a": 1}, {"a": 2})] == ["[a]: 1 predicted, 2 seen"]
