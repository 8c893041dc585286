"""Containers and init containers of a pod (pkg/apis/core/validation, v1.36.2).

Left out: ephemeral containers, which only their own subresource may change; devices and claims (pod_spec.py says so).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kubeproof.model.controlplane.validation import environment, names, probes, resources, security, volumes
from kubeproof.model.controlplane.validation.problem import (
    Problem,
    Problems,
    duplicate,
    forbidden,
    invalid,
    required,
    unsupported,
)

Json = Any
MOST_RULES, MOST_CODES = 20, 255
"""Restart rules of a container, and exit codes of a rule."""

_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_HOOKS = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")


def problems(spec: Json, path: str) -> Problems:
    """What is wrong with all containers of a pod: first the regular ones, then the init containers."""
    mounted = {volume["name"] for volume in spec.get("volumes", [])}
    grace = spec.get("terminationGracePeriodSeconds", 30)
    taken: set[str] = set()
    if not spec.get("containers"):
        yield required(f"{path}.containers")
    for index, one in enumerate(spec.get("containers", [])):
        here = f"{path}.containers[{index}]"
        yield from _common(one, here, mounted, spec)
        yield from _unique(one, here, taken)
        yield from probes.lifecycle_problems(one, here, grace)
        yield from probes.problems(one, here, grace)
        yield from _restarts(one, here)
    yield from _host_ports(spec.get("containers", []), f"{path}.containers")
    for index, one in enumerate(spec.get("initContainers", [])):
        here = f"{path}.initContainers[{index}]"
        yield from _common(one, here, mounted, spec)
        yield from _unique(one, here, taken)
        yield from _of_init(one, here, grace)
        yield from _host_ports([one], f"{path}.initContainers", index)


def image_problems(spec: Json) -> Problems:
    """Images between blanks, which only pods, not templates, are refused for (validateContainersOnlyForPod)."""
    for field in ("containers", "initContainers"):
        for index, one in enumerate(spec.get(field, [])):
            image = one.get("image", "")
            if image.strip() != image:
                detail = "must not have leading or trailing whitespace"
                yield invalid(f"spec.{field}[{index}].image", image, detail)


def _common(container: Json, path: str, mounted: Collection[str], spec: Json) -> Problems:
    name, image = container["name"], container.get("image", "")
    if not name:
        yield required(f"{path}.name")
    else:
        yield from names.each(f"{path}.name", name, names.dns_label)
    if not image:
        yield required(f"{path}.image")
    policy = container.get("terminationMessagePolicy", "")
    if policy not in ("FallbackToLogsOnError", "File"):
        yield invalid(f"{path}.terminationMessagePolicy", policy, "must be 'File' or 'FallbackToLogsOnError'")
    yield from _ports(container.get("ports", []), f"{path}.ports", spec.get("hostNetwork", False))
    yield from environment.problems(container, path)
    yield from volumes.mount_problems(container, path, mounted)
    yield from _pull_policy(container, path)
    yield from resources.of_container(container.get("resources", {}), f"{path}.resources")
    yield from _resize(container.get("resizePolicy", []), f"{path}.resizePolicy", spec)
    yield from security.of_container(container, path, spec)


def _unique(container: Json, path: str, taken: set[str]) -> Problems:
    if container["name"] in taken:
        yield duplicate(f"{path}.name", container["name"])
    taken.add(container["name"])


def _pull_policy(container: Json, path: str) -> Problems:
    policy = container.get("imagePullPolicy", "")
    if not policy:
        yield required(f"{path}.imagePullPolicy")
    elif policy not in _PULL_POLICIES:
        yield unsupported(f"{path}.imagePullPolicy", policy, _PULL_POLICIES)


def _ports(ports: list[Json], path: str, host_network: bool) -> Problems:
    taken: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f"{path}[{index}]", port.get("name", "")
        if name:
            wrong = list(names.each(f"{here}.name", name, names.port_name))
            yield from wrong
            if name in taken:
                yield duplicate(f"{here}.name", name)
            elif not wrong:
                taken.add(name)
        if not port["containerPort"]:
            yield required(f"{here}.containerPort")
        else:
            yield from probes.port_or_name(port["containerPort"], f"{here}.containerPort")
        if port.get("hostPort"):
            yield from probes.port_or_name(port["hostPort"], f"{here}.hostPort")
        protocol = port.get("protocol", "")
        if not protocol:
            yield required(f"{here}.protocol")
        elif protocol not in _PROTOCOLS:
            yield unsupported(f"{here}.protocol", protocol, _PROTOCOLS)
        if host_network and port.get("hostPort") and port["hostPort"] != port["containerPort"]:
            yield invalid(
                f"{here}.containerPort", port["containerPort"], "must match `hostPort` when `hostNetwork` is true"
            )


def _host_ports(containers: list[Json], path: str, first: int = 0) -> Problems:
    """A port of the node that two of these ask for (checkHostPortConflicts)."""
    taken: set[str] = set()
    for index, container in enumerate(containers, start=first):
        for at, port in enumerate(container.get("ports", [])):
            if port.get("hostPort"):
                asked = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{port['hostPort']}"
                if asked in taken:
                    yield duplicate(f"{path}[{index}].ports[{at}].hostPort", asked)
                taken.add(asked)


def _resize(policies: list[Json], path: str, spec: Json) -> Problems:
    taken: set[str] = set()
    for index, policy in enumerate(policies):
        name, restart = policy["resourceName"], policy["restartPolicy"]
        if name not in ("cpu", "memory"):
            yield unsupported(path, name, ("cpu", "memory"))
        if name in taken:
            yield duplicate(f"{path}[{index}]", name)
        taken.add(name)
        if restart not in ("NotRequired", "RestartContainer"):
            yield unsupported(path, restart, ("NotRequired", "RestartContainer"))
        if spec.get("restartPolicy") == "Never" and restart != "NotRequired":
            yield invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'")


def _restarts(container: Json, path: str) -> Problems:
    """A container's own restart policy and its rules (validateContainerRestartPolicy)."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules", [])
    if policy is not None and policy not in ("Always", "Never", "OnFailure"):
        yield unsupported(f"{path}.restartPolicy", policy, ("Always", "Never", "OnFailure"))
    if rules and policy is None:
        yield required(f"{path}.restartPolicy", "must specify restartPolicy when restart rules are used")
    if len(rules) > MOST_RULES:
        detail = f"must have at most {MOST_RULES} items"
        yield Problem(f"{path}.restartPolicyRules", "Too many", len(rules), detail)
    for index, rule in enumerate(rules):
        here = f"{path}.restartPolicyRules[{index}]"
        if rule["action"] not in ("Restart", "RestartAllContainers"):
            yield unsupported(f"{here}.action", rule["action"], ("Restart", "RestartAllContainers"))
        codes = rule.get("exitCodes")
        if codes is None:
            yield required(f"{here}.exitCodes", "must be specified")
            continue
        if codes["operator"] not in ("In", "NotIn"):
            yield unsupported(f"{here}.exitCodes.operator", codes["operator"], ("In", "NotIn"))
        if not codes.get("values"):
            yield required(f"{here}.exitCodes.values", "must specify at least 1 value")
        elif len(codes["values"]) > MOST_CODES:
            detail = f"must have at most {MOST_CODES} items"
            yield Problem(f"{here}.exitCodes.values", "Too many", len(codes["values"]), detail)


def _of_init(container: Json, path: str, grace: int) -> Problems:
    """Only one that restarts always, which runs beside the others, may have hooks and probes."""
    if container.get("restartPolicy") == "Always":
        yield from probes.lifecycle_problems(container, path, grace)
        yield from probes.problems(container, path, grace)
    else:
        for field in _HOOKS:
            if field in container:
                yield forbidden(f"{path}.{field}", "may not be set for init containers without restartPolicy=Always")
    yield from _restarts(container, path)
