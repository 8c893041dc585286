"""YAML as sigs.k8s.io/yaml reads it."""

import json
import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kubeproof.model.manifests.yamltext import YamlError, scalar, value

SCALARS = (
    ("yes", True),
    ("Off", False),
    ("y", True),
    ("yEs", "yEs"),
    ("~", None),
    ("", None),
    ("NULL", None),
    ("12", 12),
    ("-7", -7),
    ("0777", 511),
    ("0o17", 15),
    ("08", 8),
    ("0x1F", 31),
    ("-0b11", -3),
    ("1_000", 1000),
    ("1e3", 1000),
    ("1.5", 1.5),
    (".5", 0.5),
    ("18446744073709551615", 2**64 - 1),
    ("18446744073709551616", 18446744073709551616.0),
    ("9" * 400, "9" * 400),
    ("500m", "500m"),
    ("1Gi", "1Gi"),
    ("12:30:45", "12:30:45"),
    ("2024-05-01", "2024-05-01"),
    ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
    ("v1", "v1"),
    ("-", "-"),
    ("<<", "<<"),
)


@pytest.mark.parametrize(("text", "means"), SCALARS)
def test_a_plain_scalar_means(text: str, means: object) -> None:
    found = scalar(text)
    assert (type(found), found) == (type(means), means)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.INF", "+.Inf"])
def test_what_json_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no place in JSON"):
        scalar(text)


VALUES = (
    ("a: 'yes'", {"a": "yes"}),
    ("a: !!str yes", {"a": "yes"}),
    ("a: !!float 3", {"a": 3}),
    ("yes: 1\n3: x\n1.5: z", {"true": 1, "3": "x", "1.5": "z"}),
    ("base: &b {x: 1, z: 2}\nown: {<<: *b, z: 3}", {"base": {"x": 1, "z": 2}, "own": {"x": 1, "z": 3}}),
    (
        "a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}",
        {"a": {"x": 1}, "b": {"x": 2, "z": 2}, "c": {"x": 1, "z": 2}},
    ),
    ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
    ("# nothing", None),
)


@pytest.mark.parametrize(("text", "means"), VALUES)
def test_a_document_means(text: str, means: object) -> None:
    assert value(text) == means


WRONG = (
    ("a: !!int x", "'x' is not of the tag !!int"),
    ("a: !mine x", "the tag !mine is not one that Kubernetes reads"),
    ("~: 1", "a key must be text, a number or a boolean"),
    ("a:\n  <<: 3", "<< merges something that is no mapping"),
)


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_a_document_is_refused(text: str, problem: str) -> None:
    with pytest.raises(YamlError) as refused:
        value(text)
    assert refused.value.problem == problem


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Quoting(yaml.SafeDumper):
    """Writes every text in quotes: which bare words are texts, PyYAML and go-yaml see differently (y, 1e3)."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@given(JSON_VALUES)
@example({"Y": None})
def test_what_yaml_writes_is_read_back(given_value: object) -> None:
    text = yaml.dump(given_value, Dumper=Quoting, allow_unicode=False)
    assert value(text) == given_value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_of_json_are_read_as_numbers(number: float) -> None:
    found = scalar(json.dumps(number))
    assert math.isclose(found, number, rel_tol=1e-15)
