"""A machine at a cloud provider, as its API tells of it: what lies outside of Kubernetes, beside its nodes."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta


class Instance(msgspec.Struct, frozen=True):
    """One machine; its name is its node's. A machine that is gone has no object."""

    meta: Meta
    state: Literal["running", "stopped"] = "running"
    zone: str = ""
    region: str = ""
    type: str = ""
