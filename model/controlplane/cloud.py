"""The cloud controller manager: what it does between nodes, Services and a provider (cloud-provider, v1.36).

The provider is the environment: its machines are `Instance` objects (objects/instance.py), which nobody here writes.
`INITIALIZER` is the cloud node controller: it labels a node that came with the taint uninitialized, and takes the taint
off. `NODE_REMOVAL` is the cloud node lifecycle controller: a node that is not ready goes if its machine is gone, and is
tainted if its machine is stopped. `ROUTES` says that a node's network can be reached. `LOAD_BALANCERS` gives Services
of type LoadBalancer an address. Left out: provider ids, which nodes are behind a balancer, what a provider refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.instance import Instance
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.meta import Meta, without_finalizer
from kubeproof.model.objects.service import Service
from kubeproof.model.objects.taints import NO_SCHEDULE, Taint, is_same

PERIOD = 5
"""Seconds from one look at nodes that are not ready to the next (--node-monitor-period)."""

UNINITIALIZED = Taint("node.cloudprovider.kubernetes.io/uninitialized", "true", NO_SCHEDULE)
"""With which a kubelet registers its node where a cloud controller is to look at it first."""
SHUTDOWN = Taint("node.cloudprovider.kubernetes.io/shutdown", "", NO_SCHEDULE)

CLEANUP = "service.kubernetes.io/load-balancer-cleanup"
"""The finalizer of a Service that has a load balancer."""

NETWORK = "NetworkUnavailable"
ROUTED = NodeCondition(NETWORK, "False", "RouteCreated", "RouteController created a route")
NOT_ROUTED = NodeCondition(NETWORK, "True", "NoRouteCreated", "RouteController failed to create a route")


def instance_key(node: str) -> Key:
    """The name of a node's machine at the provider."""
    return Key("Instance", "", node)


def _initialize(look: Look, key: Key, pick: Pick) -> Plan:
    node = look.get(key, LiveNode)
    if node is None or not any(is_same(one, UNINITIALIZED) for one in node.taints):
        return
    machine = look.get(instance_key(key.name), Instance)
    if machine is None:
        return
    labels = node.meta.labels
    for name, value in _labels(machine):
        labels = labels.set(name, value)
    taints = tuple(one for one in node.taints if not is_same(one, UNINITIALIZED))
    new = replace(node, meta=replace(node.meta, labels=labels), taints=taints)
    yield Write("update", key, new, why="its machine is known", when_stale="merged")


def _labels(machine: Instance) -> Iterator[tuple[str, str]]:
    told = (
        (machine.type, ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")),
        (machine.zone, ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")),
        (machine.region, ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")),
    )
    return ((name, value) for value, names in told if value for name in names)


def _remove(look: Look, key: Key, pick: Pick) -> Plan:
    """One look at a node (MonitorNodes): ready, it loses the taint of a stopped machine; else its machine counts."""
    node = look.get(key, LiveNode)
    if node is None:
        return
    there = [one for one in node.taints if is_same(one, SHUTDOWN)]
    machine = look.get(instance_key(key.name), Instance)
    taints: tuple[Taint, ...] | None = None
    if node.ready:
        taints = tuple(one for one in node.taints if one not in there) if there else None
    elif machine is not None:
        taints = (*node.taints, SHUTDOWN) if machine.state == "stopped" and not there else None
    if taints is None and (node.ready or machine is not None):
        return
    if look.now % PERIOD:
        yield Again(look.now - look.now % PERIOD + PERIOD)
    elif taints is not None:
        yield Write("update", key, replace(node, taints=taints), when_stale="merged")
    else:
        yield Write("delete", key, why="its machine is gone")


def _route(look: Look, key: Key, pick: Pick) -> Plan:
    """What a node says of its network (updateNetworkingCondition): routes lead to every machine that there is."""
    node = look.get(key, LiveNode)
    if node is None:
        return
    wanted = NOT_ROUTED if look.get(instance_key(key.name), Instance) is None else ROUTED
    said = node.condition(NETWORK)
    if said is not None and said.status == wanted.status:
        return
    new = replace(wanted, heard_at=look.now, changed_at=look.now)
    others = tuple(one for one in node.conditions if one.type != NETWORK)
    yield Write("status", key, replace(node, conditions=(*others, new)), when_stale="merged")


def _balance(look: Look, key: Key, pick: Pick) -> Plan:
    """One look at a Service (syncLoadBalancerIfNeeded): the finalizer comes before the balancer, and goes after it."""
    service = look.get(key, Service)
    if service is None:
        return
    held = CLEANUP in service.meta.finalizers
    if service.meta.deleted_at is None and service.type == "LoadBalancer" and not service.load_balancer_class:
        if not held:
            yield _with_meta(key, service, replace(service.meta, finalizers=(*service.meta.finalizers, CLEANUP)))
        if not service.load_balancer:
            yield Write("status", key, replace(service, load_balancer=(address(service),)), why="it has a balancer now")
    elif held:
        if service.load_balancer:
            yield Write("status", key, replace(service, load_balancer=()))
        yield _with_meta(key, service, without_finalizer(service.meta, CLEANUP))


def _with_meta(key: Key, service: Service, meta: Meta) -> Write:
    return Write("update", key, replace(service, meta=meta), when_stale="merged")


def address(service: Service) -> str:
    """The address of a Service's load balancer: any that stays, made of its uid."""
    of = crc32(service.meta.uid.encode())
    return f"203.0.{of >> 8 & 255}.{of & 255}"


INITIALIZER = Component("cloud-node-controller", each("Node"), _initialize)
NODE_REMOVAL = Component("cloud-node-lifecycle-controller", each("Node"), _remove)
ROUTES = Component("route-controller", each("Node"), _route)
LOAD_BALANCERS = Component("service-lb-controller", each("Service"), _balance)

CLOUD = (INITIALIZER, NODE_REMOVAL, ROUTES, LOAD_BALANCERS)
"""All of them, as a cloud controller manager runs them."""
