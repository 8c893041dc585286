"""How pods are admitted beside objects that somebody creates, as JSON: what admission looks up of them, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.admission import Admission, of_objects
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema

KINDS = ("PriorityClass", "RuntimeClass", "LimitRange")


def admission_of(bodies: Iterable[Any], namespace: str) -> Admission:
    """How pods are admitted beside these objects; `namespace`: where those are that name none. Raises NotModelled."""
    found: dict[str, dict[str, Any]] = {}
    for raw in bodies:
        kind = raw.get("kind") if isinstance(raw, dict) else None
        if kind in KINDS:
            cls = schema.known(raw.get("apiVersion", ""), kind)
            if cls is None:
                raise NotModelled(str(kind), "this version of it")
            made: Any = msgspec.convert(raw, cls, strict=False)
            if kind == "LimitRange" and not made.metadata.namespace:
                made = replace(made, metadata=replace(made.metadata, namespace=namespace))
            found.setdefault(kind, {})[made.metadata.name] = made
    return of_objects({kind: list(of.values()) for kind, of in found.items()})
