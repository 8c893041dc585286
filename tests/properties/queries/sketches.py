"""Small clusters for tests, as short to write as a sketch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from immutables import Map

from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, Selector, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint

HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
GPU = Taint("gpu", "yes", "NoSchedule")
Gi = 2**30


def node(
    name: str,
    cpu: int = 4000,
    zone: str = "",
    taints: Iterable[Taint] = (),
    *,
    memory: int = 16 * Gi,
    pods: int = 110,
    cordoned: bool = False,
    **labels: str,
) -> Node:
    """A node with a hostname, 4 cpu and 16Gi unless told otherwise (cpu in millicores)."""
    own = {HOSTNAME: name, **({ZONE: zone} if zone else {}), **labels}
    amounts = Map({"cpu": cpu, "memory": memory, PODS: pods})
    return Node(name, Map(own), tuple(taints), cordoned, amounts)


def pod(name: str, on: str = "", app: str = "web", *, cpu: int = 0, owner: str = "", **spec: Any) -> Pod:
    """A pod of namespace shop that asks for so many millicores; `spec` are fields of its PodSpec."""
    requests = Map({"cpu": cpu} if cpu else {})
    return Pod("shop", name, Map({"app": app}), PodSpec(**{"requests": requests, **spec}), on, owner=owner)


def selector(app: str = "web") -> Selector:
    """Pods of an app."""
    return of_labels({"app": app})


def spread(key: str, skew: int = 1, *, least: int = 1, hard: bool = True) -> SpreadConstraint:
    """A spread constraint over the web pods."""
    return SpreadConstraint(skew, key, hard, selector(), least, True, False)


def near(key: str, app: str = "web") -> PodAffinityTerm:
    """A pod affinity term that means the pods of an app in namespace shop."""
    return PodAffinityTerm(key, selector(app), frozenset({"shop"}), NOTHING)


def cluster(nodes: Iterable[Node], pods: Iterable[Pod] = ()) -> Snapshot:
    """The nodes with these pods."""
    return Snapshot(nodes=tuple(nodes)).with_pods(pods)


def deployment(name: str, manifest: bytes) -> Origin:
    """Where the pod of a Deployment's template comes from."""
    return Origin(f"{name}.yaml", 0, (), "Deployment", "shop", name, ("spec", "template"), manifest)
