"""Security contexts of containers and pods (pkg/apis/core/validation, v1.36.2).

Left out: Windows options and SELinux labels; the API server runs with --allow-privileged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubeproof.model.controlplane.validation.problem import (
    HIDDEN,
    Problems,
    duplicate,
    forbidden,
    invalid,
    required,
    unsupported,
)

Json = Any
MOST_ID = 2**31 - 1


def of_container(container: Json, path: str, spec: Json) -> Problems:
    """What is wrong with a container's securityContext (ValidateSecurityContext)."""
    context, here = container.get("securityContext"), f"{path}.securityContext"
    if context is None:
        return
    yield from _ids(context, ("runAsUser", "runAsGroup"), here)
    mount = context.get("procMount", "Default")
    if mount not in ("Default", "Unmasked"):
        yield unsupported(f"{here}.procMount", mount, ("Default", "Unmasked"))
    elif mount == "Unmasked" and spec.get("hostUsers", True):
        detail = "`hostUsers` must be false to use `Unmasked`"
        yield invalid(f"{here}.procMount", mount, detail)
    yield from _seccomp(context.get("seccompProfile"), f"{here}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged"):
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield invalid(here, HIDDEN, detail)
        if "CAP_SYS_ADMIN" in context.get("capabilities", {}).get("add", []):
            detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            yield invalid(here, HIDDEN, detail)


def of_pod(spec: Json, path: str) -> Problems:
    """What is wrong with the pod's securityContext and its namespaces (validatePodSpecSecurityContext)."""
    context, here = spec.get("securityContext", {}), f"{path}.securityContext"
    yield from _ids(context, ("fsGroup", "runAsUser", "runAsGroup"), here)
    for index, group in enumerate(context.get("supplementalGroups", [])):
        if not 0 <= group <= MOST_ID:
            yield _out_of_range(f"{here}.supplementalGroups[{index}]", group)
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid(f"{path}.shareProcessNamespace", True, detail)
    names: set[str] = set()
    for index, one in enumerate(context.get("sysctls", [])):
        if not one["name"]:
            yield required(f"{here}.sysctls[{index}].name")
        elif one["name"] in names:
            yield duplicate(f"{here}.sysctls[{index}].name", one["name"])
        names.add(one["name"])
    change = context.get("fsGroupChangePolicy")
    if change is not None and change not in ("Always", "OnRootMismatch"):
        yield unsupported(f"{here}.fsGroupChangePolicy", change, ("Always", "OnRootMismatch"))
    yield from _seccomp(context.get("seccompProfile"), f"{here}.seccompProfile")
    if spec.get("hostUsers") is False:
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(field):
                yield forbidden(f"{path}.{field}", "when `hostUsers` is false")


def _ids(context: Json, fields: Iterable[str], path: str) -> Problems:
    for field in fields:
        if not 0 <= context.get(field, 0) <= MOST_ID:
            yield _out_of_range(f"{path}.{field}", context[field])


def _out_of_range(path: str, value: int) -> Any:
    return invalid(path, value, f"must be between 0 and {MOST_ID}, inclusive")


def _seccomp(profile: Json | None, path: str) -> Problems:
    if profile is None:
        return
    kind, file = profile["type"], profile.get("localhostProfile", "")
    if not kind:
        yield required(f"{path}.type", "type is required when seccompProfile is set")
    elif kind not in ("Localhost", "RuntimeDefault", "Unconfined"):
        yield unsupported(f"{path}.type", kind, ("Localhost", "RuntimeDefault", "Unconfined"))
    if kind == "Localhost" and not file:
        yield required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost")
    elif kind != "Localhost" and file:
        yield invalid(f"{path}.localhostProfile", file, "can only be set when seccomp type is Localhost")
