"""What every API object carries: its names, its owners, how it is deleted (metadata of meta/v1 ObjectMeta).

Times are whole seconds on the clock of the cluster.
"""

from __future__ import annotations

import msgspec
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.managed_fields import Managed


class Owner(msgspec.Struct, frozen=True):
    """One of metadata.ownerReferences."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False
    block_owner_deletion: bool = False


class Meta(msgspec.Struct, frozen=True):
    """An object's metadata. `deleted_at` is deletionTimestamp (None while nobody has deleted it), `grace_period` is
    deletionGracePeriodSeconds. `managed`: who owns its fields; None for what no user has applied."""

    name: str
    namespace: str = ""
    uid: str = ""
    labels: Map[str, str] = Map()
    annotations: Map[str, str] = Map()
    owners: tuple[Owner, ...] = ()
    finalizers: tuple[str, ...] = ()
    generation: int = 0
    resource_version: int = 0
    created_at: int | None = None
    deleted_at: int | None = None
    grace_period: int | None = None
    managed: Managed | None = None

    @property
    def controller(self) -> Owner | None:
        """The owner that controls the object, None where nobody does."""
        return next((owner for owner in self.owners if owner.controller), None)


def without_finalizer(meta: Meta, finalizer: str) -> Meta:
    """The metadata once a controller that held the object up with its finalizer lets it go."""
    return replace(meta, finalizers=tuple(one for one in meta.finalizers if one != finalizer))
