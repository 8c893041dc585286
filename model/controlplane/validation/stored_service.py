"""What the registry puts into a Service: addresses, node ports, and what an update leaves as it was (v1.36.2).

Follows pkg/registry/core/service: NormalizeClusterIPs, the allocators (of a dry run), patchAllocatedValues and
dropTypeDependentFields.
"""

from __future__ import annotations

from typing import Any

Json = Any
FIRST_ADDRESS, FIRST_NODE_PORT = "10.96.0.0", 32_768
"""What the allocators make up for a dry run."""

_EXPOSED = frozenset({"NodePort", "LoadBalancer"})


def prepared(made: Json, _: str) -> Json:
    """clusterIP and clusterIPs say the same (NormalizeClusterIPs)."""
    spec = made["spec"]
    if spec.get("clusterIP") and "clusterIPs" not in spec:
        return {**made, "spec": {**spec, "clusterIPs": [spec["clusterIP"]]}}
    return made


def updated(new: Json, old: Json) -> Json:
    """What was given to the Service stays, if the update does not speak of it and the type still needs it.

    The two fields of addresses say the same (patchAllocatedValues, dropTypeDependentFields, NormalizeClusterIPs).
    """
    spec, before = dict(new["spec"]), old["spec"]
    kind, was = spec["type"], before["type"]
    if spec.get("clusterIP") != before.get("clusterIP") and spec.get("clusterIPs") == before.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]] if spec.get("clusterIP") else []
    if kind == "ExternalName":
        return {**new, "spec": _without_addresses(spec, before) if was != "ExternalName" else spec}
    if was != "ExternalName":
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if not spec.get(field) and field in before:
                spec[field] = before[field]
    if {kind, was} <= _EXPOSED:
        spec["ports"] = _with_old_node_ports(spec.get("ports", []), before.get("ports", []))
    elif was in _EXPOSED:
        if spec.get("externalTrafficPolicy") == before.get("externalTrafficPolicy"):
            spec.pop("externalTrafficPolicy", None)
        given = [port.get("nodePort") for port in before.get("ports", [])]
        if [port.get("nodePort") for port in spec.get("ports", [])] == given:
            spec["ports"] = [{k: v for k, v in port.items() if k != "nodePort"} for port in spec["ports"]]
    return {**new, "spec": {field: value for field, value in spec.items() if value != []}}


def _without_addresses(spec: Json, before: Json) -> Json:
    own = {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"}
    return {field: value for field, value in spec.items() if field not in own or value != before.get(field)}


def _with_old_node_ports(ports: list[Json], before: list[Json]) -> list[Json]:
    given = {(port.get("protocol"), port["port"]): port.get("nodePort") for port in before}
    used = {port.get("nodePort") for port in ports}
    made = []
    for port in ports:
        old = given.get((port.get("protocol"), port["port"]))
        made.append({**port, "nodePort": old} if not port.get("nodePort") and old and old not in used else port)
    return made


def completed(made: Json) -> Json:
    """The new Service with its address and its node ports."""
    spec = dict(made["spec"])
    if spec["type"] == "ExternalName":
        return made
    address = spec.get("clusterIP") or FIRST_ADDRESS
    spec |= {"clusterIP": address, "clusterIPs": [address]}
    spec |= {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    if spec["type"] == "NodePort" or (spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts")):
        spec["ports"] = _with_node_ports(spec.get("ports", []))
    return {**made, "spec": spec}


def _with_node_ports(ports: list[Json]) -> list[Json]:
    made, free = [], FIRST_NODE_PORT
    for port in ports:
        made.append(port if port.get("nodePort") else {**port, "nodePort": free})
        free += not port.get("nodePort")
    return made
