"""Repairs: exact texts on small clusters; on random ones each repair places the pod, and nothing cheaper does."""

from itertools import chain, combinations
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.pod import HostPort, Pod, normalise
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.properties.queries import edits_cluster, edits_pod
from kubeproof.properties.queries.candidates import candidates
from kubeproof.properties.queries.details import Reader
from kubeproof.properties.queries.edits import PRICES, UNIT, Edit, changed, edited
from kubeproof.properties.queries.edits_pod import Asking
from kubeproof.properties.queries.repair import Repairs, repairs
from kubeproof.properties.queries.requirements import requirements
from kubeproof.properties.strategies import clusters, pods
from tests.properties.queries.sketches import GPU, HOSTNAME, ZONE, cluster, deployment, near, node, pod, spread

PORT = HostPort("0.0.0.0", "TCP", 80)
REQUIRED, PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
TERM = f"spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0].matchExpressions[0]"
TOLERATED = 'spec.tolerations: + {key: gpu, operator: Equal, value: "yes", effect: NoSchedule}'


def mend(snapshot: Snapshot, asking: Pod, limit: int = 5) -> Repairs:
    cycle = Cycle(snapshot)
    return repairs(cycle, cycle.decide(asking), limit)


class Case(NamedTuple):
    """A sentence about repairs, the question, and the repairs in order."""

    name: str
    cluster: Snapshot
    pod: Pod
    found: tuple[str, ...]


