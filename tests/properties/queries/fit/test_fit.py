"""Does it all fit? Small clusters of which one can see the answer, with the exact words of each refutation."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from immutables import Map

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, Requirement, Selector
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import PersistentVolume, PersistentVolumeClaim, Storage, StorageClass
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.objects.volumes import Claim
from kubeproof.properties.queries.fit import Answer, Bounds, fit

ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
GPU = Taint("gpu", "yes", "NoSchedule")
GI = 2**30


def node(name: str, cpu: int = 4000, zone: str = "a", taints: tuple[Taint, ...] = (), pods: int = 110) -> Node:
    amounts = Map({"cpu": cpu, "memory": 64 * GI, "pods": pods})
    return Node(name, Map({ZONE: zone, HOST: name}), taints, False, amounts)


def nodes(count: int, cpu: int = 4000, zones: str = "a", pods: int = 110) -> tuple[Node, ...]:
    return tuple(node(f"n{at}", cpu, zones[at % len(zones)], pods=pods) for at in range(count))


def app(name: str) -> Selector:
    return Selector((Requirement("app", "=", (name,)),))


def term(name: str, key: str = HOST) -> PodAffinityTerm:
    return PodAffinityTerm(key, app(name), frozenset({"shop"}), NOTHING)


def spread(name: str, key: str, most: int = 1, min_domains: int = 1) -> SpreadConstraint:
    return SpreadConstraint(most, key, True, app(name), min_domains, True, False)


def spec(cpu: int = 1000, **rules: Any) -> PodSpec:
    return PodSpec(requests=Map({"cpu": cpu, "memory": GI}), **rules)


def pods(name: str, count: int, of: PodSpec, on: str = "") -> tuple[Pod, ...]:
    return tuple(Pod("shop", f"{name}-{at}", Map({"app": name}), of, node=on) for at in range(count))


def zones_and_hosts(count: int, replicas: int) -> Snapshot:
    """The recorded dead end: zone maxSkew 1 and hostname maxSkew 2, nodes dealt to three zones."""
    rules = (spread("web", ZONE), spread("web", HOST, 2))
    return Snapshot(nodes(count, 64_000, "abc"), pods("web", replicas, spec(100, spread=rules)))


class Case(NamedTuple):
    """What is true of a cluster; the answer; the first reason (NO); the bounds."""

    says: str
    cluster: Snapshot
    answer: Answer
    reason: str = ""
    bounds: Bounds | None = None


CASES = (
    Case("nothing to place fits", Snapshot(nodes(1)), Answer.YES),
    Case("nothing to place fits on nothing", Snapshot(), Answer.YES),
    Case("eight pods of a quarter fit on two nodes", Snapshot(nodes(2), pods("web", 8, spec())), Answer.YES),
    Case(
        "no node is no place",
        Snapshot((), pods("web", 1, spec())),
        Answer.NO,
        "there are no nodes",
        Bounds(0, 0),
    ),
    Case(
        "a ninth is one too many",
        Snapshot(nodes(2), pods("web", 9, spec())),
        Answer.NO,
        "9 pods ask for 9 cpu together; 2 nodes have 8 free",
        Bounds(8, 8),
    ),
    Case(
        "pods of more than half a node need a node each",
        Snapshot(nodes(3), pods("big", 3, spec(2100)) + pods("huge", 1, spec(3000))),
        Answer.NO,
        "4 pods ask for more than half a node's cpu; 3 nodes",
        Bounds(3, 3),
    ),
    Case(
        "amounts that add up to too much",
        Snapshot(nodes(2), pods("a", 3, spec(1500)) + pods("b", 4, spec(1000))),
        Answer.NO,
        "7 pods ask for 8500m cpu together; 2 nodes have 8 free",
        Bounds(6, 6),
    ),
    Case(
        "bound pods stay",
        Snapshot(nodes(1), pods("old", 3, spec(), on="n0") + pods("web", 2, spec())),
        Answer.NO,
        "2 pods ask for at least 1 cpu; 1 node has room for 1 of that size",
        Bounds(1, 1),
    ),
    Case(
        "every pod takes one of a node's places",
        Snapshot(nodes(2, pods=3), pods("web", 7, spec(0))),
        Answer.NO,
        "7 pods; 2 nodes have room for 6",
        Bounds(6, 6),
    ),
    Case(
        "a taint keeps pods on few nodes",
        Snapshot((node("n0"), node("n1", taints=(GPU,))), pods("web", 5, spec())),
        Answer.NO,
        "5 pods ask for 5 cpu together; the 1 of 2 nodes that they can use has 4 free",
        Bounds(4, 4),
    ),
    Case(
        "a pod that no node takes is told with the nodes' reasons",
        Snapshot((node("n0"), node("n1", taints=(GPU,))), pods("web", 1, spec(9000))),
        Answer.NO,
        "shop/web-0: no node of 2 takes it: 1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: yes}",
        Bounds(0, 0),
    ),
    Case(
        "a gated pod has no place",
        Snapshot(nodes(1), pods("web", 1, spec(gates=("wait",)))),
        Answer.NO,
        "shop/web-0: no node of 1 takes it: 1 waiting for scheduling gates: [wait]",
        Bounds(0, 0),
    ),
    Case(
        "pods that keep apart need a node each",
        Snapshot(nodes(3), pods("db", 4, spec(100, anti_affinity=(term("db"),)))),
        Answer.NO,
        f"4 pods may not share a {HOST} (anti-affinity to app=db in the same {HOST}); they can reach 3 of them",
        Bounds(3, 3),
    ),
    Case(
        "a host port is had once a node",
        Snapshot(nodes(2), pods("dns", 3, spec(100, host_ports=frozenset({HostPort("0.0.0.0", "UDP", 53)})))),
        Answer.NO,
        "3 pods may not share a node (host port 53/UDP); they can reach 2 of them",
        Bounds(2, 2),
    ),
    Case(
        "a zone that is full holds the others back",
        Snapshot((node("n0", 64_000, "a"), node("n1", 2000, "b")), pods("web", 8, spec(spread=(spread("web", ZONE),)))),
        Answer.NO,
        f"shop/web-0 and 7 like it: {ZONE} spread (maxSkew 1) leaves 5 places for 8 pods, because b can have 2",
        Bounds(5, 5),
    ),
    Case(
        "too few domains count as one that is empty",
        Snapshot(nodes(2, zones="ab"), pods("web", 3, spec(spread=(spread("web", ZONE, min_domains=3),)))),
        Answer.NO,
        f"shop/web-0 and 2 like it: {ZONE} spread (maxSkew 1) leaves 2 places for 3 pods, "
        "because fewer than 3 domains count as one with 0",
        Bounds(2, 2),
    ),
    Case(
        "an amount that fits in sum but not in pieces",
        Snapshot(nodes(2, 5000), pods("a", 2, spec(3000)) + pods("b", 1, spec(4000))),
        Answer.NO,
        "3 pods ask for more than half a node's cpu; 2 nodes",
        Bounds(2, 2),
    ),
    Case(
        "large pods that fit in sum but not in the nodes",
        Snapshot(nodes(2, 10_000), pods("a", 3, spec(4000)) + pods("b", 2, spec(3500))),
        Answer.NO,
        "5 pods ask for at least 3500m cpu; 2 nodes have room for 4 of that size",
        Bounds(4, 4),
    ),
    Case(
        "pieces that fit in sum and by size, but leave a gap on each node",
        Snapshot(nodes(2, 10_000), pods("a", 2, spec(6000)) + pods("b", 2, spec(3000)) + pods("c", 1, spec(2000))),
        Answer.NO,
        "5 pods (shop/a-0 and 1 like it, shop/b-0 and 1 like it, shop/c-0) cannot all be placed because of free cpu "
        "(no smaller set of these is in conflict)",
        Bounds(4, 4),
    ),
    Case(
        "affinity is satisfied by pods that come too",
        Snapshot(nodes(2), pods("web", 2, spec(affinity=(term("db"),))) + pods("db", 1, spec())),
        Answer.YES,
    ),
    Case(
        "affinity to nobody",
        Snapshot(nodes(2), pods("web", 1, spec(affinity=(term("db"),)))),
        Answer.NO,
        "1 pod (shop/web-0) cannot be placed because of "
        f"'affinity to app=db in the same {HOST}' (no smaller set of these is in conflict)",
    ),
    Case(
        "a group that wants to be with itself may be the first of its kind, in one place",
        Snapshot(nodes(2), pods("web", 4, spec(affinity=(term("web"),)))),
        Answer.YES,
    ),
    Case(
        "only one may be alone: a third that has no company has no place",
        Snapshot(nodes(2, 2000), pods("web", 3, spec(affinity=(term("web"),)))),
        Answer.NO,
    ),
    Case(
        "a pod refuses others though they do not mind",
        Snapshot(nodes(1), pods("db", 1, spec(anti_affinity=(term("web"),))) + pods("web", 1, spec())),
        Answer.NO,
    ),
    Case(
        "a tolerated taint is no hindrance",
        Snapshot((node("n0", taints=(GPU,)),), pods("web", 4, spec(tolerations=(Toleration("gpu", "Exists"),)))),
        Answer.YES,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_answers(case: Case) -> None:
    found = fit(case.cluster)
    assert (found.answer, found.reasons[0].text if case.reason else "") == (case.answer, case.reason), found.text
    assert case.bounds is None or found.bounds == case.bounds
    assert set(found.placement) == ({pod.key for pod in case.cluster.pending} if case.answer is Answer.YES else set())


@pytest.mark.parametrize(("count", "replicas"), [(10, 60), (13, 60)])
def test_all_pods_of_the_recorded_dead_end_have_a_place(count: int, replicas: int) -> None:
    found = fit(zones_and_hosts(count, replicas))
    assert found.answer is Answer.YES
    assert len(found.placement) == replicas


def test_the_dead_end_has_a_final_state_that_is_not_reached_one_by_one() -> None:
    """With 19 pods in the zone of four one node has 4; the next in a zone of three would be the seventh on its node."""
    found = fit(zones_and_hosts(10, 60))
    on = [list(found.placement.values()).count(f"n{at}") for at in range(10)]
    assert sorted(on) == [5, 5, 5, 5, 6, 6, 7, 7, 7, 7]
    assert found.order is None
    assert found.text.startswith("Yes: all 60 pods fit on 10 nodes together (no order to place them one by one found).")


def test_a_dead_end_that_is_none() -> None:
    """Zones of 3, 2 and 2 share 40 pods as 14, 13, 13: a node with 7 in the small ones, one with 4 in the large one."""
    found = fit(zones_and_hosts(7, 40))
    assert found.reasons[0].text == (
        f"40 pods (shop/web-0 and 39 like it) cannot all be placed because of '{ZONE} spread (maxSkew 1)' "
        f"and '{HOST} spread (maxSkew 2)' (no smaller set of these is in conflict)"
    )


def test_the_order_begins_with_the_pod_that_others_want_to_be_near() -> None:
    found = fit(Snapshot(nodes(2), pods("web", 2, spec(affinity=(term("db"),))) + pods("db", 1, spec())))
    assert found.order is not None
    assert found.order[0] == "shop/db-0"


def test_without_time_the_answer_is_unknown_with_bounds() -> None:
    found = fit(zones_and_hosts(10, 60), timeout=0)
    assert (found.answer, found.bounds, found.why) == (Answer.UNKNOWN, Bounds(0, 60), "time is up")
    assert found.text == (
        "Unknown whether all 60 pods fit on 10 nodes: time is up.\n"
        "  At least 0 and at most 60 of 60 can be placed together."
    )


def test_only_the_pods_that_are_asked_for_are_placed() -> None:
    web, db = pods("web", 1, spec()), pods("db", 1, spec(9000))
    assert fit(Snapshot(nodes(1), web + db), pods=web).placement == {"shop/web-0": "n0"}


def test_a_bound_pod_that_is_asked_for_is_placed_afresh() -> None:
    web, db = pods("web", 4, spec(), on="n0"), pods("db", 1, spec(4000))
    found = fit(Snapshot(nodes(2), web + db), pods=(*web, *db))
    assert found.answer is Answer.YES
    assert len({found.placement["shop/db-0"], found.placement["shop/web-0"]}) == 2


def claim(name: str) -> PersistentVolumeClaim:
    return PersistentVolumeClaim("shop", name, storage_class="fast", phase="Pending")


def storage(*claims: PersistentVolumeClaim, **rest: Any) -> Storage:
    fast = StorageClass("fast", "disk.example", waits=True)
    return Storage(claims=Map({(c.namespace, c.name): c for c in claims}), classes=Map({"fast": fast}), **rest)


def with_claims(*names: str) -> tuple[Pod, ...]:
    return tuple(
        Pod("shop", f"db-{at}", Map({"app": "db"}), spec(volumes=(Claim(name),))) for at, name in enumerate(names)
    )


def test_a_claim_of_its_own_for_which_a_volume_is_made_is_no_hindrance() -> None:
    disks = storage(claim("data-0"), claim("data-1"))
    assert fit(Snapshot(nodes(1), with_claims("data-0", "data-1"), storage=disks)).answer is Answer.YES


def test_a_claim_that_two_pods_would_bind_leaves_it_open() -> None:
    found = fit(Snapshot(nodes(1), with_claims("data", "data"), storage=storage(claim("data"))))
    assert (found.answer, found.bounds.at_most) == (Answer.UNKNOWN, 2)
    assert found.why == (
        "shop/db-0: spec.volumes[0]: claim data is not bound; binding claims of several pods together is not modelled"
    )


def test_a_claim_that_may_take_a_volume_from_another_leaves_it_open() -> None:
    ready = PersistentVolume("pv", storage_class="fast")
    disks = storage(claim("data-0"), claim("data-1"), volumes=Map({"pv": ready}))
    assert fit(Snapshot(nodes(1), with_claims("data-0", "data-1"), storage=disks)).answer is Answer.UNKNOWN


def test_a_claim_that_is_not_there_refuses_its_pod() -> None:
    found = fit(Snapshot(nodes(1), with_claims("data")))
    assert found.reasons[0].text == ('shop/db-0: no node of 1 takes it: 1 persistentvolumeclaim "data" not found')


def test_resource_claims_are_not_modelled() -> None:
    with pytest.raises(NotModelled, match=r"spec\.resourceClaims"):
        fit(Snapshot(nodes(1), pods("web", 1, spec(resource_claims=("gpu",)))))


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    fit(zones_and_hosts(10, 60), on_progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(total == 60 for _, total in told)


def test_the_data_is_plain() -> None:
    found = fit(Snapshot(nodes(2), pods("web", 9, spec())))
    assert json.loads(json.dumps(found.data()))["bounds"] == {"atLeast": 8, "atMost": 8}
    assert found.data()["reasons"][0]["pods"] == [f"shop/web-{at}" for at in range(9)]
