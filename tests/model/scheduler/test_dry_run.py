"""Pods put on nodes and taken off in thought count as kube-scheduler counts on, not as it counts anew (v1.34)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import EVERYTHING, Selector, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Cycle, held_ports
from kubeproof.model.scheduler.dry_run import DryRun
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters import pod_topology_spread
from kubeproof.model.scheduler.findings import by_columns, rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.properties.strategies import clusters, pods

LABELS = Map({"app": "web"})
NODES = tuple(Node(name, Map({"host": name}), allocatable=Map({"pods": 9})) for name in "ab")


def asking(selector: Selector) -> Pod:
    spread = SpreadConstraint(1, "host", True, selector, 1, True, False)
    return Pod("shop", "asking", LABELS, PodSpec(spread=(spread,)))


@pytest.mark.parametrize("selector", [EVERYTHING, of_labels(LABELS)], ids=["the empty selector", "a selector"])
@pytest.mark.parametrize("deleting", [False, True], ids=["alive", "terminating"])
def test_a_nominated_pod_counts_for_spread(selector: Selector, deleting: bool) -> None:
    """Even where it would not, were it there: with an empty selector, and while it is being deleted."""
    nominated = Pod("shop", "nominated", LABELS, nominated="a", deleting=deleting)
    verdict = Cycle(Snapshot(NODES, (nominated,))).decide(asking(selector)).nodes["a"]
    assert verdict is not None
    assert verdict.reasons == (pod_topology_spread.SKEWED,)
    there = msgspec.structs.replace(nominated, node="a")
    counted = selector is not EVERYTHING and not deleting
    assert (Cycle(Snapshot(NODES, (there,))).decide(asking(selector)).nodes["a"] is not None) == counted


@given(clusters(max_pods=8), pods(), st.data())
def test_moving_a_pod_is_counting_without_it(snapshot: Snapshot, pod: Pod, data: st.DataObject) -> None:
    """At its own node, where it is not being deleted, holds no port, and shares no volume with the pod that asks."""
    wanted = set(pod.spec.volumes)
    here = [p for p in snapshot.bound if not (p.deleting or p.spec.host_ports or wanted.intersection(p.spec.volumes))]
    if not here:
        return
    gone = data.draw(st.sampled_from(here))
    asked, columns = rules(pod, Facts(snapshot), DEFAULT), ClusterColumns(snapshot)
    names = [node.name for node in snapshot.nodes]
    run = DryRun(asked, columns, range(columns.size), held_ports(pod, snapshot, names))
    before, place = run.failing(range(columns.size)), columns.index[gone.node]
    with run.passing([place]):
        run.move(place, [gone], -1)
        anew = by_columns(asked, ClusterColumns(snapshot.without_pods([gone.key])))
        assert tuple(run.failing([place])[0]) == anew.failing(gone.node)
        fits = [not failing for failing in run.failing(range(columns.size))]
        assert run.fits().tolist() == fits
    assert run.failing(range(columns.size)) == before


def test_ports_are_a_set_and_come_back_as_they_were() -> None:
    http = PodSpec(host_ports=frozenset({HostPort("127.0.0.1", "TCP", 80)}))
    both = tuple(Pod("shop", name, LABELS, http, node="a") for name in ("one", "two"))
    snapshot, new = Snapshot(NODES, both), Pod("shop", "new", LABELS, http)
    columns = ClusterColumns(snapshot)
    run = DryRun(rules(new, Facts(snapshot), DEFAULT), columns, range(2), held_ports(new, snapshot, ["a"]))
    with run.passing([0]):
        run.move(0, [both[0]], -1)
        assert run.fits().tolist() == [True, True]
        run.move(0, [both[0]], 1)
        assert run.fits().tolist() == [False, True]
        run.move(0, [both[0]], -1)
    assert run.fits().tolist() == [False, True]
