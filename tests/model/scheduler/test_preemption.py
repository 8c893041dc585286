"""What PostFilter says, sentence by sentence (v1.34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from immutables import Map
from lightkube.models import core_v1, policy_v1

from kubeproof.model.objects import budget as budgets
from kubeproof.model.objects import pod as pods
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import EVERYTHING, NOTHING, Selector, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import PersistentVolume, PersistentVolumeClaim, Storage
from kubeproof.model.objects.taints import Taint
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler import victims
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.event import event
from kubeproof.model.scheduler.preemption import Outcome, Preemption, pick, preempt
from kubeproof.model.scheduler.victims import Candidate
from kubeproof.properties.strategies import clusters
from kubeproof.properties.strategies import pods as some_pods

RWOP = frozenset({"ReadWriteOncePod"})
NO_CLAIMS = "no new claims to deallocate, preemption: "
LABELS = Map({"app": "web"})
HTTP = HostPort("0.0.0.0", "TCP", 80)


def node(name: str, cpu: int = 4000, **more: Any) -> Node:
    labels = Map({"kubernetes.io/hostname": name, "zone": "z"})
    return Node(name, **{"labels": labels, "allocatable": Map({"cpu": cpu, "pods": 10}), **more})


def spec(cpu: int = 1000, priority: int = 0, **more: Any) -> PodSpec:
    return PodSpec(requests=Map({"cpu": cpu}), priority=priority, **more)


def on(place: str, name: str, cpu: int = 1000, priority: int = 0, start: int | None = 0, **more: Any) -> Pod:
    """A pod on a node; `start` in seconds, None where it has not started."""
    own = {key: more.pop(key) for key in list(more) if key in PodSpec.__struct_fields__}
    started = "" if start is None else f"2026-03-01 00:00:{start:02}+00:00"
    labels = more.pop("labels", LABELS)
    return Pod("shop", name, labels, spec(cpu, priority, **own), node=place, start_time=started, **more)


def asking(cpu: int = 4000, priority: int = 10, **more: Any) -> Pod:
    own = {key: more.pop(key) for key in list(more) if key in PodSpec.__struct_fields__}
    return Pod("shop", "asking", LABELS, spec(cpu, priority, **own), **more)


def waiting(place: str, cpu: int, priority: int, **more: Any) -> Pod:
    """A pod that is nominated to a node."""
    return Pod("shop", "nominated", LABELS, spec(cpu, priority, **more), nominated=place)


def answer(pod: Pod, nodes: Sequence[Node], *others: Pod, guards: Sequence[Budget] = ()) -> Preemption:
    cycle = Cycle(Snapshot(tuple(nodes), budgets=tuple(guards)).with_pods(others))
    found = preempt(cycle.decide(pod), cycle.columns)
    assert found
    return found


def guard(allowed: int, selector: Selector | None = None, **more: Any) -> Budget:
    return Budget("shop", "guard", of_labels(LABELS) if selector is None else selector, allowed, **more)


def names(candidate: Candidate) -> list[str]:
    return [victim.name for victim in candidate.victims]


class Says(NamedTuple):
    """`text`: what PostFilter adds to the event, after what DynamicResources and it put in front."""

    sentence: str
    pod: Pod
    nodes: Sequence[Node]
    others: Sequence[Pod]
    text: str


FULL = [on("a", "low")]
HELPLESS = "0/1 nodes are available: 1 Preemption is not helpful for scheduling."
TOLD = (
    Says(
        "a pod that never preempts says so",
        asking(preemption_policy="Never"),
        [node("a")],
        FULL,
        "not eligible due to preemptionPolicy=Never.",
    ),
    Says(
        "pods of the same priority are no victims",
        asking(priority=0),
        [node("a")],
        FULL,
        "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ),
    Says("a node that is too small is not tried", asking(5000), [node("a")], FULL, HELPLESS),
    Says(
        "a taint is not lifted by taking pods away",
        asking(),
        [node("a", taints=(Taint("gpu", "yes", "NoSchedule"),))],
        FULL,
        HELPLESS,
    ),
    Says(
        "where it would not fit even then, the filter's reason counts",
        asking(),
        [node("a"), node("b", 1000), node("c")],
        [on("a", "high", priority=20), on("a", "low"), on("c", "same", priority=10)],
        "0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod, "
        "1 Preemption is not helpful for scheduling.",
    ),
    Says(
        "it waits for the victims on its nominated node to end",
        asking(nominated="a"),
        [node("a")],
        [on("a", "low", deleting=True, preempted=True)],
        "not eligible due to a terminating pod on the nominated node.",
    ),
    Says(
        "a nominated pod of the same priority keeps its room",
        asking(),
        [node("a")],
        [*FULL, waiting("a", 1000, 10)],
        "0/1 nodes are available: 1 Insufficient cpu.",
    ),
)


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.sentence)
def test_where_nothing_helps_the_event_says_why(case: Says) -> None:
    found = answer(case.pod, case.nodes, *case.others)
    assert (found.outcome, found.message) == (Outcome.UNSCHEDULABLE, NO_CLAIMS + case.text)
    assert not found.candidates
    assert not found.nominated
    assert found.victims is None


class Goes(NamedTuple):
    """`victims`: for each node on which preemption helps, those who would go."""

    sentence: str
    pod: Pod
    nodes: Sequence[Node]
    others: Sequence[Pod]
    victims: dict[str, list[str]]
    guards: Sequence[Budget] = ()


SPREAD = SpreadConstraint(1, "kubernetes.io/hostname", True, of_labels(LABELS), 1, True, False)
APART = PodAffinityTerm("zone", of_labels(LABELS), frozenset({"shop"}), NOTHING)
THREE = [on("a", "old", 1500), on("a", "new", 1500, start=9), on("a", "mid", 1000, 5, start=20)]
CHOSEN = (
    Goes("all go where all is asked for", asking(), [node("a")], THREE, {"a": ["mid", "old", "new"]}),
    Goes("the most important is let back in first", asking(3000), [node("a")], THREE, {"a": ["old", "new"]}),
    Goes("of equal ones the longest running stays", asking(1500), [node("a")], THREE, {"a": ["new"]}),
    Goes(
        "a pod that has not started is the first to go",
        asking(2000),
        [node("a")],
        [on("a", "old", 2000, start=59), on("a", "unborn", 2000, start=None)],
        {"a": ["unborn"]},
    ),
    Goes(
        "a terminating victim elsewhere does not hold it back",
        asking(nominated="b"),
        [node("a"), node("b", 1000)],
        [on("a", "low"), on("b", "gone", deleting=True, preempted=True)],
        {"a": ["low"]},
    ),
    Goes(
        "a terminating pod that nobody preempted may be a victim",
        asking(nominated="a"),
        [node("a")],
        [on("a", "low", deleting=True)],
        {"a": ["low"]},
    ),
    Goes(
        "a nominated pod of lower priority has no room kept",
        asking(),
        [node("a")],
        [*FULL, waiting("a", 1000, 9)],
        {"a": ["low"]},
    ),
    Goes(
        "a port is free once its holder is gone",
        asking(1, host_ports=frozenset({HTTP})),
        [node("a")],
        [on("a", "server", 1, host_ports=frozenset({HTTP})), on("a", "other", 1)],
        {"a": ["server"]},
    ),
    Goes(
        "kube-scheduler forgets a port when one of two holders is gone",
        asking(1, host_ports=frozenset({HTTP})),
        [node("a")],
        [
            on("a", "server", 1, host_ports=frozenset({HTTP})),
            on("a", "above", 1, priority=99, host_ports=frozenset({HTTP})),
        ],
        {"a": ["server"]},
    ),
    Goes(
        "spread lets back in what the skew allows",
        asking(1, spread=(SPREAD,)),
        [node("a"), node("b", 0)],
        [on("a", "a1", 1), on("a", "a2", 1, start=1), on("b", "b1", 0)],
        {"a": ["a2"]},
    ),
    Goes(
        "an anti-affinity in a zone is met by one node's pods",
        asking(1, anti_affinity=(APART,)),
        [node("a"), node("b")],
        [on("a", "a1", 1), on("a", "other", 1, labels=Map())],
        {"a": ["a1"]},
    ),
    Goes(
        "and not where pods on two nodes are in the way",
        asking(1, anti_affinity=(APART,)),
        [node("a"), node("b")],
        [on("a", "a1", 1), on("b", "b1", 1)],
        {},
    ),
    Goes(
        "a guarded pod is let back in before one that is not",
        asking(2000),
        [node("a")],
        [on("a", "free", 2000, 5, labels=Map({"app": "x"})), on("a", "guarded", 2000)],
        {"a": ["free"]},
        [guard(0)],
    ),
    Goes(
        "a budget that still allows one guards the second",
        asking(2000),
        [node("a")],
        [on("a", "first", 2000), on("a", "second", 2000, start=1)],
        {"a": ["first"]},
        [guard(1)],
    ),
    Goes(
        "an empty selector guards nobody",
        asking(2000),
        [node("a")],
        [on("a", "free", 2000, 5, labels=Map({"app": "x"})), on("a", "low", 2000)],
        {"a": ["low"]},
        [guard(0, EVERYTHING)],
    ),
    Goes(
        "a pod that is on its way out is guarded no more",
        asking(2000),
        [node("a")],
        [on("a", "free", 2000, 5, labels=Map({"app": "x"})), on("a", "low", 2000)],
        {"a": ["low"]},
        [guard(0, disrupted=frozenset({"low"}))],
    ),
)


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.sentence)
def test_who_would_have_to_go(case: Goes) -> None:
    found = answer(case.pod, case.nodes, *case.others, guards=case.guards)
    assert {name: names(candidate) for name, candidate in found.candidates.items()} == case.victims
    assert (found.outcome is Outcome.SUCCESS) == bool(case.victims)


def candidate(node: str, *victims: Pod, violations: int = 0) -> Candidate:
    return Candidate(node, victims, violations)


LOW, HIGH, LATE, BELOW = (
    on("", "low"),
    on("", "high", priority=5),
    on("", "late", start=9),
    on("", "below", priority=-5),
)
PICKED = {
    "fewer broken budgets, whatever the priorities": ((candidate("a", LOW, violations=1), candidate("b", HIGH)), ["b"]),
    "a lower highest priority": ((candidate("a", HIGH), candidate("b", LOW, LOW)), ["b"]),
    "a smaller sum of priorities": ((candidate("a", HIGH, LOW), candidate("b", HIGH, BELOW)), ["b"]),
    "fewer victims, even of negative priority": ((candidate("a", BELOW, BELOW), candidate("b", BELOW)), ["b"]),
    "a later start of the most important victims": (
        (candidate("a", HIGH, LATE), candidate("b", HIGH, LOW)),
        ["a", "b"],
    ),
    "the earliest start counts": ((candidate("a", LATE, LATE), candidate("b", LATE, LOW)), ["a"]),
    "equal nodes are all named": ((candidate("a", LOW), candidate("b", LOW)), ["a", "b"]),
    "nothing of nothing": ((), []),
}


@pytest.mark.parametrize(("candidates", "best"), PICKED.values(), ids=PICKED)
def test_the_node_where_it_hurts_least(candidates: Sequence[Candidate], best: list[str]) -> None:
    assert pick(candidates) == best


def test_success_is_told_by_node_and_victims() -> None:
    found = answer(
        asking(),
        [node("a"), node("b"), node("c")],
        on("a", "a1", priority=5),
        on("b", "b1"),
        on("c", "c1", priority=10),
    )
    assert (found.outcome, found.message) == (Outcome.SUCCESS, "")
    assert found.nominated == ["b"]
    assert found.victims == found.candidates["b"].victims
    assert [verdict.reasons for verdict in found.statuses.values()] == [
        ("No preemption victims found for incoming pod",)
    ]


def test_the_event_is_the_filters_text_and_then_preemptions() -> None:
    fits, full = [node("a")], on("a", "low", priority=10)
    assert event(Cycle(Snapshot(tuple(fits))).decide(asking())) == ""
    assert event(Cycle(Snapshot()).decide(asking())) == "no nodes available to schedule pods"
    assert event(Cycle(Snapshot(tuple(fits)).with_pods([full])).decide(asking())) == (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: "
        "0/1 nodes are available: 1 No preemption victims found for incoming pod."
    )
    lower = on("a", "low")
    assert event(Cycle(Snapshot(tuple(fits)).with_pods([lower])).decide(asking())) == (
        "0/1 nodes are available: 1 Insufficient cpu."
    )


def test_a_terminating_pod_is_taken_off_though_spread_did_not_count_it() -> None:
    """So kube-scheduler sees one pod less than there are, and takes the node for a good one."""
    ghost, real = on("a", "ghost", 1, deleting=True), on("a", "real", 1, priority=99)
    found = answer(asking(1, spread=(SPREAD,)), [node("a"), node("b", 0)], ghost, real)
    assert {name: names(candidate) for name, candidate in found.candidates.items()} == {"a": ["ghost"]}


def test_a_claim_is_free_once_one_of_its_users_is_gone() -> None:
    """kube-scheduler counts a ReadWriteOncePod claim once, however many pods use it."""
    claim = PersistentVolumeClaim("shop", "one", phase="Bound", volume="pv", bind_completed=True, access_modes=RWOP)
    stored = Storage(claims=Map({("shop", "one"): claim}), volumes=Map({"pv": PersistentVolume("pv")}))
    users = [on("a", "low", 1, volumes=(Claim("one"),)), on("a", "high", 1, priority=99, volumes=(Claim("one"),))]
    cycle = Cycle(Snapshot((node("a"),), storage=stored).with_pods(users))
    found = preempt(cycle.decide(asking(1, volumes=(Claim("one"),))))
    assert found
    assert {name: names(candidate) for name, candidate in found.candidates.items()} == {"a": ["low"]}


def test_a_pod_that_prefilter_rejects_finds_nothing_that_it_left() -> None:
    claims = (Claim("no-such-claim"),)
    found = answer(asking(1, volumes=claims), [node("a")])
    assert (found.outcome, found.message) == (Outcome.ERROR, "not found")


@given(clusters(max_pods=10), some_pods())
def test_on_every_candidate_the_pod_fits_once_the_victims_are_gone(snapshot: Snapshot, pod: Pod) -> None:
    """Where no pod is being deleted and no port is held twice, counting anew and counting on agree."""
    alive = (msgspec.structs.replace(other, deleting=False, nominated="") for other in snapshot.pods)
    portless = (
        msgspec.structs.replace(other, spec=msgspec.structs.replace(other.spec, host_ports=frozenset()))
        for other in alive
    )
    snapshot = Snapshot(snapshot.nodes, tuple(portless), snapshot.namespaces, snapshot.storage)
    above = max((other.spec.priority for other in snapshot.pods), default=0) + 1
    pod = msgspec.structs.replace(pod, nominated="", spec=msgspec.structs.replace(pod.spec, priority=above))
    decision = Cycle(snapshot).decide(pod)
    found = preempt(decision)
    for name, candidate in found.candidates.items() if found else ():
        without = snapshot.without_pods([victim.key for victim in candidate.victims])
        assert decision.nodes[name] is not None
        assert Cycle(without).decide(pod).nodes[name] is None


def test_a_pod_is_preempted_by_its_first_disruption_condition() -> None:
    def raw(*conditions: tuple[str, str, str], deleted: bool = True) -> Pod:
        meta = {"name": "p", **({"deletionTimestamp": "2026-03-01T00:00:00Z"} if deleted else {})}
        listed = [{"type": kind, "status": status, "reason": reason} for kind, status, reason in conditions]
        manifest = {"metadata": meta, "spec": {"containers": []}, "status": {"conditions": listed}}
        return pods.normalise(msgspec.convert(manifest, core_v1.Pod))

    by_scheduler = ("DisruptionTarget", "True", "PreemptionByScheduler")
    assert raw(("Ready", "True", ""), by_scheduler).preempted
    assert not raw(by_scheduler, deleted=False).preempted
    assert not raw(("DisruptionTarget", "True", "EvictionByEvictionAPI"), by_scheduler).preempted
    assert not raw(("DisruptionTarget", "False", "PreemptionByScheduler")).preempted
    assert not raw().preempted


def test_a_budget_is_read_from_the_api_object() -> None:
    manifest = {
        "metadata": {"name": "guard", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
        "status": {
            "disruptionsAllowed": 2,
            "disruptedPods": {"p": "2026-03-01T00:00:00Z"},
            "currentHealthy": 3,
            "desiredHealthy": 1,
            "expectedPods": 3,
        },
    }
    found = budgets.normalise(msgspec.convert(manifest, policy_v1.PodDisruptionBudget))
    assert (found.allowed, found.disrupted) == (2, frozenset({"p"}))
    web = Pod("shop", "q", LABELS)
    assert found.counts(web)
    assert not found.counts(msgspec.structs.replace(web, name="p"))
    assert not found.counts(msgspec.structs.replace(web, namespace="other"))
    assert not found.counts(msgspec.structs.replace(web, labels=Map()))
    bare = msgspec.convert({**manifest, "spec": {}}, policy_v1.PodDisruptionBudget)
    assert not budgets.normalise(bare).counts(web)


@given(clusters(max_pods=8), some_pods("asking"))
def test_nodes_changed_each_for_itself_are_as_if_each_were_alone(snapshot: Snapshot, asking: Pod) -> None:
    """What is found for all nodes at once, and node by node."""
    spec = msgspec.structs.replace(asking.spec, priority=10**6, spread=(), preemption_policy="PreemptLowerPriority")
    decision = Cycle(snapshot).decide(msgspec.structs.replace(asking, spec=spec))
    with pytest.MonkeyPatch.context() as patch:
        at_once = preempt(decision)
        found = (at_once.message, at_once.statuses, at_once.candidates) if at_once else None
        patch.setattr(victims, "is_separable", lambda asked: False)
        one_by_one = preempt(decision)
        assert found == ((one_by_one.message, one_by_one.statuses, one_by_one.candidates) if one_by_one else None)


def test_who_stays_in_the_zone_is_in_the_way() -> None:
    """In one zone taking a pod off one node does not help while another is in the zone."""
    nodes = (node("a"), node("b"), node("c", labels=Map({"zone": "y"})))
    term = PodAffinityTerm("zone", of_labels(LABELS), frozenset({"default"}), NOTHING)
    there = [Pod("default", name, LABELS, spec(), name) for name in "abc"]
    asks = Pod("default", "asks", Map(), spec(priority=9, anti_affinity=(term,)))
    found = preempt(Cycle(Snapshot(nodes, tuple(there))).decide(asks))
    assert found
    assert list(found.candidates) == ["c"]
