"""Checking: a line for each law and engine, stories, what is selected, and what an interruption leaves."""

from collections.abc import Sequence

import pytest
import z3

from kubeproof.model.errors import BadInput
from kubeproof.model.machine import after
from kubeproof.properties.engines import explore
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.law import Law, every_step
from kubeproof.properties.queries.check import Asked, Engine, asked, check, engine_named, known
from kubeproof.properties.queries.checked import Checked, Finding
from kubeproof.properties.verdict import Outcome, Verdict
from tests.machines.small import LAWS, LIFT, closed

pytestmark = pytest.mark.usefixtures("lift")

ALL_HOLD = """\
law                               engine  outcome  states  transitions  depth
a stuck door means a broken lift  search  PROVED   14      32           4      complete
it moves one floor at a time      search  PROVED   14      32           4      complete
it reaches the top                search  PROVED   14      32           4      complete
premises that happen, so that no law holds for want of a case: 1 of 1

assumed:
  nobody repairs it"""

BROKEN = """\
law                                         engine  outcome             states  transitions  depth
a lift with a broken door is on the ground  search  VIOLATED (3 steps)  11      19           3
    it says: whenever broken: always floor = 0
    but dust is everywhere
       0  starts with door=Open, floor=0, key=false, broken=false
       1  guest: close  door: Open -> Closed
       2  motor: go up  floor: 0 -> 1
       3  dust: jam     door: Closed -> Stuck, broken: false -> true
    there: floor=1, broken=true
    again: kubeproof check lift --law 'a lift with a broken door is on the ground' --json | kubeproof replay lift -
a closed door opens again                   search  VIOLATED (2 steps)  14      32           4      complete
    it says: whenever door = Closed: in the end door = Open
    but it may jam
       0  starts with door=Open, floor=0, key=false, broken=false
       1  guest: close  door: Open -> Closed
       2  dust: jam     door: Closed -> Stuck, broken: false -> true
          then nothing more, for ever
    again: kubeproof check lift --law 'a closed door opens again' --json | kubeproof replay lift -

assumed:
  nobody repairs it
  weak fairness: a fair step that stays possible is taken at some time"""

CUT_OFF = """\
law                 engine  outcome  states  transitions  depth
it reaches the top  search  UNKNOWN  2       0            0      cut off: more than 1 states

assumed:
  nobody repairs it"""


def test_a_line_for_each_law_and_at_the_end_what_they_rest_on() -> None:
    found = check(asked(["lift"]))
    assert found.text == ALL_HOLD
    assert found.outcome is Outcome.PROVED


def test_what_is_broken_is_followed_by_its_story() -> None:
    questions = [one for part in ("on the ground", "opens again") for one in asked(["lift"], part)]
    found = check(questions)
    assert found.text == BROKEN
    assert found.outcome is Outcome.VIOLATED


def test_a_broken_step_shows_both_sides() -> None:
    law = every_step("a closed door stays closed", LIFT, after(closed.args[0]).eq(closed.args[1]), when=closed)
    lines = check([Asked("lift", law)]).text.splitlines()
    assert "    it says: whenever door = Closed: across every step (x' is x behind it) door' = Closed" in lines
    assert lines[lines.index("    before: door=Closed") + 1] == "    behind: door=Open"


def test_a_search_that_is_cut_off_is_undecided() -> None:
    found = check(asked(["lift"], "top"), limit=1)
    assert found.text == CUT_OFF
    assert found.outcome is Outcome.UNKNOWN


def test_every_engine_has_a_line_and_what_one_decides_is_decided() -> None:
    found = check(asked(["lift"], "stuck"), Engine.ALL)
    assert [(one.engine, one.verdict.outcome.value) for one in found.findings] == [
        ("search", "PROVED"),
        ("prove", "PROVED"),
        ("fuzz", "HELD"),
    ]
    assert found.outcome is Outcome.PROVED
    assert check(asked(["lift"], "stuck"), Engine.FUZZ).outcome is Outcome.HELD


OUTCOMES: tuple[tuple[str, list[list[str]], str], ...] = (
    ("all hold", [["PROVED"], ["PROVED"]], "PROVED"),
    ("one was not searched whole", [["PROVED"], ["HELD"]], "HELD"),
    ("one is undecided", [["PROVED"], ["UNKNOWN"], ["HELD"]], "UNKNOWN"),
    ("one is broken", [["UNKNOWN"], ["VIOLATED"]], "VIOLATED"),
    ("one engine decided what another did not", [["UNKNOWN", "PROVED", "HELD"]], "PROVED"),
    ("one engine broke what another did not", [["HELD", "VIOLATED"]], "VIOLATED"),
    ("nothing was asked", [], "UNKNOWN"),
)


