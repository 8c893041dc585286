"""Machines as values: what they may say, how copies are made, and how one runs."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec
import pytest

from kubeproof.model.edges import edges
from kubeproof.model.errors import KubeproofError
from kubeproof.model.logic.text import text
from kubeproof.model.machine import (
    ANY,
    Machine,
    Step,
    after,
    before_and_after,
    between,
    boolean,
    one_of,
    shown,
    times,
    together,
)
from kubeproof.model.run import Run, replay
from kubeproof.model.state import coded, holds, initial, plain
from kubeproof.model.trace import Moment, Trace


class Light(Enum):
    RED = "red"
    GREEN = "green"


light, walks, count = one_of("light", Light), boolean("walks"), between("count", 0, 2)
LAMP = Machine(
    "lamp",
    start={light: Light.RED, walks: ANY, count: (0, 1)},
    steps=(
        Step("switch", by="clock", when=~walks, sets={light: light.eq(Light.RED).then(Light.GREEN, Light.RED)}),
        Step("walk", by="person", when=light.eq(Light.GREEN) & (count < 2), sets={walks: True, count: count + 1}),
        Step("arrive", by="person", when=walks, sets={walks: False}),
    ),
)


def test_it_starts_in_each_of_its_starts() -> None:
    assert [plain(LAMP, state) for state in initial(LAMP)] == [
        {"light": Light.RED, "walks": walking, "count": number} for walking in (False, True) for number in (0, 1)
    ]
    assert all(holds(LAMP, LAMP.initial, state) for state in initial(LAMP))
    assert not holds(LAMP, LAMP.initial, coded(LAMP, {"light": Light.GREEN, "walks": False, "count": 0}))


def test_a_run_takes_steps_goes_back_and_tells() -> None:
    run = Run(LAMP)
    assert run.state == "red"
    assert run.can() == ("switch",)
    assert run.take("switch", "walk").values == {"light": Light.GREEN, "walks": True, "count": 1}
    assert repr(run) == "<lamp: light=green, walks=true, count=1>"
    assert run.history.story.splitlines() == [
        "   0  starts with light=red, walks=false, count=0",
        "   1  clock: switch  light: red -> green",
        "   2  person: walk   walks: false -> true, count: 0 -> 1",
    ]
    assert run.undo().undo().undo().values == {"light": Light.RED, "walks": False, "count": 0}


def test_a_run_starts_where_one_wants() -> None:
    assert Run(LAMP, light=Light.GREEN, count=2).can() == ("switch",)


def test_a_machine_that_shows_nothing_runs_too() -> None:
    plain_machine = Machine(
        "counter", start={count: 0}, steps=(Step("add", by="me", when=count < 2, sets={count: count + 1}),)
    )
    assert Run(plain_machine).take("add", "add").can() == ()
    assert list(edges(plain_machine)) == []


def test_a_trace_is_replayed_to_the_letter() -> None:
    told = Run(LAMP).take("switch", "walk").history
    assert replay(LAMP, told).history == told


FALSE_TRACES = (
    (
        "a state that the step does not lead to",
        (Moment(("red", False, 0)), Moment(("red", False, 0), "switch", "clock")),
        None,
        "step 1, 'switch', leads to ('green', False, 0), not to ('red', False, 0)",
    ),
    (
        "a loop that does not close",
        (Moment(("red", False, 0)), Moment(("green", False, 0), "switch", "clock")),
        0,
        "the loop from step 0 does not come back to where it started",
    ),
    (
        "a step that is not possible",
        (Moment(("red", False, 0)), Moment(("red", True, 1), "walk", "person")),
        None,
        "lamp cannot 'walk' now: it needs light = green; it can: switch",
    ),
    ("a word that is no value", (Moment(("blue", False, 0)),), None, "light cannot be 'blue'; it is one of red, green"),
    ("a state that is too short", (Moment(("red",)),), None, "lamp has 3 variables, not 1"),
)


@pytest.mark.parametrize(
    ("moments", "loop", "says"), [row[1:] for row in FALSE_TRACES], ids=[row[0] for row in FALSE_TRACES]
)
def test_a_false_trace_is_refused(moments: tuple[Moment, ...], loop: int | None, says: str) -> None:
    with pytest.raises(KubeproofError) as refused:
        replay(LAMP, Trace("lamp", ("light", "walks", "count"), moments, loop))
    assert str(refused.value) == says


STEP = Step("x", by="me", when=~walks, sets={walks: True})


def _step(**changes: Any) -> Callable[[], object]:
    step = msgspec.structs.replace(STEP, **changes)
    return lambda: Machine("m", start={walks: False, light: Light.RED}, steps=(step,))


def _more() -> None:
    step = Step("more", by="me", when=count <= 2, sets={count: count + 2})
    Run(LAMP.with_steps(step), count=1).take("more")


WRONG = (
    (
        "a step that does not exist",
        lambda: Run(LAMP).take("jump"),
        "lamp has no step 'jump'; it has: switch, walk, arrive",
    ),
    ("a value of another sort", lambda: Run(LAMP, light=3), "light cannot be 3; it is one of red, green"),
    ("a number out of its range", lambda: Run(LAMP, count=7), "count cannot be 7; it is 0 to 2"),
    (
        "a variable that is not there",
        lambda: Run(LAMP, weight=7),
        "a state of lamp speaks of weight; its variables are light, walks, count",
    ),
    (
        "a step that leaves its sort",
        lambda: Run(LAMP.with_steps(Step("more", by="me", when=count <= 2, sets={count: count + 2})), count=1).take(
            "more"
        ),
        "lamp: step 'more' makes count 3, but it is 0 to 2 (in light=red, walks=false, count=1)",
    ),
    ("a guard over a stranger's variable", _step(when=count < 1), "m: step 'x' reads count, not its own"),
    (
        "an effect on a stranger's variable",
        _step(sets={count: 1}),
        "m: step 'x' sets count, which is no variable of that sort",
    ),
    ("an effect of another sort", _step(sets={walks: 1}), "m: step 'x' sets walks, which is no variable of that sort"),
    (
        "two steps of one name",
        lambda: Machine("m", {walks: False}, (STEP, STEP)),
        "m: two steps have one name: x",
    ),
    (
        "machines that start a shared variable differently",
        lambda: together("both", LAMP, Machine("other", start={walks: False}, steps=())),
        "both: walks starts in two ways",
    ),
)


@pytest.mark.parametrize(("make", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said(make: Callable[[], object], says: str) -> None:
    with pytest.raises(KubeproofError) as refused:
        make()
    assert str(refused.value) == says


def test_a_refused_step_leaves_the_run_where_it_was() -> None:
    run = Run(LAMP)
    with pytest.raises(KubeproofError):
        run.take("arrive")
    assert run.history.steps == ()


def test_copies_have_their_own_variables_and_share_what_they_share() -> None:
    two = times(LAMP, 2, shared=(light,))
    assert [one.name for one in two.vars] == ["light", "lamp1.walks", "lamp1.count", "lamp2.walks", "lamp2.count"]
    assert text(two.step("lamp2: walk").when) == "light = green and lamp2.count < 2"
    assert [[[str(one) for one in block] for block in group] for group in two.alike] == [
        [["lamp1.walks", "lamp1.count"], ["lamp2.walks", "lamp2.count"]]
    ]


def test_machines_side_by_side_share_equal_variables() -> None:
    other = Machine("dog", start={walks: ANY}, steps=(Step("bark", by="dog", when=walks, sets={}),))
    both = together("street", LAMP, other)
    assert [one.name for one in both.vars] == ["light", "walks", "count"]
    assert [step.name for step in both.steps] == ["lamp: switch", "lamp: walk", "lamp: arrive", "dog: bark"]


def test_edges_show_what_a_guard_still_asks() -> None:
    assert [(edge.step.name, shown(edge.source), shown(edge.target), text(edge.when)) for edge in edges(LAMP)] == [
        ("switch", "red", "green", "not walks"),
        ("switch", "green", "red", "not walks"),
        ("walk", "green", "green", "count < 2"),
        ("arrive", "red", "red", "walks"),
        ("arrive", "green", "green", "walks"),
    ]


def test_a_law_about_steps_becomes_one_about_states() -> None:
    told = {step.name: text(unbroken) for step, unbroken in before_and_after(LAMP, count <= after(count))}
    assert told["arrive"] == "not walks or count <= count"
    assert told["walk"] == "not (light = green and count < 2) or count <= count + 1"
