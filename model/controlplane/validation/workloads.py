"""What Deployments, ReplicaSets, StatefulSets and DaemonSets share: selector and template (pkg/apis/apps, v1.36.2)."""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import pod_spec, selectors
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    forbidden,
    immutable,
    invalid,
    required,
    unsupported,
)

Json = Any
_MISMATCH = "`selector` does not match template `labels`"


def selector_problems(spec: Json, empty: str) -> Problems:
    """A selector that is missing, wrong or asks for nothing. `empty`: the kind's name in that last message."""
    selector = spec.get("selector")
    if selector is None:
        yield required("spec.selector")
        return
    yield from selectors.problems(selector, "spec.selector")
    if selectors.is_empty(selector):
        yield invalid("spec.selector", selector, f"empty selector is invalid for {empty}")


def match_problems(spec: Json, path: str = "spec") -> Problems:
    """A template whose labels are not those that the selector asks for; none at all asks for what there is not."""
    selector, labels = spec.get("selector"), spec["template"]["metadata"].get("labels")
    if selector is None or not selectors.matches(selector, labels or {}):
        yield invalid(f"{path}.template.metadata.labels", labels, _MISMATCH)


def template_problems(spec: Json, kind: str) -> Problems:
    """What is wrong with the template of pods that always restart. `kind`: who the messages say that it belongs to."""
    yield from pod_spec.template_problems(spec["template"], "spec.template")
    pods, path = spec["template"]["spec"], "spec.template.spec"
    if pods.get("restartPolicy") != "Always":
        yield unsupported(f"{path}.restartPolicy", pods.get("restartPolicy", ""), ("Always",))
    if "activeDeadlineSeconds" in pods:
        yield forbidden(f"{path}.activeDeadlineSeconds", f"activeDeadlineSeconds in {kind} is not Supported")


def update_problems(new: Json, old: Json) -> Problems:
    """What an update may not change: the selector."""
    yield from immutable("spec.selector", new["spec"].get("selector"), old["spec"].get("selector"))
