"""Nodes: taints, amounts, pod networks, and what an update may change (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

import ipaddress
from typing import Any

from kubeproof.model.controlplane.validation import resources, taints
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid

Json = Any
_CHANGEABLE = ("taints", "unschedulable", "podCIDR", "podCIDRs", "providerID", "externalID", "configSource")


def problems(node: Json) -> Problems:
    """What is wrong with a node, its metadata apart."""
    spec = node["spec"]
    yield from taints.problems(spec.get("taints", []), "metadata.taints")
    for field in ("capacity", "allocatable"):
        yield from resources.of_node(node["status"].get(field, {}), f"status.{field}")
    networks = spec.get("podCIDRs", [])
    for index, network in enumerate(networks):
        yield from _network(network, f"spec.podCIDRs[{index}]")
    families = [":" in network for network in networks]
    if len(families) > 2 or len(set(families)) != len(families):
        yield invalid("spec.podCIDRs", networks, "may specify no more than one CIDR for each IP family")


def update_problems(new: Json, old: Json) -> Problems:
    """What an update may not change: pod networks and provider, once they are set, and most of the rest."""
    mine, before = new["spec"], old["spec"]
    if before.get("podCIDRs") and mine.get("podCIDRs") != before["podCIDRs"]:
        yield forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid')
    if before.get("providerID") and mine.get("providerID") != before["providerID"]:
        yield forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid')
    if {k: v for k, v in mine.items() if k not in _CHANGEABLE} != {
        k: v for k, v in before.items() if k not in _CHANGEABLE
    }:
        detail = "node updates may only change labels, taints, or capacity"
        yield forbidden("", f"{detail} (or configSource, if the DynamicKubeletConfig feature gate is enabled)")


def _network(text: str, path: str) -> Problems:
    try:
        if "/" not in text:
            raise ValueError(text)
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        yield invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
