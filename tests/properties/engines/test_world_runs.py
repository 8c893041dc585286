"""Runs of worlds: they find what the search finds, end where it does, come out the same each time, and say what they
did not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.world import World
from kubeproof.properties.engines import world_runs, worlds
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_happenings import Happening, happenings
from kubeproof.properties.engines.world_moves import pod_deleted
from kubeproof.properties.engines.world_runs import RunOptions, verify
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.world_story import NotReplayed, summary
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end, sometimes
from tests.properties.engines.test_worlds import ENDS, LAWS, SMALL, W, never, pods, scaled, start, waiting

TWO = start(*SMALL, nodes=2, replicas=2)


def test_runs_break_what_the_search_breaks_and_nothing_else() -> None:
    laws = [always(name, condition) for name, condition, _ in LAWS]
    found = verify(laws, Cluster(TWO, SMALL), RunOptions(runs=40))
    assert [one.outcome for one in found] == [Outcome.HELD if holds else Outcome.VIOLATED for _, _, holds in LAWS]
    assert all((one.trace is None) is holds for one, (_, _, holds) in zip(found, LAWS, strict=True))
    assert not any(one.complete for one in found)


@pytest.mark.parametrize(
    ("components", "law", "outcome", "why", "loop"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_ends_are_told_apart(
    components: tuple[Component, ...], law: WorldLaw, outcome: Outcome, *, why: str, loop: int | None
) -> None:
    cluster = Cluster(start(*components, replicas=2 if len(components) == 2 else 0), components)
    [found] = verify([law], cluster, RunOptions(runs=2, old=20))
    assert found.outcome is (Outcome.HELD if outcome is Outcome.PROVED else outcome)
    assert found.why.startswith(why or "in 2 runs")
    assert (found.trace is None) is (loop is None)
    if found.trace is not None and "oscillation" in why:
        assert found.trace.loop is not None


def counting(most: int) -> Component:
    """Somebody who asks for one more each second, up to a number."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        held = look.get(key, ReplicaSet)
        if held is not None and held.spec.replicas < most:
            yield Write("update", key, replace(held, spec=replace(held.spec, replicas=held.spec.replicas + 1)))

    return Component("counter", each("ReplicaSet"), decide)


def test_what_grows_for_ever_comes_to_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    grows = Cluster(start(), (counting(1 << 20),))
    [found] = verify([in_the_end("rests")], grows, RunOptions(runs=3, horizon=60))
    told = "3 of 3 runs had not come to an end after 1m0s, or 100000 steps"
    assert (found.outcome, found.why) == (Outcome.UNKNOWN, told)
    monkeypatch.setattr(world_runs, "MOST", 50)
    [found] = verify([in_the_end("rests")], grows, RunOptions(runs=2))
    assert (found.outcome, found.states) == (Outcome.UNKNOWN, 100)


def test_a_law_of_a_step_is_asked_of_each_look() -> None:
    law = every_step("nobody asks for five", lambda before, events, after: replicas(after) != 5)
    [found] = verify([law], Cluster(start(), (counting(9),)))
    assert (found.outcome, found.why) == (Outcome.VIOLATED, "the run with the first choices")


def replicas(world: World) -> int:
    held = world.store.get(W)
    return held.spec.replicas if isinstance(held, ReplicaSet) else 0


def test_what_the_first_choices_miss_a_draw_finds() -> None:
    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        held = look.get(key, ReplicaSet)
        if held is not None and not held.spec.replicas:
            yield Write("update", key, replace(held, spec=replace(held.spec, replicas=pick([1, 2, 3]))))

    cluster = Cluster(start(), (Component("chooser", each("ReplicaSet"), decide),))
    laws = [
        sometimes("three", lambda world: replicas(world) == 3),
        sometimes("four", lambda world: replicas(world) == 4),
    ]
    three, four = verify(laws, cluster, RunOptions(runs=20, seed=7))
    assert three.outcome is Outcome.PROVED
    assert three.why.startswith("run ")
    assert three.why.endswith(" with seed 7")
    assert three.trace is not None
    assert (four.outcome, four.why) == (Outcome.UNKNOWN, "not seen in 20 runs")


