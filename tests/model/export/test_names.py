"""Names and remarks that another language takes, whatever the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.export.names import identifiers, remark

CASES = (
    ("words are joined", ["exit code"], ["v_exit_code"]),
    ("two that look alike are told apart", ["a b", "a_b", "A-B"], ["v_a_b", "v_a_b__2", "v_A_B__3"]),
    ("one text twice is two names", ["a", "a"], ["v_a", "v_a__2"]),
    ("nothing that can be said", ["*/", ""], ["v_nameless", "v_nameless__2"]),
    ("a number does not stand first", ["9"], ["v_9"]),
)


@pytest.mark.parametrize(("says", "texts", "names"), CASES, ids=[case[0] for case in CASES])
def test_names(says: str, texts: list[str], names: list[str]) -> None:
    assert identifiers(texts, "v_") == names, says


@given(st.lists(st.text()))
def test_names_are_safe_and_no_two_alike(texts: list[str]) -> None:
    names = identifiers(texts, "v_")
    assert len({name.lower() for name in names}) == len(texts)
    assert all(re.fullmatch(r"v_[A-Za-z0-9_]+", name) for name in names)


@given(st.text() | st.text(alphabet="*/()\\\n ?"))
def test_a_remark_ends_no_comment_and_no_line(text: str) -> None:
    said = remark(text)
    assert said.isascii()
    assert said.isprintable() or not said
    assert not any(sign in said for sign in ("*/", "/*", "(*", "*)", "??/"))
    assert not said.endswith("\\")
