"""Which quality-of-service class a pod has: ComputePodQOS (v1.34).

Only cpu and memory count, and of them only what is more than zero. Pod-level resources, even empty ones, replace the
containers' view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

from lightkube.models import core_v1

from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.resources import Amounts, amounts

Class = Literal["Guaranteed", "Burstable", "BestEffort"]

COUNTED = ("cpu", "memory")
"""The resources that count."""

Amount = TypeVar("Amount", Quantity, int)


def qos_class(spec: core_v1.PodSpec) -> Class:
    """The pod's class, from its spec as it stands (defaulting may change it). Raises BadInput for a bad amount."""
    return class_of(
        (
            (
                _counted(amounts(resources.requests, f"{path}.resources.requests")),
                _counted(amounts(resources.limits, f"{path}.resources.limits")),
            )
            for path, resources in _deciding(spec)
        ),
        lambda one, other: one.cmp(other) == 0,
    )


def class_of(
    asked: Iterable[tuple[Mapping[str, Amount], Mapping[str, Amount]]], equal: Callable[[Amount, Amount], bool]
) -> Class:
    """The class of a pod whose containers have these requests and limits: cpu and memory alone, and more than zero."""
    requests: dict[str, Amount] = {}
    limits: dict[str, Amount] = {}
    guaranteed = True
    for own_requests, own_limits in asked:
        guaranteed &= len(own_limits) == len(COUNTED)
        for total, own in ((requests, own_requests), (limits, own_limits)):
            for name, amount in own.items():
                total[name] = total[name] + amount if name in total else amount
    if not requests and not limits:
        return "BestEffort"
    same = requests.keys() == limits.keys() and all(equal(limits[name], requests[name]) for name in requests)
    return "Guaranteed" if guaranteed and same else "Burstable"


def _deciding(spec: core_v1.PodSpec) -> list[tuple[str, core_v1.ResourceRequirements]]:
    """The resources that decide, with their paths: the pod's if it has any field for them, else each container's."""
    if spec.resources is not None:
        return [("spec", spec.resources)]
    none = core_v1.ResourceRequirements()
    return [
        *((f"spec.containers[{i}]", c.resources or none) for i, c in enumerate(spec.containers)),
        *((f"spec.initContainers[{i}]", c.resources or none) for i, c in enumerate(spec.initContainers or ())),
    ]


def _counted(listed: Mapping[str, Quantity]) -> Amounts:
    return {name: amount for name, amount in listed.items() if name in COUNTED and amount.sign > 0}