def test_the_environment_does_at_some_time_what_it_may_and_never_more() -> None:
    cluster = Cluster(TWO, (*SMALL, waiting(5)), (pod_deleted(2),))
    options = RunOptions(runs=30, horizon=60)
    counts = [sum(one.step.by == "environment" for one in happenings(cluster, options, number)) for number in range(30)]
    assert counts[0] == 2
    assert set(counts) == {0, 1, 2}
    times = [
        [one.world.now for one in happenings(cluster, options, number) if one.step.by == "environment"]
        for number in range(30)
    ]
    assert len({tuple(one) for one in times}) > 3


def test_a_run_is_the_same_each_time_and_others_differ() -> None:
    cluster, options = Cluster(TWO, SMALL, (pod_deleted(1),)), RunOptions()
    runs = [list(happenings(cluster, options, number)) for number in (3, 3, 4)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_what_comes_out_otherwise_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(100))

    def unsteady(cluster: Cluster, options: RunOptions, number: int) -> Iterator[Happening]:
        return happenings(cluster, options, next(calls))

    monkeypatch.setattr(world_runs, "happenings", unsteady)
    with pytest.raises(NotReplayed, match="run 1 comes out otherwise when it is done again"):
        verify([in_the_end("never", never)], Cluster(TWO, SMALL, (pod_deleted(1),)), RunOptions(runs=1))


def test_a_refusal_is_like_another_when_a_run_is_done_again() -> None:
    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        yield Write("delete", Key("ReplicaSet", "shop", "nobody"))

    cluster = Cluster(start(), (Component("asker", each("ReplicaSet"), decide),))

    def refused(before: World, events: object, after: World) -> bool:
        return False

    [found] = verify([every_step("nothing happens", refused)], cluster)
    assert found.outcome is Outcome.VIOLATED
    assert found.trace is not None
    assert found.trace.steps == ("deletes replicaset nobody: refused",)
    assert Refused(404, "NotFound", "x") != Refused(404, "NotFound", "x")


def test_progress_is_told_and_an_interruption_leaves_what_is_known() -> None:
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise KeyboardInterrupt

    cluster = Cluster(start(), (counting(1 << 20), scaled("up", 2, -1)))
    laws = [always("all is well", lambda world: True), sometimes("two", lambda world: replicas(world) == 2)]
    found = verify(laws, cluster, RunOptions(runs=2, horizon=1000), stop)
    assert [one.states for one in seen] == [1000, 2000, 3000]
    assert (found[0].outcome, found[0].why) == (Outcome.UNKNOWN, "interrupted after 0 runs")


AGREE: tuple[tuple[str, Callable[[World], bool]], ...] = (
    ("there is a pod in the end", lambda world: bool(pods(world))),
    ("there are two in the end", lambda world: len(pods(world)) == 2),
    ("there is none in the end", lambda world: not pods(world)),
)


@pytest.mark.parametrize(("name", "condition"), AGREE, ids=[row[0] for row in AGREE])
def test_the_end_is_as_the_search_has_it(name: str, condition: Callable[[World], bool]) -> None:
    cluster, law = Cluster(TWO, SMALL, (pod_deleted(1),)), in_the_end(name, condition)
    [searched], [ran] = worlds.verify([law], cluster), verify([law], cluster)
    assert (searched.outcome is Outcome.PROVED) is (ran.outcome is Outcome.HELD)


def test_a_story_counts_many_nodes() -> None:
    told = dict(summary(start(nodes=14, pods=3)))
    assert told["nodes"] == "11 empty; 3 web Pending"
    assert "node/n0" not in told


def test_what_the_first_world_breaks_needs_no_step() -> None:
    [found] = verify([always("there is no ReplicaSet", lambda world: world.store.get(W) is None)], Cluster(TWO, SMALL))
    assert found.outcome is Outcome.VIOLATED
    assert found.trace is not None
    assert len(found.trace.moments) == 1
