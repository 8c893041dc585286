"""State diagrams: what is on them, what runs shade, and that they are drawn whatever words they hold."""

import xml.etree.ElementTree as ET
from enum import Enum
from pathlib import Path

import msgspec
import pytest

from kubeproof.diagrams.graph import Tone
from kubeproof.diagrams.of_machine import of_machine, shortened
from kubeproof.diagrams.picture import source, text
from kubeproof.diagrams.render_dot import draw, save
from kubeproof.model.errors import BadInput
from kubeproof.model.logic.terms import TRUE, Term, all_of
from kubeproof.model.machine import BadValue, Machine, Step, boolean, one_of
from kubeproof.model.machines import MACHINES, machine
from kubeproof.model.run import Run
from tests.diagrams.test_render_dot import HOSTILE, words
from tests.machines.small import LIFT, PARCEL, closed, floor, key

LIFT_DRAWN = """\
lift, by its door

[start] Open
    -> Closed: guest: close

Closed
    stays: motor: go up, when floor < 2
    stays: motor: go down, when floor > 0
    -> Open: guest: open, when floor = 0 or floor = 2 or key
    -> Stuck: dust: jam, when not key

((Stuck))

Missing; no step leads here

in any state, without leaving it
    guest: ring, when not broken

What else it is made of: floor: 0 to 2; key, broken: true or false.
Assumed: nobody repairs it.
"""

LIFT_RUN = """\
lift, by its door

> [start] Open
  * -> Closed: guest: close

* Closed
  * stays: motor: go up, when floor < 2
    stays: motor: go down, when floor > 0
  * -> Open: guest: open, when floor = 0 or floor = 2 or key
    -> Stuck: dust: jam, when not key

((Stuck)); not seen

Missing; not seen

in any state, without leaving it
    guest: ring, when not broken

* seen: 2 of 3 states, 3 of 8 edges (a step from a state to a state)
> where it is now
What else it is made of: floor: 0 to 2; key, broken: true or false.
Assumed: nobody repairs it.
"""

LIFT_FLOORS = """\
lift, by its floor

[start] ((0)); over when door = Stuck
    -> 1: motor: go up, when door = Closed

((1)); over when door = Stuck
    -> 2: motor: go up, when door = Closed
    -> 0: motor: go down, when door = Closed

((2)); over when door = Stuck
    -> 1: motor: go down, when door = Closed

in any state, without leaving it
    guest: close, when door = Open
    guest: open, when door = Closed and (floor = 0 or floor = 2 or key)
    dust: jam, when door = Closed and not key
    guest: ring, when not broken

What else it is made of: door: one of Open, Closed, Stuck, Missing; key, broken: true or false.
Assumed: nobody repairs it.
"""


def happening(drawn: str) -> str:
    """The same picture of what can really happen: a stuck lift is broken, so nobody rings for it."""
    return (
        drawn.replace("in any state", "in Open, Closed")
        .replace("of 8 edges", "of 7 edges")
        .replace("Assumed:", "Drawn is what can really happen: every state was looked at.\nAssumed:")
    )


def ride() -> Run:
    return Run(LIFT, key=True).take("close", "go up", "go up", "open")


def test_a_machine_as_text() -> None:
    assert text(of_machine(LIFT)) == LIFT_DRAWN


def test_what_a_run_took_is_marked_and_counted() -> None:
    assert text(of_machine(LIFT, [ride().history], now=True)) == LIFT_RUN


def test_several_runs_are_one_coverage() -> None:
    other = Run(LIFT, key=False).take("ring", "close", "jam")
    picture = of_machine(LIFT, [ride().history, other.history])
    assert [state.tone for state in picture.states] == [Tone.OPEN, Tone.OPEN, Tone.OPEN, Tone.MUTED]
    assert picture.legend[0] == (Tone.OPEN, "seen: 3 of 3 states, 5 of 8 edges (a step from a state to a state)")
    taken = {line.step: line.taken for arrow in picture.arrows for line in arrow.lines}
    assert taken == {"close": True, "open": True, "jam": True}
    assert [line.taken for line in picture.staying[0].lines] == [True]


def test_another_variable_can_be_shown() -> None:
    assert text(of_machine(LIFT, shows="floor")) == LIFT_FLOORS


def test_steps_between_two_states_share_an_arrow() -> None:
    arrows = {(arrow.source, arrow.target): arrow for arrow in of_machine(machine("container")).arrows}
    assert len(arrows) == len(of_machine(machine("container")).arrows)
    running, terminated = 1, 2
    assert [line.step for line in arrows[running, terminated].lines][:3] == ["exit 0", "exit 1", "run out of memory"]


