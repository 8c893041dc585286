"""A ResourceQuota: how much a namespace may hold, and how much it holds (core/v1).

Amounts are whole: cpu in millicores, everything else in units (bytes, devices, objects). `told` shows one as people
write it, which forgets how it was written at first (1000M and 1G alike).
"""

from __future__ import annotations

import msgspec
from immutables import Map

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.quantity import text_of


class ResourceQuotaSpec(msgspec.Struct, frozen=True):
    """What is asked for. `scopes`: the quota counts only what is in all of them; those of scopeSelector are among
    them, as `PriorityClass` and the like."""

    hard: Map[str, int] = Map()
    scopes: tuple[str, ...] = ()


class ResourceQuotaStatus(msgspec.Struct, frozen=True):
    """The bounds that are enforced, and what there is of each."""

    hard: Map[str, int] = Map()
    used: Map[str, int] = Map()


class ResourceQuota(msgspec.Struct, frozen=True):
    """One ResourceQuota."""

    meta: Meta
    spec: ResourceQuotaSpec = ResourceQuotaSpec()
    status: ResourceQuotaStatus = ResourceQuotaStatus()


def measured(name: str) -> str:
    """The resource that a name in a quota bounds: `cpu` of `limits.cpu`."""
    return name.removeprefix("requests.").removeprefix("limits.")


def told(name: str, amount: int) -> str:
    """An amount as people write it."""
    return text_of(measured(name), amount)
