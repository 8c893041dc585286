"""Who owns which fields of an object, and what server-side apply and other writes make of it (metadata.managedFields).

An owner is a manager with an operation (Apply or Update) and a subresource. To apply is to merge, to own exactly what
is said, and to take out what was said before and nobody else owns; another value for what others own is a conflict.
Follows structured-merge-diff v6 (merge/update.go) and apimachinery's managedfields (v1.36): stripmeta, skipnonapplied,
lastappliedmanager, conflict.go; client-go's csaupgrade. Left out: what owners own of a status; several versions of a
kind: NotModelled; the limit of ten managers that update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.fields import paths
from kubeproof.model.controlplane.fields.merging import (
    Comparison,
    compare,
    fields_of,
    merge,
    with_named,
    without,
)
from kubeproof.model.controlplane.fields.schema import Type, of_kind
from kubeproof.model.controlplane.validation import decode
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects.managed_fields import Fields, Owner, Owners, Path

Json = Any

KUBECTL, BEFORE = "kubectl", "before-first-apply"
"""What kubectl calls itself when it applies on the server's side; and who owned what there was before anybody did."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps what it applied last."""

_SERVERS_OWN: Fields = frozenset(
    {("apiVersion",), ("kind",), ("metadata",)}
    | {("metadata", name) for name in ("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName")}
    | {("metadata", name) for name in ("generation", "managedFields", "resourceVersion")}
)
"""What nobody owns."""


class Conflict(NamedTuple):
    """A field that an owner owns, and to which another value would be given."""

    owner: Owner
    path: Path


class Conflicts(KubeproofError):
    """What is applied has other values for fields that others own (409): the API server's own words."""

    def __init__(self, found: Sequence[Conflict]) -> None:
        self.found = tuple(found)
        super().__init__(_words(self.found))


class Applier(NamedTuple):
    """Who applies: a manager, and whether it takes what others own."""

    manager: str = KUBECTL
    force: bool = False


class Owned(NamedTuple):
    """An object (decoded JSON), and who owns its fields."""

    raw: Json
    owners: Owners


def nothing(api_version: str, kind: str) -> Owned:
    """An object that is not there yet: all parts that every one has are there, and empty."""
    cls = of_kind(api_version, kind).cls
    assert cls is not None
    return Owned(decode.decoded({"apiVersion": api_version, "kind": kind}, cls)[0], ())


def applied(held: Owned, given: Json, by: Applier, now: int) -> Owned:
    """What server-side apply makes of an object. `held`: as it is stored, or `nothing` where there is none.

    What nobody says any more is not there; defaults are not filled in. Raises Conflicts, NotModelled, and Malformed
    where what is applied does not decode.
    """
    type_ = _type(given, held.owners)
    assert type_.cls is not None
    decode.decoded(given, type_.cls)
    owners = held.owners
    if not owners:
        there = nothing(given["apiVersion"], given["kind"])
        owners = updated(there, held.raw, BEFORE, now, version=given["apiVersion"]).owners
    try:
        return _applied(Owned(held.raw, owners), given, by, now, type_)
    except Conflicts as conflicts:
        allowed = _of_client_side(held.raw, type_) if by.manager == KUBECTL else frozenset()
        left = [one for one in conflicts.found if one.path not in allowed]
        if left:
            raise Conflicts(left) from None
        return _applied(Owned(held.raw, owners), given, by._replace(force=True), now, type_)


def updated(held: Owned, new: Json, manager: str, now: int, *, version: str, subresource: str = "") -> Owned:
    """Who owns what after an object was written as a whole, or patched: the manager owns what it has changed."""
    type_ = _type({**new, "apiVersion": version}, held.owners)
    changes = _comparison(held.raw, new, type_)
    mine = next((one for one in held.owners if one.is_of(manager, "Update", subresource)), None)
    others = _left(tuple(one for one in held.owners if one is not mine), changes)
    before = mine.fields if mine else frozenset()
    fields = (before - changes.removed) | changes.set
    return Owned(new, _with(others, Owner(manager, "Update", version, fields, now, subresource), mine))


def managed_fields(owners: Iterable[Owner], timestamp: Any) -> list[dict[str, Json]]:
    """The owners as metadata.managedFields tells them; `timestamp` writes a time."""
    ordered = sorted(owners, key=lambda one: (one.operation, one.at, one.manager, one.api_version, one.subresource))
    return [
        {
            "apiVersion": one.api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": paths.fields_v1(one.fields),
            "manager": one.manager,
            "operation": one.operation,
            **({"subresource": one.subresource} if one.subresource else {}),
            "time": timestamp(one.at),
        }
        for one in ordered
    ]


def of_managed_fields(told: Json) -> Owners | None:
    """The owners that a metadata.managedFields tells; None where there is none that can be read."""
    try:
        return tuple(map(_owner, told))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, msgspec.DecodeError):
        return None


