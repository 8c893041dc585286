"""What holds of the scheduler whatever the cluster is, and counterexamples to what does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import Requirement, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import ZONE
from kubeproof.model.objects.taints import NO_SCHEDULE, Taint
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.cycle import Cycle, nominated_before
from kubeproof.model.scheduler.profile import DEFAULT, Profile
from kubeproof.model.scheduler.replay import replay
from kubeproof.model.scheduler.run import by_name
from kubeproof.model.scheduler.timeline import PodCreated
from kubeproof.properties.laws.scheduling import (
    LAWS,
    NO_FILTER_REJECTS,
    TOLERATED_WHEN_BOUND,
    TOLERATED_WHEREVER_IT_IS,
    By,
    Landing,
    LandingLaw,
)
from kubeproof.properties.queries.placed import first
from kubeproof.properties.strategies import busy_clusters, nodes, questions
from kubeproof.properties.strategies.nodes import GPU, NAMES
from tests.conftest import EASY


def attempts(snapshot: Snapshot, profile: Profile | None = None) -> Iterator[tuple[Snapshot, Attempt]]:
    """What a scheduler does with the pending pods, one attempt each, and the cluster just before."""
    board = Board(snapshot, profile)
    for pending in snapshot.pending:
        if board.pod(pending.key) is None:
            continue
        before, attempt = board.snapshot, board.attempt(pending.key, first)
        yield before, attempt
        match attempt.outcome:
            case Outcome.SCHEDULED:
                board.bind(attempt)
            case Outcome.PREEMPTING:
                board.terminate(attempt.victims)
                board.nominate(attempt)


def landings(snapshot: Snapshot, profile: Profile | None = None) -> list[Landing]:
    """The pods that a scheduler binds; up to the first that rests on what is not modelled."""
    found = []
    try:
        for before, attempt in attempts(snapshot, profile):
            if attempt.outcome is Outcome.SCHEDULED:
                found.append(Landing(before, attempt.pod, attempt.node, By.BINDING))
    except NotModelled:
        pass
    return found


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_law(law: LandingLaw) -> None:
    @given(busy_clusters())
    def holds(snapshot: Snapshot) -> None:
        assert not any(map(law.broken_by, landings(snapshot)))

    holds()


def test_pods_are_bound_beside_nominated_ones() -> None:
    """So the laws are not empty where they are subtle."""

    def beside(snapshot: Snapshot) -> bool:
        return any(nominated_before(one.pod, one.cluster) for one in landings(snapshot))

    search = settings(EASY, derandomize=True, database=None, max_examples=500, phases=[Phase.generate])
    assert beside(find(busy_clusters(), beside, settings=search))


TAINTED = Node("n1", taints=(Taint("gpu", "yes", NO_SCHEDULE),), allocatable=Map({PODS: 9}))
FULL = Node("n1", allocatable=Map({PODS: 0}))
BREAKERS = (
    (NO_FILTER_REJECTS, TAINTED, "TaintToleration"),
    (NO_FILTER_REJECTS, FULL, "NodeResourcesFit"),
    (TOLERATED_WHEN_BOUND, TAINTED, "TaintToleration"),
)


@pytest.mark.parametrize(("law", "node", "plugin"), BREAKERS, ids=[f"{b[0].name}: {b[2]}" for b in BREAKERS])
def test_a_scheduler_without_a_filter_breaks_the_law(law: LandingLaw, node: Node, plugin: str) -> None:
    without = Profile(filters=tuple(one for one in DEFAULT if one.name != plugin))
    snapshot = Snapshot((node,), (Pod("shop", "web"),), Map({"shop": Map()}))
    assert [law.broken_by(one) for one in landings(snapshot, without)] == [True]


def test_a_pod_that_names_its_node_lands_beside_a_taint() -> None:
    """The naive law's first counterexample: spec.nodeName passes the scheduler by."""
    web = Pod("shop", "web", node="n1")
    found = replay(Snapshot((TAINTED,)), [PodCreated(5, web)])
    (stay,) = found.stays
    assert (stay.node, stay.bound, stay.attempts) == ("n1", 5, 0)
    landing = Landing(found.snapshot, web, "n1", By.CREATION)
    assert TOLERATED_WHEREVER_IT_IS.broken_by(landing)
    assert not any(law.broken_by(landing) for law in LAWS)
    assert "spec.nodeName" in TOLERATED_WHEREVER_IT_IS.unless


