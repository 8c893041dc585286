"""Volumes of pods and where containers mount them (pkg/apis/core/validation, v1.36.2).

Of the sources, emptyDir, hostPath, configMap, secret, persistentVolumeClaim, nfs, downwardAPI and projected are looked
into; of the others it is only told that they are there (raises NotModelled).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kubeproof.model.controlplane.validation import environment, names, resources
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    duplicate,
    forbidden,
    invalid,
    not_found,
    required,
    unsupported,
)
from kubeproof.model.errors import NotModelled

Json = Any
_HOST_PATHS = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")
_KNOWN = ("emptyDir", "hostPath", "secret", "nfs", "persistentVolumeClaim", "downwardAPI", "configMap", "projected")


def problems(volumes: list[Json], path: str) -> Problems:
    """What is wrong with a pod's volumes (ValidateVolumes)."""
    seen: set[str] = set()
    for index, volume in enumerate(volumes):
        here, name = f"{path}[{index}]", volume["name"]
        wrong = list(_sources(volume, here))
        if not name:
            wrong.append(required(f"{here}.name"))
        else:
            wrong += names.each(f"{here}.name", name, names.dns_label)
        if name in seen:
            wrong.append(duplicate(f"{here}.name", name))
        yield from wrong
        if not wrong:
            seen.add(name)


def mount_problems(container: Json, path: str, volumes: Collection[str]) -> Problems:
    """What is wrong with a container's volumeMounts (ValidateVolumeMounts). `volumes`: the names that there are."""
    places: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts", [])):
        here = f"{path}.volumeMounts[{index}]"
        if not mount["name"]:
            yield required(f"{here}.name")
        if mount["name"] not in volumes:
            yield not_found(f"{here}.name", mount["name"])
        if not mount["mountPath"]:
            yield required(f"{here}.mountPath")
        if mount["mountPath"] in places:
            yield invalid(f"{here}.mountPath", mount["mountPath"], "must be unique")
        places.add(mount["mountPath"])
        for field in ("subPath", "subPathExpr"):
            if mount.get(field):
                yield from _inside(mount[field], f"{here}.{field}")
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield invalid(f"{here}.subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive")
        yield from _propagation(mount, container, here)


def _propagation(mount: Json, container: Json, path: str) -> Problems:
    how = mount.get("mountPropagation")
    if how is None:
        return
    if how not in ("None", "HostToContainer", "Bidirectional"):
        yield unsupported(f"{path}.mountPropagation", how, ("Bidirectional", "HostToContainer", "None"))
    if how == "Bidirectional" and not container.get("securityContext", {}).get("privileged"):
        detail = "Bidirectional mount propagation is available only to privileged containers"
        yield forbidden(f"{path}.mountPropagation", detail)


def _sources(volume: Json, path: str) -> Problems:
    kinds = [kind for kind in _KNOWN if kind in volume] + sorted(set(volume) - {*_KNOWN, "name"})
    for kind in kinds[1:]:
        yield forbidden(f"{path}.{kind}", "may not specify more than 1 volume type")
    if not kinds:
        yield required(path, "must specify a volume type")
        return
    source, here = volume[kinds[0]], f"{path}.{kinds[0]}"
    match kinds[0]:
        case "emptyDir":
            if "sizeLimit" in source:
                yield from resources.amount(f"{here}.sizeLimit", "", source["sizeLimit"])
        case "hostPath":
            yield from _host_path(source, here)
        case "secret":
            if not source.get("secretName"):
                yield required(f"{here}.secretName")
            yield from _files(source, here)
        case "configMap":
            if not source.get("name"):
                yield required(f"{here}.name")
            yield from _files(source, here)
        case "persistentVolumeClaim":
            if not source["claimName"]:
                yield required(f"{here}.claimName")
        case "nfs":
            yield from _nfs(source, here)
        case "downwardAPI":
            yield from _mode(source, "defaultMode", here)
            for index, file in enumerate(source.get("items", [])):
                yield from _downward(file, f"{here}.items[{index}]")
        case "projected":
            yield from _projected(source, here)
        case other:
            raise NotModelled(f"{path}.{other}", "the rules of this kind of volume")


