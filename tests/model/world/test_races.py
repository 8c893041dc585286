"""What holds however late components see things, and however their requests come between one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model import views
from kubeproof.model.cluster import picking
from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.controllers.disruption.component import DISRUPTION
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.draining import DRAIN
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.controlplane.rebasing import rebased
from kubeproof.model.flight import Flight
from kubeproof.model.node.kubelet.processes import Process
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.pod_state import is_active, is_ready
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.views import LATEST, Lag
from kubeproof.model.world import Event, Runner, World
from tests.model.world.made import SPACE, cluster, made, nodes_with, pod, step
from tests.model.world.workloads import NAMESPACE, Cluster, template

SEEDS = range(6)
CONTROLLERS = ("deployment-controller", "replicaset-controller", "statefulset-controller", "scheduler", "kubelet")
LATE = [None, *CONTROLLERS]


def worlds(running: Cluster, until: int) -> Iterator[Store]:
    """The store after each request until then."""
    for _ in running.runner.run(until):
        yield running.runner.world.store
    running.runner.advance(until)


def active(store: Store, owner: str) -> int:
    found = (one for one in store.objects.values() if isinstance(one, LivePod) and is_active(one))
    return sum(owner in {each.name for each in one.meta.owners} for one in found)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("late", LATE)
def test_a_replica_set_never_has_more_pods_than_it_was_ever_asked_for(late: str | None, seed: int) -> None:
    running = Cluster(seed=seed)
    running.create("ReplicaSet", replicas=2)
    running.run(5)
    if late:
        running.happens("lag", component=late, by=f"{3 + 4 * seed}s", lasts="4m")
    most = 2
    for at, size in ((10, 4), (14, 3), (31, 5), (33, 1), (90, 4)):
        assert all(active(store, "web") <= most for store in worlds(running, at))
        most = max(most, size)
        running.patch("ReplicaSet", replicas=size)
    assert all(active(store, "web") <= most for store in worlds(running, 400))
    assert len(running.pods()) == 4
    assert running.get("ReplicaSet").status.ready_replicas == 4


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("late", LATE)
def test_a_rollout_keeps_to_its_bounds_and_ends(late: str | None, seed: int) -> None:
    running = Cluster(seed=seed)
    running.create("Deployment", replicas=4)
    running.run(5)
    if late:
        running.happens("lag", component=late, by=f"{2 + 5 * seed}s", lasts="6m")
    running.patch("Deployment", template=template("app:v2"))
    fewest = min(ready(store) for store in worlds(running, 900))
    assert fewest >= 3  # maxUnavailable is a quarter
    assert running.images() == ["app:v2"] * 4
    assert len(running.all("ReplicaSet")) == 2


def ready(store: Store) -> int:
    return sum(isinstance(one, LivePod) and is_active(one) and is_ready(one) for one in store.objects.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("late", LATE)
def test_there_is_one_pod_of_each_number_and_none_starts_before_the_one_below(late: str | None, seed: int) -> None:
    running = Cluster(seed=seed)
    running.create("StatefulSet", serviceName="web", replicas=3)
    if late:
        running.happens("lag", component=late, by=f"{1 + 3 * seed}s", lasts="5m")
    for store in worlds(running, 60):
        pods = {one.meta.name: one for one in store.objects.values() if isinstance(one, LivePod)}
        assert all(is_ready(pods[f"web-{number}"]) for number in range(2) if f"web-{number + 1}" in pods)
    running.delete("Pod", "web-1")
    running.run(600)
    assert [one.meta.name for one in running.pods()] == ["web-0", "web-1", "web-2"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("late", LATE)
def test_what_users_write_stays(late: str | None, seed: int) -> None:
    running = Cluster(seed=seed)
    running.create("Deployment", replicas=2)
    running.run(5)
    if late:
        running.happens("lag", component=late, by=f"{3 + 4 * seed}s", lasts="4m")
    (name,) = (one.meta.name for one in running.all("ReplicaSet"))
    written = []
    for number, at in enumerate(range(6, 60, 3)):
        kind, of = (("Deployment", "web"), ("ReplicaSet", name))[number % 2]
        running.patch("Deployment", replicas=2 + number % 3)
        mark = f"m{number}"
        running.change(kind, of, partial(marked, mark))
        written.append((kind, of, mark))
        running.run(at)
    running.run(900)
    lost = [mark for kind, of, mark in written if mark not in running.get(kind, of).meta.annotations]
    assert lost == []
    assert len(running.pods()) == running.get("Deployment").spec.replicas


def marked(mark: str, one: Any) -> Any:
    return replace(one, meta=replace(one.meta, annotations=one.meta.annotations.set(mark, "")))


WEB = pod("web", app="web")


def guarded(seed: int, lag: int) -> Runner:
    """Four pods on two of four nodes, which are to be drained at once; a budget wants three of them."""
    parts = nodes_with(REPLICASET, DISRUPTION, DRAIN, does=lambda pod: {"c": Process(term_takes=3)})
    first = cluster(*parts, nodes=("n1", "n2"))
    shape = PodTemplate(WEB.meta.labels, run=WEB.run, spec=WEB.spec)
    made(first, LiveBudget(Meta("guard", SPACE), of_labels({"app": "web"}), min_available=3))
    made(first, ReplicaSet(Meta("web", SPACE), ReplicaSetSpec(4, selector=of_labels({"app": "web"}), template=shape)))
    list(first.run(20))
    first.advance(20)
    world: World = first.world
    for node in ("n1", "n2"):
        world = world._replace(memory=world.memory.set(("drain", Key("Node", "", node)), world.now))
    if lag:
        begun = Lag(lag, world.now, None, world.store)
        world = world._replace(views=views.lagging(LATEST, DISRUPTION.name, begun))
    return Runner(world, parts, pick=picking(seed), interleaved=True)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("lag", [0, 4, 7, 30, 200])
def test_two_drains_at_once_never_spend_more_than_a_budget_allows(lag: int, seed: int) -> None:
    runner = guarded(seed, lag)
    fewest = [ready(runner.world.store) for _ in runner.run(600)]
    assert min(fewest) >= 3
    assert fewest[-1] == 4


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_same_seed_tells_the_same_story(seed: int | None) -> None:
    def story() -> list[str]:
        runner = guarded(0 if seed is None else seed, 5)
        return [f"{one.at} {one.by} {one.write} {one.after} {one.refused}" for one in runner.run(300)]

    assert story() == story()


def test_other_seeds_are_other_interleavings() -> None:
    def story(seed: int) -> tuple[str, ...]:
        running = Cluster(seed=seed)
        running.create("Deployment", replicas=3)
        return tuple(running.run(10))

    assert len({story(seed) for seed in range(5)}) > 2


A, B = Key("ConfigMap", "shop", "a"), Key("ConfigMap", "shop", "b")


def config(key: Key, **annotations: str) -> Plain:
    return Plain(Meta(key.name, key.namespace, annotations=Map(annotations)))


def writes_both(name: str, *, sees: list[bool] | None = None) -> Component:
    """Marks both objects as its own, if they are nobody's, and notes whether it sees the mark of another in between."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        one, other = look.get(A, Plain), look.get(B, Plain)
        if one is None or other is None or "by" in one.meta.annotations:
            return
        yield Write("update", A, config_of(one, name))
        if sees is not None:
            sees.append(look.get(B, Plain) is look.live(B, Plain))
        yield Write("update", B, config_of(other, name))
        yield Again(look.now + 100)

    return Component(name, lambda look: (A,), decide)


