"""A ReplicaSet: how many pods of one template there should be, and how many there are (apps/v1)."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.selectors import NOTHING, Selector
from kubeproof.model.objects.template import PodTemplate


class ReplicaSetSpec(msgspec.Struct, frozen=True):
    """What is asked for. `min_ready_seconds`: how long a pod must be ready before it counts as available."""

    replicas: int = 1
    min_ready_seconds: int = 0
    selector: Selector = NOTHING
    template: PodTemplate = PodTemplate()


class ReplicaSetStatus(msgspec.Struct, frozen=True):
    """What was last counted. `terminating_replicas` is None where it was never counted."""

    replicas: int = 0
    fully_labeled_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    terminating_replicas: int | None = None
    observed_generation: int = 0
    conditions: tuple[Condition, ...] = ()


class ReplicaSet(msgspec.Struct, frozen=True):
    """One ReplicaSet."""

    meta: Meta
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaSetStatus = ReplicaSetStatus()