def _host_path(source: Json, path: str) -> Problems:
    if not source["path"]:
        yield required(f"{path}.path")
    elif ".." in source["path"].split("/"):
        yield invalid(f"{path}.path", source["path"], "must not contain '..'")
    if source.get("type", "") not in _HOST_PATHS:
        yield unsupported(f"{path}.type", source["type"], _HOST_PATHS)


def _nfs(source: Json, path: str) -> Problems:
    if not source["server"]:
        yield required(f"{path}.server")
    if not source["path"]:
        yield required(f"{path}.path")
    elif not source["path"].startswith("/"):
        yield invalid(f"{path}.path", source["path"], "must be an absolute path")


def _projected(source: Json, path: str) -> Problems:
    yield from _mode(source, "defaultMode", path)
    for index, one in enumerate(source.get("sources", [])):
        here = f"{path}.sources[{index}]"
        kinds = [kind for kind in ("secret", "configMap", "downwardAPI", "serviceAccountToken") if kind in one]
        if other := sorted(set(one) - set(kinds)):
            raise NotModelled(f"{here}.{other[0]}", "the rules of this kind of projection")
        for kind in kinds[1:]:
            yield forbidden(f"{here}.{kind}", "may not specify more than 1 volume type")
        if not kinds:
            yield required(here, "must specify a volume type")
            continue
        given, here = one[kinds[0]], f"{here}.{kinds[0]}"
        match kinds[0]:
            case "downwardAPI":
                for item, file in enumerate(given.get("items", [])):
                    yield from _downward(file, f"{here}.items[{item}]")
            case "serviceAccountToken":
                seconds = given.get("expirationSeconds", 3600)
                path = f"{here}.expirationSeconds"
                if seconds < 600:
                    yield invalid(path, seconds, "may not specify a duration less than 10 minutes")
                if seconds > 1 << 32:
                    yield invalid(path, seconds, "may not specify a duration larger than 2^32 seconds")
                if not given["path"]:
                    yield required(f"{here}.path")
                else:
                    yield from _inside(given["path"], f"{here}.path")
            case _:
                if not given.get("name"):
                    yield required(f"{here}.name")
                for item, file in enumerate(given.get("items", [])):
                    yield from _file(file, f"{here}.items[{item}]")


def _files(source: Json, path: str) -> Problems:
    yield from _mode(source, "defaultMode", path)
    for index, file in enumerate(source.get("items", [])):
        yield from _file(file, f"{path}.items[{index}]")


def _file(file: Json, path: str) -> Problems:
    if not file["key"]:
        yield required(f"{path}.key")
    if not file["path"]:
        yield required(f"{path}.path")
    else:
        yield from _inside(file["path"], f"{path}.path")
    yield from _mode(file, "mode", path)


def _downward(file: Json, path: str) -> Problems:
    if not file["path"]:
        yield required(f"{path}.path")
    else:
        yield from _inside(file["path"], f"{path}.path")
    if "fieldRef" in file:
        yield from environment.field_reference(file["fieldRef"], f"{path}.fieldRef", environment.OF_VOLUMES)
        if "resourceFieldRef" in file:
            yield invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
    elif "resourceFieldRef" in file:
        yield from environment.resource_reference(file["resourceFieldRef"], f"{path}.resourceFieldRef", of_volume=True)
    else:
        yield required(path, "one of fieldRef and resourceFieldRef is required")
    yield from _mode(file, "mode", path)


def _mode(source: Json, field: str, path: str) -> Problems:
    if not 0 <= source.get(field, 0) <= 0o777:
        yield invalid(f"{path}.{field}", source[field], "must be a number between 0 and 0777 (octal), both inclusive")


def _inside(where: str, path: str) -> Problems:
    """A path that leaves the volume (validateLocalDescendingPath)."""
    if where.startswith("/"):
        yield invalid(path, where, "must be a relative path")
    if ".." in where.split("/"):
        yield invalid(path, where, "must not contain '..'")
