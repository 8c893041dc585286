"""What a real control plane (v1.36.2) did with pods, step by step: each step is one that the model allows.

Recorded were bindings, refusals, nominations with their victims, and pods that left, in the API server's order.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1, policy_v1
from msgspec.structs import replace

from kubeproof.model.objects import budget, node
from kubeproof.model.objects.pod import Normaliser
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.versions import as_of
from kubeproof.properties.queries.chances import Chance
from kubeproof.properties.queries.explains import explains
from kubeproof.properties.queries.outcomes import outcomes
from kubeproof.properties.queries.seen import Leaves, Preempts, Seen, Step

DATA = Path(__file__).parent / "data" / "controlplane" / "scheduling-v1.36.2.jsonl.gz"
V1_36 = as_of("1.36")

BOUND_BESIDE_EACH_OTHER = {
    "a-antiaffinity-3x3": 1,
    "a-roll-25-25-r8": 1,
    "b-conflict-5": 1,
    "b-greedy-10n-60p-h2-0": 8,
    "b-greedy-10n-60p-h2-deploy": 2,
    "b-greedy-13n-60p-h2-2": 8,
    "b-greedy-7n-40p-h2-4": 2,
}
"""Where many pods came at once: how far the order of the bindings may be from that of the decisions."""


@cache
def recordings() -> Mapping[str, Any]:
    with gzip.open(DATA) as lines:
        return {found["name"]: found for found in map(json.loads, lines)}


def snapshot(name: str) -> Snapshot:
    found, pods = recordings()[name], Normaliser()
    return Snapshot(
        nodes=tuple(node.normalise(msgspec.convert(raw, core_v1.Node)) for raw in found["nodes"]),
        pods=tuple(pods.pod(msgspec.convert(raw, core_v1.Pod)) for raw in found["pods"]),
        budgets=tuple(
            budget.normalise(msgspec.convert(raw, policy_v1.PodDisruptionBudget)) for raw in found["budgets"]
        ),
    )


def seen(raw: Mapping[str, Any]) -> Seen:
    if "preempts" in raw:
        return Preempts(raw["preempts"], raw["node"], frozenset(raw["victims"]))
    return Leaves(raw["leaves"]) if "leaves" in raw else Step(raw["pod"], raw["node"])


def steps(name: str) -> list[Seen]:
    return [seen(raw) for raw in recordings()[name]["steps"]]


@pytest.mark.parametrize("name", sorted(recordings()))
def test_each_recorded_step_is_possible(name: str) -> None:
    slack = BOUND_BESIDE_EACH_OTHER.get(name, 0)
    assert explains(snapshot(name), steps(name), profile=V1_36, slack=slack) is None


def test_the_files_hold_what_they_should() -> None:
    kinds = Counter(type(step).__name__ for name in recordings() for step in steps(name))
    assert len(recordings()) == 50
    assert kinds == {"Step": 779, "Preempts": 12, "Leaves": 140}


def test_what_v1_34_would_not_have_done_is_named() -> None:
    found = explains(snapshot("m-sched-random-3"), steps("m-sched-random-3"))
    assert str(found) == "step 9: m-rand-3/p08 went to n6; instead: it goes to n3"


@pytest.mark.parametrize(
    ("name", "recorded", "v1_36", "v1_34"),
    [
        ("b-greedy-10n-60p-h2-0", 37, (37, 55), (55, 55)),
        ("b-greedy-10n-60p-h2-deploy", 37, (37, 55), (55, 55)),
        ("b-greedy-13n-60p-h2-2", 49, (49, 60), (60, 60)),
        ("b-greedy-7n-40p-h2-4", 25, (25, 31), (31, 31)),
        ("b-conflict-1", 5, (5, 5), (5, 5)),
        ("b-conflict-3", 5, (5, 5), (5, 5)),
        ("b-conflict-5", 6, (6, 6), (6, 6)),
        ("b-controlplane-default", 2, (2, 2), (2, 2)),
        ("b-controlplane-honor", 4, (4, 4), (4, 4)),
    ],
)
def test_the_recorded_end_is_among_the_outcomes(
    name: str, recorded: int, v1_36: tuple[int, int], v1_34: tuple[int, int]
) -> None:
    assert recorded == len({step.pod for step in steps(name) if isinstance(step, Step) and step.node})
    for profile, want in ((V1_36, v1_36), (Profile(), v1_34)):
        found = outcomes(snapshot(name), profile=profile)
        (group,) = found.groups
        assert (found.complete, group.fewest, group.most) == (True, *want)
        assert group.chance is (Chance.ALWAYS if want[0] == len(group.pods) else Chance.SOMETIMES)


PREEMPTIONS = sorted(name for name in recordings() if name.startswith("e-preempt-"))


@pytest.mark.parametrize("name", PREEMPTIONS)
def test_the_recorded_preemption_is_among_the_outcomes(name: str) -> None:
    """From the first refusal on: who was placed before was created before."""
    before, after = _created_late(name)
    found = outcomes(before, profile=V1_36)
    assert found.complete
    end = {step.pod: step.node for step in after if isinstance(step, Step)}
    told = {key for group in found.preempted for key in group.pods}
    assert {key for step in after if isinstance(step, Preempts) for key in step.victims} <= told
    for key, where in end.items():
        group = found.of(key)
        assert group.chance in ({Chance.ALWAYS, Chance.SOMETIMES} if where else {Chance.NEVER, Chance.SOMETIMES})
        assert not where or where in group.nodes


def _created_late(name: str) -> tuple[Snapshot, list[Seen]]:
    """The cluster before the first pod is refused or preempts, and what was seen from then on.

    Who left although nobody preempted it was deleted by hand.
    """
    every = steps(name)
    late = next(at for at, step in enumerate(every) if isinstance(step, Preempts) or step == Step(step.pod))
    placed = {step.pod: step.node for step in every[:late] if isinstance(step, Step)}
    whole = snapshot(name)
    victims = {key for step in every if isinstance(step, Preempts) for key in step.victims}
    leaving = {step.pod for step in every if isinstance(step, Leaves)} - victims
    pods = tuple(
        replace(pod, node=placed.get(pod.key, ""), deleting=pod.deleting or pod.key in leaving & placed.keys())
        for pod in whole.pods
    )
    return replace(whole, pods=pods), every[late:]
