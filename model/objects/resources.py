"""What a pod asks for as a whole: component-helpers' PodRequests and PodLimits (v1.34), and the scheduler's use.

Containers add up; init containers run one after another next to the sidecars started before them, so the largest moment
counts; pod-level resources replace the sum; overhead comes on top.
Left out: amounts that DynamicResources would add; and that Go's PodRequests adds overhead into the pod itself where it
holds a pod-level amount as a decimal ("0.5Gi"), so that a second call counts it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lightkube.models import core_v1

from kubeproof.model.errors import BadInput
from kubeproof.model.objects.quantity import ZERO, BadQuantity, Format, Quantity, decode

Amounts = dict[str, Quantity]

NON_ZERO: Mapping[str, Quantity] = {
    "cpu": Quantity(100, -3, Format.DECIMAL_SI),
    "memory": Quantity(200 * 1024 * 1024, 0, Format.DECIMAL_SI),
}
"""What kube-scheduler's scores count for a container that asks for nothing: 100m and 200Mi."""


def pod_requests(
    spec: core_v1.PodSpec,
    status: core_v1.PodStatus | None = None,
    *,
    exclude_overhead: bool = False,
    skip_pod_level: bool = False,
    non_missing: Mapping[str, Quantity] | None = None,
) -> Amounts:
    """What the pod asks for (PodRequests). Raises BadInput with the path of a bad amount.

    `status`, when given, also counts what a resize in place has allocated (UseStatusResources). `non_missing` replaces
    what a container does not name (such as NON_ZERO).
    """
    resizes = _Resizes(spec, status)

    def of(container: core_v1.Container, path: str) -> Amounts:
        asked = resizes.requests(container, _listed(container.resources, "requests", path))
        return asked if not non_missing else {**{name: ZERO + v for name, v in non_missing.items()}, **asked}

    total = _aggregate(spec, of)
    pod_level = _listed(spec.resources, "requests", "spec")
    if not skip_pod_level:
        total.update({name: amount for name, amount in pod_level.items() if is_pod_level(name)})
    if not exclude_overhead:
        _add(total, amounts(spec.overhead, "spec.overhead"))
    return total


def pod_limits(
    spec: core_v1.PodSpec,
    status: core_v1.PodStatus | None = None,
    *,
    exclude_overhead: bool = False,
    skip_pod_level: bool = False,
) -> Amounts:
    """What the pod is limited to (PodLimits); overhead is added only to limits that are not zero. Raises BadInput."""
    resizes = _Resizes(spec, status)

    def of(container: core_v1.Container, path: str) -> Amounts:
        return resizes.limits(container, _listed(container.resources, "limits", path))

    total = _aggregate(spec, of)
    pod_level = _listed(spec.resources, "limits", "spec")
    if not skip_pod_level:
        total.update({name: amount for name, amount in pod_level.items() if is_pod_level(name)})
    if not exclude_overhead:
        for name, amount in amounts(spec.overhead, "spec.overhead").items():
            if name in total and not total[name].is_zero:
                total[name] += amount
    return total


def scheduler_requests(spec: core_v1.PodSpec, status: core_v1.PodStatus | None) -> Amounts:
    """What the pod takes from a node in kube-scheduler's books (v1.34: pod-level resources and in-place resize on)."""
    return pod_requests(spec, status)


def scored_requests(spec: core_v1.PodSpec, status: core_v1.PodStatus | None) -> Amounts:
    """The cpu and memory that scores count for a pod on a node (NodeInfo.NonZeroRequested, v1.34).

    Where the pod as a whole asks for something, its containers are taken to ask for nothing that it does not name.
    """
    asked = scheduler_requests(spec, status)
    whole = any(is_pod_level(name) for name in _listed(spec.resources, "requests", "spec"))
    missing = {name: amount for name, amount in NON_ZERO.items() if not (whole and name in asked)}
    found = pod_requests(spec, status, non_missing=missing)
    return {name: found[name] for name in NON_ZERO if name in found}


def scored_asking(spec: core_v1.PodSpec) -> Amounts:
    """What NodeResourcesFit's score counts for a pod that asks for a node: its containers' alone (v1.34).

    NewFit leaves its scorer without the switches for pod-level resources and in-place resize, though both are on.
    """
    return pod_requests(spec, skip_pod_level=True, non_missing=NON_ZERO)


