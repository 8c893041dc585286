"""Taints and tolerations: the traps, one sentence each."""

from __future__ import annotations

import pytest
from lightkube.models import core_v1

from kubeproof.model.objects.taints import (
    NO_EXECUTE,
    NO_SCHEDULE,
    PREFER_NO_SCHEDULE,
    Taint,
    Toleration,
    find_untolerated,
    matching_tolerations,
    of_taint,
    of_toleration,
    tolerates,
)

GPU = Taint("gpu", "yes", NO_SCHEDULE)

TOLERATES = (
    ("an empty key with Exists tolerates everything", Toleration(operator="Exists"), GPU, True),
    ("Exists does not look at the value", Toleration("gpu", "Exists", "no"), GPU, True),
    ("no operator means Equal", Toleration("gpu", value="yes"), GPU, True),
    ("Equal compares the value", Toleration("gpu", "Equal", "no"), GPU, False),
    ("an empty key with Equal compares the value of any key", Toleration(value="yes"), GPU, True),
    ("nothing at all tolerates a taint without value", Toleration(), Taint("a", "", NO_SCHEDULE), True),
    ("another effect is not tolerated", Toleration("gpu", "Exists", effect=NO_EXECUTE), GPU, False),
    ("an unknown operator tolerates nothing", Toleration("gpu", "NotEqual", "no"), GPU, False),
)


@pytest.mark.parametrize("case", TOLERATES, ids=lambda case: case[0])
def test_a_toleration_tolerates(case: tuple[str, Toleration, Taint, bool]) -> None:
    _, toleration, taint, expected = case
    assert tolerates(toleration, taint) is expected


COMPARES = (
    ("less than the bound", "Lt", "5", "4", True),
    ("not less than itself", "Lt", "5", "5", False),
    ("more than the bound", "Gt", "-3", "0", True),
    ("no plus sign", "Gt", "1", "+5", False),
    ("no leading zero", "Lt", "10", "05", False),
    ("no negative zero", "Lt", "5", "-0", False),
    ("no fraction", "Lt", "5", "1.5", False),
    ("no more than 64 bits", "Gt", "5", "9223372036854775808", False),
)


@pytest.mark.parametrize("case", COMPARES, ids=lambda case: case[0])
def test_a_comparison_holds_only_where_the_gate_is_on(case: tuple[str, str, str, str, bool]) -> None:
    _, operator, bound, value, expected = case
    toleration, taint = Toleration("a", operator, bound), Taint("a", value, NO_SCHEDULE)
    assert tolerates(toleration, taint, comparison_operators=True) is expected
    assert tolerates(toleration, taint) is False


def test_the_first_untolerated_taint_with_one_of_the_effects_is_found() -> None:
    soft, hard, evicts = Taint("s", "", PREFER_NO_SCHEDULE), Taint("h", "", NO_SCHEDULE), Taint("e", "", NO_EXECUTE)
    assert find_untolerated([soft, hard, evicts], []) == hard
    assert find_untolerated([soft, hard, evicts], [Toleration("h", "Exists")]) == evicts
    assert find_untolerated([soft, hard], [Toleration("h", "Exists")]) is None
    assert find_untolerated([soft, hard], [], {PREFER_NO_SCHEDULE}) == soft


def test_each_taint_uses_the_first_toleration_that_matches_so_the_least_of_those_times_decides() -> None:
    slow, shadowed, quick = (
        Toleration("a", "Exists", seconds=300),
        Toleration("a", "Exists", seconds=1),
        Toleration("b", "Exists", seconds=30),
    )
    used = matching_tolerations([Taint("a", "", NO_EXECUTE), Taint("b", "", NO_EXECUTE)], [slow, shadowed, quick])
    assert used == (slow, quick)
    assert min(toleration.seconds or 0 for toleration in (slow, quick)) == 30


def test_one_taint_that_is_not_tolerated_leaves_no_tolerations_and_no_taints_need_none() -> None:
    assert matching_tolerations([GPU, Taint("b", "", NO_SCHEDULE)], [Toleration("gpu", "Exists")]) is None
    assert matching_tolerations([], []) == ()


def test_api_objects_become_values_with_nothing_defaulted() -> None:
    assert of_taint(core_v1.Taint(key="a", effect=NO_EXECUTE)) == Taint("a", "", NO_EXECUTE)
    raw = core_v1.Toleration(key="a", effect=NO_EXECUTE, tolerationSeconds=0)
    assert of_toleration(raw) == Toleration("a", "", "", NO_EXECUTE, 0)
