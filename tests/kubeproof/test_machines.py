"""kp.machines: what there is, running one, and what a notebook shows."""

from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof.model import machines
from kubeproof.model.errors import BadInput
from kubeproof.model.machine import BadValue, UnknownStep
from kubeproof.model.state import NotEnabled
from kubeproof.properties.verdict import Outcome
from tests.diagrams.test_of_machine import LIFT_DRAWN, LIFT_RUN, happening
from tests.machines.small import Door

pytestmark = pytest.mark.usefixtures("lift")


def test_all_machines_are_listed_in_upper_case() -> None:
    listed = [name.upper() for name in machines.MACHINES]
    assert repr(kp.machines) == f"<machines: {', '.join(listed)}>"
    assert sorted(listed) == dir(kp.machines)
    assert "POD" in listed
    assert kp.machines.POD.machine.name == "pod"


def test_an_unknown_machine_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"^there is no machine 'BOAT'; there are POD, CONTAINER, .*, LIFT$"):
        _ = kp.machines.BOAT


def test_a_machine_says_what_it_is_made_of() -> None:
    assert repr(kp.machines.LIFT) == (
        "<lift: 4 variables, 6 steps>\n"
        "  door (one of Open, Closed, Stuck, Missing), floor (0 to 2), key (true or false), broken (true or false)\n"
        "  close, open, go up, go down, jam, ring"
    )


def test_a_run_is_moved_by_names_and_says_where_it_is() -> None:
    run = kp.machines.LIFT.run(key=True)
    assert repr(run) == "<lift: Open; it can: close, ring>"
    assert run.changed == {}
    assert run.take("close").changed == {"door": "Closed"}
    assert repr(run.take("go up")) == "<lift: Closed after 2 steps; it can: open, go up, go down, ring>"
    assert run.values == {"door": "Closed", "floor": 1, "key": True, "broken": False}
    assert run.history.steps == ("close", "go up")
    assert run.undo().state == "Closed"
    assert run.can() == ("open", "go up", "ring")
    assert repr(kp.machines.LIFT.run(door="Stuck", broken=True)) == "<lift: Stuck; it can: nothing more>"


@pytest.mark.parametrize("start", ["Closed", Door.CLOSED])
def test_a_run_starts_where_one_says_in_words_or_values(start: str | Door) -> None:
    assert kp.machines.LIFT.run(door=start).state == "Closed"


def test_what_cannot_be_is_refused_with_the_way_out() -> None:
    lift = kp.machines.LIFT
    with pytest.raises(BadValue, match=r"^door cannot be 'Ajar'; it is one of Open, Closed, Stuck, Missing$"):
        lift.run(door="Ajar")
    with pytest.raises(BadValue, match=r"^a state of lift speaks of roof; its variables are door, floor, key, broken$"):
        lift.run(roof="high")
    with pytest.raises(UnknownStep, match=r"^lift has no step 'fly'; it has: close, open, go up, go down, jam, ring$"):
        lift.run().take("fly")
    with pytest.raises(NotEnabled, match=r"^lift cannot 'jam' now: it needs door = Closed; it can: close, ring$"):
        lift.run().take("jam")
    with pytest.raises(BadInput, match=r"^there is no export to 'prose'; there are promela, tla$"):
        lift.export("prose")


def test_laws_are_at_hand_and_checked() -> None:
    lift = kp.machines.LIFT
    assert lift.laws[0].name == "a stuck door means a broken lift"
    assert lift.check().outcome is Outcome.PROVED
    assert lift.check("opens again").outcome is Outcome.VIOLATED
    assert lift.check(lift.studies[0]).findings[0].again.startswith("kubeproof check lift --law ")
    assert lift.check(lift.laws[0], engine="prove").outcome is Outcome.PROVED


def test_a_counterexample_is_replayed() -> None:
    lift = kp.machines.LIFT
    trace = lift.check("opens again").findings[0].verdict.trace
    assert trace
    assert repr(lift.replay(trace)) == "<lift: Stuck after 2 steps; it can: nothing more>"


def test_a_notebook_shows_pictures(tmp_path: Path) -> None:
    lift = kp.machines.LIFT
    run = lift.run(key=True).take("close", "go up", "go up", "open")
    assert f"{lift.diagram()!r}\n" == happening(LIFT_DRAWN)
    assert f"{run.diagram()!r}\n" == happening(LIFT_RUN)
    for shown in (lift, run, run.diagram()):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"] == repr(shown)
        assert "<svg" in bundle["image/svg+xml"]
    lift.diagram(run.history).save(tmp_path / "lift.txt")
    assert "seen: 2 of 3 states" in (tmp_path / "lift.txt").read_text()


def test_without_a_program_that_draws_a_notebook_shows_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str, **_: object) -> None:
        return None

    monkeypatch.setattr("shutil.which", nothing)
    assert kp.machines.LIFT._repr_mimebundle_() == {"text/plain": repr(kp.machines.LIFT)}


def test_a_machine_is_exported() -> None:
    assert "a stuck door means a broken lift" in kp.machines.LIFT.export("promela")