def resize_state(status: core_v1.PodStatus | None) -> tuple[object, ...]:
    """All that the requests read in the status, as plain values: pods equal in it (and in spec) ask for the same."""
    if status is None:
        return ()
    found = [
        (s.name, s.resources.requests, s.allocatedResources)
        for s in _container_statuses(status)
        if s.resources is not None
    ]
    return (found, is_resize_infeasible(status)) if found else ()


def as_units(requests: Mapping[str, Quantity]) -> dict[str, int]:
    """The amounts as integers: cpu in millicores, everything else in whole units, both rounded up."""
    return {name: amount.milli_value() if name == "cpu" else amount.value() for name, amount in requests.items()}


def amounts(raw: Mapping[str, str | float | None] | None, path: str) -> Amounts:
    """The quantities of a resource list; `path` is where it stands. Raises BadInput with the bad one's path."""
    found: Amounts = {}
    for name, value in (raw or {}).items():
        try:
            found[name] = decode(value)
        except BadQuantity as bad:
            raise BadInput(str(bad), path=f"{path}.{name}") from bad
    return found


def is_pod_level(name: str) -> bool:
    """Whether a resource may be set for a pod as a whole."""
    return name in ("cpu", "memory") or name.startswith("hugepages-")


def is_sidecar(container: core_v1.Container) -> bool:
    """Whether an init container keeps running next to the others."""
    return container.restartPolicy == "Always"


def is_resize_infeasible(status: core_v1.PodStatus) -> bool:
    """Whether the node said that it can never give what a resize asks for."""
    pending = next((c for c in status.conditions or () if c.type == "PodResizePending"), None)
    return pending is not None and pending.reason == "Infeasible"


class _Resizes:
    """What the kubelet reports for a pod's containers while it resizes them in place; without a status, nothing.

    Init containers that end are never resized, so their status does not count.
    """

    def __init__(self, spec: core_v1.PodSpec, status: core_v1.PodStatus | None) -> None:
        ending = {c.name for c in spec.initContainers or () if not is_sidecar(c)}
        self._of = {s.name: s for s in _container_statuses(status) if s.name not in ending} if status else {}
        self._infeasible = status is not None and is_resize_infeasible(status)

    def requests(self, container: core_v1.Container, asked: Amounts) -> Amounts:
        """The most of what is asked for (unless that is infeasible), actuated and allocated."""
        status = self._status(container)
        if status is None:
            return asked
        actuated = _listed(status.resources, "requests", f"status of {container.name}")
        given = _most(actuated, amounts(status.allocatedResources, f"status of {container.name}.allocatedResources"))
        return given if self._infeasible else _most(asked, given)

    def limits(self, container: core_v1.Container, asked: Amounts) -> Amounts:
        """The most of the limits asked for (unless that is infeasible) and actuated."""
        status = self._status(container)
        if status is None:
            return asked
        actuated = _listed(status.resources, "limits", f"status of {container.name}")
        return actuated if self._infeasible else _most(asked, actuated)

    def _status(self, container: core_v1.Container) -> core_v1.ContainerStatus | None:
        status = self._of.get(container.name)
        return status if status is not None and status.resources is not None else None


def _container_statuses(status: core_v1.PodStatus) -> list[core_v1.ContainerStatus]:
    return [*(status.containerStatuses or ()), *(status.initContainerStatuses or ())]


def _listed(resources: core_v1.ResourceRequirements | None, which: str, path: str) -> Amounts:
    raw = getattr(resources, which, None)
    return amounts(raw, f"{path}.resources.{which}") if raw else {}


def _aggregate(spec: core_v1.PodSpec, of: Callable[[core_v1.Container, str], Amounts]) -> Amounts:
    total: Amounts = {}
    for i, container in enumerate(spec.containers):
        _add(total, of(container, f"spec.containers[{i}]"))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for i, container in enumerate(spec.initContainers or ()):
        own = of(container, f"spec.initContainers[{i}]")
        if is_sidecar(container):
            _add(total, own)
            _add(sidecars, own)
            _raise_to(peak, sidecars)
        else:
            moment = dict(own)
            _add(moment, sidecars)
            _raise_to(peak, moment)
    _raise_to(total, peak)
    return total


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _raise_to(total: Amounts, least: Amounts) -> None:
    for name, amount in least.items():
        if name not in total or amount.cmp(total[name]) > 0:
            total[name] = amount


def _most(a: Amounts, b: Amounts) -> Amounts:
    """The larger of each; of equal ones the second, whose text may differ."""
    return {**a, **{name: amount for name, amount in b.items() if name not in a or a[name].cmp(amount) <= 0}}
