"""Label selectors: the corners of the grammar, and what no recorded case shows."""

from __future__ import annotations

import pytest
from lightkube.models import meta_v1

from kubeproof.model.objects.selectors import (
    EVERYTHING,
    NOTHING,
    BadSelector,
    Requirement,
    check_for_nodes,
    checked,
    of_label_selector,
    of_labels,
    parse,
)

PARSED = (
    ("no text asks for nothing", "", ""),
    ("blanks alone too", " \t", ""),
    ("requirements are sorted by key", "b,a", "a,b"),
    ("of one key the order stays", "a=2,a!=1", "a=2,a!=1"),
    ("in and notin may be keys and values", "in in (notin,in),notin", "in in (in,notin),notin"),
    ("values are sorted and said once", "a in (c,b,c)", "a in (b,c)"),
    ("no value is the empty value", "a in ()", "a in ()"),
    ("so is one left out", "a in (,b)", "a in (,b)"),
    ("an equals sign may end the text", "a=", "a="),
    ("or stand before a comma", "a=,b", "a=,b"),
    ("signs need no blanks", "!a,b==c,d!=e,f>1,g<2", "!a,b==c,d!=e,f>1,g<2"),
    ("a NUL before a word ends the text", "a,b \0,c", "a,b"),
    ("a NUL after a word ends only the word", "a\0,b", "a,b"),
)


@pytest.mark.parametrize("case", PARSED, ids=lambda case: case[0])
def test_a_text_is_the_selector(case: tuple[str, str, str]) -> None:
    _, text, expected = case
    assert parse(text).text == expected


REFUSED = (
    "a,",
    ",a",
    "a b",
    "!",
    "!a=b",
    "!!a",
    "a=b c",
    "a in b",
    "a in (b",
    "a in (b c)",
    "a>x",
    "a>1,b>",
    "a=-",
    "x/",
    "=a",
)


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_is_no_selector(text: str) -> None:
    with pytest.raises(BadSelector):
        parse(text)


MATCHES: tuple[tuple[str, Requirement, dict[str, str], bool], ...] = (
    ("NotIn is met without the label", Requirement("a", "NotIn", ("x",)), {}, True),
    ("In is not", Requirement("a", "In", ("x",)), {}, False),
    ("an empty value is a value", Requirement("a", "Exists"), {"a": ""}, True),
    ("Gt compares numbers, not texts", Requirement("a", "Gt", ("9",)), {"a": "10"}, True),
    ("Gt is strict", Requirement("a", "Gt", ("9",)), {"a": "9"}, False),
    ("Lt reads signs", Requirement("a", "Lt", ("0",)), {"a": "-1"}, True),
    ("Lt is never met without the label", Requirement("a", "Lt", ("5",)), {}, False),
    ("Gt is never met by what is no number", Requirement("a", "Gt", ("5",)), {"a": "6.0"}, False),
    ("nor by more than 64 bits", Requirement("a", "Gt", ("5",)), {"a": "9223372036854775808"}, False),
    ("Gt needs one bound", Requirement("a", "Gt", ("1", "2")), {"a": "3"}, False),
    ("an unknown operator is never met", Requirement("a", "Like", ("3",)), {"a": "3"}, False),
)


@pytest.mark.parametrize("case", MATCHES, ids=lambda case: case[0])
def test_a_requirement_is_met(case: tuple[str, Requirement, dict[str, str], bool]) -> None:
    _, requirement, labels, expected = case
    assert requirement.matches(labels) is expected


def test_no_selector_matches_nothing_and_an_empty_one_everything() -> None:
    assert of_label_selector(None) is NOTHING
    assert not NOTHING.matches({"a": "b"})
    assert not NOTHING.is_everything
    assert of_label_selector(meta_v1.LabelSelector()) == EVERYTHING
    assert EVERYTHING.matches({})


def test_equal_selectors_are_one_key_of_a_dictionary() -> None:
    one = of_label_selector(meta_v1.LabelSelector(matchLabels={"a": "1", "b": "2"}))
    two = of_label_selector(meta_v1.LabelSelector(matchLabels={"b": "2", "a": "1"}))
    assert {one: "found"}[two] == "found"
    assert of_labels({"a": "1", "b": "2"}) == one


def test_labels_are_added_in_order_of_their_keys_but_never_to_the_selector_of_nothing() -> None:
    assert parse("b").and_labels({"a": "1"}).text == "a in (1),b"
    assert parse("b").and_labels({"a": "1"}, "NotIn").text == "a notin (1),b"
    assert parse("b").and_labels({}) == parse("b")
    assert NOTHING.and_labels({"a": "1"}) is NOTHING


KEYS = (
    ("a prefix and a name", "example.com/name", True),
    ("63 letters", "a" * 63, True),
    ("64 letters", "a" * 64, False),
    ("a prefix of 253 letters", "a" * 253 + "/b", True),
    ("a prefix of 254 letters", "a" * 254 + "/b", False),
    ("no name", "example.com/", False),
    ("no prefix before the slash", "/a", False),
    ("two slashes", "a/b/c", False),
    ("capitals in the prefix", "Example.com/a", False),
    ("a dash at an end", "a-", False),
    ("a line break at the end", "a\n", False),
    ("letters of another alphabet", "ключ", False),
)


@pytest.mark.parametrize("case", KEYS, ids=lambda case: case[0])
def test_a_label_key_is_allowed(case: tuple[str, str, bool]) -> None:
    _, key, allowed = case
    if allowed:
        assert checked(key, "Exists", ()) == Requirement(key, "Exists")
    else:
        with pytest.raises(BadSelector, match="is not a label key"):
            checked(key, "Exists", ())


INVALID: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("In needs values", "In", ()),
    ("NotIn needs values", "NotIn", ()),
    ("Exists takes none", "Exists", ("x",)),
    ("Gt takes a number", "Gt", ("x",)),
    ("Lt takes one number", "Lt", ("1", "2")),
    ("values are label values", "In", ("a b",)),
    ("signs are no operators of the API", "=", ("x",)),
)


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case[0])
def test_a_node_requirement_is_refused(case: tuple[str, str, tuple[str, ...]]) -> None:
    _, operator, values = case
    with pytest.raises(BadSelector):
        check_for_nodes(Requirement("a", operator, values))


def test_a_node_requirement_may_compare_which_a_label_selector_may_not() -> None:
    check_for_nodes(Requirement("cores", "Gt", ("8",)))
    raw = meta_v1.LabelSelector(matchExpressions=[meta_v1.LabelSelectorRequirement("cores", "Gt", ["8"])])
    with pytest.raises(BadSelector, match="is not an operator; known: In, NotIn, Exists, DoesNotExist"):
        of_label_selector(raw)
