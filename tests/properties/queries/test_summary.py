"""All pending pods at once: grouped by cause, counted, those that fit told apart."""

import msgspec
from hypothesis import given, settings

from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.properties.queries.summary import why_all
from kubeproof.properties.queries.why import why
from kubeproof.properties.strategies import clusters
from tests.properties.queries.sketches import cluster, deployment, node, pod


def test_pods_of_one_workload_with_one_cause_are_one_group() -> None:
    origin = deployment("web", b"")
    web = [msgspec.structs.replace(pod(f"web-{at}", cpu=5000), origin=origin) for at in range(5)]
    by_hand = [pod("a", cpu=6000), pod("b", cpu=100), pod("c", gates=("x/y",))]
    summary = why_all(cluster([node("n1")], [*web, *by_hand]))
    event = (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate,"
        " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    )
    ends = "no node is left.  [minimal: 1 clause]"
    assert summary.text == "\n".join(
        (
            "7 pods cannot be placed, for 3 causes:",
            "  5 pods of Deployment shop/web Pending: shop/web-0 and 4 more",
            f"     {event}",
            f"     Because the request of 5 cpu closes n1, the only node (4 in all on n1), {ends}",
            "  1 pod Pending: shop/a",
            f"     {event}",
            f"     Because the request of 6 cpu closes n1, the only node (4 in all on n1), {ends}",
            "  1 pod held back: shop/c",
            "     waiting for scheduling gates: [x/y]",
            "     Because gating by x/y holds the pod back, no node is looked at.  [minimal: 1 clause]",
            "1 pod would find a node now, each looked at alone:",
            "  1 pod: shop/b",
        )
    )
    assert not summary.fits


def test_pods_of_several_workloads_with_one_cause_are_one_group() -> None:
    made = [msgspec.structs.replace(pod(f"{name}-1"), origin=deployment(name, b"")) for name in ("api", "web")]
    summary = why_all(cluster([], made))
    assert summary.text.splitlines()[:2] == [
        "2 pods cannot be placed, for 1 cause:",
        "  2 pods of 2 workloads Pending: shop/api-1 and shop/web-1",
    ]


def test_what_is_not_modelled_does_not_hide_the_rest() -> None:
    asks = pod("claims")
    asks = msgspec.structs.replace(asks, spec=msgspec.structs.replace(asks.spec, resource_claims=("gpu",)))
    summary = why_all(cluster([node("n1")], [asks, pod("plain")]))
    unknown = "spec.resourceClaims: not modelled: dynamic resource allocation (kube-scheduler's DynamicResources)"
    assert summary.text.splitlines() == [
        "1 pod could not be decided:",
        "  1 pod not decided: shop/claims",
        f"     {unknown}",
        "1 pod would find a node now, each looked at alone:",
        "  1 pod: shop/plain",
    ]
    assert not summary.fits
    assert not summary.waiting


def test_a_cluster_where_nothing_waits() -> None:
    summary = why_all(cluster([node("n1")], [pod("a", "n1")]))
    assert summary.text == "No pod is pending."
    assert summary.fits
    assert summary.data() == {"groups": []}


@settings(max_examples=20)
@given(clusters())
def test_each_pending_pod_is_in_one_group_with_its_own_answer(snapshot: Snapshot) -> None:
    summary = why_all(snapshot)
    placed = {key: group for group in summary.groups for key in group.pods}
    assert sorted(placed) == sorted(pod.key for pod in snapshot.pending)
    for waiting in snapshot.pending:
        alone, together = why(snapshot, waiting), placed[waiting.key].why
        assert together
        assert together.message == alone.message
        assert placed[waiting.key].fits == (alone.explanation is None)
