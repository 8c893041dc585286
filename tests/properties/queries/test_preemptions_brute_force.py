"""Every run with preemption told pod by pod, node by node, in every order: the reduced search must come to the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle, Result
from kubeproof.model.scheduler.preemption import preempt
from kubeproof.model.scheduler.ranking import rank
from kubeproof.properties.queries.chances import Chance
from kubeproof.properties.queries.explains import explains
from kubeproof.properties.queries.outcomes import outcomes
from kubeproof.properties.queries.seen import Leaves, Preempts, Step
from kubeproof.properties.strategies.nodes import MOSTLY
from tests.properties.queries.sketches import HOSTNAME, ZONE, near, node, selector, spread
from tests.properties.queries.sketches import pod as sketch

State = tuple[tuple[Pod | None, ...], frozenset[str]]
STARTS = ("", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


@st.composite
def crowds(draw: st.DrawFn) -> Snapshot:
    """One to three nodes that are nearly full, and pods of different priority that want to be there."""
    count = draw(st.sampled_from((2, 1, 2, 3)))
    room = draw(st.sampled_from((100, 200)))
    nodes = [node(f"n{at}", cpu=room, zone="z" if draw(st.booleans()) else "y") for at in range(count)]
    ranks = draw(st.sampled_from(((0, 9), (0, 5, 9), (0, 9, 9), (0, 0, 9), (5, 5))))
    kinds = [_kind(draw, at, rank) for at, rank in enumerate(ranks)]
    there: list[Pod] = []
    for at in range(draw(st.sampled_from((count, 3, 2, 1)))):
        deleting = draw(st.integers(0, 7)) == 7
        on = nodes[at % count]
        one = replace(kinds[0 if draw(MOSTLY) else -1], name=f"b{at}", node=on.name)
        there.append(
            replace(
                one,
                start_time=draw(st.sampled_from(STARTS)),
                deleting=deleting,
                preempted=deleting and draw(st.booleans()),
            )
        )
    waiting = [
        replace(
            draw(st.sampled_from(kinds[::-1])),
            name=f"p{at}",
            nominated=draw(st.sampled_from(nodes)).name if draw(st.integers(0, 5)) == 5 else "",
        )
        for at in range(draw(st.sampled_from((2, 3, 1))))
    ]
    budgets = (Budget("shop", "b", selector("a0"), 0),) if draw(st.integers(0, 3)) == 3 else ()
    return Snapshot(nodes=tuple(nodes), pods=(*there, *waiting), budgets=budgets)


def _kind(draw: st.DrawFn, at: int, rank: int) -> Pod:
    key = draw(st.sampled_from((HOSTNAME, ZONE)))
    looks = draw(st.integers(0, 7))
    asked: dict[int, dict[str, Any]] = {
        5: {"anti_affinity": (near(key, "a0"),)},
        6: {"affinity": (near(key, "a0"),)},
        7: {"spread": (spread(key),)},
    }
    app = f"a{draw(st.integers(0, 1))}" if looks < 7 else "web"
    amount = draw(st.sampled_from((100, 50)))
    policy = "Never" if draw(st.integers(0, 5)) == 5 else "PreemptLowerPriority"
    return sketch(
        f"k{at}",
        app=app,
        cpu=amount,
        priority=rank,
        preemption_policy=policy,
        **asked.get(looks, {}),
    )


class Everything:
    """All runs of a small cluster."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.ends: set[tuple[Pod | None, ...]] = set()
        self.made: set[tuple[str, str]] = set()
        self.told: set[str] = set()
        fresh = frozenset(pod.key for pod in snapshot.pending if not pod.nominated)
        stack: list[State] = [(snapshot.pods, fresh)]
        known = set(stack)
        while stack:
            state = stack.pop()
            after = {new for new in self.after(state) if new != state}
            if not after:
                self.ends.add(state[0])
            stack += after - known
            known |= after

    def after(self, state: State) -> Iterator[State]:
        pods, fresh = state
        level = max((pod.spec.priority for pod in pods if pod and pod.key in fresh), default=0)
        for at, pod in enumerate(pods):
            if pod and pod.node and pod.deleting:
                yield (*pods[:at], None, *pods[at + 1 :]), fresh
            if pod and not pod.node and (pod.key not in fresh or pod.spec.priority == level):
                for new in self.turn(pods, pod):
                    yield new, fresh - {pod.key}

    def turn(self, pods: Sequence[Pod | None], pod: Pod) -> Iterator[tuple[Pod | None, ...]]:
        there = [other for other in pods if other]
        cycle = Cycle(replace(self.snapshot, pods=tuple(there)))
        decision = cycle.decide(pod)
        if decision.result is Result.FITS:
            for name in rank(decision, cycle).best:
                self.made.add((pod.key, name))
                yield _with(pods, {pod.key: replace(pod, node=name, nominated="")})
            return
        found = preempt(decision)
        if not (found and found.candidates):
            yield _with(pods, {pod.key: replace(pod, nominated="")} if found and found.searched else {})
            return
        on = [other for other in there if other.node]
        for order in permutations(on):
            snapshot = replace(self.snapshot, pods=(*order, *(other for other in there if not other.node)))
            found = preempt(Cycle(snapshot).decide(pod))
            for name in found.nominated if found else ():
                victims = found.candidates[name].victims if found else ()
                self.told |= {victim.key for victim in victims if not victim.deleting}
                lower = [
                    other for other in there if other.nominated == name and other.spec.priority < pod.spec.priority
                ]
                yield _with(
                    pods,
                    {victim.key: replace(victim, deleting=True, preempted=True) for victim in victims}
                    | {other.key: replace(other, nominated="") for other in lower}
                    | {pod.key: replace(pod, nominated=name)},
                )


