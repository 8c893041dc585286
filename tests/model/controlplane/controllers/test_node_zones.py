"""How zones fare, and how fast their nodes are tainted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from kubeproof.model.component import T
from kubeproof.model.controlplane.controllers.node_lifecycle.rates import Limiter, Queue, Waiting, drain
from kubeproof.model.controlplane.controllers.node_lifecycle.zones import (
    Disruption,
    Rates,
    ZoneState,
    disruption,
    rate_of,
    zone_of,
    zone_state,
)
from kubeproof.model.objects.live_node import NodeCondition

UP, DOWN = NodeCondition("Ready", "True"), NodeCondition("Ready", "False")
STATES: tuple[tuple[str, int, int, ZoneState], ...] = (
    ("a zone without nodes fares well", 0, 0, "Normal"),
    ("no node is ready", 0, 1, "FullDisruption"),
    ("two of two and a half are few, whatever the share", 1, 2, "Normal"),
    ("three of five are 60 per cent", 2, 3, "PartialDisruption"),
    ("three of six are 50", 3, 3, "Normal"),
    ("55 of 100 are enough", 45, 55, "PartialDisruption"),
)


@pytest.mark.parametrize("case", STATES, ids=lambda case: case[0])
def test_how_a_zone_fares(case: tuple[str, int, int, ZoneState]) -> None:
    _, ready, not_ready, state = case
    assert zone_state([UP] * ready + [DOWN] * not_ready) == state


def test_a_node_that_never_spoke_is_not_ready() -> None:
    assert zone_state([None]) == "FullDisruption"


LABELS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("no labels", {}, ""),
    ("a zone alone", {"topology.kubernetes.io/zone": "a"}, ":\0:a"),
    ("a region and a zone", {"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": "a"}, "r:\0:a"),
    ("the beta label comes first", {"failure-domain.beta.kubernetes.io/zone": "b",
     "topology.kubernetes.io/zone": "a"}, ":\0:b"),
    ("even where it is empty", {"failure-domain.beta.kubernetes.io/zone": "", "topology.kubernetes.io/zone": "a"}, ""),
)  # fmt: skip


@pytest.mark.parametrize("case", LABELS, ids=lambda case: case[0])
def test_the_zone_of_a_node(case: tuple[str, dict[str, str], str]) -> None:
    assert zone_of(case[1]) == case[2]


class Turn(NamedTuple):
    sentence: str
    before: dict[str, ZoneState]
    found: dict[str, ZoneState]
    then: Disruption


WELL: ZoneState = "Normal"
PART: ZoneState = "PartialDisruption"
LOST: ZoneState = "FullDisruption"


def states(**zones: ZoneState) -> Map[str, ZoneState]:
    return Map(zones)


TURNS = (
    Turn("a zone that stays as it is keeps its rate", {"a": WELL}, {"a": WELL}, Disruption(states(a=WELL), {})),
    Turn("a small zone that is disrupted in part stops", {"a": WELL}, {"a": PART}, Disruption(states(a=PART),
         {"a": 0.0})),
    Turn("one zone of two is lost: as usual", {"a": WELL, "b": WELL}, {"a": WELL, "b": LOST},
         Disruption(states(a=WELL, b=LOST), {"b": 0.1})),
    Turn("all are lost: all stop", {"a": WELL, "b": LOST}, {"a": LOST, "b": LOST},
         Disruption(states(a=LOST, b=LOST), {"a": 0.0, "b": 0.0}, "enter")),
    Turn("all stay lost: nothing changes", {"a": LOST}, {"a": LOST}, Disruption(states(a=LOST), {})),
    Turn("one answers again: all start", {"a": LOST, "b": LOST}, {"a": WELL, "b": LOST},
         Disruption(states(a=WELL, b=LOST), {"a": 0.1, "b": 0.1}, "leave")),
    Turn("a zone that is lost from the start", {}, {"a": LOST}, Disruption(states(a=LOST), {"a": 0.0}, "enter")),
    Turn("a zone that is gone is forgotten", {"a": WELL, "b": WELL}, {"a": WELL}, Disruption(states(a=WELL), {})),
)  # fmt: skip


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.sentence)
def test_what_follows_from_how_zones_fare(turn: Turn) -> None:
    assert disruption(Map(turn.before), turn.found, dict.fromkeys(turn.found, 3)) == turn.then


def test_a_large_zone_is_slowed_and_not_stopped() -> None:
    assert rate_of("PartialDisruption", 50, Rates()) == 0.0
    assert rate_of("PartialDisruption", 51, Rates()) == 0.01


def always(node: str) -> bool:
    return bool(node)


def never(node: str) -> bool:
    return not node


def test_one_node_at_a_time_at_the_rate_of_the_zone() -> None:
    queue = Queue(Limiter(0.1)).add("a", 0).add("b", 0)
    taken, queue = drain(queue, 0, always)
    assert taken == ("a",)
    assert drain(queue, 9, always)[0] == ()
    assert drain(queue, 10, always)[0] == ("b",)


def _last(options: Sequence[T]) -> T:
    return options[-1]


def test_any_node_of_a_round_may_be_the_first_but_none_of_a_later_one() -> None:
    queue = Queue(Limiter(0.1)).add("a", 0).add("b", 0).add("c", 1)
    taken, queue = drain(queue, 2, always, _last)
    assert (taken, queue.waiting) == (("b",), (Waiting("a", 0), Waiting("c", 1)))


def test_a_node_is_taken_once_until_it_is_removed() -> None:
    taken, queue = drain(Queue(Limiter(10**6)).add("a", 0), 0, always)
    assert taken == ("a",)
    assert queue.add("a", 1) == queue
    assert queue.remove("a").add("a", 1).waiting == (Waiting("a", 1),)


def test_a_node_that_cannot_be_tainted_waits_for_a_while() -> None:
    taken, queue = drain(Queue(Limiter(10**6)).add("a", 0).add("b", 1), 1, never)
    assert (taken, queue.waiting) == ((), (Waiting("b", 1), Waiting("a", 1.05)))


def test_a_zone_that_stopped_taints_nobody() -> None:
    stopped = Queue(Limiter(0.1)).add("a", 0).at_rate(0, 0)
    assert drain(stopped, 10**6, always)[0] == ()
    started = stopped.at_rate(0.1, 100)
    assert drain(started, 109, always)[0] == ()
    assert drain(started, 110, always)[0] == ("a",)


def test_a_zone_whose_rate_is_one_never_starts_again() -> None:
    """A stopped limiter says that its rate is 1, so upstream takes it for one that has that rate already."""
    stopped = Queue(Limiter(1.0)).at_rate(0.5, 0).at_rate(0, 0)
    assert stopped.at_rate(1.0, 0) == stopped


@given(st.floats(0.01, 100), st.lists(st.floats(0, 1000), max_size=50))
def test_no_more_nodes_than_the_rate_allows(rate: float, times: list[float]) -> None:
    limiter, given_out = Limiter(rate), 0
    for now in sorted(times):
        there, limiter = limiter.take(now)
        given_out += there
    assert given_out <= 1 + rate * max(times, default=0) * (1 + 1e-9)
