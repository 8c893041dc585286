"""The kinds that are read, and their shapes: lightkube-models' structs, made strict where those say only `dict`.

`Optional[dict]` there becomes a map of strings, or of amounts, so that a wrong value is an error with a path;
managedFields, which nothing reads and which is half of a dump, is skipped at the parser's speed.
Shapes are found in the annotations' text: resolving all type hints of a Pod takes longer than reading a small dump.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import msgspec

READ: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "v1": (
        "core_v1",
        (
            "Pod",
            "Node",
            "Namespace",
            "Service",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "ReplicationController",
            "LimitRange",
            "ResourceQuota",
        ),
    ),
    "apps/v1": ("apps_v1", ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")),
    "batch/v1": ("batch_v1", ("Job", "CronJob")),
    "policy/v1": ("policy_v1", ("PodDisruptionBudget",)),
    "scheduling.k8s.io/v1": ("scheduling_v1", ("PriorityClass",)),
    "node.k8s.io/v1": ("node_v1", ("RuntimeClass",)),
    "autoscaling/v2": ("autoscaling_v2", ("HorizontalPodAutoscaler",)),
    "storage.k8s.io/v1": (
        "storage_v1",
        ("StorageClass", "CSINode", "CSIDriver", "CSIStorageCapacity", "VolumeAttachment"),
    ),
}
"""The kinds that a question can rest on, by apiVersion, with the module of lightkube-models that holds them."""

VERSIONS: Mapping[str, str] = {kind: version for version, (_, kinds) in READ.items() for kind in kinds}
"""The apiVersion of each of them."""

CLUSTER_WIDE = frozenset(
    {"Node", "Namespace", "PersistentVolume", "PriorityClass", "RuntimeClass", "StorageClass"}
    | {"CSINode", "CSIDriver", "VolumeAttachment"}
)
"""The kinds among them that live in no namespace."""

_AMOUNTS = frozenset(
    {"requests", "limits", "capacity", "allocatable", "allocatedResources", "overhead", "podFixed", "hard", "used"}
    | {"default", "defaultRequest", "max", "min", "maxLimitRequestRatio"}
)
_FREE = frozenset({"fieldsV1", "disruptedPods"})
_ANNOTATION = re.compile(r"(?:Optional\[)?(List\[)?([\w.]+)\]*")

Amount = str | int | float


class Shape(NamedTuple):
    """What a field holds: one or a list, of which struct, or a map of which values (both None: something plain)."""

    listed: bool
    struct: type[msgspec.Struct] | None
    values: Any = None


@cache
def known(api_version: str, kind: str) -> type[msgspec.Struct] | None:
    """The strict struct of a kind that is read; None for every other kind."""
    module, kinds = READ.get(api_version, ("", ()))
    return strict(_class(module, kind)) if kind in kinds else None


@cache
def is_kubernetes(api_version: str, kind: str) -> bool:
    """Whether Kubernetes itself has such a kind, which no question rests on (Service, ConfigMap, …)."""
    group, _, version = api_version.rpartition("/")
    name = f"lightkube.models.{(group or 'core').split('.')[0]}_{version}"
    if not re.fullmatch(r"[\w.]+", name) or find_spec(name) is None:
        return False
    return isinstance(getattr(import_module(name), kind, None), type)


@cache
def strict(cls: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same struct, a subclass of it where its own maps, or those of what it holds, are told more exactly."""
    changed = []
    for name, shape in shapes(cls).items():
        exact = _exact(name, shape)
        if exact is not None:
            changed.append((name, exact))
    if cls.__name__ == "ObjectMeta":
        skipped = msgspec.field(default=None, name="managedFields, which is skipped")
        return msgspec.defstruct(
            cls.__name__,
            [*((n, t | None, None) for n, t in changed if n != "managedFields"), ("managedFields", Any, skipped)],
            bases=(cls,),
            kw_only=True,
        )
    if not changed:
        return cls
    required = required_fields(cls)
    fields: list[Any] = [(n, t) if n in required else (n, t | None, None) for n, t in changed]
    return msgspec.defstruct(cls.__name__, fields, bases=(cls,), kw_only=True)


@cache
def shapes(cls: type[msgspec.Struct]) -> Mapping[str, Shape]:
    """The fields of a struct by their names in JSON, each with its shape."""
    module = sys.modules[cls.__module__]
    annotations: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("lightkube.models."):
            annotations.update(base.__annotations__)
            module = sys.modules[base.__module__]
    encoded = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    return {json: _shape(annotations[name], json, module) for name, json in encoded if name in annotations}


def _shape(annotation: str, field: str, module: Any) -> Shape:
    match = _ANNOTATION.fullmatch(annotation)
    if match is None:
        return Shape(False, None)
    listed, name = bool(match[1]), match[2]
    if name == "dict":
        values = Amount | None if field in _AMOUNTS else Any if field in _FREE else str
        return Shape(listed, None, values)
    if name == "resource.Quantity":
        return Shape(listed, None, Amount)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return Shape(listed, found if isinstance(found, type) and issubclass(found, msgspec.Struct) else None)


def _exact(name: str, shape: Shape) -> Any:
    """The exact type of a field, where it differs from the one that the struct has."""
    if shape.struct is not None:
        exact: Any = strict(shape.struct)
        return None if exact is shape.struct else list[exact] if shape.listed else exact
    if shape.values is None or shape.values is Any:
        return None
    return shape.values if shape.values is Amount else dict.__class_getitem__((str, shape.values))


def required_fields(cls: type[msgspec.Struct]) -> frozenset[str]:
    """The names of the fields that such a struct cannot be without."""
    count = len(cls.__struct_fields__) - len(cls.__struct_defaults__)
    without = {
        n for n, d in zip(cls.__struct_fields__[count:], cls.__struct_defaults__, strict=True) if d is msgspec.NODEFAULT
    }
    return frozenset({*cls.__struct_fields__[:count], *without})


def _class(module: str, kind: str) -> type[msgspec.Struct]:
    found: type[msgspec.Struct] = getattr(import_module(f"lightkube.models.{module}"), kind)
    return found
