"""What the control plane adds to every node without being asked: labels and the TTL annotation (v1.36).

`NODE_TTL` is pkg/controller/ttl (how long kubelets may cache secrets, by the number of nodes), `NODE_LABELS` the label
reconciliation of pkg/controller/nodelifecycle.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_node import LiveNode

TTL = "node.alpha.kubernetes.io/ttl"
BOUNDARIES = ((0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, 2**31, 300))
"""Sizes of a cluster (from, to) and the TTL in seconds; they overlap, so that it does not go to and fro."""

LABELS = (("kubernetes.io/os", "beta.kubernetes.io/os"), ("kubernetes.io/arch", "beta.kubernetes.io/arch"))
"""The labels (first) whose value their older names (second) have to have."""


def ttls(nodes: int) -> Iterable[int]:
    """The TTLs that a cluster of that many nodes may have, by how it grew or shrank."""
    return [seconds for least, most, seconds in BOUNDARIES if least <= nodes <= most]


def _ttl(look: Look, key: Key, pick: Pick) -> Plan:
    node = look.get(key, LiveNode)
    if node is None or node.meta.deleted_at is not None:
        return
    allowed = [str(seconds) for seconds in ttls(len(look.keys("Node")))]
    if node.meta.annotations.get(TTL) not in allowed:
        annotations = node.meta.annotations.set(TTL, pick(allowed))
        yield Write("update", key, replace(node, meta=replace(node.meta, annotations=annotations)))


def _labels(look: Look, key: Key, pick: Pick) -> Plan:
    node = look.get(key, LiveNode)
    if node is None:
        return
    labels = node.meta.labels
    for primary, secondary in LABELS:
        if primary in labels:
            labels = labels.set(secondary, labels[primary])
    yield Write("update", key, replace(node, meta=replace(node.meta, labels=labels)))


NODE_TTL = Component("ttl-controller", each("Node"), _ttl)
NODE_LABELS = Component("node-lifecycle-controller", each("Node"), _labels)
