"""Fewer soft taints that a pod does not tolerate are better: kube-scheduler's TaintToleration score (v1.34)."""

from __future__ import annotations

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.taints import PREFER_NO_SCHEDULE, tolerates
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import has_taint
from kubeproof.model.scheduler.score import Points, Score, share_of_most, total_of


def points(pod: Pod, facts: Facts, args: Args) -> Points:
    """How many PreferNoSchedule taints of the node the pod does not tolerate; none is best."""
    soft = (taint for taint in facts.taints if taint.effect == PREFER_NO_SCHEDULE)
    bothering = [taint for taint in soft if not any(tolerates(one, taint) for one in pod.spec.tolerations)]
    raw = total_of([has_taint(taint).then(1, 0) for taint in bothering])
    return Points(raw, share_of_most(raw, reverse=True))


TAINT_TOLERATION = Score("TaintToleration", points)
