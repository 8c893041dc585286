"""Why a pod is pending: exact texts on small clusters, and on random ones that nothing less would do."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from immutables import Map

from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.pod import HostPort, Pod
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.cycle import Cycle, Result
from kubeproof.model.scheduler.findings import by_values
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.queries.core import CoreRefuted, Proof, core, prove
from kubeproof.properties.queries.requirements import AT_A_NODE, refusals
from kubeproof.properties.queries.why import why
from kubeproof.properties.strategies import clusters, pods
from tests.properties.queries.sketches import GPU, HOSTNAME, ZONE, cluster, deployment, near, node, pod, spread

PORT = HostPort("0.0.0.0", "TCP", 80)


class Case(NamedTuple):
    """A sentence about explanations, the question, and the exact answer."""

    name: str
    cluster: Snapshot
    pod: Pod
    text: str


def web(where: Sequence[str]) -> list[Pod]:
    return [pod(f"web-{at}", on) for at, on in enumerate(where)]


ZONES = [node("n1", zone="a"), node("n2", zone="a"), node("n3", zone="b")]

CASES = (
    Case(
        "two spread rules close the nodes together",
        cluster(
            [*ZONES[:2], node("n3", zone="b"), node("n4", 100, zone="c")],
            web(["n1", "n1", "n1", "n2", "n2", "n2", "n3", "n3", "n3", "n3"]),
        ),
        pod("web-10", spread=(spread(ZONE, 2), spread(HOSTNAME, 3)), cpu=200),
        "Because zone spread (maxSkew 2) leaves only n4 open (zone a holds 6 app=web pods, zone b holds 4,"
        " zone c holds 0), and because the request of 200m cpu closes n4 (100m in all on n4), no node is left.",
    ),
    Case(
        "one request that no node has closes all",
        cluster([node("n1"), node("n2", 2000), node("n3")], [pod("a", "n1", cpu=2500)]),
        pod("big", cpu=5000),
        "Because the request of 5 cpu closes all 3 nodes (4 in all on n1 and n3, 2 in all on n2), no node is left.",
    ),
    Case(
        "what is free is told apart from what a node has",
        cluster([node("n1"), node("n2", 2000)], [pod("a", "n1", cpu=2500)]),
        pod("big", cpu=3000),
        "Because the request of 3 cpu closes both nodes (2 in all on n2; 1500m free on n1), no node is left.",
    ),
    Case(
        "of two reasons that would do, the one that the scheduler comes upon first",
        cluster([node("n1", taints=[GPU]), node("n2"), node("n3", cordoned=True)]),
        pod("big", cpu=5000, node_selector=Map({"pool": "x"})),
        "Because nodeSelector pool=x closes all 3 nodes (the label pool is missing), no node is left.",
    ),
    Case(
        "what the author can change goes before what the cluster's keeper can",
        cluster([node("n1", 1000, taints=[GPU]), node("n2", 1000, cordoned=True), node("n3", 1000, cordoned=True)]),
        pod("big", cpu=5000, tolerations=(Toleration("", "Exists", "", "NoExecute"),)),
        "Because the request of 5 cpu closes all 3 nodes (1 in all on n1, n2 and n3), no node is left.",
    ),
    Case(
        "each taint is a reason of its own",
        cluster([node("n1", taints=[GPU]), node("n2", taints=[Taint("spot", "", "NoExecute"), GPU])]),
        pod("a", cpu=4000, tolerations=(Toleration("gpu", "Exists"),), node_selector=Map({HOSTNAME: "n2"})),
        "Because the untolerated taint spot:NoExecute leaves only n1 open, and because nodeSelector hostname=n2 closes"
        " n1, no node is left.",
    ),
    Case(
        "the open nodes are named when they are few",
        cluster([*(node(f"g{at}", taints=[GPU]) for at in range(5)), node("n1", 500), node("n2", 700)]),
        pod("a", cpu=1000),
        "Because the untolerated taint gpu=yes:NoSchedule leaves only n1 and n2 open,"
        " and because the request of 1 cpu closes n1 and n2 (700m in all on n2, 500m in all on n1), no node is left.",
    ),
    Case(
        "a label that nodes lack is told apart from one with other values",
        cluster([node("n1", disk="hdd"), node("n2")]),
        pod("a", node_selector=Map({"disk": "ssd"})),
        "Because nodeSelector disk=ssd closes both nodes (disk is hdd on n1, missing on n2), no node is left.",
    ),
    Case(
        "required node affinity tells the labels that it looks at",
        cluster([node("n1", zone="a"), node("n2", zone="b")]),
        pod("a", node_terms=(NodeSelectorTerm((Requirement(ZONE, "In", ("c", "d")),)),)),
        "Because node affinity to zone in (c,d) closes both nodes (zone is a on n1, b on n2), no node is left.",
    ),
    Case(
        "who has a host port is named",
        cluster([node("n1")], [pod("a", "n1", host_ports=frozenset({PORT}))]),
        pod("b", host_ports=frozenset({PORT})),
        "Because host port 80/TCP closes n1, the only node (shop/a has it on n1), no node is left.",
    ),
    Case(
        "anti-affinity says who is there already",
        cluster([node("n1", zone="a"), node("n2", zone="a")], [pod("a", "n1")]),
        pod("b", anti_affinity=(near(ZONE),)),
        "Because anti-affinity to app=web in the same zone closes both nodes (zone a holds 1 app=web pod),"
        " no node is left.",
    ),
    Case(
        "other pods may refuse too",
        cluster([node("n1")], [pod("a", "n1", anti_affinity=(near(HOSTNAME),))]),
        pod("b"),
        "Because the anti-affinity of other pods to app=web in the same hostname closes n1, the only node"
        " (n1 holds 1 such pod), no node is left.",
    ),
    Case(
        "affinity says where such pods are",
        cluster([node("n1", zone="a"), node("n2", zone="b", cordoned=True)], [pod("db", "n2", "db")]),
        pod("b", affinity=(near(ZONE, "db"),)),
        "Because cordoning leaves only n1 open, and because affinity to app=db in the same zone closes n1"
        " (such pods are only in zone b), no node is left.",
    ),
    Case(
        "too few domains are counted",
        cluster([node("n1", zone="a"), node("n2", zone="b")], [pod("a", "n1"), pod("b", "n2")]),
        pod("c", spread=(spread(ZONE, 1, least=3),)),
        "Because zone spread (maxSkew 1) closes both nodes (zones a and b hold 1 app=web pod;"
        " there are 2 of the 3 zones that minDomains asks for), no node is left.",
    ),
    Case(
        "a pod that is nominated to a node counts there",
        cluster([node("n1", 1000)], [msgspec.structs.replace(pod("n", cpu=800, priority=5), nominated="n1")]),
        pod("a", cpu=500),
        "Because the request of 500m cpu closes n1, the only node (counting shop/n, nominated to n1), no node is left.",
    ),
    Case(
        "many nodes are counted",
        cluster([node(f"n{at}", 1000, zone="ab"[at % 4 == 0]) for at in range(40)]),
        pod("a", node_selector=Map({ZONE: "b"}), cpu=2000, tolerations=()),
        "Because the request of 2 cpu closes all 40 nodes (1 in all on 40 nodes), no node is left.",
    ),
    Case(
        "many open nodes are counted too",
        cluster([*(node(f"n{at}", zone="a") for at in range(40)), *(node(f"g{at}", 1, "b") for at in range(10))]),
        pod("a", node_selector=Map({ZONE: "b"}), cpu=500),
        "Because nodeSelector zone=b leaves 10 of 50 nodes open (zone is a on 40 nodes),"
        " and because the request of 500m cpu closes the other 10 nodes (1m in all on 10 nodes), no node is left.",
    ),
    Case(
        "a gated pod is held back",
        cluster([node("n1")]),
        pod("a", gates=("example.com/quota",)),
        "Because gating by example.com/quota holds the pod back, no node is looked at.",
    ),
    Case(
        "a gated pod is held back also where there is no node",
        cluster([]),
        pod("a", gates=("example.com/quota",)),
        "Because gating by example.com/quota holds the pod back, no node is looked at.",
    ),
    Case("a cluster may have no node", cluster([]), pod("a"), "The cluster has no node."),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_explanation_reads(case: Case) -> None:
    answer = why(case.cluster, case.pod)
    assert answer.explanation is not None
    assert answer.explanation.text == case.text


def test_the_claim_counts_the_clauses_and_the_path_leads_into_the_manifest() -> None:
    asking = msgspec.structs.replace(pod("big", cpu=5000), origin=deployment("web", b""))
    found = why(cluster([node("n1")]), asking).explanation
    assert found is not None
    assert found.claim == "[minimal: 1 clause]"
    assert [reason.path for reason in found.reasons] == ["spec.template.spec.containers[].resources.requests.cpu"]
    assert found.reasons[0].closes == ("n1",)


def test_a_pod_that_fits_needs_no_explanation() -> None:
    answer = why(cluster([node("n1"), node("n2", cordoned=True)]), pod("a"))
    assert (answer.explanation, answer.message, list(answer.feasible)) == (None, "", ["n1"])


def test_a_wrong_core_is_refuted_by_the_solver() -> None:
    snapshot, asking = cluster([node("n1", cordoned=True)]), pod("a", cpu=5000, node_selector=Map({"pool": "x"}))
    decision = Cycle(snapshot).decide(asking)
    found = refusals(Cycle(snapshot), decision)
    places = [
        place for place, one in enumerate(found.requirements) if one.plugin in ("NodeAffinity", "NodeResourcesFit")
    ]
    room, selected, request = places[1], places[0], places[2]
    assert prove(decision, found, [request]) is Proof.SYMBOLS
    with pytest.raises(CoreRefuted, match="a node meets"):
        prove(decision, found, [room])
    with pytest.raises(CoreRefuted, match="is not needed"):
        prove(decision, found, [selected, request])


@settings(max_examples=20)
@given(clusters(), pods())
def test_the_same_question_has_the_same_answer(snapshot: Snapshot, asking: Pod) -> None:
    assert why(snapshot, asking).explanation == why(snapshot, asking, Cycle(snapshot)).explanation


@given(clusters(), pods())
def test_an_explanation_leaves_no_node_and_nothing_less_does(snapshot: Snapshot, asking: Pod) -> None:
    cycle = Cycle(snapshot)
    decision = cycle.decide(asking)
    found = refusals(cycle, decision)
    smallest = core(decision, found)
    assert (smallest is None) == (decision.result is Result.FITS)
    if smallest is None or decision.whole:
        return
    asked = decision.findings.rules
    failing = [
        {at for at in one.failing if asked[at].clause.stage in AT_A_NODE}
        for one in by_values(asked, ClusterValues(snapshot, frozenset({asking.key})).nodes).classes
    ]
    alone = {node: failing[at] for at, one in enumerate(decision.findings.classes) for node in one.nodes}
    beside = {node: alone[node] | set(more) for node, _, more in cycle.beside_nominated(asking)}
    at_nodes = {**alone, **beside}.values()
    clauses = [set(one.clauses) for one in found.requirements]

    def leaves_none(places: Sequence[int]) -> bool:
        chosen = set().union(*(clauses[place] for place in places))
        return all(chosen & fails for fails in at_nodes)

    assert leaves_none(smallest.requirements)
    assert smallest.smallest
    assert smallest.proof is Proof.SYMBOLS
    for size in range(len(smallest.requirements)):
        assert not any(map(leaves_none, combinations(range(len(clauses)), size)))
