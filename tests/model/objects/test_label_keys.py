"""matchLabelKeys and mismatchLabelKeys become requirements on the pod's own labels when it is created."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1, meta_v1

from kubeproof.model.objects.label_keys import merge_label_keys
from kubeproof.model.objects.selectors import of_label_selector

HOST = "kubernetes.io/hostname"
LABELS = {"app": "p", "pod-template-hash": "abc"}


def term(**more: Any) -> dict[str, Any]:
    return {"topologyKey": HOST, "labelSelector": {"matchLabels": {"app": "p"}}, **more}


def spec(**more: Any) -> core_v1.PodSpec:
    return msgspec.convert({"containers": [{"name": "c"}], **more}, core_v1.PodSpec)


def required(kind: str, one: dict[str, Any]) -> core_v1.PodSpec:
    return spec(affinity={kind: {"requiredDuringSchedulingIgnoredDuringExecution": [one]}})


def preferred(kind: str, one: dict[str, Any]) -> core_v1.PodSpec:
    weighted = {"weight": 1, "podAffinityTerm": one}
    return spec(affinity={kind: {"preferredDuringSchedulingIgnoredDuringExecution": [weighted]}})


def spread(**more: Any) -> core_v1.PodSpec:
    return spec(topologySpreadConstraints=[term(maxSkew=1, whenUnsatisfiable="DoNotSchedule", **more)])


def selector_of(pod: core_v1.PodSpec) -> str:
    """The text of the one selector in a spec."""
    found: list[meta_v1.LabelSelector | None] = [c.labelSelector for c in pod.topologySpreadConstraints or ()]
    asked = pod.affinity or core_v1.Affinity()
    for rules in (asked.podAffinity, asked.podAntiAffinity):
        if rules is not None:
            hard = rules.requiredDuringSchedulingIgnoredDuringExecution or []
            soft = rules.preferredDuringSchedulingIgnoredDuringExecution or []
            found += [one.labelSelector for one in (*hard, *(weighted.podAffinityTerm for weighted in soft))]
    (one_selector,) = found
    return of_label_selector(one_selector).text


HASH = ["pod-template-hash"]
MERGED = "app=p,pod-template-hash in (abc)"

CASES = (
    ("a spread constraint counts pods of its own revision", spread(matchLabelKeys=HASH), MERGED),
    ("required affinity", required("podAffinity", term(matchLabelKeys=HASH)), MERGED),
    ("preferred affinity", preferred("podAffinity", term(matchLabelKeys=HASH)), MERGED),
    ("required anti-affinity", required("podAntiAffinity", term(matchLabelKeys=HASH)), MERGED),
    ("preferred anti-affinity", preferred("podAntiAffinity", term(matchLabelKeys=HASH)), MERGED),
    (
        "a mismatch key means the others",
        required("podAntiAffinity", term(mismatchLabelKeys=HASH)),
        "app=p,pod-template-hash notin (abc)",
    ),
    ("a key that the pod has no label for adds nothing", spread(matchLabelKeys=["tenant"]), "app=p"),
    ("no selector stays no selector", spread(labelSelector=None, matchLabelKeys=HASH), ""),
    ("no keys add nothing", spread(), "app=p"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_label_keys_are_merged(case: tuple[str, core_v1.PodSpec, str]) -> None:
    _, pod, expected = case
    before = deepcopy(pod)
    merged = merge_label_keys(pod, LABELS)
    assert selector_of(merged) == expected
    assert merge_label_keys(merged, LABELS) == merged
    assert pod == before


def test_a_pod_without_labels_or_rules_stays_as_it_is() -> None:
    assert merge_label_keys(spec(), LABELS) == spec()
    assert merge_label_keys(spread(matchLabelKeys=HASH), None) == spread(matchLabelKeys=HASH)
