"""Disruption budgets as preemption reads them: which pods each one guards, and how many of those may go now."""

from __future__ import annotations

import msgspec
from lightkube.models import policy_v1

from kubeproof.model.objects import selectors
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod
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
