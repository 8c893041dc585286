"""Gates that hold a pod back before it is looked at: kube-scheduler's SchedulingGates plugin (PreEnqueue, v1.34)."""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.logic.terms import FALSE
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.constraint import Clause, Constraint, Stage
from kubeproof.model.scheduler.facts import Facts


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause that no node meets, where the pod has gates."""
    if pod.spec.gates:
        yield Clause(
            holds=FALSE,
            reason=f"waiting for scheduling gates: [{' '.join(pod.spec.gates)}]",
            resolvable=False,
            where="spec.schedulingGates",
            rule=f"gating by {' and '.join(pod.spec.gates)}",
            stage=Stage.ENQUEUE,
        )


SCHEDULING_GATES = Constraint("SchedulingGates", clauses)
