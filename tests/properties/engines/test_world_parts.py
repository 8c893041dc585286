"""Parts of worlds: two have one number only where they differ in nothing but names, times and all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.controlplane.etcd import Key
from kubeproof.properties.engines.world_parts import Entry, Mark, Part, Parts
from kubeproof.properties.engines.world_shapes import Shapes

NAMES = ("a", "b", "c", "d")
Timed = tuple[Mark, tuple[float, ...]]
"""An entry, and its times."""


def token(mark: Hashable, known: dict[Hashable, int] = {}) -> int:  # noqa: B006  (what is known stays)
    """A number of its own for each mark."""
    return known.setdefault(mark, len(known))


def made(parts: Parts, timed: Sequence[Timed], more: Sequence[Mark] = ()) -> Part:
    """The part of these entries; they are told apart by the order in which they are given."""
    entries: dict[Entry, Mark] = {Key("Pod", "", str(at)): mark for at, (mark, _) in enumerate(timed)}
    names = {name for mark in (*entries.values(), *more) for name in mark.names if isinstance(name, str)}
    numbers = [token((entry, mark)) for entry, mark in entries.items()] + [token(mark) for mark in more]
    return parts.of(numbers) or parts.made(numbers, entries, names, more)


def number(parts: Parts, timed: Sequence[Timed], more: Sequence[Mark] = ()) -> int:
    """The number of the part with its times."""
    part = made(parts, timed, more)
    return parts.at(part, [timed[int(entry.name)][1] for entry in part.entries if isinstance(entry, Key)])


def renamed(timed: Sequence[Timed], names: Sequence[str]) -> list[Timed]:
    """The same under other names."""
    new: dict[Hashable, str] = dict(zip(NAMES, names, strict=True))
    return [(Mark(form, tuple([new.get(name, name) for name in own])), code) for (form, own), code in timed]


def are_alike(one: Sequence[Timed], other: Sequence[Timed]) -> bool:
    """Whether some other names make them the same."""
    return any(Counter(renamed(one, names)) == Counter(other) for names in permutations(NAMES))


marks = st.builds(Mark, st.integers(1, 2), st.lists(st.sampled_from([*NAMES, 7]), min_size=1, max_size=3).map(tuple))
times: st.SearchStrategy[tuple[float, ...]] = st.lists(st.integers(0, 1), max_size=1).map(tuple)
entry = st.tuples(marks, times)
entries = st.lists(entry, min_size=1, max_size=5, unique=True)


@given(entries, st.permutations(NAMES), st.lists(entry, max_size=2))
def test_two_parts_of_one_number_differ_in_names_alone(one: list[Timed], names: list[str], more: list[Timed]) -> None:
    parts, other = Parts(Shapes()), list(dict.fromkeys([*more, *renamed(one[len(more) :], names)]))
    if number(parts, one) == number(parts, other):
        assert are_alike(one, other)


@given(entries, st.permutations(NAMES))
def test_a_part_has_one_number_in_whatever_order_it_is_told(one: list[Timed], names: list[str]) -> None:
    parts = Parts(Shapes())
    assert number(parts, one) == number(parts, one[::-1])
    part = made(parts, one)
    if part.subs is not None:
        assert number(parts, renamed(one, names)) == number(parts, one)


ON_A, ON_B = Mark(1, ("x", "a")), Mark(1, ("y", "a"))
NODE = Mark(2, ("a",))


def test_what_can_be_swapped_stands_apart() -> None:
    parts = Parts(Shapes())
    part = made(parts, [(NODE, ()), (ON_A, ()), (ON_B, ())])
    assert part.fixed == 1
    assert part.subs is not None
    assert len({sub.number for sub in part.subs}) == 1
    one, other = ([(NODE, ()), (ON_A, (old,)), (ON_B, (young,))] for old, young in ((9.0, 1.0), (1.0, 9.0)))
    assert number(parts, one) == number(parts, other)
    assert number(parts, one) != number(parts, [(NODE, ()), (ON_A, (9.0,)), (ON_B, (9.0,))])


def test_where_all_of_a_ring_could_be_swapped_one_is_taken_to_be_first() -> None:
    parts = Parts(Shapes())
    ring = [Mark(1, (one, other)) for one, other in zip("abcd", "bcda", strict=True)]
    part = made(parts, [(mark, ()) for mark in ring])
    assert part.subs is None
    turned = [number(parts, [(mark, (float(at == late),)) for at, mark in enumerate(ring)]) for late in range(4)]
    assert len(set(turned)) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_where_a_name_stands_in_what_is_known_tells_it_apart(place: int) -> None:
    parts = Parts(Shapes())
    entries: list[Timed] = [(ON_A, ()), (NODE, ())]
    one, other = ([Mark(30, ("xa"[at],))] for at in (place, 1 - place))
    assert number(parts, entries, one) != number(parts, entries, other)
    assert made(parts, entries, one).subs == ()
