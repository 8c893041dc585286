"""Pinned runs: the file that --pin writes is a test that passes, and fails where the machine no longer does that."""

from pathlib import Path

import pytest

from kubeproof import pin
from kubeproof.model.machine import Machine
from kubeproof.model.state import NotEnabled
from kubeproof.properties.law import always, leads_to
from kubeproof.properties.queries.check import Asked, asked, check
from tests.kubeproof.test_cli import run
from tests.machines import small
from tests.machines.small import LIFT, closed, door, floor

pytestmark = pytest.mark.usefixtures("lift")

PINNED = '''\
"""Runs of kubeproof's machines, kept by `kubeproof check --pin`."""

import kubeproof as kp


def test_a_closed_door_opens_again() -> None:
    law = "VIOLATED: a closed door opens again"
    start: dict[str, bool | int | str] = {"door": "Open", "floor": 0, "key": False, "broken": False}
    steps = (
        ("close", {"door": "Closed"}),
        ("jam", {"door": "Stuck", "broken": True}),
    )
    run = kp.machines.LIFT.run(**start)
    assert run.values == start, law
    for step, changed in steps:
        assert run.take(step).changed == changed, law
    assert run.history.moments[2].state == run.history.moments[-1].state, law
'''


def ran(text: str) -> list[str]:
    """The names of the tests, each of which has run."""
    names: dict[str, object] = {}
    exec(text, names)  # noqa: S102  (written by --pin just before)
    found = [name for name in names if name.startswith("test_")]
    for name in found:
        test = names[name]
        assert callable(test)
        test()
    return found


def test_the_file_reads_well_and_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "test_lift.py"
    assert run(capsys, "check", "lift", "--law", "opens again", "--pin", str(file))[0] == 1
    assert file.read_text() == PINNED
    assert ran(PINNED) == ["test_a_closed_door_opens_again"]
    assert run(capsys, "check", "lift", "--law", "ground", "--pin", str(file))[0] == 1  # its own files may be replaced
    assert ran(file.read_text()) == ["test_a_lift_with_a_broken_door_is_on_the_ground"]


def test_it_fails_where_the_machine_does_that_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: Machine = LIFT.without_step("jam")
    monkeypatch.setattr("kubeproof.machines.machine", lambda name: changed)
    with pytest.raises(Exception, match="has no step 'jam'"):
        ran(PINNED)
    worn = LIFT.with_steps(LIFT.step("jam").__class__("jam", "dust", closed & (floor > 0), LIFT.step("jam").sets))
    monkeypatch.setattr("kubeproof.machines.machine", lambda name: worn)
    with pytest.raises(NotEnabled):
        ran(PINNED)


def test_a_run_that_shows_something_is_pinned_too() -> None:
    text = pin.source(check(asked(["lift"], "top")).shown)
    assert '    law = "PROVED: it reaches the top"' in text
    assert ran(text) == ["test_it_reaches_the_top"]


NAMES = (
    ("of quotes", "\"\"\"'''", "test_run"),
    ("of code", "x\"\nimport os; os.system('true') #", "test_x_import_os_os_system_true"),
    ("of escapes", "\\N{BULLET} \\", "test_n_bullet"),
    ("of nothing", "", "test_run"),
    ("of other letters", "ポッド", "test_run"),
    ("that is long", "very " * 100, "test" + "_very" * 19),
)


@pytest.mark.parametrize(("case", "name", "test"), NAMES, ids=[case[0] for case in NAMES])
def test_a_law_of_any_name_is_no_more_than_words(case: str, name: str, test: str) -> None:
    laws = [always(name, LIFT, floor.eq(0)), leads_to(name, LIFT, closed, door.eq(small.Door.OPEN))]
    text = pin.source(check([Asked("lift", law) for law in laws]).shown)
    assert text.isascii()
    assert ran(text) == [test, f"{test}_2"]
