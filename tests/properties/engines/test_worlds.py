"""The search of worlds: it agrees with a plain one, counts as pinned, and its runs can be done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each, first
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key, Store, of_kind
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.node.kubelet.node_status import NODE_STATUS
from kubeproof.model.objects.hpa import HorizontalPodAutoscaler, HpaSpec, HpaStatus, Target
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.script import OnNode, Scripted
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.world_ends import NOT_FOLLOWED
from kubeproof.properties.engines.world_graph import Hop, Seen
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted, scripted
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import Cluster, Order, State, Step, Steps
from kubeproof.properties.engines.world_story import NotReplayed, replayed, summary
from kubeproof.properties.engines.worlds import Options, explored, verify
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end, sometimes
from tests.model.world.made import SPACE, pod, runs_for_ever
from tests.properties.engines import plain_worlds

ATOMIC = Options(Order.ATOMIC)
SMALL = (REPLICASET, scheduler(), kubelet(runs_for_ever))
W = Key("ReplicaSet", SPACE, "web")


def start(*components: Component, nodes: int = 1, replicas: int = 0, pods: int = 0) -> World:
    """Ready nodes, a ReplicaSet, and pods of it that are bound to the nodes in turn; nobody has looked yet."""
    runner = Runner(World(), components)
    for number in range(nodes):
        ready = (NodeCondition("Ready", "True"),)
        made = LiveNode(Meta(f"n{number}"), conditions=ready, allocatable=Map({"cpu": 1000, "pods": 10}))
        runner.ask(Write("create", Key("Node", "", made.meta.name), made), "user")
    like = pod("x", app="web")
    spec = ReplicaSetSpec(
        replicas, selector=of_labels({"app": "web"}), template=PodTemplate(Map({"app": "web"}), run=like.run)
    )
    runner.ask(Write("create", W, ReplicaSet(Meta("web", SPACE), replace(spec, replicas=replicas))), "user")
    held = runner.world.store.objects[W]
    for number in range(pods):
        owner = Owner("apps/v1", "ReplicaSet", "web", held.meta.uid, controller=True)
        one = replace(
            pod("web-", f"n{number % nodes}", app="web"), meta=replace(like.meta, name="web-", owners=(owner,))
        )
        runner.ask(Write("create", Key("Pod", SPACE, "web-"), one), "user")
    return runner.world


def pods(world: World) -> list[LivePod]:
    return [one for one in world.store.bucket(of_kind("Pod")).values() if isinstance(one, LivePod)]


def ready(count: int) -> Callable[[World], bool]:
    return lambda world: sum(map(is_ready, pods(world))) == count


LAWS: tuple[tuple[str, Callable[[World], bool], bool], ...] = (
    ("there are never more than two pods", lambda world: len(pods(world)) <= 2, True),
    ("no pod is ready without a node", lambda world: all(one.node for one in pods(world) if is_ready(one)), True),
    ("no two pods are ever on nodes", lambda world: sum(bool(one.node) for one in pods(world)) < 2, False),
    ("two are never ready", lambda world: not ready(2)(world), False),
    ("they are never on two nodes", lambda world: len({one.node for one in pods(world)} - {""}) < 2, False),
    ("they are never on one node", lambda world: [one.node for one in pods(world) if one.node] != ["n0", "n0"], False),
)


@pytest.mark.parametrize(
    "options", [Options(), ATOMIC, Options(Order.ATOMIC, swaps=False)], ids=["calm", "atomic", "names"]
)
def test_it_agrees_with_a_plain_search(options: Options) -> None:
    world = start(*SMALL, nodes=2, replicas=2)
    found = plain_worlds.worlds(world, SMALL)
    laws = [always(name, condition) for name, condition, _ in LAWS]
    verdicts = verify(laws, Cluster(world, SMALL), options)
    plain = [plain_worlds.holds_always(found, condition) for _, condition, _ in LAWS]
    assert plain == [holds for _, _, holds in LAWS]
    assert [verdict.outcome is Outcome.PROVED for verdict in verdicts] == plain


def test_an_atomic_search_meets_every_world_of_a_plain_one() -> None:
    world = start(*SMALL, nodes=2, replicas=2)
    found = plain_worlds.worlds(world, SMALL)
    seen, _ = explored(Cluster(world, SMALL), options=ATOMIC)
    keys = Keys((one.name for one in SMALL), Shapes())
    ours = {keys.key(state.world) for state in seen.states}
    assert {keys.key(one) for one in found} == ours
    assert (len(found), len(ours)) == (471, 21)


SWAPS = (("six equal pods on one node: 50 times fewer", 1, 55), ("on three equal nodes: 19 times fewer", 3, 145))


@pytest.mark.parametrize(("nodes", "fewer"), [row[1:] for row in SWAPS], ids=[row[0] for row in SWAPS])
def test_what_is_alike_is_looked_at_once(nodes: int, fewer: int) -> None:
    cluster = Cluster(start(nodes=nodes, pods=6), (kubelet(runs_for_ever),), (pod_deleted(2),))
    counts = [len(explored(cluster, options=Options(Order.ATOMIC, swaps))[0].states) for swaps in (True, False)]
    assert counts == [fewer, 2800]


def scaled(by: str, wanted: int, other: int) -> Component:
    """Somebody who wants so many replicas where there are as many as somebody else wants."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        held = look.get(key, ReplicaSet)
        if held is not None and held.spec.replicas == other:
            yield Write("update", key, replace(held, spec=replace(held.spec, replicas=wanted)))

    return Component(by, each("ReplicaSet"), decide)


