"""A Deployment: a number of pods, and how they are replaced when the template changes (apps/v1)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.selectors import NOTHING, Selector
from kubeproof.model.objects.template import PodTemplate

StrategyType = Literal["RollingUpdate", "Recreate"]


class DeploymentSpec(msgspec.Struct, frozen=True):
    """What is asked for. `max_surge` and `max_unavailable` are of RollingUpdate: numbers, or percentages as texts."""

    replicas: int = 1
    strategy: StrategyType = "RollingUpdate"
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"
    min_ready_seconds: int = 0
    revision_history_limit: int | None = 10
    progress_deadline_seconds: int | None = 600
    paused: bool = False
    selector: Selector = NOTHING
    template: PodTemplate = PodTemplate()


class DeploymentCondition(Condition, frozen=True):
    """One entry of status.conditions; `updated_at` is lastUpdateTime in seconds."""

    updated_at: int | None = None


class DeploymentStatus(msgspec.Struct, frozen=True):
    """What was last counted over all its ReplicaSets."""

    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    terminating_replicas: int | None = None
    observed_generation: int = 0
    collision_count: int | None = None
    conditions: tuple[DeploymentCondition, ...] = ()

    def condition(self, type_: str) -> DeploymentCondition | None:
        """The first condition of a type, None where there is none."""
        return next((condition for condition in self.conditions if condition.type == type_), None)


class Deployment(msgspec.Struct, frozen=True):
    """One Deployment."""

    meta: Meta
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()
