"""The commands about machines, run in this process: what they print, on which stream, and their exit status."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubeproof.model.machines import MACHINES
from kubeproof.model.run import Run
from kubeproof.model.trace_json import written
from kubeproof.properties.engines import explore
from tests.diagrams.test_of_machine import LIFT_DRAWN, happening
from tests.kubeproof.test_cli import run
from tests.machines.small import LIFT
from tests.model.test_trace import STORY
from tests.properties.queries.test_check import ALL_HOLD, BROKEN

pytestmark = pytest.mark.usefixtures("lift")

GROUND = "a lift with a broken door is on the ground"


def saved(folder: Path, *traces: Run) -> str:
    (folder / "run.json").write_text(written([trace.history for trace in traces]))
    return str(folder / "run.json")


def test_a_diagram_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "diagram", "lift") == (0, happening(LIFT_DRAWN), "")
    status, floors, _ = run(capsys, "diagram", "LIFT", "--shows", "floor")
    assert (status, floors.splitlines()[0]) == (0, "lift, by its floor")


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph"), ("txt", b"lift")]
)
def test_a_diagram_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str, begins: bytes) -> None:
    out = tmp_path / f"lift.{ending}"
    assert run(capsys, "diagram", "lift", "-o", str(out)) == (0, "", "")
    assert out.read_bytes().startswith(begins)


def test_coverage_counts_what_runs_took(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = saved(tmp_path, Run(LIFT).take("close", "jam"), Run(LIFT).take("ring"))
    status, out, _ = run(capsys, "diagram", "lift", "--coverage", file)
    assert status == 0
    assert "* seen: 3 of 3 states, 3 of 7 edges (a step from a state to a state)\n" in out
    assert "  * -> Stuck: dust: jam, when not key\n" in out


def test_laws_that_hold_are_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", "lift") == (0, f"{ALL_HOLD}\n", "")


def test_a_broken_law_has_its_story_and_the_command_shows_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = run(capsys, "check", "lift", "--law", GROUND)
    story = "\n".join(line[4:] for line in BROKEN.splitlines()[4:8])
    assert status == 1
    assert story in "\n".join(line[4:] for line in out.splitlines())
    assert f"    again: kubeproof check lift --law '{GROUND}' --json | kubeproof replay lift -\n" in out

    _, told, _ = run(capsys, "check", "lift", "--law", GROUND, "--json")
    monkeypatch.setattr("kubeproof.model.manifests.read.content", lambda name: told.encode() if name == "-" else b"")
    assert run(capsys, "replay", "lift", "-") == (0, f"{story}\n", "")


def test_several_machines_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "check", "lift", "memory", "--law", "a ")
    assert status == 1
    assert "\nlift: a stuck door means a broken lift " in out
    assert "\nmemory: " in out


def test_a_search_that_is_cut_off_is_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "check", "lift", "--law", "top", "--limit", "1")
    assert status == 3
    assert "cut off: more than 1 states\n" in out


def test_an_interrupted_search_is_undecided(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explore, "explore", interrupted)
    status, out, err = run(capsys, "check", "lift", "--engine", "all")
    assert (status, err) == (3, "")
    assert out.count("cut off: interrupted\n") == 12


def test_a_counterexample_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "run.svg"
    status, _, err = run(capsys, "check", "lift", "--law", "door", "--picture", str(picture))
    assert (status, err) == (1, "drew the first of 2 runs\n")
    words = [text.strip() for text in ElementTree.parse(picture).getroot().itertext()]
    assert GROUND in words
    assert "jam" in words


def test_no_run_to_draw_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "run.svg"
    status, _, err = run(capsys, "check", "lift", "--law", "stuck", "--picture", str(picture))
    assert (status, err) == (0, "no run was found that could be pinned or drawn\n")
    assert not picture.exists()


def test_a_machine_is_exported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "export", "lift", "--to", "promela")
    assert status == 0
    assert "a stuck door means a broken lift" in out
    assert run(capsys, "export", "lift", "--to", "promela", "-o", str(tmp_path / "lift.pml")) == (0, "", "")
    assert (tmp_path / "lift.pml").read_text() == out


def test_a_module_of_tla_is_in_a_file_of_its_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "export", "lift", "--to", "tla")
    assert status == 0
    assert out.startswith("---- MODULE M_lift ----\n")
    wrong, right = tmp_path / "lift.tla", tmp_path / "M_lift.tla"
    error = f"kubeproof: {wrong}: the module in it must be called as its file is: name the file M_lift.tla\n"
    assert run(capsys, "export", "lift", "--to", "tla", "-o", str(wrong)) == (2, "", error)
    beside = tmp_path / "M_lift.cfg"
    assert run(capsys, "export", "lift", "--to", "tla", "-o", str(right)) == (0, "", f"wrote {beside} too\n")
    assert right.read_text() == out
    assert beside.read_text().startswith("SPECIFICATION ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["M_lift.cfg", "M_lift.tla"]


def test_a_run_is_replayed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = saved(tmp_path, Run(LIFT).take("close", "go up", "ring", "jam"))
    assert run(capsys, "replay", "lift", file) == (0, f"{STORY}\n", "")
    picture = tmp_path / "run.txt"
    assert run(capsys, "replay", "lift", file, "--picture", str(picture))[0] == 0
    assert picture.read_text().startswith("lift\n")


KNOWN = ", ".join(MACHINES)
UNUSABLE = (
    ("an unknown machine", ["diagram", "boat"], f"there is no machine 'boat'; there are {KNOWN}, lift"),
    (
        "an unknown machine among others",
        ["check", "lift", "boat"],
        f"there is no machine 'boat'; there are {KNOWN}, lift",
    ),
    (
        "an unknown engine",
        ["check", "lift", "--engine", "guess"],
        "there is no engine 'guess'; there are search, prove, fuzz, all",
    ),
    ("an unknown export", ["export", "lift", "--to", "prose"], "there is no export to 'prose'; there are promela, tla"),
    (
        "an unknown variable",
        ["diagram", "lift", "--shows", "roof"],
        "lift has no variable 'roof'; it has: door, floor, key, broken",
    ),
    (
        "an unknown format",
        ["diagram", "lift", "-o", "a.pdf"],
        "a.pdf: a picture's name ends in one of .svg, .png, .dot, .gv, .txt",
    ),
    ("a run that is not there", ["replay", "lift", "a.json"], "a.json: cannot be read: No such file or directory"),
    (
        "a pin that pytest does not collect",
        ["check", "lift", "--pin", "run.py"],
        "run.py: pytest collects tests from files that are named test_….py",
    ),
    (
        "a pin over other work",
        ["check", "lift", "--pin", __file__],
        f"{__file__}: was not written by --pin, so it is not overwritten",
    ),
)


@pytest.mark.parametrize(("name", "arguments", "error"), UNUSABLE, ids=[case[0] for case in UNUSABLE])
def test_what_cannot_be_used_is_one_line(
    capsys: pytest.CaptureFixture[str], name: str, arguments: list[str], error: str
) -> None:
    assert run(capsys, *arguments) == (2, "", f"kubeproof: {error}\n")


def test_a_run_of_another_machine_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = saved(tmp_path, Run(LIFT))
    for command in (["replay", "pod", file], ["diagram", "pod", "--coverage", file]):
        assert run(capsys, *command) == (2, "", "kubeproof: this is a run of 'lift', not of pod\n")


def test_json_of_a_check_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "check", "lift", "--json")
    answer = json.loads(out)
    assert answer["outcome"] == "PROVED"
    assert [verdict["law"] for verdict in answer["verdicts"]][1].startswith("it happens: ")
    assert set(answer["verdicts"][0]) == {
        *("machine", "law", "form", "engine", "outcome", "why", "states", "transitions", "depth", "complete"),
        *("assumes", "trace"),
    }