def waiting(seconds: int) -> Component:
    """Somebody who looks again after so many seconds, and remembers when."""

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        at = look.memory
        if not isinstance(at, int) or look.now >= at:
            at = look.now + seconds
            yield Remember(at)
        yield Again(at)

    return Component("drain", each("ReplicaSet"), decide)


def never(world: World) -> bool:
    return False


ENDS: tuple[tuple[str, tuple[Component, ...], WorldLaw, Outcome, str, int | None], ...] = (
    ("who rests and is content", (), in_the_end("rests"), Outcome.PROVED, "", None),
    (
        "who rests and is not",
        (),
        in_the_end("ready", never),
        Outcome.VIOLATED,
        "deadlock: nobody has anything to do",
        0,
    ),
    (
        "two who undo each other's work",
        (scaled("up", 2, 1), scaled("down", 1, 2)),
        in_the_end("rests"),
        Outcome.VIOLATED,
        "oscillation: down, up go round for ever",
        1,
    ),
    ("who waits without end is at rest", (waiting(5),), in_the_end("rests"), Outcome.PROVED, "", None),
    (
        "who waits for what never comes",
        (waiting(5),),
        in_the_end("ready", never),
        Outcome.VIOLATED,
        "it waits for ever: drain looks again and again",
        0,
    ),
)


