"""Services: ports, types, addresses, and what an update may change (pkg/apis/core/validation, v1.36.2).

The cluster gives addresses of one family, IPv4. Left out, and said so (NotModelled): two families, load balancers'
own fields.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from kubeproof.model.controlplane.validation import meta, names, pod_spec, probes
from kubeproof.model.controlplane.validation.problem import (
    Problem,
    Problems,
    duplicate,
    forbidden,
    invalid,
    required,
    unsupported,
)
from kubeproof.model.errors import NotModelled

Json = Any
TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
ADDRESSES = "10.96.0.0/16"
NODE_PORTS = range(30000, 32768)
LONGEST_AFFINITY = 86_400
KUBELET = 10_250
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_UNREAD = ("loadBalancerClass", "loadBalancerSourceRanges", "healthCheckNodePort", "loadBalancerIP")


def problems(service: Json) -> Problems:
    """What is wrong with a Service, its metadata apart."""
    spec = service["spec"]
    for field in _UNREAD:
        if field in spec:
            raise NotModelled(f"spec.{field}", "the rules of load balancers")
    kind, ports = spec.get("type", ""), spec.get("ports", [])
    headless = spec.get("clusterIP") == "None"
    if not ports and not headless and kind != "ExternalName":
        yield required("spec.ports")
    if kind == "ExternalName":
        yield from _external_name(spec)
    for index, port in enumerate(ports if kind == "LoadBalancer" else []):
        if port["port"] == KUBELET:
            detail = f"may not expose port {KUBELET} externally since it is used by kubelet"
            yield invalid(f"spec.ports[{index}]", KUBELET, detail)
    if kind == "LoadBalancer" and headless:
        yield invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services")
    elif kind == "NodePort" and headless:
        yield invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for NodePort services")
    yield from _ports(ports, "spec.ports")
    yield from meta.label_problems(spec.get("selector", {}), "spec.selector")
    yield from _affinity(spec)
    for index, address in enumerate(spec.get("externalIPs", [])):
        yield from pod_spec.address_problem(address, f"spec.externalIPs[{index}]")
    if not kind:
        yield required("spec.type")
    elif kind not in TYPES:
        yield unsupported("spec.type", kind, TYPES)
    yield from _node_ports(spec, kind)
    yield from _same_ports(ports)
    yield from _traffic(spec, kind)
    yield from _addresses(spec, kind)


def update_problems(new: Json, old: Json) -> Problems:
    """What an update may not change: the first address, unless the type comes from or goes to ExternalName."""
    mine, before = new["spec"], old["spec"]
    if "ExternalName" in (mine.get("type"), before.get("type")):
        return
    was, now = before.get("clusterIPs", []), mine.get("clusterIPs", [])
    if was and was[0] not in ("", *now[:1]):
        yield invalid("spec.clusterIPs[0]", now, "may not change once set")


def _external_name(spec: Json) -> Problems:
    name = spec.get("externalName", "")
    for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if spec.get(field) and not (field == "clusterIPs" and spec[field] == [""]):
            yield forbidden(f"spec.{field}", "may not be set for ExternalName services")
    if name:
        yield from names.each("spec.externalName", name.removesuffix("."), names.dns_subdomain)
    else:
        yield required("spec.externalName")


def _ports(ports: list[Json], path: str) -> Problems:
    taken: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f"{path}[{index}]", port.get("name", "")
        if not name and len(ports) > 1:
            yield required(f"{here}.name")
        elif name:
            yield from names.each(f"{here}.name", name, names.dns_label)
            if name in taken:
                yield duplicate(f"{here}.name", name)
            taken.add(name)
        for message in names.port_number(port["port"]):
            yield invalid(f"{here}.port", port["port"], message)
        protocol = port.get("protocol", "")
        if not protocol:
            yield required(f"{here}.protocol")
        elif protocol not in _PROTOCOLS:
            yield unsupported(f"{here}.protocol", protocol, _PROTOCOLS)
        yield from probes.port_or_name(port.get("targetPort", 0), f"{here}.targetPort")
        if "appProtocol" in port:
            yield from names.each(f"{here}.appProtocol", port["appProtocol"], names.qualified_name)


def _affinity(spec: Json) -> Problems:
    affinity, config = spec.get("sessionAffinity", ""), spec.get("sessionAffinityConfig")
    if not affinity:
        yield required("spec.sessionAffinity")
    elif affinity not in ("ClientIP", "None"):
        yield unsupported("spec.sessionAffinity", affinity, ("ClientIP", "None"))
    if affinity == "ClientIP":
        seconds = (config or {}).get("clientIP", {}).get("timeoutSeconds")
        if seconds is None:
            yield required("spec.sessionAffinityConfig", "when session affinity type is ClientIP")
        elif not 1 <= seconds <= LONGEST_AFFINITY:
            here = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
            yield invalid(here, seconds, f"must be greater than 0 and less than {LONGEST_AFFINITY}")
    elif affinity == "None" and config is not None:
        detail = "must not be set when session affinity is None"
        yield forbidden("spec.sessionAffinityConfig", detail)


def _node_ports(spec: Json, kind: str) -> Problems:
    taken: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.get("ports", [])):
        number, here = port.get("nodePort", 0), f"spec.ports[{index}].nodePort"
        if not number:
            continue
        if kind == "ClusterIP":
            yield forbidden(here, "may not be used when `type` is 'ClusterIP'")
            continue
        if (port.get("protocol", ""), number) in taken:
            yield duplicate(here, number)
        taken.add((port.get("protocol", ""), number))


def _same_ports(ports: list[Json]) -> Problems:
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(ports):
        key = (port.get("protocol", ""), port["port"])
        if key in seen:
            whole = {"Name": "", "Protocol": key[0], "AppProtocol": None, "Port": key[1]}
            yield Problem(f"spec.ports[{index}]", "Duplicate value", {**whole, "TargetPort": 0, "NodePort": 0})
        seen.add(key)


def _traffic(spec: Json, kind: str) -> Problems:
    inside, outside = spec.get("internalTrafficPolicy"), spec.get("externalTrafficPolicy", "")
    exposed = kind in ("NodePort", "LoadBalancer") or bool(spec.get("externalIPs"))
    if outside and not exposed:
        detail = "may only be set for externally-accessible services"
        yield invalid("spec.externalTrafficPolicy", outside, detail)
    elif outside and outside not in ("Cluster", "Local"):
        yield unsupported("spec.externalTrafficPolicy", outside, ("Cluster", "Local"))
    if inside is not None and inside not in ("Cluster", "Local"):
        yield unsupported("spec.internalTrafficPolicy", inside, ("Cluster", "Local"))
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        yield forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'")


def _addresses(spec: Json, kind: str) -> Problems:
    """The addresses asked for: an address of the cluster's, or "None" for a Service without one."""
    if kind == "ExternalName":
        return
    policy, families = spec.get("ipFamilyPolicy"), spec.get("ipFamilies", [])
    if policy not in (None, "SingleStack") or len(families) > 1 or "IPv6" in families:
        raise NotModelled("spec.ipFamilies", "Services of two families of addresses, or of IPv6")
    for index, address in enumerate(spec.get("clusterIPs", [])):
        if (address == "None" and index == 0) or not address:
            continue
        yield from pod_spec.address_problem(address, f"spec.clusterIPs[{index}]")


def allocation_problems(spec: Json) -> Problems:
    """An address or a node port that the cluster does not have to give (registry/core/service allocators)."""
    address = spec.get("clusterIP", "")
    if address not in ("", "None") and ipaddress.ip_address(address) not in ipaddress.ip_network(ADDRESSES):
        why = f"the provided IP ({address}) is not in the valid range. The range of valid IPs is {ADDRESSES}"
        yield invalid("spec.clusterIPs", [address], f"failed to allocate IP {address}: {why}")
    for index, port in enumerate(spec.get("ports", [])):
        number = port.get("nodePort", 0)
        if number and number not in NODE_PORTS:
            detail = (
                f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}"
            )
            yield invalid(f"spec.ports[{index}].nodePort", number, detail)
