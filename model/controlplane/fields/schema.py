"""Of what type each field of an API object is to server-side apply: what is merged part by part, and what only as one.

The fields are those of lightkube-models' structs; which lists are merged, by which keys, and which maps and structs are
not, are the markers of the API's OpenAPI document (x-kubernetes-list-type, -list-map-keys, -map-type; v1.36.2): here
they are tables. A list that is in none of them is atomic, a map or struct that is in none is granular.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec

from kubeproof.model.controlplane.validation import shapes
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema

_BY_NAME = ("name",)
KEYS: Mapping[str, tuple[str, ...]] = {
    "ObjectMeta.ownerReferences": ("uid",),
    "PodSpec.containers": _BY_NAME,
    "PodSpec.initContainers": _BY_NAME,
    "PodSpec.ephemeralContainers": _BY_NAME,
    "PodSpec.volumes": _BY_NAME,
    "PodSpec.imagePullSecrets": _BY_NAME,
    "PodSpec.schedulingGates": _BY_NAME,
    "PodSpec.resourceClaims": _BY_NAME,
    "PodSpec.hostAliases": ("ip",),
    "PodSpec.topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    **{
        f"{container}.{field}": keys
        for container in ("Container", "EphemeralContainer")
        for field, keys in (
            ("ports", ("containerPort", "protocol")),
            ("env", _BY_NAME),
            ("volumeMounts", ("mountPath",)),
            ("volumeDevices", ("devicePath",)),
        )
    },
    "ResourceRequirements.claims": _BY_NAME,
    "ServiceSpec.ports": ("port", "protocol"),
    "CSINodeSpec.drivers": _BY_NAME,
    "NodeStatus.conditions": ("type",),
    "NodeStatus.addresses": ("type",),
}
"""Lists whose elements are told apart by these fields (list type `map`)."""

SETS = frozenset({"ObjectMeta.finalizers", "NodeSpec.podCIDRs", "CSIDriverSpec.volumeLifecycleModes"})
"""Lists of plain values each of which is there or not (list type `set`)."""

ATOMIC = frozenset(
    {"PodSpec.nodeSelector", "ServiceSpec.selector", "ReplicationControllerSpec.selector", "Scheduling.nodeSelector"}
    | {"LabelSelector", "NodeSelector", "NodeSelectorTerm", "LocalObjectReference", "ObjectReference"}
    | {"SecretReference", "TypedLocalObjectReference", "OwnerReference", "ScopeSelector", "ResourceFieldSelector"}
    | {"ScopedResourceSelectorRequirement", "SecretKeySelector", "ConfigMapKeySelector", "ObjectFieldSelector"}
    | {"TopologySelectorTerm", "FileKeySelector"}
)
"""Maps (by their field) and structs (by their name) that have one owner as a whole (map type `atomic`)."""

GRANULAR = frozenset({"PersistentVolumeSpec.claimRef"})
"""Structs that are not atomic in these fields, though they are elsewhere."""

DEFAULTS: Mapping[str, str] = {"protocol": "TCP"}
"""What a key stands for where an element does not say it."""


class Type(NamedTuple):
    """The type of a value: a struct (`cls`), a map, a list of either or of plain values, or something plain.

    `keys`: the fields that tell a list's elements apart, () for a set.
    """

    cls: type[msgspec.Struct] | None = None
    mapped: bool = False
    listed: bool = False
    atomic: bool = False
    keys: tuple[str, ...] = ()

    @property
    def leaf(self) -> bool:
        """Whether a value of it has one owner: something plain, or something atomic."""
        return self.atomic or not (self.listed or self.mapped or self.cls)

    @property
    def element(self) -> Type:
        """The type of a list's elements."""
        return of_struct(self.cls) if self.cls else PLAIN

    def field(self, name: str) -> Type:
        """The type of what a struct or a map holds under a name. Raises NotModelled for a field that no struct has."""
        if self.mapped or self.cls is None:
            return PLAIN
        found = _fields(self.cls).get(name)
        if found is None:
            raise NotModelled(name, f"who owns a field that a {self.cls.__name__} does not have")
        return found


PLAIN = Type()
"""A number, a text, a truth; or what is not looked into."""


def of_kind(api_version: str, kind: str) -> Type:
    """The type of a kind's objects. Raises NotModelled for one that no struct is read for."""
    cls = schema.known(api_version, kind)
    if cls is None:
        raise NotModelled("kind", f"who owns the fields of {api_version} {kind}")
    return of_struct(cls)


def of_struct(cls: type[msgspec.Struct]) -> Type:
    """The type of a struct."""
    return Type(cls, atomic=cls.__name__ in ATOMIC)


@cache
def _fields(cls: type[msgspec.Struct]) -> Mapping[str, Type]:
    return {name: _field(f"{cls.__name__}.{name}", told) for name, told in shapes.fields(cls).items()}


def _field(path: str, told: Any) -> Type:
    if told.listed:
        keys = KEYS.get(path, ())
        return Type(told.struct, listed=True, atomic=not keys and path not in SETS, keys=keys)
    if told.mapped:
        return Type(mapped=True, atomic=path in ATOMIC)
    if path in GRANULAR:
        return Type(told.struct)
    return of_struct(told.struct) if told.struct else PLAIN
