"""Clusters that grow and shrink: when nodes are asked for, come, are drained and go."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.cluster_autoscaler import groups_file
from kubeproof.model.cluster_autoscaler.component import cluster_autoscaler
from kubeproof.model.cluster_autoscaler.draining import TO_BE_DELETED
from kubeproof.model.cluster_autoscaler.memory import Memory, Since
from kubeproof.model.component import Remember, first
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.extras import Extras
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.pod_status import Condition, PodStatus
from kubeproof.model.play import Played, Setup, begun, play
from kubeproof.model.script import parsed
from tests.model.descheduler import build
from tests.model.descheduler.manifests import deployment, pinned

GROUPS = """
groups:
- {name: pool, min: 1, max: 4, node: cpu=4 memory=8Gi, startup: 43s}
scale-down-unneeded-time: 3m
scale-down-delay-after-add: 5m
"""


def node(name: str) -> str:
    return f"""---
apiVersion: v1
kind: Node
metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}}}}}
status: {{allocatable: {{cpu: "4", memory: 8Gi, pods: "110"}}}}
"""


def run(text: str, until: int, script: str = "[]", groups: str = GROUPS) -> Played:
    setup = Setup(extras=Extras(cluster_autoscaler=groups_file.parsed(groups)))
    start = begun(setup, stated_text(text))
    return play(start.setup, start.world, until, parsed(script))


def told(played: Played) -> list[tuple[int, str, str]]:
    """What the autoscaler does, without what its provider reports of a machine."""
    return [
        (event.at, event.write.verb, event.key.name if event.key.kind == "Node" else event.key.kind)
        for event in played.events
        if event.by == "cluster-autoscaler" and event.key.kind != "Lease" and event.refused is None
    ]


def nodes(played: Played) -> list[str]:
    return sorted(key.name for key in played.world.store.bucket(of_kind("Node")))


def scales(**sizes: int) -> str:
    """A script that scales the Deployment, at `at60` to so many pods."""
    steps = (f"{{at: {at[2:]}s, scale: {{object: deployment/web, replicas: {to}}}}}" for at, to in sizes.items())
    return f"[{', '.join(steps)}]"


def check_growth() -> None:
    played = run(node("pool-1") + deployment(2, cpu=2), 290, scales(at60=6))
    assert told(played) == [(113, "create", "pool-2"), (113, "create", "pool-3")]
    pods: Any = played.world.store.bucket(of_kind("Pod")).values()
    assert sorted(pod.node for pod in pods) == ["pool-1"] * 2 + ["pool-2"] * 2 + ["pool-3"] * 2


def test_nodes_come_for_pods_that_fit_nowhere_and_no_more_than_are_needed() -> None:
    check_growth()


def test_there_are_no_more_nodes_than_the_group_may_have() -> None:
    played = run(node("pool-1") + deployment(20, cpu=2), 600)
    assert nodes(played) == ["pool-1", "pool-2", "pool-3", "pool-4"]


def check_shrinking() -> None:
    played = run(node("pool-1") + deployment(2, cpu=2), 1200, scales(at60=6, at240=2))
    assert told(played)[2:] == [
        (430, "update", "pool-2"),
        (430, "delete", "pool-2"),
        (430, "update", "pool-3"),
        (430, "delete", "pool-3"),
    ]
    assert nodes(played) == ["pool-1"]


def test_empty_nodes_go_when_they_were_unneeded_for_long_enough() -> None:
    check_shrinking()


def check_delay() -> None:
    played = run(node("pool-1") + deployment(2, cpu=2), 1200, scales(at60=6, at125=2))
    assert [at for at, verb, _ in told(played) if verb == "delete"] == [370, 370]


def test_not_before_some_time_after_nodes_were_added() -> None:
    check_delay()


TWO = node("pool-1") + node("pool-2") + deployment(2)


def check_drained() -> None:
    played = run(TWO, 600)
    assert told(played) == [(180, "update", "pool-1"), (180, "evict", "Pod"), (190, "delete", "pool-1")]
    assert nodes(played) == ["pool-2"]


def test_a_node_that_is_hardly_used_is_drained_first() -> None:
    check_drained()


def test_a_node_with_a_pod_that_nobody_owns_stays() -> None:
    played = run(node("pool-1") + node("pool-2") + pinned("a", "pool-1", 1) + pinned("b", "pool-2", 1), 600)
    assert told(played) == []


def test_there_are_no_fewer_nodes_than_the_group_has_to_have() -> None:
    played = run(TWO, 600, groups=GROUPS.replace("min: 1", "min: 2"))
    assert told(played) == []


def test_nodes_of_no_group_are_left_alone() -> None:
    played = run(TWO.replace("pool-", "n"), 600)
    assert told(played) == []


BUDGET = """---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {ALLOWS, selector: {matchLabels: {app: web}}}
"""


@pytest.mark.parametrize(("allows", "left"), [("maxUnavailable: 0", 2), ("maxUnavailable: 1", 1)])
def test_a_budget_keeps_a_node(allows: str, left: int) -> None:
    assert len(nodes(run(TWO + BUDGET.replace("ALLOWS", allows), 600))) == left


def look_of(since: int, *, leaving: bool) -> list[Any]:
    """What one scan does where a node has been drained since then, and a pod is left there."""
    tainted = build.node("pool-1", taints=(TO_BE_DELETED,))
    left = build.pod("a", "pool-1", deleted=leaving)
    at = build.look([tainted, build.node("pool-2")], [left])
    at.memory = Memory(build.NOW, draining=(Since("pool-1", since),))
    component = cluster_autoscaler(groups_file.parsed(GROUPS))
    [key] = component.objects(at)
    return list(component.decide(at, key, first))


DRAINS: tuple[tuple[str, int, bool, list[str], int | None], ...] = (
    ("a pod that is left is asked again", 1, False, ["evict"], None),
    ("one that is on its way is waited for", 1, True, [], None),
    ("also for long", 120, True, [], None),
    ("one that cannot be evicted for two minutes ends it", 120, False, ["update"], build.NOW),
)


def check_drain(ago: int, leaving: bool, verbs: list[str], failed_at: int | None) -> None:
    done = look_of(build.NOW - ago, leaving=leaving)
    assert [one.verb for one in done if isinstance(one, Write)] == verbs
    [memory] = [one.value for one in done if isinstance(one, Remember)]
    assert isinstance(memory, Memory)
    assert memory.failed_at == failed_at
    assert memory.draining == (() if failed_at else (Since("pool-1", build.NOW - ago),))


@pytest.mark.parametrize(
    ("ago", "leaving", "verbs", "failed_at"), [row[1:] for row in DRAINS], ids=[row[0] for row in DRAINS]
)
def test_how_a_drain_goes_on(ago: int, leaving: bool, verbs: list[str], failed_at: int | None) -> None:
    check_drain(ago, leaving, verbs, failed_at)


STARTING = (
    ("a node that is not ready yet is waited for", 5, 0),
    ("for a quarter of an hour", 899, 0),
    ("no longer", 900, 1),
)


def check_starting(ago: int, asked: int) -> None:
    said = Condition("PodScheduled", "False", "Unschedulable")
    waiting = replace(build.pod("a", "", cpu=100), status=PodStatus("Pending", conditions=(said,)))
    new = build.node("pool-2", taints=(environment.NEW,))
    at = build.look([replace(new, meta=replace(new.meta, created_at=build.NOW - ago))], [waiting])
    at.memory = Memory(build.NOW)
    component = cluster_autoscaler(groups_file.parsed(GROUPS))
    [key] = component.objects(at)
    [memory] = [one.value for one in component.decide(at, key, first) if isinstance(one, Remember)]
    assert isinstance(memory, Memory)
    assert len(memory.booting) == asked


@pytest.mark.parametrize(("ago", "asked"), [row[1:] for row in STARTING], ids=[row[0] for row in STARTING])
def test_whether_another_node_is_asked_for_while_one_starts(ago: int, asked: int) -> None:
    check_starting(ago, asked)
