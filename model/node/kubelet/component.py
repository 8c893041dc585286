"""The kubelet as a component: what its workers do to each pod of its node, and what it tells the API server of it.

What a worker does is node/kubelet/life.py and below; here its reports become requests. A pod's worker is what this
component remembers. `does` says what the processes in a pod's containers do: it is the world outside of Kubernetes.
A node whose machine is lost (its Lease says so) does nothing: see environment.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.node.kubelet.life import due, settled
from kubeproof.model.node.kubelet.processes import Processes
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.live_node import LiveLease
from kubeproof.model.objects.live_pod import LivePod

Does = Callable[[LivePod], Processes]
"""What the containers of a pod do."""

LEASES = "kube-node-lease"


def kubelet(does: Does) -> Component:
    """All kubelets: each pod that is bound to a node is looked at by itself."""
    return Component("kubelet", _bound, lambda look, key, pick: _decide(look, key, does))


def _bound(look: Look) -> Iterable[Key]:
    return look.keys("Pod")


def _decide(look: Look, key: Key, does: Does) -> Plan:
    pod = look.get(key, LivePod)
    if pod is None:
        yield Remember(None)
        return
    if not pod.node or _is_silent(look, pod.node):
        return
    before = cast("Work | None", look.memory)
    if before is not None and before.pod.meta.uid != pod.meta.uid:
        before = None
    work = Work(pod) if before is None else before._replace(pod=pod)
    processes = does(pod)
    after = settled(work, look.now, processes)
    yield Remember(after.work)
    for report in after.reports:
        yield Write("status", key, replace(pod, status=report.status, nominated=pod.nominated))
    if after.work.stage == "terminated" and pod.meta.deleted_at is not None:
        options = DeleteOptions(grace_period=0, uid=pod.meta.uid)
        yield Write("delete", key, options, why="its containers have ended")
    if (at := due(after.work, look.now, processes)) is not None:
        yield Again(at)


def _is_silent(look: Look, node: str) -> bool:
    """Whether the machine is lost: its lease stopped being renewed."""
    lease = look.get(Key("Lease", LEASES, node), LiveLease)
    return lease is not None and lease.lease.renewed_at is not None
