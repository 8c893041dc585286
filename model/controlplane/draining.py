"""`kubectl drain` as a component: it evicts the pods of nodes until none is left (kubectl's pkg/drain, v1.36).

As with --ignore-daemonsets, --delete-emptydir-data and --force: pods of DaemonSets stay, all others go; an eviction
that a PodDisruptionBudget refuses is asked for again five seconds later. Left out: --timeout, mirror pods.
"""

from __future__ import annotations

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_pod import LivePod

NAME = "drain"
RETRY = 5
"""Seconds until an eviction is asked for again."""


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    """One look at a node. The memory is when to ask next; None on a node that nobody drains."""
    asks_at = look.memory
    if not isinstance(asks_at, int):
        return
    pods = [pod for pod in look.pods_on(key.name) if _goes(pod)]
    if not pods:
        yield Remember(None)
        return
    if look.now >= asks_at:
        asks_at = look.now + RETRY
        yield Remember(asks_at)
        for pod in pods:
            if pod.meta.deleted_at is None:
                yield Write("evict", key_of("Pod", pod.meta), why=f"node {key.name} is drained")
    yield Again(asks_at)


def _goes(pod: LivePod) -> bool:
    owner = pod.meta.controller
    return not (owner is not None and owner.kind == "DaemonSet" and not pod_state.is_terminal(pod))


DRAIN = Component(NAME, each("Node"), _decide)
