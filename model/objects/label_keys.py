"""What matchLabelKeys and mismatchLabelKeys add to a pod's selectors when it is created (API server, v1.34).

The scheduler reads only the selectors, so a pod that was not created by an API server needs this first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

Rule = TypeVar("Rule", core_v1.PodAffinity, core_v1.PodAntiAffinity)


def merge_label_keys(spec: core_v1.PodSpec, labels: Mapping[str, str] | None) -> core_v1.PodSpec:
    """The spec with the pod's own values of those labels in its (anti-)affinity and spread selectors.

    Keys that the pod has no label for are left out, a missing selector stays missing (it matches nothing), and what is
    in a selector already is not added again: merging twice is merging once. What is given is not changed.
    """
    own, asked = labels or {}, spec.affinity
    return replace(
        spec,
        affinity=asked
        and replace(
            asked,
            podAffinity=asked.podAffinity and _terms(asked.podAffinity, own),
            podAntiAffinity=asked.podAntiAffinity and _terms(asked.podAntiAffinity, own),
        ),
        topologySpreadConstraints=spec.topologySpreadConstraints
        and [
            replace(c, labelSelector=_with_keys(c.labelSelector, "In", c.matchLabelKeys, own))
            for c in spec.topologySpreadConstraints
        ],
    )


def _terms(raw: Rule, own: Mapping[str, str]) -> Rule:
    hard = raw.requiredDuringSchedulingIgnoredDuringExecution
    soft = raw.preferredDuringSchedulingIgnoredDuringExecution
    return replace(
        raw,
        requiredDuringSchedulingIgnoredDuringExecution=hard and [_term(term, own) for term in hard],
        preferredDuringSchedulingIgnoredDuringExecution=soft and [_weighted(term, own) for term in soft],
    )


def _weighted(raw: core_v1.WeightedPodAffinityTerm, own: Mapping[str, str]) -> core_v1.WeightedPodAffinityTerm:
    return replace(raw, podAffinityTerm=_term(raw.podAffinityTerm, own))


def _term(term: core_v1.PodAffinityTerm, own: Mapping[str, str]) -> core_v1.PodAffinityTerm:
    matched = _with_keys(term.labelSelector, "In", term.matchLabelKeys, own)
    return replace(term, labelSelector=_with_keys(matched, "NotIn", term.mismatchLabelKeys, own))


def _with_keys(
    selector: meta_v1.LabelSelector | None, operator: str, keys: Iterable[str] | None, own: Mapping[str, str]
) -> meta_v1.LabelSelector | None:
    if selector is None:
        return None
    there = selector.matchExpressions or []
    wanted = [meta_v1.LabelSelectorRequirement(key, operator, [own[key]]) for key in keys or () if key in own]
    added = [requirement for requirement in wanted if requirement not in there]
    return replace(selector, matchExpressions=[*there, *added]) if added else selector
