"""Whose turn it is, and when: the scheduling queue (v1.34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.model.scheduler.queue import WAKES, Backoff, Event, Queue

FIT, TAINT, AFFINITY = frozenset({"NodeResourcesFit"}), frozenset({"TaintToleration"}), frozenset({"InterPodAffinity"})


class Add(NamedTuple):
    key: str
    priority: int = 0
    gated: bool = False


class Tried(NamedTuple):
    """This pod is next, and refused by these plugins; bound, where there are none. "": nobody is next."""

    key: str
    refused: frozenset[str] = frozenset()


class Told(NamedTuple):
    event: Event
    only: str = ""


class Deleted(NamedTuple):
    key: str


class At(NamedTuple):
    seconds: float


Step = Add | Tried | Told | Deleted | At
NOBODY, LEFT, BOUND = Tried(""), Told(Event.POD_DELETED), Told(Event.POD_ADDED)


class Case(NamedTuple):
    sentence: str
    steps: Sequence[Step]


def again(key: str, times: int) -> list[Step]:
    """A pod that is alone: refused so many times, and woken each time."""
    return [step for _ in range(times) for step in (Tried(key, FIT), LEFT)]


CASES = (
    Case("priority goes first", [Add("a"), Add("b", 5), Tried("b"), Tried("a"), NOBODY]),
    Case("then who came first", [Add("b"), Add("a"), Tried("b"), Tried("a"), NOBODY]),
    Case("a later pod of higher priority overtakes", [
        Add("a"), Add("c"), Tried("a"), Add("b", 1), Tried("b"), Tried("c"),
    ]),
    Case("who was refused stands behind who came later", [
        Add("a"), At(1), Add("b"), Tried("a", FIT), At(9), LEFT, Tried("b"), Tried("a"),
    ]),
    Case("who is refused waits to be woken", [Add("a"), Tried("a", FIT), NOBODY, LEFT, Tried("a"), NOBODY]),
    Case("a bound pod does not wake who lacks room", [Add("a"), Tried("a", FIT), BOUND, NOBODY]),
    Case("a bound pod wakes who wants company", [Add("a"), Tried("a", AFFINITY), BOUND, Tried("a")]),
    Case("a pod that left does not wake who meets taints", [Add("a"), Tried("a", TAINT), LEFT, NOBODY]),
    Case("one of several refusing plugins is enough", [Add("a"), Tried("a", FIT | TAINT), LEFT, Tried("a")]),
    Case("a woken pod waits out its back-off, while others are active", [
        Add("a", 9), Tried("a", FIT), Add("b"), LEFT, Tried("b"), Tried("a"),
    ]),
    Case("through the whole second in which it ends", [
        Add("a", 9), Tried("a", FIT), Add("b"), LEFT, At(1.9), Tried("b"), Tried("a"),
    ]),
    Case("and is active after it", [Add("a", 9), Tried("a", FIT), Add("b"), LEFT, At(2), Tried("a"), Tried("b")]),
    Case("who is woken after its back-off is active at once", [
        Add("a", 9), Tried("a", FIT), At(2), Add("b"), LEFT, Tried("a"), Tried("b"),
    ]),
    Case("back-off doubles", [
        Add("a", 9), *again("a", 2), Tried("a", FIT), Add("b"), LEFT, At(4.9), Tried("b"), Add("c"), At(5), Tried("a"),
    ]),
    Case("back-off is capped", [
        Add("a", 9), *again("a", 30), Add("b"), At(10.9), Tried("b"), Add("c"), At(11), Tried("a"), Tried("c"),
    ]),
    Case("whose back-off ends first goes first, whatever its priority", [
        Add("a", 9), *again("a", 1), Tried("a", FIT), Add("b"), Tried("b", FIT), LEFT, Tried("b"), Tried("a"),
    ]),
    Case("in the same second priority decides", [
        Add("b"), Tried("b", FIT), At(0.5), Add("a", 9), Tried("a", FIT), LEFT, Tried("a"), Tried("b"),
    ]),
    Case("after five minutes a pod is tried anyway, at the next half minute", [
        Add("a"), Tried("a", TAINT), At(329), NOBODY, At(330), Tried("a"),
    ]),
    Case("five minutes are not more than five minutes", [Add("a"), Tried("a", TAINT), At(300), NOBODY]),
    Case("five minutes after it was refused, not after it came", [
        Add("a"), At(200), Tried("a", TAINT), At(480), NOBODY, At(510), Tried("a"),
    ]),
    Case("a gated pod is never tried", [Add("a", gated=True), NOBODY, LEFT, BOUND, Told(Event.NODE_ADDED), NOBODY]),
    Case("not even after five minutes", [Add("a", gated=True), At(9000), NOBODY]),
    Case("until its gates are removed: then at once", [
        Add("a", 9, gated=True), Add("b"), Told(Event.OWN_GATES, "a"), Tried("a"), Tried("b"),
    ]),
    Case("who is deleted is not tried any more", [Add("a"), Tried("a", FIT), Deleted("a"), LEFT, NOBODY]),
    Case("nor who is deleted while it is active", [Add("a"), Add("b", 1), Deleted("b"), Tried("a"), NOBODY]),
    Case("nor who is deleted while it backs off", [Add("a"), Tried("a", FIT), LEFT, Deleted("a"), NOBODY]),
    Case("what happens to one pod wakes no other", [
        Add("a"), Add("b"), Tried("a", TAINT), Tried("b", TAINT), Told(Event.OWN_TOLERATIONS, "b"), Tried("b"), NOBODY,
    ]),
)  # fmt: skip


def go(case: Case) -> None:
    """Plays the steps."""
    queue = Queue()
    for step in case.steps:
        match step:
            case Add(key, priority, gated):
                queue.add(key, priority, gated=gated)
            case At(seconds):
                queue.advance(seconds)
            case Told(event, only):
                queue.tell(event, only)
            case Deleted(key):
                queue.drop(key)
            case Tried(key, refused):
                queued = queue.pop()
                assert (queued.key if queued else "") == key
                if queued and refused:
                    queue.refuse(queued, refused)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_whose_turn_it_is(case: Case) -> None:
    go(case)


def test_a_pod_that_no_plugin_refused_is_woken_by_anything() -> None:
    queue = Queue()
    queue.add("a")
    queued = queue.pop()
    assert queued
    queue.refuse(queued, frozenset())
    queue.tell(Event.CLASS_UPDATED)
    assert queue.pop() == queued._replace(turn=1, refusals=1)


def test_every_plugin_says_what_ends_its_refusal() -> None:
    assert list(WAKES) == [plugin.name for plugin in DEFAULT]
    assert frozenset.union(*WAKES.values()) == frozenset(Event)


WOKEN = (
    ("a bound pod", Event.POD_ADDED, {"PodTopologySpread", "InterPodAffinity"}),
    ("a pod that left", Event.POD_DELETED, {
        "NodePorts", "NodeResourcesFit", "VolumeRestrictions", "NodeVolumeLimits",
        "PodTopologySpread", "InterPodAffinity",
    }),
    ("a new node", Event.NODE_ADDED, set(WAKES) - {"SchedulingGates", "NodeVolumeLimits"}),
    ("a node's resources", Event.NODE_ALLOCATABLE, {"NodeResourcesFit"}),
    ("a node's labels", Event.NODE_LABELS, {
        "NodeAffinity", "VolumeBinding", "VolumeZone", "PodTopologySpread", "InterPodAffinity",
    }),
    ("a new claim", Event.CLAIM_ADDED, {"VolumeRestrictions", "NodeVolumeLimits", "VolumeBinding", "VolumeZone"}),
    ("a changed class", Event.CLASS_UPDATED, {"VolumeBinding"}),
    ("new tolerations", Event.OWN_TOLERATIONS, {"NodeUnschedulable", "TaintToleration", "PodTopologySpread"}),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "event", "plugins"), WOKEN, ids=[case[0] for case in WOKEN])
def test_whom_an_event_wakes(sentence: str, event: Event, plugins: set[str]) -> None:
    queue = Queue()
    for plugin in WAKES:
        queue.add(plugin)
        queued = queue.pop()
        assert queued, sentence
        queue.refuse(queued, frozenset({plugin}))
    queue.tell(event)
    woken = set()
    while queued := queue.pop():
        woken.add(queued.key)
    assert woken == plugins


@pytest.mark.parametrize(("backoff", "seconds"), [
    (Backoff(), [0, 1, 2, 4, 8, 10, 10]), (Backoff(3, 5), [0, 3, 5, 5]), (Backoff(7, 7), [0, 7, 7]),
])  # fmt: skip
def test_back_off_doubles_up_to_a_maximum(backoff: Backoff, seconds: Sequence[int]) -> None:
    assert [backoff.seconds(refusals) for refusals in range(len(seconds))] == seconds