def test_a_taint_that_is_added_later_leaves_pods_where_they_are() -> None:
    """The naive law's second counterexample: the landing was as the laws say, the same pod later is not."""
    clean = replace(TAINTED, taints=())
    (landing,) = landings(Snapshot((clean,), (Pod("shop", "web"),), Map({"shop": Map()})))
    assert not any(law.broken_by(landing) for law in (*LAWS, TOLERATED_WHEREVER_IT_IS))
    later = landing.cluster.with_pods([replace(landing.pod, node="n1")]).with_nodes([TAINTED])
    assert [one.name for one in later.bound] == ["web"]
    now = Landing(later, later.bound[0], "n1", By.TIME)
    assert TOLERATED_WHEREVER_IT_IS.broken_by(now)
    assert not any(law.broken_by(now) for law in LAWS)
    assert "added later" in TOLERATED_WHEREVER_IT_IS.unless


def feasible(snapshot: Snapshot, pod: Pod) -> set[str]:
    """The nodes on which a pod fits; a nomination would have its node looked at alone."""
    return set(Cycle(snapshot).decide(pod).feasible)


def opens_a_domain(pod: Pod, new: Node, old: set[str], snapshot: Snapshot) -> bool:
    """Whether a node gives a hard spread constraint a domain in which the pod fits nowhere yet."""
    hard = [constraint.topology_key for constraint in pod.spec.spread if constraint.hard]
    there = [node for node in snapshot.nodes if node.name in old]
    return all(key in new.labels for key in hard) and any(
        new.labels[key] not in {node.labels.get(key) for node in there} for key in hard
    )


@given(questions(busy_clusters()), nodes("n9"))
def test_a_node_more_takes_no_other_from_a_pod_unless_it_opens_a_domain(
    question: tuple[Snapshot, Pod], new: Node
) -> None:
    snapshot, pod = question
    before = feasible(snapshot, pod)
    assume(not opens_a_domain(pod, new, before, snapshot))
    assert feasible(snapshot.with_nodes([new]), pod) - {"n9"} == before


def test_a_node_that_opens_a_domain_makes_a_pod_unschedulable() -> None:
    """Zone b, on whose one node the pod does not fit, holds fewer such pods than zone a may then exceed."""
    web = Map({"app": "web"})
    spread = (SpreadConstraint(1, ZONE, True, of_labels(web), 1, False, False),)
    asking, there = (
        Pod("shop", name, web, PodSpec(spread=spread), node=node) for name, node in (("x", ""), ("y", "n1"))
    )
    old, full = (
        Node(n, Map({ZONE: zone}), allocatable=Map({PODS: room})) for n, zone, room in (("n1", "a", 9), ("n9", "b", 0))
    )
    cluster = Snapshot((old,), (there,), Map({"shop": Map()}))
    assert feasible(cluster, asking) == {"n1"}
    assert opens_a_domain(asking, full, {"n1"}, cluster)
    assert feasible(cluster.with_nodes([full]), asking) == set()


RENAMED = {name: f"renamed-{at}" for at, name in enumerate(reversed(NAMES))}


