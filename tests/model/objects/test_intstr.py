"""Numbers that may be percentages."""

from __future__ import annotations

import pytest

from kubeproof.model.objects.intstr import BadPercentage, scaled

CASES: tuple[tuple[str, int | str, int, bool, int], ...] = (
    ("a number is itself, whatever the total", 3, 0, True, 3),
    ("a percentage rounds up", "25%", 9, True, 3),
    ("or down", "25%", 9, False, 2),
    ("more than all is allowed", "150%", 4, False, 6),
    ("below zero, down is away from zero", "-10%", 19, False, -2),
    ("a sign and leading zeros are allowed", "+010%", 24, False, 2),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_number_or_percentage_is(case: tuple[str, int | str, int, bool, int]) -> None:
    _, value, total, round_up, expected = case
    assert scaled(value, total, round_up) == expected


@pytest.mark.parametrize("text", ["", "%", "3", "25", "2.5%", "a%", "25%%", " 25%", "9223372036854775808%"])
def test_a_text_without_a_percentage_is_refused(text: str) -> None:
    with pytest.raises(BadPercentage, match="neither a number nor a percentage"):
        scaled(text, 10, True)