def test_a_state_that_nothing_leads_to_has_no_arrows() -> None:
    pod = of_machine(machine("pod"))
    unknown = [state.name for state in pod.states].index("Unknown")
    assert pod.states[unknown].tone is Tone.MUTED
    assert not [arrow for arrow in pod.arrows if unknown in (arrow.source, arrow.target)]


LONG = all_of(boolean(f"a{'o' * 50}ng{number}") for number in range(5))
MANY = all_of(boolean(f"condition{number}") for number in range(9))
GUARDS = (
    ("nothing to fulfil", TRUE, ""),
    ("a short one is whole", closed & (floor > 0), "door = Closed and floor > 0"),
    ("a long condition alone is whole", LONG.args[0], f"a{'o' * 50}ng0"),
    ("a long one ends early", MANY, f"{' and '.join(f'condition{number}' for number in range(6))} and …"),
    ("conditions that are long are left out", LONG & key, "key and …"),
    ("nothing but long conditions", LONG, "…"),
)


@pytest.mark.parametrize(("name", "guard", "short"), GUARDS, ids=[case[0] for case in GUARDS])
def test_guards_are_short(name: str, guard: Term, short: str) -> None:
    assert shortened(guard) == short


def test_a_variable_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(BadInput, match=r"^lift has no variable 'roof'; it has: door, floor, key, broken$"):
        of_machine(LIFT, shows="roof")


def test_a_machine_without_a_state_to_show_asks_for_one() -> None:
    lamp = boolean("lamp")
    switch = Machine("switch", start={lamp: False}, steps=(Step("press", by="hand", when=TRUE, sets={lamp: ~lamp}),))
    with pytest.raises(BadInput, match=r"^switch shows no variable: name one of lamp$"):
        of_machine(switch)
    assert [state.name for state in of_machine(switch, shows="lamp").states] == ["false", "true"]


def test_a_run_of_another_machine_is_refused() -> None:
    with pytest.raises(BadValue, match=r"^this is a run of 'lift', not of parcel$"):
        of_machine(PARCEL, [ride().history])


def test_every_state_is_a_box_and_every_arrow_one_line() -> None:
    picture = of_machine(PARCEL)
    lines = source(picture).splitlines()
    assert sum(line.startswith("    state") and "[shape=box" in line for line in lines) == len(picture.states) == 12
    assert sum(" -> state" in line and "label=<" in line for line in lines) == len(picture.arrows) == 30
    assert sum("peripheries=2" in line for line in lines) == 2
    assert sum(line.startswith("    start0") for line in lines) == 2


def test_what_no_run_took_is_pale() -> None:
    lines = source(of_machine(LIFT, [ride().history])).splitlines()
    jam = next(line for line in lines if line.startswith("    state1 -> state2"))
    close = next(line for line in lines if line.startswith("    state0 -> state1"))
    assert 'color="#c3ccd5"' in jam
    assert "<B>jam</B>" not in jam
    assert 'color="#0072b2"' in close
    assert "<B>close</B>" in close


def hostile(word: str) -> Machine:
    kind = Enum("kind", {"A": word, "B": f"{word} too"})
    one, other = one_of(word, kind), boolean(f"not {word}")
    step = Step(word, by=word, when=other, sets={one: kind["B"]})
    return Machine(word, {one: kind["A"], other: True}, (step,), ends=other, assumes=(word,))


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_name_is_more_than_words(word: str) -> None:
    machine = hostile(word)
    picture = of_machine(machine, [Run(machine).take(word).history], now=True)
    tree = ET.fromstring(draw(picture))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "polyline", "text", "ellipse"}
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert all(line.isprintable() for line in text(picture).splitlines())


@pytest.mark.parametrize("name", MACHINES)
def test_every_machine_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # the wheel draws alone
    picture = of_machine(machine(name))
    drawn = words(draw(picture))
    assert [state.name for state in picture.states if state.name not in drawn] == []
    tree = ET.fromstring(draw(picture))
    assert (
        float(tree.attrib["width"].removesuffix("pt")) * 96 / 72 < 1200
    )  # read at 900 pixels: 3/4 of its size at least


def test_a_picture_can_be_saved_as_text(tmp_path: Path) -> None:
    save(of_machine(LIFT), tmp_path / "lift.txt")
    assert (tmp_path / "lift.txt").read_text() == LIFT_DRAWN


def test_the_shown_variable_is_the_machines_own_choice() -> None:
    assert of_machine(msgspec.structs.replace(LIFT, shows=floor)).title == "lift, by its floor"
