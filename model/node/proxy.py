"""Where a connection to a Service goes: what kube-proxy on each node makes of Services and EndpointSlices (v1.36).

`route` is a pure function of the store. Follows pkg/proxy/topology.go (CategorizeEndpoints) and what the proxiers do
with what it finds. Left out: hints (a Service with trafficDistribution is not modelled), source ranges, health-check
node ports, and which of several endpoints is taken, which is by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from kubeproof.model.controlplane.controllers.endpoint_slice import SERVICE_NAME
from kubeproof.model.controlplane.etcd import Key, Store, in_namespace
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.endpoint_slice import Endpoint, EndpointSlice
from kubeproof.model.objects.service import HEADLESS, Service, ServicePort


class Through(Enum):
    """By which of its addresses a Service is reached."""

    CLUSTER_IP = "cluster IP"
    NODE_PORT = "node port"
    LOAD_BALANCER = "load balancer"
    EXTERNAL_IP = "external IP"


class Outcome(Enum):
    """What becomes of a connection. `REFUSED`: the Service has no endpoint at all (REJECT); `DROPPED`: it has some, but
    none on this node; `NOWHERE`: there is no such address or port, so kube-proxy does nothing."""

    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"
    NOWHERE = "nowhere"


class Backend(NamedTuple):
    """One that a connection may be sent to: the endpoint and its port."""

    endpoint: Endpoint
    port: int


class Route(NamedTuple):
    """Where a connection may go; `backends` are those that are equally likely."""

    outcome: Outcome
    backends: tuple[Backend, ...] = ()


class Endpoints(NamedTuple):
    """The usable endpoints of a port on a node, for either traffic policy, and whether there are any in the cluster."""

    cluster: tuple[Backend, ...]
    local: tuple[Backend, ...]
    any: bool


class Stays(NamedTuple):
    """Which endpoint a client was sent to last (its pod's uid), and when (seconds)."""

    uid: str
    at: int


NOWHERE = Route(Outcome.NOWHERE)


def route(
    store: Store,
    service: Key,
    port: int | str,
    node: str,
    *,
    through: Through = Through.CLUSTER_IP,
    from_pod: bool = True,
) -> Route:
    """Where a connection goes that reaches the kube-proxy of a node, for a Service's port by number or name.

    At a node port, `port` is the Service's port, too. `from_pod`: it comes from within the cluster, which the traffic
    policy Local of external addresses does not concern. Raises NotModelled for topology hints.
    """
    held = store.get(service)
    own = _port(held, port) if isinstance(held, Service) else None
    if not isinstance(held, Service) or own is None or not _has(held, through):
        return NOWHERE
    if held.traffic_distribution:
        raise NotModelled("spec.trafficDistribution", "endpoints are not chosen by hints")
    found = usable(_backends(store, held, own), node)
    if not found.any:
        return Route(Outcome.REFUSED)
    backends = found.local if _is_local(held, through, from_pod=from_pod) else found.cluster
    return Route(Outcome.SENT, backends) if backends else Route(Outcome.DROPPED)


def usable(backends: Sequence[Backend], node: str) -> Endpoints:
    """Which endpoints are used: the ready ones, or if there are none those that serve while they terminate; for the
    policy Local the same among those of the node (CategorizeEndpoints)."""
    cluster = _ready_or_serving(backends)
    return Endpoints(cluster, _ready_or_serving([one for one in backends if one.endpoint.node == node]), bool(cluster))


def stays(affinity: int | None, last: Stays | None, backends: Sequence[Backend], now: int) -> tuple[Backend, ...]:
    """Which endpoints are left for a client that was sent to one before: that one, if the Service says ClientIP, the
    endpoint is still used, and the last connection is no longer ago than `affinity` seconds."""
    if affinity is None or last is None or now - last.at > affinity:
        return tuple(backends)
    return tuple(one for one in backends if one.endpoint.uid == last.uid) or tuple(backends)


def _ready_or_serving(backends: Iterable[Backend]) -> tuple[Backend, ...]:
    found = tuple(backends)
    ready = tuple(one for one in found if one.endpoint.conditions.ready)
    return ready or tuple(
        one for one in found if one.endpoint.conditions.serving and one.endpoint.conditions.terminating
    )


def _port(service: Service, asked: int | str) -> ServicePort | None:
    return next((one for one in service.ports if asked in (one.port, one.name or one.port)), None)


def _has(service: Service, through: Through) -> bool:
    """Whether the Service is reached that way; a headless one is not kube-proxy's."""
    if service.type == "ExternalName" or service.cluster_ip == HEADLESS:
        return False
    match through:
        case Through.CLUSTER_IP:
            return True
        case Through.NODE_PORT:
            return service.has_node_ports
        case Through.LOAD_BALANCER:
            return service.type == "LoadBalancer" and bool(service.load_balancer)
        case Through.EXTERNAL_IP:
            return bool(service.external_ips)


def _is_local(service: Service, through: Through, *, from_pod: bool) -> bool:
    """Whether only endpoints of the node are used; what comes from within to an external address goes anywhere."""
    if through is Through.CLUSTER_IP:
        return service.internal_policy == "Local"
    return service.external_policy == "Local" and not from_pod


def _backends(store: Store, service: Service, port: ServicePort) -> list[Backend]:
    """The endpoints of the Service's slices that have the port, in their order."""
    found = []
    for _, held in sorted(store.bucket(in_namespace("EndpointSlice", service.meta.namespace)).items()):
        if isinstance(held, EndpointSlice) and held.meta.labels.get(SERVICE_NAME) == service.meta.name:
            numbers = [own.port for own in held.ports if (own.name, own.protocol) == (port.name, port.protocol)]
            found += [Backend(endpoint, number) for number in numbers for endpoint in held.endpoints]
    return found
