"""The lifecycle golden topics that rest on rules between known objects: what the model answers to each case.

`TOPICS` maps a topic to a function from a case's JSON to an answer shaped like its `expect`; `agrees` compares the two.
Node affinity is judged through the scheduler's own terms: see affinity.py beside this module.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from lightkube.models import core_v1, meta_v1

from kubeproof.model.conformance import (
    affinity,
    in_place,
    kubelet_status,
    kubelet_sync,
    node_controllers,
    undetermined,
    workload_controllers,
)
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects import defaults, intstr, quantity, resources, selectors, taints
from kubeproof.model.objects.qos import qos_class
from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.selectors import Selector

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""


def agrees(topic: str, expect: Json, got: Json) -> bool:
    """Whether an answer is the expected one. Errors agree by being there: their wording differs between versions.

    What a kubelet reports, and what controllers of nodes and budgets say, is compared to the letter.
    """
    if topic in kubelet_status.TOPICS:
        return kubelet_status.agrees(expect, got)
    if topic in node_controllers.TOPICS:
        return node_controllers.agrees(topic, expect, got)
    if _is_error(expect) or _is_error(got):
        return _is_error(expect) and _is_error(got)
    if topic == "quantity-parse":
        expect = {**expect, "approxFloat": float(expect["approxFloat"])}
    for key in (in_place.KEY, undetermined.KEY):
        if key in got:
            plain = {name: value for name, value in got.items() if name != key}
            return expect == plain or expect in got[key]
    return bool(expect == got)


def answer(topic: str, case: Json) -> Json:
    """What the model says to a case of a topic in `TOPICS`; a refusal is {"error": its text}.

    Raises NotModelled, which is no refusal.
    """
    try:
        return TOPICS[topic](case)
    except NotModelled:
        raise
    except KubeproofError as error:
        return {"error": str(error)}


def _is_error(value: Json) -> bool:
    return isinstance(value, dict) and "error" in value


def _quantity_parse(case: Json) -> Json:
    q = quantity.parse(case)
    whole, exact = q.as_int64()
    return {
        "string": str(q),
        "format": str(q.format),
        "value": q.value(),
        "milliValue": q.milli_value(),
        "sign": q.sign,
        "isZero": q.is_zero,
        "asInt64": {"ok": exact, "v": whole},
        "approxFloat": q.approximate(),
    }


def _quantity_json(case: Json) -> Json:
    q = quantity.of_json(case)
    return {"string": str(q), "format": str(q.format), "json": f'"{q}"'}


def _quantity_arith(case: Json) -> Json:
    a, b = quantity.parse(case["a"]), quantity.parse(case["b"])
    total, difference, order = a + b, a - b, a.cmp(b)
    return {
        "add": str(total),
        "addFormat": str(total.format),
        "sub": str(difference),
        "subFormat": str(difference.format),
        "cmp": order,
        "equal": order == 0,
    }


def _label_selector(case: Json) -> Json:
    return _matched(
        selectors.of_label_selector(msgspec.convert(case.get("selector"), meta_v1.LabelSelector | None)), case
    )


def _label_selector_string(case: Json) -> Json:
    return _matched(selectors.parse(case["selector"]), case)


def _matched(selector: Selector, case: Json) -> Json:
    return {
        "match": selector.matches(case.get("labels") or {}),
        "empty": selector.is_everything,
        "selectorString": selector.text,
    }


def _toleration_taint(case: Json) -> Json:
    toleration, taint = _toleration(case["toleration"]), _taint(case["taint"])
    return {
        "tolerates": taints.tolerates(toleration, taint),
        "toleratesWithComparisonOperators": taints.tolerates(toleration, taint, comparison_operators=True),
    }


def _tolerations_taints_list(case: Json) -> Json:
    all_taints = [_taint(raw) for raw in case.get("taints") or ()]
    tolerations = [_toleration(raw) for raw in case.get("tolerations") or ()]
    first = taints.find_untolerated(all_taints, tolerations)
    used = taints.matching_tolerations(all_taints, tolerations)
    found = {} if first is None else {"untoleratedTaint": _present(msgspec.to_builtins(first), ("key",))}
    return {
        "untolerated": first is not None,
        "allTolerated": used is not None,
        "usedTolerations": [_toleration_json(toleration) for toleration in used or ()],
        **found,
    }


def _qos(case: Json) -> Json:
    spec = msgspec.convert(case, core_v1.PodSpec)
    return {"qos": qos_class(spec), "qosAfterDefaulting": qos_class(defaults.default_pod(spec))}


def _pod_requests(case: Json) -> Json:
    spec = msgspec.convert(case, core_v1.PodSpec)
    defaulted = defaults.default_pod(spec)
    plain = {
        "requests": _texts(resources.pod_requests(spec)),
        "requestsNoOverhead": _texts(resources.pod_requests(spec, exclude_overhead=True)),
        "requestsSkipPodLevel": _texts(resources.pod_requests(spec, skip_pod_level=True)),
        "requestsNonMissing": _texts(resources.pod_requests(spec, non_missing=resources.NON_ZERO)),
        "requestsAfterDefaulting": _texts(resources.pod_requests(defaulted)),
        "limits": _texts(resources.pod_limits(spec)),
        "defaulted": _only_asked(case, defaulted),
    }
    others = in_place.alternatives(case, plain)
    return {**plain, in_place.KEY: others} if others else plain


def _pod_requests_resize(case: Json) -> Json:
    spec, status = msgspec.convert(case, core_v1.PodSpec), _resizing(case)
    return {
        "requestsUseStatus": _texts(resources.pod_requests(spec, status)),
        "limitsUseStatus": _texts(resources.pod_limits(spec, status)),
    }


def _resizing(case: Json) -> core_v1.PodStatus:
    reported = [
        {"image": "", "imageID": "", "ready": True, "restartCount": 0, **raw}
        for raw in case.get("containerStatuses") or ()
    ]
    reason = case.get("resizePendingReason", "")
    pending = core_v1.PodCondition(type="PodResizePending", status="True", reason=reason)
    return core_v1.PodStatus(
        containerStatuses=msgspec.convert(reported, list[core_v1.ContainerStatus]),
        conditions=[pending] if reason else [],
    )


def _pod_defaults(case: Json) -> Json:
    return _pod_json(defaults.default_pod(msgspec.convert(case, core_v1.PodSpec)))


def _default_tolerations(case: Json) -> Json:
    given = msgspec.convert(case.get("tolerations") or [], list[core_v1.Toleration])
    return {
        "afterDefaultTolerationSeconds": _without_none(msgspec.to_builtins(defaults.default_tolerations(given))),
        "daemonSetPodTolerations": _without_none(
            msgspec.to_builtins(defaults.daemonset_tolerations(given, bool(case.get("hostNetwork"))))
        ),
    }


def _intstr_scaling(case: Json) -> Json:
    return {"value": intstr.scaled(case["intOrPercent"], case["total"], case["roundUp"])}


def _taint(raw: Json) -> taints.Taint:
    return taints.of_taint(msgspec.convert({"effect": "", "key": "", **raw}, core_v1.Taint))


def _toleration(raw: Json) -> taints.Toleration:
    return taints.of_toleration(msgspec.convert(raw, core_v1.Toleration))


def _toleration_json(toleration: taints.Toleration) -> Json:
    listed = msgspec.to_builtins(toleration)
    seconds = listed.pop("seconds")
    return {**_present(listed, ()), **({} if seconds is None else {"tolerationSeconds": seconds})}


def _present(listed: Mapping[str, Json], always: Sequence[str]) -> Json:
    """What Go writes: no empty texts, but for the fields that are always there."""
    return {name: value for name, value in listed.items() if value != "" or name in always}


def _texts(listed: Mapping[str, Quantity]) -> dict[str, str]:
    return {name: str(amount) for name, amount in listed.items()}


def _without_none(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value


def _pod_json(spec: core_v1.PodSpec) -> Json:
    """A pod's spec as Go writes it: a container's resources are there even when empty."""
    listed = _without_none(msgspec.to_builtins(spec))
    for container in itertools.chain(listed["containers"], listed.get("initContainers", ())):
        container.setdefault("resources", {})
    return listed


def _only_asked(case: Mapping[str, Json], spec: core_v1.PodSpec) -> Json:
    """Of a defaulted spec what the case's own fields became (the recorder shows no others)."""
    listed = _pod_json(spec)
    whole = {name: listed.get(name, []) for name in case}
    for name in {"containers", "initContainers"} & case.keys():
        whole[name] = [_fields(after, before) for after, before in zip(whole[name], case[name] or (), strict=True)]
    return whole


def _fields(after: Mapping[str, Json], before: Iterable[str]) -> Json:
    return {name: after[name] for name in before}


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "quantity-parse": _quantity_parse,
    "quantity-json": _quantity_json,
    "quantity-arith": _quantity_arith,
    "label-selector": _label_selector,
    "label-selector-string": _label_selector_string,
    "toleration-taint": _toleration_taint,
    "tolerations-taints-list": _tolerations_taints_list,
    "qos": _qos,
    "pod-requests": _pod_requests,
    "pod-requests-resize": _pod_requests_resize,
    "pod-defaults": _pod_defaults,
    "default-tolerations": _default_tolerations,
    "intstr-scaling": _intstr_scaling,
    "node-affinity": affinity.required,
    "node-affinity-preferred": affinity.preferred,
    **workload_controllers.TOPICS,
    **kubelet_status.TOPICS,
    **node_controllers.TOPICS,
    **kubelet_sync.TOPICS,
}
