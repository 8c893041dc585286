"""A Service: which pods stand behind a name, under which ports, and who may reach them (core/v1).

Left out: dual-stack addresses, source ranges, topology hints (trafficDistribution is only carried).
"""

from __future__ import annotations

from typing import Literal

import msgspec
from immutables import Map

from kubeproof.model.objects.meta import Meta

ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
TrafficPolicy = Literal["Cluster", "Local"]
HEADLESS = "None"
"""The cluster address of a Service that has none."""


class ServicePort(msgspec.Struct, frozen=True):
    """One port. `target`: the pods' port, by number or by the name that their containers give it; `node_port`: 0 where
    nodes have none."""

    port: int
    target: int | str = 0
    name: str = ""
    protocol: str = "TCP"
    node_port: int = 0


class Service(msgspec.Struct, frozen=True):
    """One Service. `selector` is empty where nobody is selected; `affinity`: for how many seconds a client stays with
    its pod, None for not at all; `load_balancer`: the addresses in status.loadBalancer.ingress."""

    meta: Meta
    selector: Map[str, str] = Map()
    ports: tuple[ServicePort, ...] = ()
    type: ServiceType = "ClusterIP"
    cluster_ip: str = ""
    publish_not_ready: bool = False
    affinity: int | None = None
    internal_policy: TrafficPolicy = "Cluster"
    external_policy: TrafficPolicy = "Cluster"
    external_ips: tuple[str, ...] = ()
    load_balancer_class: str = ""
    node_ports: bool = True
    traffic_distribution: str = ""
    load_balancer: tuple[str, ...] = ()

    @property
    def has_node_ports(self) -> bool:
        """Whether nodes have a port each for its ports."""
        return self.type == "NodePort" or (self.type == "LoadBalancer" and self.node_ports)

    @property
    def selects_pods(self) -> bool:
        """Whether its endpoints are found by the endpoint slice controller."""
        return bool(self.selector) and self.type != "ExternalName"

    def selects(self, pod: Meta) -> bool:
        """Whether the pod with this metadata stands behind it."""
        labels = pod.labels
        return pod.namespace == self.meta.namespace and all(
            labels.get(key) == own for key, own in self.selector.items()
        )
