"""The leases of nodes: by which everybody knows whether a node's machine is heard of."""

from __future__ import annotations

from kubeproof.model.component import Look
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_node import LiveLease, LiveNode

LEASES = "kube-node-lease"
"""The namespace of the leases of nodes."""


def lease_key(node: str) -> Key:
    """The name of a node's lease."""
    return Key("Lease", LEASES, node)


def is_silent(look: Look, node: str) -> bool:
    """Whether no kubelet speaks for the node: its machine is lost, so that its lease stopped being renewed, or it is
    no node (any more)."""
    look.get(lease_key(node), LiveLease)
    lease = look.live(lease_key(node), LiveLease)  # it stands for the machine itself, which no cache is between
    if lease is not None:
        return lease.lease.renewed_at is not None
    return look.get(Key("Node", "", node), LiveNode) is None