def config_of(one: Plain, by: str) -> Plain:
    return replace(one, meta=replace(one.meta, annotations=one.meta.annotations.set("by", by)))


def both(*components: Component, interleaved: bool) -> tuple[Runner, list[Event]]:
    runner = Runner(World(), components, interleaved=interleaved)
    for key in (A, B):
        runner.ask(Write("create", key, config(key)), "user")
    return runner, list(runner.run(0))


def test_a_whole_look_at_a_time_lets_nobody_come_between() -> None:
    runner, events = both(writes_both("x"), writes_both("y"), interleaved=False)
    assert [(event.by, event.key.name) for event in events] == [("x", "a"), ("x", "b")]
    assert runner.world.now == 0


def test_between_two_requests_of_a_look_another_may_come_and_one_of_them_is_refused() -> None:
    sees: list[bool] = []
    runner, events = both(writes_both("x", sees=sees), writes_both("y"), interleaved=True)
    told = [(event.by, event.key.name, event.refused is not None) for event in events]
    assert told == [("x", "a", False), ("y", "a", True), ("x", "b", False)]  # a conflict ends a look
    assert sees == [True]
    assert {runner.world.store.objects[key].meta.annotations["by"] for key in (A, B)} == {"x"}


def intrudes(look: Look, key: Key, pick: Pick) -> Plan:
    """Marks the second object."""
    held = look.get(B, Plain)
    if held is not None and not held.meta.annotations:
        yield Write("update", B, config_of(held, "z"))


