"""A topology spread constraint as the descheduler balances it: with the pod that asks for it (v0.34)."""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.descheduler.node_fit import selects
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod import SpreadConstraint
from kubeproof.model.objects.taints import find_untolerated


class Asked(NamedTuple):
    """A constraint, and a pod that has it: its affinity and tolerations say which nodes count."""

    constraint: SpreadConstraint
    pod: LivePod

    def counts(self, node: LiveNode) -> bool:
        """Whether the node counts for the constraint (matchNodeInclusionPolicies)."""
        if self.constraint.honor_affinity and not selects(self.pod, node):
            return False
        untolerated = find_untolerated(node.taints, self.pod.spec.tolerations)
        return not self.constraint.honor_taints or untolerated is None
