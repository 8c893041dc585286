"""A pod as the scheduler sees it: what it asks for, where it is, and nothing that no rule reads.

`PodSpec` is shared: pods made from one template have one spec object, so a rule that was decided for one of them is
decided for all. `normalise` is the only way from a typed API object (lightkube-models) to a `Pod`.
Left out: everything that happens on a node (probes, mounts, restarts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec
from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.objects import affinity, resources, selectors, taints, volumes
from kubeproof.model.objects.affinity import NodeSelectorTerm, PodAffinityTerm, PreferredNodes, PreferredPods
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.selectors import Selector
from kubeproof.model.objects.taints import Toleration
from kubeproof.model.objects.volumes import Volume

TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})
ANY_ADDRESS = "0.0.0.0"
DEFAULT_SCHEDULER = "default-scheduler"


class HostPort(msgspec.Struct, frozen=True, order=True):
    """A port of the node that a container asks for."""

    ip: str
    protocol: str
    port: int


class SpreadConstraint(msgspec.Struct, frozen=True):
    """One of spec.topologySpreadConstraints; `selector` already has the pod's own matchLabelKeys merged in."""

    max_skew: int
    topology_key: str
    hard: bool
    selector: Selector
    min_domains: int
    honor_affinity: bool
    honor_taints: bool


