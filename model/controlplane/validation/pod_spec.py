"""A pod's spec and a template of pods, as a whole (ValidatePodSpec and ValidatePodTemplateSpec, v1.36.2).

Left out: what Windows pods may have and what not, ephemeral containers beyond that templates and new pods have none;
and resource claims, which is said (NotModelled).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from kubeproof.model.controlplane.validation import (
    affinity,
    containers,
    meta,
    names,
    resources,
    security,
    spread,
    taints,
    volumes,
)
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    duplicate,
    forbidden,
    invalid,
    required,
    unsupported,
)
from kubeproof.model.errors import NotModelled

Json = Any
_RESTARTS = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PREEMPTION = ("PreemptLowerPriority", "Never")
MOST_SECONDS = 2**31 - 1
MOST_SERVERS, MOST_SEARCHES, LONGEST_SEARCHES = 3, 32, 2048


def problems(spec: Json, path: str = "spec") -> Problems:
    """What is wrong with the spec of a pod."""
    if "resourceClaims" in spec:
        raise NotModelled(f"{path}.resourceClaims", "its rules")
    yield from volumes.problems(spec.get("volumes", []), f"{path}.volumes")
    yield from containers.problems(spec, path)
    if "resources" in spec:
        yield from resources.of_pod(spec, path)
    yield from _policies(spec, path)
    yield from meta.label_problems(spec.get("nodeSelector", {}), f"{path}.nodeSelector")
    yield from security.of_pod(spec, path)
    yield from affinity.problems(spec.get("affinity", {}), f"{path}.affinity")
    yield from _dns(spec, f"{path}.dnsConfig")
    for index, gate in enumerate(spec.get("readinessGates", [])):
        here = f"{path}.readinessGates[{index}].conditionType"
        yield from names.each(here, gate["conditionType"], names.qualified_name)
    yield from gate_problems(spec.get("schedulingGates", []), f"{path}.schedulingGates")
    yield from spread.problems(spec.get("topologySpreadConstraints", []), f"{path}.topologySpreadConstraints")
    yield from _names(spec, path)
    yield from _seconds(spec, path)
    yield from taints.toleration_problems(spec.get("tolerations", []), f"{path}.tolerations")
    yield from _host_aliases(spec.get("hostAliases", []), f"{path}.hostAliases")
    yield from _classes(spec, path)


def template_problems(template: Json, path: str) -> Problems:
    """What is wrong with a template of pods."""
    about, spec = template["metadata"], template["spec"]
    yield from meta.label_problems(about.get("labels", {}), f"{path}.labels")
    yield from meta.annotation_problems(about.get("annotations", {}), f"{path}.annotations")
    yield from problems(spec, f"{path}.spec")
    if spec.get("ephemeralContainers"):
        detail = "ephemeral containers not allowed in pod template"
        yield forbidden(f"{path}.spec.ephemeralContainers", detail)


def gate_problems(gates: list[Json], path: str) -> Problems:
    """Names of scheduling gates that are none, or are there twice."""
    seen: set[str] = set()
    for index, gate in enumerate(gates):
        yield from names.each(f"{path}[{index}]", gate["name"], names.qualified_name)
        if gate["name"] in seen:
            yield duplicate(f"{path}[{index}]", gate["name"])
        seen.add(gate["name"])


def deadline_problem(seconds: int | None, path: str) -> Problems:
    """A deadline that is not in the range of a positive int32; None is no deadline."""
    if seconds is not None and not 1 <= seconds <= MOST_SECONDS:
        yield invalid(path, seconds, f"must be between 1 and {MOST_SECONDS}, inclusive")


def _policies(spec: Json, path: str) -> Problems:
    for field, known in (("restartPolicy", _RESTARTS), ("dnsPolicy", _DNS)):
        if not spec.get(field):
            yield required(f"{path}.{field}")
        elif spec[field] not in known:
            yield unsupported(f"{path}.{field}", spec[field], known)


def _dns(spec: Json, path: str) -> Problems:
    config, none = spec.get("dnsConfig"), spec.get("dnsPolicy") == "None"
    if config is None:
        if none:
            yield required(path, "must provide `dnsConfig` when `dnsPolicy` is None")
        return
    servers, searches = config.get("nameservers", []), config.get("searches", [])
    if none and not servers:
        yield required(f"{path}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")
        return
    if len(servers) > MOST_SERVERS:
        yield invalid(f"{path}.nameservers", servers, f"must not have more than {MOST_SERVERS} nameservers")
    for index, server in enumerate(servers):
        yield from address_problem(server, f"{path}.nameservers[{index}]")
    if len(searches) > MOST_SEARCHES:
        yield invalid(f"{path}.searches", searches, f"must not have more than {MOST_SEARCHES} search paths")
    if len(" ".join(searches)) > LONGEST_SEARCHES:
        detail = f"must not have more than {LONGEST_SEARCHES} characters (including spaces) in the search list"
        yield invalid(f"{path}.searches", searches, detail)
    for index, search in enumerate(searches):
        plain = search.removesuffix(".").replace("_", "a")  # underscores and a dot at the end are allowed
        if search != "." and names.dns_subdomain(plain):
            raise NotModelled(f"{path}.searches[{index}]", "the words for a search domain that is none")
    for index, option in enumerate(config.get("options", [])):
        if not option.get("name"):
            yield required(f"{path}.options[{index}]", "must not be empty")


def _names(spec: Json, path: str) -> Problems:
    rules = {
        "serviceAccountName": names.dns_subdomain,
        "nodeName": names.dns_subdomain,
    }
    for field, rule in rules.items():
        if spec.get(field):
            yield from names.each(f"{path}.{field}", spec[field], rule)


def _seconds(spec: Json, path: str) -> Problems:
    yield from deadline_problem(spec.get("activeDeadlineSeconds"), f"{path}.activeDeadlineSeconds")
    for field in ("hostname", "subdomain"):
        if spec.get(field):
            yield from names.each(f"{path}.{field}", spec[field], names.dns_label)


def _host_aliases(aliases: list[Json], path: str) -> Problems:
    for index, alias in enumerate(aliases):
        yield from address_problem(alias["ip"], f"{path}[{index}].ip")
        for hostname in alias.get("hostnames", []):
            yield from names.each(f"{path}[{index}].hostnames", hostname, names.dns_subdomain)


def address_problem(text: str, path: str) -> Problems:
    """Text that is no IP address (IsValidIP)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        yield invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")


def _classes(spec: Json, path: str) -> Problems:
    for field in ("priorityClassName", "runtimeClassName"):
        if spec.get(field):
            yield from names.each(f"{path}.{field}", spec[field], names.dns_subdomain)
    policy = spec.get("preemptionPolicy")
    if policy is not None and policy not in _PREEMPTION:
        yield unsupported(f"{path}.preemptionPolicy", policy, _PREEMPTION)
    for name, amount in sorted(spec.get("overhead", {}).items()):
        yield from resources.amount(f"{path}.overhead[{name}]", name, amount)
    system = spec.get("os")
    if system is not None:
        yield from _system(system, f"{path}.os")


def _system(system: Json, path: str) -> Problems:
    if not system["name"]:
        yield required(f"{path}.name", "cannot be empty")
    elif system["name"] not in ("linux", "windows"):
        yield unsupported(path, system["name"], ("linux", "windows"))
