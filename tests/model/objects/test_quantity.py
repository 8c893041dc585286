"""Quantities: what the recorded cases do not show, and the traps that they do."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.objects.quantity import (
    BadQuantity,
    Format,
    Quantity,
    decode,
    of_json,
    parse,
    text_of,
)


class Reads(NamedTuple):
    sentence: str
    text: str
    shown: str
    value: int
    milli: int


READS = (
    Reads("a dot alone is nothing", ".", "0", 0, 0),
    Reads("a suffix alone is nothing", "E", "0", 0, 0),
    Reads("a sign alone is nothing", "+", "0", 0, 0),
    Reads("a plus sign is kept", "+1", "+1", 1, 1000),
    Reads("leading zeros are kept", "007", "007", 7, 7000),
    Reads("a trailing dot is kept", "5.", "5.", 5, 5000),
    Reads("a fraction of Ki is written in thousandths", "0.1Ki", "102400m", 103, 102400),
    Reads("half a Gi is written in Mi", "0.5Gi", "512Mi", 2**29, 2**29 * 1000),
    Reads("zeros move into the suffix", "1000m", "1", 1, 1000),
    Reads("rounding is away from zero", "0.1m", "100u", 1, 1),
    Reads("so small that nothing is left rounds up to the smallest amount", "1e-30", "1e-9", 1, 1),
    Reads("half below zero rounds towards zero, as only the decimal form does", "-1.5m", "-1500u", -1, -2),
    Reads("exponents count thousands", "12e6", "12e6", 12_000_000, 12_000_000_000),
    Reads("beyond 64 bits the value is nothing", "10E", "10E", 0, 0),
    Reads("bytes beyond 64 bits are cut to the largest", "8Ei", "9223372036854775807", 2**63 - 1, -1000),
    Reads("thousandths of much wrap around", "9223372036854775807", "9223372036854775807", 2**63 - 1, -1000),
)


@pytest.mark.parametrize("case", READS, ids=lambda case: case.sentence)
def test_a_quantity_reads(case: Reads) -> None:
    q = parse(case.text)
    assert (str(q), q.value(), q.milli_value()) == (case.shown, case.value, case.milli)


BAD = ("", " ", "1 ", "abc", "1.2.3", "--1", "1mm", "1kI", "1Zi", "1e", "e3x", "0x10", "1_000", "\u0661", "1\n")


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_a_quantity_is_refused_with_an_example_of_one(text: str) -> None:
    with pytest.raises(BadQuantity, match=r"is not a quantity \(like 500m, 2 or 1.5Gi\)"):
        parse(text)


HOSTILE = ("1e1000", "1e-1000", "1e999999999999999999999", "9" * 1001, "0." + "0" * 5000 + "1", "1e" + "9" * 5000)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_amounts_that_would_take_for_ever_are_refused_in_one_short_line(text: str) -> None:
    with pytest.raises(BadQuantity) as refused:
        parse(text)
    assert len(str(refused.value)) < 250
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["1e999", "1e-999", "9" * 990 + "e999", "0e999", "-" + "9" * 990 + "Ei"])
def test_the_largest_amounts_that_are_taken_can_be_used(text: str) -> None:
    q = parse(text)
    total = q + parse("1n") - parse("3Gi")
    assert str(total)
    assert q.cmp(total) in (-1, 0, 1)
    assert isinstance(q.approximate(), float)


SUMS = (
    ("a sum keeps the first format", "1Gi", "1G", "2073741824", Format.BINARY_SI),
    ("a sum to a zero takes the other's format", "0", "1Gi", "1Gi", Format.BINARY_SI),
    ("also when the other is a zero too", "0", "0Mi", "0", Format.BINARY_SI),
    ("zeros are written shortest", "1500m", "500m", "2", Format.DECIMAL_SI),
    ("more than 64 bits are kept", "9E", "9E", "18E", Format.DECIMAL_SI),
)


@pytest.mark.parametrize("case", SUMS, ids=lambda case: case[0])
def test_a_sum_is(case: tuple[str, str, str, str, Format]) -> None:
    _, a, b, shown, format_ = case
    total = parse(a) + parse(b)
    assert (str(total), total.format) == (shown, format_)


AMOUNTS = st.builds(
    "{}{}".format,
    st.integers(-(10**12), 10**12) | st.decimals(-(10**6), 10**6, places=3),
    st.sampled_from(["", "n", "u", "m", "k", "M", "Ki", "Mi", "e3", "E-2"]),
)


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_again_gives_the_same_amount(a: str, b: str) -> None:
    assert (parse(a) + parse(b) - parse(b)).cmp(parse(a)) == 0


@given(AMOUNTS)
def test_a_text_read_again_is_the_same_amount(text: str) -> None:
    q = parse(text)
    assert parse(str(q)).cmp(q) == 0


@given(st.lists(AMOUNTS, min_size=3, max_size=3))
def test_the_order_is_total(texts: list[str]) -> None:
    for a, b, c in itertools.permutations([parse(text) for text in texts]):
        assert a.cmp(b) == -b.cmp(a)
        assert not (a.cmp(b) <= 0 and b.cmp(c) <= 0) or a.cmp(c) <= 0


TEXTS = (
    ("whole cores are a plain number", "cpu", 2000, "2"),
    ("parts of a core are millicores", "cpu", 1500, "1500m"),
    ("exact powers of two have a binary suffix", "memory", 2**29, "512Mi"),
    ("so have multiples of them", "ephemeral-storage", 3 * 2**29, "1536Mi"),
    ("huge pages are bytes", "hugepages-2Mi", 2**22, "4Mi"),
    ("other bytes are a plain number", "memory", 1_000_000, "1000000"),
    ("few bytes are a plain number", "memory", 512, "512"),
    ("nothing is nothing", "memory", 0, "0"),
    ("devices are counted", "nvidia.com/gpu", 1024, "1024"),
)


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case[0])
def test_an_amount_is_written(case: tuple[str, str, int, str]) -> None:
    _, resource, amount, text = case
    assert text_of(resource, amount) == text
    read = decode(text)
    assert (read.milli_value() if resource == "cpu" else read.value()) == amount


def test_manifest_values_may_be_numbers_blank_around_or_nothing() -> None:
    assert decode(2).milli_value() == 2000
    assert decode(0.5).milli_value() == 500
    assert decode(" 1Gi ").value() == 2**30
    assert decode(None) == Quantity()


@pytest.mark.parametrize("value", [True, float("nan"), float("inf")])
def test_manifest_values_that_are_no_numbers_are_refused(value: float) -> None:
    with pytest.raises(BadQuantity, match="must be text or a number"):
        decode(value)


def test_json_null_has_no_format_and_is_written_as_zero() -> None:
    assert (str(of_json("null")), of_json("null").format) == ("0", Format.NONE)


ROUNDED = (("100u", "1m"), ("1500u", "2m"), ("1n", "1m"), ("-1u", "-1m"), ("+1", "+1"), ("0.5Gi", "512Mi"), ("7", "7"))


@pytest.mark.parametrize(("text", "shown"), ROUNDED)
def test_defaulting_rounds_up_to_thousandths(text: str, shown: str) -> None:
    assert str(parse(text).up_to_millis()) == shown
