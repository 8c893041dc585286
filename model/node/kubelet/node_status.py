"""What a kubelet tells of its own node: it renews a lease, and posts conditions (pkg/kubelet/nodestatus, v1.36).

A component that looks at each node. A node that is registered gets its lease; one whose conditions somebody else has
called Unknown while its machine is alive gets them back. A condition that is False or True stays: what a machine finds
of itself is the environment's to say. Left out: the heartbeats themselves (see LiveLease), addresses, node info.
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.node.leases import LEASES, lease_key
from kubeproof.model.objects.live_node import READY, Lease, LiveLease, LiveNode, NodeCondition
from kubeproof.model.objects.meta import Meta, Owner

HEALTHY = (
    NodeCondition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    NodeCondition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    NodeCondition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    NodeCondition(READY, "True", "KubeletReady", "kubelet is posting ready status"),
)
"""What the kubelet of a healthy machine says, in its order."""


def posted(conditions: tuple[NodeCondition, ...], now: int) -> tuple[NodeCondition, ...]:
    """The conditions after the kubelet has posted its own: those that are missing or Unknown are told as of a healthy
    machine; all are heard of now."""
    found = list(conditions)
    for said in HEALTHY:
        place = next((place for place, one in enumerate(found) if one.type == said.type), None)
        if place is None:
            found.append(replace(said, heard_at=now, changed_at=now))
        elif found[place].status == "Unknown":
            found[place] = replace(said, heard_at=now, changed_at=now)
        else:
            found[place] = replace(found[place], heard_at=now)
    return tuple(found)


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    node = look.get(key, LiveNode)
    if node is None:
        return
    lease = look.get(lease_key(key.name), LiveLease)
    if lease is None:
        owner = Owner("v1", "Node", key.name, node.meta.uid)
        yield Write("create", lease_key(key.name), LiveLease(Meta(key.name, LEASES, owners=(owner,)), Lease(key.name)))
    elif lease.lease.renewed_at is not None:
        return
    own = {said.type for said in HEALTHY}
    told = {one.type for one in node.conditions if one.type in own and one.status != "Unknown"}
    if told != own:
        told_of = replace(node, conditions=posted(node.conditions, look.now))
        yield Write("status", key, told_of, why="its kubelet posts", when_stale="merged")


NODE_STATUS = Component("kubelet-node-status", each("Node"), _decide)
"""All kubelets, as far as they speak of their own node."""
