"""kubectl's own apply: a three-way merge of what was applied last, of the object, and of the manifest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.controlplane.fields import kubectl
from kubeproof.model.controlplane.fields.owners import LAST_APPLIED
from kubeproof.model.errors import BadInput, NotModelled

Json = Any


def spec(**fields: Json) -> Json:
    return {"metadata": {"name": "web"}, "spec": fields}


def listed(*names: str, **fields: Json) -> list[Json]:
    return [{"name": name, **fields} for name in names]


MERGES = (
    ("what is said is set", spec(), spec(), spec(replicas=3), spec(replicas=3)),
    ("what is said no more goes", spec(replicas=3), spec(replicas=5, paused=True), spec(), spec(paused=True)),
    ("what somebody else set stays", spec(), spec(replicas=5), spec(), spec(replicas=5)),
    ("what is said again is set again", spec(replicas=3), spec(replicas=5), spec(replicas=3), spec(replicas=3)),
    ("a null takes away", spec(replicas=3), spec(replicas=3), spec(replicas=None), spec()),
    ("elements are merged by their key", spec(containers=listed("a")), spec(containers=listed("a", image="x")),
     spec(containers=listed("a", "b")), spec(containers=[{"name": "a", "image": "x"}, {"name": "b"}])),
    ("an element that is said no more goes", spec(containers=listed("a", "b")), spec(containers=listed("a", "b", "c")),
     spec(containers=listed("a")), spec(containers=listed("a", "c"))),
    ("what only the object has stays before what was behind it", spec(), spec(containers=listed("a", "x", "b")),
     spec(containers=listed("b", "a")), spec(containers=listed("x", "b", "a"))),
    ("what only the object has comes behind what is new", spec(), spec(containers=listed("x")),
     spec(containers=listed("a", "b")), spec(containers=listed("a", "b", "x"))),
    ("other lists are replaced", spec(), spec(tolerations=[{"key": "a"}]), spec(tolerations=[{"key": "b"}]),
     spec(tolerations=[{"key": "b"}])),
    ("ports of containers by containerPort", spec(), spec(ports=[{"containerPort": 80, "name": "x"}]),
     spec(ports=[{"containerPort": 80}]), spec(ports=[{"containerPort": 80, "name": "x"}])),
    ("ports of Services by port", spec(), spec(ports=[{"port": 80, "nodePort": 30080}]),
     spec(ports=[{"port": 80}]), spec(ports=[{"port": 80, "nodePort": 30080}])),
    ("a strategy that is told anew is told whole", spec(strategy={"type": "RollingUpdate"}),
     spec(strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}), spec(strategy={"type": "Recreate"}),
     spec(strategy={"type": "Recreate"})),
    ("finalizers are merged one by one", {"metadata": {"finalizers": ["x/a"]}},
     {"metadata": {"finalizers": ["x/a", "x/b"]}}, {"metadata": {"finalizers": ["x/c"]}},
     {"metadata": {"finalizers": ["x/c", "x/b"]}}),
)  # fmt: skip


@pytest.mark.parametrize(("last", "held", "given", "made"), [row[1:] for row in MERGES], ids=[row[0] for row in MERGES])
def test_what_comes_of_applying(last: Json, held: Json, given: Json, made: Json) -> None:
    assert kubectl.merged(last, held, given) == made


def test_a_directive_is_not_modelled() -> None:
    with pytest.raises(NotModelled, match="a directive of a strategic merge patch"):
        kubectl.merged({}, {}, spec(**{"$patch": "replace"}))


def test_the_annotation_says_what_was_applied_last() -> None:
    once = kubectl.patched({}, spec(replicas=3))
    scaled = {**once, "spec": {"replicas": 5, "paused": True}}
    assert kubectl.patched(scaled, spec())["spec"] == {"paused": True}


HOSTILE = (
    ("no JSON", "{", "what was applied last cannot be read: "),
    ("no object", "[]", "what was applied last cannot be read: Expected `object`, got `array`"),
)


@pytest.mark.parametrize(("told", "words"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_an_annotation_that_cannot_be_read_is_told(told: str, words: str) -> None:
    held = {"metadata": {"annotations": {LAST_APPLIED: told}}}
    with pytest.raises(BadInput) as wrong:
        kubectl.patched(held, spec())
    assert words in str(wrong.value)
    assert wrong.value.path == f"metadata.annotations.{LAST_APPLIED}"


def test_elements_that_were_none_are_left_alone() -> None:
    made = kubectl.merged(spec(containers=["x"]), spec(containers=listed("a")), spec(containers=listed("b")))
    assert made == spec(containers=listed("b", "a"))


VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "env"]), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, max_size=3)


@given(last=OBJECTS, held=OBJECTS, told=OBJECTS)
def test_applying_twice_is_applying_once(last: Json, held: Json, told: Json) -> None:
    once = kubectl.merged(last, held, told)
    assert kubectl.merged(told, once, told) == once


@given(held=OBJECTS, told=OBJECTS)
def test_what_was_applied_to_nothing_and_is_said_no_more_leaves_what_there_was(held: Json, told: Json) -> None:
    there = {name: value for name, value in held.items() if name not in told}
    assert kubectl.merged(told, kubectl.merged({}, there, told), {}) == there
