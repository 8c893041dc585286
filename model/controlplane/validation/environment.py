"""Environment variables of containers and where their values come from (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import Problems, invalid, required, unsupported
from kubeproof.model.objects import quantity

Json = Any
OF_VARIABLES = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
"""The fields of a pod that a variable can show."""

OF_VOLUMES = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
"""The fields of a pod that a file of a volume can show."""

_LABELS = frozenset(OF_VARIABLES) | frozenset(OF_VOLUMES)
_CONVERTED = _LABELS | {"spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host"}
_RESOURCES = ("limits.cpu", "limits.ephemeral-storage", "limits.memory")
_ASKED = ("requests.cpu", "requests.ephemeral-storage", "requests.memory")
_CPU_DIVISORS = ("1m", "1")
_BYTE_DIVISORS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
_DIVIDED = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "local ephemeral storage"}
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_SUBSCRIPT = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]", re.DOTALL)


def problems(container: Json, path: str) -> Problems:
    """What is wrong with a container's env and envFrom."""
    for index, variable in enumerate(container.get("env", [])):
        here = f"{path}.env[{index}]"
        if not variable["name"]:
            yield required(f"{here}.name")
        else:
            yield from names.each(f"{here}.name", variable["name"], names.environment_variable)
        if "valueFrom" in variable:
            yield from _value_from(variable, f"{here}.valueFrom")
    for index, source in enumerate(container.get("envFrom", [])):
        yield from _env_from(source, f"{path}.envFrom", index)


def field_reference(reference: Json, path: str, known: Collection[str]) -> Problems:
    """What is wrong with a reference to a field of the pod (validateObjectFieldSelector)."""
    name = reference.get("fieldPath", "")
    if not reference.get("apiVersion"):
        yield required(f"{path}.apiVersion")
    elif not name:
        yield required(f"{path}.fieldPath")
    elif subscript := _SUBSCRIPT.fullmatch(name):
        key = subscript[2].lower() if subscript[1].endswith("annotations") else subscript[2]
        yield from names.each(path, key, names.qualified_name)
    elif name not in _CONVERTED:
        detail = f"error converting fieldPath: field label not supported: {name}"
        yield invalid(f"{path}.fieldPath", name, detail)
    elif name not in known:
        yield unsupported(f"{path}.fieldPath", name, sorted(known))


def resource_reference(reference: Json, path: str, of_volume: bool) -> Problems:
    """What is wrong with a reference to a container's resources (validateContainerResourceFieldSelector)."""
    resource = reference.get("resource", "")
    if of_volume and not reference.get("containerName"):
        yield required(f"{path}.containerName")
    elif not resource:
        yield required(f"{path}.resource")
    elif resource not in _RESOURCES + _ASKED and not resource.startswith(("limits.hugepages-", "requests.hugepages-")):
        yield unsupported(f"{path}.resource", resource, sorted(_RESOURCES + _ASKED))
    divisor, kind = reference.get("divisor", "0"), resource.partition(".")[2]
    if quantity.parse(divisor).is_zero:
        return
    known = _CPU_DIVISORS if kind == "cpu" else _BYTE_DIVISORS
    if kind in _DIVIDED and divisor not in known:
        told = f"{' and '.join(known) if kind == 'cpu' else ', '.join(known)}"
        detail = f"only divisor's values {told} are supported with the {_DIVIDED[kind]} resource"
        yield invalid(f"{path}.divisor", resource, detail)


def _value_from(variable: Json, path: str) -> Problems:
    source = variable["valueFrom"]
    kinds = [kind for kind in _SOURCES if kind in source]
    for kind in kinds:
        yield from _source(source[kind], kind, f"{path}.{kind}")
    if not kinds:
        told = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield invalid(path, "", f"must specify one of: {told}")
    elif variable.get("value"):
        yield invalid(path, "", "may not be specified when `value` is not empty")
    elif len(kinds) > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")


def _source(reference: Json, kind: str, path: str) -> Problems:
    match kind:
        case "fieldRef":
            yield from field_reference(reference, path, OF_VARIABLES)
        case "resourceFieldRef":
            yield from resource_reference(reference, path, of_volume=False)
        case "configMapKeyRef" | "secretKeyRef":
            yield from names.each(f"{path}.name", reference.get("name", ""), names.dns_subdomain)
            if not reference.get("key"):
                yield required(f"{path}.key")
            else:
                yield from _key(reference["key"], f"{path}.key")
        case _:
            for field in ("volumeName", "path", "key"):
                if not reference.get(field):
                    yield required(f"{path}.{field}")


def _key(key: str, path: str) -> Problems:
    """The key of a ConfigMap or Secret (IsConfigMapKey)."""
    if len(key) > 253:
        yield invalid(path, key, "must be no more than 253 bytes")
    if not re.fullmatch("[-._a-zA-Z0-9]+", key, re.ASCII):
        detail = (
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
            "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        )
        yield invalid(path, key, detail)
    elif key in (".", ".."):
        yield invalid(path, key, f"must not be '{key}'")
    elif key.startswith(".."):
        yield invalid(path, key, "must not start with '..'")


def _env_from(source: Json, list_path: str, index: int) -> Problems:
    """A source of many variables; upstream names the whole list where a source is none or several."""
    path = f"{list_path}[{index}]"
    if source.get("prefix"):
        yield from names.each(f"{path}.prefix", source["prefix"], names.environment_variable)
    kinds = [kind for kind in ("configMapRef", "secretRef") if kind in source]
    for kind in kinds:
        if not source[kind].get("name"):
            yield required(f"{path}.{kind}.name")
        else:
            yield from names.each(f"{path}.{kind}.name", source[kind]["name"], names.dns_subdomain)
    if not kinds:
        yield invalid(list_path, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(kinds) > 1:
        yield invalid(list_path, "", "may not have more than one field specified at a time")
