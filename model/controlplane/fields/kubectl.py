"""What kubectl adds to applying: its own apply, a three-way merge, and the way from that to server-side apply.

Its own apply compares the manifest with the one that it applied last, which stands in an annotation, and with the
object: what was said last time and is not said now goes, what is said now is set, all else stays. Follows
apimachinery's strategicpatch (CreateThreeWayMergePatch), kubectl's apply.go and client-go's csaupgrade (v1.36). Left
out: `$patch` and other directives, which are NotModelled; kubectl's requests one by one: they count as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.fields import owners
from kubeproof.model.controlplane.fields.owners import KUBECTL, LAST_APPLIED, Applier, Owned
from kubeproof.model.controlplane.fields.paths import text
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.objects.managed_fields import Owner, Owners, Path

Json = Any

CLIENT_SIDE, KEEPER = "kubectl-client-side-apply", "kubectl-last-applied"
"""What kubectl calls itself when it applies without the server, and when it keeps the annotation alive."""

ANNOTATION: Path = ("metadata", "annotations", LAST_APPLIED)

MERGE_KEYS: Mapping[str, str] = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "imagePullSecrets": "name",
    "schedulingGates": "name",
    "resourceClaims": "name",
    "topologySpreadConstraints": "topologyKey",
    "hostAliases": "ip",
    "conditions": "type",
    "addresses": "type",
    "ownerReferences": "uid",
}
"""The lists that strategic merge patches merge, with the field that tells their elements apart; ports by the kind."""

MERGED_VALUES = frozenset({"finalizers", "podCIDRs"})
"""The lists of plain values that they merge."""

RETAINED = frozenset({"strategy", "volumes", "resourceClaims"})
"""What is told anew is told whole there: fields that are not said go (`retainKeys`)."""


def merge_key(field: str, value: list[Json]) -> str:
    """The field that tells the elements of a list apart, "" where the list is replaced as a whole."""
    if field == "ports":
        return "containerPort" if any(isinstance(one, dict) and "containerPort" in one for one in value) else "port"
    return MERGE_KEYS.get(field, "")


def configured(manifest: Json) -> Json:
    """The manifest with itself in the annotation in which kubectl keeps what it applied last."""
    about = manifest.get("metadata") or {}
    told = {name: text for name, text in (about.get("annotations") or {}).items() if name != LAST_APPLIED}
    bare = {**manifest, "metadata": {**about, "annotations": told}}
    annotation = msgspec.json.encode(bare, order="sorted").decode()
    return {**manifest, "metadata": {**about, "annotations": {**told, LAST_APPLIED: annotation}}}


def patched(held: Json, manifest: Json) -> Json:
    """The object after kubectl's own apply of a manifest.

    Raises NotModelled for a directive, and BadInput where nobody can read what was applied last.
    """
    told = ((held.get("metadata") or {}).get("annotations") or {}).get(LAST_APPLIED)
    try:
        last = msgspec.json.decode(told or "{}", type=dict[str, Any])
    except msgspec.DecodeError as wrong:
        raise BadInput(f"what was applied last cannot be read: {wrong}", path=text(ANNOTATION)[1:]) from None
    return merged(last, held, configured(manifest))


def merged(last: Json, held: Json, given: Json) -> Json:
    """The held value with what is given, without what was said last and is not given."""
    made = {name: value for name, value in held.items() if name in given or name not in last}
    for name, value in given.items():
        if name.startswith("$"):
            raise NotModelled(name, "a directive of a strategic merge patch")
        if value is None:
            made.pop(name, None)
            continue
        made[name] = _one(name, last.get(name), made.get(name), value)
    return made


def upgraded(held: Owned, given: Json, by: Applier, now: int) -> Owned:
    """What server-side apply makes of an object. kubectl takes over what it owned when it applied without the server,
    and keeps its annotation as it is told now. Raises as `owners.applied` does."""
    made = owners.applied(held, given, by, now)
    about = (made.raw.get("metadata") or {}).get("annotations") or {}
    if by.manager != KUBECTL or not about.get(LAST_APPLIED):
        return made
    annotation = configured(given)["metadata"]["annotations"][LAST_APPLIED]
    if not _owning(made.owners, "Apply"):
        keeps = {"apiVersion": given["apiVersion"], "kind": given["kind"]}
        keeps["metadata"] = {"annotations": {LAST_APPLIED: about[LAST_APPLIED]}}
        made = owners.applied(made, keeps, Applier(KEEPER), now)
    if old := _owning(made.owners, "Update"):
        moved = made._replace(owners=_moved(made.owners, {one.manager for one in old}))
        made = owners.applied(moved, given, by, now)
    about = {**made.raw["metadata"]["annotations"], LAST_APPLIED: annotation}
    return made._replace(raw={**made.raw, "metadata": {**made.raw["metadata"], "annotations": about}})


def _moved(held: Owners, old: set[str]) -> Owners:
    """The owners, with all that these managers owned by updates as kubectl's, who applies it now."""
    gone = [one for one in held if one.manager in old and one.operation == "Update" and not one.subresource]
    mine = next((one for one in held if one.is_of(KUBECTL, "Apply")), None)
    new = mine or replace(gone[0], manager=KUBECTL, operation="Apply")
    fields = new.fields.union(*(one.fields for one in gone))
    return (*(one for one in held if one not in gone and one is not mine), replace(new, fields=fields))


def _owning(held: Owners, operation: str) -> list[Owner]:
    return [one for one in held if one.operation == operation and ANNOTATION in one.fields]


def _one(name: str, last: Json, held: Json, given: Json) -> Json:
    if isinstance(given, dict):
        known = held if isinstance(held, dict) else {}
        made = merged(last if isinstance(last, dict) else {}, known, given)
        if name in RETAINED and made != known:
            return {field: value for field, value in made.items() if field in given}
        return made
    if isinstance(given, list) and isinstance(held, list):
        before = last if isinstance(last, list) else []
        if key := merge_key(name, given or held):
            return _merged_list(name, key, before, held, given)
        if name in MERGED_VALUES:
            gone = [one for one in before if one not in given]
            return [*given, *(one for one in held if one not in given and one not in gone)]
    return given


def _merged_list(name: str, key: str, last: list[Json], held: list[Json], given: list[Json]) -> list[Json]:
    """The elements in the order in which they are given; what only the object has comes before the first of them that
    is behind it there (mergeSortedSlice)."""
    before, there = ({one.get(key): one for one in listed if isinstance(one, dict)} for listed in (last, held))
    made = [_one(name, before.get(one.get(key)), there.get(one.get(key), {}), one) for one in given]
    turn, asked = {one: at for at, one in enumerate(there)}, {one.get(key) for one in given}
    others = [one for one in held if one.get(key) not in asked and one.get(key) not in before]
    ordered: list[Json] = []
    for one in made:
        behind = turn.get(one.get(key), -1)
        while others and turn[others[0].get(key)] < behind:
            ordered.append(others.pop(0))
        ordered.append(one)
    return [*ordered, *others]
