"""A StatefulSet: pods with names of their own, made and replaced in order (apps/v1)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.selectors import NOTHING, Selector
from kubeproof.model.objects.template import PodTemplate


class StatefulSetSpec(msgspec.Struct, frozen=True):
    """What is asked for. `partition` is of RollingUpdate (None: nothing is said); `max_unavailable` counts only behind
    the feature gate MaxUnavailableStatefulSet, which is off by default (None). `claims`: the volume claim templates,
    each as it was given (JSON of core/v1 PersistentVolumeClaim)."""

    replicas: int = 1
    start: int = 0
    policy: Literal["OrderedReady", "Parallel"] = "OrderedReady"
    strategy: Literal["RollingUpdate", "OnDelete"] = "RollingUpdate"
    partition: int | None = None
    max_unavailable: int | str | None = None
    min_ready_seconds: int = 0
    revision_history_limit: int = 10
    selector: Selector = NOTHING
    template: PodTemplate = PodTemplate()
    claims: tuple[bytes, ...] = ()


class StatefulSetStatus(msgspec.Struct, frozen=True):
    """What was last counted, and the names of the revisions that it comes from and goes to."""

    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    collision_count: int | None = None
    observed_generation: int = 0


class StatefulSet(msgspec.Struct, frozen=True):
    """One StatefulSet."""

    meta: Meta
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()
