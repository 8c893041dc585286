"""Traces: their story, and JSON that anybody may have written."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.errors import BadInput, KubeproofError
from kubeproof.model.machine import BadValue
from kubeproof.model.run import Run, replay
from kubeproof.model.trace import Moment, Trace
from kubeproof.model.trace_json import parsed, problems, read, written
from tests.machines.small import LIFT, PARCEL

JAM = Run(LIFT).take("close", "go up", "ring", "jam").history

STORY = """\
   0  starts with door=Open, floor=0, key=false, broken=false
   1  guest: close  door: Open -> Closed
   2  motor: go up  floor: 0 -> 1
   3  guest: ring   nothing changes
   4  dust: jam     door: Closed -> Stuck, broken: false -> true"""

LONG_STORY = """\
   0  starts with one with a long name=false, another with a long name=false, the last one of the three=false
   1  hand: flip  one with a long name: false -> true, another with a long name: false -> true,
                  the last one of the three: false -> true
      then from step 0 on, for ever"""


def test_a_story_tells_each_step_and_what_it_changed() -> None:
    assert JAM.story == STORY


def test_a_long_line_of_a_story_goes_on_below() -> None:
    names = ("one with a long name", "another with a long name", "the last one of the three")
    trace = Trace("three", names, (Moment((False,) * 3), Moment((True,) * 3, "flip", "hand")), loop=0)
    assert trace.story == LONG_STORY


def test_a_run_that_stays_for_ever_says_so() -> None:
    assert msgspec.structs.replace(JAM, loop=4).story == f"{STORY}\n      then nothing more, for ever"


@pytest.mark.parametrize("traces", [[JAM], [JAM, msgspec.structs.replace(JAM, loop=0)]], ids=["one", "several"])
def test_json_comes_back_as_it_was(traces: list[Trace], tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(written(traces))
    assert list(read(file)) == traces


def test_json_is_plain() -> None:
    assert json.loads(written([Run(LIFT).take("close").history])) == {
        "subject": "lift",
        "names": ["door", "floor", "key", "broken"],
        "moments": [
            {"state": ["Open", 0, False, False], "step": "", "by": ""},
            {"state": ["Closed", 0, False, False], "step": "close", "by": "guest"},
        ],
        "loop": None,
    }


GOOD = msgspec.to_builtins(Run(LIFT).take("close").history)
START, STEP = GOOD["moments"]
BAD: tuple[tuple[str, object, str], ...] = (
    ("nothing", "", "f.json: this is no trace: Input data was truncated"),
    ("no JSON", "{]", "f.json: this is no trace: JSON is malformed: object keys must be strings (byte 1)"),
    ("null", None, "f.json: this is no trace: Expected `object`, got `null`"),
    ("no traces", [], "f.json: there is no trace in it"),
    ("an answer without a run", {"verdicts": [{"trace": None}]}, "f.json: there is no trace in it"),
    (
        "an answer of another shape",
        {"verdicts": 3},
        "f.json: this is no trace: Expected `array`, got `int` - at `$.verdicts`",
    ),
    ("an object of another kind", {"kind": "Pod"}, "f.json: this is no trace: Object missing required field `subject`"),
    (
        "a value that no variable has",
        GOOD | {"moments": [START | {"state": [1.5]}]},
        "f.json: this is no trace: Expected `bool | int | str`, got `float` - at `$.moments[0].state[0]`",
    ),
    ("no moments", GOOD | {"moments": []}, "f.json: this is no trace: it has no moments"),
    (
        "a state that is too short",
        GOOD | {"moments": [START, STEP | {"state": ["Open"]}]},
        "f.json: this is no trace: moment 1 has 1 values for 4 names",
    ),
    ("a step before the start", GOOD | {"moments": [STEP]}, "f.json: this is no trace: moment 0 has a step before it"),
    ("no step between", GOOD | {"moments": [START, START]}, "f.json: this is no trace: moment 1 has no step before it"),
    (
        "a loop to nowhere",
        GOOD | {"loop": 2},
        "f.json: this is no trace: its loop leads to moment 2, which is not there",
    ),
    (
        "a loop to before",
        GOOD | {"loop": -1},
        "f.json: this is no trace: its loop leads to moment -1, which is not there",
    ),
    (
        "a name twice",
        GOOD | {"names": ["door", "floor", "key", "door"]},
        "f.json: this is no trace: two variables have one name",
    ),
)


@pytest.mark.parametrize(("name", "told", "error"), BAD, ids=[case[0] for case in BAD])
def test_what_is_no_trace_is_one_line(name: str, told: object, error: str) -> None:
    data = told if isinstance(told, str) else json.dumps(told)
    with pytest.raises(BadInput) as bad:
        parsed(data.encode(), "f.json")
    assert str(bad.value) == error


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"verdicts":' + b"[" * 100_000, b"\xff\xfe", b'{"subject":"\xff"}', b"9" * 9999]
)
def test_hostile_bytes_are_one_line(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"^f\.json: this is no trace: ") as bad:
        parsed(data, "f.json")
    assert str(bad.value).isprintable()


@given(
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda own: (
            st.lists(own)
            | st.dictionaries(
                st.sampled_from(["subject", "names", "moments", "state", "verdicts", "trace", "loop"]), own
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_trace_or_one_line(data: bytes) -> None:
    found: tuple[Trace, ...] = ()
    error = ""
    try:
        found = parsed(data, "f.json")
    except BadInput as bad:
        error = str(bad)
    assert bool(found) is not bool(error)
    assert error.isprintable()
    assert not [problem for trace in found for problem in problems(trace)]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match=r"^missing\.json: cannot be read: No such file or directory$"):
        read("missing.json")


WRONG = (
    ("another machine's", GOOD | {"subject": "pod"}, "this is a run of 'pod', not of lift"),
    (
        "other variables",
        GOOD | {"names": ["gate", "floor", "key", "broken"]},
        "a run of lift tells door, floor, key, broken, and this one gate, floor, key, broken",
    ),
    (
        "a value that the variable does not have",
        GOOD | {"moments": [START | {"state": ["Ajar", 0, False, False]}]},
        "door cannot be 'Ajar'; it is one of Open, Closed, Stuck, Missing",
    ),
    (
        "a number that it does not have",
        GOOD | {"moments": [START | {"state": ["Open", 3, False, False]}]},
        "floor cannot be 3; it is 0 to 2",
    ),
    (
        "an unknown step",
        GOOD | {"moments": [START, STEP | {"step": "fly"}]},
        "lift has no step 'fly'; it has: close, open, go up, go down, jam, ring",
    ),
    (
        "a step that is not possible",
        GOOD | {"moments": [START, STEP | {"step": "jam"}]},
        "lift cannot 'jam' now: it needs door = Closed; it can: close, ring",
    ),
    (
        "a step that leads elsewhere",
        GOOD | {"moments": [START, STEP | {"step": "ring"}]},
        "step 1, 'ring', leads to ('Open', 0, False, False), not to ('Closed', 0, False, False)",
    ),
    ("a loop that does not close", GOOD | {"loop": 0}, "the loop from step 0 does not come back to where it started"),
)


@pytest.mark.parametrize(("name", "told", "error"), WRONG, ids=[case[0] for case in WRONG])
def test_a_trace_that_the_machine_does_not_follow_is_one_line(name: str, told: object, error: str) -> None:
    (trace,) = parsed(json.dumps(told).encode())
    with pytest.raises(KubeproofError) as bad:
        replay(LIFT, trace)
    assert str(bad.value) == error


def test_what_was_written_is_replayed() -> None:
    (trace,) = parsed(written([JAM]).encode())
    assert replay(LIFT, trace).history == JAM
    with pytest.raises(BadValue, match=r"^this is a run of 'lift', not of parcel$"):
        replay(PARCEL, trace)