def renamed(snapshot: Snapshot) -> Snapshot:
    """The same cluster with other names for its nodes, in another order by name; labels are left alone.

    Two things of a cluster depend on the names themselves, and are taken out first by `nameless`.
    """
    return replace(
        snapshot,
        nodes=tuple(replace(node, name=RENAMED[node.name]) for node in snapshot.nodes),
        pods=tuple(map(renamed_pod, snapshot.pods)),
        storage=replace(
            snapshot.storage,
            csi_nodes=Map({RENAMED[n]: replace(one, name=RENAMED[n]) for n, one in snapshot.storage.csi_nodes.items()}),
            attachments=tuple(
                replace(one, node=RENAMED.get(one.node, one.node)) for one in snapshot.storage.attachments
            ),
        ),
    )


def renamed_pod(pod: Pod) -> Pod:
    """The same pod, with the other names of the nodes that it speaks of."""
    terms = pod.spec.node_terms and tuple(map(renamed_term, pod.spec.node_terms))
    spec = replace(pod.spec, node_terms=terms)
    return replace(pod, spec=spec, node=RENAMED.get(pod.node, ""), nominated=RENAMED.get(pod.nominated, ""))


def renamed_term(term: NodeSelectorTerm) -> NodeSelectorTerm:
    """Node affinity to metadata.name follows the names."""
    fields = (Requirement(f.key, f.operator, tuple(RENAMED.get(v, v) for v in f.values)) for f in term.fields)
    return NodeSelectorTerm(term.expressions, tuple(fields))


def nameless(snapshot: Snapshot) -> Snapshot:
    """Each image has one size (else the first node by name tells it), and claims name no node that was selected."""
    sizes = {name: size for node in snapshot.nodes for name, size in node.images.items()}
    claims = {key: replace(claim, selected_node=None) for key, claim in snapshot.storage.claims.items()}
    return replace(
        snapshot,
        nodes=tuple(replace(n, images=Map({image: sizes[image] for image in n.images})) for n in snapshot.nodes),
        storage=replace(snapshot.storage, claims=Map(claims)),
    )


def told(attempt: Attempt) -> tuple[str, Outcome, str, set[str], int | None, list[str]]:
    victims = [victim.key for victim in attempt.victims]
    return attempt.pod.key, attempt.outcome, attempt.node, set(attempt.best), attempt.score, victims


@given(busy_clusters())
def test_names_of_nodes_decide_nothing_but_ties(snapshot: Snapshot) -> None:
    """Ties are broken by place, not by name: then each attempt is the same, the choice among ties included."""
    snapshot = nameless(snapshot)
    runs = []
    for one in (snapshot, renamed(snapshot)):
        found = []
        try:
            found += [told(attempt) for _, attempt in attempts(one)]
        except NotModelled:
            return
        runs.append(found)
    expected = [(p, o, RENAMED.get(n, ""), {RENAMED[b] for b in best}, *more) for p, o, n, best, *more in runs[0]]
    assert runs[1] == expected


def test_where_ties_are_broken_by_name_the_names_decide_those() -> None:
    room = Map({PODS: 1})
    cluster = Snapshot(
        tuple(Node(name, allocatable=room) for name in NAMES[:2]), (Pod("shop", "web"),), Map({"shop": Map()})
    )
    one, two = (Board(c).attempt("shop/web", by_name) for c in (cluster, renamed(cluster)))
    assert (one.node, two.node) == ("n1", RENAMED["n2"])
    assert {RENAMED[name] for name in one.best} == set(two.best)


@given(questions(busy_clusters()), st.data())
def test_more_to_give_takes_no_node_from_a_pod(question: tuple[Snapshot, Pod], data: st.DataObject) -> None:
    snapshot, pod = question
    node = data.draw(st.sampled_from(snapshot.nodes))
    more = {name: data.draw(st.integers(0, 2000), label=name) for name in ("cpu", "memory", PODS, GPU)}
    room = Map({name: node.allocatable.get(name, 0) + amount for name, amount in more.items()})
    before, after = feasible(snapshot, pod), feasible(snapshot.with_nodes([replace(node, allocatable=room)]), pod)
    assert before <= after <= before | {node.name}