@pytest.mark.parametrize("order", list(Order), ids=lambda order: order.value)
@pytest.mark.parametrize(
    ("components", "law", "outcome", "why", "loop"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_ends_are_told_apart(
    components: tuple[Component, ...], law: WorldLaw, outcome: Outcome, *, why: str, loop: int | None, order: Order
) -> None:
    cluster = (
        Cluster(start(*components), components) if len(components) != 2 else Cluster(start(replicas=2), components)
    )
    [verdict] = verify([law], cluster, Options(order, old=20))
    assert verdict.outcome is outcome
    assert verdict.why.startswith(why)
    assert bool(verdict.why) is bool(why)
    assert (verdict.trace is None) is (loop is None)
    if verdict.trace is not None and "oscillation" in why:
        assert verdict.trace.loop is not None
        steps = 4 if order is Order.INTERLEAVED else 2  # there, each look begins before it asks
        assert len(verdict.trace.moments) - 1 - verdict.trace.loop == steps


def test_a_component_that_always_could_look_does_in_the_end() -> None:
    stops = Component("stop", each("ReplicaSet"), _stopped)
    parts = (scaled("up", 2, 1), scaled("down", 1, 2), stops)
    cluster = Cluster(start(replicas=2), parts)
    atomic, calm = (
        verify([in_the_end("it rests")], cluster, Options(order))[0] for order in (Order.ATOMIC, Order.CALM)
    )
    assert atomic.outcome is Outcome.PROVED
    assert (calm.outcome, calm.why) == (Outcome.UNKNOWN, "the fixed order leaves out stop: ask for order ATOMIC")


def _stopped(look: Look, key: Key, pick: Pick) -> Plan:
    held = look.get(key, ReplicaSet)
    if held is not None and held.spec.replicas:
        yield Write("update", key, replace(held, spec=replace(held.spec, replicas=0)))


def steps_up(look: Look, key: Key, pick: Pick) -> Plan:
    """Counts in a label of a pod, up to 2."""
    held = look.get(key, LivePod)
    step = int(held.meta.labels["step"]) if held is not None else 2
    if held is not None and step < 2:
        labels = held.meta.labels.set("step", str(step + 1))
        yield Write("update", key, replace(held, meta=replace(held.meta, labels=labels)))


def test_a_way_goes_on_from_a_world_that_is_only_alike() -> None:
    def labelled(*steps: str) -> World:
        runner = Runner(start(pods=2), ())
        for held, step in zip(sorted(pods(runner.world), key=lambda one: one.meta.name), steps, strict=True):
            meta = replace(held.meta, labels=held.meta.labels.set("step", step))
            runner.ask(Write("update", Key("Pod", SPACE, meta.name), replace(held, meta=meta)), "user")
        return runner.world

    cluster = Cluster(labelled("0", "1"), (Component("counter", each("Pod"), steps_up),))
    seen, _ = explored(cluster)
    hops = [Hop(int(seen.by[0]), int(seen.targets[0]))]
    seen.states[0] = State(Cluster(labelled("1", "0"), ()).world)
    assert seen.number(seen.states[0]) == 0
    any_next = Steps(cluster, Order.ATOMIC, seen.keys.shapes)
    assert [step.by for step in seen.on(0, hops, any_next)] == ["counter"]
    with pytest.raises(LookupError, match="no step of counter leads to world 1"):
        seen.on(0, hops, Steps(cluster, Order.CALM, seen.keys.shapes))


def test_what_goes_round_and_cannot_be_followed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(seen: Seen, start: int, hops: object, any_next: object) -> list[Step]:
        raise LookupError("nowhere")

    monkeypatch.setattr(Seen, "on", lost)
    turning = Cluster(start(replicas=2), (scaled("up", 2, 1), scaled("down", 1, 2)))
    (verdict,) = verify([in_the_end("it rests")], turning)
    assert (verdict.outcome, verdict.why) == (Outcome.UNKNOWN, NOT_FOLLOWED)


def test_a_counterexample_is_the_shortest_and_told_in_words() -> None:
    [verdict] = verify(
        [always("two are never ready", lambda world: not ready(2)(world))],
        Cluster(start(*SMALL, nodes=2, replicas=2), SMALL),
        ATOMIC,
    )
    assert verdict.trace is not None
    assert verdict.trace.steps[:2] == (
        "creates pod web-75d85 and 1 more; reports replicaset web",
        "binds pod web-75d85 and 1 more",
    )
    assert [moment.by for moment in verdict.trace.moments[1:]] == [
        "replicaset-controller",
        "scheduler",
        "kubelet",
        "kubelet",
    ]
    assert verdict.trace.last == {
        "time": "0s",
        "replicaset/shop/web": "0 of 2 ready (0 there)",
        "node/n0": "2 web ready",
        "node/n1": "empty",
        "without a node": "empty",
    }


def test_what_is_cut_off_is_unknown_and_what_was_seen_counts() -> None:
    laws = [always("all is well", lambda world: True), sometimes("there is a pod", lambda world: bool(pods(world)))]
    cut = verify(
        [*laws, in_the_end("rests")], Cluster(start(replicas=3, nodes=2), SMALL), Options(Order.ATOMIC, limit=20)
    )
    assert [(one.outcome, one.why) for one in cut] == [
        (Outcome.UNKNOWN, "cut off: more than 20 worlds"),
        (Outcome.PROVED, ""),
        (Outcome.UNKNOWN, "cut off: more than 20 worlds"),
    ]
    assert not cut[0].complete


def test_a_step_law_is_told_by_the_step_that_breaks_it() -> None:
    law = every_step("nobody binds", lambda before, events, after: all(one.write.verb != "bind" for one in events))
    [verdict] = verify([law], Cluster(start(replicas=1), SMALL), ATOMIC)
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert verdict.trace.moments[-1].by == "scheduler"


def test_keys_forget_names_uids_revisions_and_the_hour() -> None:
    keys = Keys(("kubelet",), Shapes())
    one = start(nodes=2, pods=2)
    other = start(nodes=2, pods=2)._replace(now=one.now)
    renamed = start(nodes=4, pods=4)
    assert keys.key(one) == keys.key(other)
    assert keys.key(one) != keys.key(renamed)
    assert keys.key(one) != keys.key(one._replace(now=1))
    assert dict(summary(one))["node/n0"] == "web Pending"


def test_choices_are_all_made() -> None:
    made: list[tuple[int, int]] = []

    def decide(look: Look, key: Key, pick: Pick) -> Plan:
        held = look.get(key, ReplicaSet)
        chosen = pick([1, 2]), pick([1, 2, 3])
        made.append(chosen)
        if held is not None and not held.spec.replicas:
            yield Write("update", key, replace(held, spec=replace(held.spec, replicas=chosen[0] * 10 + chosen[1])))

    seen, _ = explored(Cluster(start(), (Component("chooser", each("ReplicaSet"), decide),)))
    assert made[:6] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert len(seen.states) == 7
    assert first(made) == (1, 1)


def test_what_a_move_means_by_name_is_not_swapped() -> None:
    step = scripted(Scripted(0, "cordon", OnNode("n0")))
    cluster = Cluster(start(nodes=2), (), (step,))
    other = Cluster(start(nodes=2), (), (scripted(Scripted(0, "cordon", OnNode("n1"))), step))
    assert [len(explored(one)[0].states) for one in (cluster, other)] == [2, 4]
    assert list(scripted(Scripted(0, "node-back", OnNode("n7"))).acts(cluster.world)) == []


def test_any_of_equal_nodes_may_be_lost_and_one_stands_for_all() -> None:
    world = start(NODE_STATUS, nodes=3)
    runner = Runner(world, [NODE_STATUS])
    list(runner.run(0))
    cluster = Cluster(runner.world, (), (node_lost(2),))
    counts = [len(explored(cluster, options=Options(swaps=swaps))[0].states) for swaps in (True, False)]
    assert counts == [3, 7]


def test_a_step_that_does_nothing_is_not_replayed() -> None:
    cluster = Cluster(start(), (REPLICASET,))
    with pytest.raises(NotReplayed, match="looks does nothing when it is done again"):
        replayed(cluster, [Step("replicaset-controller", "looks", W), Step("replicaset-controller", "looks", W)])


OLD_AND_YOUNG = (
    ("an hour is as two, where both are long ago", 3600, 7200, True),
    ("a minute is not as two", 60, 120, False),
    ("what is old is not as what is young", 60, 3600, False),
)


@pytest.mark.parametrize(
    ("one", "other", "same"), [row[1:] for row in OLD_AND_YOUNG], ids=[row[0] for row in OLD_AND_YOUNG]
)
def test_times_count_as_they_stand_to_now(one: int, other: int, *, same: bool) -> None:
    keys, world = Keys((), Shapes()), start()
    assert (keys.key(world._replace(now=one)) == keys.key(world._replace(now=other))) is same


def test_the_order_in_which_waiting_pods_were_written_counts() -> None:
    keys = Keys((), Shapes())
    both = [pod("a", app="web"), pod("b", app="other")]
    worlds = []
    for order in (both, both[::-1]):
        runner = Runner(World(), ())
        for one in order:
            runner.ask(Write("create", Key("Pod", SPACE, one.meta.name), one), "user")
        worlds.append(runner.world)
    assert keys.key(worlds[0]) != keys.key(worlds[1])


@pytest.mark.parametrize("name", ["drain", "descheduler", "gitops", "namespace-controller"])
def test_what_a_component_does_next_counts_from_now(name: str) -> None:
    keys, key = Keys((), Shapes()), Key("Node", "", "n0")
    early, late, other = (
        World(now=now, memory=Map({(name, key): due})) for now, due in ((100, 160), (400, 460), (400, 470))
    )
    assert keys.key(early) == keys.key(late)
    assert keys.key(late) != keys.key(other)


def test_when_an_autoscaler_last_changed_something_counts_from_now() -> None:
    keys = Keys((), Shapes())
    early, late, other = (
        World(Store().put(Key("HorizontalPodAutoscaler", SPACE, "web"), scaler(at)), now)
        for now, at in ((100, 40), (400, 340), (400, 350))
    )
    assert keys.key(early) == keys.key(late)
    assert keys.key(late) != keys.key(other)


def scaler(at: int) -> HorizontalPodAutoscaler:
    spec = HpaSpec(Target("Deployment", "web"), 3)
    return HorizontalPodAutoscaler(Meta("web", SPACE), spec, HpaStatus(last_scale_time=at))
