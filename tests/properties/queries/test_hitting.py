"""The cheapest hitting set is what trying every set finds, and a search that is cut off still gives a hitting set."""

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from kubeproof.properties.queries.hitting import cheapest

SETS = st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), max_size=8)
COSTS = st.lists(st.integers(1, 5), min_size=7, max_size=7)


@given(SETS, COSTS)
def test_the_cheapest_set_is_the_one_that_brute_force_finds(sets: list[frozenset[int]], costs: list[int]) -> None:
    found = cheapest(sets, costs.__getitem__)
    assert found is not None
    assert found.smallest
    every = chain.from_iterable(combinations(range(7), size) for size in range(8))
    least = min(sum(costs[one] for one in some) for some in every if all(one & set(some) for one in sets))
    assert all(one & found.chosen for one in sets)
    assert sum(costs[one] for one in found.chosen) == least


@given(SETS, COSTS)
def test_a_search_that_is_cut_off_says_so_and_nothing_of_its_set_is_in_vain(
    sets: list[frozenset[int]], costs: list[int]
) -> None:
    found = cheapest(sets, costs.__getitem__, steps=0)
    assert found is not None
    assert not found.smallest
    assert all(one & found.chosen for one in sets)
    assert all(any(not one & found.chosen - {member} for one in sets) for member in found.chosen)


def test_a_set_with_no_member_cannot_be_met() -> None:
    assert cheapest([{1}, set()], lambda _: 1) is None


def test_many_sets_that_share_one_member_are_met_by_it() -> None:
    found = cheapest([{0, other} for other in range(1, 400)], lambda _: 1)
    assert found is not None
    assert found.chosen == {0}
    assert found.smallest
