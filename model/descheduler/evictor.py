"""Which pods the descheduler may evict, and how it asks for it: DefaultEvictor and PodEvictor (v0.34).

`Evictions` is one pass: it counts what was evicted against the policy's limits. An eviction goes through the API
server's Eviction subresource, so that budgets count; one that is refused is not tried again before the next pass.
Left out: evictions in the background, PodsWithPDBBlockingSingleReplicaOwner, storage classes of protected claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from enum import Enum

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.descheduler.node_fit import fits_another
from kubeproof.model.descheduler.policy import CRITICAL, DeschedulerPolicy, Evictor, Protection
from kubeproof.model.descheduler.view import View
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_volumes import volumes

EVICT = "descheduler.alpha.kubernetes.io/evict"
PREFER_NO_EVICTION = "descheduler.alpha.kubernetes.io/prefer-no-eviction"
MIRROR, SOURCE = "kubernetes.io/config.mirror", "kubernetes.io/config.source"


class Outcome(Enum):
    """What came of asking for an eviction."""

    EVICTED = "evicted"
    REFUSED = "refused"
    NODE_LIMIT = "node limit"
    NAMESPACE_LIMIT = "namespace limit"
    TOTAL_LIMIT = "total limit"


Evicting = Generator[Write, None, Outcome]


class Evictions:
    """The evictions of one pass."""

    def __init__(self, view: View, policy: DeschedulerPolicy) -> None:
        self.view, self._policy = view, policy
        self.gone: set[Key] = set()
        self._nodes: Counter[str] = Counter()
        self._namespaces: Counter[str] = Counter()

    def evict(self, pod: LivePod, plugin: str) -> Evicting:
        """Asks for an eviction, unless that would be one more than a limit allows (EvictPod)."""
        policy = self._policy
        if policy.in_total is not None and self._nodes.total() + 1 > policy.in_total:
            return Outcome.TOTAL_LIMIT
        if policy.per_node is not None and self._nodes[pod.node] + 1 > policy.per_node:
            return Outcome.NODE_LIMIT
        if policy.per_namespace is not None and self._namespaces[pod.meta.namespace] + 1 > policy.per_namespace:
            return Outcome.NAMESPACE_LIMIT
        key, refused = key_of("Pod", pod.meta), len(self.view.look.refused)
        yield Write(
            "evict", key, None if policy.grace is None else DeleteOptions(grace_period=policy.grace), why=plugin
        )
        if len(self.view.look.refused) > refused:
            return Outcome.REFUSED
        self.gone.add(key)
        self._nodes[pod.node] += 1
        self._namespaces[pod.meta.namespace] += 1
        return Outcome.EVICTED


class Evictable:
    """What the evictor of one profile lets go in one pass."""

    def __init__(self, evictions: Evictions, evictor: Evictor) -> None:
        self.evictions, self.evictor = evictions, evictor
        self._view = evictions.view
        self._nodes = tuple(one for one in self._view.ready if evictor.node_selector.matches(one.meta.labels))

    def allows(self, pod: LivePod) -> bool:
        """Whether it may be evicted at all (DefaultEvictor.Filter); a pod that asks for it always may."""
        told, evictor = pod.meta.annotations, self.evictor
        if EVICT in told:
            return True
        if evictor.mandatory and PREFER_NO_EVICTION in told:
            return False
        if MIRROR in told or told.get(SOURCE, "api") != "api":
            return False
        if pod.meta.deleted_at is not None or key_of("Pod", pod.meta) in self.evictions.gone:
            return False
        if any(PROTECTS[one](pod, self._view) for one in evictor.protections):
            return False
        if "SystemCriticalPods" in evictor.protections and pod.spec.priority >= evictor.below_priority:
            return False
        if "FailedBarePods" not in evictor.protections and _is_bare(pod) and pod.status.phase != "Failed":
            return False
        return evictor.selector.matches(pod.meta.labels) and self._has_siblings(pod) and self._is_old(pod)

    def fits(self, pod: LivePod) -> bool:
        """Whether it has another node to go to, where that is asked (DefaultEvictor.PreEvictionFilter)."""
        return not self.evictor.node_fit or fits_another(self._view, pod, self._nodes)

    def allows_and_fits(self, pod: LivePod) -> bool:
        """Both at once, for plugins for which it makes no difference when they ask."""
        return self.allows(pod) and self.fits(pod)

    def _has_siblings(self, pod: LivePod) -> bool:
        """Whether its owner has as many pods as minReplicas asks; one that is owned twice is let go."""
        least, owners = self.evictor.min_replicas, pod.meta.owners
        if least <= 1 or len(owners) != 1:
            return True
        pods = self._view.look.within("Pod", pod.meta.namespace, LivePod)
        return sum(any(owner.uid == owners[0].uid for owner in one.meta.owners) for one in pods) >= least

    def _is_old(self, pod: LivePod) -> bool:
        """Whether it started as long ago as minPodAge asks."""
        least, started = self.evictor.min_age, pod.status.start_time
        return least is None or (started is not None and self._view.look.now - started >= least)


def _is_bare(pod: LivePod, view: View | None = None) -> bool:
    return not pod.meta.owners


def _is_critical(pod: LivePod, view: View) -> bool:
    return pod.spec.priority >= CRITICAL


def _is_daemon(pod: LivePod, view: View) -> bool:
    return any(owner.kind == "DaemonSet" for owner in pod.meta.owners)


def _has_local_storage(pod: LivePod, view: View) -> bool:
    return any(one.hostPath is not None or one.emptyDir is not None for one in volumes(pod.manifest))


def _has_claim(pod: LivePod, view: View) -> bool:
    return any(one.persistentVolumeClaim is not None for one in volumes(pod.manifest))


def _has_resource_claim(pod: LivePod, view: View) -> bool:
    return bool(pod.spec.resource_claims)


def _has_no_budget(pod: LivePod, view: View) -> bool:
    budgets = view.look.within("PodDisruptionBudget", pod.meta.namespace, LiveBudget)
    return not any(budget.guards(pod.meta) for budget in budgets)


PROTECTS: Mapping[Protection, Callable[[LivePod, View], bool]] = {
    "SystemCriticalPods": _is_critical,
    "FailedBarePods": _is_bare,
    "PodsWithLocalStorage": _has_local_storage,
    "DaemonSetPods": _is_daemon,
    "PodsWithPVC": _has_claim,
    "PodsWithoutPDB": _has_no_budget,
    "PodsWithResourceClaims": _has_resource_claim,
}
"""Which pods each protection keeps."""