CASES = (
    Case(
        "a taint is tolerated, or taken away",
        cluster([node("n1", taints=[GPU])]),
        pod("a"),
        (
            TOLERATED,
            "kubectl taint nodes n1 gpu=yes:NoSchedule-",
        ),
    ),
    Case(
        "a cordoned node is rather uncordoned, but for the pod's own toleration",
        cluster([node("n1", cordoned=True, taints=[Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")])]),
        pod("a"),
        (
            "spec.tolerations: + {key: node.kubernetes.io/unschedulable, operator: Exists, effect: NoSchedule}",
            "kubectl uncordon n1",
            "add 1 node like n1",
        ),
    ),
    Case(
        "a selector takes another value, or a node gets the label",
        cluster([node("n1", disk="hdd")]),
        pod("a", node_selector=Map({"disk": "ssd"})),
        (
            "spec.nodeSelector.disk: ssd -> hdd",
            "kubectl label nodes n1 disk=ssd --overwrite",
        ),
    ),
    Case(
        "a label that says what a node is, is not put on it",
        cluster([node("n1", zone="a")]),
        pod("a", node_selector=Map({ZONE: "b"})),
        ("spec.nodeSelector.topology.kubernetes.io/zone: b -> a",),
    ),
    Case(
        "required affinity takes one value more",
        cluster([node("n1", zone="a")]),
        pod(
            "a", node_terms=(NodeSelectorTerm((Requirement(ZONE, "In", ("b", "c")), Requirement(HOSTNAME, "Exists"))),)
        ),
        (f"{TERM}.values: [b, c] -> [b, c, a]",),
    ),
    Case(
        "a request is lowered to the most that is free somewhere",
        cluster([node("n1"), node("n2", 2000)], [pod("b", "n1", cpu=2500)]),
        pod("a", cpu=5000),
        ("spec.containers[].resources.requests.cpu: 5 -> 2", "add 1 node like n2, but with 5 cpu"),
    ),
    Case(
        "a pod of lower priority goes, the least that is enough; a node more would do too",
        cluster(
            [node("n1")],
            [
                pod("x", "n1", cpu=500, owner="ReplicaSet/x"),
                pod("y", "n1", cpu=1500, owner="ReplicaSet/y"),
                pod("z", "n1", cpu=2000, owner="ReplicaSet/z"),
            ],
        ),
        pod("a", cpu=1000, priority=10),
        (
            "kubectl delete pod -n shop y",
            "add 1 node like n1",
        ),
    ),
    Case(
        "pods of the same priority, and DaemonSet's, stay",
        cluster(
            [node("n1", 3000)], [pod("x", "n1", cpu=2500, owner="DaemonSet/x"), pod("y", "n1", cpu=500, priority=10)]
        ),
        pod("a", cpu=400, priority=10),
        ("add 1 node like n1",),
    ),
    Case(
        "a host port is given up",
        cluster([node("n1")], [pod("b", "n1", host_ports=frozenset({PORT}), owner="ReplicaSet/b")]),
        pod("a", host_ports=frozenset({PORT}), priority=1),
        (
            "spec.containers[].ports[].hostPort: 80 -> (removed)",
            "kubectl delete pod -n shop b",
            "add 1 node like n1",
        ),
    ),
    Case(
        "a spread constraint is only preferred, or its skew grows",
        cluster([node("n1", zone="a"), node("n2", 100, zone="b")], [pod("x", "n1"), pod("y", "n1")]),
        pod("a", spread=(spread(ZONE),), cpu=200),
        (
            "spec.topologySpreadConstraints[0].whenUnsatisfiable: DoNotSchedule -> ScheduleAnyway",
            "spec.topologySpreadConstraints[0].maxSkew: 1 -> 3",
            "spec.containers[].resources.requests.cpu: 200m -> 100m",
            "add 1 node like n2 in zone b, but with 200m cpu",
        ),
    ),
    Case(
        "minDomains comes down to what there is",
        cluster([node("n1", zone="a")], [pod("x", "n1")]),
        pod("a", spread=(spread(ZONE, least=2),)),
        (
            "spec.topologySpreadConstraints[0].whenUnsatisfiable: DoNotSchedule -> ScheduleAnyway",
            "spec.topologySpreadConstraints[0].minDomains: 2 -> 1",
            "spec.topologySpreadConstraints[0].maxSkew: 1 -> 2",
        ),
    ),
    Case(
        "anti-affinity becomes a preference",
        cluster([node("n1")], [pod("x", "n1")]),
        pod("a", anti_affinity=(near(HOSTNAME),)),
        (
            f"spec.affinity.podAntiAffinity.{REQUIRED}[0]: -> {PREFERRED} (weight 100)",
            "add 1 node like n1",
        ),
    ),
    Case(
        "who refuses the pod can only go",
        cluster([node("n1")], [pod("x", "n1", anti_affinity=(near(HOSTNAME),), owner="ReplicaSet/x")]),
        pod("a", priority=5),
        ("kubectl delete pod -n shop x", "add 1 node like n1"),
    ),
    Case(
        "two things that are wrong at the only node are mended together",
        cluster([node("n1", taints=[GPU], disk="hdd")]),
        pod("a", node_selector=Map({"disk": "ssd"}), tolerations=(Toleration("x", "Exists"),)),
        (
            f"{TOLERATED}; and spec.nodeSelector.disk: ssd -> hdd",
            "kubectl taint nodes n1 gpu=yes:NoSchedule-; and kubectl label nodes n1 disk=ssd --overwrite",
        ),
    ),
    Case(
        "a selector for a label that no node has goes",
        cluster([node("n1")]),
        pod("a", node_selector=Map({"disk": "ssd"})),
        ("spec.nodeSelector.disk: ssd -> (removed)", "kubectl label nodes n1 disk=ssd"),
    ),
    Case(
        "a gate is opened",
        cluster([node("n1")]),
        pod("a", gates=("example.com/quota",)),
        ("spec.schedulingGates: [example.com/quota] -> []",),
    ),
    Case("where there is no node, nothing helps", cluster([]), pod("a"), ()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_repairs_read(case: Case) -> None:
    found = mend(case.cluster, case.pod)
    assert tuple(repair.text for repair in found.found) == case.found
    assert found.complete
    assert found.smallest == bool(case.found)


def test_replicas_that_wait_are_asked_for_no_more() -> None:
    origin = deployment("web", b'{"spec": {"replicas": 3}}')
    web = [
        msgspec.structs.replace(pod(f"web-{at}", on, cpu=3000), origin=origin) for at, on in enumerate(("n1", "n2", ""))
    ]
    found = mend(cluster([node("n1"), node("n2")], web), web[2])
    assert [repair.text for repair in found.found] == [
        "spec.replicas: 3 -> 2",
        "add 1 node like n1",
    ]
    assert found.found[0].node == ""


DEPLOYMENT = b"""{"spec": {"replicas": 1, "template": {"spec": {"containers": [
  {"name": "a", "resources": {"requests": {"cpu": "500m"}}},
  {"name": "b", "resources": {"requests": {"cpu": "3"}, "limits": {"memory": "1Gi"}},
   "ports": [{"containerPort": 80}, {"containerPort": 90, "hostPort": 80}]}
]}}}}"""


def made(manifest: bytes) -> Pod:
    """The pod that a Deployment's manifest makes."""
    template = msgspec.json.decode(manifest)["spec"]["template"]
    raw = msgspec.convert({"metadata": {"name": "web-1", "namespace": "shop"}, **template}, core_v1.Pod)
    return normalise(raw, deployment("web", manifest))


def test_the_path_leads_to_the_container_that_asks_and_the_new_value_is_exactly_what_fits() -> None:
    taken = pod("x", "n1", cpu=1200, host_ports=frozenset({PORT}))
    found = mend(cluster([node("n1")], [taken]), made(DEPLOYMENT))
    assert found.found[0].text == (
        "spec.template.spec.containers[1].resources.requests.cpu: 3 -> 2300m;"
        " and spec.template.spec.containers[1].ports[1].hostPort: 80 -> (removed)"
    )
    by_hand = made(DEPLOYMENT.replace(b'"cpu": "3"', b'"cpu": "2300m"').replace(b', "hostPort": 80', b""))
    cycle = Cycle(cluster([node("n1")], [taken]))
    edits = candidates(cycle, cycle.decide(made(DEPLOYMENT))).found[0].edits
    mended = edited(made(DEPLOYMENT), edits)
    assert (mended.spec.requests, mended.spec.host_ports) == (by_hand.spec.requests, by_hand.spec.host_ports)
    assert cycle.decide(mended).nodes == cycle.decide(by_hand).nodes


BESIDE = (
    ("overhead counts too", b'"overhead": {"cpu": "1"}', False),
    (
        "an init container may ask for more",
        b'"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "1"}}}]',
        False,
    ),
    ("an init container that asks for nothing changes nothing", b'"initContainers": [{"name": "i"}]', True),
)


@pytest.mark.parametrize(("beside", "lowered"), [case[1:] for case in BESIDE], ids=[case[0] for case in BESIDE])
def test_an_amount_that_no_line_stands_for_is_not_lowered(beside: bytes, lowered: bool) -> None:
    manifest = DEPLOYMENT.replace(b'{"containers"', b"{" + beside + b', "containers"')
    found = mend(cluster([node("n1")], [pod("x", "n1", cpu=1200)]), made(manifest))
    assert ("request" in {change.kind for repair in found.found for change in repair.changes}) is lowered


def test_a_pod_that_goes_and_fits_elsewhere_afterwards_is_moved() -> None:
    waiting = pod("a", cpu=3000, priority=5, node_selector=Map({HOSTNAME: "n1"}))
    small, large = (
        pod("small", "n1", cpu=2000, owner="ReplicaSet/s"),
        pod("large", "n1", cpu=2500, owner="ReplicaSet/l"),
    )

    def deletions(room: int) -> list[str]:
        found = mend(cluster([node("n1", 5000), node("n2", room)], [waiting, small, large]), waiting).found
        return [repair.text for repair in found if repair.changes[0].kind == "remove pod"]

    assert deletions(2600) == ["kubectl delete pod -n shop large  # shop/large then fits on n2"]
    assert deletions(2400) == ["kubectl delete pod -n shop large"]


def test_looking_where_pods_would_go_leaves_the_cycle_as_it_was() -> None:
    waiting = pod("a", cpu=3000, priority=5)
    snapshot = cluster([node("n1", 5000), node("n2", 2600)], [waiting, pod("b", "n1", cpu=2500, owner="ReplicaSet/b")])
    cycle = Cycle(snapshot)
    assert repairs(cycle, cycle.decide(waiting)).found[1].moves == (("shop/b", "n2"),)
    assert cycle.decide(waiting) == Cycle(snapshot).decide(waiting)


def test_a_search_that_is_cut_off_says_so() -> None:
    snapshot = cluster([node("n1", taints=[GPU])])
    cycle = Cycle(snapshot)
    found = repairs(cycle, cycle.decide(pod("a")), checks=0)
    assert (found.found, found.smallest, found.complete) == ((), False, False)
    assert found.text == "No repair was found before the search was cut off."


def test_what_is_claimed_stands_above_the_repairs() -> None:
    assert mend(cluster([node("n1", taints=[GPU])]), pod("a"), 1).text == (
        "Smallest repairs (each re-checked by running the scheduler):\n"
        '  1  spec.tolerations: + {key: gpu, operator: Equal, value: "yes", effect: NoSchedule}'
    )


@given(clusters(), pods())
def test_every_repair_places_the_pod_when_the_cluster_is_made_anew(snapshot: Snapshot, asking: Pod) -> None:
    cycle = Cycle(snapshot)
    decision = cycle.decide(asking)
    if decision.result is Result.FITS:
        return
    texts = {
        frozenset(edit.text for edit in candidate.edits): candidate.edits
        for candidate in candidates(cycle, decision).found
    }
    for repair in repairs(cycle, decision, 8).found:
        of_text = {edit.text: edit for edits in texts.values() for edit in edits}
        edits = [of_text[change.text] for change in repair.changes]
        again = Cycle(changed(snapshot, edits)).decide(edited(asking, edits))
        assert again.result is Result.FITS
        assert repair.node in again.feasible


@given(clusters(max_pods=4), pods())
def test_nothing_cheaper_than_the_smallest_repair_places_the_pod(snapshot: Snapshot, asking: Pod) -> None:
    cycle = Cycle(snapshot)
    decision = cycle.decide(asking)
    if decision.result is Result.FITS:
        return
    found = repairs(cycle, decision, 1)
    if not found.smallest:
        return
    least = found.found[0].cost * UNIT
    for some in cheaper([edit for edit in language(cycle, decision) if edit.cost < least], least):
        assert Cycle(changed(snapshot, some)).decide(edited(asking, some)).result is not Result.FITS, some


def language(cycle: Cycle, decision: Decision) -> list[Edit]:
    """Every edit that some node's failing requirement suggests."""
    reader, asked = Reader(cycle.snapshot, cycle.columns), decision.findings.rules
    found: dict[str, Edit] = {}
    for own in cycle.snapshot.nodes:
        failing = set(decision.findings.failing(own.name))
        for one in requirements(asked):
            if failing.intersection(one.clauses):
                terms = tuple(asked[at].clause.holds for at in one.clauses)
                asking = Asking(decision.pod, one.plugin, one.where, terms, own, reader)
                on = [pod for pod in cycle.snapshot.pods if pod.node == own.name]
                removals = edits_cluster.removals(asking, on, cycle.snapshot.bound)
                for edit in (*edits_pod.options(asking), *edits_cluster.options(asking), *removals):
                    found[edit.text] = edit
    return list(found.values())


def cheaper(pool: list[Edit], than: float) -> list[tuple[Edit, ...]]:
    """Every set of these edits that costs less."""
    sizes = range(1, int(than // (min(PRICES.values()) * UNIT)) + 1)
    every = chain.from_iterable(combinations(pool, size) for size in sizes)
    return [some for some in every if sum(edit.cost for edit in some) < than]


@settings(max_examples=20)
@given(clusters(), pods())
def test_the_same_question_has_the_same_repairs(snapshot: Snapshot, asking: Pod) -> None:
    assert mend(snapshot, asking) == mend(snapshot, asking)