INTRUDER = Component("z", lambda look: (B,), intrudes)


def test_a_look_sees_the_same_store_to_its_end_but_may_read_past_it() -> None:
    sees: list[bool] = []
    _, events = both(writes_both("x", sees=sees), INTRUDER, interleaved=True)
    assert [(event.by, event.key.name, event.refused is not None) for event in events][:3] == [
        ("x", "a", False),
        ("z", "b", False),
        ("x", "b", True),
    ]
    assert sees == [False]


def test_what_changes_during_a_look_is_looked_at_again() -> None:
    count = Component("count", each("ConfigMap"), counts)
    runner, events = both(count, INTRUDER, interleaved=True)
    first = next(event for event in events if event.key == B and event.by == "count")
    assert first.after is not None
    assert (first.after.meta.labels["by"], first.after.meta.annotations["by"]) == ("nobody", "z")
    assert runner.world.store.objects[B].meta.labels["by"] == "z"


def counts(look: Look, key: Key, pick: Pick) -> Plan:
    """Tells in a label by whom an object is marked; before that it asks for something else."""
    held = look.get(key, Plain)
    assert held is not None
    yield Write("create", Key("Event", "shop", "e-"), Plain(Meta("e-", "shop")))
    meta = replace(held.meta, labels=Map({"by": held.meta.annotations.get("by", "nobody")}))
    yield Write("update", key, replace(held, meta=meta), when_stale="merged")


def flight(seen: Plain, plan: Callable[[Plain], Iterator[Write]]) -> tuple[Flight, Store]:
    """A look at an object that somebody else has changed since."""
    store = Store().put(A, seen)
    look = Look(store, 0)
    latest = replace(seen, meta=replace(seen.meta, annotations=Map({"other": "1"}), resource_version=7))
    return Flight(look, plan(seen), Server()), store.put(A, latest)


SEEN = Plain(Meta("a", "shop", uid="u1", resource_version=3))
MINE = config_of(SEEN, "me")
SENT: tuple[tuple[str, Write, int | None, dict[str, str]], ...] = (
    ("an update carries the revision of what was seen", Write("update", A, MINE), 3, {"by": "me"}),
    (
        "a patch says only what it changes",
        Write("update", A, MINE, when_stale="merged"),
        None,
        {"by": "me", "other": "1"},
    ),
    (
        "who tries again on the latest writes over it",
        Write("update", A, MINE, when_stale="written"),
        None,
        {"by": "me"},
    ),
)


@pytest.mark.parametrize(("write", "revision", "body"), [row[1:] for row in SENT], ids=[row[0] for row in SENT])
def test_how_a_request_goes_out(write: Write, revision: int | None, body: dict[str, str]) -> None:
    own, latest = flight(SEEN, lambda seen: iter((write,)))
    sent = own.next(latest)
    assert isinstance(sent, Write)
    assert (sent.revision, dict(sent.body.meta.annotations), sent.uid) == (revision, body, "u1")


def test_what_would_change_nothing_of_what_was_seen_is_not_asked() -> None:
    own, latest = flight(SEEN, lambda seen: iter((Write("update", A, seen),)))
    assert own.next(latest) is None