def _with(pods: Sequence[Pod | None], changed: dict[str, Pod]) -> tuple[Pod | None, ...]:
    return tuple(changed.get(pod.key, pod) if pod else None for pod in pods)


def placed(end: Sequence[Pod | None], keys: Sequence[str]) -> int:
    return sum(bool(pod and pod.node and pod.key in keys) for pod in end)


def gone(end: Sequence[Pod | None], keys: Sequence[str]) -> int:
    return len(keys) - sum(bool(pod and pod.key in keys) for pod in end)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crowds())
def test_the_reduced_search_finds_what_every_run_comes_to(snapshot: Snapshot) -> None:
    found, all_of_it = outcomes(snapshot), Everything(snapshot)
    assert found.complete
    for pod in snapshot.pending:
        group = found.of(pod.key)
        here = {placed(end, [pod.key]) for end in all_of_it.ends}
        want = {1: Chance.ALWAYS, 0: Chance.NEVER}[here.pop()] if len(here) == 1 else Chance.SOMETIMES
        assert group.chance is want
        assert set(group.nodes) == {name for key, name in all_of_it.made if key == pod.key}
        counts = {placed(end, group.pods) for end in all_of_it.ends}
        assert (group.fewest, group.most) == (min(counts), max(counts))
    assert {key for victims in found.preempted for key in victims.pods} == all_of_it.told
    for victims in found.preempted:
        counts = {gone(end, victims.pods) for end in all_of_it.ends}
        assert (victims.fewest, victims.most) == (min(counts), max(counts))
        assert (victims.chance is Chance.ALWAYS) is (min(counts) == len(victims.pods))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crowds())
def test_a_run_that_is_shown_can_be_replayed(snapshot: Snapshot) -> None:
    for pod in snapshot.pending:
        group = outcomes(snapshot).of(pod.key)
        if group.placing and group.leaving:
            last = [
                [step for step in run if step.pod == pod.key and not isinstance(step, Preempts)][-1]
                for run in (group.placing, group.leaving)
            ]
            assert isinstance(last[0], Step)
            assert last[0].node
            assert last[1] in {Step(pod.key), Leaves(pod.key)}
            assert explains(snapshot, group.placing) is None
            assert explains(snapshot, group.leaving) is None