def _owner(told: Json) -> Owner:
    fields, time = paths.of_fields_v1(told["fieldsV1"]), told.get("time")
    at = int(datetime.fromisoformat(time).timestamp()) if time else 0
    operation, subresource = told["operation"], told.get("subresource") or ""
    return Owner(told["manager"], operation, told["apiVersion"], fields, at, subresource)


def _applied(held: Owned, given: Json, by: Applier, now: int, type_: Type) -> Owned:
    last = next((one for one in held.owners if one.is_of(by.manager, "Apply")), None)
    mine = Owner(by.manager, "Apply", given["apiVersion"], _without_status(fields_of(given, type_)), now)
    others = tuple(one for one in held.owners if one is not last)
    merged = merge(held.raw, given, type_)
    new = _pruned(merged, last.fields, (*others, mine), type_) if last else merged
    changes = _comparison(held.raw, new, type_)
    conflicts = [Conflict(one, path) for one in others for path in paths.ordered(one.fields & changes.set)]
    if conflicts and not by.force:
        raise Conflicts(conflicts)
    return Owned(new, _with(_left(others, changes), mine, last))


def _pruned(merged: Json, last: Fields, owners: Owners, type_: Type) -> Json:
    """What was merged, without what the applier said last time, says no more, and nobody owns."""
    before = with_named(last, type_)
    owned = with_named(frozenset().union(*(one.fields for one in owners)), type_)
    there = with_named(fields_of(merged, type_), type_)
    kept = with_named(fields_of(without(merged, before, type_), type_), type_)
    pruned = without(merged, there - (kept | owned), type_)
    left = with_named(fields_of(pruned, type_), type_)
    return without(merged, (there - left) & before, type_)


def _comparison(old: Json, new: Json, type_: Type) -> Comparison:
    return Comparison(*(_without_status(fields) for fields in compare(old, new, type_)))


def _without_status(fields: Fields) -> Fields:
    """The fields that are not of the status: a write of the object itself leaves that alone."""
    return frozenset(path for path in fields if path[0] != "status")


def _left(owners: Owners, changes: Comparison) -> Owners:
    """What others own once these changes are made."""
    left = (replace(one, fields=one.fields - changes.set - changes.removed) for one in owners)
    return tuple(one for one in left if one.fields)


def _with(others: Owners, mine: Owner, before: Owner | None) -> Owners:
    """The owners with one of them as it is now: its time stays where it owns what it owned."""
    mine = replace(mine, fields=mine.fields - _SERVERS_OWN)
    if before is not None and before.fields == mine.fields:
        mine = replace(mine, at=before.at)
    return (*others, mine) if mine.fields else others


def _of_client_side(raw: Json, type_: Type) -> Fields:
    """What kubectl applied itself, by its annotation, and is still as it was: that it may take over."""
    told = ((raw.get("metadata") or {}).get("annotations") or {}).get(LAST_APPLIED)
    if not told:
        return frozenset()
    assert type_.cls is not None
    try:
        last = msgspec.json.decode(told, type=dict[str, Any])
        decode.decoded(last, type_.cls)
    except (decode.Malformed, msgspec.DecodeError):
        return frozenset()
    changes = compare(last, raw, type_)
    return fields_of(last, type_) - changes.modified - changes.added - changes.removed


def _type(given: Json, owners: Owners) -> Type:
    version = given.get("apiVersion", "")
    for one in owners:
        if one.api_version != version:
            raise NotModelled("apiVersion", f"fields that are owned in {one.api_version}, not in {version}")
    return of_kind(version, given.get("kind", ""))


def _words(found: Sequence[Conflict]) -> str:
    if len(found) == 1:
        return f"Apply failed with 1 conflict: conflict with {_name(found[0].owner)}: {paths.text(found[0].path)}"
    told: list[str] = []
    for owner in sorted({one.owner for one in found}, key=_identifier):
        told.append(f"conflicts with {_name(owner)}:")
        told += [f"- {paths.text(one.path)}" for one in found if one.owner == owner]
    return f"Apply failed with {len(found)} conflicts: " + "\n".join(told)


def _name(owner: Owner) -> str:
    of = f' with subresource "{owner.subresource}"' if owner.subresource else ""
    using = f" using {owner.api_version}" if owner.operation == "Update" else ""
    return f'"{owner.manager}"{of}{using}'


def _identifier(owner: Owner) -> str:
    """What the API server knows an owner by, and sorts owners by: one that applies has no version."""
    version = {"apiVersion": owner.api_version} if owner.operation == "Update" else {}
    of = {"subresource": owner.subresource} if owner.subresource else {}
    return msgspec.json.encode({"manager": owner.manager, "operation": owner.operation, **version, **of}).decode()
