"""Affinity to nodes and to pods (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import names, selectors
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid, required

Json = Any
_HARD, _SOFT = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


def problems(affinity: Json, path: str, merged: bool = False) -> Problems:
    """What is wrong with a pod's affinity. `merged`: whether matchLabelKeys are in the selectors already."""
    if "nodeAffinity" in affinity:
        yield from _to_nodes(affinity["nodeAffinity"], f"{path}.nodeAffinity")
    for field in ("podAffinity", "podAntiAffinity"):
        wanted, here = affinity.get(field, {}), f"{path}.{field}"
        for index, term in enumerate(wanted.get(_HARD, [])):
            yield from _pod_term(term, f"{here}.{_HARD}[{index}]", merged)
        for index, weighted in enumerate(wanted.get(_SOFT, [])):
            yield from _weight(weighted["weight"], f"{here}.{_SOFT}[{index}]")
            yield from _pod_term(weighted["podAffinityTerm"], f"{here}.{_SOFT}[{index}].podAffinityTerm", merged)


def keys_problems(term: Json, field: str, path: str, both: str, merged: bool) -> Problems:
    """A term's matchLabelKeys or mismatchLabelKeys: they need a selector, and the first may not be in it.

    `both`: the path of a key that is in both.
    """
    keys, selector = term.get(field, []), term.get("labelSelector")
    if keys and selector is None:
        yield forbidden(f"{path}.{field}", "must not be specified when labelSelector is not set")
        return
    for index, key in enumerate(keys):
        for message in names.qualified_name(key):
            yield invalid(f"{path}.{field}[{index}]", key, message)
    if selector is None or merged or field != "matchLabelKeys":
        return
    used = {*selector.get("matchLabels", {}), *(one["key"] for one in selector.get("matchExpressions", []))}
    for index, key in enumerate(keys):
        if key in used:
            yield invalid(f"{both}[{index}]", key, "exists in both matchLabelKeys and labelSelector")


def _to_nodes(affinity: Json, path: str) -> Problems:
    if _HARD in affinity:
        terms, here = affinity[_HARD]["nodeSelectorTerms"], f"{path}.{_HARD}.nodeSelectorTerms"
        if not terms:
            yield required(here, "must have at least one node selector term")
        for index, term in enumerate(terms):
            yield from _node_term(term, f"{here}[{index}]", checks_values=True)
    for index, weighted in enumerate(affinity.get(_SOFT, [])):
        here = f"{path}.{_SOFT}[{index}]"
        yield from _weight(weighted["weight"], here)
        yield from _node_term(weighted["preference"], f"{here}.preference", checks_values=False)


def _weight(weight: int, path: str) -> Problems:
    if not 1 <= weight <= 100:
        yield invalid(f"{path}.weight", weight, "must be in the range 1-100")


def _node_term(term: Json, path: str, checks_values: bool) -> Problems:
    """A term of a node selector; only where it is required are its values held to be those of labels."""
    for index, wanted in enumerate(term.get("matchExpressions", [])):
        here = f"{path}.matchExpressions[{index}]"
        yield from selectors.operator_problems(wanted, here, ordering=True)
        yield from names.each(f"{here}.key", wanted["key"], names.qualified_name)
        if checks_values:
            yield from names.each_of(f"{here}.values", wanted.get("values", []), names.label_value)
    for index, wanted in enumerate(term.get("matchFields", [])):
        yield from _field(wanted, f"{path}.matchFields[{index}]")


def _field(wanted: Json, path: str) -> Problems:
    values = wanted.get("values", [])
    if wanted["operator"] not in ("In", "NotIn"):
        yield invalid(f"{path}.operator", wanted["operator"], "not a valid selector operator")
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        yield required(f"{path}.values", detail)
    if wanted["key"] != "metadata.name":
        yield invalid(f"{path}.key", wanted["key"], "not a valid field selector key")
    else:
        yield from names.each_of(f"{path}.values", values, names.dns_subdomain)


def _pod_term(term: Json, path: str, merged: bool) -> Problems:
    selector = term.get("labelSelector")
    yield from selectors.problems(selector, f"{path}.labelSelector")
    yield from selectors.problems(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in term.get("namespaces", []):
        yield from names.each(f"{path}.namespace", name, names.dns_label)
    match, mismatch = term.get("matchLabelKeys", []), term.get("mismatchLabelKeys", [])
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        yield from keys_problems(term, field, path, path, merged)
    for index, key in enumerate(match):
        if key in mismatch:
            yield invalid(f"{path}.matchLabelKeys[{index}]", key, "exists in both matchLabelKeys and mismatchLabelKeys")
    if not term["topologyKey"]:
        yield required(f"{path}.topologyKey", "can not be empty")
    yield from names.each(f"{path}.topologyKey", term["topologyKey"], names.qualified_name)
