"""The typed class of every kind that a recording is read with: those of manifests, and others."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from lightkube.models import apps_v1, core_v1, discovery_v1

from kubeproof.model.manifests import schema

MADE: Mapping[tuple[str, str], type] = {
    ("apps/v1", "ControllerRevision"): apps_v1.ControllerRevision,
    ("discovery.k8s.io/v1", "EndpointSlice"): discovery_v1.EndpointSlice,
    ("v1", "ConfigMap"): core_v1.ConfigMap,
    ("v1", "Secret"): core_v1.Secret,
}
"""The kinds that are in no manifest, or of which no question there rests on anything."""


def typed_class(api_version: str, kind: str) -> type[msgspec.Struct] | type | None:
    """The class; None for a kind that is not read."""
    return MADE.get((api_version, kind)) or schema.known(api_version, kind)
