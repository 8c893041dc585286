"""Short ways to write the nodes and pods of a cluster that a descheduler looks at, and what it would evict there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.component import Look, first
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.descheduler.component import evicted
from kubeproof.model.descheduler.policy import DeschedulerPolicy, Evictor, Plugin, profile
from kubeproof.model.descheduler.view import view
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod import PodSpec, SpreadConstraint
from kubeproof.model.objects.pod_status import Phase, PodStatus, Truth
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.taints import Taint

NOW = 1000
HOST = "kubernetes.io/hostname"


def node(
    name: str,
    cpu: int = 4000,
    *,
    labels: Mapping[str, str] | None = None,
    taints: tuple[Taint, ...] = (),
    ready: Truth = "True",
    cordoned: bool = False,
    pods: int = 110,
) -> LiveNode:
    """A node with so many millicores, its own hostname, and these labels."""
    return LiveNode(
        Meta(name, labels=Map({HOST: name, **(labels or {})})),
        taints,
        cordoned,
        (NodeCondition("Ready", ready),),
        Map({"cpu": cpu, "memory": 1000, "pods": pods}),
    )


def pod(
    name: str,
    on: str,
    *,
    cpu: int = 100,
    owner: str = "ReplicaSet/web",
    image: str = "app",
    namespace: str = "shop",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    phase: Phase = "Running",
    started: int = 0,
    deleted: bool = False,
    volumes: list[core_v1.Volume] | None = None,
    **spec: Any,
) -> LivePod:
    """A pod on a node; `owner` is KIND/NAME, "" for none, `spec` the rest of what it asks of nodes."""
    kind, _, called = owner.partition("/")
    manifest = msgspec.json.encode(core_v1.PodSpec(containers=[], volumes=volumes)) if volumes else b""
    return LivePod(
        Meta(
            name,
            namespace,
            uid=name,
            labels=Map({"app": "web"} if labels is None else labels),
            annotations=Map(annotations or {}),
            owners=(Owner("apps/v1", kind, called, owner, controller=True),) if owner else (),
            deleted_at=NOW if deleted else None,
        ),
        RunSpec((Container("c", image, requests=Map({"cpu": cpu} if cpu else {})),)),
        PodSpec(requests=Map({"cpu": cpu} if cpu else {}), **spec),
        on,
        status=PodStatus(phase, start_time=started),
        manifest=manifest,
    )


def spread(key: str = "zone", skew: int = 1, *, hard: bool = True, honor_taints: bool = False) -> SpreadConstraint:
    """A topology spread constraint over the pods with app: web."""
    return SpreadConstraint(
        skew, key, hard, of_labels({"app": "web"}), 1, honor_affinity=True, honor_taints=honor_taints
    )


def budget(**labels: str) -> LiveBudget:
    """A budget for the pods with these labels."""
    return LiveBudget(Meta("b", "shop"), of_labels(labels))


def look(nodes: Iterable[LiveNode], pods: Iterable[LivePod], budgets: Iterable[LiveBudget] = ()) -> Look:
    """A look at such a cluster, at NOW."""
    store = Store()
    for kind, listed in (("Node", nodes), ("Pod", pods), ("PodDisruptionBudget", budgets)):
        for one in listed:
            store = store.put(Key(kind, one.meta.namespace, one.meta.name), one)
    return Look(store, NOW)


def goes(
    plugin: Plugin,
    nodes: Iterable[LiveNode],
    pods: Iterable[LivePod],
    evictor: Evictor | None = None,
    budgets: Iterable[LiveBudget] = (),
    **limits: Any,
) -> list[str]:
    """The names of the pods that one pass of a plugin evicts, in order, where nothing is refused."""
    policy = DeschedulerPolicy((profile(plugin, evictor=evictor),), **limits)
    seen = view(look(nodes, pods, budgets), policy.node_selector)
    return [write.key.name for write in evicted(policy, seen, first)]
