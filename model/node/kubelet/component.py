"""The kubelet as a component: what its workers do to each pod of its node, and what it tells the API server of it.

What a worker does is node/kubelet/life.py and below, which pods it takes is admission.py; here that becomes requests. A
pod's worker is what this component remembers. `does` says what the processes in a pod's containers do: it is the world
outside of Kubernetes. A node whose machine is lost (its Lease says so) does nothing: see node_status.py. A pod whose
claims are not bound waits for them. Left out: attaching and mounting, which take no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast
from zlib import crc32

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.volume_binding import all_bound
from kubeproof.model.errors import NotModelled
from kubeproof.model.node.kubelet.admission import Refusal, is_critical, refusal, rejected
from kubeproof.model.node.kubelet.life import due, hurried, settled
from kubeproof.model.node.kubelet.processes import Processes
from kubeproof.model.node.kubelet.status_manager import OWNED
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.node.leases import is_silent
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.pod_status import PodStatus

Does = Callable[[LivePod], Processes]
"""What the containers of a pod do."""


def kubelet(does: Does) -> Component:
    """All kubelets: each pod that is bound to a node is looked at by itself."""
    return Component("kubelet", _bound, lambda look, key, pick: _decide(look, key, does), steady=True)


def _bound(look: Look) -> Iterable[Key]:
    return look.keys("Pod")


def _decide(look: Look, key: Key, does: Does) -> Plan:
    pod = look.get(key, LivePod)
    if pod is None:
        yield Remember(None)
        return
    if not pod.node or is_silent(look, pod.node):
        return
    before = cast("Work | None", look.memory)
    if before is not None and before.pod.meta.uid != pod.meta.uid:
        before = None
    work = Work(pod) if before is None else before._replace(pod=pod)
    processes = does(pod)
    if before is not None:
        work = hurried(work, before.pod.meta.grace_period, look.now, processes)
    elif (refused := _refused(look, pod)) is not None:
        status = replace(rejected(refused), start_time=look.now)
        yield Remember(work._replace(stage="terminated", status=status))
        yield Write("status", key, replace(pod, status=status), why=refused.message, when_stale="merged")
        return
    elif pod.meta.deleted_at is None and not all_bound(look, pod):
        return  # volumes are mounted before anything is made for the pod
    after = settled(work, look.now, processes)
    yield Remember(after.work)
    statuses = [report.status for report in after.reports]
    own = after.work.status
    if not statuses and own is not None and after.work.stage != "terminated" and not _is_told(own, pod.status):
        statuses = [own]
    for status in statuses:
        yield Write("status", key, replace(pod, status=_as_stored(pod, status)), when_stale="merged")
    if after.work.stage == "terminated" and pod.meta.deleted_at is not None:
        options = DeleteOptions(grace_period=0, uid=pod.meta.uid)
        yield Write("delete", key, options, why="its containers have ended")
    if (at := due(after.work, look.now, processes)) is not None:
        yield Again(at)


def _refused(look: Look, pod: LivePod) -> Refusal | None:
    """Why the node's kubelet does not take a pod that it sees for the first time, None where it does or has started it
    before. It counts the pods that it has taken and that have not ended. Raises NotModelled for a critical pod."""
    if pod.status.start_time is not None or is_terminal(pod) or pod.meta.deleted_at is not None:
        return None
    node = look.get(Key("Node", "", pod.node), LiveNode)
    if node is None:
        return None
    others = [one for one in look.pods_on(pod.node) if one.status.start_time is not None and not is_terminal(one)]
    refused = refusal(pod, node.for_scheduler, others)
    if refused is not None and refused.resource is not None and is_critical(pod):
        raise NotModelled("spec.priority", "a kubelet that makes room for a critical pod, in a world")
    return refused


def _as_stored(pod: LivePod, status: PodStatus) -> PodStatus:
    """A status as the API server has it after it was patched: conditions stay in their places, new ones come last."""
    places = {one.type: at for at, one in enumerate(pod.status.conditions)}
    conditions = tuple(sorted(status.conditions, key=lambda one: places.get(one.type, len(places))))
    return replace(status, conditions=conditions, ips=_addresses(pod, status))


def _is_told(own: PodStatus, held: PodStatus) -> bool:
    """Whether the API server has what the kubelet says; of conditions, those that are its own (needsReconcile)."""
    return _own_part(own) == _own_part(held)


def _own_part(status: PodStatus) -> PodStatus:
    own = sorted((one for one in status.conditions if one.type in OWNED), key=lambda one: one.type)
    return replace(status, conditions=tuple(replace(one, observed_generation=0) for one in own), ips=())


def _addresses(pod: LivePod, status: PodStatus) -> tuple[str, ...]:
    """The pod's address, which it has from its first sandbox on: any that stays, made of its uid (its node's, where it
    uses the host's network)."""
    if pod.status.ips or not status.is_true("PodReadyToStartContainers"):
        return pod.status.ips
    of = crc32((pod.node if pod.run.host_network else pod.meta.uid).encode())
    return (f"10.{of >> 16 & 255}.{of >> 8 & 255}.{of & 255}",)
