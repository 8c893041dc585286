"""Runs as pictures: what each step changed is marked, and a loop leads back."""

import xml.etree.ElementTree as ET

import msgspec
import pytest

from kubeproof.diagrams.of_trace import of_trace
from kubeproof.diagrams.picture import source, text
from kubeproof.diagrams.render_dot import draw
from kubeproof.model.run import Run
from kubeproof.model.trace import Moment, Trace
from tests.diagrams.test_render_dot import HOSTILE, words
from tests.machines.small import LIFT

RIDE = Run(LIFT, key=True).take("close", "go up", "go down", "open").history
ROUND = msgspec.structs.replace(RIDE, loop=0)

RIDE_DRAWN = """\
a lift comes back

                   door      floor
0  starts          Open      0
1  guest: close    Closed *  0
2  motor: go up    Closed    1 *
3  motor: go down  Closed    0 *
4  guest: open     Open *    0
then from 0 on, for ever

All along: key=true, broken=false.
"""


def test_a_run_as_text_marks_what_changed() -> None:
    assert text(of_trace(ROUND, "a lift comes back")) == RIDE_DRAWN


def test_a_run_that_can_only_stay_says_so() -> None:
    jam = Run(LIFT).take("close", "jam").history
    assert "then nothing more, for ever" in text(of_trace(msgspec.structs.replace(jam, loop=2)))


def test_each_state_is_a_box_each_step_an_arrow_and_the_loop_leads_back() -> None:
    lines = source(of_trace(ROUND)).splitlines()
    arrows = [line.split("[")[0].strip() for line in lines if " -> " in line]
    assert arrows == [*(f"state{at} -> state{at + 1}" for at in range(4)), "state4:e -> state0:e"]
    assert sum(line.startswith("    state") and " -> " not in line for line in lines) == 5
    assert not [line for line in source(of_trace(RIDE)).splitlines() if "constraint=false" in line]


def test_what_changed_is_bold() -> None:
    after_close = next(line for line in source(of_trace(RIDE)).splitlines() if line.startswith("    state1 ["))
    assert "<B>Closed</B>" in after_close
    assert "<B>0</B>" not in after_close


def test_a_run_of_no_steps_is_a_picture_too() -> None:
    still = of_trace(Run(LIFT).history)
    assert text(still) == "lift\n\n\n0  starts\n\nAll along: door=Open, floor=0, key=false, broken=false.\n"
    assert "nothing changes" in words(draw(still))


def test_many_variables_go_below_one_another() -> None:
    names = tuple(f"variable{number}" for number in range(30))
    trace = Trace("many", names, (Moment((False,) * 30), Moment((True,) * 30, "flip", "hand")))
    width = ET.fromstring(draw(of_trace(trace))).attrib["width"]
    assert float(width.removesuffix("pt")) * 96 / 72 < 1000


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_name_is_more_than_words(word: str) -> None:
    trace = Trace(word, (word,), (Moment((word,)), Moment((f"{word}2",), word, word)), loop=0)
    tree = ET.fromstring(draw(of_trace(trace)))
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {
        "svg",
        "g",
        "title",
        "polygon",
        "path",
        "text",
    } | {"polyline"}
    assert all(line.isprintable() for line in text(of_trace(trace)).splitlines())
