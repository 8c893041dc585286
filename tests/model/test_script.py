"""Scripts: what is read, and what is wrong with what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeproof.model import script
from kubeproof.model.errors import BadInput, KubeproofError
from kubeproof.model.script import STEPS, OnNode, Scale, parsed, seconds, text

GOOD = """\
events:
- {at: 1m30s, cordon: n1}
- at: 10
  scale: {object: deployment/web, replicas: 5}
  uncordon: n2
"""


def test_events_are_in_the_order_of_their_times_with_their_places() -> None:
    assert [(one.at, one.name, one.step, one.path) for one in parsed(GOOD)] == [
        (10, "scale", Scale("deployment/web", 5), "events[1].scale"),
        (10, "uncordon", OnNode("n2"), "events[1].uncordon"),
        (90, "cordon", OnNode("n1"), "events[0].cordon"),
    ]


def test_a_script_written_again_says_the_same() -> None:
    first = parsed(GOOD)
    assert [one[:3] for one in parsed(text(first))] == [one[:3] for one in first]


BAD = (
    ("a step that nobody knows", "- {at: 1s, scal: {}}",
     "ev.yaml:1: [0].scal: unknown step 'scal' (did you mean scale?)"),
    ("a field of another step", "- at: 1s\n  scale: {object: rs/web, replica: 5}",
     "ev.yaml:2: [0].scale.replica: unknown field 'replica'; scale has: object, replicas"),
    ("a field that is missing", "- scale: {object: rs/web}", "ev.yaml:1: [0].scale: the field replicas is missing"),
    ("a wrong type", "- scale: {object: rs/web, replicas: many}",
     "ev.yaml:1: [0].scale.replicas: expected a whole number, got 'many'"),
    ("a time that is none", "- {at: soon, cordon: n1}",
     "ev.yaml:1: [0].at: 'soon' is not a duration like 30s, 2m or 1h30m"),
    ("a time before the start", "- {at: -1s, cordon: n1}",
     "ev.yaml:1: [0].at: '-1s' is not a duration in whole seconds from 0 on"),
    ("a part of a second", "- {at: 1500ms, cordon: n1}",
     "ev.yaml:1: [0].at: '1500ms' is not a duration in whole seconds from 0 on"),
    ("a duration inside of a step", "- probe-fail: {pod: p, lasts: long}",
     "ev.yaml:1: [0].probe-fail.lasts: 'long' is not a duration like 30s, 2m or 1h30m"),
    ("an event that is a text", "- cordon", "ev.yaml:1: [0]: an event is a mapping: {at: 30s, STEP: ...}"),
    ("an event without a step", "- {at: 1s}", f"ev.yaml:1: [0]: no step; the steps are: {', '.join(STEPS)}"),
    ("no list", "events: 5", "ev.yaml:1: events: a script is a list of events, each with `at` and one step"),
    ("nothing at all", "", "ev.yaml: a script is a list of events, each with `at` and one step"),
    ("another field at the top", "events: []\nname: x",
     "ev.yaml:2: name: unknown field 'name'; a script is a list of events"),
    ("two documents", "[]\n---\n[]", "ev.yaml:2: a script is one document"),
    ("what is no YAML", "- {",
     "ev.yaml:2: is not YAML: did not find expected node content, while parsing a flow node"),
    ("a lag without a component", "- {at: 1s, lag: {}}",
     "ev.yaml:1: [0].lag: the field component is missing"),
)  # fmt: skip


@pytest.mark.parametrize(("told", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_told_with_its_place(
    told: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ev.yaml").write_text(told)
    with pytest.raises(KubeproofError) as caught:
        script.load("ev.yaml")
    assert str(caught.value) == words
    assert isinstance(caught.value, BadInput)


@pytest.mark.parametrize(("told", "found"), [("90s", 90), ("1h1m1s", 3661), (7, 7), ("0", 0)])
def test_durations(told: str | int, found: int) -> None:
    assert seconds(told) == found
