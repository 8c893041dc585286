"""Disruption budgets: which pods each one guards, and how many of those may go now.

`Budget` is what preemption reads of one, `LiveBudget` the whole of it as the API server holds it (policy/v1, v1.36).
"""

from __future__ import annotations

from typing import Literal

import msgspec
from immutables import Map
from lightkube.models import policy_v1

from kubeproof.model.objects import selectors
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.selectors import NOTHING, Selector


class Budget(msgspec.Struct, frozen=True):
    """A PodDisruptionBudget. `allowed` is status.disruptionsAllowed; `disrupted` names the pods on their way out."""

    namespace: str
    name: str
    selector: Selector = NOTHING
    allowed: int = 0
    disrupted: frozenset[str] = frozenset()
    origin: Origin | None = None

    def counts(self, pod: Pod) -> bool:
        """Whether evicting the pod uses up a disruption (defaultpreemption.filterPodsWithPDBViolation, v1.34).

        An empty selector guards nothing there, and a pod without labels is guarded by nobody.
        """
        guards = bool(pod.labels) and not self.selector.is_everything and self.selector.matches(pod.labels)
        return guards and pod.namespace == self.namespace and pod.name not in self.disrupted


class BudgetStatus(msgspec.Struct, frozen=True):
    """What the disruption controller reports of a budget. `disrupted`: a pod's name -> when its eviction was allowed,
    in seconds."""

    allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected: int = 0
    disrupted: Map[str, int] = Map()
    observed_generation: int = 0
    conditions: tuple[Condition, ...] = ()


class LiveBudget(msgspec.Struct, frozen=True):
    """A PodDisruptionBudget. Of `min_available` and `max_unavailable` one is set; a text is a percentage.

    `unhealthy`: its unhealthyPodEvictionPolicy, "" where it says none.
    """

    meta: Meta
    selector: Selector = NOTHING
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    unhealthy: Literal["", "IfHealthyBudget", "AlwaysAllow"] = ""
    status: BudgetStatus = BudgetStatus()

    def guards(self, pod: Meta) -> bool:
        """Whether the pod with this metadata is one of its pods; an empty selector guards its whole namespace."""
        return pod.namespace == self.meta.namespace and self.selector.matches(pod.labels)

    @property
    def for_scheduler(self) -> Budget:
        """What preemption reads of it."""
        status = self.status
        return Budget(
            self.meta.namespace, self.meta.name, self.selector, status.allowed, frozenset(status.disrupted), None
        )


def normalise(raw: policy_v1.PodDisruptionBudget, origin: Origin | None = None) -> Budget:
    """Ours for a typed PodDisruptionBudget; raises BadSelector where its selector cannot be used."""
    meta, spec, status = raw.metadata, raw.spec, raw.status
    assert meta is not None
    return Budget(
        namespace=meta.namespace or "default",
        name=meta.name or "",
        selector=selectors.of_label_selector(spec.selector if spec else None),
        allowed=(status.disruptionsAllowed if status else None) or 0,
        disrupted=frozenset((status.disruptedPods if status else None) or ()),
        origin=origin,
    )
