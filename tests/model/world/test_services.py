"""Services in a world: their endpoints, and where kube-proxy sends a connection."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.endpoint_slice import ENDPOINT_SLICE
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import NotModelled
from kubeproof.model.node.kubelet.processes import Process, Run
from kubeproof.model.node.proxy import Backend, Outcome, Route, Stays, Through, route, stays, usable
from kubeproof.model.objects.endpoint_slice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.service import HEADLESS, Service, ServicePort
from kubeproof.model.world import Runner
from tests.model.world.made import SPACE, cluster, made, names, nodes_with, pod, step, there

WEB = Service(Meta("web", SPACE), Map({"app": "web"}), (ServicePort(80, 8080, "http"),))
KEY = Key("Service", SPACE, "web")
READY, SERVING = EndpointConditions(True, True, False), EndpointConditions(False, True, True)
NOT_READY = EndpointConditions(False, False, False)


def slow(pod: LivePod) -> Map[str, Process]:
    """Containers that take nine seconds to end; those of a pod named `once` end by themselves."""
    runs = (Run(7, 0),) if pod.meta.name == "once" else (Run(),)
    return Map({"c": Process(runs, term_takes=9)})


def serving(service: Service, *pods: LivePod) -> Runner:
    runner = cluster(*nodes_with(ENDPOINT_SLICE, GARBAGE_COLLECTOR, does=slow))
    made(runner, service, *pods)
    list(runner.run(0))
    return runner


def slices(runner: Runner) -> list[EndpointSlice]:
    return [there(runner, EndpointSlice, name) for name in names(runner, "EndpointSlice")]


def only_slice(runner: Runner) -> EndpointSlice:
    found = slices(runner)
    assert len(found) == 1
    return found[0]


def endpoints(runner: Runner) -> dict[str, EndpointConditions]:
    return {one.pod: one.conditions for own in slices(runner) for one in own.endpoints}


def test_the_endpoints_of_a_service_are_its_pods_that_have_an_address() -> None:
    runner = serving(WEB, pod("a", "n1", app="web"), pod("b", "n2", app="web"), pod("c", "n2", app="db"))
    only = only_slice(runner)
    assert (only.meta.name[:4], [(one.name, one.port) for one in only.ports]) == ("web-", [("http", 8080)])
    assert dict(only.meta.labels) == {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    assert [(one.pod, one.node, one.conditions) for one in only.endpoints] == [("a", "n1", READY), ("b", "n2", READY)]
    assert only.endpoints[0].addresses == there(runner, LivePod, "a").status.ips
    assert only.endpoints[0].addresses != only.endpoints[1].addresses


def test_a_service_without_pods_has_one_empty_slice_that_is_used_for_the_first() -> None:
    runner = serving(WEB)
    empty = only_slice(runner)
    assert (empty.endpoints, empty.ports, empty.meta.generation) == ((), (), 1)
    made(runner, pod("a", "n1", app="web"))
    list(runner.run(1))
    only = only_slice(runner)
    assert (only.meta.name, [one.pod for one in only.endpoints]) == (empty.meta.name, ["a"])
    assert only.meta.generation > 1


def test_a_pod_that_ends_leaves_and_one_that_is_deleted_serves_until_it_ends() -> None:
    once = pod("once", "n1", app="web")
    runner = serving(WEB, pod("a", "n1", app="web"), replace(once, run=replace(once.run, restart_policy="Never")))
    assert endpoints(runner) == {"a": READY, "once": READY}
    list(runner.run(8))
    assert endpoints(runner) == {"a": READY}
    step(runner, [Write("delete", Key("Pod", SPACE, "a"))])
    list(runner.run(9))
    assert endpoints(runner) == {"a": SERVING}
    list(runner.run(60))
    assert endpoints(runner) == {}


def test_what_is_published_unready_is_ready_whatever_it_is() -> None:
    runner = serving(replace(WEB, publish_not_ready=True), pod("a", "n1", app="web"))
    step(runner, [Write("delete", Key("Pod", SPACE, "a"))])
    list(runner.run(1))
    assert endpoints(runner) == {"a": EndpointConditions(True, True, True)}


def test_the_pods_of_a_node_that_is_no_longer_there_are_no_endpoints() -> None:
    runner = serving(WEB, pod("a", "n1", app="web"), pod("b", "n2", app="web"))
    step(runner, [Write("delete", Key("Node", "", "n1"))])
    list(runner.run(1))
    assert endpoints(runner) == {"b": READY}


def test_ports_by_name_are_the_containers_and_other_ports_are_another_slice() -> None:
    def named(name: str, port: int) -> LivePod:
        ports = [core_v1.ContainerPort(containerPort=port, name="main")]
        spec = core_v1.PodSpec(containers=[core_v1.Container(name="c", ports=ports)], nodeName="n1")
        return replace(pod(name, "n1", app="web"), manifest=msgspec.json.encode(spec))

    by_name = replace(WEB, ports=(ServicePort(80, "main"), ServicePort(81, "other")))
    runner = serving(by_name, named("a", 1000), named("b", 1000), named("c", 2000))
    found = {tuple(port.port for port in one.ports): [end.pod for end in one.endpoints] for one in slices(runner)}
    assert found == {(1000,): ["a", "b"], (2000,): ["c"]}


def test_slices_go_with_their_service() -> None:
    runner = serving(WEB, pod("a", "n1", app="web"))
    step(runner, [Write("delete", KEY)])
    list(runner.run(1))
    assert names(runner, "EndpointSlice") == []


def test_a_headless_service_says_so_on_its_slices() -> None:
    runner = serving(replace(WEB, cluster_ip=HEADLESS))
    assert slices(runner)[0].meta.labels["service.kubernetes.io/headless"] == ""
    assert route(runner.world.store, KEY, 80, "n1").outcome is Outcome.NOWHERE


def test_services_get_addresses_and_node_ports_of_their_own() -> None:
    runner = serving(WEB)
    second = replace(WEB, meta=Meta("more", SPACE), type="NodePort", ports=(ServicePort(1), ServicePort(2)))
    third = replace(second, meta=Meta("most", SPACE), ports=(ServicePort(1, node_port=30_088), ServicePort(2)))
    made(runner, second, third)
    found = [there(runner, Service, name) for name in ("web", "more", "most")]
    assert [one.cluster_ip for one in found] == ["10.96.1.1", "10.96.1.2", "10.96.1.3"]
    assert [[port.node_port for port in one.ports] for one in found] == [[0], [30_086, 30_087], [30_088, 30_089]]


class Way(NamedTuple):
    """Where a connection to a Service goes that arrives at node n1, whose pods are told by letters: a and b on n1, c on
    n2; an upper-case one is ready, a lower-case one serves while it terminates, `-` neither."""

    sentence: str
    service: Service
    pods: str
    outcome: Outcome
    to: str = ""
    through: Through = Through.CLUSTER_IP
    from_pod: bool = True


LOCAL = replace(WEB, internal_policy="Local")
OUTSIDE = replace(WEB, type="NodePort", external_policy="Local")
BALANCED = replace(WEB, type="LoadBalancer", load_balancer=("203.0.1.1",))
SENT, REFUSED, DROPPED, NOWHERE = Outcome.SENT, Outcome.REFUSED, Outcome.DROPPED, Outcome.NOWHERE
PORT, BALANCER = Through.NODE_PORT, Through.LOAD_BALANCER

WAYS = (
    Way("to every ready pod", WEB, "A-C", SENT, "ac"),
    Way("to those that terminate only if none is ready", WEB, "aBc", SENT, "b"),
    Way("else to those that serve while they terminate", WEB, "a-c", SENT, "ac"),
    Way("to every ready pod elsewhere", WEB, "--C", SENT, "c"),
    Way("refused where nobody serves", WEB, "---", REFUSED),
    Way("within the node, if it says so", LOCAL, "A-C", SENT, "a"),
    Way("within the node, those that terminate before others elsewhere", LOCAL, "a-C", SENT, "a"),
    Way("dropped where none is on the node", LOCAL, "--C", DROPPED),
    Way("a Local one is refused where there is none at all", LOCAL, "---", REFUSED),
    Way("a node port that there is not", WEB, "A-C", NOWHERE, through=PORT),
    Way("a node port", replace(OUTSIDE, external_policy="Cluster"), "A-C", SENT, "ac", PORT, from_pod=False),
    Way("from outside stays on the node, if it says so", OUTSIDE, "A-C", SENT, "a", PORT, from_pod=False),
    Way("from outside is dropped where none is on the node", OUTSIDE, "--C", DROPPED, "", PORT, from_pod=False),
    Way("from within it goes anywhere", OUTSIDE, "--C", SENT, "c", PORT),
    Way("the external policy is none of the cluster address", OUTSIDE, "--C", SENT, "c"),
    Way("a load balancer", BALANCED, "A-C", SENT, "ac", BALANCER, from_pod=False),
    Way("one that has no address yet", replace(BALANCED, load_balancer=()), "A-C", NOWHERE, "", BALANCER),
    Way("a load balancer without node ports", replace(BALANCED, node_ports=False), "A--", NOWHERE, "", PORT),
    Way("an external address", replace(WEB, external_ips=("1.2.3.4",)), "A--", SENT, "a", Through.EXTERNAL_IP),
    Way("another name", replace(WEB, type="ExternalName"), "A--", NOWHERE),
)


def routed(case: Way) -> Route:
    runner = cluster(nodes=())
    held = tuple(
        Endpoint(name, name, ("10.0.0.1",), READY if is_.isupper() else SERVING if is_ != "-" else NOT_READY, at)
        for name, is_, at in zip("abc", case.pods, ("n1", "n1", "n2"), strict=True)
    )
    own = Meta("web-1", SPACE, labels=Map({"kubernetes.io/service-name": "web"}))
    made(runner, case.service, EndpointSlice(own, held, (EndpointPort("http", 8080),)))
    return route(runner.world.store, KEY, 80, "n1", through=case.through, from_pod=case.from_pod)


@pytest.mark.parametrize("case", WAYS, ids=lambda case: case.sentence)
def test_where_a_connection_goes(case: Way) -> None:
    found = routed(case)
    assert (found.outcome, "".join(one.endpoint.pod for one in found.backends)) == (case.outcome, case.to)
    assert {one.port for one in found.backends} <= {8080}


def test_a_pod_that_terminates_unready_is_not_used() -> None:
    gone = EndpointConditions(False, False, True)
    backends = [Backend(Endpoint("a", "a", (), gone, "n1"), 80), Backend(Endpoint("b", "b", (), SERVING, "n1"), 80)]
    assert [one.endpoint.pod for one in usable(backends, "n1").cluster] == ["b"]


def test_a_port_is_asked_for_by_number_or_name() -> None:
    runner = serving(WEB, pod("a", "n1", app="web"))
    store = runner.world.store
    assert route(store, KEY, "http", "n1") == route(store, KEY, 80, "n1")
    assert [route(store, KEY, port, "n1").outcome for port in (80, 81, "https")] == [SENT, NOWHERE, NOWHERE]
    assert route(store, Key("Service", SPACE, "none"), 80, "n1").outcome is NOWHERE


def test_hints_are_not_modelled() -> None:
    runner = serving(replace(WEB, traffic_distribution="PreferClose"))
    with pytest.raises(NotModelled, match="trafficDistribution"):
        route(runner.world.store, KEY, 80, "n1")


CLIENTS = (
    ("without affinity any", None, Stays("c", 0), 1, "ac"),
    ("a new client any", 10800, None, 1, "ac"),
    ("one that was there before goes there again", 10800, Stays("c", 0), 10800, "c"),
    ("unless it was too long ago", 10800, Stays("c", 0), 10801, "ac"),
    ("or its pod is no longer used", 10800, Stays("b", 0), 1, "ac"),
)


@pytest.mark.parametrize(("affinity", "last", "now", "to"), [row[1:] for row in CLIENTS], ids=[c[0] for c in CLIENTS])
def test_a_client_stays_with_its_pod(affinity: int | None, last: Stays | None, now: int, to: str) -> None:
    found = routed(WAYS[0]).backends
    assert "".join(one.endpoint.pod for one in stays(affinity, last, found, now)) == to
