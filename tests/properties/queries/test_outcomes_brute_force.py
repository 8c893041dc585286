"""Every run told pod by pod, node by node, without any symmetry: the reduced search must come to the same.

Where nobody could preempt; test_preemptions_brute_force.py is about the others.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.ranking import rank
from kubeproof.properties.queries.chances import Chance
from kubeproof.properties.queries.explains import explains
from kubeproof.properties.queries.outcomes import outcomes
from kubeproof.properties.queries.seen import Leaves, Step
from kubeproof.properties.strategies.nodes import GPU, HOSTNAME, MOSTLY, SELDOM, nodes
from kubeproof.properties.strategies.pods import pods

Placed = frozenset[tuple[str, str]]


@st.composite
def races(draw: st.DrawFn) -> Snapshot:
    """Up to three nodes, often twins, and up to four pods of a few kinds that wait for them, perhaps beside another."""
    models = draw(st.lists(nodes("n"), min_size=1, max_size=2))
    found: list[Node] = []
    for at in range(draw(st.sampled_from((3, 2, 3, 1)))):
        model, name = draw(st.sampled_from(models)), f"n{at}"
        labels = model.labels.set(HOSTNAME, name) if HOSTNAME in model.labels else model.labels
        amounts = Map({"cpu": draw(st.sampled_from((1000, 2000))), "memory": 8, GPU: 1, "pods": draw(MOSTLY) + 2})
        taints = model.taints if draw(SELDOM) else ()
        found.append(Node(name, labels, taints, allocatable=amounts, images=model.images))
    kinds = draw(st.lists(pods("p").map(_eager), min_size=1, max_size=3))
    count = draw(st.sampled_from((4, 3, 4, 2)))
    waiting = [replace(draw(st.sampled_from(kinds)), name=f"p{at}") for at in range(count)]
    there = [replace(_eager(draw(pods("b"))), node=draw(st.sampled_from(found)).name)] if draw(SELDOM) else []
    return Snapshot(nodes=tuple(found), pods=(*there, *waiting))


def _eager(pod: Pod) -> Pod:
    """The pod, asking for little of a node itself: it is other pods that decide."""
    little = Map({**pod.spec.requests, "cpu": min(pod.spec.requests["cpu"], 500)})
    spec = replace(pod.spec, volumes=(), requests=little, node_terms=None, node_selector=Map())
    spec = replace(spec, preemption_policy="Never")
    return replace(pod, spec=spec, labels=pod.labels.set("app", pod.labels.get("app", "web")))


def every_end(snapshot: Snapshot) -> tuple[set[Placed], set[tuple[str, str]]]:
    """Where the runs end, and every placement that some run makes."""
    waiting = {pod.key: pod for pod in snapshot.pending}
    ends: set[Placed] = set()
    made: set[tuple[str, str]] = set()
    best: dict[tuple[Placed, str], tuple[str, ...]] = {}
    known: set[tuple[Placed, frozenset[str]]] = set()
    stack: list[tuple[Placed, frozenset[str]]] = [(frozenset(), frozenset())]
    while stack:
        placed, refused = stack.pop()
        if (placed, refused) in known:
            continue
        known.add((placed, refused))
        on = dict(placed)
        left = [key for key in waiting if key not in on]
        queue = [key for key in left if key not in refused]
        level = max((waiting[key].spec.priority for key in queue), default=0)
        now = [key for key in left if key in refused or waiting[key].spec.priority == level]
        moved = False
        for key in now:
            if (placed, key) not in best:
                best[placed, key] = best_of(snapshot, on, waiting[key])
            for node in best[placed, key]:
                moved = True
                made.add((key, node))
                stack.append((placed | {(key, node)}, refused))
            if not best[placed, key] and key not in refused:
                moved = True
                stack.append((placed, refused | {key}))
        if not moved:
            ends.add(placed)
    return ends, made


def best_of(snapshot: Snapshot, on: Mapping[str, str], pod: Pod) -> tuple[str, ...]:
    """The nodes that are best for a pod when others are where they are."""
    there = tuple(replace(other, node=on.get(other.key, other.node)) for other in snapshot.pods)
    cycle = Cycle(replace(snapshot, pods=there))
    return tuple(rank(cycle.decide(pod), cycle).best)


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(races())
def test_the_reduced_search_finds_what_every_run_comes_to(snapshot: Snapshot) -> None:
    found = outcomes(snapshot)
    ends, made = every_end(snapshot)
    assert found.complete
    for pod in snapshot.pending:
        group = found.of(pod.key)
        placed = {pod.key in dict(end) for end in ends}
        want = {True: Chance.ALWAYS, False: Chance.NEVER}[placed.pop()] if len(placed) == 1 else Chance.SOMETIMES
        assert group.chance is want
        assert set(group.nodes) == {node for key, node in made if key == pod.key}
        counts = {sum(key in dict(end) for key in group.pods) for end in ends}
        assert (group.fewest, group.most) == (min(counts), max(counts))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(races())
def test_a_run_that_is_shown_can_be_replayed(snapshot: Snapshot) -> None:
    for pod in snapshot.pending:
        group = outcomes(snapshot).of(pod.key)
        if group.placing and group.leaving:
            assert [step for step in group.placing if step.pod == pod.key][-1] != Step(pod.key)
            assert [step for step in group.leaving if step.pod == pod.key][-1] in {Step(pod.key), Leaves(pod.key)}
            assert explains(snapshot, group.placing) is None
            assert explains(snapshot, group.leaving) is None
