"""What becomes of those that an object owns when it is deleted: the finalizers that a delete request leaves behind.

Follows deletionFinalizersForGarbageCollection (staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go,
v1.36). Who acts on them is the garbage collector. Left out: the old field orphanDependents.
"""

from __future__ import annotations

from typing import Literal

Propagation = Literal["", "Orphan", "Background", "Foreground"]
"""propagationPolicy of a delete request; "": the object's finalizers decide, then its kind."""

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"

ORPHANING = frozenset({"Job", "ReplicationController"})
"""Kinds whose dependents are orphaned where nobody says otherwise (DefaultGarbageCollectionPolicy)."""


def finalizers_of(kind: str, held: tuple[str, ...], asked: Propagation) -> tuple[str, ...]:
    """The finalizers of an object of this kind once its deletion is asked for; the same ones where nothing changes."""
    own = next((one for one in held if one in (ORPHAN, FOREGROUND)), "")
    if asked:
        wanted = {"Orphan": ORPHAN, "Background": "", "Foreground": FOREGROUND}[asked]
    else:
        wanted = own or (ORPHAN if kind in ORPHANING else "")
    new = (*(one for one in held if one not in (ORPHAN, FOREGROUND)), *((wanted,) if wanted else ()))
    return held if set(new) == set(held) else new
