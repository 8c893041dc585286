"""RemovePodsViolatingNodeTaints: pods leave nodes whose NoSchedule taints they do not tolerate (v0.34).

NoExecute is not its business: the taint eviction controller of Kubernetes itself acts on that.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.descheduler.evictor import Evictable, Outcome
from kubeproof.model.descheduler.policy import NAMES, NodeTaints
from kubeproof.model.descheduler.view import View
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.taints import NO_SCHEDULE, PREFER_NO_SCHEDULE, Taint, find_untolerated

NAME = NAMES[NodeTaints]


def run(args: NodeTaints, view: View, evictable: Evictable) -> Iterator[Write]:
    """One pass of the plugin (Deschedule)."""
    for node in view.nodes:
        taints = [taint for taint in node.taints if counts(args, taint)]
        for pod in view.pods(node.meta.name, lambda pod: _looks_at(args, pod) and evictable.allows_and_fits(pod)):
            if find_untolerated(taints, pod.spec.tolerations, EFFECTS) is None:
                continue
            outcome = yield from evictable.evictions.evict(pod, NAME)
            if outcome is Outcome.NODE_LIMIT:
                break
            if outcome is Outcome.TOTAL_LIMIT:
                return


EFFECTS = frozenset({NO_SCHEDULE, PREFER_NO_SCHEDULE})


def counts(args: NodeTaints, taint: Taint) -> bool:
    """Whether pods have to tolerate this taint."""
    if taint.effect != NO_SCHEDULE and not (args.prefer and taint.effect == PREFER_NO_SCHEDULE):
        return False
    named = {taint.key, f"{taint.key}={taint.value}"} if taint.value else {taint.key}
    return not named & args.excluded and (not args.included or bool(named & args.included))


def _looks_at(args: NodeTaints, pod: LivePod) -> bool:
    return args.namespaces.allow(pod.meta.namespace) and args.selector.matches(pod.meta.labels)