def test_a_look_goes_on_with_the_answer_to_its_last_request() -> None:
    own, latest = flight(SEEN, lambda seen: iter((Write("update", A, MINE), Write("update", A, SEEN))))
    first = own.next(latest)
    assert isinstance(first, Write)
    after: Object = replace(MINE, meta=replace(MINE.meta, resource_version=9))
    assert own.answered(first, after, None)
    second = own.next(latest)
    assert isinstance(second, Write)
    assert (second.revision, second.body) == (9, SEEN)


def test_a_second_patch_takes_back_what_the_first_one_changed() -> None:
    patch = Write("update", A, MINE, when_stale="merged")
    own, latest = flight(SEEN, lambda seen: iter((patch, patch._replace(body=SEEN))))
    first = own.next(latest)
    assert isinstance(first, Write)
    own.answered(first, replace(first.body, meta=replace(first.body.meta, resource_version=9)), None)
    second = own.next(latest.put(A, first.body))
    assert isinstance(second, Write)
    assert dict(second.body.meta.annotations) == {"other": "1"}


ANSWERS = (
    ("a conflict of an update ends the look", Write("update", A), 409, "", False),
    ("a name that is taken ends the look", Write("create", A), 409, "", False),
    ("a pod that is bound already is one of many", Write("bind", A), 409, "", True),
    ("a patch of another object ends the look", Write("update", A, when_stale="merged"), 422, "", False),
    ("what is gone is no reason to stop", Write("delete", A), 404, "", True),
    ("a quota that is used up is for the controller to tell of", Write("create", A), 403, "", True),
)


@pytest.mark.parametrize(("write", "code", "why", "goes_on"), [row[1:] for row in ANSWERS], ids=[r[0] for r in ANSWERS])
def test_what_ends_a_look(write: Write, code: int, why: str, goes_on: bool) -> None:
    own, _ = flight(SEEN, lambda seen: iter(()))
    assert own.answered(write, None, Refused(code, "Conflict", why)) is goes_on
    assert len(own.look.refused) == 1


def test_a_late_adoption_leaves_a_pod_as_it_is() -> None:
    running = Cluster(nodes=1)
    running.create("ReplicaSet", replicas=0)
    running.run(5)
    running.happens("lag", component="replicaset-controller", by="20s")
    running.patch("ReplicaSet", replicas=1)
    orphan = LivePod(Meta("orphan", NAMESPACE, labels=Map({"app": "web"})), WEB.run, replace(WEB.spec, requests=Map()))
    running.runner.ask(Write("create", Key("Pod", NAMESPACE, "orphan"), orphan), "user")
    running.run(100)
    held = running.get("Pod", "orphan")
    assert (held.node, held.status.phase, [one.name for one in held.meta.owners]) == ("n1", "Running", ["web"])


REBASED: tuple[tuple[str, Any, Any, Any, Any], ...] = (
    ("what was changed is changed", Map(a="1"), Map(a="2"), Map(a="1", b="1"), Map(a="2", b="1")),
    ("what was taken out is taken out", Map(a="1", c="1"), Map(a="1"), Map(a="5", c="1"), Map(a="5")),
    ("what was not touched stays as it is", Map(a="1"), Map(a="1"), Map(a="9"), Map(a="9")),
)


@pytest.mark.parametrize(("base", "wanted", "now", "after"), [row[1:] for row in REBASED], ids=[r[0] for r in REBASED])
def test_a_change_of_an_older_object_is_made_to_the_newer_one(base: Any, wanted: Any, now: Any, after: Any) -> None:
    assert rebased(base, wanted, now) == after


def test_looks_of_one_component_at_many_objects_are_interleaved_too() -> None:
    runner, events = both(Component("count", each("ConfigMap"), counts), interleaved=True)
    assert [event.key.kind for event in events][:4] == ["Event", "Event", "ConfigMap", "ConfigMap"]
    step(runner, [Write("update", A, config_of(config(A), "user"))])
    list(runner.run(0))
    assert runner.world.store.objects[A].meta.labels["by"] == "user"
