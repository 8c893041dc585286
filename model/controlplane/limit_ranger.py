"""What a LimitRange does to a pod: amounts for containers that name none, and bounds.

Follows plugin/pkg/admission/limitranger (v1.36). What was given is told in an annotation. Of several breaches all are
told, by container and in the order of the resources' names (upstream ranges over maps). Left out: bounds on
PersistentVolumeClaims, and on pods that are resized in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.objects import resources
from kubeproof.model.objects.quantity import ZERO, Quantity
from kubeproof.model.objects.resources import Amounts

ANNOTATION = "kubernetes.io/limit-ranger"
MAX_MILLI_VALUE = (2**63 - 1) // 1000
"""The greatest amount that is compared by its thousandths."""


def limited(pod: core_v1.Pod, limits: core_v1.LimitRange) -> core_v1.Pod:
    """The pod with what a LimitRange gives its containers (SetDefaults_LimitRangeItem, then MutateLimit)."""
    given: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    for item in _items(limits):
        if item.type == "Container":
            own = {**(item.max or {}), **(item.default or {})}
            given.update(own)
            asked.update({**(item.min or {}), **own, **(item.defaultRequest or {})})
    if not given and not asked:
        return pod
    assert pod.spec is not None
    told: list[str] = []
    containers = [_filled(one, asked, given, "container", told) for one in pod.spec.containers]
    inits = [_filled(one, asked, given, "init container", told) for one in pod.spec.initContainers or ()]
    spec = replace(pod.spec, containers=containers, initContainers=inits or pod.spec.initContainers)
    meta = pod.metadata or meta_v1.ObjectMeta()
    if told:
        text = f"LimitRanger plugin set: {'; '.join(told)}"
        meta = replace(meta, annotations={**(meta.annotations or {}), ANNOTATION: text})
    return replace(pod, metadata=meta, spec=spec)


def _filled(
    container: core_v1.Container, asked: Mapping[str, Any], given: Mapping[str, Any], what: str, told: list[str]
) -> core_v1.Container:
    raw = container.resources or core_v1.ResourceRequirements()
    requests, limits = raw.requests or {}, raw.limits or {}
    for names, word in ((asked.keys() - requests.keys(), "request"), (given.keys() - limits.keys(), "limit")):
        if names:
            told.append(f"{', '.join(sorted(names))} {word} for {what} {container.name}")
    return replace(container, resources=replace(raw, requests={**asked, **requests}, limits={**given, **limits}))


def refusal(pod: core_v1.Pod, ranges: Sequence[core_v1.LimitRange]) -> str:
    """Why the first LimitRange whose bounds the pod breaks refuses it, "" where none does (ValidateLimit)."""
    for limits in ranges:
        if broken := list(dict.fromkeys(_broken(pod, limits))):
            return broken[0] if len(broken) == 1 else f"[{', '.join(broken)}]"
    return ""


def _broken(pod: core_v1.Pod, limits: core_v1.LimitRange) -> Iterator[str]:
    spec = pod.spec
    assert spec is not None
    for item in _items(limits):
        if item.type == "Container":
            for one in (*spec.containers, *(spec.initContainers or ())):
                raw = one.resources or core_v1.ResourceRequirements()
                requests = resources.amounts(raw.requests, "resources.requests")
                yield from _breaches(item, requests, resources.amounts(raw.limits, "resources.limits"))
        elif item.type == "Pod":
            requests = resources.pod_requests(spec, exclude_overhead=True)
            yield from _breaches(item, requests, resources.pod_limits(spec, exclude_overhead=True))


def _breaches(item: core_v1.LimitRangeItem, requests: Amounts, limits: Amounts) -> Iterator[str]:
    rules = ((item.min, _minimum), (item.max, _maximum), (item.maxLimitRequestRatio, _ratio))
    for bounds, rule in rules:
        for name, bound in sorted(resources.amounts(bounds, "spec.limits").items()):
            if why := rule(f"per {item.type} is {bound}", name, bound, requests.get(name), limits.get(name)):
                yield why


def _minimum(per: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> str:
    asked, most, least = _comparable(request, limit, bound)
    if request is None:
        return f"minimum {name} usage {per}.  No request is specified"
    if asked < least:
        return f"minimum {name} usage {per}, but request is {request}"
    return f"minimum {name} usage {per}, but limit is {limit}" if limit is not None and most < least else ""


def _maximum(per: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> str:
    asked, most, greatest = _comparable(request, limit, bound)
    if limit is None:
        return f"maximum {name} usage {per}.  No limit is specified"
    if most > greatest:
        return f"maximum {name} usage {per}, but limit is {limit}"
    return f"maximum {name} usage {per}, but request is {request}" if request is not None and asked > greatest else ""


def _ratio(per: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> str:
    asked, most, _ = _comparable(request, limit, bound)
    if not asked:
        return f"{name} max limit to request ratio {per}, but no request is specified or request is 0"
    if not most:
        return f"{name} max limit to request ratio {per}, but no limit is specified or limit is 0"
    ratio, greatest = most / asked, float(bound.value())
    if bound.value() <= MAX_MILLI_VALUE:
        exceeds = ratio * 1000 > bound.milli_value()
    else:
        exceeds = ratio > greatest
    return f"{name} max limit to request ratio {per}, but provided ratio is {ratio:f}" if exceeds else ""


def _comparable(request: Quantity | None, limit: Quantity | None, bound: Quantity) -> tuple[int, int, int]:
    """The three as whole numbers of one precision (requestLimitEnforcedValues)."""
    a, b, c = request or ZERO, limit or ZERO, bound
    whole = a.value(), b.value(), c.value()
    return (a.milli_value(), b.milli_value(), c.milli_value()) if max(whole) <= MAX_MILLI_VALUE else whole


def _items(limits: core_v1.LimitRange) -> Sequence[core_v1.LimitRangeItem]:
    return limits.spec.limits if limits.spec else ()
