"""What the API server adds to objects that are created, pods apart, and where it lets nothing be created (v1.36).

Services get a cluster address and node ports, namespaces, claims and volumes a finalizer. Upstream takes addresses and
ports at random; here it is the lowest that is free, above what is kept for those who ask for one. `closed` is
NamespaceLifecycle; a namespace that nobody created is taken to be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Key, Store, of_kind
from kubeproof.model.objects.live_storage import CLAIM_PROTECTION, VOLUME_PROTECTION, LiveClaim, LiveVolume
from kubeproof.model.objects.namespace import KUBERNETES, Namespace
from kubeproof.model.objects.service import Service

FIRST_ADDRESS = 256 + 1
"""10.96.1.1: the lower 256 addresses of a /16 are for those who ask for one."""

NODE_PORTS = range(30_086, 32_768)


def closed(store: Store, key: Key) -> str:
    """Why nothing may be created there, "" where it may: the namespace is being deleted."""
    namespace = store.get(Key("Namespace", "", key.namespace)) if key.namespace else None
    if namespace is None or namespace.meta.deleted_at is None:
        return ""
    return f"unable to create new content in namespace {key.namespace} because it is being terminated"


def completed(store: Store, new: Any) -> Any:
    """The object as it is stored; most kinds stay as they are."""
    match new:
        case Namespace():
            return _guarded(new, KUBERNETES)
        case LiveClaim():
            return _guarded(new, CLAIM_PROTECTION)
        case LiveVolume():
            return _guarded(new, VOLUME_PROTECTION)
        case Service() if new.type != "ExternalName":
            others = [one for one in store.bucket(of_kind("Service")).values() if isinstance(one, Service)]
            return _with_ports(_with_address(new, {one.cluster_ip for one in others}), others)
    return new


def _guarded(new: Any, finalizer: str) -> Any:
    """The object with this finalizer."""
    if finalizer in new.meta.finalizers:
        return new
    return replace(new, meta=replace(new.meta, finalizers=(*new.meta.finalizers, finalizer)))


def _with_address(new: Service, taken: set[str]) -> Service:
    if new.cluster_ip:
        return new
    free = (address for at in range(FIRST_ADDRESS, 1 << 16) if (address := f"10.96.{at >> 8}.{at & 255}") not in taken)
    return replace(new, cluster_ip=next(free, ""))


def _with_ports(new: Service, others: list[Service]) -> Service:
    if not new.has_node_ports:
        return new
    used = {port.node_port for one in (*others, new) for port in one.ports}
    free = _free(used)
    return replace(
        new, ports=tuple(one if one.node_port else replace(one, node_port=next(free, 0)) for one in new.ports)
    )


def _free(used: set[int]) -> Iterator[int]:
    return (port for port in NODE_PORTS if port not in used)
