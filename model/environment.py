"""What happens to nodes from outside of the control plane: machines that fail and return, and what their users do.

Each function gives the requests of one step, for whoever runs the world to ask. What becomes of a node's pods then is
for the kubelet, the controllers and the clock. Left out: what processes do, which is the kubelet's `does`.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.cloud import UNINITIALIZED, instance_key
from kubeproof.model.controlplane.controllers.node_lifecycle.tainting import NOT_READY
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.errors import BadInput
from kubeproof.model.node.kubelet.node_status import posted
from kubeproof.model.node.leases import lease_key
from kubeproof.model.objects.instance import Instance
from kubeproof.model.objects.live_node import LiveLease, LiveNode
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Truth
from kubeproof.model.objects.taints import NO_SCHEDULE, Taint

T = TypeVar("T")
NEW = Taint(NOT_READY, "", NO_SCHEDULE)
"""What admission puts on every node that is created (NodeTaint), until the node lifecycle controller takes it off."""


def registered(node: LiveNode, now: int, *, cloud: bool = False) -> tuple[Write, ...]:
    """A machine joins: its kubelet makes the node, healthy unless it says otherwise. `cloud`: a cloud controller is to
    look at it first."""
    taints = (*node.taints, NEW, *((UNINITIALIZED,) if cloud else ()))
    new = replace(node, taints=taints, conditions=posted(node.conditions, now))
    return (Write("create", Key("Node", "", node.meta.name), new),)


def lost(store: Store, node: str, last_renewal: int) -> tuple[Write, ...]:
    """A machine falls silent: nothing more is heard of its kubelet, which renewed its lease for the last time then (at
    most ten seconds ago, usually)."""
    return _renewed(store, node, last_renewal)


def back(store: Store, node: str) -> tuple[Write, ...]:
    """A machine that was lost answers again; its containers have kept running."""
    return _renewed(store, node, None)


def _renewed(store: Store, node: str, at: int | None) -> tuple[Write, ...]:
    held = _there(store, lease_key(node), LiveLease)
    return (Write("update", lease_key(node), replace(held, lease=replace(held.lease, renewed_at=at))),)


def removed(store: Store, node: str, last_renewal: int) -> tuple[Write, ...]:
    """A machine is taken away for good, and a user deletes its node."""
    return (*lost(store, node, last_renewal), Write("delete", Key("Node", "", node)))


def machine(node: str, *, zone: str = "", region: str = "", type_: str = "") -> tuple[Write, ...]:
    """A provider has made a machine for a node."""
    made = Instance(Meta(node), zone=zone, region=region, type=type_)
    return (Write("create", instance_key(node), made),)


def machine_stopped(store: Store, node: str, now: int) -> tuple[Write, ...]:
    """A provider has stopped a node's machine."""
    held = _there(store, instance_key(node), Instance)
    return (*lost(store, node, now), Write("update", instance_key(node), replace(held, state="stopped")))


def machine_gone(store: Store, node: str, now: int) -> tuple[Write, ...]:
    """A provider has taken a node's machine away: its cloud controller will delete the node."""
    return (*lost(store, node, now), Write("delete", instance_key(node)))


def found(store: Store, node: str, type_: str, status: Truth, now: int) -> tuple[Write, ...]:
    """A kubelet finds something of its machine: a condition like Ready or MemoryPressure gets another status."""
    held = _there(store, Key("Node", "", node), LiveNode)
    conditions = tuple(
        replace(one, status=status, reason="", message="", heard_at=now, changed_at=now)
        if one.type == type_ and one.status != status
        else one
        for one in held.conditions
    )
    return (Write("status", Key("Node", "", node), replace(held, conditions=conditions)),)


def cordoned(store: Store, node: str, *, on: bool = True) -> tuple[Write, ...]:
    """`kubectl cordon`, or (not `on`) `kubectl uncordon`."""
    held = _there(store, Key("Node", "", node), LiveNode)
    return (Write("update", Key("Node", "", node), replace(held, unschedulable=on)),)


def tainted(store: Store, node: str, *taints: Taint) -> tuple[Write, ...]:
    """`kubectl taint --overwrite`: each taint in place of the one with its key and effect."""
    held = _there(store, Key("Node", "", node), LiveNode)
    new = {(one.key, one.effect): one for one in (*held.taints, *taints)}
    return (Write("update", Key("Node", "", node), replace(held, taints=tuple(new.values()))),)


def untainted(store: Store, node: str, key: str, effect: str = "") -> tuple[Write, ...]:
    """`kubectl taint key-`: without the taints of that key (and effect)."""
    held = _there(store, Key("Node", "", node), LiveNode)
    kept = tuple(one for one in held.taints if one.key != key or effect not in ("", one.effect))
    return (Write("update", Key("Node", "", node), replace(held, taints=kept)),)


def _there(store: Store, key: Key, kind: type[T]) -> T:
    held = store.get(key)
    if not isinstance(held, kind):
        known = sorted(one.name for one in store.objects if one.kind == key.kind)
        raise BadInput(f"there is no {key}; there are: {', '.join(known) or 'none'}")
    return held