class PodSpec(msgspec.Struct, frozen=True):
    """What a pod asks of a node. `requests`: cpu in millicores, everything else in units (bytes, devices).

    `scored`: the cpu and memory that scores count for it once it is on a node, where no container asks for nothing;
    `scored_asking`: all that they count while it asks for one. `images`: of its containers, the ones that end first.
    """

    requests: Map[str, int] = Map()
    scored: Map[str, int] = Map()
    scored_asking: Map[str, int] = Map()
    node_selector: Map[str, str] = Map()
    node_terms: tuple[NodeSelectorTerm, ...] | None = None
    preferred_nodes: tuple[PreferredNodes, ...] = ()
    affinity: tuple[PodAffinityTerm, ...] = ()
    anti_affinity: tuple[PodAffinityTerm, ...] = ()
    preferred_pods: tuple[PreferredPods, ...] = ()
    spread: tuple[SpreadConstraint, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    host_ports: frozenset[HostPort] = frozenset()
    volumes: tuple[Volume, ...] = ()
    gates: tuple[str, ...] = ()
    resource_claims: tuple[str, ...] = ()
    priority: int = 0
    preemption_policy: Literal["PreemptLowerPriority", "Never"] = "PreemptLowerPriority"
    scheduler: str = DEFAULT_SCHEDULER
    images: tuple[str, ...] = ()


class Pod(msgspec.Struct, frozen=True):
    """One pod. `node` is spec.nodeName ("" while it is pending), `nominated` is status.nominatedNodeName.

    `preempted`: it is being deleted because the scheduler preempted it. `owner` is its controller as kind and name,
    `owner_key` the same with the version of its kind (`apps/v1 ReplicaSet web-1`).
    """

    namespace: str
    name: str
    labels: Map[str, str] = Map()
    spec: PodSpec = PodSpec()
    node: str = ""
    nominated: str = ""
    phase: str = "Pending"
    deleting: bool = False
    preempted: bool = False
    uid: str = ""
    start_time: str = ""
    owner: str = ""
    owner_key: str = ""
    origin: Origin | None = None

    @property
    def key(self) -> str:
        """`namespace/name`, the name that people and kubectl use."""
        return f"{self.namespace}/{self.name}"

    @property
    def terminal(self) -> bool:
        """Whether it has ended for good: it occupies nothing and the scheduler does not see it."""
        return self.phase in TERMINAL_PHASES

    @property
    def pending(self) -> bool:
        """Whether it waits for a node."""
        return not self.node and not self.terminal


class _Own(NamedTuple):
    """What of a pod's metadata its spec is read with."""

    namespace: str
    name: str
    labels: Map[str, str]


class Normaliser:
    """Turns typed pods into ours, sharing equal specs and labels among all the pods it has seen."""

    def __init__(self) -> None:
        self._specs: dict[bytes, PodSpec] = {}
        self._labels: dict[tuple[tuple[str, str], ...], Map[str, str]] = {}
        self._encode = msgspec.msgpack.Encoder().encode

    def pod(self, raw: core_v1.Pod, origin: Origin | None = None) -> Pod:
        """Ours for a typed pod; raises BadInput where a value in it cannot be used."""
        meta, spec, status = raw.metadata, raw.spec, raw.status
        assert meta is not None
        assert spec is not None
        own = _Own(meta.namespace or "default", meta.name or "", self.labels(meta.labels))
        owner = next((o for o in meta.ownerReferences or () if o.controller), None)
        return Pod(
            namespace=own.namespace,
            name=own.name,
            labels=own.labels,
            spec=self._spec(spec, status, own),
            node=spec.nodeName or "",
            nominated=(status and status.nominatedNodeName) or "",
            phase=(status and status.phase) or "Pending",
            deleting=meta.deletionTimestamp is not None,
            preempted=meta.deletionTimestamp is not None and _preempted(status),
            uid=meta.uid or "",
            start_time=str((status and status.startTime) or ""),
            owner=f"{owner.kind}/{owner.name}" if owner else "",
            owner_key=f"{owner.apiVersion} {owner.kind} {owner.name}" if owner else "",
            origin=origin,
        )

    def labels(self, raw: Mapping[str, str] | None) -> Map[str, str]:
        """The one immutable map with these labels."""
        key = tuple(sorted((raw or {}).items()))
        found = self._labels.get(key)
        if found is None:
            found = self._labels[key] = Map(key)
        return found

    def _spec(self, spec: core_v1.PodSpec, status: core_v1.PodStatus | None, own: _Own) -> PodSpec:
        key = self._encode(_what_counts(spec, status, own))
        found = self._specs.get(key)
        if found is None:
            found = self._specs[key] = _normal_spec(spec, status, own)
        return found


def normalise(raw: core_v1.Pod, origin: Origin | None = None) -> Pod:
    """Ours for one typed pod; use a `Normaliser` for many, so that they share what is equal."""
    return Normaliser().pod(raw, origin)


def _what_counts(spec: core_v1.PodSpec, status: core_v1.PodStatus | None, own: _Own) -> tuple[object, ...]:
    """All that `_normal_spec` reads, and nothing that differs between pods of one template without need."""
    kept = [volume for volume in spec.volumes or () if volumes.counts(volume)]
    return (
        [(c.resources, c.ports, c.image) for c in spec.containers],
        [(c.resources, c.ports, c.image, c.restartPolicy) for c in spec.initContainers or ()],
        resources.resize_state(status),
        spec.affinity,
        own.namespace if spec.affinity else None,
        spec.topologySpreadConstraints,
        dict(own.labels) if spec.topologySpreadConstraints else None,
        (spec.nodeSelector, spec.tolerations, spec.overhead, spec.resources, spec.hostNetwork),
        (kept, own.name if any(volume.ephemeral for volume in kept) else None),
        (spec.schedulingGates, spec.resourceClaims, spec.priority, spec.preemptionPolicy, spec.schedulerName),
    )


def _normal_spec(spec: core_v1.PodSpec, status: core_v1.PodStatus | None, own: _Own) -> PodSpec:
    asked = spec.affinity or core_v1.Affinity()
    nodes, pods, anti = asked.nodeAffinity, asked.podAffinity, asked.podAntiAffinity
    return PodSpec(
        requests=Map(resources.as_units(resources.scheduler_requests(spec, status))),
        scored=Map(resources.as_units(resources.scored_requests(spec, status))),
        scored_asking=Map(resources.as_units(resources.scored_asking(spec))),
        node_selector=Map(spec.nodeSelector or {}),
        node_terms=affinity.required_nodes(nodes),
        preferred_nodes=affinity.preferred_nodes(nodes),
        affinity=affinity.required_pods(pods, own.namespace),
        anti_affinity=affinity.required_pods(anti, own.namespace),
        preferred_pods=affinity.preferred_pods(pods, own.namespace, sign=1)
        + affinity.preferred_pods(anti, own.namespace, sign=-1),
        spread=tuple(spread_constraint(c, own.labels) for c in spec.topologySpreadConstraints or ()),
        tolerations=tuple(taints.of_toleration(t) for t in spec.tolerations or ()),
        host_ports=frozenset(_host_ports(spec)),
        volumes=tuple(volumes.of_volume(v, own.name) for v in spec.volumes or () if volumes.counts(v)),
        gates=tuple(gate.name for gate in spec.schedulingGates or ()),
        resource_claims=tuple(claim.name for claim in spec.resourceClaims or ()),
        priority=spec.priority or 0,
        preemption_policy="Never" if spec.preemptionPolicy == "Never" else "PreemptLowerPriority",
        scheduler=spec.schedulerName or DEFAULT_SCHEDULER,
        images=tuple(c.image or "" for c in (*(spec.initContainers or ()), *spec.containers)),
    )


def _preempted(status: core_v1.PodStatus | None) -> bool:
    """Whether the scheduler's preemption disrupts the pod (defaultpreemption.podTerminatingByPreemption, v1.34)."""
    conditions = (status and status.conditions) or ()
    disruption = next((c for c in conditions if c.type == "DisruptionTarget"), None)
    return disruption is not None and (disruption.status, disruption.reason) == ("True", "PreemptionByScheduler")


def spread_constraint(raw: core_v1.TopologySpreadConstraint, labels: Mapping[str, str]) -> SpreadConstraint:
    """Ours for a typed constraint of a pod with these labels. Raises BadSelector.

    kube-scheduler merges matchLabelKeys into the selector itself, for the labels that the pod has (v1.34).
    """
    own = {key: labels[key] for key in raw.matchLabelKeys or () if key in labels}
    return SpreadConstraint(
        max_skew=raw.maxSkew,
        topology_key=raw.topologyKey,
        hard=raw.whenUnsatisfiable == "DoNotSchedule",
        selector=selectors.of_label_selector(raw.labelSelector).and_labels(own),
        min_domains=raw.minDomains or 1,
        honor_affinity=(raw.nodeAffinityPolicy or "Honor") == "Honor",
        honor_taints=(raw.nodeTaintsPolicy or "Ignore") == "Honor",
    )


def _host_ports(spec: core_v1.PodSpec) -> Iterable[HostPort]:
    """Host ports of the containers that run together: all but init containers that end (util.GetHostPorts, v1.34)."""
    sidecars = (c for c in spec.initContainers or () if c.restartPolicy == "Always")
    for container in (*spec.containers, *sidecars):
        for port in container.ports or ():
            number = port.hostPort or (port.containerPort if spec.hostNetwork else 0)
            if number:
                yield HostPort(port.hostIP or ANY_ADDRESS, port.protocol or "TCP", number)
