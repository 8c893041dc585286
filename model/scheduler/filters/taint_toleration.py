"""Which taints keep a pod off a node: kube-scheduler's TaintToleration filter (v1.34).

Not modelled here, on purpose: PreferNoSchedule, which only scores.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.taints import Taint, tolerates
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.new_node import alone
from kubeproof.model.scheduler.open_node import has_taint, taint_rank

UNNAMED = "node(s) had untolerated taint(s)"
BLOCKING = frozenset({"NoSchedule", "NoExecute"})


def blocking(pod: Pod, facts: Facts) -> Iterator[Taint]:
    """The taints of the cluster that keep the pod off their nodes."""
    for taint in facts.taints:
        if taint.effect in BLOCKING and not any(tolerates(t, taint) for t in pod.spec.tolerations):
            yield taint


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause for each taint of the cluster that blocks this pod; the first in the node's own list speaks."""
    for taint in blocking(pod, facts):
        yield Clause(
            holds=~has_taint(taint),
            reason=f"node(s) had untolerated taint {{{taint.key}: {taint.value}}}",
            resolvable=False,
            where="spec.tolerations",
            rule=f"the untolerated taint {taint.text}",
            rank=taint_rank(taint),
        )


def clauses_without_names(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """The same clauses as v1.36 words them: it does not name the taint."""
    return (clause._replace(reason=UNNAMED) for clause in clauses(pod, facts))


TAINT_TOLERATION = Constraint("TaintToleration", clauses, node_came=alone(clauses))
TAINT_TOLERATION_UNNAMED = Constraint("TaintToleration", clauses_without_names, node_came=alone(clauses_without_names))
