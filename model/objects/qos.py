"""Which quality-of-service class a pod has: ComputePodQOS (v1.34).

Only cpu and memory count, and of them only what is more than zero. Pod-level resources, even empty ones, replace the
containers' view.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lightkube.models import core_v1

from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.resources import Amounts, amounts

Class = Literal["Guaranteed", "Burstable", "BestEffort"]

_COUNTED = ("cpu", "memory")


def qos_class(spec: core_v1.PodSpec) -> Class:
    """The pod's class, from its spec as it stands (defaulting may change it). Raises BadInput for a bad amount."""
    requests: Amounts = {}
    limits: Amounts = {}
    guaranteed = True
    for path, resources in _deciding(spec):
        own_limits = _counted(amounts(resources.limits, f"{path}.resources.limits"))
        guaranteed &= len(own_limits) == len(_COUNTED)
        for total, own in (
            (requests, _counted(amounts(resources.requests, f"{path}.resources.requests"))),
            (limits, own_limits),
        ):
            for name, amount in own.items():
                total[name] = total[name] + amount if name in total else amount
    if not requests and not limits:
        return "BestEffort"
    same = requests.keys() == limits.keys() and all(limits[name].cmp(requests[name]) == 0 for name in requests)
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
    return {name: amount for name, amount in listed.items() if name in _COUNTED and amount.sign > 0}
