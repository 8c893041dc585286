"""Probes and hooks of containers: one handler each, ports, times (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

import re
from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    forbidden,
    invalid,
    required,
    unsupported,
)

Json = Any
_TIMES = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_HEADER = re.compile("[-A-Za-z0-9]+", re.ASCII)


def lifecycle_problems(container: Json, path: str, grace: int) -> Problems:
    """What is wrong with a container's hooks. `grace`: the pod's terminationGracePeriodSeconds."""
    for hook in ("postStart", "preStop"):
        if hook in container.get("lifecycle", {}):
            yield from _handler(container["lifecycle"][hook], f"{path}.lifecycle.{hook}", grace)


def problems(container: Json, path: str, grace: int) -> Problems:
    """What is wrong with a container's three probes, in upstream's order."""
    for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        if kind in container:
            yield from _probe(container[kind], kind, f"{path}.{kind}", grace)


def _probe(probe: Json, kind: str, path: str, grace: int) -> Problems:
    yield from _handler(probe, path, grace)
    for field in _TIMES:
        yield from at_least_zero(f"{path}.{field}", probe.get(field))
    own_grace = probe.get("terminationGracePeriodSeconds")
    if own_grace is not None and own_grace <= 0:
        yield invalid(f"{path}.terminationGracePeriodSeconds", own_grace, "must be greater than 0")
    if kind == "readinessProbe":
        if own_grace is not None:
            yield invalid(f"{path}.terminationGracePeriodSeconds", own_grace, "must not be set for readinessProbes")
    elif probe.get("successThreshold", 1) != 1:
        yield invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1")


def _handler(handler: Json, path: str, grace: int) -> Problems:
    kinds = [kind for kind in ("exec", "httpGet", "tcpSocket", "grpc", "sleep") if kind in handler]
    for kind in kinds[1:]:
        yield forbidden(f"{path}.{kind}", "may not specify more than 1 handler type")
    if not kinds:
        yield required(path, "must specify a handler type")
        return
    action, here = handler[kinds[0]], f"{path}.{kinds[0]}"
    match kinds[0]:
        case "exec":
            if not action.get("command"):
                yield required(f"{here}.command")
        case "httpGet":
            yield from _http_get(action, here)
        case "tcpSocket":
            yield from port_or_name(action["port"], f"{here}.port")
        case "grpc":
            yield from _numbers(action["port"], f"{here}.port")
        case _:
            if not 0 <= action["seconds"] <= grace:
                detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
                yield invalid(here, action["seconds"], detail)


def _http_get(action: Json, path: str) -> Problems:
    if not action.get("path"):
        yield required(f"{path}.path")
    yield from port_or_name(action["port"], f"{path}.port")
    if action.get("scheme") not in ("HTTP", "HTTPS"):
        yield unsupported(f"{path}.scheme", action.get("scheme", ""), ("HTTP", "HTTPS"))
    for header in action.get("httpHeaders", []):
        if not _HEADER.fullmatch(header["name"]):
            detail = (
                "a valid HTTP header must consist of alphanumeric characters or '-' "
                "(e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
            )
            yield invalid(f"{path}.httpHeaders", header["name"], detail)


def port_or_name(port: int | str, path: str) -> Problems:
    """A port that is neither a number of one nor a name (ValidatePortNumOrName)."""
    if isinstance(port, str):
        yield from names.each(path, port, names.port_name)
    else:
        yield from _numbers(port, path)


def _numbers(port: int, path: str) -> Problems:
    for message in names.port_number(port):
        yield invalid(path, port, message)
