"""Affinity to nodes and to pods (pkg/apis/core/validation, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import names, selectors
from kubeproof.model.controlplane.validation.problem import Problems, forbidden, invalid, required

Json = Any
_HARD, _SOFT = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


def problems(affinity: Json, path: str) -> Problems:
    """What is wrong with a pod's affinity."""
    if "nodeAffinity" in affinity:
        yield from _to_nodes(affinity["nodeAffinity"], f"{path}.nodeAffinity")
    for field in ("podAffinity", "podAntiAffinity"):
        wanted, here = affinity.get(field, {}), f"{path}.{field}"
        for index, term in enumerate(wanted.get(_HARD, [])):
            yield from _pod_term(term, f"{here}.{_HARD}[{index}]")
        for index, weighted in enumerate(wanted.get(_SOFT, [])):
            yield from _weight(weighted["weight"], f"{here}.{_SOFT}[{index}]")
            yield from _pod_term(weighted["podAffinityTerm"], f"{here}.{_SOFT}[{index}].podAffinityTerm")


def keys_problems(term: Json, path: str) -> Problems:
    """matchLabelKeys and mismatchLabelKeys of a term or of a spread constraint.

    They need a selector. That a key is in the selector, too, shows once they are merged into it, which is done for
    pods (objects/label_keys.py), not for templates (ValidateMatchLabelKeysAndMismatchLabelKeys).
    """
    selector = term.get("labelSelector")
    match, mismatch = (term.get(field, []) for field in ("matchLabelKeys", "mismatchLabelKeys"))
    for field, keys in (("matchLabelKeys", match), ("mismatchLabelKeys", mismatch)):
        if keys and selector is None:
            yield forbidden(f"{path}.{field}", "must not be specified when labelSelector is not set")
        else:
            yield from names.each_of(f"{path}.{field}", keys, names.qualified_name)
    seen = set((selector or {}).get("matchLabels", {}))
    for wanted in (selector or {}).get("matchExpressions", []):
        key = wanted["key"]
        if key in match and key in seen:
            yield invalid(f"{path}[{match.index(key)}]", key, "exists in both matchLabelKeys and labelSelector")
        seen.add(key)
    for index, key in enumerate(match):
        if key in mismatch:
            yield invalid(f"{path}.matchLabelKeys[{index}]", key, "exists in both matchLabelKeys and mismatchLabelKeys")


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


def _pod_term(term: Json, path: str) -> Problems:
    selector = term.get("labelSelector")
    yield from selectors.problems(selector, f"{path}.labelSelector")
    yield from selectors.problems(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in term.get("namespaces", []):
        yield from names.each(f"{path}.namespace", name, names.dns_label)
    yield from keys_problems(term, path)
    if not term["topologyKey"]:
        yield required(f"{path}.topologyKey", "can not be empty")
    yield from names.each(f"{path}.topologyKey", term["topologyKey"], names.qualified_name)
