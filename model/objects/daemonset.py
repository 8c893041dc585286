"""A DaemonSet: one pod on each node that is eligible (apps/v1)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.selectors import NOTHING, Selector
from kubeproof.model.objects.template import PodTemplate

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
"""The annotation that counts changes of the template; the API server keeps it."""


class DaemonSetSpec(msgspec.Struct, frozen=True):
    """What is asked for. `max_surge` and `max_unavailable` are of RollingUpdate: numbers, or percentages as texts."""

    strategy: Literal["RollingUpdate", "OnDelete"] = "RollingUpdate"
    max_surge: int | str = 0
    max_unavailable: int | str = 1
    min_ready_seconds: int = 0
    revision_history_limit: int = 10
    selector: Selector = NOTHING
    template: PodTemplate = PodTemplate()


class DaemonSetStatus(msgspec.Struct, frozen=True):
    """What was last counted, in nodes."""

    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_misscheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    collision_count: int | None = None
    observed_generation: int = 0


class DaemonSet(msgspec.Struct, frozen=True):
    """One DaemonSet."""

    meta: Meta
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()
