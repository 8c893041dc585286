"""Studies from the command line: listed, told, counted, and refused by name."""

from __future__ import annotations

import json

import msgspec
import pytest

from kubeproof.properties.queries import studied
from kubeproof.properties.studies import STUDIES, named
from kubeproof.properties.studies.study import Case, OnProgress, Question, verdicts
from kubeproof.properties.verdict import Outcome, Verdict
from tests.kubeproof.test_cli import run


def test_without_a_name_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "study")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(STUDIES)


def test_one_is_told_with_its_source_its_verdicts_and_the_shortest_way(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "study", "rollout_deadlock")
    assert status == 0
    assert out.startswith(
        "rollout_deadlock: a rollout under required anti-affinity with no node to spare\n"
        "  https://github.com/kubernetes/kubernetes/issues/116891\n"
        "\n"
        "  A rollout that waits for ever: as many replicas as nodes, each node taken by required anti-affinity.\n"
    )
    assert "\n  as it was  VIOLATED  the rollout ends (deadlock: " in out
    assert "\n  mended     PROVED    the rollout ends  [as expected; " in out
    assert "\n  the rollout ends, as it was:\n   0  starts with time=5m0s, " in out
    assert "      then nothing more, for ever\n" in out


def test_several_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "study", "rollout_deadlock", "conflicting_spread")
    assert (status, out.splitlines()[-1]) == (0, "2 of 2 studies as expected")


def test_what_comes_out_otherwise_is_said_and_is_no(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(case: Case | Question, on_progress: OnProgress | None = None) -> list[Verdict]:
        return [msgspec.structs.replace(one, outcome=Outcome.UNKNOWN, why="cut off") for one in verdicts(case)]

    monkeypatch.setattr(studied, "verdicts", otherwise)
    status, out, _ = run(capsys, "study", "conflicting_spread")
    assert status == 1
    assert "  mended     UNKNOWN   all six pods are placed (cut off)  [EXPECTED PROVED; " in out


def test_who_interrupts_one_gets_what_is_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Case | Question] = []

    def interrupted(case: Case | Question, on_progress: OnProgress | None = None) -> list[Verdict]:
        begun.append(case)
        if len(begun) > len(named("conflicting_spread").cases) + 1:
            raise KeyboardInterrupt
        return verdicts(case)

    monkeypatch.setattr(studied, "verdicts", interrupted)
    status, out, _ = run(capsys, "study", "conflicting_spread", "rollout_deadlock", "sidecar_job")
    assert status == 3
    assert out.splitlines()[-5:] == [
        "  interrupted: UNKNOWN what becomes of the rest",
        "",
        "1 of 2 studies as expected",
        "",
        "UNKNOWN, for it was interrupted: sidecar_job",
    ]
    assert "  as it was  VIOLATED  the rollout ends (deadlock" in out


def test_a_search_that_is_interrupted_is_no_difference(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(case: Case | Question, on_progress: OnProgress | None = None) -> list[Verdict]:
        known = verdicts(case)
        return [msgspec.structs.replace(one, outcome=Outcome.UNKNOWN, why="cut off: interrupted") for one in known]

    monkeypatch.setattr(studied, "verdicts", cut)
    status, out, _ = run(capsys, "study", "rollout_deadlock", "--json")
    assert (status, json.loads(out)["interrupted"]) == (3, True)
    assert {one["cluster"] for one in json.loads(out)["verdicts"]} == {"as it was"}


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "study", "conflicting_spread", "--json")
    told = json.loads(out)
    assert (status, told["study"], told["asExpected"]) == (0, "conflicting_spread", True)
    assert [one["outcome"] for one in told["verdicts"]] == ["VIOLATED", "PROVED", "PROVED"]


def test_an_unknown_name_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "study", "titanic")
    assert (status, err) == (
        2,
        f"kubeproof: there is no study 'titanic'; there are {', '.join(STUDIES)}\n",
    )


def test_one_with_sizes_is_run_with_so_many_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "study", "tainted_domain", "--nodes", "12")
    assert status == 0
    assert "\n  12 nodes   VIOLATED  all pods are placed (deadlock: nobody has anything to do any more, " in out
    assert " steps of runs]\n" in out
    assert "as it was" not in out


WRONG = (
    (
        "of a study without sizes",
        ("rollout_deadlock", "--nodes", "9"),
        "kubeproof: --nodes: rollout_deadlock has one size; those with more: conflicting_spread, ",
    ),
    (
        "too few",
        ("conflicting_spread", "--nodes", "2"),
        "kubeproof: --nodes: conflicting_spread takes 3 nodes at least",
    ),
)


@pytest.mark.parametrize(("told", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_sizes_that_cannot_be(capsys: pytest.CaptureFixture[str], told: tuple[str, ...], expected: str) -> None:
    status, _, err = run(capsys, "study", *told)
    assert status == 2
    assert err.startswith(expected)
