"""A provider's machines and a cluster's nodes and Services, as a cloud controller manager keeps them together."""

from __future__ import annotations

import pytest
from immutables import Map
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.cloud import CLEANUP, CLOUD, ROUTED, SHUTDOWN, UNINITIALIZED
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.service import Service, ServicePort
from kubeproof.model.world import Runner
from tests.model.world.made import SPACE, cluster, made, names, node, nodes_with, step, there, told

BALANCED = Service(Meta("web", SPACE), Map({"app": "web"}), (ServicePort(80),), "LoadBalancer")
WEB = Key("Service", SPACE, "web")


def at_a_provider(*, machines: bool = True) -> Runner:
    runner = cluster(*nodes_with(*CLOUD), nodes=())
    for name in ("n1", "n2"):
        if machines:
            step(runner, environment.machine(name, zone="a", region="eu", type_="large"))
        step(runner, environment.registered(node(name), 0, cloud=True))
    list(runner.run(10))
    return runner


def test_a_node_is_labelled_and_loses_its_taint_when_its_machine_is_known() -> None:
    runner = at_a_provider(machines=False)
    assert UNINITIALIZED in there(runner, LiveNode, "n1").taints
    assert there(runner, LiveNode, "n1").condition("NetworkUnavailable") is not None
    step(runner, environment.machine("n1", zone="a", region="eu", type_="large"))
    list(runner.run(10))
    own = there(runner, LiveNode, "n1")
    assert own.taints == ()
    assert dict(own.meta.labels) == {
        "node.kubernetes.io/instance-type": "large",
        "beta.kubernetes.io/instance-type": "large",
        "topology.kubernetes.io/zone": "a",
        "failure-domain.beta.kubernetes.io/zone": "a",
        "topology.kubernetes.io/region": "eu",
        "failure-domain.beta.kubernetes.io/region": "eu",
    }
    said = own.condition("NetworkUnavailable")
    assert said is not None
    assert (said.status, said.reason, said.message) == (ROUTED.status, ROUTED.reason, ROUTED.message)


def test_a_node_goes_when_its_machine_has_gone_and_it_is_found_silent() -> None:
    runner = at_a_provider()
    runner.advance(100)
    step(runner, environment.machine_gone(runner.world.store, "n1", 100))
    assert told(runner.run(150), "cloud-node-lifecycle-controller") == []
    assert told(runner.run(1000), "cloud-node-lifecycle-controller") == [
        "155 cloud-node-lifecycle-controller: delete Node n1"
    ]
    assert names(runner, "Node") == ["n2"]


def test_a_node_whose_machine_is_stopped_stays_and_is_tainted_until_it_returns() -> None:
    runner = at_a_provider()
    runner.advance(101)
    step(runner, environment.machine_stopped(runner.world.store, "n1", 101))
    list(runner.run(1000))
    assert SHUTDOWN in there(runner, LiveNode, "n1").taints
    runner.advance(1001)
    step(runner, environment.back(runner.world.store, "n1"))
    list(runner.run(2000))
    assert there(runner, LiveNode, "n1").taints == ()


def test_a_silent_node_whose_machine_runs_stays() -> None:
    runner = at_a_provider()
    runner.advance(100)
    step(runner, environment.lost(runner.world.store, "n1", 100))
    assert told(runner.run(1000), "cloud-node-lifecycle-controller") == []
    assert names(runner, "Node") == ["n1", "n2"]


def test_a_service_gets_its_balancer_and_stays_until_that_is_gone() -> None:
    runner = at_a_provider()
    made(runner, BALANCED)
    now = runner.world.now
    assert told(runner.run(10)) == [
        f"{now} service-lb-controller: update Service web",
        f"{now} service-lb-controller: status Service web",
    ]
    held = there(runner, Service, "web")
    assert (held.meta.finalizers, len(held.load_balancer)) == ((CLEANUP,), 1)
    step(runner, [Write("delete", WEB)])
    assert there(runner, Service, "web").meta.deleted_at is not None
    list(runner.run(20))
    assert names(runner, "Service") == []


OTHERS = (
    ("one of another type has none", {"type": "NodePort"}),
    ("one of another class is another controller's", {"load_balancer_class": "x.io/other"}),
)


@pytest.mark.parametrize("other", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_who_gets_no_balancer(other: dict[str, str]) -> None:
    runner = at_a_provider()
    made(runner, replace(BALANCED, **other))
    list(runner.run(20))
    held = there(runner, Service, "web")
    assert (held.meta.finalizers, held.load_balancer) == ((), ())


def test_a_service_that_is_no_longer_balanced_loses_its_balancer() -> None:
    runner = at_a_provider()
    made(runner, BALANCED)
    list(runner.run(20))
    step(runner, [Write("update", WEB, replace(there(runner, Service, "web"), type="ClusterIP"))])
    list(runner.run(20))
    held = there(runner, Service, "web")
    assert (held.meta.finalizers, held.load_balancer) == ((), ())
