"""Requests and limits of containers and of whole pods (pkg/apis/core/validation, v1.36.2).

Left out: claims on devices (spec.resourceClaims), which request.py says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid, required
from kubeproof.model.objects import quantity

Json = Any
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage"})
_WHOLE = frozenset({"pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps"})
_POD_LEVEL = frozenset({"cpu", "memory"})


def of_container(resources: Json, path: str) -> Problems:
    """What is wrong with a container's resources (ValidateContainerResourceRequirements)."""
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    yield from _listed(limits, f"{path}.limits", _container_name)
    for name, text in sorted(requests.items()):
        here = f"{path}.requests"
        yield from _container_name(here, name)
        yield from amount(f"{here}[{name}]", name, text)
        yield from _against_limit(name, text, limits, path)
    yield from _huge_pages_alone({**limits, **requests}, path)


def of_pod(spec: Json, path: str) -> Problems:
    """What is wrong with a pod's own resources, alone and beside its containers' (validatePodResources)."""
    whole = spec["resources"]
    limits, requests = whole.get("limits", {}), whole.get("requests", {})
    yield from _listed(limits, f"{path}.resources.limits", _pod_name)
    for name, text in sorted(requests.items()):
        yield from _pod_name(f"{path}.resources.requests", name)
        yield from amount(f"{path}.resources.requests[{name}]", name, text)
        yield from _against_limit(name, text, limits, f"{path}.resources")
    yield from _huge_pages_alone({**limits, **requests}, f"{path}.resources")
    yield from _beside_containers(spec, limits, requests, f"{path}.resources")


def of_node(amounts: Mapping[str, str], path: str) -> Problems:
    """What is wrong with the capacity or the allocatable of a node (ValidateNodeResources)."""
    for name, text in sorted(amounts.items()):
        yield from _resource_name(path, name)
        yield from amount(f"{path}.{name}", name, text)


def amount(path: str, name: str, text: str) -> Problems:
    """An amount below zero, or a fraction of what can only be counted (ValidateResourceQuantityValue)."""
    value = quantity.parse(text)
    if value.sign < 0:
        yield invalid(path, text, "must be greater than or equal to 0")
    if (name in _WHOLE or _is_extended(name)) and value.milli_value() % 1000:
        yield invalid(path, text, "must be an integer")


def _listed(amounts: Mapping[str, str], path: str, name_rule: Any) -> Problems:
    for name, text in sorted(amounts.items()):
        yield from name_rule(path, name)
        yield from amount(f"{path}[{name}]", name, text)


def _against_limit(name: str, text: str, limits: Mapping[str, str], path: str) -> Problems:
    limit, shared = limits.get(name), name in _STANDARD
    if limit is None:
        if not shared and (_is_extended(name) or name.startswith("hugepages-")):
            yield required(f"{path}.limits", "Limit must be set for non overcommitable resources")
        return
    order = quantity.parse(text).cmp(quantity.parse(limit))
    if not shared and order != 0:
        yield invalid(f"{path}.requests", text, f"must be equal to {name} limit of {limit}")
    elif order > 0:
        yield invalid(f"{path}.requests", text, f"must be less than or equal to {name} limit of {limit}")


def _huge_pages_alone(named: Mapping[str, str], path: str) -> Problems:
    if any(name.startswith("hugepages-") for name in named) and not {"cpu", "memory"} & set(named):
        yield forbidden(path, "HugePages require cpu or memory")


def _beside_containers(spec: Json, limits: Mapping[str, str], requests: Mapping[str, str], path: str) -> Problems:
    """The pod asks at least for what its containers do, and none of them may have more than it (v1.34: cpu, memory)."""
    containers = spec.get("containers", [])
    for name, text in sorted(requests.items()):
        asked = [one.get("resources", {}).get("requests", {}).get(name) for one in containers]
        total = sum((quantity.parse(one) for one in asked if one is not None), quantity.ZERO)
        if quantity.parse(text).cmp(total) < 0:
            detail = f"must be greater than or equal to aggregate container requests of {total}"
            yield invalid(f"{path}.requests[{name}]", text, detail)
    for field in ("containers", "initContainers"):
        for index, one in enumerate(spec.get(field, [])):
            for name, text in sorted(one.get("resources", {}).get("limits", {}).items()):
                if name in limits and quantity.parse(text).cmp(quantity.parse(limits[name])) > 0:
                    here = f"{path}.{field}[{index}][{name}].limits"
                    yield invalid(here, text, f"must be less than or equal to pod limits of {limits[name]}")


def _resource_name(path: str, name: str) -> Problems:
    wrong = list(names.each(path, name, names.qualified_name))
    yield from wrong
    known = name in _STANDARD | _WHOLE | {"storage", "requests.cpu", "requests.memory"}
    if not wrong and "/" not in name and not known and not name.startswith(("hugepages-", "attachable-volumes-")):
        yield invalid(path, name, "must be a standard resource type or fully qualified")


def _container_name(path: str, name: str) -> Problems:
    yield from _resource_name(path, name)
    if "/" not in name:
        if name not in _STANDARD and not name.startswith("hugepages-"):
            yield invalid(path, name, "must be a standard resource for containers")
    elif "kubernetes.io/" not in name and not _is_extended(name):
        yield invalid(path, name, "doesn't follow extended resource name standard")


def _pod_name(path: str, name: str) -> Problems:
    yield from _resource_name(path, name)
    if name not in _POD_LEVEL and not name.startswith("hugepages-"):
        known = "cpu, hugepages, memory"
        yield invalid(path, name, f"unsupported resource for pod-level: must be one of {known}")


def _is_extended(name: str) -> bool:
    """Whether it is a resource of somebody's own (IsExtendedResourceName)."""
    own = "/" in name and "kubernetes.io/" not in name
    return own and not name.startswith("requests.") and not names.qualified_name(f"requests.{name}")
