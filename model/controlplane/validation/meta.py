"""metadata: names, labels, annotations, owners, finalizers; what of it an update may not change (v1.36.2).

Follows apimachinery api/validation/objectmeta.go. Left out: managedFields, which no object here keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubeproof.model.controlplane.validation import names
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    forbidden,
    immutable,
    invalid,
    required,
    too_long,
)

Json = Any
MOST_ANNOTATED = 256 * 1024
"""Bytes in all keys and values of an object's annotations."""

ONE_CONTROLLER = 'Only one reference can have Controller set to true. Found "true" in references for '
"""What is said of two controllers, whose names follow."""

_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")


def problems(meta: Json, name_rule: names.Rule, *, namespaced: bool = True) -> Problems:
    """What is wrong with the metadata of a new object (ValidateObjectMeta)."""
    if meta.get("generateName"):
        stem = meta["generateName"].removesuffix("-")  # a name will follow, so a trailing dash is no fault
        for message in name_rule(stem):
            yield invalid("metadata.generateName", meta["generateName"], message)
    if not meta.get("name"):
        yield required("metadata.name", "name or generateName is required")
    else:
        yield from names.each("metadata.name", meta["name"], name_rule)
    if not namespaced and meta.get("namespace"):
        yield forbidden("metadata.namespace", "not allowed on this type")
    yield from at_least_zero("metadata.generation", meta.get("generation"))
    yield from label_problems(meta.get("labels", {}), "metadata.labels")
    yield from annotation_problems(meta.get("annotations", {}), "metadata.annotations")
    yield from _owners(meta.get("ownerReferences", []))
    yield from _finalizers(meta.get("finalizers", []))


def update_problems(new: Json, old: Json) -> Problems:
    """What an update of the metadata may not do (ValidateObjectMetaUpdate)."""
    for field in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"):
        known = field in old or field.startswith("deletion")
        yield from immutable(f"metadata.{field}", new.get(field), old.get(field) if known else new.get(field))
    yield from label_problems(new.get("labels", {}), "metadata.labels")
    yield from annotation_problems(new.get("annotations", {}), "metadata.annotations")
    yield from _owners(new.get("ownerReferences", []))
    yield from _finalizers(new.get("finalizers", []))


def label_problems(given: Mapping[str, str], path: str) -> Problems:
    """Keys that are no qualified names, and values that are no label values (ValidateLabels)."""
    for key, value in sorted(given.items()):
        yield from names.each(path, key, names.qualified_name)
        yield from names.each(path, value, names.label_value)


def annotation_problems(given: Mapping[str, str], path: str) -> Problems:
    """Keys that are no qualified names (whatever their case), and too many bytes (ValidateAnnotations)."""
    for key in sorted(given):
        for message in names.qualified_name(key.lower()):
            yield invalid(path, key, message)
    if sum(len(key.encode()) + len(value.encode()) for key, value in given.items()) > MOST_ANNOTATED:
        yield too_long(path, MOST_ANNOTATED)


def _owners(owners: list[Json]) -> Problems:
    path, controller = "metadata.ownerReferences", ""
    for owner in owners:
        if not owner.get("apiVersion", "").rpartition("/")[2]:
            yield invalid(f"{path}.apiVersion", owner.get("apiVersion", ""), "version must not be empty")
        for field in ("kind", "name", "uid"):
            if not owner.get(field):
                yield invalid(f"{path}.{field}", "", "must not be empty")
        if (owner.get("apiVersion"), owner.get("kind")) == ("v1", "Event"):
            yield invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            if controller:
                both = f"{controller} and {owner.get('name', '')}"
                yield invalid(path, owners, ONE_CONTROLLER + both)
            controller = owner.get("name", "")


def _finalizers(finalizers: list[str]) -> Problems:
    path = "metadata.finalizers"
    for index, name in enumerate(finalizers):
        wrong = list(names.each(f"{path}[{index}]", name, names.qualified_name))
        yield from wrong
        if "/" not in name and name not in _FINALIZERS and not wrong:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"{path}[{index}]", name, detail)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        yield invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set")
