"""Which objects a controller takes for its own: controller_ref_manager.go (v1.36.2).

An orphan that the selector matches is adopted, if the owner is still there and not being deleted by a read past the
cache; what it owns and the selector no longer matches is released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selectors import Selector

Changed = TypeVar("Changed", LivePod, ReplicaSet)


class Claims(NamedTuple):
    """The pods or ReplicaSets that are its own now, and the requests that make it so. `denied`: the object would adopt
    one, but is being deleted or gone, as a read past the cache shows; the look ends there."""

    pods: tuple[LivePod, ...] = ()
    replica_sets: tuple[ReplicaSet, ...] = ()
    writes: tuple[Write, ...] = ()
    denied: bool = False


def pods_of(
    look: Look,
    owner: Owner,
    of: Meta,
    selector: Selector,
    *,
    only: Callable[[LivePod], bool] = lambda pod: True,
    may_be: Callable[[LivePod], bool] = lambda pod: True,
    finalizer: str = "",
) -> Claims:
    """The pods of an object (ClaimPods). `only`: which pods are looked at; `may_be`: which could be its own beside the
    selector; `finalizer`: what an adopted pod gets besides, and a released one loses."""
    owned = tuple(filter(only, look.owned("Pod", of.uid, LivePod)))
    found = owned, tuple(filter(only, look.unowned("Pod", of.namespace, LivePod)))
    claim = _Claim("Pod", owner, of, selector, finalizer)
    kept, writes = _claimed(*found, claim, may_be)
    return Claims(pods=kept, writes=writes, denied=_is_denied(look, claim, writes))


def replica_sets_of(look: Look, owner: Owner, of: Meta, selector: Selector) -> Claims:
    """The ReplicaSets of a Deployment (ClaimReplicaSets)."""
    kind = "ReplicaSet"
    found = look.owned(kind, of.uid, ReplicaSet), look.unowned(kind, of.namespace, ReplicaSet)
    claim = _Claim(kind, owner, of, selector)
    kept, writes = _claimed(*found, claim, lambda one: True)
    return Claims(replica_sets=kept, writes=writes, denied=_is_denied(look, claim, writes))


class _Claim(NamedTuple):
    """Who claims what: the objects of a kind that the selector matches, for the object `of`."""

    kind: str
    owner: Owner
    of: Meta
    selector: Selector
    finalizer: str = ""


def _claimed(
    owned: Sequence[Changed], orphans: Sequence[Changed], claim: _Claim, may_be: Callable[[Changed], bool]
) -> tuple[tuple[Changed, ...], tuple[Write, ...]]:
    of, selector = claim.of, claim.selector
    kept: list[Changed] = []
    writes: list[Write] = []
    one: Changed
    for one in owned:
        if one.meta.controller is None or one.meta.controller.uid != of.uid:
            continue
        if selector.matches(one.meta.labels) and may_be(one):
            kept.append(one)
        elif of.deleted_at is None:
            left = tuple(each for each in one.meta.owners if each.uid != of.uid)
            kept_on = tuple(each for each in one.meta.finalizers if each != claim.finalizer)
            writes.append(_written(claim.kind, _owned_by(one, left, kept_on), "its labels no longer match"))
    for one in orphans if of.deleted_at is None else ():
        if one.meta.deleted_at is None and selector.matches(one.meta.labels) and may_be(one):
            adopted = _owned_by(one, (*one.meta.owners, claim.owner), _with(one.meta.finalizers, claim.finalizer))
            kept.append(adopted)
            writes.append(_written(claim.kind, adopted, "nobody owns it, and its labels match"))
    return tuple(kept), tuple(writes)


def _is_denied(look: Look, claim: _Claim, writes: Sequence[Write]) -> bool:
    """Whether something is to be adopted, but the owner is not there to stay (RecheckDeletionTimestamp)."""
    if not any(claim.owner in write.body.meta.owners for write in writes):
        return False
    there = look.live(Key(claim.owner.kind, claim.of.namespace, claim.of.name), cast("type[Any]", object))
    return there is None or there.meta.uid != claim.of.uid or there.meta.deleted_at is not None


def _with(finalizers: tuple[str, ...], new: str) -> tuple[str, ...]:
    return finalizers if new in ("", *finalizers) else (*finalizers, new)


def _owned_by(one: Changed, owners: tuple[Owner, ...], finalizers: tuple[str, ...]) -> Changed:
    return replace(one, meta=replace(one.meta, owners=owners, finalizers=finalizers))


def _written(kind: str, one: LivePod | ReplicaSet, why: str) -> Write:
    return Write("update", key_of(kind, one.meta), one, why=why, when_stale="merged")