@pytest.mark.parametrize(("name", "told", "outcome"), OUTCOMES, ids=[case[0] for case in OUTCOMES])
def test_the_outcome_of_all_is_the_worst_law(name: str, told: list[list[str]], outcome: str) -> None:
    findings = [
        Finding("lift", law, engine.value, Verdict(law.name, "", Outcome(one)))
        for law, own in zip(LAWS, told, strict=False)
        for engine, one in zip(Engine, own, strict=False)
    ]
    assert Checked(tuple(findings)).outcome.value == outcome


@pytest.mark.parametrize("engine", ["prove", "fuzz"])
def test_the_command_that_shows_a_run_again_asks_the_same_engine(engine: str) -> None:
    (found,) = check(asked(["lift"], "on the ground"), engine_named(engine)).findings
    assert found.verdict.outcome is Outcome.VIOLATED
    assert found.again == (
        f"kubeproof check lift --law 'a lift with a broken door is on the ground' --engine {engine} --json"
        " | kubeproof replay lift -"
    )


SELECTED = (
    ("all laws, and that their premises happen", "", ["a stuck", "it happens", "it moves", "it reaches"]),
    ("a part of a name, studies too", "door", ["a stuck", "a lift with", "a closed", "a door that"]),
    ("in any case", "DOOR OPENS", ["a closed"]),
    ("a whole name alone, though others contain it", "it reaches the top", ["it reaches"]),
)


@pytest.mark.parametrize(("name", "text", "begins"), SELECTED, ids=[case[0] for case in SELECTED])
def test_laws_are_selected_by_their_names(name: str, text: str, begins: list[str]) -> None:
    found = [one.law.name for one in asked(["lift"], text)]
    assert len(found) == len(begins)
    assert all(law.startswith(begin) for law, begin in zip(found, begins, strict=True))


def test_a_text_that_no_law_contains_lists_the_laws() -> None:
    with pytest.raises(BadInput) as bad:
        asked(["lift"], "roof")
    assert str(bad.value) == (
        "no law contains 'roof'; there are: a stuck door means a broken lift; it moves one floor at a time; "
        "it reaches the top; a lift with a broken door is on the ground; a closed door opens again; "
        "a door that closes stays closed"
    )


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"^there is no machine 'boat'; there are pod, container, .*, lift$"):
        known("boat")
    with pytest.raises(BadInput, match=r"^there is no engine 'guess'; there are search, prove, fuzz, all$"):
        engine_named("guess")
    assert known("POD") == known("pod") == "pod"
    assert known("pod-worker") == "pod_worker"


def test_an_interrupted_search_says_so_and_nothing_more_is_asked() -> None:
    asked_of: list[str] = []

    def interrupt(seen: Progress) -> None:
        raise KeyboardInterrupt

    questions = [*asked(["lift"], "stuck"), *asked(["lift"], "opens again")]
    found = check(questions, Engine.ALL, on_progress=interrupt, on_law=lambda engine, law: asked_of.append(engine))
    assert asked_of == ["search"]
    assert [(one.engine, one.verdict.outcome.value, one.verdict.why) for one in found.findings] == [
        ("search", "UNKNOWN", "cut off: interrupted"),
        ("prove", "UNKNOWN", "interrupted"),
        ("fuzz", "UNKNOWN", "interrupted"),
        ("search", "UNKNOWN", "interrupted"),
        ("prove", "UNKNOWN", "interrupted"),
        ("fuzz", "UNKNOWN", "interrupted"),
    ]


def test_one_search_answers_all_laws_but_what_happens_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = explore.explore, list[int]()

    def counted(laws: Sequence[Law], **rest: object) -> list[Verdict]:
        calls.append(len(laws))
        return real(laws)

    monkeypatch.setattr(explore, "explore", counted)
    questions: list[Asked] = asked(["lift"], "a ")
    check(questions)
    assert sorted(calls) == [1, len(questions) - 1]


def test_json_has_the_runs() -> None:
    data = check(asked(["lift"], "opens again")).data()
    assert data["outcome"] == "VIOLATED"
    (verdict,) = data["verdicts"]
    assert (verdict["machine"], verdict["form"], verdict["engine"]) == ("lift", "leads to", "search")
    assert [moment["step"] for moment in verdict["trace"]["moments"]] == ["", "close", "jam"]
    assert verdict["trace"]["loop"] == 2


def test_an_interrupted_proof_is_undecided_and_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda solver, *assumed: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda solver: "canceled")  # as z3 says of a Ctrl-C
    found = check(asked(["lift"]), Engine.PROVE)
    assert {one.verdict.why for one in found.findings} == {"interrupted"}
    assert found.outcome is Outcome.UNKNOWN
