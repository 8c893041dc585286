"""An EndpointSlice: the addresses behind a Service, and how each one is (discovery.k8s.io/v1).

Left out: hints, host names, other address types than IPv4.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kubeproof.model.objects.meta import Meta


class EndpointConditions(NamedTuple):
    """An endpoint's conditions. `serving` is readiness alone; `ready` is what kube-proxy sends traffic to."""

    ready: bool
    serving: bool
    terminating: bool


class Endpoint(msgspec.Struct, frozen=True):
    """One endpoint: a pod (its name and uid), its addresses, and where it is; `zone` is "" where the node says none."""

    pod: str
    uid: str
    addresses: tuple[str, ...]
    conditions: EndpointConditions
    node: str = ""
    zone: str = ""


class EndpointPort(msgspec.Struct, frozen=True):
    """A port under which all endpoints of a slice are reached; `name` is that of the Service's port."""

    name: str
    port: int
    protocol: str = "TCP"


class EndpointSlice(msgspec.Struct, frozen=True):
    """One slice."""

    meta: Meta
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()
