"""A PersistentVolumeClaim as the API server holds it: its names, and the rest as it was given."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.meta import Meta


class LiveClaim(msgspec.Struct, frozen=True):
    """One claim. `manifest` is its spec (JSON of core/v1 PersistentVolumeClaimSpec)."""

    meta: Meta
    manifest: bytes = b""
