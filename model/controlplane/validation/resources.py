"""Requests and limits of containers and of whole pods (pkg/apis/core/validation, v1.36.2).

Left out: claims on devices (spec.resourceClaims), which request.py says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubeproof.model.controlplane.validation import defaulting, names
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid, required, unsupported
from kubeproof.model.objects import quantity
from kubeproof.model.objects.resources import pod_limits, pod_requests

Json = Any
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage"})
_WHOLE = frozenset(
    {"pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps"}
    | {"persistentvolumeclaims", "services.nodeports", "services.loadbalancers"}
)
_OF_QUOTAS = frozenset(
    {"storage", "requests.storage", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"}
    | {f"{kind}.{name}" for kind in ("requests", "limits") for name in ("cpu", "memory", "ephemeral-storage")}
)
_HUGE = "hugepages-"
_POD_LEVEL = frozenset({"cpu", "memory"})


def of_container(resources: Json, path: str) -> Problems:
    """What is wrong with a container's resources (ValidateContainerResourceRequirements)."""
    yield from _requirements(resources, path, _container_name)


def of_pod(spec: Json, path: str) -> Problems:
    """What is wrong with a pod's own resources, alone and beside its containers' (validatePodResources)."""
    yield from _requirements(spec["resources"], f"{path}.resources", _pod_name)
    yield from _beside_containers(spec, f"{path}.resources")


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


def _requirements(resources: Json, path: str, name_rule: Callable[[str, str], Problems]) -> Problems:
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    for name, text in sorted(limits.items()):
        here = f"{path}.limits[{name}]"
        yield from name_rule(here, name)
        yield from amount(here, name, text)
        yield from _pages(here, name, text)
    for name, text in sorted(requests.items()):
        here = f"{path}.requests[{name}]"
        yield from name_rule(here, name)
        yield from amount(here, name, text)
        yield from _against_limit(name, text, limits, path)
        yield from _pages(here, name, text)
    yield from _huge_pages_alone({**limits, **requests}, path)


def _pages(path: str, name: str, text: str) -> Problems:
    """Memory in huge pages that is no whole number of them."""
    if not name.startswith(_HUGE):
        return
    try:
        page = quantity.parse(name.removeprefix(_HUGE))
    except quantity.BadQuantity:
        page = quantity.ZERO
    if page.sign != 1 or page.milli_value() % 1000 or quantity.parse(text).value() % page.value():
        yield invalid(path, text, f"{text} is not positive integer multiple of {name}")


def _against_limit(name: str, text: str, limits: Mapping[str, str], path: str) -> Problems:
    limit, shared = limits.get(name), name in _STANDARD
    if limit is None:
        if not shared and (_is_extended(name) or name.startswith(_HUGE)):
            yield required(f"{path}.limits", "Limit must be set for non overcommitable resources")
        return
    order = quantity.parse(text).cmp(quantity.parse(limit))
    if not shared and order != 0:
        yield invalid(f"{path}.requests", text, f"must be equal to {name} limit of {limit}")
    elif order > 0:
        yield invalid(f"{path}.requests", text, f"must be less than or equal to {name} limit of {limit}")


def _huge_pages_alone(named: Mapping[str, str], path: str) -> Problems:
    if any(name.startswith(_HUGE) for name in named) and not {"cpu", "memory"} & set(named):
        yield forbidden(path, "HugePages require cpu or memory")


def _beside_containers(spec: Json, path: str) -> Problems:
    """The pod asks at least for what its containers do, and none of them may have more than it."""
    limits, requests = (spec["resources"].get(field, {}) for field in ("limits", "requests"))
    pods = defaulting.typed_pod(spec)
    asked = pod_requests(pods, skip_pod_level=True, exclude_overhead=True)
    allowed = pod_limits(pods, skip_pod_level=True, exclude_overhead=True)
    for name, total in sorted(asked.items()):
        if name in requests and quantity.parse(requests[name]).cmp(total) < 0:
            detail = f"must be greater than or equal to aggregate container requests of {total}"
            yield invalid(f"{path}.requests[{name}]", requests[name], detail)
    for name, total in sorted(allowed.items()):
        if name.startswith(_HUGE) and name in limits and quantity.parse(limits[name]).cmp(total) < 0:
            detail = f"must be greater than or equal to aggregate container limits of {total}"
            yield invalid(f"{path}.limits[{name}]", limits[name], detail)
    for index, one in enumerate(spec.get("containers", [])):
        for name, text in sorted(one.get("resources", {}).get("limits", {}).items()):
            if name in limits and quantity.parse(text).cmp(quantity.parse(limits[name])) > 0:
                here = f"{path}.containers[{index}][{name}].limits"
                yield invalid(here, text, f"must be less than or equal to pod limits of {limits[name]}")


def _resource_name(path: str, name: str) -> Problems:
    wrong = list(names.each(path, name, names.qualified_name))
    yield from wrong
    known = name in _STANDARD | _WHOLE | _OF_QUOTAS or name.startswith((_HUGE, "requests.hugepages-"))
    if not wrong and "/" not in name and not known:
        yield invalid(path, name, "must be a standard resource type or fully qualified")


def _container_name(path: str, name: str) -> Problems:
    yield from _resource_name(path, name)
    if names.qualified_name(name):
        return
    if "/" not in name:
        if name not in _STANDARD and not name.startswith(_HUGE):
            yield invalid(path, name, "must be a standard resource for containers")
    elif "kubernetes.io/" not in name and not _is_extended(name):
        yield invalid(path, name, "doesn't follow extended resource name standard")


def _pod_name(path: str, name: str) -> Problems:
    wrong = list(_resource_name(path, name))
    yield from wrong
    if not wrong and name not in _POD_LEVEL and not name.startswith(_HUGE):
        yield unsupported(path, name, ("cpu", _HUGE, "memory"))


def _is_extended(name: str) -> bool:
    """Whether it is a resource of somebody's own (IsExtendedResourceName)."""
    own = "/" in name and "kubernetes.io/" not in name
    return own and not name.startswith("requests.") and not names.qualified_name(f"requests.{name}")
