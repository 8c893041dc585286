"""When NoExecute taints evict: which toleration counts, for how long, and what becomes of a schedule."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.controlplane.controllers.taint_eviction import (
    FOR_EVER,
    Decision,
    Scheduled,
    decide,
    least_time,
    marked,
    tolerated_for,
)
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint, Toleration
from tests.model.controlplane.controllers.made import pod

GONE, DOWN = Taint("gone", "", NO_EXECUTE), Taint("down", "", NO_EXECUTE)


def toleration(key: str = "", seconds: int | None = None) -> Toleration:
    return Toleration(key, "Exists", seconds=seconds)


class Case(NamedTuple):
    sentence: str
    taints: tuple[Taint, ...]
    tolerations: tuple[Toleration, ...]
    seconds: int | None


CASES = (
    Case("no taint, no end", (), (), None),
    Case("only NoExecute evicts", (Taint("gone", "", NO_SCHEDULE),), (), None),
    Case("what is not tolerated goes now", (GONE,), (toleration("down"),), 0),
    Case("one that is not tolerated is enough", (GONE, DOWN), (toleration("down"),), 0),
    Case("a toleration without a time is for ever", (GONE,), (toleration("gone"),), None),
    Case("its time is what counts", (GONE,), (toleration("gone", 300),), 300),
    Case("the first toleration counts, not the longest", (GONE,), (toleration("gone", 5), toleration("gone", 300)), 5),
    Case("nor the shortest", (GONE,), (toleration("gone", 300), toleration("gone", 5)), 300),
    Case("over several taints the least counts", (GONE, DOWN), (toleration("gone", 60), toleration("down", 30)), 30),
    Case("for ever and a time is that time", (GONE, DOWN), (toleration("gone"), toleration("down", 30)), 30),
    Case("no seconds are now", (GONE,), (toleration("gone", 0),), 0),
    Case("less than none is now", (GONE,), (toleration("gone", -1),), 0),
    Case("the largest number is never", (GONE,), (toleration("gone", FOR_EVER),), None),
    Case("292 years still are a time", (GONE,), (toleration("gone", 9223372036),), 9223372036),
    Case("a second more overflows, and never comes", (GONE,), (toleration("gone", 9223372037),), None),
    Case("what wraps to a time is that time", (GONE,), (toleration("gone", 18446744074),), 0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_how_long_a_pod_may_stay(case: Case) -> None:
    assert tolerated_for(case.taints, case.tolerations) == case.seconds


def test_without_any_toleration_there_is_no_time() -> None:
    assert least_time(()) == 0


EARLIER = Scheduled(since=10, at=70)


class Step(NamedTuple):
    sentence: str
    scheduled: Scheduled | None
    taints: tuple[Taint, ...]
    tolerations: tuple[Toleration, ...]
    now: int
    then: Decision


STEPS = (
    Step("a tolerated taint starts a clock", None, (GONE,), (toleration("gone", 60),), 10, Decision(False, EARLIER)),
    Step(
        "a longer time keeps the schedule", EARLIER, (GONE,), (toleration(seconds=300),), 20, Decision(False, EARLIER)
    ),
    Step("a shorter one does, too", EARLIER, (GONE,), (toleration(seconds=5),), 20, Decision(False, EARLIER)),
    Step("even one of none", EARLIER, (GONE,), (toleration(seconds=0),), 20, Decision(False, EARLIER)),
    Step(
        "at the same instant it is made anew from its start",
        EARLIER,
        (GONE,),
        (toleration(seconds=5),),
        10,
        Decision(False, Scheduled(10, 15)),
    ),
    Step("at the same instant none is now", EARLIER, (GONE,), (toleration(seconds=0),), 10, Decision(True)),
    Step("without the taint it is cancelled", EARLIER, (), (toleration(seconds=60),), 20, Decision(False)),
    Step("tolerated for ever, it is cancelled", EARLIER, (GONE,), (toleration(),), 20, Decision(False)),
    Step("not tolerated, the pod goes now", EARLIER, (GONE,), (), 20, Decision(True)),
    Step("no seconds are now", None, (GONE,), (toleration(seconds=0),), 20, Decision(True)),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.sentence)
def test_what_becomes_of_a_schedule(step: Step) -> None:
    assert decide(step.scheduled, step.taints, step.tolerations, step.now) == step.then


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_first_decision_says_what_the_time_says(seconds: int, now: int) -> None:
    decision = decide(None, (GONE,), (toleration("gone", seconds),), now)
    assert decision == Decision(False, Scheduled(now, now + seconds))


def test_the_pod_is_marked_before_it_is_deleted() -> None:
    why = Condition(
        "DisruptionTarget",
        "True",
        "DeletionByTaintManager",
        "Taint manager: deleting due to NoExecute taint",
        changed_at=7,
        observed_generation=3,
    )
    status = marked(pod(generation=3), 7)
    assert status.conditions == (why,)
    assert marked(pod(generation=3), 7) == status
